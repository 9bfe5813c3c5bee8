//! The orders of the whole market as an instance holds them: open ones, and the newest that are over. They are indexed
//! by what pages ask for, so that a page touches only what it shows.

use crate::domain::{
    Acknowledged, Board, BoardQuery, Counts, Cursor, Event, FoldResult, IN_KITCHEN, Name, Order,
    OrderId, Place, RECENT, Sequence, Status, Time, Topic, WITH_DRIVER, Wanting, Window, Windows,
    alert_of, is_fresh, known_driver_name, place,
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

/// How many orders that are over are held. Older ones are read in pages from the store.
const FINISHED: usize = 1_000;

/// Sorted orders, for each status.
type Places = [BTreeSet<Place>; Status::ALL.len()];

pub struct OrderIndex {
    cursor: Cursor,
    /// All orders of the market, those included that are not held.
    counts: Counts,
    orders: BTreeMap<OrderId, Arc<Order>>,
    places: Places,
    /// Since when each order has its status.
    since: Places,
    kitchens: HashMap<Name, Places>,
    /// The orders that each driver has, or had.
    drivers: BTreeMap<Name, BTreeSet<OrderId>>,
    /// The ids of the orders of each status.
    ids: [BTreeSet<OrderId>; Status::ALL.len()],
    finished: BTreeSet<OrderId>,
    /// The newest order that is over and is not held. All that are newer are held.
    newest_dropped: Option<OrderId>,
}

impl OrderIndex {
    /// The market at `cursor`: all open orders, and those over that are newer than `newest_dropped`.
    pub fn new(
        cursor: Cursor,
        counts: Counts,
        orders: Vec<Order>,
        newest_dropped: Option<OrderId>,
    ) -> OrderIndex {
        let mut index = OrderIndex {
            cursor,
            counts,
            orders: BTreeMap::new(),
            places: Places::default(),
            since: Places::default(),
            kitchens: HashMap::new(),
            drivers: BTreeMap::new(),
            ids: Default::default(),
            finished: BTreeSet::new(),
            newest_dropped,
        };
        for order in orders {
            if !order.status.is_final() || Some(order.id) > newest_dropped {
                index.insert(order);
            }
        }
        index.trim();
        index
    }

    pub fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    pub fn len(&self) -> usize {
        self.orders.len()
    }

    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values().map(|order| &**order)
    }

    pub fn get(&self, id: OrderId) -> Option<&Order> {
        self.orders.get(&id).map(|order| &**order)
    }

    pub fn newest(&self) -> Option<OrderId> {
        self.orders.keys().next_back().copied()
    }

    /// How the market spells a driver: exactly so, or as [`known_driver_name`] finds it.
    pub fn driver_name(&self, name: &Name, fold: fn(&str) -> String) -> Option<Name> {
        if self.drivers.contains_key(name) {
            return Some(name.clone());
        }
        let newest = |orders: &BTreeSet<OrderId>| orders.last().copied();
        let drivers = self.drivers.iter();
        let drivers = drivers.filter_map(|(name, orders)| Some((name, newest(orders)?)));
        known_driver_name(drivers, name, fold).cloned()
    }

    /// The names of the kitchens with an order that is held, sorted.
    pub fn kitchens(&self) -> Vec<Name> {
        let mut names: Vec<_> = self.kitchens.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// The names of the drivers who have, or had, an order that is held, sorted.
    pub fn drivers(&self) -> Vec<Name> {
        self.drivers.keys().cloned().collect()
    }

    /// How long the order that has a status longest has had it, for each status that is not final.
    pub fn longest_waits(&self, now: Time) -> impl Iterator<Item = (Status, Duration)> {
        Status::open().map(move |status| {
            let first = self.since[status as usize].first();
            let waits = first.map(|(since, _)| (now - *since).to_std().unwrap_or_default());
            (status, waits.unwrap_or_default())
        })
    }

    /// What wants somebody now, in one kitchen or in all, where its bell was opened at `opened`.
    pub fn wanting(&self, kitchen: Option<&Name>, opened: Time, now: Time) -> Wanting {
        let nothing = Places::default();
        let tickets = match kitchen {
            Some(name) => self.kitchens.get(name).unwrap_or(&nothing),
            None => &self.places,
        };
        let late = |places: &Places, statuses: &[Status]| {
            let places = statuses.iter().map(|status| &places[*status as usize]);
            let due = places.flat_map(|all| all.iter().take_while(|(due, _)| *due < now));
            due.filter(|(_, id)| self.get(*id).is_some_and(|order| order.is_late(now)))
                .take(Wanting::LATE)
                .count() as u64
        };
        Wanting {
            to_answer: kitchen.map(|_| tickets[Status::PendingSupplier as usize].len() as u64),
            late_tickets: late(tickets, &IN_KITCHEN),
            ringing: self.ringing(kitchen, opened, now),
            late_deliveries: late(&self.places, &WITH_DRIVER),
        }
    }

    /// The newest changes at which the bell of a kitchen rings, of orders that are not late.
    fn ringing(&self, kitchen: Option<&Name>, opened: Time, now: Time) -> Vec<(OrderId, u32)> {
        let rings = |order: &&Order| {
            kitchen.is_none_or(|name| *name == order.supplier_name)
                && alert_of(order, &Acknowledged::default(), opened).is_some()
                && !order.is_late(now)
        };
        let newest = |status: Status| {
            let newest = self.since[status as usize].iter().rev();
            let fresh = newest.take_while(|(since, _)| is_fresh(*since, opened));
            let orders = fresh.filter_map(|(_, id)| self.get(*id));
            orders.filter(rings).take(Wanting::RINGING)
        };
        let statuses = [Status::CustomerAccepted, Status::Cancelled];
        let mut ringing: Vec<_> = statuses.into_iter().flat_map(newest).collect();
        ringing.sort_unstable_by_key(|order| Reverse(order.since()));
        ringing.truncate(Wanting::RINGING);
        let change = |order: &Order| (order.id, order.version);
        ringing.into_iter().map(change).collect()
    }

    pub fn fold(&mut self, event: &Event) -> FoldResult {
        if let Err(why) = self.cursor.follow_event(&event.id) {
            return why.into();
        }
        let order = &event.order;
        let known = self.orders.get(&order.id);
        if known.is_some_and(|known| known.version >= order.version) {
            return FoldResult::Duplicate;
        }
        let before = known.map(|known| known.status);
        self.remove(order.id);
        self.counts.moved(before, order.status);
        self.insert(order.clone());
        self.trim();
        FoldResult::Applied { before }
    }

    fn insert(&mut self, order: Order) {
        let (status, place) = (order.status as usize, place(&order));
        self.places[status].insert(place);
        self.since[status].insert((order.since(), order.id));
        self.ids[status].insert(order.id);
        let kitchen = self.kitchens.entry(order.supplier_name.clone());
        kitchen.or_default()[status].insert(place);
        if let Some(driver) = &order.driver_name {
            let orders = self.drivers.entry(driver.clone()).or_default();
            orders.insert(order.id);
        }
        if order.status.is_final() {
            self.finished.insert(order.id);
        }
        self.orders.insert(order.id, Arc::new(order));
    }

    fn remove(&mut self, id: OrderId) {
        let Some(order) = self.orders.remove(&id) else {
            return;
        };
        let (status, place) = (order.status as usize, place(&order));
        self.places[status].remove(&place);
        self.since[status].remove(&(order.since(), id));
        self.ids[status].remove(&id);
        if let Some(kitchen) = self.kitchens.get_mut(&order.supplier_name) {
            kitchen[status].remove(&place);
            if kitchen.iter().all(BTreeSet::is_empty) {
                self.kitchens.remove(&order.supplier_name);
            }
        }
        if let Some(driver) = &order.driver_name
            && let Some(orders) = self.drivers.get_mut(driver)
        {
            orders.remove(&id);
            if orders.is_empty() {
                self.drivers.remove(driver);
            }
        }
        self.finished.remove(&id);
    }

    /// Drops the oldest of those that are over.
    fn trim(&mut self) {
        while self.finished.len() > FINISHED
            && let Some(oldest) = self.finished.first().copied()
        {
            self.remove(oldest);
            self.newest_dropped = self.newest_dropped.max(Some(oldest));
        }
    }

    /// What a page shows.
    pub fn board(&self, query: &BoardQuery) -> Board {
        let (windows, mut ids) = match query.sequence {
            Sequence::Due => self.due(query),
            Sequence::Newest => self.newest_of(query),
        };
        ids.extend(self.recent(query));
        ids.extend(query.named());
        let orders = ids.iter().filter_map(|id| self.orders.get(id));
        let orders = orders.map(|order| Order::clone(order)).collect();
        let mut counts = Counts::default();
        for &status in Status::ALL {
            let all = self.sources(query, status);
            counts.set(status, all.iter().map(|places| places.len() as u64).sum());
        }
        let counts = [self.counts, counts];
        Board::new(self.cursor.clone(), query.clone(), counts, windows, orders)
    }

    /// Where the orders of a scope are that have a status; those that it names are not among them.
    fn sources(&self, query: &BoardQuery, status: Status) -> Vec<&BTreeSet<Place>> {
        let all = &self.places[status as usize];
        let Some(topics) = query.scope.topics() else {
            return vec![all];
        };
        let is_whole = |topic: &Topic| topic.statuses().contains(&status);
        if topics.iter().any(is_whole) {
            return vec![all];
        }
        let kitchens: BTreeSet<_> = topics.iter().filter_map(supplier).collect();
        let kitchens = kitchens
            .into_iter()
            .filter_map(|name| self.kitchens.get(name));
        kitchens.map(|places| &places[status as usize]).collect()
    }

    /// Of each status the orders that are due first.
    fn due(&self, query: &BoardQuery) -> (Windows, Vec<OrderId>) {
        let (mut windows, mut ids) = (CLOSED, Vec::new());
        for &status in &query.statuses {
            let sources = self.sources(query, status);
            let first = sources
                .iter()
                .flat_map(|places| places.iter().take(query.first + 1));
            let mut first: Vec<Place> = first.copied().collect();
            first.sort_unstable();
            windows[status as usize] = match first.get(query.first) {
                None => Window::All,
                Some(_) => {
                    first.truncate(query.first);
                    first
                        .last()
                        .map_or(Window::Closed, |last| Window::UpTo(*last))
                }
            };
            ids.extend(first.into_iter().map(|(_, id)| id));
        }
        (windows, ids)
    }

    /// The newest orders that have one of the statuses.
    fn newest_of(&self, query: &BoardQuery) -> (Windows, Vec<OrderId>) {
        let mut ids: Vec<OrderId> = Vec::new();
        for &status in &query.statuses {
            let whole = &self.places[status as usize];
            match &*self.sources(query, status) {
                [all] if std::ptr::eq(*all, whole) => {
                    let newest = self.ids[status as usize].iter().rev();
                    ids.extend(newest.take(query.first + 1));
                }
                kitchens => ids.extend(
                    kitchens
                        .iter()
                        .flat_map(|all| all.iter().map(|(_, id)| *id)),
                ),
            }
        }
        ids.sort_unstable_by(|a, b| b.cmp(a));
        let past = query.statuses.iter().any(|status| status.is_final());
        let dropped = self.newest_dropped.filter(|_| past);
        let after = ids.get(query.first).copied().max(dropped);
        ids.truncate(query.first);
        let window = after.map_or(Window::All, Window::After);
        let mut windows = CLOSED;
        for &status in &query.statuses {
            windows[status as usize] = window;
        }
        ids.retain(|id| Some(*id) > after);
        (windows, ids)
    }

    /// The newest of those that are over, as far as the page does not list them: it knows their names and prices.
    fn recent(&self, query: &BoardQuery) -> Vec<OrderId> {
        let mut places: Vec<Place> = Vec::new();
        for &status in Status::ALL.iter().filter(|status| status.is_final()) {
            if query.sequence == Sequence::Newest {
                continue;
            }
            let sources = match (status, query.scope.topics()) {
                // Its drivers are free now.
                (Status::Delivered, Some(topics)) if topics.contains(&Topic::Dispatch) => {
                    vec![&self.places[status as usize]]
                }
                _ => self.sources(query, status),
            };
            let newest = sources.iter().flat_map(|all| all.iter().rev().take(RECENT));
            places.extend(newest);
        }
        places.sort_unstable_by(|a, b| b.cmp(a));
        places.truncate(RECENT);
        places.into_iter().map(|(_, id)| id).collect()
    }
}

const CLOSED: Windows = [Window::Closed; Status::ALL.len()];

fn supplier(topic: &Topic) -> Option<&Name> {
    match topic {
        Topic::Supplier(name) => Some(name),
        _ => None,
    }
}
