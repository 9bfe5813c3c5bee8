//! What the board of a page holds: it follows from its route, and from how far the reader has read.

use super::{
    connection_state::{ConnectionState, StatusIndicator},
    reactive::memo,
    store::LiveStore,
};
use crate::{
    domain::{
        BoardQuery, Counts, Cursor, FoldResult, Name, OrderFilter, OrderId, Scope, Sequence,
        Snapshot, Status, Topic, shop::kitchen_shop::KitchenShop,
    },
    ui::{browser::timer::sleep, route::Route},
};
use chrono::TimeDelta;
use futures::{FutureExt, channel::oneshot, select_biased};
use leptos::prelude::*;
use std::time::Duration;

/// Tickets in each column of the kitchen: of one kitchen, and of all.
const TICKETS: usize = 50;
const TICKETS_OF_ALL: usize = 12;
/// Tickets in each column of the page that the server renders, as many as a screen shows. A live page reads on by itself.
const FIRST_TICKETS: usize = 6;
/// Tickets of that page in dispatch: its lanes are many narrow columns, so that what one status has too few of is left to
/// the others.
const FIRST_DELIVERIES: usize = 24;
/// Rows of that page in the list of orders.
pub const FIRST_ROWS: usize = 40;
/// How long a panel waits for its board before it is shown without.
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// Without a connection, the page is stale when its data is older than this.
const STALE: TimeDelta = TimeDelta::seconds(5);
/// Orders of each status on the dispatch panel.
const DELIVERIES: usize = 40;
const OFFERS: usize = 48;
const ROWS: usize = 100;

/// The orders that the server renders the page of a route with. `market`: how many orders there are; `shop`: the pizzeria
/// of its kitchen. `by_id`: see [`KitchenShop::topics`].
pub fn first_query(
    route: &Route,
    named: &[OrderId],
    market: Counts,
    shop: Option<&KitchenShop>,
    by_id: bool,
) -> BoardQuery {
    let query = with_shop(board_query(route, named), shop, by_id);
    let most = match route {
        Route::Supplier { .. } => FIRST_TICKETS,
        Route::Dispatch { .. } => {
            let open = query.statuses.iter().map(|status| market.of(*status));
            share(FIRST_DELIVERIES, open.collect())
        }
        Route::Orders { .. } => FIRST_ROWS,
        _ => query.first,
    };
    let first = query.first.min(most);
    BoardQuery { first, ..query }
}

/// How many of each kind there is room for, where those that are fewer leave their share to the others.
fn share(room: usize, mut kinds: Vec<u64>) -> usize {
    kinds.sort_unstable();
    let (mut left, mut kinds_left) = (room, kinds.len());
    for kind in kinds {
        let kind = kind as usize;
        if kind * kinds_left >= left {
            break;
        }
        (left, kinds_left) = (left - kind, kinds_left - 1);
    }
    left.checked_div(kinds_left).unwrap_or(room)
}

/// The orders that a live page of a route begins with. `named` are others that it speaks of: taken on this device, or
/// refused to a plain form.
pub fn board_query(route: &Route, named: &[OrderId]) -> BoardQuery {
    use Status::{Dispatched, InTransit, Ready, SupplierAccepted};
    let (due, newest) = (Sequence::Due, Sequence::Newest);
    let query = |scope, statuses: &[Status], sequence, first| BoardQuery {
        scope,
        statuses: statuses.to_vec(),
        sequence,
        first,
    };
    match route {
        Route::Home | Route::Nowhere => BoardQuery::nothing(),
        Route::Supplier { kitchen, .. } => {
            let first = kitchen.name().map_or(TICKETS_OF_ALL, |_| TICKETS);
            let open: Vec<_> = Status::open().collect();
            query(of_kitchen(kitchen.name()), &open, due, first)
        }
        Route::Customer { taking, .. } => {
            let named = taking.iter().chain(named).map(|id| Topic::Order(*id));
            let scope = Scope::of(std::iter::once(Topic::Offers).chain(named));
            query(scope, &[SupplierAccepted], newest, OFFERS)
        }
        Route::Track(id) => query(Scope::of([Topic::Order(*id)]), &[], due, 0),
        Route::Dispatch { .. } => {
            let named = named.iter().map(|id| Topic::Order(*id));
            let scope = Scope::of(std::iter::once(Topic::Dispatch).chain(named));
            query(scope, &[Ready, Dispatched, InTransit], due, DELIVERIES)
        }
        Route::Orders { query: list, .. } => {
            let filter = OrderFilter {
                supplier: None,
                ..list.filter(None)
            };
            // Filters that the board does not know apply to the orders of every status.
            let status = list.status.filter(|_| !filter.is_narrow());
            let statuses = status.map_or(Status::ALL.to_vec(), |status| vec![status]);
            let scope = of_kitchen(list.supplier.as_deref());
            // The rest of what a search finds is not read from the board.
            let first = if route.begins_beyond() {
                FIRST_ROWS
            } else {
                ROWS
            };
            query(scope, &statuses, newest, first)
        }
    }
}

