//! What this instance knows of the log: the newest entries as a ring, and the board and the catalogue that they add up to.
//!
//! One task reads the log in order and verifies each second that nothing is missing. Sockets and pages read
//! from here; older entries are in the store. When the log has been lost (trimmed, or of another epoch) everything
//! is read again, and sockets see that their cursor is of another history.

mod catalogue;
mod clock_watch;
mod driver_before;
mod endings;
mod entry;
mod feed_ring;
#[cfg(test)]
mod feed_tests;
mod index_board;
mod load;
#[cfg(test)]
mod notice_tests;
mod order_counts;
mod order_index;
#[cfg(test)]
mod order_index_tests;
mod reader;
#[cfg(test)]
mod sample_market;
mod shop_index;
#[cfg(test)]
mod shop_index_tests;
mod stage_timers;
mod topics;
mod view;
#[cfg(test)]
mod viewer_tests;

pub use driver_before::driver_before;
pub use endings::Basis;
pub use entry::told;
pub use order_index::OrderIndex;
pub use reader::Reader;
pub use shop_index::stored_catalogue;
pub use view::{FeedMetrics, Next, frame, notice};

use crate::domain::{
    AccountId, Board, BoardQuery, Cursor, LogEvent, Order, OrderId, StageTimes, Time, Viewer,
};
use crate::server::{
    clock::now,
    store::{LogEntry, LogRead, Store, StoreError},
};
use clock_watch::ClockWatch;
use load::{CHUNK, load};
use std::{
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    select,
    sync::{Mutex, Notify, watch},
    time::sleep,
};
use topics::Topics;
use view::{ReadEntry, View};

/// How long the log may be silent before it is read to verify that nothing is missing.
const SILENCE: Duration = Duration::from_millis(700);
/// How long the first attempt after a failure waits; each further one twice as long, up to [`SILENCE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// How many menus are read from the store at once, at most.
const MENU_TURNS: usize = 32;
/// How long a failed read of the log waits.
const RETRY_DELAY: Duration = Duration::from_millis(100);

#[derive(Default)]
pub struct LiveFeed {
    state: RwLock<State>,
    /// Changes with every entry, and when the view becomes current or stale.
    moved: watch::Sender<u64>,
    /// How often the log could not be read, or was lost, and reading it began again.
    restarts: AtomicU64,
    clock_watch: ClockWatch,
    account_watch: OnceLock<AccountWatch>,
    /// What the menus that are held may take, in bytes.
    menu_memory: usize,
    menu_turns: [Mutex<()>; MENU_TURNS],
}

/// Told of each account that something has happened to, or (`None`) that it may have happened to any.
type AccountWatch = Box<dyn Fn(Option<AccountId>) + Send + Sync>;

#[derive(Default)]
struct State {
    view: Option<View>,
    /// The index of the view's ring by what sockets are about.
    topics: Topics,
}

/// A reader of what a scope holds, as far as its viewer may be told of it.
pub struct Subscription {
    feed: Arc<LiveFeed>,
    reader: Reader,
    /// Changes for readers of everything.
    moved: watch::Receiver<u64>,
    /// Told for readers of some topics.
    concerned: Arc<Notify>,
}

impl Subscription {
    /// Waits until there may be something to read, or the view becomes current or stale.
    pub async fn changed(&mut self) {
        match self.reader.scope.topics() {
            // Its sender lives as long as the feed.
            None => drop(self.moved.changed().await),
            Some(_) => self.concerned.notified().await,
        }
    }

    /// At most `limit` frames after a cursor.
    pub fn next(&self, cursor: &Cursor, limit: usize) -> Next {
        let State { view, topics } = &*self.feed.read();
        let view = view.as_ref();
        view.map_or(Next::NotLoaded, |view| {
            view.next(cursor, &self.reader, topics, limit)
        })
    }

    pub fn reader(&self) -> &Reader {
        &self.reader
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let Some(of) = self.reader.scope.topics() else {
            return;
        };
        let topics = &mut self.feed.write().topics;
        topics.leave(of, &self.concerned);
        if let Some(basis) = &self.reader.basis {
            topics.leave_account(basis.account, &self.concerned);
        }
    }
}

