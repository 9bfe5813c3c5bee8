//! What the feed holds of the log: the orders, the newest entries as a ring, and when it was last verified.

use super::{
    order_index::OrderIndex,
    topics::{Entry, Topics},
};
use crate::domain::{
    Cursor, Event, FoldResult, Order, Ring, Scope, StageTimer, Status, Subject, Time,
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
    pub index: OrderIndex,
    pub ring: Ring<Entry>,
    /// The latest moment in an order that was read.
    pub latest: Time,
    /// How long the stages took that these entries ended.
    pub stage_timer: StageTimer,
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
    /// What comes after the cursor and concerns the reader, with the number of each, and how far that is everything.
    Frames(Vec<(u64, Bytes)>, Cursor),
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
    pub fn new(index: OrderIndex, ring: Ring<Entry>, stage_timer: StageTimer) -> View {
        let latest = index.orders().map(Order::latest).max();
        View {
            latest: latest.unwrap_or_default(),
            index,
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
            tracing::error!(after = %self.index.cursor(), "an entry of the log cannot be read");
            return None;
        };
        if self.index.fold(&event) == FoldResult::Gap {
            return None;
        }
        self.latest = self.latest.max(event.order.latest());
        if let Some((stage, lasted)) = self.stage_timer.record(&event) {
            histogram!(STAGE_SECONDS, "stage" => stage.name()).record(seconds(lasted));
        }
        histogram!(FEED_DELAY).record(seconds(now() - event.timestamp));
        self.ring.push(Entry {
            text: frame(text),
            subject: Subject::of(&event, None),
        });
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

    /// At most `limit` frames of a scope after a cursor. Its topics are in the index.
    pub fn next(&self, cursor: &Cursor, scope: &Scope, topics: &Topics, limit: usize) -> Next {
        if self.index.cursor().epoch != cursor.epoch || cursor.seq > self.ring.head() {
            return self.other_history();
        }
        let ring = &self.ring;
        let frame = |(number, entry): (u64, &Entry)| (number, entry.text.clone());
        let frames: Option<Vec<_>> = match scope.topics() {
            None => ring
                .after(cursor.seq)
                .map(|entries| entries.take(limit).map(frame).collect()),
            Some(of) => topics
                .after(of, cursor.seq, ring.oldest(), limit)
                .map(|numbers| {
                    let entries = numbers.into_iter().filter_map(|n| Some((n, ring.get(n)?)));
                    entries.map(frame).collect()
                }),
        };
        let Some(frames) = frames else {
            return Next::NotHeld;
        };
        let seq = match frames.last() {
            Some((last, _)) if frames.len() == limit => *last,
            _ => ring.head(),
        };
        let epoch = cursor.epoch.clone();
        Next::Frames(frames, Cursor { epoch, seq })
    }

    fn other_history(&self) -> Next {
        let newest = self.index.cursor().clone();
        let oldest = Cursor {
            seq: self.ring.oldest(),
            ..newest.clone()
        };
        Next::OtherHistory { newest, oldest }
    }

    pub fn metrics(&self, now: Time) -> FeedMetrics {
        let counts = self.index.counts();
        let orders = Status::ALL
            .iter()
            .map(|&status| (status, counts.of(status)));
        FeedMetrics {
            verified_age: self.verified.elapsed(),
            position: self.index.cursor().seq,
            oldest: self.ring.oldest(),
            orders: orders.collect(),
            waits: self.index.longest_waits(now).collect(),
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

/// Whether an entry is about a scope. One that cannot be read may be.
pub fn concerns(scope: &Scope, entry: &JsonText) -> bool {
    let is_about = |event: Event| scope.concerns(&Subject::of(&event, None));
    scope.topics().is_none() || serde_json::from_str(entry).map_or(true, is_about)
}

/// An entry as it is sent: it is copied once, and then shared by all sockets.
pub fn frame(entry: &JsonText) -> Bytes {
    Bytes::copy_from_slice(entry.as_bytes())
}
