//! What the feed holds of the log: the board, the newest entries as a ring, and when it was last verified.

use super::waits::Waits;
use crate::domain::{
    Board, Cursor, Event, FoldResult, Order, Ring, RingRead, StageTimer, Status, Time,
};
use crate::server::{
    clock::now,
    store::{JsonText, LogEntry},
    telemetry::{
        metrics::{FEED_DELAY, STAGE_SECONDS},
        trace,
    },
};
use bytes::Bytes;
use chrono::TimeDelta;
use metrics::histogram;
use std::time::{Duration, Instant};
use tracing::Span;

/// Entries held in memory: about a kilobyte each.
pub const CAPACITY: usize = 16_384;
/// A view that was not verified for this long is not current.
pub const STALE_AFTER: Duration = Duration::from_secs(2);

pub struct View {
    pub board: Board,
    /// The text of each entry, as every socket sends it.
    pub ring: Ring<Bytes>,
    /// The latest moment in an order that was read.
    pub latest: Time,
    /// How long the stages took that these entries ended.
    pub stage_timer: StageTimer,
    pub waits: Waits,
    pub verified: Instant,
    /// The same moment on the clock.
    pub verified_at: Time,
    /// Whether readers know the view as current.
    pub known_current: bool,
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

impl View {
    /// A view that has just been read.
    pub fn new(board: Board, ring: Ring<Bytes>, stage_timer: StageTimer) -> View {
        let latest = board.orders().map(Order::latest).max();
        View {
            waits: Waits::of(&board),
            latest: latest.unwrap_or_default(),
            board,
            ring,
            stage_timer,
            verified: Instant::now(),
            verified_at: now(),
            known_current: true,
        }
    }

    /// Adds an entry to ring and board, and returns the span of its delivery; `None` if it does not follow.
    pub fn add(&mut self, LogEntry { text, trace }: &LogEntry) -> Option<Option<Span>> {
        let Ok(event) = serde_json::from_str::<Event>(text) else {
            tracing::error!(after = %self.board.cursor(), "an entry of the log cannot be read");
            return None;
        };
        let before = self.board.get(event.order.id).map(Waits::entry);
        match self.board.fold(&event) {
            FoldResult::Gap => return None,
            FoldResult::Applied { .. } => self.waits.moved(before, &event.order),
            FoldResult::Duplicate => {}
        }
        self.latest = self.latest.max(event.order.latest());
        if let Some((stage, lasted)) = self.stage_timer.record(&event) {
            histogram!(STAGE_SECONDS, "stage" => stage.name()).record(seconds(lasted));
        }
        histogram!(FEED_DELAY).record(seconds(now() - event.timestamp));
        self.ring.push(frame(text));
        let span = trace.as_deref().map(trace::deliver);
        span.iter().for_each(|span| {
            span.record("cursor", tracing::field::display(&event.id));
        });
        Some(span)
    }

    /// Nothing is missing now; whether readers did not know that.
    pub fn verify(&mut self) -> bool {
        // A reader that looked when a stopped process had just gone on knows it as stale.
        let news = self.is_stale() || !self.known_current;
        (self.verified, self.verified_at) = (Instant::now(), now());
        self.known_current = true;
        news
    }

    pub fn next(&self, cursor: &Cursor, limit: usize) -> Next {
        if self.board.cursor().epoch != cursor.epoch {
            return self.other_history();
        }
        match self.ring.after(cursor.seq, limit) {
            RingRead::Items(frames) => {
                let seq = cursor.seq + frames.len() as u64;
                let epoch = cursor.epoch.clone();
                Next::Frames(frames, Cursor { epoch, seq })
            }
            RingRead::Dropped => Next::NotHeld,
            RingRead::Ahead => self.other_history(),
        }
    }

    fn other_history(&self) -> Next {
        let newest = self.board.cursor().clone();
        let oldest = Cursor {
            seq: self.ring.oldest(),
            ..newest.clone()
        };
        Next::OtherHistory { newest, oldest }
    }

    pub fn metrics(&self, now: Time) -> FeedMetrics {
        let counts = self.board.counts();
        let orders = Status::ALL
            .iter()
            .map(|&status| (status, counts.of(status)));
        FeedMetrics {
            verified_age: self.verified.elapsed(),
            position: self.board.cursor().seq,
            oldest: self.ring.oldest(),
            orders: orders.collect(),
            waits: self.waits.longest(now).collect(),
        }
    }

    pub fn is_stale(&self) -> bool {
        self.verified.elapsed() > STALE_AFTER
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