/// A kitchen's query, with what its page takes by its pizzeria.
pub fn with_shop(query: BoardQuery, shop: Option<&KitchenShop>, by_id: bool) -> BoardQuery {
    match (shop, query.scope.topics()) {
        (Some(shop), Some(topics)) => {
            let scope = Scope::of(topics.iter().cloned().chain(shop.topics(by_id)));
            BoardQuery { scope, ..query }
        }
        _ => query,
    }
}

/// What a kitchen, or all of them, has. No order has a name that cannot be one.
fn of_kitchen(name: Option<&str>) -> Scope {
    let topic = |name: &str| Some(Topic::Supplier(Name::try_from(name.to_owned()).ok()?));
    name.map_or_else(Scope::everything, |name| Scope::of(topic(name)))
}

impl LiveStore {
    pub fn status_indicator(self) -> StatusIndicator {
        match self.connection.get() {
            ConnectionState::Live => StatusIndicator::Live,
            ConnectionState::Lost if self.age() < STALE => StatusIndicator::Reconnecting,
            ConnectionState::Still => StatusIndicator::Still,
            // A server whose own board is stale renders pages that are stale from the start.
            ConnectionState::Page if self.age() < STALE => StatusIndicator::Page,
            ConnectionState::Page | ConnectionState::Lost | ConnectionState::StoreUnavailable => {
                StatusIndicator::Stale
            }
        }
    }

    /// Whether an order is on the board, as that changes.
    pub fn has(self, id: OrderId) -> Memo<bool> {
        memo(move |_| {
            let is_here = self
                .board
                .with_value(|board| board.as_ref().is_some_and(|board| board.get(id).is_some()));
            match is_here {
                true => drop(self.row(id).inspect(ArcTrigger::track)),
                false => self.changed.track(),
            }
            is_here
        })
    }

    /// Subscribes to every change of the board.
    pub fn track(self) {
        self.changed.track();
    }

    /// Whether the board of this page cannot be read now.
    pub fn is_outage(self) -> bool {
        !self.is_loaded() || self.connection.get() == ConnectionState::Lost
    }

    /// Where the board ends that holds the newest orders.
    pub fn end_untracked(self) -> Option<OrderId> {
        self.board.with_value(|board| board.as_ref()?.end())
    }

    /// Whether the board is the one of this page, and not of the page before.
    pub fn is_of_page(self) -> bool {
        self.changed.track();
        self.wanted.with(|wanted| self.shows(wanted))
    }

    fn shows(self, wanted: &BoardQuery) -> bool {
        self.board.with_value(|board| {
            let board = board.as_ref();
            board.is_some_and(|board| board.query().covers(wanted))
        })
    }

    /// What the page of a route shows. An offer that is on the board needs no topic of its own.
    pub fn query_of(self, route: &Route, own: &[OrderId]) -> BoardQuery {
        let is_here = |id: OrderId| {
            self.changed.track();
            self.board
                .with_value(|board| board.as_ref()?.get(id).map(|_| ()))
                .is_some()
        };
        match route {
            Route::Customer {
                taking: Some(id),
                query,
            } if is_here(*id) => {
                let (taking, query) = (None, query.clone());
                board_query(&Route::Customer { taking, query }, own)
            }
            Route::Customer { .. } => board_query(route, own),
            Route::Supplier { kitchen, .. } => {
                self.with_shop_of(kitchen.name(), board_query(route, &[]))
            }
            route => board_query(route, &[]),
        }
    }

    /// Shows something else from now on, or more of the same, as soon as the connection has read its board.
    pub fn show(self, query: BoardQuery) {
        let is_news = self.wanted.with_untracked(|wanted| {
            let first = wanted.first.max(query.first);
            let as_far = BoardQuery {
                first,
                ..query.clone()
            };
            *wanted != as_far
        });
        if is_news {
            self.wanted.set(query);
        }
    }

    /// As [`LiveStore::show`], for a panel that is shown next: returns when its board is here, or cannot be read now. Then
    /// the panel shows so.
    pub async fn prepare(self, query: BoardQuery) -> bool {
        self.show(query);
        if !self.is_lost() && !untrack(|| self.is_of_page()) {
            let (arrived, arrival) = oneshot::channel();
            self.arrived.set_value(Some(arrived));
            select_biased! {
                _ = arrival.fuse() => {}
                () = sleep(LONGEST_WAIT).boxed_local().fuse() => {}
            }
        }
        true
    }

    /// Reads twice as many orders as the page has.
    pub fn read_on(self) {
        let first = self
            .board
            .with_value(|board| Some(board.as_ref()?.query().first));
        let first = (first.unwrap_or_default() * 2).min(BoardQuery::LARGEST);
        if self.wanted.with_untracked(|wanted| wanted.first < first) {
            self.wanted.update(|wanted| wanted.first = first);
        }
    }

