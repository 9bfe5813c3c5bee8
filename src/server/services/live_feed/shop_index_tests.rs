//! What is read of pizzerias, and how much of their menus is held.

use super::{
    LiveFeed,
    shop_index::{PAGE, ShopIndex, read_items, stored_catalogue},
};
use crate::{
    domain::{
        Cursor,
        samples::{at, id},
        shop::{
            basket::RestaurantId,
            counter::Counter,
            menu::{Menu, samples::menu},
            samples::profile,
            shelf::{Catalogue, HeldCounter, ShopDocument as Document},
            shelf_search::ShopQuery,
        },
    },
    server::{
        services::shops::documents::Change,
        store::{Batch, Embedded, Outcome, Store, fresh_epoch},
    },
};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::time::timeout;

fn change(n: u128) -> Change {
    Change {
        restaurant: shop(n),
        by: None,
        at: at(0),
    }
}

fn shop(n: u128) -> RestaurantId {
    id(n).0
}

/// A store with some pizzerias, of which the first has a menu; and where its log ends.
async fn stored(folder: &TempDir, count: usize) -> (Arc<dyn Store>, Cursor) {
    let file = folder.path().join("market.redb");
    let store = Embedded::open(&file, fresh_epoch(), 1_000).unwrap();
    let mut batch = Batch::default();
    for n in 1..=count as u128 {
        let name = format!("Pizzeria {n}");
        change(n).put(&mut batch, None, &profile(n, &name)).unwrap();
        change(n)
            .put(&mut batch, None, &Counter::new(shop(n)))
            .unwrap();
    }
    let menu = menu();
    change(1).put(&mut batch, None, &menu.outline).unwrap();
    for item in &menu.items {
        change(1).put(&mut batch, None, item).unwrap();
    }
    match store.commit(batch).await.unwrap() {
        Outcome::Committed(written) => (Arc::new(store), written),
        outcome => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn every_pizzeria_is_read_however_many_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let count = 2 * PAGE + 1;
    let (store, written) = stored(&folder, count).await;
    let (catalogue, cursor) = stored_catalogue(&*store).await.unwrap();
    assert_eq!((catalogue.len(), cursor), (count, written));
    for n in [1, PAGE as u128, count as u128] {
        let shop = catalogue.get(shop(n)).unwrap();
        assert!(shop.profile.is_some() && shop.counter.is_some(), "{n}");
    }
    let items = read_items(&*store, &[shop(1), shop(2)]).await.unwrap();
    let expected = menu().items.into_iter();
    let expected: Vec<_> = expected.map(|item| Document::Item(shop(1), item)).collect();
    assert_eq!(items.len(), expected.len());
    assert!(expected.iter().all(|item| items.contains(item)));
}

#[tokio::test]
async fn dishes_are_read_in_the_background_and_menus_where_they_are_needed() {
    let folder = tempfile::tempdir().unwrap();
    let (store, written) = stored(&folder, 2).await;
    let feed = Arc::new(LiveFeed::new(usize::MAX));
    assert!(!feed.knows_dishes());
    let follower = tokio::spawn(feed.clone().follow(store));
    let known = async {
        while !feed.knows_dishes() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), known).await.unwrap();
    let found = |text: &str| {
        let query = ShopQuery {
            text: Some(text.to_owned()),
            ..ShopQuery::default()
        };
        let count = |catalogue: &Catalogue| catalogue.list(&query, None, 9, |_| true).0.len();
        feed.read_catalogue(count)
    };
    assert_eq!((found("diavola"), found("pizzeria")), (Some(1), Some(2)));
    assert!(feed.menu(shop(1), 1).is_none());
    // A menu of another history is not kept.
    feed.put_menu(shop(1), Arc::new(menu()), &"other-1".parse().unwrap());
    assert!(feed.menu(shop(1), 1).is_none());
    feed.put_menu(shop(1), Arc::new(menu()), &written);
    assert_eq!(
        feed.menu(shop(1), 1).map(|menu| menu.items.len()),
        Some(menu().items.len())
    );
    follower.abort();
}

/// Some pizzerias with a counter of version 1.
fn with(count: u128, menu_memory: usize) -> ShopIndex {
    let mut catalogue = Catalogue::default();
    for n in 1..=count {
        let profile = profile(n, &format!("Pizzeria {n}"));
        catalogue.fold(Document::Profile(Box::new(profile)));
        catalogue.fold(counter(n, 1));
    }
    ShopIndex::new(catalogue, menu_memory)
}

fn counter(n: u128, version: u32) -> Document {
    let counter = Counter {
        version,
        ..Counter::new(shop(n))
    };
    let text = serde_json::to_string(&counter).unwrap();
    Document::Counter(HeldCounter::read(text.into()).unwrap())
}

#[test]
fn the_menus_that_were_used_last_are_held() {
    let mut one = with(1, usize::MAX);
    one.put_menu(shop(1), Arc::new(menu()));
    let size = one.catalogue.menu_bytes();
    assert!(size > 0);
    let mut shops = with(3, 2 * size);
    shops.put_menu(shop(1), Arc::new(menu()));
    shops.put_menu(shop(2), Arc::new(menu()));
    assert!(shops.menu(shop(1), 1).is_some());
    shops.put_menu(shop(3), Arc::new(menu()));
    let held = |shops: &ShopIndex| [1, 2, 3].map(|n| shops.menu(shop(n), 1).is_some());
    assert_eq!(held(&shops), [true, false, true]);
    // A menu that grows drives out another one.
    let mut item = menu().items[0].clone();
    item.id = "new".to_owned().try_into().unwrap();
    shops.fold(Document::Item(shop(3), item));
    assert_eq!(held(&shops), [false, false, true]);
    assert!(shops.catalogue.menu_bytes() <= 2 * size);
    // One that is larger than all room is not held.
    let mut none = ShopIndex::new(Catalogue::default(), size - 1);
    none.put_menu(shop(1), Arc::new(menu()));
    assert_eq!(none.catalogue.menu_bytes(), 0);
}

#[test]
fn a_menu_follows_the_log_and_is_never_older_than_the_counter() {
    let mut shops = with(1, usize::MAX);
    let read: Menu = menu();
    shops.put_menu(shop(1), Arc::new(read.clone()));
    // Somebody has the counter of a later edit, whose entries have not come.
    assert!(shops.menu(shop(1), 2).is_none());
    let mut item = read.items[0].clone();
    (item.gone, item.version) = (true, 2);
    let code = item.id.clone();
    shops.fold(Document::Item(shop(1), item));
    shops.fold(counter(1, 2));
    let menu = shops.menu(shop(1), 2).unwrap();
    assert_eq!(menu.items.len(), read.items.len() - 1);
    assert!(menu.items.iter().all(|item| item.id != code));
    // What was read before it is not taken any more.
    shops.put_menu(shop(1), Arc::new(read));
    assert_eq!(shops.menu(shop(1), 2).unwrap(), menu);
}
