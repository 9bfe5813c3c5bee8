//! What this instance knows of the log: the newest entries as a ring, and the board that they add up to.
//!
//! One task reads the log in order and verifies each second that nothing is missing. Sockets and pages read
//! from here; older entries are in the store. When the log has been lost (trimmed, or of another epoch) everything
//! is read again, and sockets see that their cursor is of another history.

use super::order_documents;
use crate::domain::{
    Board, Counts, Cursor, Event, Folded, Ring, RingRead, StageTimer, StageTimes, Status, Time,
};
use crate::server::{
    clock::now,
    store::{JsonText, LogEntry, LogRead, Query, Result, Store, StoreError},
    telemetry::{
        metrics::{FEED_DELAY, STAGE_SECONDS},
        trace,
    },
};
use bytes::Bytes;
use chrono::TimeDelta;
use metrics::histogram;
use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::sleep};

/// Entries held in memory: about a kilobyte each.
const CAPACITY: usize = 16_384;
/// Entries read at once.
const CHUNK: usize = 512;
/// How long the log may be silent before it is read to verify that nothing is missing.
const SILENCE: Duration = Duration::from_millis(700);
/// A view that was not verified for this long is not current.
const STALE_AFTER: Duration = Duration::from_secs(2);

#[derive(Default)]
pub struct LiveFeed {
    view: RwLock<Option<View>>,
    /// Changes with every entry, and when the view becomes current or stale.
    moved: watch::Sender<u64>,
    /// How often the log could not be read, or was lost, and reading it began again.
    restarts: AtomicU64,
}

struct View {
    board: Board,
    /// The text of each entry, as every socket sends it.
    ring: Ring<Bytes>,
    /// How long the stages took that these entries ended.
    stage_timer: StageTimer,
    verified: Instant,
    /// The same moment on the clock.
    verified_at: Time,
    /// Whether readers know the view as current.
    known_current: bool,
}

/// Measurements of the feed.
pub struct FeedMetrics {
    /// Since it was last verified that nothing is missing.
    pub verified_age: Duration,
    /// The number of the newest entry, and the one after which all are held in memory.
    pub position: u64,
    pub oldest: u64,
    /// Orders of the whole market.
    pub orders: Vec<(Status, u64)>,
    /// For how long the order that has a status longest has had it, for each status that is not final.
    pub waits: Vec<(Status, Duration)>,
}

/// What a reader with a cursor finds.
pub enum Next {
    /// What comes after the cursor, and the cursor after that.
    Frames(Vec<Bytes>, Cursor),
    /// Older than what is held here: the store may have it.
    NotHeld,
    /// A cursor of another history, or one that was never issued.
    OtherHistory {
        newest: Cursor,
        /// The oldest one of this history from which everything is held here.
        oldest: Cursor,
    },
    /// This instance has not read anything yet.
    NotLoaded,
}

