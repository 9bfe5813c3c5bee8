//! The orders of the whole market as an instance holds them: open ones, and the newest that are over. They are indexed
//! by what pages ask for, so that a page touches only what it shows.

use crate::domain::{
    AccountRole, Acknowledged, Counts, Cursor, Event, FoldResult, IN_KITCHEN, Identity, Name,
    Order, OrderId, SortKey, Status, Time, Topic, Viewer, WITH_DRIVER, Wanting, alert_of, call_of,
    is_fresh, known_driver_name, shop::basket::RestaurantId, sort_key,
};
use crate::server::services::order_documents::taken_slots;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

/// How many orders that are over are held. Older ones are read in pages from the store.
const FINISHED: usize = 1_000;

/// Sorted orders, for each status.
pub(super) type Places = [BTreeSet<SortKey>; Status::ALL.len()];

pub struct OrderIndex {
    pub(super) cursor: Cursor,
    /// All orders of the market, those included that are not held.
    pub(super) counts: Counts,
    pub(super) orders: BTreeMap<OrderId, Arc<Order>>,
    pub(super) places: Places,
    /// Since when each order has its status.
    since: Places,
    /// The orders of each supplier, customer, driver and pizzeria, by their topics.
    pub(super) parts: HashMap<Topic, Places>,
    /// The orders that each driver has, or had.
    drivers: BTreeMap<Name, BTreeSet<OrderId>>,
    /// The ids of the orders of each status.
    pub(super) ids: [BTreeSet<OrderId>; Status::ALL.len()],
    finished: BTreeSet<OrderId>,
    /// How many orders each slot of a pizzeria has.
    taken: HashMap<RestaurantId, BTreeMap<Time, u32>>,
    /// The direct orders that their kitchens have yet to answer, by the time until which they do.
    unanswered: BTreeSet<(Time, OrderId)>,
    /// The newest order that is over and is not held. All that are newer are held.
    pub(super) newest_dropped: Option<OrderId>,
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
            parts: HashMap::new(),
            drivers: BTreeMap::new(),
            ids: Default::default(),
            finished: BTreeSet::new(),
            taken: HashMap::new(),
            unanswered: BTreeSet::new(),
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

    /// The direct orders that their kitchens should have answered by then, and the time until which the next one is.
    pub fn unanswered(&self, by: Time) -> (Vec<OrderId>, Option<Time>) {
        let mut all = self.unanswered.iter().peekable();
        let late = std::iter::from_fn(|| all.next_if(|(until, _)| *until <= by));
        let late = late.map(|(_, id)| *id).collect();
        (late, all.next().map(|(until, _)| *until))
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
        let mut names: Vec<_> = self.parts.keys().filter_map(supplier).cloned().collect();
        names.sort_unstable();
        names
    }

    /// The names of the drivers who have, or had, an order that is held, sorted: of one kitchen, or of all.
    pub fn drivers(&self, kitchen: Option<&Name>) -> Vec<Name> {
        let is_of = |id: &OrderId, kitchen: &Name| {
            self.get(*id)
                .is_some_and(|order| order.supplier_name == *kitchen)
        };
        let has = |orders: &BTreeSet<OrderId>| {
            kitchen.is_none_or(|kitchen| orders.iter().any(|id| is_of(id, kitchen)))
        };
        let drivers = self.drivers.iter().filter(|(_, orders)| has(orders));
        drivers.map(|(name, _)| name.clone()).collect()
    }

    /// How many orders the slots of a pizzeria have, by the beginnings of the slots.
    pub fn taken(&self, restaurant: RestaurantId) -> BTreeMap<Time, u32> {
        self.taken.get(&restaurant).cloned().unwrap_or_default()
    }

    /// The pizzeria that had a kitchen's name when the newest of the orders that are held was made from its menu.
    pub fn pizzeria_of(&self, kitchen: &Name) -> Option<RestaurantId> {
        let places = self.parts.get(&Topic::Supplier(kitchen.clone()))?;
        let orders = places.iter().flatten().filter_map(|(_, id)| self.get(*id));
        let from_menus = orders.filter(|order| order.restaurant_id.is_some());
        from_menus.max_by_key(|order| order.id)?.restaurant_id
    }

    /// How long the order that has a status longest has had it, for each status that is not final.
    pub fn longest_waits(&self, now: Time) -> impl Iterator<Item = (Status, Duration)> {
        Status::open().map(move |status| {
            let first = self.since[status as usize].first();
            let waits = first.map(|(since, _)| (now - *since).to_std().unwrap_or_default());
            (status, waits.unwrap_or_default())
        })
    }

