//! What this instance knows of the log: the newest entries as a ring, and the board that they add up to.
//!
//! One task reads the log in order and verifies each second that nothing is missing. Sockets and pages read
//! from here; older entries are in the store. When the log has been lost (trimmed, or of another epoch) everything
//! is read again, and sockets see that their cursor is of another history.

mod clock_watch;
mod load;
mod order_index;
#[cfg(test)]
mod order_index_tests;
mod topics;
mod view;

pub use order_index::OrderIndex;
pub use view::{FeedMetrics, Next, concerns, frame};

use crate::domain::{Board, BoardQuery, Cursor, Order, OrderId, Scope, StageTimes, Time};
use crate::server::{
    clock::now,
    store::{LogEntry, LogRead, Store, StoreError},
};
use clock_watch::ClockWatch;
use load::{CHUNK, load};
use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    time::sleep,
};
use topics::Topics;
use view::View;

/// How long the log may be silent before it is read to verify that nothing is missing.
const SILENCE: Duration = Duration::from_millis(700);
/// How long the first attempt after a failure waits; each further one twice as long, up to [`SILENCE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
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
}

#[derive(Default)]
struct State {
    view: Option<View>,
    /// The index of the view's ring by what sockets are about.
    topics: Topics,
}

/// A reader of what a scope holds.
pub struct Subscription {
    feed: Arc<LiveFeed>,
    scope: Scope,
    /// Changes for readers of everything.
    moved: watch::Receiver<u64>,
    /// Told for readers of some topics.
    concerned: Arc<Notify>,
}

impl Subscription {
    /// Waits until there may be something to read, or the view becomes current or stale.
    pub async fn changed(&mut self) {
        match self.scope.topics() {
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
            view.next(cursor, &self.scope, topics, limit)
        })
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(topics) = self.scope.topics() {
            self.feed.write().topics.leave(topics, &self.concerned);
        }
    }
}

