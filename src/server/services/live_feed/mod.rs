//! What this instance knows of the log: the newest entries as a ring, and the board that they add up to.
//!
//! One task reads the log in order and verifies each second that nothing is missing. Sockets and pages read
//! from here; older entries are in the store. When the log has been lost (trimmed, or of another epoch) everything
//! is read again, and sockets see that their cursor is of another history.

mod clock_watch;
mod load;
mod view;
mod waits;

pub use view::{FeedMetrics, Next, frame};

use crate::domain::{Board, Cursor, StageTimes, Time};
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
use tokio::{sync::watch, time::sleep};
use view::View;

/// How long the log may be silent before it is read to verify that nothing is missing.
const SILENCE: Duration = Duration::from_millis(700);
/// How long the first attempt after a failure waits; each further one twice as long, up to [`SILENCE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// How long a failed read of the log waits.
const RETRY_DELAY: Duration = Duration::from_millis(100);

#[derive(Default)]
pub struct LiveFeed {
    view: RwLock<Option<View>>,
    /// Changes with every entry, and when the view becomes current or stale.
    moved: watch::Sender<u64>,
    /// How often the log could not be read, or was lost, and reading it began again.
    restarts: AtomicU64,
    clock_watch: ClockWatch,
}

impl LiveFeed {
    /// Follows the log permanently.
    pub async fn follow(self: Arc<Self>, store: Arc<dyn Store>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match load(&*store).await {
                Ok(view) => {
                    tracing::info!(cursor = %view.board.cursor(), orders = view.board.orders().count(), "read the board");
                    self.clock_watch.compare(view.latest);
                    *self.write() = Some(view);
                    self.touch();
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

    /// Adds entries to ring and board: false if one does not follow.
    fn take(&self, entries: &[LogEntry]) -> bool {
        let mut guard = self.write();
        let Some(view) = guard.as_mut() else {
            return false;
        };
        let added: Option<Vec<_>> = entries.iter().map(|entry| view.add(entry)).collect();
        let Some(spans) = added else {
            return false;
        };
        self.clock_watch.compare(view.latest);
        let news = view.verify() || !entries.is_empty();
        drop(guard);
        if news {
            self.touch();
        }
        // From here on they are on their way to every socket.
        drop(spans);
        true
    }

    /// Wakes the readers, once, when the view becomes stale.
    fn report_staleness(&self) {
        let mut guard = self.write();
        let news = guard
            .as_mut()
            .is_some_and(|view| view.is_stale() && std::mem::take(&mut view.known_current));
        drop(guard);
        if news {
            self.touch();
        }
    }

    /// Wakes with every change.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// At most `limit` frames after a cursor.
    pub fn next(&self, cursor: &Cursor, limit: usize) -> Next {
        let view = self.read();
        view.as_ref()
            .map_or(Next::NotLoaded, |view| view.next(cursor, limit))
    }

    /// Where the board is, if there is one.
    pub fn cursor(&self) -> Option<Cursor> {
        self.read().as_ref().map(|view| view.board.cursor().clone())
    }

    /// The board, and when it was last verified.
    pub fn board(&self) -> Option<(Board, Time)> {
        self.read()
            .as_ref()
            .map(|view| (view.board.clone(), view.verified_at))
    }

    /// Reads something from the board, if there is one.
    pub fn read_board<T>(&self, read: impl FnOnce(&Board) -> T) -> Option<T> {
        self.read().as_ref().map(|view| read(&view.board))
    }

    pub fn stage_times(&self, now: Time) -> Option<StageTimes> {
        let view = self.read();
        view.as_ref().map(|view| view.stage_timer.times(now))
    }

    /// Whether it was verified in the last seconds that nothing is missing.
    pub fn is_current(&self) -> bool {
        self.read().as_ref().is_some_and(|view| !view.is_stale())
    }

    /// What can be measured now, unless nothing has been read yet.
    pub fn metrics(&self) -> Option<FeedMetrics> {
        let now = now();
        self.read().as_ref().map(|view| view.metrics(now))
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
        let mut moved = self.watch();
        while !there(self.cursor()) {
            if moved.changed().await.is_err() {
                break;
            }
        }
    }

    fn touch(&self) {
        self.moved.send_modify(|n| *n += 1);
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Option<View>> {
        self.view
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Option<View>> {
        self.view
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::{view::STALE_AFTER, *};
    use crate::domain::{Counts, Ring, StageTimer};
    use std::time::Instant;

    #[test]
    fn readers_learn_when_a_stale_view_is_verified() {
        let feed = LiveFeed::default();
        let cursor = "e-0".parse().unwrap();
        let board = Board::new(cursor, Counts::default(), vec![], None);
        let view = View::new(board, Ring::new(0, 1), StageTimer::default());
        *feed.write() = Some(View {
            verified: Instant::now() - 2 * STALE_AFTER,
            ..view
        });
        let mut moved = feed.watch();
        assert!(!feed.is_current());
        assert!(feed.take(&[]));
        assert!(feed.is_current() && moved.has_changed().unwrap());
        // The next one is no news.
        moved.mark_unchanged();
        assert!(feed.take(&[]));
        assert!(!moved.has_changed().unwrap());
    }
}
