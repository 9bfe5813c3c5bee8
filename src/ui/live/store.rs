//! The live board of the page. Panels read it; only the connection and the answers to commands write it.
//!
//! It is a keyed store: the view of one order is notified of changes of that order alone, the view of a list of every
//! change. How an event changes the board is decided by the domain's fold.

use super::{
    clock::Clock, connection_state::ConnectionState, reactive::memo, row_triggers::RowTriggers,
};
use crate::domain::{
    Board, BoardQuery, Cursor, Event, FoldResult, Order, OrderId, Snapshot, Time, Viewer, Zone,
    shop::kitchen_shop::KitchenShop,
};
use crate::ui::viewer::viewer;
use chrono::TimeDelta;
use futures::channel::oneshot;
use leptos::prelude::*;
use std::sync::Arc;

#[derive(Clone, Copy)]
pub struct LiveStore {
    pub(super) board: StoredValue<Option<Board>>,
    pub(super) viewer: StoredValue<Arc<Viewer>>,
    /// The pizzeria of the kitchen that the page shows.
    pub(super) shop: RwSignal<Option<KitchenShop>>,
    /// What the page shows, or will show as soon as the board of that is read.
    pub(super) wanted: RwSignal<BoardQuery>,
    /// What awaits the next board.
    pub(super) arrived: StoredValue<Option<oneshot::Sender<()>>>,
    /// It is called with each event that has changed the board.
    listener: StoredValue<Option<Listener>>,
    rows: StoredValue<RowTriggers>,
    /// It notifies after each change of the board.
    pub(super) changed: Trigger,
    pub(super) connection: RwSignal<ConnectionState>,
    /// The board contains every event up to this time.
    verified_at: RwSignal<Time>,
    clock: Clock,
    hydrated: RwSignal<bool>,
}

type Listener = Box<dyn Fn(&Event) + Send + Sync>;

impl LiveStore {
    pub fn new(snapshot: Option<Snapshot>, zone: Option<Zone>) -> LiveStore {
        let times = snapshot.as_ref().map(|of| (of.verified_at, of.now));
        let (verified_at, now) = times.unwrap_or_default();
        let board = snapshot.map(|snapshot| snapshot.board);
        let wanted = board.as_ref().map(|board: &Board| board.query().clone());
        LiveStore {
            board: StoredValue::new(board),
            viewer: StoredValue::new(viewer()),
            shop: RwSignal::new(None),
            wanted: RwSignal::new(wanted.unwrap_or_else(BoardQuery::nothing)),
            arrived: StoredValue::default(),
            listener: StoredValue::default(),
            rows: StoredValue::default(),
            changed: Trigger::new(),
            connection: RwSignal::new(ConnectionState::Page),
            verified_at: RwSignal::new(verified_at),
            clock: Clock::new(now, zone),
            hydrated: RwSignal::new(false),
        }
    }

    /// The store of this page.
    pub fn from_context() -> LiveStore {
        expect_context()
    }

    pub fn is_loaded(self) -> bool {
        self.changed.track();
        self.board.with_value(Option::is_some)
    }

    /// One order, as it changes. `None` if it is not on the board now.
    pub fn order(self, id: OrderId) -> Option<Memo<Order>> {
        let get = move || {
            self.board
                .with_value(|board| board.as_ref()?.get(id).cloned())
        };
        let first = get()?;
        Some(memo(move |known: Option<&Order>| match get() {
            Some(order) => {
                self.row(id).inspect(ArcTrigger::track);
                order
            }
            // An order that has left the board is shown as it was until its row is removed. Its trigger is gone
            // already; a board that is read again may contain the order again.
            None => {
                self.changed.track();
                known.unwrap_or(&first).clone()
            }
        }))
    }

    pub(super) fn row(self, id: OrderId) -> Option<ArcTrigger> {
        self.rows.try_update_value(|rows| rows.get_or_insert(id))
    }

