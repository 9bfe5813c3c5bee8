//! The one live board of the page, and the clock beside it. Panels read; only `live` and answered commands write.
//!
//! It is a keyed store: whoever shows one order is woken by changes of that order alone, whoever shows a list by
//! any. What changes, and whether it may, is the domain's fold.

use super::reactive::memo;
use crate::domain::{Board, Cursor, Event, Folded, Order, OrderId, Snapshot, Time};
use chrono::TimeDelta;
use leptos::prelude::*;

/// Into so many parts those are divided who count in minutes, so that a second never asks all of them.
const BEATS: usize = 10;
/// While the connection is gone: so old, and the page calls itself stale.
const STALE: TimeDelta = TimeDelta::seconds(5);

#[derive(Clone, Copy)]
pub struct LiveStore {
    board: StoredValue<Option<Board>>,
    /// Who is told of each event that has changed it.
    heard: StoredValue<Option<Heard>>,
    rows: StoredValue<RowTriggers>,
    /// Some order has changed.
    changed: Trigger,
    link: RwSignal<ConnectionState>,
    /// Nothing is missing up to here.
    verified_at: RwSignal<Time>,
    now: RwSignal<Time>,
    /// The same for whoever counts in minutes: each looks at the clock every ten seconds, a tenth of all with each.
    beats: StoredValue<[RwSignal<Time>; BEATS]>,
    /// How far the browser's clock is behind the server's, in milliseconds.
    behind: StoredValue<i64>,
    /// Minutes east of UTC, where that is known.
    zone: RwSignal<Option<i32>>,
    hydrated: RwSignal<bool>,
}

type Heard = Box<dyn Fn(&Event) + Send + Sync>;

/// How the page hangs on the live channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConnectionState {
    /// Not at all: it is as it was rendered.
    Page,
    Live,
    /// It was, and is trying again.
    Lost,
    /// It is, but the server has lost touch with its store.
    Away,
}

/// What the lamp shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StatusIndicator {
    Page,
    Live,
    Reconnecting,
    Stale,
}

impl LiveStore {
    pub fn new(snapshot: Option<Snapshot>, zone: Option<i32>) -> LiveStore {
        let (board, verified_at, now) = match snapshot {
            Some(Snapshot {
                board,
                verified_at,
                now,
            }) => (Some(board), verified_at, now),
            None => (None, Time::default(), Time::default()),
        };
        LiveStore {
            board: StoredValue::new(board),
            heard: StoredValue::default(),
            rows: StoredValue::default(),
            changed: Trigger::new(),
            link: RwSignal::new(ConnectionState::Page),
            verified_at: RwSignal::new(verified_at),
            now: RwSignal::new(now),
            beats: StoredValue::new([(); BEATS].map(|()| RwSignal::new(now))),
            behind: StoredValue::new(0),
            zone: RwSignal::new(zone),
            hydrated: RwSignal::new(false),
        }
    }

    /// The market of this page.
    pub fn here() -> LiveStore {
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
            // Off the board, it stays as it was last seen until its row is gone too. Its trigger is gone already;
            // a board that is read again may have the order back.
            None => {
                self.changed.track();
                known.unwrap_or(&first).clone()
            }
        }))
    }

    fn row(self, id: OrderId) -> Option<ArcTrigger> {
        self.rows.try_update_value(|rows| rows.of(id))
    }

    /// Something about the board, read anew with every change. Boxed, so that this is compiled once for each
    /// kind of answer.
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

    /// Reads the board now, and is told when it changes.
    pub fn with<T>(self, read: impl FnOnce(Option<&Board>) -> T) -> T {
        self.changed.track();
        self.board.with_value(|board| read(board.as_ref()))
    }

    /// The version that an order on the board has now.
    pub fn version(self, id: OrderId) -> Option<u32> {
        self.with(|board| board?.get(id).map(|order| order.version))
    }

    /// Before the page is live, or where it never will be: what only works by itself must not be offered.
    pub fn is_hydrated(self) -> bool {
        self.hydrated.get()
    }

    pub fn is_live(self) -> bool {
        self.link.get() == ConnectionState::Live
    }

    pub fn is_lost(self) -> bool {
        self.link.get_untracked() == ConnectionState::Lost
    }

    pub fn is_live_untracked(self) -> bool {
        self.link.get_untracked() == ConnectionState::Live
    }

    pub fn is_hydrated_untracked(self) -> bool {
        self.hydrated.get_untracked()
    }

    pub fn lamp(self) -> StatusIndicator {
        match self.link.get() {
            ConnectionState::Live => StatusIndicator::Live,
            ConnectionState::Lost if self.age() < STALE => StatusIndicator::Reconnecting,
            // A server that vouches for nothing renders pages that are stale from the start.
            ConnectionState::Page if self.age() < STALE => StatusIndicator::Page,
            ConnectionState::Page | ConnectionState::Lost | ConnectionState::Away => {
                StatusIndicator::Stale
            }
        }
    }

    /// How old the data may be.
    pub fn age(self) -> TimeDelta {
        (self.now.get() - self.verified_at.get()).max(TimeDelta::zero())
    }

    pub fn verified_at(self) -> Time {
        self.verified_at.get()
    }

    /// The time, by the server's clock. It ticks once a second.
    pub fn now(self) -> Time {
        self.now.get()
    }

    /// The time for whoever counts in minutes to or from `moment`: ten seconds old at most.
    pub fn about_now(self, moment: Time) -> Time {
        let beat = moment.millis().unsigned_abs() as usize % BEATS;
        self.beats.with_value(|beats| beats[beat].get())
    }

    pub fn now_untracked(self) -> Time {
        self.now.get_untracked()
    }

    pub fn zone(self) -> Option<i32> {
        self.zone.get()
    }

    pub fn zone_untracked(self) -> Option<i32> {
        self.zone.get_untracked()
    }
}

