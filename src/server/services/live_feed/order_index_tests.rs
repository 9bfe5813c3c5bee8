//! A board that follows the log is the one that an instance would make of the market later.

use super::order_index::OrderIndex;
use crate::domain::{
    Acknowledged, Actor, Board, BoardQuery, Counts, Event, FoldResult, IN_KITCHEN, Name, Offer,
    Order, OrderId, Scope, Sequence, Status, Subject, Time, Topic, Viewer, WITH_DRIVER, Wanting,
    Window, alert_of, call_of,
    samples::{at, commands, direct_commands, direct_order, id, offer},
};
use crate::server::services::order_documents::taken_slots;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The orders of a market as they come to be, and the index of them.
struct Market {
    index: OrderIndex,
    orders: BTreeMap<OrderId, Order>,
    time: i64,
}

impl Market {
    fn new() -> Market {
        let cursor = "e-0".parse().unwrap();
        Market {
            index: OrderIndex::new(cursor, Counts::default(), vec![], None),
            orders: BTreeMap::new(),
            time: 0,
        }
    }

    /// One attempt on one of a few orders, of two kitchens. A quarter of them is from a menu.
    fn attempt(&mut self, order: u128, command: usize) -> Option<Event> {
        self.time += 1;
        let (order_id, now) = (id(order), at(self.time));
        let supplier_name =
            Name::try_from(["Forno", "Bella Napoli"][order as usize % 2].to_owned());
        let offer = Offer {
            supplier_name: supplier_name.unwrap(),
            ..offer()
        };
        let (order, event_type) = match self.orders.get(&order_id).cloned() {
            None if order % 12 >= 9 => {
                let mut from = direct_order();
                from.supplier_name = offer.supplier_name;
                Order::direct(order_id, from, now)
            }
            None => Order::new(order_id, offer, now),
            Some(known) => {
                let (is_direct, version) = (known.basket.is_some(), known.version);
                let all = match is_direct && command < 3 {
                    true => direct_commands(),
                    false => commands(),
                };
                let applied = known.apply(all[command].clone(), Actor::AnyRole, now);
                applied.ok().filter(|(order, _)| order.version != version)?
            }
        };
        let mut id = self.index.cursor().clone();
        id.seq += 1;
        self.orders.insert(order.id, order.clone());
        let timestamp = now;
        let event = Event {
            event_type,
            order,
            timestamp,
            actor: None,
            id,
        };
        assert!(matches!(
            self.index.fold(&event),
            FoldResult::Applied { .. }
        ));
        self.check_direct();
        Some(event)
    }

    /// The slots have the orders that a walk through all of them finds, and those that wait for an answer are these.
    fn check_direct(&self) {
        let unanswered = self.orders.values().filter(|order| order.is_unanswered());
        let unanswered: BTreeSet<_> = unanswered.map(|order| order.id).collect();
        let (found, next) = self.index.unanswered(Time::from_millis(4_102_444_800_000));
        assert_eq!((found.into_iter().collect(), next), (unanswered, None));
        assert!(self.index.unanswered(Time::from_millis(0)).0.is_empty());
        let mut taken = BTreeMap::new();
        for slot in self.orders.values().flat_map(taken_slots) {
            *taken.entry(slot).or_insert(0) += 1;
        }
        assert_eq!(self.index.taken(direct_order().restaurant_id), taken);
    }

    /// What a walk through all orders finds.
    fn walk(&self, query: &BoardQuery, status: Status) -> Vec<&Order> {
        let of = |order: &&Order| order.status == status && query.scope.holds(order);
        self.orders.values().filter(of).collect()
    }
}

fn queries() -> Vec<BoardQuery> {
    use Status::*;
    let open = vec![
        PendingSupplier,
        SupplierAccepted,
        CustomerAccepted,
        Preparing,
        Ready,
    ];
    let supplier = Topic::Supplier(offer().supplier_name);
    // Some of its orders have the name of the other kitchen.
    let pizzeria = direct_order().restaurant_id;
    let kitchen = [
        supplier.clone(),
        Topic::Kitchen(pizzeria),
        Topic::Restaurant(pizzeria),
    ];
    let query = |scope, statuses: &[Status], sequence| BoardQuery {
        scope,
        statuses: statuses.to_vec(),
        sequence,
        first: 2,
    };
    vec![
        query(Scope::everything(), &open, Sequence::Due),
        query(Scope::of([supplier.clone()]), &open, Sequence::Due),
        query(
            Scope::of([Topic::Dispatch]),
            &[Ready, Dispatched, InTransit],
            Sequence::Due,
        ),
        query(
            Scope::of([Topic::Offers, Topic::Order(id(3))]),
            &[SupplierAccepted],
            Sequence::Newest,
        ),
        query(Scope::everything(), Status::ALL, Sequence::Newest),
        query(Scope::of(kitchen.clone()), &open, Sequence::Due),
        query(Scope::of(kitchen), Status::ALL, Sequence::Newest),
        query(Scope::of([supplier]), &[Ready], Sequence::Newest),
        query(Scope::of([Topic::Order(id(1))]), &[], Sequence::Due),
        BoardQuery::nothing(),
    ]
}