impl LiveFeed {
    /// Follows the log permanently.
    pub async fn follow(self: Arc<Self>, store: Arc<dyn Store>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match load(&*store).await {
                Ok(view) => {
                    tracing::info!(cursor = %view.index.cursor(), orders = view.index.len(), "read the board");
                    self.clock_watch.compare(view.latest);
                    self.replace(view);
                    pause = FIRST_PAUSE;
                    self.keep_up(&*store).await
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
        let mut state = self.write();
        state.topics.search_again(&view.ring);
        state.view = Some(view);
        drop(state);
        self.wake_all();
    }

    /// Adds entries to ring and board: false if one does not follow.
    fn take(&self, entries: &[LogEntry]) -> bool {
        let mut state = self.write();
        let State { view, topics } = &mut *state;
        let Some(view) = view else {
            return false;
        };
        let before = view.ring.head();
        let added = entries.iter().map(|entry| {
            let span = view.add(entry)?;
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
            false if !entries.is_empty() => self.wake_concerned(before),
            false => {}
        }
        // From here on they are on their way to every socket.
        drop(spans);
        true
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

    /// A reader of what `scope` holds.
    pub fn subscribe(self: &Arc<Self>, scope: Scope) -> Subscription {
        let concerned = Arc::new(Notify::new());
        if let Some(of) = scope.topics() {
            let State { view, topics } = &mut *self.write();
            topics.listen(of, &concerned, view.as_ref().map(|view| &view.ring));
        }
        Subscription {
            feed: self.clone(),
            scope,
            moved: self.moved.subscribe(),
            concerned,
        }
    }

    /// Where the board is, if there is one.
    pub fn cursor(&self) -> Option<Cursor> {
        self.read()
            .view
            .as_ref()
            .map(|view| view.index.cursor().clone())
    }

    /// What a page shows, and when it was last verified.
    pub fn board(&self, query: &BoardQuery) -> Option<(Board, Time)> {
        self.read()
            .view
            .as_ref()
            .map(|view| (view.index.board(query), view.verified_at))
    }

    /// Reads something of the orders, if they have been read.
    pub fn read_index<T>(&self, read: impl FnOnce(&OrderIndex) -> T) -> Option<T> {
        self.read().view.as_ref().map(|view| read(&view.index))
    }

    /// An order as the log has it: not one that finished long ago.
    pub fn order(&self, id: OrderId) -> Option<Order> {
        self.read_index(|index| index.get(id).cloned()).flatten()
    }

    pub fn stage_times(&self, now: Time) -> Option<StageTimes> {
        let state = self.read();
        state.view.as_ref().map(|view| view.stage_timer.times(now))
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
    fn wake_concerned(&self, position: u64) {
        self.moved.send_modify(|n| *n += 1);
        let state = self.read();
        let ring = state.view.as_ref().map(|view| &view.ring);
        let entries = ring.and_then(|ring| ring.after(position));
        for (_, entry) in entries.into_iter().flatten() {
            entry
                .subject
                .topics()
                .for_each(|topic| state.topics.notify(&topic));
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, State> {
        self.state
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::{view::STALE_AFTER, *};
    use crate::domain::{
        Counts, Event, Order, Ring, StageTimer, Topic,
        samples::{at, id, offer},
    };
    use futures::FutureExt;
    use std::time::Instant;

    #[test]
    fn readers_learn_when_a_stale_view_is_verified() {
        let feed = LiveFeed::default();
        let cursor = "e-0".parse().unwrap();
        let index = OrderIndex::new(cursor, Counts::default(), vec![], None);
        let view = View::new(index, Ring::new(0, 1), StageTimer::default());
        feed.replace(View {
            verified: Instant::now() - 2 * STALE_AFTER,
            ..view
        });
        let mut moved = feed.moved.subscribe();
        assert!(!feed.is_current());
        assert!(feed.take(&[]));
        assert!(feed.is_current() && moved.has_changed().unwrap());
        // The next one is no news.
        moved.mark_unchanged();
        assert!(feed.take(&[]));
        assert!(!moved.has_changed().unwrap());
    }

    /// The first events of some orders, as entries of the log.
    fn entries(orders: &[u128]) -> Vec<LogEntry> {
        let entries = (1..).zip(orders).map(|(seq, n)| {
            let (order, event_type) = Order::new(id(*n), offer(), at(0));
            let event = Event {
                event_type,
                order,
                timestamp: at(0),
                actor: None,
                id: format!("e-{seq}").parse().unwrap(),
            };
            LogEntry {
                text: serde_json::to_string(&event).unwrap().into(),
                trace: None,
            }
        });
        entries.collect()
    }

    #[test]
    fn only_whom_an_entry_concerns_is_woken_and_nobody_silent_is_too_slow() {
        let feed = Arc::new(LiveFeed::default());
        let about = |n| Scope::of([Topic::Order(id(n))]);
        let [mut first, mut second] = [1, 2].map(|n| feed.subscribe(about(n)));
        let start: Cursor = "e-0".parse().unwrap();
        let index = OrderIndex::new(start.clone(), Counts::default(), vec![], None);
        feed.replace(View::new(index, Ring::new(0, 2), StageTimer::default()));
        let is_woken = |reader: &mut Subscription| reader.changed().now_or_never().is_some();
        assert!(is_woken(&mut first) && is_woken(&mut second));
        let entries = entries(&[1, 1, 1, 2]);
        assert!(feed.take(&entries[..2]) && feed.take(&entries[2..3]));
        assert!(is_woken(&mut first) && !is_woken(&mut second));
        // Its first entry has left the ring.
        assert!(matches!(first.next(&start, 9), Next::NotHeld));
        assert!(
            matches!(second.next(&start, 9), Next::Frames(frames, at) if frames.is_empty() && at.seq == 3)
        );
        assert!(feed.take(&entries[3..]));
        assert!(!is_woken(&mut first) && is_woken(&mut second));
        match second.next(&start, 9) {
            Next::Frames(frames, at) => assert_eq!((frames.len(), frames[0].0, at.seq), (1, 4, 4)),
            _ => panic!("it is held"),
        }
    }
}