impl LiveFeed {
    /// Follows the log permanently.
    pub async fn follow(self: Arc<Self>, store: Arc<dyn Store>) {
        let mut pause = Duration::from_millis(50);
        loop {
            let error = match load(&*store).await {
                Ok(view) => {
                    tracing::info!(cursor = %view.board.cursor(), orders = view.board.orders().count(), "read the board");
                    *self.write() = Some(view);
                    self.touch();
                    pause = Duration::from_millis(50);
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
                    sleep(Duration::from_millis(100)).await;
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
        let mut spans = Vec::new();
        for LogEntry { text, trace } in entries {
            let Ok(event) = serde_json::from_str::<Event>(text) else {
                tracing::error!(after = %view.board.cursor(), "an entry of the log cannot be read");
                return false;
            };
            if view.board.fold(&event) == Folded::Gap {
                return false;
            }
            if let Some((stage, lasted)) = view.stage_timer.note(&event) {
                histogram!(STAGE_SECONDS, "stage" => stage.name()).record(seconds(lasted));
            }
            histogram!(FEED_DELAY).record(seconds(now() - event.timestamp));
            if let Some(span) = trace.as_deref().map(trace::deliver) {
                span.record("cursor", tracing::field::display(&event.id));
                spans.push(span);
            }
            view.ring.push(frame(text));
        }
        // A reader that looked when a stopped process had just gone on knows it as stale.
        let news = view.is_stale() || !view.known_current || !entries.is_empty();
        (view.verified, view.verified_at) = (Instant::now(), now());
        view.known_current = true;
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

    pub fn next(&self, cursor: &Cursor, limit: usize) -> Next {
        let guard = self.read();
        let Some(view) = guard.as_ref() else {
            return Next::NotLoaded;
        };
        let head = view.board.cursor();
        if head.epoch != cursor.epoch {
            return view.other_history();
        }
        match view.ring.after(cursor.seq, limit) {
            RingRead::Items(frames) => {
                let seq = cursor.seq + frames.len() as u64;
                Next::Frames(
                    frames,
                    Cursor {
                        seq,
                        ..cursor.clone()
                    },
                )
            }
            RingRead::Dropped => Next::NotHeld,
            RingRead::Ahead => view.other_history(),
        }
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

/// A clock that was set back makes nothing faster than at once.
fn seconds(time: TimeDelta) -> f64 {
    time.to_std().unwrap_or_default().as_secs_f64()
}

/// An entry as it is sent: it is copied once, and then shared by all sockets.
pub fn frame(entry: &JsonText) -> Bytes {
    Bytes::copy_from_slice(entry.as_bytes())
}

impl View {
    fn other_history(&self) -> Next {
        let newest = self.board.cursor().clone();
        let oldest = Cursor {
            seq: self.ring.oldest(),
            ..newest.clone()
        };
        Next::OtherHistory { newest, oldest }
    }

    fn metrics(&self, now: Time) -> FeedMetrics {
        let counts = self.board.counts();
        let orders = Status::ALL
            .iter()
            .map(|&status| (status, counts.of(status)));
        let mut waits: Vec<_> = Status::ALL
            .iter()
            .filter(|status| !status.is_final())
            .map(|&status| (status, Duration::ZERO))
            .collect();
        for order in self.board.orders() {
            let waits_for = (now - order.since()).to_std().unwrap_or_default();
            let same = waits.iter_mut().find(|(status, _)| *status == order.status);
            if let Some((_, longest)) = same {
                *longest = waits_for.max(*longest);
            }
        }
        FeedMetrics {
            verified_age: self.verified.elapsed(),
            position: self.board.cursor().seq,
            oldest: self.ring.oldest(),
            orders: orders.collect(),
            waits,
        }
    }

    fn is_stale(&self) -> bool {
        self.verified.elapsed() > STALE_AFTER
    }
}

/// Reads the board at one moment, and fills the ring with what came just before it.
async fn load(store: &dyn Store) -> Result<View> {
    /// The board keeps fewer; of each final state the newest may be the ones.
    const NEWEST: usize = 200;
    let queries: Vec<Query> = Status::ALL
        .iter()
        .map(|&status| Query {
            index: order_documents::index(Some(status), None),
            before: None,
            limit: if status.is_final() {
                NEWEST
            } else {
                usize::MAX
            },
        })
        .collect();
    let listing = store.list(&queries).await?;
    let mut counts = Counts::default();
    let mut newest_dropped = None;
    for (&status, page) in Status::ALL.iter().zip(&listing.pages) {
        counts.set(status, page.total);
        // Those that follow are older than the last one here, so that it has to go, too.
        newest_dropped = newest_dropped.max(page.next.as_ref().and_then(order_documents::id));
    }
    let pages = listing.pages.into_iter();
    let open = order_documents::readable(pages.flat_map(|page| page.documents));
    let open = open.into_iter().map(|(order, _)| order).collect();
    let (ring, stage_timer) = warm(store, &listing.cursor).await?;
    let board = Board::new(listing.cursor, counts, open, newest_dropped);
    Ok(View {
        board,
        ring,
        stage_timer,
        verified: Instant::now(),
        verified_at: now(),
        known_current: true,
    })
}

/// A ring with the newest entries up to `head`, so that clients who come back all at once are served from memory;
/// and what they say of how long everything takes.
async fn warm(store: &dyn Store, head: &Cursor) -> Result<(Ring<Bytes>, StageTimer)> {
    let mut seq = head.seq.saturating_sub(CAPACITY as u64);
    let own = format!("\"id\":\"{}-", head.epoch);
    let (mut ring, mut stage_timer) = (Ring::new(seq, CAPACITY), StageTimer::default());
    while seq < head.seq {
        let limit = CHUNK.min((head.seq - seq) as usize);
        match store
            .read_log(
                &Cursor {
                    seq,
                    ..head.clone()
                },
                limit,
                Duration::ZERO,
            )
            .await?
        {
            LogRead::Entries(entries) if !entries.is_empty() => {
                for LogEntry { text: entry, .. } in &entries {
                    seq += 1;
                    // What cannot be read is left out; where the board needs it, reading the log reports that.
                    if let Ok(event) = serde_json::from_str(entry) {
                        stage_timer.note(&event);
                    }
                    // No client can resume from before this history began.
                    match entry.contains(&*own) {
                        true => ring.push(frame(entry)),
                        false => ring = Ring::new(seq, CAPACITY),
                    }
                }
            }
            // Trimmed down to fewer than fit here, or lost while reading: begin at the head.
            _ => return Ok((Ring::new(head.seq, CAPACITY), stage_timer)),
        }
    }
    Ok((ring, stage_timer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_learn_when_a_stale_view_is_verified() {
        let feed = LiveFeed::default();
        let cursor = "e-0".parse().unwrap();
        *feed.write() = Some(View {
            board: Board::new(cursor, Counts::default(), vec![], None),
            ring: Ring::new(0, CAPACITY),
            stage_timer: StageTimer::default(),
            verified: Instant::now() - 2 * STALE_AFTER,
            verified_at: now(),
            known_current: true,
        });
        let mut moved = feed.watch();
        assert!(!feed.is_current());
        assert!(feed.take(&[]));
        assert!(feed.is_current() && moved.has_changed().unwrap());
        // The next one is none.
        moved.mark_unchanged();
        assert!(feed.take(&[]));
        assert!(!moved.has_changed().unwrap());
    }
}