#[test]
fn a_kitchen_is_known_by_its_newest_order_from_a_menu() {
    let mut market = Market::new();
    let forno = Name::try_from("Forno".to_owned()).unwrap();
    assert_eq!(market.index.pizzeria_of(&forno), None);
    market.attempt(0, 0);
    assert_eq!(
        market.index.pizzeria_of(&forno),
        None,
        "an offer names none"
    );
    market.attempt(10, 0);
    let pizzeria = Some(direct_order().restaurant_id);
    assert_eq!(market.index.pizzeria_of(&forno), pizzeria);
    assert_eq!(market.index.pizzeria_of(&offer().supplier_name), None);
}

fn listed(board: &Board) -> Vec<&Order> {
    board.listed().collect()
}

/// The orders of a newer board that an older window covers.
fn covered<'a>(newer: &'a Market, board: &Board) -> Vec<&'a Order> {
    let orders = newer.orders.values();
    orders
        .filter(|order| board.query().scope.holds(order))
        .filter(|order| {
            let (query, window) = (board.query(), board.window(order.status));
            window.covers(order) || (query.names(order.id) && window != Window::Closed)
        })
        .collect()
}

proptest! {
    #[test]
    fn a_board_that_follows_its_scope_holds_what_its_windows_cover(
        before in proptest::collection::vec((0u128..8, 0usize..10), 0..60),
        after in proptest::collection::vec((0u128..12, 0usize..10), 0..60),
    ) {
        let mut market = Market::new();
        for (order, command) in before {
            market.attempt(order, command);
        }
        let mut boards: Vec<_> = queries().iter().map(|query| market.index.board(query, &Viewer::Open)).collect();
        for board in &boards {
            prop_assert_eq!(listed(board), covered(&market, board));
        }
        for event in after.into_iter().filter_map(|(order, command)| market.attempt(order, command)) {
            for board in &mut boards {
                let last = board.cursor().clone();
                let folded = match board.query().scope.concerns(&Subject::of(&event, None)) {
                    true => board.fold(&event),
                    // What does not concern it is skipped, however it is sent.
                    false if event.id.seq % 2 == 0 => board.skip(&last, &event.id),
                    false => board.fold(&event),
                };
                prop_assert!(folded != FoldResult::Gap);
                prop_assert_eq!(board.cursor(), &event.id);
            }
        }
        for board in &boards {
            prop_assert_eq!(listed(board), covered(&market, board));
            let query = board.query();
            for &status in &query.statuses {
                let there = market.walk(query, status).len() as u64;
                prop_assert_eq!(board.counts().of(status), there);
                let held = listed(board).iter().filter(|order| order.status == status).count() as u64;
                prop_assert_eq!(board.beyond(status), there - held);
            }
            for named in query.named().filter_map(|id| market.orders.get(&id)) {
                prop_assert_eq!(board.get(named.id), Some(named));
            }
            let read = market.index.board(query, &Viewer::Open);
            for &status in &query.statuses {
                prop_assert_eq!(read.counts().of(status), board.counts().of(status));
            }
            let json = serde_json::to_string(&read).unwrap();
            prop_assert_eq!(serde_json::from_str::<Board>(&json).unwrap(), read);
        }
    }

    #[test]
    fn what_wants_somebody_is_what_a_walk_finds(
        steps in proptest::collection::vec((0u128..12, 0usize..10), 0..120),
        opened in -600i64..900,
        now in 0i64..3_000,
    ) {
        let mut market = Market::new();
        for (order, command) in steps {
            market.attempt(order, command);
        }
        let (opened, now) = (at(opened), at(now));
        for kitchen in [None, Some(offer().supplier_name)] {
            let is_own = |order: &&Order| kitchen.as_ref().is_none_or(|name| *name == order.supplier_name);
            let (all, own) = (|| market.orders.values(), || market.orders.values().filter(is_own));
            let late = |order: &&Order, of: &[Status]| of.contains(&order.status) && order.is_late(now);
            let alert = |order: &Order| alert_of(order, &Acknowledged::default(), opened);
            let rings = |order: &&Order| alert(order).is_some() && !order.is_late(now);
            let waiting = own().filter(|order| order.status == Status::PendingSupplier).count() as u64;
            let expected = Wanting {
                to_answer: kitchen.as_ref().map(|_| waiting),
                late_tickets: own().filter(|order| late(order, &IN_KITCHEN)).count() as u64,
                ringing: own().filter(rings).map(call_of).collect(),
                late_deliveries: all().filter(|order| late(order, &WITH_DRIVER)).count() as u64,
            };
            let mut wanting = market.index.wanting(kitchen.as_ref(), opened, now, &Viewer::Open);
            wanting.ringing.sort_unstable();
            prop_assert_eq!(wanting, expected);
        }
    }

    #[test]
    fn the_longest_wait_is_that_of_a_walk(steps in proptest::collection::vec((0u128..5, 0usize..10), 1..80)) {
        let mut market = Market::new();
        for (order, command) in steps {
            market.attempt(order, command);
            let now = at(market.time);
            for (status, longest) in market.index.longest_waits(now) {
                let same = market.orders.values().filter(|order| order.status == status);
                let waits = same.map(|order| (now - order.since()).to_std().unwrap());
                prop_assert_eq!(longest, waits.max().unwrap_or_default());
            }
        }
    }
}

