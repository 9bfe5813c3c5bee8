//! What is read of pizzerias, and how much of their menus is held.

use super::shelf::{PAGE, Shelf, read_items, stored_catalogue};
use crate::{
    domain::{
        samples::{at, id},
        shop::{
            basket::RestaurantId,
            counter::Counter,
            menu::{Menu, samples::menu},
            samples::profile,
            shelf::{Catalogue, HeldCounter, ShopDocument as Document},
        },
    },
    server::{
        services::shops::documents::Change,
        store::{Batch, Embedded, Outcome, Store, fresh_epoch},
    },
};
use std::sync::Arc;

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

#[tokio::test]
async fn every_pizzeria_is_read_however_many_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("market.redb");
    let store = Embedded::open(&file, fresh_epoch(), 1_000).unwrap();
    let count = 2 * PAGE + 1;
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
    let outcome = store.commit(batch).await.unwrap();
    let Outcome::Committed(written) = outcome else {
        panic!("{outcome:?}");
    };
    let (catalogue, cursor) = stored_catalogue(&store).await.unwrap();
    assert_eq!((catalogue.len(), cursor), (count, written));
    for n in [1, PAGE as u128, count as u128] {
        let shop = catalogue.get(shop(n)).unwrap();
        assert!(shop.profile.is_some() && shop.counter.is_some(), "{n}");
    }
    let items = read_items(&store, &[shop(1), shop(2)]).await.unwrap();
    let expected = menu
        .items
        .into_iter()
        .map(|item| Document::Item(shop(1), item));
    assert_eq!(items.len(), expected.len());
    assert!(expected.into_iter().all(|item| items.contains(&item)));
}

/// Some pizzerias with a counter of version 1.
fn shelf(shops: u128, menu_memory: usize) -> Shelf {
    let mut catalogue = Catalogue::default();
    for n in 1..=shops {
        let profile = profile(n, &format!("Pizzeria {n}"));
        catalogue.fold(Document::Profile(Box::new(profile)));
        catalogue.fold(counter(n, 1));
    }
    Shelf::new(catalogue, menu_memory)
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
    let mut one = shelf(1, usize::MAX);
    one.put_menu(shop(1), Arc::new(menu()));
    let size = one.catalogue.menu_bytes();
    assert!(size > 0);
    let mut shelf = shelf(3, 2 * size);
    shelf.put_menu(shop(1), Arc::new(menu()));
    shelf.put_menu(shop(2), Arc::new(menu()));
    assert!(shelf.menu(shop(1), 1).is_some());
    shelf.put_menu(shop(3), Arc::new(menu()));
    let held = |shelf: &Shelf| [1, 2, 3].map(|n| shelf.menu(shop(n), 1).is_some());
    assert_eq!(held(&shelf), [true, false, true]);
    // A menu that grows drives out another one.
    let mut item = menu().items[0].clone();
    item.id = "new".to_owned().try_into().unwrap();
    shelf.fold(Document::Item(shop(3), item));
    assert_eq!(held(&shelf), [false, false, true]);
    assert!(shelf.catalogue.menu_bytes() <= 2 * size);
    // One that is larger than all room is not held.
    let mut none = Shelf::new(Catalogue::default(), size - 1);
    none.put_menu(shop(1), Arc::new(menu()));
    assert_eq!(none.catalogue.menu_bytes(), 0);
}

#[test]
fn a_menu_follows_the_log_and_is_never_older_than_the_counter() {
    let mut shelf = shelf(1, usize::MAX);
    let read: Menu = menu();
    shelf.put_menu(shop(1), Arc::new(read.clone()));
    // Somebody has the counter of a later edit, whose entries have not come.
    assert!(shelf.menu(shop(1), 2).is_none());
    let mut item = read.items[0].clone();
    (item.gone, item.version) = (true, 2);
    let code = item.id.clone();
    shelf.fold(Document::Item(shop(1), item));
    shelf.fold(counter(1, 2));
    let menu = shelf.menu(shop(1), 2).unwrap();
    assert_eq!(menu.items.len(), read.items.len() - 1);
    assert!(menu.items.iter().all(|item| item.id != code));
    // What was read before it is not taken any more.
    shelf.put_menu(shop(1), Arc::new(read));
    assert_eq!(shelf.menu(shop(1), 2).unwrap(), menu);
}
