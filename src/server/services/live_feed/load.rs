//! Reading a view from the store, at the start and whenever the log was lost.

use super::{
    driver_before::driver_before,
    endings::Endings,
    entry::FeedEntry,
    feed_ring::{CAPACITY, FeedRing},
    order_index::OrderIndex,
    shelf::{self, Shelf},
    stage_timers::StageTimers,
    view::{Newest, View, frame, notice},
};
use crate::domain::{AccountId, Counts, Cursor, Event, LogEvent, Order, OrderId, Status, Subject};
use crate::server::{
    services::order_documents,
    store::{JsonText, Listing, LogEntry, LogRead, Query, Result, Store},
};
use std::{collections::HashMap, time::Duration};

/// Entries read at once.
pub const CHUNK: usize = 512;
// They are all in the ring when their readers are woken.
const _: () = assert!(CHUNK <= CAPACITY);
/// How many orders are read of each status that is final. Older ones are read in pages from the store.
const NEWEST_FINISHED: usize = 200;

/// Reads the board at one moment, and fills the ring with the entries before it. The catalogue begins at that moment: what
/// moves while the rest of it is read comes with the log, and versions tell what is newer.
pub async fn load(store: &dyn Store, menu_memory: usize) -> Result<View> {
    let queries = Status::ALL.iter().map(|&status| Query {
        index: order_documents::index(Some(status), None),
        before: None,
        limit: match status.is_final() {
            true => NEWEST_FINISHED,
            false => usize::MAX,
        },
    });
    let queries: Vec<_> = queries.chain(shelf::first_queries()).collect();
    let mut listing = store.list(&queries).await?;
    let shops = listing.pages.split_off(Status::ALL.len());
    let catalogue = shelf::read_catalogue(store, shops).await?;
    let newest = newest_entries(store, &listing.cursor).await?;
    let shelf = Shelf::new(catalogue, menu_memory);
    Ok(View::new(index(listing), shelf, newest))
}

/// The orders of a listing with one page for each status.
fn index(listing: Listing) -> OrderIndex {
    let mut counts = Counts::default();
    let mut newest_dropped: Option<OrderId> = None;
    for (&status, page) in Status::ALL.iter().zip(&listing.pages) {
        counts.set(status, page.total);
        // What follows is older than the last one here, so that this one is dropped, too.
        newest_dropped = newest_dropped.max(page.next.as_ref().and_then(order_documents::id));
    }
    let pages = listing.pages.into_iter();
    let orders = order_documents::readable(pages.flat_map(|page| page.documents));
    let orders: Vec<Order> = orders.into_iter().map(|(order, _)| order).collect();
    OrderIndex::new(listing.cursor, counts, orders, newest_dropped)
}

/// The newest entries up to `head`, so that clients that come back all at once are served from memory; and the stage
/// times that they tell.
async fn newest_entries(store: &dyn Store, head: &Cursor) -> Result<Newest> {
    let mut seq = head.seq.saturating_sub(CAPACITY as u64);
    let mut newest = Newest {
        ring: FeedRing::new(seq),
        endings: Endings::default(),
        stage_timers: StageTimers::default(),
    };
    let mut drivers = HashMap::new();
    while seq < head.seq {
        let limit = CHUNK.min((head.seq - seq) as usize);
        let epoch = head.epoch.clone();
        let after = Cursor { epoch, seq };
        let entries = match store.read_log(&after, limit, Duration::ZERO).await? {
            LogRead::Entries(entries) if !entries.is_empty() => entries,
            // Trimmed down to fewer than fit here, or lost while reading: begin at the head.
            _ => {
                let ring = FeedRing::new(head.seq);
                return Ok(Newest { ring, ..newest });
            }
        };
        for LogEntry { text, .. } in &entries {
            seq += 1;
            // What cannot be read is left out; where the board needs it, reading the log reports that.
            let event = LogEvent::read(text).ok();
            let entry = match &event {
                Some(LogEvent::Order(event)) => {
                    newest.stage_timers.record(event);
                    Some(order_entry(store, text, event, &mut drivers).await?)
                }
                Some(LogEvent::Account(event)) => {
                    newest.endings.add(event);
                    Some(FeedEntry::silent())
                }
                Some(LogEvent::Shop(entry)) => {
                    Some(FeedEntry::shop(notice(entry), entry.restaurant))
                }
                Some(LogEvent::Unknown { .. }) => Some(FeedEntry::silent()),
                None => None,
            };
            // No client can resume from before this history began. What cannot be read, it has from the store.
            let is_here = event.is_some_and(|event| event.id().epoch == head.epoch);
            match entry.filter(|_| is_here) {
                Some(entry) => newest.ring.push(entry),
                None => newest.ring = FeedRing::new(seq),
            }
        }
    }
    Ok(newest)
}

/// The entry of an event; `drivers` has whom the orders had after the events before it.
async fn order_entry(
    store: &dyn Store,
    text: &JsonText,
    event: &Event,
    drivers: &mut HashMap<OrderId, Option<AccountId>>,
) -> Result<FeedEntry> {
    let order = &event.order;
    let before = match drivers.insert(order.id, order.driver_id) {
        Some(before) => before,
        None => driver_before(store, event).await?,
    };
    Ok(FeedEntry::order(frame(text), Subject::of(event, before)))
}