    /// What wants somebody now whom a viewer sees, in one kitchen or in all, where its bell was opened at `opened`.
    pub fn wanting(
        &self,
        kitchen: Option<&Name>,
        opened: Time,
        now: Time,
        viewer: &Viewer,
    ) -> Wanting {
        let nothing = Places::default();
        let part = |topic: Option<Topic>| topic.and_then(|topic| self.parts.get(&topic));
        let of_kitchen = |name: &Name| part(Some(Topic::Supplier(name.clone())));
        let identity = viewer.identity();
        let role = identity.map(|identity| identity.role);
        let own = |identity: &Identity| identity.supplier_name.clone();
        let own = identity.and_then(own);
        let kitchen = match role {
            Some(AccountRole::Supplier) => own.as_ref(),
            _ => kitchen,
        };
        let tickets = match (role, kitchen) {
            (Some(AccountRole::Customer | AccountRole::Driver), _) => &nothing,
            (Some(AccountRole::Supplier), None) => &nothing,
            (_, Some(name)) => of_kitchen(name).unwrap_or(&nothing),
            (_, None) => &self.places,
        };
        let deliveries = match role {
            Some(AccountRole::Customer) => &nothing,
            Some(AccountRole::Supplier) => tickets,
            Some(AccountRole::Driver) => {
                let driver = identity.and_then(|identity| identity.driver_id);
                part(driver.map(Topic::Driver)).unwrap_or(&nothing)
            }
            _ => &self.places,
        };
        let late = |places: &Places, statuses: &[Status]| {
            let places = statuses.iter().map(|status| &places[*status as usize]);
            let due = places.flat_map(|all| all.iter().take_while(|(due, _)| *due < now));
            due.filter(|(_, id)| self.get(*id).is_some_and(|order| order.is_late(now)))
                .take(Wanting::LATE)
                .count() as u64
        };
        let to_answer = kitchen.map(|_| tickets[Status::PendingSupplier as usize].len() as u64);
        let has_tickets = !matches!(role, Some(AccountRole::Customer | AccountRole::Driver));
        Wanting {
            // Dispatch sees no order before a customer has taken it.
            to_answer: to_answer.filter(|_| role != Some(AccountRole::Dispatch)),
            late_tickets: late(tickets, &IN_KITCHEN),
            ringing: match has_tickets {
                true => self.ringing(kitchen, opened, now, viewer),
                false => Vec::new(),
            },
            late_deliveries: late(deliveries, &WITH_DRIVER),
        }
    }

    /// The newest changes at which the bell of a kitchen rings, of orders that are not late.
    fn ringing(
        &self,
        kitchen: Option<&Name>,
        opened: Time,
        now: Time,
        viewer: &Viewer,
    ) -> Vec<(OrderId, u32)> {
        let rings = |order: &&Order| {
            kitchen.is_none_or(|name| *name == order.supplier_name)
                && alert_of(order, &Acknowledged::default(), opened).is_some()
                && !order.is_late(now)
                && viewer.sees(order)
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
        ringing.into_iter().map(call_of).collect()
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

    /// Moves the cursor over an entry that is about no order.
    pub fn pass(&mut self, id: &Cursor) -> FoldResult {
        match self.cursor.follow_event(id) {
            Ok(()) => FoldResult::Skipped,
            Err(why) => why.into(),
        }
    }

    fn insert(&mut self, order: Order) {
        let (status, place) = (order.status as usize, sort_key(&order));
        self.places[status].insert(place);
        self.since[status].insert((order.since(), order.id));
        self.ids[status].insert(order.id);
        for part in parts(&order) {
            self.parts.entry(part).or_default()[status].insert(place);
        }
        if let Some(driver) = &order.driver_name {
            let orders = self.drivers.entry(driver.clone()).or_default();
            orders.insert(order.id);
        }
        if order.status.is_final() {
            self.finished.insert(order.id);
        }
        self.unanswered.extend(answer_by(&order));
        if let Some(restaurant) = order.restaurant_id {
            for slot in taken_slots(&order) {
                *self
                    .taken
                    .entry(restaurant)
                    .or_default()
                    .entry(slot)
                    .or_default() += 1;
            }
        }
        self.orders.insert(order.id, Arc::new(order));
    }

    fn remove(&mut self, id: OrderId) {
        let Some(order) = self.orders.remove(&id) else {
            return;
        };
        let (status, place) = (order.status as usize, sort_key(&order));
        self.places[status].remove(&place);
        self.since[status].remove(&(order.since(), id));
        self.ids[status].remove(&id);
        for part in parts(&order) {
            let Some(places) = self.parts.get_mut(&part) else {
                continue;
            };
            places[status].remove(&place);
            if places.iter().all(BTreeSet::is_empty) {
                self.parts.remove(&part);
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
        if let Some(deadline) = answer_by(&order) {
            self.unanswered.remove(&deadline);
        }
        if let Some(restaurant) = order.restaurant_id {
            taken_slots(&order).for_each(|slot| self.give_back(restaurant, slot));
        }
    }

    fn give_back(&mut self, restaurant: RestaurantId, slot: Time) {
        let Some(slots) = self.taken.get_mut(&restaurant) else {
            return;
        };
        if let Some(orders) = slots.get_mut(&slot) {
            *orders -= 1;
            if *orders == 0 {
                slots.remove(&slot);
            }
        }
        if slots.is_empty() {
            self.taken.remove(&restaurant);
        }
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
}

/// What an order is part of, where its status does not decide.
fn parts(order: &Order) -> impl Iterator<Item = Topic> {
    let supplier = Topic::Supplier(order.supplier_name.clone());
    let customer = order.customer_id.map(Topic::Customer);
    let driver = order.driver_id.map(Topic::Driver);
    let kitchen = order.restaurant_id.map(Topic::Kitchen);
    std::iter::once(supplier)
        .chain(customer)
        .chain(driver)
        .chain(kitchen)
}

fn supplier(topic: &Topic) -> Option<&Name> {
    match topic {
        Topic::Supplier(name) => Some(name),
        _ => None,
    }
}

/// Until when the kitchen of a direct order answers it, while it has not.
fn answer_by(order: &Order) -> Option<(Time, OrderId)> {
    let basket = order.basket.as_ref().filter(|_| order.is_unanswered())?;
    Some((basket.answer_by?, order.id))
}
