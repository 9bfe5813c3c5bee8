//! What snapshots promise while batches are committed.

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};
use store::snapshot::{DocumentKind, Record, Snapshot, from_redis};

/// A store that snapshots are read of.
pub enum Snapshots {
    File(Arc<Embedded>),
    Redis(Box<::redis::Client>, String),
}

impl Snapshots {
    async fn read(&self) -> Snapshot {
        match self {
            Snapshots::File(store) => store.snapshot().unwrap(),
            Snapshots::Redis(client, prefix) => from_redis(client, prefix, THINGS).await.unwrap(),
        }
    }
}

const THINGS: &[DocumentKind] = &[DocumentKind {
    has: |key| key.starts_with("thing:"),
    as_of: |_, entry| {
        let entry: serde_json::Value = serde_json::from_str(entry).ok()?;
        let turn = entry["turn"].as_u64()?;
        Some((turned(turn), side(turn)))
    },
}];

fn turned(turn: u64) -> JsonText {
    text(format!("{{\"turn\":{turn}}}"))
}

fn side(turn: u64) -> Vec<Index> {
    let side = if turn.is_multiple_of(2) {
        "even"
    } else {
        "odd"
    };
    vec![index("all"), index(side)]
}

/// Writes a document and moves it to the index of its turn.
fn turn(n: usize, turn: u64) -> Batch {
    let into = side(turn)
        .into_iter()
        .map(|index| IndexChange::In(index, key(n)));
    let out = IndexChange::Out(side(turn + 1).remove(1), key(n));
    Batch {
        put: vec![(key(n), turned(turn))],
        index: into.chain([out]).collect(),
        log: vec![NewEntry {
            about: key(n),
            body: turned(turn),
            repeats: None,
            published: true,
        }],
        ..Batch::default()
    }
}

pub async fn a_snapshot_is_of_one_moment(engine: Engine) {
    const THERE: usize = 150;
    let (store, snapshots) = engine.open_with_snapshots().await;
    for n in 0..THERE {
        store.commit(turn(n, 0)).await.unwrap();
    }
    let over = Arc::new(AtomicBool::new(false));
    let writing = {
        let (store, over) = (store.clone(), over.clone());
        tokio::spawn(async move {
            let mut round = 1;
            while !over.load(Ordering::Relaxed) {
                // Some of the existing documents, and a new one.
                for n in (0..THERE).step_by(3).chain([THERE + round]) {
                    store.commit(turn(n, round as u64)).await.unwrap();
                }
                round += 1;
            }
        })
    };
    let mut last = 0;
    for _ in 0..8 {
        while head(&*store).await.seq <= last {
            tokio::task::yield_now().await;
        }
        let snapshot = snapshots.read().await;
        let at = snapshot.head.cursor.clone();
        last = at.seq;
        let read = || snapshot.collect::<Result<Vec<_>>>().unwrap();
        let records = tokio::task::block_in_place(read);
        let (mut numbers, mut log, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for record in records {
            match record {
                Record::Document(held) => {
                    let last = &held.history.last().unwrap().text;
                    let (text, mut indexes) = (THINGS[0].as_of)(&held.key, last).unwrap();
                    indexes.sort();
                    assert_eq!(held.text.as_deref(), Some(&*text));
                    assert_eq!(held.indexes, indexes);
                    numbers.extend(held.history.iter().map(|past| past.seq));
                    keys.push(held.key);
                }
                Record::LogEntry { seq, fingerprint } => {
                    assert!(fingerprint.is_some());
                    log.push(seq);
                }
                Record::Total { .. } | Record::Idempotency(_) => {}
            }
        }
        numbers.sort_unstable();
        assert!(numbers.iter().copied().eq(1..=at.seq), "{at}: {numbers:?}");
        let newest = (1..=at.seq).rev().take(log.len());
        assert!(!log.is_empty() && log.iter().copied().eq(newest));
        assert!(keys.len() >= THERE && keys.is_sorted_by(|a, b| a < b));
    }
    over.store(true, Ordering::Relaxed);
    writing.await.unwrap();
}

pub async fn a_document_may_have_no_history(engine: Engine) {
    let (store, snapshots) = engine.open_with_snapshots().await;
    store.commit(turn(1, 0)).await.unwrap();
    let before = head(&*store).await;
    let quiet = |was: Option<&str>, is: &str| Batch {
        expect: vec![(key(2), was.map(text))],
        put: vec![(key(2), text(is))],
        ..Batch::default()
    };
    let committed = Outcome::Committed(before.clone());
    assert_eq!(store.commit(quiet(None, "1")).await.unwrap(), committed);
    let conflict = store.commit(quiet(None, "2")).await.unwrap();
    assert_eq!(conflict, Outcome::Conflict);
    assert_eq!(
        store.commit(quiet(Some("1"), "3")).await.unwrap(),
        committed
    );
    assert_eq!(store.get(&key(2)).await.unwrap(), Some(text("3")));
    assert!(store.history(&key(2)).await.unwrap().is_empty());
    assert_eq!(head(&*store).await, before);
    let snapshot = snapshots.read().await;
    let read = || snapshot.collect::<Result<Vec<_>>>().unwrap();
    let records = tokio::task::block_in_place(read);
    let held = records.into_iter().find_map(|record| match record {
        Record::Document(held) if held.key == key(2) => Some(held),
        _ => None,
    });
    let held = held.unwrap();
    assert_eq!(held.text.as_deref(), Some("3"));
    assert!(held.indexes.is_empty() && held.history.is_empty());
}