    /// The board to read, if the one that is here is of another page, too small or running dry. A page is live before it
    /// reads a larger one.
    pub fn board_to_read(self) -> Option<BoardQuery> {
        let (wanted, is_live) = (self.wanted.get(), self.is_live());
        let is_enough = self.board.with_value(|board| {
            let board = board.as_ref();
            board.is_some_and(|board| {
                let has_all = || {
                    wanted
                        .statuses
                        .iter()
                        .all(|status| board.beyond(*status) == 0)
                };
                let is_large = !is_live || board.query().first >= wanted.first || has_all();
                board.query().covers(&wanted) && is_large && !board.runs_dry()
            })
        });
        (!is_enough).then_some(wanted)
    }

    /// Takes the numbers of the whole market as they were at `cursor`.
    pub fn count(self, cursor: &Cursor, market: Counts) {
        let counted = self
            .board
            .try_update_value(|board| Some(board.as_mut()?.count(cursor, market)));
        if counted.flatten() == Some(FoldResult::Skipped) {
            self.changed.notify();
        }
    }

    /// What the page wants to show.
    pub fn wanted(self) -> BoardQuery {
        self.wanted.get_untracked()
    }

    /// What the board is about.
    pub fn scope(self) -> Option<Scope> {
        self.board
            .with_value(|board| Some(board.as_ref()?.query().scope.clone()))
    }

    /// Whether the board has what was there at `cursor`, or is of another history.
    fn is_behind(self, cursor: &Cursor) -> bool {
        self.cursor()
            .is_none_or(|own| own.epoch != cursor.epoch || own.seq <= cursor.seq)
    }

    /// Continues from a larger board, unless it is older than this one.
    pub fn enlarge(self, snapshot: Snapshot) {
        let query = snapshot.board.query();
        let is_wanted = self.wanted.with_untracked(|wanted| query.covers(wanted));
        if is_wanted && self.is_behind(snapshot.board.cursor()) {
            self.replace(snapshot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            Board, Order, Window,
            samples::{at, id, offer},
        },
        ui::route::Kitchen,
    };

    /// A board with one ticket to answer, of so many.
    fn snapshot(query: BoardQuery, to_answer: u64) -> Snapshot {
        let order = Order::new(id(1), offer(), at(0)).0;
        let mut counts = Counts::default();
        counts.set(order.status, to_answer);
        let mut windows = [Window::All; Status::ALL.len()];
        if to_answer > 1 {
            windows[order.status as usize] = Window::UpTo((order.due(), order.id));
        }
        let cursor = "e-1".parse().unwrap();
        Snapshot {
            board: Board::new(cursor, query, [counts; 2], windows, vec![order]),
            verified_at: at(0),
            now: at(0),
        }
    }

    #[test]
    fn the_statuses_of_dispatch_share_the_page() {
        let first = |counts: [u64; 3]| {
            let mut market = Counts::default();
            let statuses = [Status::Ready, Status::Dispatched, Status::InTransit];
            for (status, count) in statuses.into_iter().zip(counts) {
                market.set(status, count);
            }
            first_query(&Route::dispatch(), &[], market, None, true).first
        };
        // Few are all there, and many have equal shares.
        for (counts, shown) in [
            ([0, 0, 0], [0, 0, 0]),
            ([3, 5, 9], [3, 5, 9]),
            ([1, 3, 20], [1, 3, 20]),
            ([500, 500, 500], [8, 8, 8]),
            ([500, 0, 4], [20, 0, 4]),
            ([0, 100, 0], [0, 24, 0]),
        ] {
            let first = first(counts) as u64;
            assert_eq!(counts.map(|count| count.min(first)), shown, "{counts:?}");
        }
    }

    #[test]
    fn a_kitchen_reads_on_once_it_is_live_if_there_is_more() {
        let route = Route::supplier(Kitchen::One("Bella Napoli".to_owned()));
        let (first, all) = (
            first_query(&route, &[], Counts::default(), None, true),
            board_query(&route, &[]),
        );
        assert_eq!((first.first, all.first), (FIRST_TICKETS, TICKETS));
        for (to_answer, read) in [(1, None), (2, Some(all.clone()))] {
            Owner::new().with(|| {
                let store = LiveStore::new(Some(snapshot(first.clone(), to_answer)), None);
                store.show(all.clone());
                assert_eq!(store.board_to_read(), None, "not live yet");
                store.set_connection(ConnectionState::Live);
                assert_eq!(store.board_to_read(), read, "{to_answer} to answer");
                // What the reader has read on to stays wanted.
                store.read_on();
                store.show(all.clone());
                assert_eq!(store.wanted().first, TICKETS);
            });
        }
    }
}
