//! The live view of a page: what its scope is about, in windows, as the fold of all events up to a cursor.
//!
//! Each browser keeps one behind its screen; an instance makes it from the orders of the whole market. On any doubt the
//! fold returns [`FoldResult::Gap`] and changes nothing; the holder of the board then reads it again. It never guesses.

use super::event::NotNext;
use crate::domain::{
    BoardQuery, Cursor, Event, Name, Order, OrderId, Sequence, Status, Subject, Time, Viewer,
    Window, Windows,
};
use serde::{Deserialize, Serialize};

/// How many orders that are over, or that have left the scope, stay on a board: those that changed last.
pub const RECENT: usize = 100;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Board {
    cursor: Cursor,
    query: BoardQuery,
    /// How many orders of the whole market have each status: exact when it was counted, and moved by what the scope hears.
    market: Counts,
    /// The number of the last event that was counted with the market.
    counted: u64,
    /// How many orders of the scope have each status that the page lists, those that are not on the board included.
    counts: Counts,
    windows: Windows,
    /// How many orders the windows held when it was read.
    begun: [usize; Status::ALL.len()],
    /// Sorted by id: oldest first.
    orders: Vec<Order>,
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

/// The names that a list can be narrowed to, sorted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Names {
    pub kitchens: Vec<Name>,
    pub drivers: Vec<Name>,
}

/// How many orders have each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts([u64; Status::ALL.len()]);

/// What an event did to a board.
#[derive(Clone, Debug, PartialEq)]
pub enum FoldResult {
    /// The order changed, or what is known of the market; its status before, if it was on the board.
    Applied { before: Option<Status> },
    /// Nothing of this board's scope has happened, up to where its cursor is now.
    Skipped,
    /// It was known already.
    Duplicate,
    /// Something is missing before it, or it is of another store.
    Gap,
}

impl From<NotNext> for FoldResult {
    fn from(why: NotNext) -> FoldResult {
        match why {
            NotNext::Known => FoldResult::Duplicate,
            NotNext::Gap => FoldResult::Gap,
        }
    }
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

    /// One less has this status.
    fn lost(&mut self, status: Status) {
        self.0[status as usize] = self.0[status as usize].saturating_sub(1);
    }

    /// An order has gone from one status, or from none, to another.
    pub fn moved(&mut self, from: Option<Status>, to: Status) {
        if let Some(from) = from {
            self.lost(from);
        }
        self.add(to);
    }
}

impl Board {
    /// The view at `cursor`: `orders` are all that the windows cover, and the newest of those that are over.
    pub fn new(
        cursor: Cursor,
        query: BoardQuery,
        [market, counts]: [Counts; 2],
        windows: Windows,
        mut orders: Vec<Order>,
    ) -> Board {
        orders.sort_unstable_by_key(|order| order.id);
        orders.dedup_by_key(|order| order.id);
        let mut board = Board {
            counted: cursor.seq,
            cursor,
            query,
            market,
            counts,
            windows,
            begun: Default::default(),
            orders,
        };
        board.begun = board.held();
        board
    }

    /// How many of the orders that the page lists have each status.
    fn held(&self) -> [usize; Status::ALL.len()] {
        let mut held = [0; Status::ALL.len()];
        self.listed()
            .for_each(|order| held[order.status as usize] += 1);
        held
    }

    pub fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    pub fn query(&self) -> &BoardQuery {
        &self.query
    }

    /// Of the orders in its scope, those that are not on the board included.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Of the whole market.
    pub fn market(&self) -> Counts {
        self.market
    }

    pub fn window(&self, status: Status) -> Window {
        self.windows[status as usize]
    }

    pub fn get(&self, id: OrderId) -> Option<&Order> {
        self.find(id).ok().map(|place| &self.orders[place])
    }

    /// Where an order is among them, or would be.
    fn find(&self, id: OrderId) -> Result<usize, usize> {
        self.orders.binary_search_by_key(&id, |order| order.id)
    }

    /// All orders on the board, oldest first.
    pub fn orders(&self) -> impl DoubleEndedIterator<Item = &Order> + ExactSizeIterator {
        self.orders.iter()
    }

    /// The orders of its scope that have a status which the page lists.
    pub fn listed(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.orders().filter(|order| self.lists(order))
    }

    fn lists(&self, order: &Order) -> bool {
        self.window(order.status) != Window::Closed && self.query.scope.holds(order)
    }

    /// How many orders of a status are in the scope, and not on the board.
    pub fn beyond(&self, status: Status) -> u64 {
        if self.window(status).is_whole() {
            return 0;
        }
        let here = self.held()[status as usize] as u64;
        self.counts.of(status).saturating_sub(here)
    }

    /// Where its windows end that hold the newest orders: all that are newer are here.
    pub fn end(&self) -> Option<OrderId> {
        self.windows.iter().find_map(|window| match window {
            Window::After(id) => Some(*id),
            _ => None,
        })
    }

    /// Whether a window has lost half of its orders, and more are to be read.
    pub fn runs_dry(&self) -> bool {
        let held = self.held();
        let is_dry = |held: usize, begun: usize, all: u64| 2 * held < begun && (held as u64) < all;
        let windows = || self.windows.iter().zip(Status::ALL);
        let after = windows().filter(|(window, _)| matches!(window, Window::After(_)));
        let after = after.fold((0, 0, 0), |(here, begun, all), (_, &status)| {
            let at = status as usize;
            (
                here + held[at],
                begun + self.begun[at],
                all + self.counts.of(status),
            )
        });
        let mut upto = windows().filter(|(window, _)| matches!(window, Window::UpTo(_)));
        is_dry(after.0, after.1, after.2)
            || upto.any(|(_, &status)| {
                let at = status as usize;
                is_dry(held[at], self.begun[at], self.counts.of(status))
            })
    }

