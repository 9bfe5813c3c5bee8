//! Who is woken by what the feed reads.

use super::{
    endings::Endings,
    feed_ring::FeedRing,
    shelf::Shelf,
    stage_timers::StageTimers,
    view::{Newest, STALE_AFTER},
    *,
};
use crate::domain::{
    Counts, Event, Order, Scope, Topic,
    samples::{at, id, offer},
    shop::shelf::Catalogue,
};
use futures::FutureExt;
use std::time::Instant;

fn newest(capacity: usize) -> Newest {
    Newest {
        ring: FeedRing::bounded(0, capacity, usize::MAX),
        endings: Endings::default(),
        stage_timers: StageTimers::default(),
    }
}

fn shelf() -> Shelf {
    Shelf::new(Catalogue::default(), 0)
}

#[test]
fn readers_learn_when_a_stale_view_is_verified() {
    let feed = LiveFeed::default();
    let cursor = "e-0".parse().unwrap();
    let index = OrderIndex::new(cursor, Counts::default(), vec![], None);
    let view = View::new(index, shelf(), newest(1));
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
    let [mut first, mut second] = [1, 2].map(|n| {
        feed.subscribe(Reader {
            scope: about(n),
            viewer: Viewer::Open,
            basis: None,
            notices: true,
        })
    });
    let start: Cursor = "e-0".parse().unwrap();
    let index = OrderIndex::new(start.clone(), Counts::default(), vec![], None);
    feed.replace(View::new(index, shelf(), newest(2)));
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
