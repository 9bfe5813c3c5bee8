//! What the feed holds of the log: the orders, the pizzerias, the newest entries as a ring, and when it was last verified.

use super::{
    endings::Endings, entry::FeedEntry, feed_ring::FeedRing, order_counts::OrderCounts,
    order_index::OrderIndex, reader::Reader, shelf::Shelf, stage_timers::StageTimers,
    topics::Topics,
};
use crate::domain::{
    Cursor, Event, FoldResult, Frame, LogEvent, Order, ShopEntry, Status, Subject, Time,
    shop::shelf::ShopDocument,
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

/// A view that was not verified for this long is not current.
pub const STALE_AFTER: Duration = Duration::from_secs(2);

pub struct View {
    pub index: OrderIndex,
    pub shelf: Shelf,
    pub ring: FeedRing,
    pub endings: Endings,
    /// The latest moment in an order or an entry that was read.
    pub latest: Time,
    /// How long the stages took that these entries ended.
    pub stage_timers: StageTimers,
    pub verified: Instant,
    /// The same moment on the clock.
    pub verified_at: Time,
    /// Whether readers know the view as current.
    pub known_current: bool,
}

/// What the newest entries of the log have told.
pub struct Newest {
    pub ring: FeedRing,
    pub endings: Endings,
    pub stage_timers: StageTimers,
}

/// An entry of the log as it was read.
pub struct ReadEntry {
    pub event: LogEvent,
    /// What it carries, if it is about a pizzeria, until it is on the shelf.
    pub document: Option<ShopDocument>,
}

impl ReadEntry {
    pub fn read(text: &str) -> Result<ReadEntry, serde_json::Error> {
        let event = LogEvent::read(text)?;
        let document = match &event {
            LogEvent::Shop(entry) => Some(ShopDocument::read(entry)?),
            LogEvent::Order(_) | LogEvent::Account(_) | LogEvent::Unknown { .. } => None,
        };
        Ok(ReadEntry { event, document })
    }
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
    /// The same, up to the end of the reader's own session. Nothing follows for it.
    Ended(Vec<(u64, Bytes)>, Cursor),
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
    pub fn new(index: OrderIndex, shelf: Shelf, newest: Newest) -> View {
        let latest = index.orders().map(Order::latest).max();
        View {
            latest: latest.unwrap_or_default(),
            index,
            shelf,
            ring: newest.ring,
            endings: newest.endings,
            stage_timers: newest.stage_timers,
            verified: Instant::now(),
            verified_at: now(),
            known_current: true,
        }
    }

    /// Adds an entry to ring, board and shelf, and returns the span of its delivery; `None` if it does not follow.
    pub fn add(&mut self, entry: &LogEntry, read: &mut ReadEntry) -> Option<Option<Span>> {
        let (id, held) = match &read.event {
            LogEvent::Order(event) => (&event.id, self.add_order(&entry.text, event)?),
            LogEvent::Account(event) => {
                self.pass(&event.id)?;
                self.endings.add(event);
                (&event.id, FeedEntry::silent())
            }
            LogEvent::Shop(shop) => {
                self.pass(&shop.id)?;
                if let Some(document) = read.document.take() {
                    self.shelf.fold(document);
                }
                self.arrived(shop.timestamp);
                self.latest = self.latest.max(shop.timestamp);
                (&shop.id, FeedEntry::shop(notice(shop), shop.restaurant))
            }
            LogEvent::Unknown { id } => {
                self.pass(id)?;
                (id, FeedEntry::silent())
            }
        };
        let span = entry.trace.as_deref().filter(|_| !held.is_silent());
        let span = span.map(trace::deliver);
        span.iter().for_each(|span| {
            span.record("cursor", tracing::field::display(id));
        });
        self.ring.push(held);
        Some(span)
    }

    fn add_order(&mut self, text: &JsonText, event: &Event) -> Option<FeedEntry> {
        let before = self.index.get(event.order.id);
        let subject = Subject::of(event, before.and_then(|order| order.driver_id));
        let counts = OrderCounts::of(before, event);
        match self.index.fold(event) {
            FoldResult::Gap => return None,
            FoldResult::Applied { .. } => counts.record(),
            FoldResult::Skipped | FoldResult::Duplicate => {}
        }
        self.latest = self.latest.max(event.order.latest());
        if let Some((stage, lasted)) = self.stage_timers.record(event) {
            histogram!(STAGE_SECONDS, "stage" => stage.name()).record(seconds(lasted));
        }
        self.arrived(event.timestamp);
        Some(FeedEntry::order(frame(text), subject))
    }

    /// Measures how long an entry has been on its way.
    fn arrived(&self, timestamp: Time) {
        histogram!(FEED_DELAY).record(seconds(now() - timestamp));
    }

    /// Moves over an entry that is about no order; `None` if it does not follow.
    fn pass(&mut self, id: &Cursor) -> Option<()> {
        let passed = self.index.pass(id);
        (passed != FoldResult::Gap).then_some(())
    }

    /// Nothing is missing now; whether readers did not know that.
    pub fn verify(&mut self) -> bool {
        // A reader that looked when a stopped process had just gone on knows it as stale.
        let news = self.is_stale() || !self.known_current;
        (self.verified, self.verified_at) = (Instant::now(), now());
        self.known_current = true;
        news
    }

    /// At most `limit` frames after a cursor. The topics of the reader's scope are in the index.
    pub fn next(&self, cursor: &Cursor, reader: &Reader, topics: &Topics, limit: usize) -> Next {
        let head = self.ring.head();
        if self.index.cursor().epoch != cursor.epoch || cursor.seq > head {
            return self.other_history();
        }
        let end = reader.basis.as_ref();
        let end = end.and_then(|basis| self.endings.end(basis));
        // Up to here it may be told.
        let last = end.map_or(head, |end| end.saturating_sub(1));
        if cursor.seq > last {
            return Next::Ended(Vec::new(), cursor.clone());
        }
        let found = match reader.scope.topics() {
            None => self.told_of_all(cursor.seq, last, reader, limit),
            Some(of) => {
                let numbers = |position| topics.after(of, position, self.ring.oldest(), limit);
                self.told_of(numbers, cursor.seq, last, reader, limit)
            }
        };
        let Some((frames, seq)) = found else {
            return Next::NotHeld;
        };
        let epoch = cursor.epoch.clone();
        let reached = Cursor { epoch, seq };
        match seq == last && end.is_some() {
            true => Next::Ended(frames, reached),
            false => Next::Frames(frames, reached),
        }
    }

    /// The first frames of all entries from after `position` up to `last`, and how far that is everything.
    fn told_of_all(
        &self,
        position: u64,
        last: u64,
        reader: &Reader,
        limit: usize,
    ) -> Option<(Vec<(u64, Bytes)>, u64)> {
        let entries = self.ring.after(position)?;
        let entries = entries.take_while(|(number, _)| *number <= last);
        let told = entries.filter_map(|(n, entry)| Some((n, entry.told(reader, &self.index)?)));
        let frames: Vec<_> = told.take(limit).collect();
        let seq = match frames.last() {
            Some((newest, _)) if frames.len() == limit => *newest,
            _ => last,
        };
        Some((frames, seq))
    }

    /// The same of the entries that `numbers` finds after a position, at most `limit` at once.
    fn told_of(
        &self,
        numbers: impl Fn(u64) -> Option<Vec<u64>>,
        mut position: u64,
        last: u64,
        reader: &Reader,
        limit: usize,
    ) -> Option<(Vec<(u64, Bytes)>, u64)> {
        loop {
            let numbers = numbers(position)?;
            let is_all = numbers.len() < limit || numbers.last().is_some_and(|n| *n >= last);
            position = numbers.last().copied().unwrap_or(position);
            let numbers = numbers.into_iter().take_while(|number| *number <= last);
            let told =
                numbers.filter_map(|n| Some((n, self.ring.get(n)?.told(reader, &self.index)?)));
            let frames: Vec<_> = told.collect();
            if is_all {
                return Some((frames, last));
            }
            if !frames.is_empty() {
                return Some((frames, position));
            }
        }
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

/// An entry as it is sent: it is copied once, and then shared by all sockets.
pub fn frame(entry: &JsonText) -> Bytes {
    Bytes::copy_from_slice(entry.as_bytes())
}

/// What is sent of a change of a pizzeria: its notice, without the document.
pub fn notice(entry: &ShopEntry) -> Bytes {
    Frame::shop(&entry.notice(), entry.timestamp, &entry.id).into()
}
