//! Who is sent the notices of pizzerias, and what they are.

use super::{
    Next, Reader, Subscription,
    sample_market::{Market, customer, driver, identity, known, start, supplier},
};
use crate::{
    domain::{
        AccountRole, Frame, Scope, ShopKind, Topic, Viewer,
        samples::{at, id},
        shop::{
            basket::RestaurantId, counter::Counter, menu::samples::menu, samples::profile,
            shelf::HeldCounter,
        },
    },
    server::services::shops::documents::{Change, ShopDocument},
    server::store::Batch,
};
use futures::FutureExt;

/// Writes a document, as a commit does.
fn change<T: ShopDocument>(market: &mut Market, of: RestaurantId, document: &T) {
    let change = Change {
        restaurant: of,
        by: None,
        at: at(0),
    };
    let mut batch = Batch::default();
    change.put(&mut batch, None, document).unwrap();
    let entry = batch.log.pop().unwrap().body;
    let id = market.next_id();
    let body = entry.strip_suffix('}').unwrap();
    market.write(format!(r#"{body},"id":"{id}"}}"#));
}

fn reader(market: &Market, scope: Scope, viewer: Viewer, notices: bool) -> Subscription {
    market.feed.subscribe(Reader {
        scope,
        viewer,
        basis: None,
        notices,
    })
}

/// The numbers of the orders' events and those of the notices that a reader is sent. What lies between is skipped, and
/// nothing is missing up to the end.
fn sent(reader: &Subscription) -> (Vec<u64>, Vec<u64>) {
    let (mut cursor, mut orders, mut notices) = (start(), Vec::new(), Vec::new());
    loop {
        match reader.next(&cursor, 2) {
            Next::Frames(frames, reached) if frames.is_empty() => {
                assert_eq!(Some(reached), reader.feed.cursor());
                return (orders, notices);
            }
            Next::Frames(frames, reached) => {
                for (seq, text) in frames {
                    match serde_json::from_slice(&text).unwrap() {
                        Frame::Event(_) => orders.push(seq),
                        Frame::Shop { id, .. } => {
                            assert_eq!(id.seq, seq);
                            notices.push(seq);
                        }
                        other => panic!("{other:?}"),
                    }
                }
                cursor = reached;
            }
            _ => panic!("everything is held"),
        }
    }
}

fn shop(n: u128) -> RestaurantId {
    id(n).0
}

/// An order, and what two pizzerias change.
fn evening(market: &mut Market) {
    market.offer(1, "Forno"); // 1
    change(market, shop(7), &profile(7, "Bella Napoli")); // 2
    change(market, shop(7), &Counter::new(shop(7))); // 3
    market.act(1, 0); // 4: on offer
    change(market, shop(8), &menu().outline); // 5
    change(market, shop(7), &menu().items[0]); // 6
}

#[test]
fn notices_are_for_those_who_ask_and_not_with_topics_of_orders_alone() {
    let mut market = Market::new(99);
    let everything = Scope::everything;
    let (own, all) = (Topic::Restaurant(shop(7)), Topic::Shops);
    let scopes = || {
        [
            (everything(), true, vec![1, 4], vec![2, 3, 5, 6]),
            (everything(), false, vec![1, 4], vec![]),
            (Scope::of([all.clone()]), true, vec![], vec![2, 3, 5, 6]),
            (Scope::of([own.clone()]), true, vec![], vec![2, 3, 6]),
            (Scope::of([own.clone()]), false, vec![], vec![]),
            (Scope::of([Topic::Offers]), true, vec![4], vec![]),
            (
                Scope::of([Topic::Offers, own.clone()]),
                true,
                vec![4],
                vec![2, 3, 6],
            ),
            (Scope::of([]), true, vec![], vec![]),
        ]
    };
    let live = scopes().map(|(scope, notices, ..)| reader(&market, scope, Viewer::Open, notices));
    evening(&mut market);
    for (place, (scope, notices, orders, told)) in scopes().into_iter().enumerate() {
        let expected = (orders, told);
        assert_eq!(sent(&live[place]), expected, "scope {place}");
        let late = reader(&market, scope, Viewer::Open, notices);
        assert_eq!(sent(&late), expected, "scope {place}, resumed");
    }
}

#[test]
fn each_viewer_is_told_of_pizzerias_and_of_no_more_orders() {
    let mut market = Market::new(99);
    let viewers = [
        (customer(1), vec![4]),
        (driver(), vec![]),
        (supplier("Forno"), vec![1, 4]),
        (supplier("Roma"), vec![]),
        (known(identity(AccountRole::Dispatch)), vec![]),
        (known(identity(AccountRole::Integrator)), vec![1, 4]),
        (Viewer::nobody(), vec![]),
    ];
    let mut live = viewers
        .each_ref()
        .map(|(viewer, _)| reader(&market, Scope::everything(), viewer.clone(), true));
    evening(&mut market);
    for ((viewer, orders), live) in viewers.iter().zip(&mut live) {
        let all = vec![2, 3, 5, 6];
        assert_eq!(sent(live), (orders.clone(), all), "{viewer:?}");
        assert!(live.changed().now_or_never().is_some());
        let alone = reader(&market, Scope::everything(), viewer.clone(), false);
        assert_eq!(sent(&alone), (orders.clone(), vec![]), "{viewer:?}");
    }
}

#[test]
fn a_notice_has_its_document_by_name_and_of_a_counter_the_whole() {
    let mut market = Market::new(99);
    let reader = reader(&market, Scope::everything(), Viewer::Open, true);
    evening(&mut market);
    let Next::Frames(frames, _) = reader.next(&start(), 9) else {
        panic!("it is held");
    };
    let read = |text| match serde_json::from_slice(text).unwrap() {
        Frame::Shop { notice, .. } => Some(notice),
        _ => None,
    };
    let notices: Vec<_> = frames.iter().filter_map(|(_, text)| read(text)).collect();
    let parts = notices.iter().map(|notice| {
        let code = notice.code.as_deref().map(str::to_owned);
        (notice.kind, notice.restaurant, code, notice.counter.clone())
    });
    let expected = [
        (ShopKind::Restaurant, shop(7), None, None),
        (
            ShopKind::Counter,
            shop(7),
            None,
            Some(Counter::new(shop(7))),
        ),
        (ShopKind::Menu, shop(8), None, None),
        (ShopKind::Item, shop(7), Some("marg".to_owned()), None),
    ];
    assert_eq!(parts.collect::<Vec<_>>(), expected);
    // And the documents are in the catalogue, each as it was written.
    let text = serde_json::to_string(&Counter::new(shop(7))).unwrap();
    let held = market.feed.read_catalogue(|catalogue| {
        let shop = catalogue.by_slug("bella-napoli").cloned().unwrap();
        (shop.counter.unwrap(), shop.dishes.len())
    });
    assert_eq!(held, Some((HeldCounter::read(text.into()).unwrap(), 1)));
}
