//! What a viewer is sent: of what it may see, as much as it may know, and nothing after the end of its session.

use super::{
    Basis, Next, Subscription,
    sample_market::{
        CUSTOMER, Market, account, customer, driver, identity, known, reader, start, supplier,
    },
};
use crate::{
    domain::{
        AccountRole, BoardQuery, Event, Identity, OrderId, Scope, Sequence, Status, Topic, Viewer,
        samples::id,
    },
    server::store::LogEntry,
};
use futures::FutureExt;
use std::sync::Arc;

/// What a reader is sent from the beginning on: the number of each event, and whether it says who the customer is.
fn sent(reader: &Subscription) -> Vec<(u64, bool)> {
    let (mut cursor, mut all) = (start(), Vec::new());
    loop {
        // A small limit, so that several reads are needed.
        match reader.next(&cursor, 2) {
            Next::Frames(frames, reached) if frames.is_empty() => {
                assert_eq!(reached, reader.feed.cursor().unwrap());
                return all;
            }
            Next::Frames(frames, reached) => {
                all.extend(frames.iter().map(|(seq, text)| {
                    let event: Event = serde_json::from_slice(text).unwrap();
                    assert_eq!(event.id.seq, *seq);
                    let is_whole = event.order.customer_name.is_some();
                    assert_eq!(event.order.customer_id.is_some(), is_whole);
                    (*seq, is_whole)
                }));
                cursor = reached;
            }
            _ => panic!("everything is held"),
        }
    }
}

/// One order of two kitchens each; the one of the first is taken, gets a driver, loses them, gets them again, and is
/// delivered.
fn day(market: &mut Market) {
    market.offer(1, "Forno"); // 1
    market.offer(2, "Roma"); // 2
    market.act(1, 0); // 3: on offer
    market.act(1, 2); // 4: taken
    market.act(1, 3); // 5
    market.act(1, 4); // 6: ready
    market.act(1, 5); // 7: has a driver
    market.act(1, 9); // 8: taken back
    market.act(2, 0); // 9: on offer
    market.act(1, 5); // 10
    market.act(1, 6); // 11
}

