//! The live view: open orders and the newest finished ones, as the fold of all events up to a cursor.
//!
//! Each instance keeps one for its pages, each browser one behind its screen. On any doubt the fold returns
//! [`FoldResult::Gap`] and changes nothing; the holder of the board then reads it again. It never guesses.

use crate::domain::{Cursor, Event, Order, OrderId, Status, Time};
use serde::{Deserialize, Serialize};

/// How many finished orders stay on a board. Older ones are read in pages from the store.
const FINISHED: usize = 200;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Board {
    cursor: Cursor,
    counts: Counts,
    /// Sorted by id: oldest first.
    orders: Vec<Order>,
    /// The newest finished order that is not here any more. All that are newer are here.
    newest_dropped: Option<OrderId>,
}

/// A board as it is handed over: to a page that is rendered, to a browser that reads again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub board: Board,
    /// The time at which it was last verified that nothing is missing.
    pub verified_at: Time,
    /// The time at which it is handed over.
    pub now: Time,
}

/// Orders of the past, newest first, and the one below which to look on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrdersPage {
    pub orders: Vec<Order>,
    pub next: Option<OrderId>,
}

/// How many orders of the whole market have each status, those that are not on the board included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts([u64; Status::ALL.len()]);

/// What an event did to a board.
#[derive(Clone, Debug, PartialEq)]
pub enum FoldResult {
    /// The order changed; its status before, if it was on the board.
    Applied { before: Option<Status> },
    /// It was known already.
    Duplicate,
    /// Something is missing before it, or it is of another store.
    Gap,
}

impl Counts {
    pub fn of(self, status: Status) -> u64 {
        self.0[status as usize]
    }

    pub fn all(self) -> u64 {
        self.0.iter().sum()
    }

    pub fn set(&mut self, status: Status, count: u64) {
        self.0[status as usize] = count;
    }

    /// One more has this status.
    pub fn add(&mut self, status: Status) {
        self.0[status as usize] += 1;
    }

    fn moved(&mut self, from: Option<Status>, to: Status) {
        if let Some(from) = from {
            self.0[from as usize] = self.0[from as usize].saturating_sub(1);
        }
        self.add(to);
    }
}

impl Board {
    /// The view that the store gives at `cursor`: all open orders, and the finished ones that are newer than
    /// `newest_dropped`.
    pub fn new(
        cursor: Cursor,
        counts: Counts,
        mut orders: Vec<Order>,
        newest_dropped: Option<OrderId>,
    ) -> Board {
        orders.sort_unstable_by_key(|order| order.id);
        let mut board = Board {
            cursor,
            counts,
            orders,
            newest_dropped,
        };
        board.trim();
        board
    }

    pub fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The newest finished order that is not here any more.
    pub fn newest_dropped(&self) -> Option<OrderId> {
        self.newest_dropped
    }

    pub fn get(&self, id: OrderId) -> Option<&Order> {
        self.find(id).ok().map(|place| &self.orders[place])
    }

    /// Where an order is among them, or would be.
    fn find(&self, id: OrderId) -> Result<usize, usize> {
        self.orders.binary_search_by_key(&id, |order| order.id)
    }

    /// All orders on the board, oldest first.
    pub fn orders(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.orders.iter()
    }

    pub fn fold(&mut self, event: &Event) -> FoldResult {
        if event.id.epoch != self.cursor.epoch || event.id.seq > self.cursor.seq + 1 {
            return FoldResult::Gap;
        }
        if event.id.seq <= self.cursor.seq {
            return FoldResult::Duplicate;
        }
        self.cursor.seq = event.id.seq;
        self.put(&event.order)
    }

    /// Takes an order that did not come as an event (the answer to a command), if it is newer than the one here.
    /// The cursor stays: the event will come, and be a duplicate.
    pub fn put(&mut self, order: &Order) -> FoldResult {
        let place = self.find(order.id);
        let known = place.ok().map(|place| &self.orders[place]);
        if known.is_some_and(|known| known.version >= order.version) {
            return FoldResult::Duplicate;
        }
        let before = known.map(|known| known.status);
        match place {
            Ok(place) => self.orders[place] = order.clone(),
            Err(place) => self.orders.insert(place, order.clone()),
        }
        self.counts.moved(before, order.status);
        if order.status.is_final() {
            self.trim();
        }
        FoldResult::Applied { before }
    }

    /// The same orders, in another history.
    #[cfg(test)]
    pub fn in_history(self, cursor: Cursor) -> Board {
        Board { cursor, ..self }
    }