    /// A property of the board, read again with every change. Boxed, so that this is compiled once for each type of
    /// value.
    pub fn view<T: Default + PartialEq + Send + Sync + 'static>(
        self,
        read: impl Fn(&Board) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let read: Box<dyn Fn(&Board) -> T + Send + Sync> = Box::new(read);
        self.boxed_view(read)
    }

    fn boxed_view<T: Default + PartialEq + Send + Sync + 'static>(
        self,
        read: Box<dyn Fn(&Board) -> T + Send + Sync>,
    ) -> Memo<T> {
        memo(move |_| self.with(|board| board.map(&read).unwrap_or_default()))
    }

    /// Reads the board, and subscribes to its changes.
    pub fn with<T>(self, read: impl FnOnce(Option<&Board>) -> T) -> T {
        self.changed.track();
        self.board.with_value(|board| read(board.as_ref()))
    }

    /// The current version of an order on the board.
    pub fn version(self, id: OrderId) -> Option<u32> {
        self.with(|board| board?.get(id).map(|order| order.version))
    }

    /// Whether the program runs on this page. Without it, controls that need the program must not be offered.
    pub fn is_hydrated(self) -> bool {
        self.hydrated.get()
    }

    pub fn is_live(self) -> bool {
        self.connection.get() == ConnectionState::Live
    }

    pub fn is_lost(self) -> bool {
        self.connection.get_untracked() == ConnectionState::Lost
    }

    pub fn is_live_untracked(self) -> bool {
        self.connection.get_untracked() == ConnectionState::Live
    }

    pub fn is_hydrated_untracked(self) -> bool {
        self.hydrated.get_untracked()
    }

    /// How old the data may be.
    pub fn age(self) -> TimeDelta {
        (self.now() - self.verified_at.get()).max(TimeDelta::zero())
    }

    pub fn verified_at(self) -> Time {
        self.verified_at.get()
    }

    /// The time, by the server's clock. It ticks once a second.
    pub fn now(self) -> Time {
        self.clock.now()
    }

    /// The time for a view that counts in minutes to or from `moment`: at most ten seconds old.
    pub fn about_now(self, moment: Time) -> Time {
        self.clock.about_now(moment)
    }

    pub fn now_untracked(self) -> Time {
        self.clock.now_untracked()
    }

    pub fn zone(self) -> Option<Zone> {
        self.clock.zone.get()
    }

    pub fn zone_untracked(self) -> Option<Zone> {
        self.clock.zone.get_untracked()
    }
}

/// For the connection, which keeps it live.
impl LiveStore {
    pub fn cursor(self) -> Option<Cursor> {
        self.board
            .with_value(|board| board.as_ref().map(|board| board.cursor().clone()))
    }

    /// Calls `listener` with each event that changes the board from now on.
    pub fn on_event(self, listener: impl Fn(&Event) + Send + Sync + 'static) {
        self.listener.set_value(Some(Box::new(listener)));
    }

    pub fn fold(self, event: &Event) -> FoldResult {
        let viewer = self.viewer.get_value();
        let folded = self.write(event.order.id, |board| board.fold_for(event, &viewer));
        if matches!(folded, FoldResult::Applied { .. }) {
            self.listener
                .with_value(|listener| listener.as_ref().map(|call| call(event)));
        }
        folded
    }

    /// Moves over what is not about this board.
    pub fn skip(self, after: &Cursor, id: &Cursor) -> FoldResult {
        let skipped = self
            .board
            .try_update_value(|board| Some(board.as_mut()?.skip(after, id)));
        skipped.flatten().unwrap_or(FoldResult::Gap)
    }

    /// Applies the answer to a command, which may arrive before its event.
    pub fn put(self, order: &Order) {
        self.write(order.id, |board| board.put(order));
    }

    fn write(self, id: OrderId, write: impl FnOnce(&mut Board) -> FoldResult) -> FoldResult {
        let mut orders = usize::MAX;
        let folded = self.board.try_update_value(|board| {
            let board = board.as_mut()?;
            let folded = write(board);
            orders = board.orders().len();
            Some(folded)
        });
        let folded = folded.flatten().unwrap_or(FoldResult::Gap);
        if matches!(folded, FoldResult::Applied { .. }) {
            let row = self.rows.with_value(|rows| rows.get(id));
            row.inspect(ArcTrigger::notify);
            if self.rows.with_value(|rows| rows.len() > orders) {
                self.drop_rows();
            }
        }
        // What is known already may still move the counts.
        if folded != FoldResult::Gap {
            self.changed.notify();
        }
        folded
    }

    /// A page that is open for weeks has at most as many triggers as its board has orders.
    fn drop_rows(self) {
        let left = self.board.with_value(|board| {
            let board = board.as_ref()?;
            self.rows.try_update_value(|rows| rows.take_left(board))
        });
        left.unwrap_or_default().notify();
    }