#[test]
fn each_viewer_is_sent_what_it_may_see() {
    let mut market = Market::new(99);
    let viewers = || {
        let follower = known(Identity {
            follows: vec![id(2)],
            sees_offers: false,
            ..identity(AccountRole::Customer)
        });
        [
            customer(CUSTOMER),
            customer(7),
            driver(),
            supplier("Forno"),
            supplier("Roma"),
            known(identity(AccountRole::Dispatch)),
            known(identity(AccountRole::Integrator)),
            follower,
        ]
    };
    let everything = || Scope::everything();
    let live = viewers().map(|viewer| market.reader(everything(), viewer));
    day(&mut market);
    let whole = |all: &[u64]| all.iter().map(|n| (*n, *n >= 4 && *n != 9)).collect();
    let outside = |all: &[u64]| all.iter().map(|n| (*n, false)).collect();
    let expected: [Vec<(u64, bool)>; 8] = [
        whole(&[3, 4, 5, 6, 7, 8, 9, 10, 11]),
        // What somebody else took leaves its screen, once.
        outside(&[3, 4, 9]),
        // The driver sees that the order is taken back, from outside.
        vec![(7, true), (8, false), (10, true), (11, true)],
        whole(&[1, 3, 4, 5, 6, 7, 8, 10, 11]),
        outside(&[2, 9]),
        whole(&[4, 5, 6, 7, 8, 10, 11]),
        whole(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        outside(&[2, 9]),
    ];
    for (place, expected) in expected.iter().enumerate() {
        assert_eq!(&sent(&live[place]), expected, "viewer {place}");
        // Who comes later is sent the same from the ring.
        let late = market.reader(everything(), viewers()[place].clone());
        assert_eq!(&sent(&late), expected, "viewer {place}, resumed");
    }
    // A topic that is not the viewer's tells nothing.
    let scope = || Scope::of([Topic::Supplier("Forno".to_owned().try_into().unwrap())]);
    assert_eq!(sent(&market.reader(scope(), supplier("Roma"))), []);
    assert_eq!(sent(&market.reader(scope(), driver())).len(), 4);
    assert_eq!(sent(&market.reader(scope(), Viewer::Open)).len(), 9);
}

#[test]
fn of_what_is_over_a_kitchen_and_a_driver_are_told_less() {
    let mut market = Market::new(99);
    day(&mut market);
    let readers = [supplier("Forno"), driver(), customer(CUSTOMER)]
        .map(|viewer| market.reader(Scope::everything(), viewer));
    let whole = |reader| {
        sent(reader)
            .iter()
            .filter(|(_, is_whole)| *is_whole)
            .count()
    };
    assert_eq!(readers.each_ref().map(whole), [7, 3, 7]);
    market.act(1, 7);
    assert_eq!(readers.each_ref().map(whole), [0, 0, 8]);
    // Whether it is told at all is decided as it was live.
    assert_eq!(
        readers.each_ref().map(|reader| sent(reader).len()),
        [10, 5, 10]
    );
}

#[test]
fn entries_about_accounts_are_passed_over() {
    let mut market = Market::new(99);
    let mut open = market.reader(Scope::everything(), Viewer::Open);
    market.offer(1, "Forno");
    market.ended(account(5), "s");
    let unknown = market.next_id();
    market.write(format!(
        r#"{{"event_type":"payment.made","order":7,"id":"{unknown}"}}"#
    ));
    market.act(1, 0);
    assert_eq!(market.feed.cursor().unwrap().seq, 4);
    assert_eq!(sent(&open), [(1, false), (4, false)]);
    assert!(open.changed().now_or_never().is_some());
    // What should be there, and cannot be read, is no entry to pass over.
    let broken = LogEntry {
        text: r#"{"event_type":"account.disabled","account":"?","id":"e-5"}"#.into(),
        trace: None,
    };
    assert!(!market.feed.take(&[broken]));
}

#[test]
fn nothing_is_sent_after_the_end_of_a_session() {
    let basis = |credential: &str| {
        Some(Basis {
            account: account(5),
            credential: credential.to_owned(),
        })
    };
    let everything = known(identity(AccountRole::Integrator));
    for viewer in [everything, supplier("Forno"), customer(CUSTOMER)] {
        let mut market = Market::new(99);
        let feed = market.feed.clone();
        let subscribe = |credential| {
            feed.subscribe(reader(
                Scope::everything(),
                viewer.clone(),
                basis(credential),
            ))
        };
        let (mut reader, other) = (subscribe("a"), subscribe("b"));
        market.offer(1, "Forno");
        market.act(1, 0);
        while reader.changed().now_or_never().is_some() {}
        market.ended(account(5), "a");
        // Also where its topics are silent.
        assert!(reader.changed().now_or_never().is_some());
        market.act(1, 2);
        let last = |reader: &Subscription, after: &str| match reader
            .next(&after.parse().unwrap(), 9)
        {
            Next::Ended(frames, reached) => (true, frames.last().map(|(seq, _)| *seq), reached.seq),
            Next::Frames(frames, reached) => {
                (false, frames.last().map(|(seq, _)| *seq), reached.seq)
            }
            _ => panic!("it is held"),
        };
        assert_eq!(last(&reader, "e-0"), (true, Some(2), 2));
        assert_eq!(last(&reader, "e-2"), (true, None, 2));
        assert_eq!(last(&other, "e-0"), (false, Some(4), 4));
        // The request was let in just before, and the socket opens just after.
        let late = subscribe("a");
        assert_eq!(last(&late, "e-4"), (true, None, 4));
    }
}

#[test]
fn the_account_is_reported_before_its_entry_is_seen() {
    use std::sync::Mutex;
    let mut market = Market::new(9);
    let reported = Arc::new(Mutex::new(Vec::new()));
    let (reports, feed) = (reported.clone(), market.feed.clone());
    market.feed.watch_accounts(move |account| {
        let seq = feed.cursor().map(|cursor| cursor.seq);
        reports.lock().unwrap().push((account, seq));
    });
    market.offer(1, "Forno");
    market.ended(account(5), "a");
    assert_eq!(*reported.lock().unwrap(), [(Some(account(5)), Some(1))]);
}

#[test]
fn a_board_holds_what_its_viewer_sees() {
    let mut market = Market::new(99);
    day(&mut market);
    market.offer(3, "Roma");
    market.act(3, 8);
    let query = |scope, sequence| BoardQuery {
        scope,
        statuses: Status::ALL.to_vec(),
        sequence,
        first: 9,
    };
    let dispatch = || known(identity(AccountRole::Dispatch));
    for sequence in [Sequence::Due, Sequence::Newest] {
        let seen = |scope: Scope, viewer: &Viewer| {
            let (board, _) = market.feed.board(&query(scope, sequence), viewer).unwrap();
            let ids: Vec<OrderId> = board.listed().map(|order| order.id).collect();
            assert_eq!(board.counts().all(), ids.len() as u64);
            let whole = board.orders().filter(|order| order.customer_name.is_some());
            (ids, whole.count(), board.market().all())
        };
        let everything = Scope::everything;
        let ids = |all: &[u128]| all.iter().map(|n| id(*n)).collect::<Vec<_>>();
        assert_eq!(seen(everything(), &Viewer::Open), (ids(&[1, 2, 3]), 1, 3));
        assert_eq!(
            seen(everything(), &customer(CUSTOMER)),
            (ids(&[1, 2]), 1, 2)
        );
        assert_eq!(seen(everything(), &customer(7)), (ids(&[2]), 0, 1));
        assert_eq!(seen(everything(), &driver()), (ids(&[1]), 1, 1));
        assert_eq!(seen(everything(), &supplier("Roma")), (ids(&[2, 3]), 0, 2));
        assert_eq!(seen(everything(), &dispatch()), (ids(&[1]), 1, 1));
        // Of what is another's nothing is told, not even how many there are.
        let forno = || Scope::of([Topic::Supplier("Forno".to_owned().try_into().unwrap())]);
        assert_eq!(seen(forno(), &supplier("Roma")), (vec![], 0, 2));
        assert_eq!(seen(forno(), &supplier("Forno")), (ids(&[1]), 1, 1));
        let offers = || Scope::of([Topic::Offers]);
        assert_eq!(seen(offers(), &customer(7)), (ids(&[2]), 0, 1));
        assert_eq!(seen(offers(), &driver()), (vec![], 0, 1));
        let named = || Scope::of([Topic::Order(id(1)), Topic::Order(id(2))]);
        let (board, _) = market
            .feed
            .board(&query(named(), sequence), &customer(7))
            .unwrap();
        assert_eq!(
            board.orders().map(|order| order.id).collect::<Vec<_>>(),
            ids(&[2])
        );
    }
}