    fn trim(&mut self) {
        let finished = self
            .orders()
            .filter(|order| order.status.is_final())
            .map(|order| order.id);
        let newest_to_go = finished.rev().nth(FINISHED).max(self.newest_dropped);
        let Some(newest_to_go) = newest_to_go else {
            return;
        };
        self.orders
            .retain(|order| order.id > newest_to_go || !order.status.is_final());
        self.newest_dropped = Some(newest_to_go);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Command,
        samples::{at, commands, id, offer},
    };
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn cursor(epoch: &str, seq: u64) -> Cursor {
        format!("{epoch}-{seq}").parse().unwrap()
    }

    fn empty() -> Board {
        Board::new(cursor("e", 0), Counts::default(), vec![], None)
    }

    /// A history of `steps` attempts on a few orders: the events that it made.
    fn history(steps: &[(u128, usize)]) -> Vec<Event> {
        let mut orders: BTreeMap<OrderId, Order> = BTreeMap::new();
        let mut events = Vec::new();
        for (second, &(order, command)) in steps.iter().enumerate() {
            let now = at(second as i64);
            let change = match orders.get(&id(order)) {
                None => Some(Order::new(id(order), offer(), now)),
                Some(known) => known
                    .clone()
                    .apply(commands()[command].clone(), Actor::AnyRole, now)
                    .ok(),
            };
            let Some((order, event_type)) = change else {
                continue;
            };
            orders.insert(order.id, order.clone());
            events.push(Event {
                event_type,
                order,
                timestamp: now,
                id: cursor("e", events.len() as u64 + 1),
            });
        }
        events
    }

    #[test]
    fn another_epoch_is_a_gap() {
        let mut board = empty();
        let mut event = history(&[(1, 0)]).remove(0);
        event.id = cursor("f", 1);
        assert_eq!(board.fold(&event), FoldResult::Gap);
        assert_eq!(board, empty());
    }

    #[test]
    fn the_answer_to_a_command_may_come_before_its_event() {
        let events = history(&[(1, 0), (1, 0)]);
        let mut board = empty();
        board.fold(&events[0]);
        assert_eq!(
            board.put(&events[1].order),
            FoldResult::Applied {
                before: Some(Status::PendingSupplier)
            }
        );
        assert_eq!(board.cursor().seq, 1);
        assert_eq!(board.fold(&events[1]), FoldResult::Duplicate);
        assert_eq!(board.cursor().seq, 2);
        assert_eq!(board.counts().of(Status::SupplierAccepted), 1);
        assert_eq!(board.counts().all(), 1);
    }

    #[test]
    fn finished_orders_are_bounded_and_still_counted() {
        let mut board = empty();
        let steps: Vec<_> = (0..250)
            .flat_map(|order| [(order, 0), (order, 8)])
            .collect();
        for event in history(&steps) {
            assert!(matches!(board.fold(&event), FoldResult::Applied { .. }));
        }
        assert_eq!(board.orders().count(), FINISHED);
        assert_eq!(board.counts().of(Status::Cancelled), 250);
        assert_eq!(board.orders().next().unwrap().id, id(50));
        assert_eq!(board.newest_dropped(), Some(id(49)));
        assert!(matches!(commands()[8], Command::Cancel { .. }));
    }

    proptest! {
        /// Whatever is lost, doubled or late on the way: an event is applied once, in its turn, or is a gap,
        /// and a board that has reached the end equals the straight fold.
        #[test]
        fn a_board_is_the_fold_of_all_events_up_to_its_cursor(
            steps in proptest::collection::vec((0u128..4, 0usize..9), 1..60),
            noise in proptest::collection::vec(0usize..60, 0..120),
        ) {
            let events = history(&steps);
            let mut straight = vec![empty()];
            for event in &events {
                let mut board = straight.last().unwrap().clone();
                prop_assert!(board.fold(event) != FoldResult::Gap);
                straight.push(board);
            }
            let mut board = empty();
            for event in noise.iter().filter_map(|n| events.get(*n)).chain(&events) {
                let before = board.cursor().seq;
                let folded = board.fold(event);
                match event.id.seq {
                    seq if seq == before + 1 => prop_assert!(matches!(folded, FoldResult::Applied { .. }), "{:?}", folded),
                    seq if seq <= before => prop_assert_eq!(folded, FoldResult::Duplicate),
                    _ => prop_assert_eq!(folded, FoldResult::Gap),
                }
                prop_assert_eq!(&board, &straight[board.cursor().seq as usize]);
            }
            prop_assert_eq!(&board, straight.last().unwrap());
            let json = serde_json::to_string(&board).unwrap();
            prop_assert_eq!(serde_json::from_str::<Board>(&json).unwrap(), board);
        }
    }
}