impl LiveFeed {
    /// From now on `watch` is told of each account that something has happened to, before any reader sees that entry;
    /// and of all of them, when the log is read again.
    pub fn watch_accounts(&self, watch: impl Fn(Option<AccountId>) + Send + Sync + 'static) {
        // There is one, set when the program starts.
        let _ = self.account_watch.set(Box::new(watch));
    }

    fn report_account(&self, account: Option<AccountId>) {
        self.account_watch.get().inspect(|watch| watch(account));
    }

    /// Follows the log permanently.
    pub async fn follow(self: Arc<Self>, store: Arc<dyn Store>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match load(&*store, self.menu_memory).await {
                Ok(view) => {
                    tracing::info!(cursor = %view.index.cursor(), orders = view.index.len(), pizzerias = view.shops.catalogue.len(), "read the board");
                    self.clock_watch.compare(view.latest);
                    self.replace(view);
                    pause = FIRST_PAUSE;
                    select! {
                        error = self.keep_up(&*store) => error,
                        never = self.read_dishes(&*store) => match never {},
                    }
                }
                Err(error) => Some(error),
            };
            self.restarts.fetch_add(1, Ordering::Relaxed);
            match error {
                None => tracing::warn!("the log was lost; reading everything again"),
                Some(error) => {
                    tracing::warn!(%error, "cannot read the board");
                    sleep(pause).await;
                    pause = (pause * 2).min(SILENCE);
                }
            }
        }
    }

    /// Returns when the log is lost.
    async fn keep_up(&self, store: &dyn Store) -> Option<StoreError> {
        loop {
            let cursor = self.cursor()?;
            match store.read_log(&cursor, CHUNK, SILENCE).await {
                Ok(LogRead::Entries(entries)) => {
                    if !self.take(&entries) {
                        return None;
                    }
                }
                Ok(LogRead::CursorExpired) => return None,
                Err(error) => {
                    tracing::warn!(%error, "cannot read the log");
                    self.restarts.fetch_add(1, Ordering::Relaxed);
                    self.report_staleness();
                    sleep(RETRY_DELAY).await;
                }
            }
        }
    }

    fn replace(&self, view: View) {
        self.report_account(None);
        let mut state = self.write();
        state.topics.search_again(&view.ring);
        state.view = Some(view);
        drop(state);
        self.wake_all();
    }

    /// Adds entries to ring and board: false if one does not follow.
    fn take(&self, entries: &[LogEntry]) -> bool {
        let Some(mut read) = self.read_entries(entries) else {
            return false;
        };
        let mut state = self.write();
        let State { view, topics } = &mut *state;
        let Some(view) = view else {
            return false;
        };
        let before = view.ring.head();
        let added = entries.iter().zip(&mut read).map(|(entry, read)| {
            let span = view.add(entry, read)?;
            topics.add_newest(&view.ring);
            Some(span)
        });
        let Some(spans) = added.collect::<Option<Vec<_>>>() else {
            return false;
        };
        self.clock_watch.compare(view.latest);
        let is_current_again = view.verify();
        drop(state);
        match is_current_again {
            true => self.wake_all(),
            false if !entries.is_empty() => self.wake_concerned(before, &read),
            false => {}
        }
        // From here on they are on their way to every socket.
        drop(spans);
        true
    }

    /// What entries say; `None` where one cannot be read.
    fn read_entries(&self, entries: &[LogEntry]) -> Option<Vec<ReadEntry>> {
        let read = |entry: &LogEntry| {
            let read = ReadEntry::read(&entry.text).ok();
            if read.is_none() {
                tracing::error!(after = ?self.cursor(), "an entry of the log cannot be read");
            }
            read
        };
        let entries: Vec<_> = entries.iter().map(read).collect::<Option<_>>()?;
        for entry in &entries {
            if let LogEvent::Account(event) = &entry.event {
                self.report_account(Some(event.account));
            }
        }
        Some(entries)
    }

    /// Wakes the readers, once, when the view becomes stale.
    fn report_staleness(&self) {
        let mut state = self.write();
        let view = state.view.as_mut();
        let news =
            view.is_some_and(|view| view.is_stale() && std::mem::take(&mut view.known_current));
        drop(state);
        if news {
            self.wake_all();
        }
    }

    /// A reader of what its scope holds and its viewer may be told of, up to the end of what it has signed in with.
    pub fn subscribe(self: &Arc<Self>, reader: Reader) -> Subscription {
        let concerned = Arc::new(Notify::new());
        let scope = reader.viewer.narrowed(reader.scope);
        let reader = Reader { scope, ..reader };
        if let Some(of) = reader.scope.topics() {
            let State { view, topics } = &mut *self.write();
            topics.listen(of, &concerned, view.as_ref().map(|view| &*view.ring));
            if let Some(basis) = &reader.basis {
                topics.listen_to_account(basis.account, &concerned);
            }
        }
        Subscription {
            feed: self.clone(),
            reader,
            moved: self.moved.subscribe(),
            concerned,
        }
    }

    /// Changes with every entry.
    pub fn moves(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// Where the board is, if there is one.
    pub fn cursor(&self) -> Option<Cursor> {
        self.read()
            .view
            .as_ref()
            .map(|view| view.index.cursor().clone())
    }

    /// What a page shows a viewer, and when it was last verified.
    pub fn board(&self, query: &BoardQuery, viewer: &Viewer) -> Option<(Board, Time)> {
        self.read()
            .view
            .as_ref()
            .map(|view| (view.index.board(query, viewer), view.verified_at))
    }

    /// Reads something of the orders, if they have been read.
    pub fn read_index<T>(&self, read: impl FnOnce(&OrderIndex) -> T) -> Option<T> {
        self.read().view.as_ref().map(|view| read(&view.index))
    }

    /// An order as the log has it: not one that finished long ago.
    pub fn order(&self, id: OrderId) -> Option<Order> {
        self.read_index(|index| index.get(id).cloned()).flatten()
    }

    /// How fast the stages have been that a viewer sees: `None` where nothing has been read yet, or it sees none.
    pub fn stage_times(&self, viewer: &Viewer, now: Time) -> Option<StageTimes> {
        let state = self.read();
        state.view.as_ref()?.stage_timers.times(viewer, now)
    }

    /// Whether it was verified in the last seconds that nothing is missing.
    pub fn is_current(&self) -> bool {
        self.read()
            .view
            .as_ref()
            .is_some_and(|view| !view.is_stale())
    }

    /// What can be measured now, unless nothing has been read yet.
    pub fn metrics(&self) -> Option<FeedMetrics> {
        let now = now();
        self.read().view.as_ref().map(|view| view.metrics(now))
    }

    /// How often reading the log had to begin again.
    pub fn restarts(&self) -> u64 {
        self.restarts.load(Ordering::Relaxed)
    }

    /// Waits until the board holds what `cursor` stands for, or has moved to another history.
    pub async fn reached(&self, cursor: &Cursor) {
        let there = |at: Option<Cursor>| {
            at.is_some_and(|at| at.epoch != cursor.epoch || at.seq >= cursor.seq)
        };
        let mut moved = self.moved.subscribe();
        while !there(self.cursor()) {
            if moved.changed().await.is_err() {
                break;
            }
        }
    }

    fn wake_all(&self) {
        self.moved.send_modify(|n| *n += 1);
        self.read().topics.notify_all();
    }

    /// Wakes those whom the entries after a position concern. The view is not locked for writing any more: they can read.
    fn wake_concerned(&self, position: u64, read: &[ReadEntry]) {
        self.moved.send_modify(|n| *n += 1);
        let state = self.read();
        let ring = state.view.as_ref().map(|view| &view.ring);
        let entries = ring.and_then(|ring| ring.after(position));
        for (_, entry) in entries.into_iter().flatten() {
            let topics = entry.topics();
            topics.iter().for_each(|topic| state.topics.notify(topic));
        }
        for entry in read {
            if let LogEvent::Account(event) = &entry.event {
                state.topics.notify_account(event.account);
            }
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}
