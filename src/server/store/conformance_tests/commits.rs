//! What commits promise.

use super::*;

pub async fn a_batch_changes_everything_in_it(engine: Engine) {
    let store = engine.open().await;
    let start = head(&*store).await;
    assert_eq!(store.get(&key(1)).await.unwrap(), None);

    let done = store.commit(create(1)).await.unwrap();
    let first = at(&start, start.seq + 1);
    assert_eq!(done, Outcome::Committed(first.clone()));
    assert_eq!(store.get(&key(1)).await.unwrap(), Some(text(r#"{"n":1}"#)));
    let entry = format!(r#"{{"made":1,"id":"{first}"}}"#);
    assert_eq!(store.history(&key(1)).await.unwrap(), [text(entry.clone())]);
    assert_eq!(entries(&*store, &start).await, [entry]);
    let listing = store.list(&[all(None, 10)]).await.unwrap();
    assert_eq!(listing.cursor, first);
    let page = Page {
        documents: vec![text(r#"{"n":1}"#)],
        next: None,
        total: 1,
    };
    assert_eq!(listing.pages, [page]);
}

pub async fn a_conflict_changes_nothing(engine: Engine) {
    let store = engine.open().await;
    store.commit(create(1)).await.unwrap();
    let before = head(&*store).await;
    // One of two expectations does not hold.
    let mut batch = create(2);
    batch.expect.push((key(1), Some(text("something else"))));
    assert_eq!(store.commit(batch).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.commit(create(1)).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.get(&key(2)).await.unwrap(), None);
    let listing = store.list(&[all(None, 10)]).await.unwrap();
    assert_eq!((listing.cursor, listing.pages[0].total), (before, 1));
}

fn create_highest(n: usize) -> Batch {
    Batch {
        expect_highest: vec![(index("all"), key(n))],
        ..create(n)
    }
}

pub async fn a_key_goes_in_as_the_highest_or_not_at_all(engine: Engine) {
    let store = engine.open().await;
    store.commit(create_highest(5)).await.unwrap();
    let committed = store.commit(create_highest(6)).await.unwrap();
    assert!(matches!(committed, Outcome::Committed(_)));
    let before = store.list(&[all(None, 10)]).await.unwrap();
    // Below the highest one, and the highest one itself.
    for n in [4, 6] {
        let mut batch = create_highest(n);
        batch.expect.clear();
        let outcome = store.commit(batch).await.unwrap();
        assert_eq!(outcome, Outcome::NotHighest(key(6)), "{n}");
    }
    assert_eq!(store.get(&key(4)).await.unwrap(), None);
    assert_eq!(store.list(&[all(None, 10)]).await.unwrap(), before);
    // Of two such keys in one batch, both are compared with what was there before.
    let mut both = create_highest(7);
    both.expect_highest.push((index("none"), key(0)));
    let outcome = store.commit(both).await.unwrap();
    assert!(matches!(outcome, Outcome::Committed(_)));
    // Without the expectation a key may go in anywhere; and what has left an index does not count.
    store.commit(create(1)).await.unwrap();
    let out = Batch {
        index: [1, 5, 6, 7]
            .map(|n| IndexChange::Out(index("all"), key(n)))
            .into(),
        ..Batch::default()
    };
    store.commit(out).await.unwrap();
    let outcome = store.commit(create_highest(2)).await.unwrap();
    assert!(matches!(outcome, Outcome::Committed(_)));
}

pub async fn of_many_highest_keys_each_is_above_those_before(engine: Engine) {
    let store = engine.open().await;
    let start = head(&*store).await;
    let tasks: Vec<_> = (0..64)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.commit(create_highest(n)).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let made = entries(&*store, &start).await;
    let made: Vec<u64> = made
        .iter()
        .map(|entry| {
            let entry: serde_json::Value = serde_json::from_str(entry).unwrap();
            entry["made"].as_u64().unwrap()
        })
        .collect();
    assert!(made.is_sorted() && made.last() == Some(&63), "{made:?}");
}

pub async fn a_batch_may_have_several_changes_of_each_kind(engine: Engine) {
    let store = engine.open().await;
    store.commit(create(1)).await.unwrap();
    let start = head(&*store).await;
    let both = Batch {
        expect: vec![(key(1), Some(text(r#"{"n":1}"#))), (key(2), None)],
        put: vec![(key(1), text("{}")), (key(2), text("{}"))],
        index: vec![
            IndexChange::Out(index("all"), key(1)),
            IndexChange::In(index("other"), key(1)),
        ],
        log: [1, 2]
            .map(|n| NewEntry {
                about: key(n),
                body: text(r#"{"both":true}"#),
                repeats: None,
                published: true,
            })
            .into(),
        ..Batch::default()
    };
    let end = at(&start, start.seq + 2);
    assert_eq!(store.commit(both).await.unwrap(), Outcome::Committed(end));
    assert_eq!(entries(&*store, &start).await.len(), 2);
    let other = Query {
        index: index("other"),
        ..all(None, 10)
    };
    let pages = store.list(&[all(None, 10), other]).await.unwrap().pages;
    assert_eq!([pages[0].total, pages[1].total], [0, 1]);
}

/// It is in the log and in the history like any other, and no other program hears of it.
pub async fn an_entry_may_be_unpublished(engine: Engine) {
    let store = engine.open().await;
    let start = head(&*store).await;
    let mut connection = match &engine {
        Engine::Redis { server, .. } => {
            let client = ::redis::Client::open(server.url()).unwrap();
            Some(client.get_connection().unwrap())
        }
        Engine::Embedded { .. } => None,
    };
    let mut channel = connection.as_mut().map(|connection| {
        let mut channel = connection.as_pubsub();
        channel.subscribe("pizza_orders").unwrap();
        channel
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        channel
    });
    let log = [(1, false), (2, true), (3, false), (4, true)].map(|(n, published)| NewEntry {
        about: key(n),
        body: text(format!("{{\"n\":{n}}}")),
        repeats: None,
        published,
    });
    let batch = Batch {
        log: log.into(),
        ..Batch::default()
    };
    let end = at(&start, start.seq + 4);
    assert_eq!(store.commit(batch).await.unwrap(), Outcome::Committed(end));
    let all = entries(&*store, &start).await;
    assert_eq!(all.len(), 4);
    assert_eq!(all[0], &*store.history(&key(1)).await.unwrap()[0]);
    if let Some(channel) = &mut channel {
        for expected in [&all[1], &all[3]] {
            let message = channel.get_message().unwrap();
            assert_eq!(&message.get_payload::<String>().unwrap(), expected);
        }
    }
}

pub async fn a_named_batch_is_committed_once(engine: Engine) {
    fn named(n: usize, idempotency_record: &str, keep: Duration) -> Batch {
        let idempotency = IdempotencyRecord {
            name: "a name".to_owned(),
            text: text(idempotency_record),
            keep,
        };
        Batch {
            idempotency: Some(idempotency),
            ..create(n)
        }
    }
    let long = Duration::from_secs(60);
    let store = engine.open().await;
    // The name of a batch that conflicts is not stored.
    store.commit(create(1)).await.unwrap();
    let failed = store.commit(named(1, "\"never\"", long)).await.unwrap();
    assert_eq!(failed, Outcome::Conflict);
    assert_eq!(store.idempotency_record("a name").await.unwrap(), None);

    let Outcome::Committed(cursor) = store.commit(named(2, "{\"a b\": 1}", long)).await.unwrap()
    else {
        panic!("it was the first batch of this name");
    };
    let known = Outcome::Replayed(text("{\"a b\": 1}"), cursor);
    drop(store);
    let store = engine.open().await;
    // Whatever else the batch contains, and whether its expectations hold or not.
    for n in [2, 3] {
        assert_eq!(
            store.commit(named(n, "\"second\"", long)).await.unwrap(),
            known
        );
    }
    assert_eq!(store.get(&key(3)).await.unwrap(), None);
    let idempotency_record = store.idempotency_record("a name").await.unwrap();
    assert_eq!(idempotency_record, Some(text("{\"a b\": 1}")));
}

pub async fn one_of_many_batches_of_a_name_is_committed(engine: Engine) {
    let store = engine.open().await;
    let all: Vec<_> = (0..32)
        .map(|n| {
            let store = store.clone();
            let idempotency = IdempotencyRecord {
                name: "another".to_owned(),
                text: text(n.to_string()),
                keep: Duration::from_secs(60),
            };
            let batch = Batch {
                idempotency: Some(idempotency),
                ..create(100 + n)
            };
            tokio::spawn(async move { store.commit(batch).await.unwrap() })
        })
        .collect();
    let mut first = 0;
    for outcome in all {
        first += usize::from(matches!(outcome.await.unwrap(), Outcome::Committed(_)));
    }
    assert_eq!(first, 1);
}

pub async fn a_name_expires(engine: Engine) {
    let store = engine.open().await;
    let idempotency = IdempotencyRecord {
        name: "short".to_owned(),
        text: text("1"),
        keep: Duration::from_millis(50),
    };
    let batch = |n| Batch {
        idempotency: Some(idempotency.clone()),
        ..create(n)
    };
    store.commit(batch(1)).await.unwrap();
    while store.idempotency_record("short").await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(
        store.commit(batch(2)).await.unwrap(),
        Outcome::Committed(_)
    ));
}

pub async fn one_of_conflicting_batches_wins(engine: Engine) {
    let store = engine.open().await;
    for round in 0..20 {
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.commit(create(round)).await.unwrap() })
            })
            .collect();
        let mut winners = 0;
        for task in tasks {
            winners += usize::from(matches!(task.await.unwrap(), Outcome::Committed(_)));
        }
        assert_eq!(winners, 1);
    }
    assert_eq!(
        store.list(&[all(None, 100)]).await.unwrap().pages[0].total,
        20
    );
}

pub async fn everything_survives_a_restart(engine: Engine) {
    let store = engine.open().await;
    let start = head(&*store).await;
    for n in 0..3 {
        store.commit(create(n)).await.unwrap();
    }
    let before = store.list(&[all(None, 10)]).await.unwrap();
    drop(store);
    let store = engine.open().await;
    assert_eq!(store.list(&[all(None, 10)]).await.unwrap(), before);
    assert_eq!(entries(&*store, &start).await.len(), 3);
    assert_eq!(store.history(&key(2)).await.unwrap().len(), 1);
    assert_eq!(
        store.commit(create(3)).await.unwrap(),
        Outcome::Committed(at(&start, start.seq + 4))
    );
}

pub async fn any_text_is_stored_unchanged(engine: Engine) {
    let store = engine.open().await;
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
        store.commit(put).await.unwrap();
        assert_eq!(store.get(&key(n)).await.unwrap().as_deref(), Some(*odd));
        let again = Batch {
            expect: vec![(key(n), Some(text(*odd)))],
            ..Batch::default()
        };
        assert!(matches!(
            store.commit(again).await.unwrap(),
            Outcome::Committed(_)
        ));
    }
}