    pub fn fold(&mut self, event: &Event) -> FoldResult {
        if let Err(why) = self.cursor.follow_event(&event.id) {
            return why.into();
        }
        let order = &event.order;
        let before = event.status_before();
        if event.id.seq > self.counted {
            self.market.moved(before, order.status);
        }
        if !self.is_about(event) {
            return FoldResult::Skipped;
        }
        self.counts.moved(before, order.status);
        let folded = self.put(order);
        if !self.keeps(order)
            && let Ok(place) = self.find(order.id)
        {
            self.orders.remove(place);
        }
        folded
    }

    /// The same, for a viewer that may be told of an order for the last time: then it leaves the board.
    pub fn fold_for(&mut self, event: &Event, viewer: &Viewer) -> FoldResult {
        let (cursor, counted) = (self.cursor.seq, self.counted);
        let is_about = self.is_about(event);
        let folded = self.fold(event);
        let order = &event.order;
        if self.cursor.seq == cursor || viewer.sees(order) {
            return folded;
        }
        if event.id.seq > counted {
            self.market.lost(order.status);
        }
        if is_about {
            self.counts.lost(order.status);
        }
        if let Ok(place) = self.find(order.id) {
            self.orders.remove(place);
        }
        folded
    }

    fn is_about(&self, event: &Event) -> bool {
        let driver_before = self.get(event.order.id).and_then(|order| order.driver_id);
        let subject = Subject::of(event, driver_before);
        self.query.scope.concerns(&subject)
    }

    /// Takes the numbers of the whole market as they were at `cursor`, if no event after that has moved those here.
    pub fn count(&mut self, cursor: &Cursor, market: Counts) -> FoldResult {
        if cursor.epoch != self.cursor.epoch || cursor.seq < self.cursor.seq {
            return FoldResult::Duplicate;
        }
        (self.market, self.counted) = (market, cursor.seq);
        FoldResult::Skipped
    }

    /// Moves over a stretch of the log, of which nothing is about what this board shows.
    pub fn skip(&mut self, after: &Cursor, id: &Cursor) -> FoldResult {
        if after.epoch != id.epoch {
            return FoldResult::Gap;
        }
        match self.cursor.follow(after.seq, id) {
            Ok(()) => FoldResult::Skipped,
            Err(why) => why.into(),
        }
    }

    /// Takes an order that did not come as an event (the answer to a command), if it is newer than the one here.
    /// The cursor and the counts stay: the event will come, and move them.
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
        self.trim();
        FoldResult::Applied { before }
    }

    fn keeps(&self, order: &Order) -> bool {
        self.query.names(order.id)
            || self.window(order.status).covers(order)
            || self.is_passing(order)
    }

    /// Whether it is over for this page, and stays for a while, so that the page can show what happened to it.
    fn is_passing(&self, order: &Order) -> bool {
        let over = order.status.is_final() && self.window(order.status) == Window::Closed;
        (over || !self.query.scope.holds(order)) && !self.query.names(order.id)
    }

    fn trim(&mut self) {
        let passing = self.orders().filter(|order| self.is_passing(order));
        let mut passing: Vec<_> = passing.map(|order| (order.updated_at, order.id)).collect();
        if let Some(most) = passing.len().checked_sub(RECENT + 1) {
            let (_, &mut last, _) = passing.select_nth_unstable(most);
            let is_left = |order: &Order| (order.updated_at, order.id) > last;
            let kept: Vec<bool> = self
                .orders()
                .map(|order| !self.is_passing(order) || is_left(order))
                .collect();
            let mut kept = kept.into_iter();
            self.orders.retain(|_| kept.next().unwrap_or(true));
        }
        if self.query.sequence == Sequence::Newest {
            let listed = || self.listed().rev();
            // Seldom, so that a reader at the end of the list keeps what is there.
            let is_long = listed().nth(4 * self.query.first).is_some();
            let last = listed().nth(2 * self.query.first).filter(|_| is_long);
            if let Some(last) = last.map(|order| order.id) {
                self.narrow(last);
            }
        }
    }

    /// The newest orders are all that a window holds: those up to `last` are left out.
    fn narrow(&mut self, last: OrderId) {
        for window in &mut self.windows {
            if *window != Window::Closed {
                *window = Window::After(last);
            }
        }
        let (query, windows) = (&self.query, &self.windows);
        self.orders.retain(|order| {
            let is_closed = windows[order.status as usize] == Window::Closed;
            order.id > last || is_closed || query.names(order.id) || !query.scope.holds(order)
        });
    }
}

#[cfg(test)]
impl Board {
    /// A board about the whole market, with `orders` in it and no end.
    pub fn whole(cursor: &str, sequence: Sequence, orders: Vec<Order>) -> Board {
        let is_listed = |status: &Status| sequence == Sequence::Newest || !status.is_final();
        let statuses: Vec<_> = Status::ALL.iter().copied().filter(is_listed).collect();
        let mut windows = [Window::Closed; Status::ALL.len()];
        let mut counts = Counts::default();
        statuses
            .iter()
            .for_each(|status| windows[*status as usize] = Window::All);
        orders.iter().for_each(|order| counts.add(order.status));
        let query = BoardQuery {
            scope: crate::domain::Scope::everything(),
            statuses,
            sequence,
            first: 100,
        };
        let cursor = cursor.parse().unwrap();
        Board::new(cursor, query, [counts; 2], windows, orders)
    }

    pub fn beginning_with(mut self, first: usize) -> Board {
        self.query.first = first;
        self
    }

    /// The same orders, in another history.
    pub fn in_history(self, cursor: Cursor) -> Board {
        Board { cursor, ..self }
    }
}
