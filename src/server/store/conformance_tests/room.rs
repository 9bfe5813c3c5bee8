//! What bounded indexes promise: see [`Batch::room`].

use super::*;

const SLOT: &str = "slot";

/// Writes a document, and puts it into an index that may have `limit` keys then.
fn claim(n: usize, limit: u64) -> Batch {
    let mut batch = create(n);
    batch.index.push(IndexChange::In(index(SLOT), key(n)));
    batch.room.push((index(SLOT), limit));
    batch
}

/// Only changes of the bounded index.
fn changes(index_changes: &[IndexChange], limit: u64) -> Batch {
    Batch {
        index: index_changes.to_vec(),
        room: vec![(index(SLOT), limit)],
        ..Batch::default()
    }
}

fn into(n: usize) -> IndexChange {
    IndexChange::In(index(SLOT), key(n))
}

fn out(n: usize) -> IndexChange {
    IndexChange::Out(index(SLOT), key(n))
}

fn named(batch: Batch, stored: &str) -> Batch {
    let idempotency = IdempotencyRecord {
        name: "a name".to_owned(),
        text: text(stored),
        keep: Duration::from_secs(60),
    };
    Batch {
        idempotency: Some(idempotency),
        ..batch
    }
}

async fn claimed(store: &dyn Store) -> u64 {
    let query = Query {
        index: index(SLOT),
        ..all(None, 1)
    };
    store.list(&[query]).await.unwrap().pages[0].total
}

/// Whether a batch is committed; the index is full where it is not.
async fn fits(store: &dyn Store, batch: Batch) -> bool {
    match store.commit(batch).await.unwrap() {
        Outcome::Committed(_) => true,
        outcome => {
            assert_eq!(outcome, Outcome::Full(index(SLOT)));
            false
        }
    }
}

pub async fn a_bounded_index_takes_keys_up_to_its_bound(engine: Engine) {
    let store = engine.open().await;
    assert!(!fits(&*store, claim(0, 0)).await);
    for n in 0..3 {
        assert!(fits(&*store, claim(n, 3)).await, "{n}");
    }
    let before = store.list(&[all(None, 10)]).await.unwrap();
    assert!(!fits(&*store, claim(3, 3)).await);
    // Nothing has changed.
    assert_eq!(store.get(&key(3)).await.unwrap(), None);
    assert!(store.history(&key(3)).await.unwrap().is_empty());
    assert_eq!(store.list(&[all(None, 10)]).await.unwrap(), before);
    assert_eq!(claimed(&*store).await, 3);
    // All keys of a batch count.
    let mut both = claim(3, 4);
    both.index.push(into(4));
    assert!(!fits(&*store, both).await);
    // Each batch names the bound. A lower one takes nothing out and lets nothing in.
    assert!(fits(&*store, claim(3, 4)).await);
    assert!(!fits(&*store, claim(4, 2)).await);
    assert_eq!(claimed(&*store).await, 4);
    // Of several bounds, each must hold.
    let mut batch = claim(4, 4);
    batch.room.insert(0, (index("all"), 9));
    assert!(!fits(&*store, batch).await);
    let mut batch = claim(4, 5);
    batch.room.insert(0, (index("all"), 4));
    let outcome = store.commit(batch).await.unwrap();
    assert_eq!(outcome, Outcome::Full(index("all")));
    // Without a bound there is none, and the highest one refuses nothing.
    assert!(fits(&*store, create(5)).await);
    assert!(fits(&*store, claim(6, u64::MAX)).await);
}

pub async fn a_bounded_index_asks_no_room_for_a_key_that_is_in_it(engine: Engine) {
    let store = engine.open().await;
    assert!(fits(&*store, claim(0, 1)).await);
    // As often as it comes, and where the bound is lower by now.
    for limit in [1, 0] {
        assert!(fits(&*store, changes(&[into(0)], limit)).await, "{limit}");
    }
    assert!(!fits(&*store, changes(&[into(0), into(1)], 1)).await);
    // Nor for a key that comes twice, or is out again in the end, nor where none comes in.
    assert!(!fits(&*store, changes(&[into(1), into(1)], 1)).await);
    assert!(fits(&*store, changes(&[into(1), into(1)], 2)).await);
    assert!(fits(&*store, changes(&[into(2), out(2)], 2)).await);
    assert!(fits(&*store, changes(&[], 0)).await);
    assert_eq!(claimed(&*store).await, 2);
    assert!(fits(&*store, changes(&[out(1)], 0)).await);
    assert_eq!(claimed(&*store).await, 1);
}