/// One trigger for each order that is shown and on the board, sorted by id. It notifies what shows the order.
#[derive(Default)]
struct RowTriggers(Vec<(OrderId, ArcTrigger)>);

impl RowTriggers {
    fn find(&self, id: OrderId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |(id, _)| *id)
    }

    fn get(&self, id: OrderId) -> Option<ArcTrigger> {
        self.find(id).ok().map(|at| self.0[at].1.clone())
    }

    /// Makes it where there is none yet.
    fn of(&mut self, id: OrderId) -> ArcTrigger {
        let at = self.find(id).unwrap_or_else(|at| {
            self.0.insert(at, (id, ArcTrigger::new()));
            at
        });
        self.0[at].1.clone()
    }

    /// Removes the triggers of the orders that have left the board, and returns them.
    fn take_left(&mut self, board: &Board) -> RowTriggers {
        // What is newer than the newest order that was forgotten is on the board.
        let is_here = |id| Some(id) > board.newest_dropped() || board.get(id).is_some();
        RowTriggers(self.0.extract_if(.., |(id, _)| !is_here(*id)).collect())
    }

    fn notify(self) {
        self.0.iter().for_each(|(_, row)| row.notify());
    }
}

/// For whoever keeps it live.
impl LiveStore {
    pub fn cursor(self) -> Option<Cursor> {
        self.board
            .with_value(|board| board.as_ref().map(|board| board.cursor().clone()))
    }

    /// From now on, `heard` is told of each event that has changed the board.
    pub fn hear(self, heard: impl Fn(&Event) + Send + Sync + 'static) {
        self.heard.set_value(Some(Box::new(heard)));
    }

    pub fn fold(self, event: &Event) -> Folded {
        let folded = self.write(event.order.id, |board| board.fold(event));
        if matches!(folded, Folded::Applied { .. }) {
            self.heard
                .with_value(|heard| heard.as_ref().map(|heard| heard(event)));
        }
        folded
    }

    /// Takes the answer to a command, which may be here before its event.
    pub fn put(self, order: &Order) {
        self.write(order.id, |board| board.put(order));
    }

    fn write(self, id: OrderId, write: impl FnOnce(&mut Board) -> Folded) -> Folded {
        let mut forgets = false;
        let folded = self.board.try_update_value(|board| {
            let board = board.as_mut()?;
            let before = board.newest_dropped();
            let folded = write(board);
            forgets = board.newest_dropped() != before;
            Some(folded)
        });
        let folded = folded.flatten().unwrap_or(Folded::Gap);
        if matches!(folded, Folded::Applied { .. }) {
            let row = self.rows.with_value(|rows| rows.get(id));
            row.inspect(ArcTrigger::notify);
            if forgets {
                self.drop_rows();
            }
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

    /// Begins again from a board that has just been read.
    pub fn replace(self, snapshot: Snapshot) {
        self.board.set_value(Some(snapshot.board));
        self.verified_at.set(snapshot.verified_at);
        // What shows an order that is on this board too makes its trigger again.
        let rows = self.rows.try_update_value(std::mem::take);
        rows.unwrap_or_default().notify();
        self.changed.notify();
    }

    /// Nothing was missing just now, at `at` by the server's clock.
    pub fn vouch(self, at: Time, browser: Time) {
        self.behind.set_value((at - browser).num_milliseconds());
        self.tick(browser);
        self.verified_at.set(at);
        self.relink(ConnectionState::Live);
    }

    /// A frame came, so nothing is missing now.
    pub fn touch(self, browser: Time) {
        self.tick(browser);
        let now = self.now.get_untracked();
        if self.verified_at.get_untracked() != now {
            self.verified_at.set(now);
        }
        self.relink(ConnectionState::Live);
    }

    pub fn relink(self, link: ConnectionState) {
        if self.link.get_untracked() != link {
            self.link.set(link);
        }
    }

    pub fn tick(self, browser: Time) {
        let now = browser + TimeDelta::milliseconds(self.behind.get_value());
        let (second, before) = (
            now.millis() / 1_000,
            self.now.get_untracked().millis() / 1_000,
        );
        if second == before {
            return;
        }
        self.now.set(now);
        // Of a page that nobody sees, the clock may have slept.
        let missed = second.abs_diff(before).min(BEATS as u64);
        for back in 0..missed {
            let beat = (second.unsigned_abs() - back) as usize % BEATS;
            self.beats.with_value(|beats| beats[beat].set(now));
        }
    }

    pub fn wake(self, zone: i32) {
        self.zone.set(Some(zone));
        self.hydrated.set(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Counts, Status,
        samples::{at, commands, id, offer},
    };

    fn store() -> LiveStore {
        LiveStore::new(Some(snapshot()), None)
    }

    fn snapshot() -> Snapshot {
        Snapshot {
            board: Board::new("e-0".parse().unwrap(), Counts::default(), vec![], None),
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
        store.rows.with_value(|rows| rows.0.len())
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