    /// Continues from a board that has just been read.
    pub fn replace(self, snapshot: Snapshot) {
        self.board.set_value(Some(snapshot.board));
        let arrived = self.arrived.try_update_value(Option::take).flatten();
        // Another panel was chosen in the meantime, if it is not awaited.
        arrived.map(|arrived| arrived.send(()).ok());
        self.verified_at.set(snapshot.verified_at);
        // The view of an order that is on this board too makes its trigger again.
        let rows = self.rows.try_update_value(std::mem::take);
        rows.unwrap_or_default().notify();
        self.changed.notify();
    }

    /// The board contains every event up to `at`, by the server's clock.
    pub fn confirm(self, at: Time, browser: Time) {
        self.clock.set(at, browser);
        self.verified_at.set(at);
        self.set_connection(ConnectionState::Live);
    }

    /// A frame has arrived, so the board contains every event up to now.
    pub fn touch(self, browser: Time) {
        self.tick(browser);
        let now = self.now_untracked();
        if self.verified_at.get_untracked() != now {
            self.verified_at.set(now);
        }
        self.set_connection(ConnectionState::Live);
    }

    pub fn set_connection(self, connection: ConnectionState) {
        if self.connection.get_untracked() != connection {
            self.connection.set(connection);
        }
    }

    pub fn tick(self, browser: Time) {
        self.clock.tick(browser);
    }

    pub fn hydrate(self, zone: Zone) {
        self.clock.zone.set(Some(zone));
        self.hydrated.set(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Sequence, Status,
        samples::{at, commands, id, offer},
    };

    fn store() -> LiveStore {
        LiveStore::new(Some(snapshot()), None)
    }

    fn snapshot() -> Snapshot {
        Snapshot {
            board: Board::whole("e-0", Sequence::Due, vec![]),
            verified_at: at(0),
            now: at(0),
        }
    }

    fn opened(n: u128) -> Order {
        Order::new(id(n), offer(), at(0)).0
    }

    fn cancelled(n: u128) -> Order {
        let cancel = commands()[8].clone();
        opened(n).apply(cancel, Actor::AnyRole, at(1)).unwrap().0
    }

    fn status(order: Memo<Order>) -> Status {
        order.with_untracked(|order| order.status)
    }

    fn triggers(store: LiveStore) -> usize {
        store.rows.with_value(|rows| rows.len())
    }

    fn finish(store: LiveStore, orders: std::ops::Range<u128>) {
        for n in orders {
            store.put(&opened(n));
            let shown = store.order(id(n)).unwrap();
            assert_eq!(status(shown), Status::PendingSupplier);
            store.put(&cancelled(n));
            assert_eq!(status(shown), Status::Cancelled);
        }
    }

    #[test]
    fn an_order_that_leaves_the_board_takes_its_trigger_with_it() {
        Owner::new().with(|| {
            let store = store();
            finish(store, 0..1_000);
            let on_board = store.with(|board| board.unwrap().orders().count());
            assert!(on_board < 1_000);
            assert_eq!(triggers(store), on_board);
        });
    }

    #[test]
    fn what_shows_an_order_that_has_left_the_board_shows_it_as_it_was() {
        Owner::new().with(|| {
            let store = store();
            store.put(&opened(0));
            let shown = store.order(id(0)).unwrap();
            finish(store, 1..300);
            assert_eq!(status(shown), Status::PendingSupplier);
            store.put(&cancelled(0));
            assert_eq!(store.version(id(0)), None);
            assert_eq!(status(shown), Status::PendingSupplier);
            assert!(store.order(id(0)).is_none());
        });
    }

    #[test]
    fn an_order_that_a_new_board_brings_back_is_followed_again() {
        Owner::new().with(|| {
            let store = store();
            store.put(&opened(1));
            let shown = store.order(id(1)).unwrap();
            assert_eq!(status(shown), Status::PendingSupplier);
            store.replace(snapshot());
            assert_eq!(status(shown), Status::PendingSupplier);
            assert_eq!(triggers(store), 0);
            let mut again = snapshot();
            again.board.put(&opened(1));
            store.replace(again);
            assert_eq!(status(shown), Status::PendingSupplier);
            store.put(&cancelled(1));
            assert_eq!(status(shown), Status::Cancelled);
        });
    }
}