pub async fn a_bounded_index_has_room_for_a_key_when_another_leaves(engine: Engine) {
    let store = engine.open().await;
    assert!(fits(&*store, claim(0, 1)).await);
    // In one batch, whichever of them comes first.
    assert!(fits(&*store, changes(&[into(1), out(0)], 1)).await);
    assert!(fits(&*store, changes(&[out(1), into(2)], 1)).await);
    assert_eq!(claimed(&*store).await, 1);
    // A key that is not in it leaves no room.
    assert!(!fits(&*store, changes(&[out(1), into(3)], 1)).await);
    // Nor does one that comes back.
    assert!(!fits(&*store, changes(&[out(2), into(2), into(3)], 1)).await);
    assert!(fits(&*store, changes(&[out(2), into(2)], 1)).await);
    // In the next batch.
    assert!(fits(&*store, changes(&[out(2)], 1)).await);
    assert!(fits(&*store, claim(3, 1)).await);
    assert!(!fits(&*store, claim(4, 1)).await);
}

pub async fn a_bounded_index_is_exact_under_concurrency(engine: Engine) {
    const BOUND: u64 = 10;
    let store = engine.open().await;
    let start = head(&*store).await;
    // Two instances, where an engine has several.
    let other = match &engine {
        Engine::Redis { .. } => engine.open().await,
        Engine::Embedded { .. } => store.clone(),
    };
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let store = if n % 2 == 0 { &store } else { &other }.clone();
            tokio::spawn(async move { fits(&*store, claim(n, BOUND)).await })
        })
        .collect();
    let mut committed = 0;
    for task in tasks {
        committed += u64::from(task.await.unwrap());
    }
    assert_eq!((committed, claimed(&*store).await), (BOUND, BOUND));
    assert_eq!(entries(&*store, &start).await.len() as u64, BOUND);
    let listing = store.list(&[all(None, 1)]).await.unwrap();
    assert_eq!(listing.pages[0].total, BOUND);
}

pub async fn a_bounded_index_is_never_over_its_bound(engine: Engine) {
    const BOUND: u64 = 3;
    let store = engine.open().await;
    let tasks: Vec<_> = (0..24)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                while !fits(&*store, claim(n, BOUND)).await {
                    tokio::task::yield_now().await;
                }
                assert!(fits(&*store, changes(&[out(n)], BOUND)).await);
            })
        })
        .collect();
    while !tasks.iter().all(|task| task.is_finished()) {
        let now = claimed(&*store).await;
        assert!(now <= BOUND, "{now}");
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(claimed(&*store).await, 0);
    let listing = store.list(&[all(None, 1)]).await.unwrap();
    assert_eq!(listing.pages[0].total, 24);
}

pub async fn a_bounded_index_takes_a_named_batch_once(engine: Engine) {
    let store = engine.open().await;
    assert!(fits(&*store, claim(0, 1)).await);
    // The name of a batch that found no room is not stored.
    assert!(!fits(&*store, named(claim(1, 1), "\"never\"")).await);
    assert_eq!(store.idempotency_record("a name").await.unwrap(), None);
    // Sent again it finds its record, although the index is full by now.
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let store = store.clone();
            let batch = named(claim(1, 2), "1");
            tokio::spawn(async move { store.commit(batch).await.unwrap() })
        })
        .collect();
    let mut committed = 0;
    for task in tasks {
        match task.await.unwrap() {
            Outcome::Committed(_) => committed += 1,
            Outcome::Replayed(stored, _) => assert_eq!(stored, text("1")),
            outcome => panic!("{outcome:?}"),
        }
    }
    assert_eq!((committed, claimed(&*store).await), (1, 2));
}

pub async fn a_bounded_index_is_as_full_after_a_restart(engine: Engine) {
    let store = engine.open().await;
    for n in 0..2 {
        assert!(fits(&*store, claim(n, 3)).await);
    }
    drop(store);
    let store = engine.open().await;
    assert!(fits(&*store, claim(2, 3)).await);
    assert!(!fits(&*store, claim(3, 3)).await);
    drop(store);
    let store = engine.open().await;
    assert!(!fits(&*store, claim(3, 3)).await);
    assert!(fits(&*store, changes(&[out(0)], 3)).await);
    assert!(fits(&*store, claim(3, 3)).await);
    assert_eq!(claimed(&*store).await, 3);
}

pub async fn a_bounded_index_is_compared_last(engine: Engine) {
    let store = engine.open().await;
    assert!(fits(&*store, claim(0, 1)).await);
    let mut batch = claim(1, 1);
    assert!(!fits(&*store, batch.clone()).await);
    batch.expect_highest.push((index("all"), key(0)));
    let outcome = store.commit(batch.clone()).await.unwrap();
    assert_eq!(outcome, Outcome::NotHighest(key(0)));
    batch.expect.push((key(0), None));
    let outcome = store.commit(batch.clone()).await.unwrap();
    assert_eq!(outcome, Outcome::Conflict);
    batch.deadline = Some(Instant::now());
    // The clock of a Redis is known to a millisecond or two.
    let refused = async { while store.commit(batch.clone()).await.is_ok() {} };
    let refused = tokio::time::timeout(Duration::from_secs(10), refused);
    refused.await.unwrap();
    assert_eq!(claimed(&*store).await, 1);
}
