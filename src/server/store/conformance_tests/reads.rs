//! What pages and the log promise.

use super::*;

pub async fn pages_are_contiguous(engine: Engine) {
    let store = engine.open().await;
    for n in [3, 1, 5, 2, 4] {
        store.commit(create(n)).await.unwrap();
    }
    let mut before = None;
    let mut seen = Vec::new();
    loop {
        let page = store.list(&[all(before, 2)]).await.unwrap().pages.remove(0);
        assert_eq!(page.total, 5);
        seen.extend(page.documents.iter().map(|text| text.to_string()));
        match page.next {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1].map(|n| format!("{{\"n\":{n}}}")));
    let exact = store
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

pub async fn a_waiting_reader_is_woken_or_times_out(engine: Engine) {
    let store = engine.open().await;
    let start = head(&*store).await;
    let nothing = store
        .read_log(&start, 10, Duration::from_millis(30))
        .await
        .unwrap();
    assert_eq!(nothing, LogRead::Entries(vec![]));

    let reader = {
        let (store, start) = (store.clone(), start.clone());
        tokio::spawn(async move {
            store
                .read_log(&start, 10, Duration::from_secs(30))
                .await
                .unwrap()
        })
    };
    store.commit(create(1)).await.unwrap();
    match reader.await.unwrap() {
        LogRead::Entries(entries) => assert_eq!(entries.len(), 1),
        LogRead::CursorExpired => panic!("the cursor has expired"),
    }
}

pub async fn a_trace_reaches_readers_of_the_log(engine: Engine) {
    let store = engine.open().await;
    let start = head(&*store).await;
    let trace = Some(text(
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ));
    let many = Batch {
        log: vec![create(2).log.remove(0); 3],
        trace: trace.clone(),
        ..create(2)
    };
    for batch in [create(1), many, create(3)] {
        store.commit(batch).await.unwrap();
    }
    let traces = match store.read_log(&start, 10, Duration::ZERO).await.unwrap() {
        LogRead::Entries(entries) => entries.into_iter().map(|entry| entry.trace),
        LogRead::CursorExpired => panic!("the cursor has expired"),
    };
    let none = None;
    assert_eq!(
        traces.collect::<Vec<_>>(),
        [&none, &trace, &trace, &trace, &none].map(Option::clone)
    );
    let texts = entries(&*store, &start).await;
    assert_eq!(texts.len(), 5);
    assert_eq!(texts[1], &*store.history(&key(2)).await.unwrap()[0]);
}

pub async fn a_cursor_expires_with_its_entries(engine: Engine) {
    let store = engine.open().await;
    let start = head(&*store).await;
    store.commit(create(0)).await.unwrap();
    let many = |round: usize| Batch {
        log: (0..100)
            .map(|n| NewEntry {
                about: key(0),
                body: text(format!("{{\"n\":{round}{n:02}}}")),
                repeats: None,
                published: true,
            })
            .collect(),
        ..Batch::default()
    };
    for round in 0..5 {
        store.commit(many(round)).await.unwrap();
    }
    let newest = head(&*store).await;
    assert_eq!(newest.seq, start.seq + 501);
    let after = async |seq| {
        store
            .read_log(&at(&start, seq), 1_000, Duration::ZERO)
            .await
            .unwrap()
    };
    assert_eq!(after(start.seq).await, LogRead::CursorExpired);
    match after(newest.seq - RETENTION).await {
        LogRead::Entries(entries) => assert_eq!(entries.len() as u64, RETENTION),
        LogRead::CursorExpired => panic!("the last {RETENTION} can be resumed from"),
    }
    assert_eq!(after(newest.seq).await, LogRead::Entries(vec![]));
    // Cursors that were never issued, or by another store.
    assert_eq!(after(newest.seq + 1).await, LogRead::CursorExpired);
    let other = Cursor {
        epoch: Epoch::new("other").unwrap(),
        seq: newest.seq,
    };
    assert_eq!(
        store.read_log(&other, 10, Duration::ZERO).await.unwrap(),
        LogRead::CursorExpired
    );
    // The history of a document stays.
    let history = store.history(&key(0)).await.unwrap();
    assert_eq!(history.len(), 501);
    for (skip, limit) in [(0, 3), (0, 501), (2, 3), (499, 9), (501, 3), (0, 0)] {
        let newest = history.iter().rev().skip(skip).take(limit);
        let page = store.history_page(&key(0), skip, limit).await.unwrap();
        assert_eq!(page, newest.cloned().collect::<Vec<_>>(), "{skip} {limit}");
    }
}
