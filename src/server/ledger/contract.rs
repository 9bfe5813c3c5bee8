//! What every engine must do, run on each of them.

use super::*;
use crate::server::ledger;
use ledger::snapshot::{Kind, Record, Snapshot, from_redis};
use redis_server::RedisServer;
use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};
use tempfile::TempDir;

#[path = "../../../tests/it/redis_server.rs"]
pub mod redis_server;

/// An engine that can be closed and opened again, with everything in it.
pub enum Engine {
    Embedded {
        folder: TempDir,
    },
    Redis {
        server: Arc<RedisServer>,
        prefix: String,
    },
}

pub const RETENTION: u64 = 200;

impl Engine {
    pub fn embedded() -> Engine {
        Engine::Embedded {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn redis() -> Engine {
        Engine::Redis {
            server: Arc::new(RedisServer::start()),
            prefix: String::new(),
        }
    }

    fn file(folder: &TempDir) -> PathBuf {
        folder.path().join("market.redb")
    }

    async fn open_file(folder: &TempDir) -> Arc<Embedded> {
        // The file is free a moment after the last handle of the former ledger is gone.
        loop {
            match Embedded::open(&Self::file(folder), fresh_epoch(), RETENTION) {
                Ok(ledger) => return Arc::new(ledger),
                Err(error) if error.to_string().contains("already open") => {
                    tokio::task::yield_now().await
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// A ledger, and what takes snapshots of it.
    async fn open_with_snapshots(&self) -> (Arc<dyn Ledger>, Snapshots) {
        match self {
            Engine::Embedded { folder } => {
                let ledger = Self::open_file(folder).await;
                (ledger.clone(), Snapshots::File(ledger))
            }
            Engine::Redis { server, prefix } => {
                let client = ::redis::Client::open(server.url()).unwrap();
                (
                    self.open().await,
                    Snapshots::Redis(Box::new(client), prefix.clone()),
                )
            }
        }
    }

    pub async fn open(&self) -> Arc<dyn Ledger> {
        match self {
            Engine::Embedded { folder } => Self::open_file(folder).await,
            Engine::Redis { server, prefix } => {
                let target = Target {
                    info: ::redis::IntoConnectionInfo::into_connection_info(server.url()).unwrap(),
                    credentials: "REDIS_URL",
                    prefix: prefix.clone(),
                    retention: RETENTION,
                };
                Arc::new(ledger::Redis::open(target).await.unwrap())
            }
        }
    }
}

enum Snapshots {
    File(Arc<Embedded>),
    Redis(Box<::redis::Client>, String),
}

impl Snapshots {
    async fn take(&self) -> Snapshot {
        match self {
            Snapshots::File(ledger) => ledger.snapshot().unwrap(),
            Snapshots::Redis(client, prefix) => from_redis(client, prefix, THINGS).await.unwrap(),
        }
    }
}

const THINGS: &[Kind] = &[Kind {
    has: |key| key.starts_with("thing:"),
    as_of: |entry| {
        let entry: serde_json::Value = serde_json::from_str(entry).ok()?;
        let turn = entry["turn"].as_u64()?;
        Some((turned(turn), side(turn)))
    },
}];

fn turned(turn: u64) -> Text {
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

/// Turns a document to another side.
fn turn(n: usize, turn: u64) -> Batch {
    let into = side(turn)
        .into_iter()
        .map(|index| IndexChange::In(index, key(n)));
    let out = IndexChange::Out(side(turn + 1).remove(1), key(n));
    Batch {
        put: vec![(key(n), turned(turn))],
        index: into.chain([out]).collect(),
        log: vec![Entry {
            about: key(n),
            body: turned(turn),
        }],
        ..Batch::default()
    }
}

pub fn key(n: usize) -> Key {
    Key(format!("thing:{n:04}"))
}

pub fn index(name: &str) -> Index {
    Index(name.to_owned())
}

pub fn text(text: impl Into<String>) -> Text {
    text.into().into()
}

/// Writes a document where there must be none, with one entry.
fn create(n: usize) -> Batch {
    Batch {
        expect: vec![(key(n), None)],
        put: vec![(key(n), text(format!("{{\"n\":{n}}}")))],
        index: vec![IndexChange::In(index("all"), key(n))],
        log: vec![Entry {
            about: key(n),
            body: text(format!("{{\"made\":{n}}}")),
        }],
        ..Batch::default()
    }
}

pub async fn head(ledger: &dyn Ledger) -> Cursor {
    ledger.list(&[]).await.unwrap().cursor
}

fn at(cursor: &Cursor, seq: u64) -> Cursor {
    Cursor {
        seq,
        ..cursor.clone()
    }
}

async fn entries(ledger: &dyn Ledger, cursor: &Cursor) -> Vec<String> {
    match ledger.after(cursor, 1_000, Duration::ZERO).await.unwrap() {
        Tail::Entries(entries) => entries.iter().map(|entry| entry.text.to_string()).collect(),
        Tail::Lost => panic!("lost after {cursor}"),
    }
}

fn all(below: Option<Key>, most: usize) -> Query {
    Query {
        index: index("all"),
        below,
        most,
    }
}

async fn a_batch_happens_as_a_whole(engine: Engine) {
    let ledger = engine.open().await;
    let start = head(&*ledger).await;
    assert_eq!(ledger.get(&key(1)).await.unwrap(), None);

    let done = ledger.commit(create(1)).await.unwrap();
    let first = at(&start, start.seq + 1);
    assert_eq!(done, Outcome::Done(first.clone()));
    assert_eq!(ledger.get(&key(1)).await.unwrap(), Some(text(r#"{"n":1}"#)));
    let entry = format!(r#"{{"made":1,"id":"{first}"}}"#);
    assert_eq!(
        ledger.history(&key(1)).await.unwrap(),
        [text(entry.clone())]
    );
    assert_eq!(entries(&*ledger, &start).await, [entry]);
    let listing = ledger.list(&[all(None, 10)]).await.unwrap();
    assert_eq!(listing.cursor, first);
    assert_eq!(
        listing.pages,
        [Page {
            documents: vec![text(r#"{"n":1}"#)],
            next: None,
            total: 1
        }]
    );

    // One expectation of two fails: nothing of the batch happens.
    let mut batch = create(2);
    batch.expect.push((key(1), Some(text("something else"))));
    assert_eq!(ledger.commit(batch).await.unwrap(), Outcome::Conflict);
    assert_eq!(ledger.commit(create(1)).await.unwrap(), Outcome::Conflict);
    assert_eq!(ledger.get(&key(2)).await.unwrap(), None);
    assert_eq!(head(&*ledger).await, first);
    assert_eq!(
        ledger.list(&[all(None, 10)]).await.unwrap().pages[0].total,
        1
    );

    // Several documents, indexes and entries at once.
    let both = Batch {
        expect: vec![(key(1), Some(text(r#"{"n":1}"#))), (key(2), None)],
        put: vec![(key(1), text("{}")), (key(2), text("{}"))],
        index: vec![
            IndexChange::Out(index("all"), key(1)),
            IndexChange::In(index("other"), key(1)),
        ],
        log: [1, 2]
            .map(|n| Entry {
                about: key(n),
                body: text(r#"{"both":true}"#),
            })
            .into(),
        ..Batch::default()
    };
    let third = at(&start, start.seq + 3);
    assert_eq!(
        ledger.commit(both).await.unwrap(),
        Outcome::Done(third.clone())
    );
    assert_eq!(entries(&*ledger, &first).await.len(), 2);
    let queries = [
        all(None, 10),
        Query {
            index: index("other"),
            below: None,
            most: 10,
        },
    ];
    let totals: Vec<_> = ledger
        .list(&queries)
        .await
        .unwrap()
        .pages
        .iter()
        .map(|page| page.total)
        .collect();
    assert_eq!(totals, [0, 1]);
}

async fn a_named_batch_happens_once(engine: Engine) {
    fn named(n: usize, remembered: &str, keep: Duration) -> Batch {
        let once = Once {
            name: "a name".to_owned(),
            text: text(remembered),
            keep,
        };
        Batch {
            once: Some(once),
            ..create(n)
        }
    }
    let long = Duration::from_secs(60);
    let ledger = engine.open().await;
    // What does not happen is not remembered.
    ledger.commit(create(1)).await.unwrap();
    let failed = ledger.commit(named(1, "\"never\"", long)).await.unwrap();
    assert_eq!(failed, Outcome::Conflict);
    assert_eq!(ledger.remembered("a name").await.unwrap(), None);

    let Outcome::Done(cursor) = ledger.commit(named(2, "{\"a b\": 1}", long)).await.unwrap() else {
        panic!("it was the first");
    };
    let known = Outcome::Known(text("{\"a b\": 1}"), cursor);
    drop(ledger);
    let ledger = engine.open().await;
    // Whatever else it holds, and whether that would be possible or not.
    for n in [2, 3] {
        assert_eq!(
            ledger.commit(named(n, "\"second\"", long)).await.unwrap(),
            known
        );
    }
    assert_eq!(ledger.get(&key(3)).await.unwrap(), None);
    let remembered = ledger.remembered("a name").await.unwrap();
    assert_eq!(remembered, Some(text("{\"a b\": 1}")));

    // Of many at once, one is the first.
    let all: Vec<_> = (0..32)
        .map(|n| {
            let ledger = ledger.clone();
            let once = Once {
                name: "another".to_owned(),
                text: text(n.to_string()),
                keep: long,
            };
            let batch = Batch {
                once: Some(once),
                ..create(100 + n)
            };
            tokio::spawn(async move { ledger.commit(batch).await.unwrap() })
        })
        .collect();
    let mut first = 0;
    for outcome in all {
        first += usize::from(matches!(outcome.await.unwrap(), Outcome::Done(_)));
    }
    assert_eq!(first, 1);
}

async fn a_name_is_forgotten_in_time(engine: Engine) {
    let ledger = engine.open().await;
    let once = Once {
        name: "short".to_owned(),
        text: text("1"),
        keep: Duration::from_millis(50),
    };
    let batch = |n| Batch {
        once: Some(once.clone()),
        ..create(n)
    };
    ledger.commit(batch(1)).await.unwrap();
    while ledger.remembered("short").await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(
        ledger.commit(batch(2)).await.unwrap(),
        Outcome::Done(_)
    ));
}

async fn pages_follow_each_other(engine: Engine) {
    let ledger = engine.open().await;
    for n in [3, 1, 5, 2, 4] {
        ledger.commit(create(n)).await.unwrap();
    }
    let mut below = None;
    let mut seen = Vec::new();
    loop {
        let page = ledger.list(&[all(below, 2)]).await.unwrap().pages.remove(0);
        assert_eq!(page.total, 5);
        seen.extend(page.documents.iter().map(|text| text.to_string()));
        match page.next {
            Some(next) => below = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1].map(|n| format!("{{\"n\":{n}}}")));
    let exact = ledger
        .list(&[all(None, 5), all(Some(key(1)), 2), all(Some(key(0)), 2)])
        .await
        .unwrap()
        .pages;
    assert_eq!(
        exact
            .iter()
            .map(|page| (page.documents.len(), page.next.is_some()))
            .collect::<Vec<_>>(),
        [(5, false), (0, false), (0, false)]
    );
}

async fn a_reader_is_woken_or_told_that_there_is_nothing(engine: Engine) {
    let ledger = engine.open().await;
    let start = head(&*ledger).await;
    let nothing = ledger
        .after(&start, 10, Duration::from_millis(30))
        .await
        .unwrap();
    assert_eq!(nothing, Tail::Entries(vec![]));

    let reader = {
        let (ledger, start) = (ledger.clone(), start.clone());
        tokio::spawn(async move {
            ledger
                .after(&start, 10, Duration::from_secs(30))
                .await
                .unwrap()
        })
    };
    ledger.commit(create(1)).await.unwrap();
    match reader.await.unwrap() {
        Tail::Entries(entries) => assert_eq!(entries.len(), 1),
        Tail::Lost => panic!("lost"),
    }
}

async fn a_trace_goes_with_its_entries_to_whoever_follows_the_log(engine: Engine) {
    let ledger = engine.open().await;
    let start = head(&*ledger).await;
    let trace = Some(text(
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ));
    let many = Batch {
        log: vec![create(2).log.remove(0); 3],
        trace: trace.clone(),
        ..create(2)
    };
    for batch in [create(1), many, create(3)] {
        ledger.commit(batch).await.unwrap();
    }
    let traces = match ledger.after(&start, 10, Duration::ZERO).await.unwrap() {
        Tail::Entries(entries) => entries.into_iter().map(|entry| entry.trace),
        Tail::Lost => panic!("lost"),
    };
    let none = None;
    assert_eq!(
        traces.collect::<Vec<_>>(),
        [&none, &trace, &trace, &trace, &none].map(Option::clone)
    );
    let texts = entries(&*ledger, &start).await;
    assert_eq!(texts.len(), 5);
    assert_eq!(texts[1], &*ledger.history(&key(2)).await.unwrap()[0]);
}

async fn old_entries_are_lost_and_it_says_so(engine: Engine) {
    let ledger = engine.open().await;
    let start = head(&*ledger).await;
    ledger.commit(create(0)).await.unwrap();
    let many = |round: usize| Batch {
        log: (0..100)
            .map(|n| Entry {
                about: key(0),
                body: text(format!("{{\"n\":{round}{n:02}}}")),
            })
            .collect(),
        ..Batch::default()
    };
    for round in 0..5 {
        ledger.commit(many(round)).await.unwrap();
    }
    let newest = head(&*ledger).await;
    assert_eq!(newest.seq, start.seq + 501);
    let after = async |seq| {
        ledger
            .after(&at(&start, seq), 1_000, Duration::ZERO)
            .await
            .unwrap()
    };
    assert_eq!(after(start.seq).await, Tail::Lost);
    match after(newest.seq - RETENTION).await {
        Tail::Entries(entries) => assert_eq!(entries.len() as u64, RETENTION),
        Tail::Lost => panic!("the last {RETENTION} can be resumed from"),
    }
    assert_eq!(after(newest.seq).await, Tail::Entries(vec![]));
    // Never issued, or of another store.
    assert_eq!(after(newest.seq + 1).await, Tail::Lost);
    let other = Cursor {
        epoch: Epoch::new("other").unwrap(),
        seq: newest.seq,
    };
    assert_eq!(
        ledger.after(&other, 10, Duration::ZERO).await.unwrap(),
        Tail::Lost
    );
    // What is about a document stays.
    assert_eq!(ledger.history(&key(0)).await.unwrap().len(), 501);
}

async fn everything_survives_being_closed(engine: Engine) {
    let ledger = engine.open().await;
    let start = head(&*ledger).await;
    for n in 0..3 {
        ledger.commit(create(n)).await.unwrap();
    }
    let before = ledger.list(&[all(None, 10)]).await.unwrap();
    drop(ledger);
    let ledger = engine.open().await;
    assert_eq!(ledger.list(&[all(None, 10)]).await.unwrap(), before);
    assert_eq!(entries(&*ledger, &start).await.len(), 3);
    assert_eq!(ledger.history(&key(2)).await.unwrap().len(), 1);
    assert_eq!(
        ledger.commit(create(3)).await.unwrap(),
        Outcome::Done(at(&start, start.seq + 4))
    );
}

async fn of_conflicting_batches_one_wins(engine: Engine) {
    let ledger = engine.open().await;
    for round in 0..20 {
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let ledger = ledger.clone();
                tokio::spawn(async move { ledger.commit(create(round)).await.unwrap() })
            })
            .collect();
        let mut winners = 0;
        for task in tasks {
            winners += usize::from(matches!(task.await.unwrap(), Outcome::Done(_)));
        }
        assert_eq!(winners, 1);
    }
    assert_eq!(
        ledger.list(&[all(None, 100)]).await.unwrap().pages[0].total,
        20
    );
}

async fn a_snapshot_is_of_one_moment(engine: Engine) {
    const THERE: usize = 150;
    let (ledger, snapshots) = engine.open_with_snapshots().await;
    for n in 0..THERE {
        ledger.commit(turn(n, 0)).await.unwrap();
    }
    let over = Arc::new(AtomicBool::new(false));
    let writing = {
        let (ledger, over) = (ledger.clone(), over.clone());
        tokio::spawn(async move {
            let mut round = 1;
            while !over.load(Ordering::Relaxed) {
                // Some of those that are there, and a new one.
                for n in (0..THERE).step_by(3).chain([THERE + round]) {
                    ledger.commit(turn(n, round as u64)).await.unwrap();
                }
                round += 1;
            }
        })
    };
    let mut last = 0;
    for _ in 0..8 {
        while head(&*ledger).await.seq <= last {
            tokio::task::yield_now().await;
        }
        let snapshot = snapshots.take().await;
        let at = snapshot.head.cursor.clone();
        last = at.seq;
        let read = || snapshot.collect::<Result<Vec<_>>>().unwrap();
        let records = tokio::task::block_in_place(read);
        let (mut numbers, mut log, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for record in records {
            match record {
                Record::Document(held) => {
                    let last = &held.history.last().unwrap().text;
                    let (text, mut indexes) = (THINGS[0].as_of)(last).unwrap();
                    indexes.sort();
                    assert_eq!(held.text.as_deref(), Some(&*text));
                    assert_eq!(held.indexes, indexes);
                    numbers.extend(held.history.iter().map(|past| past.seq));
                    keys.push(held.key);
                }
                Record::Logged { seq, print } => {
                    assert!(print.is_some());
                    log.push(seq);
                }
                Record::Total { .. } | Record::Once(_) => {}
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

async fn any_text_is_kept_as_it_is(engine: Engine) {
    let ledger = engine.open().await;
    for (n, odd) in [
        "",
        "+",
        "-",
        "\"é\u{2028}🍕\"",
        "{\"a\":[],\"b\":12345678901234567890}",
        "\0\r\n",
    ]
    .iter()
    .enumerate()
    {
        let put = Batch {
            put: vec![(key(n), text(*odd))],
            ..Batch::default()
        };
        ledger.commit(put).await.unwrap();
        assert_eq!(ledger.get(&key(n)).await.unwrap().as_deref(), Some(*odd));
        let again = Batch {
            expect: vec![(key(n), Some(text(*odd)))],
            ..Batch::default()
        };
        assert!(matches!(
            ledger.commit(again).await.unwrap(),
            Outcome::Done(_)
        ));
    }
}

/// The suite, once for each engine.
macro_rules! on_both_engines {
    ($($test:ident,)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")] async fn $test() { super::$test(super::Engine::embedded()).await })*
        }
        mod redis {
            $(#[tokio::test(flavor = "multi_thread")] async fn $test() { super::$test(super::Engine::redis()).await })*
        }
    };
}

on_both_engines! {
    a_batch_happens_as_a_whole,
    a_named_batch_happens_once,
    a_name_is_forgotten_in_time,
    pages_follow_each_other,
    a_reader_is_woken_or_told_that_there_is_nothing,
    a_trace_goes_with_its_entries_to_whoever_follows_the_log,
    old_entries_are_lost_and_it_says_so,
    everything_survives_being_closed,
    of_conflicting_batches_one_wins,
    a_snapshot_is_of_one_moment,
    any_text_is_kept_as_it_is,
}