#[test]
fn of_many_that_ring_the_newest_are_told() {
    let mut market = Market::new();
    let orders = 0..Wanting::RINGING as u128 + 20;
    for order in orders.clone() {
        for command in [0, 0, 2] {
            market.attempt(order, command);
        }
    }
    market.attempt(0, 8);
    let now = at(market.time);
    let ringing = market.index.wanting(None, now, now, &Viewer::Open).ringing;
    assert_eq!(ringing.len(), Wanting::RINGING);
    let is_told = |order| ringing.iter().any(|(told, _)| *told == id(order));
    assert!(is_told(0) && !is_told(1) && is_told(orders.end - 1));
}

#[test]
fn what_is_over_is_bounded() {
    let mut market = Market::new();
    for order in 0..1_050 {
        market.attempt(order, 0);
        market.attempt(order, 8);
    }
    assert_eq!(market.index.len(), 1_000);
    assert_eq!(market.index.counts().of(Status::Cancelled), 1_050);
    let all = BoardQuery {
        statuses: Status::ALL.to_vec(),
        sequence: Sequence::Newest,
        first: 3_000,
        scope: Scope::everything(),
    };
    let board = market.index.board(&all, &Viewer::Open);
    // The page of older orders goes on where it ends.
    assert_eq!((board.orders().count(), board.end()), (1_000, Some(id(49))));
}

#[test]
fn a_window_that_has_lost_half_of_its_orders_runs_dry() {
    let mut market = Market::new();
    (0..9).for_each(|order| drop(market.attempt(order, 0)));
    let query = BoardQuery {
        first: 4,
        ..queries().remove(0)
    };
    let mut board = market.index.board(&query, &Viewer::Open);
    assert!(matches!(
        board.window(Status::PendingSupplier),
        Window::UpTo(_)
    ));
    let mut dry = Vec::new();
    for order in 0..4 {
        let event = market.attempt(order, 1).unwrap();
        board.fold(&event);
        dry.push(board.runs_dry());
    }
    assert_eq!(dry, [false, false, true, true]);
    assert!(!market.index.board(&query, &Viewer::Open).runs_dry());
}

#[test]
fn kitchens_are_listed_and_drivers_are_spelled() {
    let mut market = Market::new();
    for command in [0, 0, 2, 3, 4, 5] {
        market.attempt(1, command);
    }
    market.attempt(2, 0);
    let name = |name: &str| Name::try_from(name.to_owned()).unwrap();
    let kitchens = market.index.kitchens();
    assert_eq!(kitchens, ["Bella Napoli", "Forno"].map(name));
    assert_eq!(market.index.drivers(None), [name("Jonas")]);
    let spelled = |name: &str| {
        let name = Name::try_from(name.to_owned()).unwrap();
        market
            .index
            .driver_name(&name, str::to_lowercase)
            .map(|name| name.to_string())
    };
    assert_eq!(spelled("jonas").as_deref(), Some("Jonas"));
    assert_eq!(spelled("Jonas").as_deref(), Some("Jonas"));
    assert_eq!(spelled("Jona"), None);
}
