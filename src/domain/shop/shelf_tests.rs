//! The catalogue under loss, doubling and delay.

use super::{
    area::{Destination, Postcode},
    basket::RestaurantId,
    code::Code,
    counter::Counter,
    menu::{Item, Menu, Outline, samples::menu},
    profile::Profile,
    samples::profile,
    shelf::{Catalogue, HeldCounter, Shop, ShopDocument},
    shelf_search::{EXAMINED, ShopCursor, ShopQuery},
    slug::Slug,
};
use crate::domain::{Field, LogEvent, ShopKind, samples::at};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn restaurant(n: u128) -> RestaurantId {
    Uuid::from_u128(n)
}

fn folded(documents: impl IntoIterator<Item = ShopDocument>) -> Catalogue {
    let mut shelf = Catalogue::default();
    for document in documents {
        shelf.fold(document);
    }
    shelf
}

fn boxed(profile: Profile) -> ShopDocument {
    ShopDocument::Profile(Box::new(profile))
}

fn counter(counter: Counter) -> ShopDocument {
    let text = serde_json::to_string(&counter).unwrap();
    ShopDocument::Counter(HeldCounter::read(text.into()).unwrap())
}

/// A pizzeria with its counter.
fn pizzeria(n: u128, name: &str) -> [ShopDocument; 2] {
    let counter = counter(Counter::new(restaurant(n)));
    [boxed(profile(n, name)), counter]
}

fn item(code: u32, name: &str, version: u32, gone: bool) -> Item {
    let mut item = menu().items[0].clone();
    item.id = Code::numbered(code);
    item.name = name.to_owned().try_into().unwrap();
    (item.version, item.gone) = (version, gone);
    item
}

/// The version `version` of a document, which differs from the others.
fn document(kind: u8, n: u128, version: u32) -> ShopDocument {
    match kind {
        0 => {
            // Names and slugs go round, so that each is of several pizzerias one after the other.
            let mut profile = profile(n, &format!("Roma {}", (n as u32 + version) % 3));
            profile.former_slugs = vec![Slug::parse(&format!("old-{n}")).unwrap()];
            profile.version = version;
            boxed(profile)
        }
        1 => counter(Counter {
            missed: version,
            version,
            ..Counter::new(restaurant(n))
        }),
        2 => {
            let outline = Outline {
                next: version,
                version,
                ..Outline::default()
            };
            ShopDocument::Outline(restaurant(n), outline)
        }
        code => {
            let item = item(
                code.into(),
                &format!("Dish {version}"),
                version,
                version.is_multiple_of(3),
            );
            ShopDocument::Item(restaurant(n), item)
        }
    }
}

const KINDS: u8 = 5;
const SHOPS: u128 = 3;

/// All that can be asked of it.
fn answers(shelf: &Catalogue) -> Vec<Option<Shop>> {
    let by_id = (0..SHOPS).map(|n| shelf.get(restaurant(n)));
    let by_slug = ["roma-0", "roma-1", "roma-2", "old-0", "old-1"].map(|slug| shelf.by_slug(slug));
    let by_name = ["ROMA 0", "Roma 1", "Roma 2"].map(|name| shelf.by_name(name));
    let all = by_id.chain(by_slug).chain(by_name);
    all.map(|shop| shop.cloned()).collect()
}

fn listed(shelf: &Catalogue, query: &ShopQuery) -> Vec<String> {
    let (hits, _) = shelf.list(query, None, 100, |_| true);
    hits.iter()
        .map(|hit| hit.profile.name.to_string())
        .collect()
}

proptest! {
    /// Whatever is lost before the newest of each document, comes twice, or comes late.
    #[test]
    fn the_shelf_is_the_fold_under_loss_and_doubling(
        lasts in prop::collection::vec(1u32..6, (KINDS as usize) * (SHOPS as usize)),
        others in prop::collection::vec((0..KINDS, 0..SHOPS, 1u32..6), 0..60),
        has_menu: bool,
        seed in prop::collection::vec(any::<u32>(), 80),
    ) {
        let last = |kind: u8, n: u128| lasts[usize::from(kind) * SHOPS as usize + n as usize];
        let all = (0..KINDS).flat_map(|kind| (0..SHOPS).map(move |n| (kind, n)));
        let newest: Vec<_> = all.map(|(kind, n)| (kind, n, last(kind, n))).collect();
        let older = others.into_iter().filter(|(kind, n, version)| *version <= last(*kind, *n));
        let mut come: Vec<_> = older.chain(newest.clone()).collect();
        let mut order: Vec<_> = (0..come.len()).collect();
        order.sort_by_key(|place| seed[*place % seed.len()]);
        come = order.into_iter().map(|place| come[place]).collect();

        let read = |shelf: &mut Catalogue| {
            for n in (0..SHOPS).filter(|_| has_menu) {
                let menu = Menu { outline: Outline { version: 0, ..Outline::default() }, items: Vec::new() };
                shelf.put_menu(restaurant(n), menu.into());
            }
        };
        let (mut shelf, mut expected) = (Catalogue::default(), Catalogue::default());
        read(&mut shelf);
        read(&mut expected);
        for (kind, n, version) in come {
            shelf.fold(document(kind, n, version));
        }
        for (kind, n, version) in newest {
            prop_assert!(expected.fold(document(kind, n, version)));
            prop_assert!(!shelf.fold(document(kind, n, version)));
        }
        prop_assert_eq!(answers(&shelf), answers(&expected));
        let query = ShopQuery::default();
        prop_assert_eq!(listed(&shelf, &query), listed(&expected, &query));
        prop_assert_eq!(shelf.len(), SHOPS as usize);
    }

    /// A menu that is read at any moment is the same, or has to be read again.
    #[test]
    fn a_menu_that_is_older_than_what_has_come_is_not_taken(
        edits in prop::collection::vec((2u8..KINDS, any::<bool>()), 1..20),
        read_at in 0usize..20,
        put_at in 0usize..20,
    ) {
        let (mut versions, mut documents) = ([0u32; KINDS as usize], Vec::new());
        for (kind, _) in &edits {
            versions[usize::from(*kind)] += 1;
            documents.push(document(*kind, 0, versions[usize::from(*kind)]));
        }
        let menu_at = |end: usize| {
            let mut menu = Menu { outline: Outline { version: 0, ..Outline::default() }, items: Vec::new() };
            for document in &documents[..end.min(documents.len())] {
                match document {
                    ShopDocument::Outline(_, outline) => menu.outline = outline.clone(),
                    ShopDocument::Item(_, item) => {
                        menu.items.retain(|old| old.id != item.id);
                        menu.items.extend(Some(item.clone()).filter(|item| !item.gone));
                    }
                    other => panic!("{other:?}"),
                }
            }
            menu.items.sort_by(|a, b| a.id.cmp(&b.id));
            menu
        };
        let mut shelf = folded([boxed(profile(0, "Roma"))]);
        let put_at = put_at.min(documents.len());
        let mut is_put = false;
        for (place, document) in documents.iter().enumerate() {
            if place == put_at {
                is_put = shelf.put_menu(restaurant(0), menu_at(read_at).into());
            }
            shelf.fold(document.clone());
        }
        // What was read after all that has come is taken, unless it lacks what its own entries have yet to take off.
        if put_at < documents.len() && read_at == put_at {
            prop_assert!(is_put);
        }
        let read = shelf.get(restaurant(0)).and_then(Shop::menu);
        prop_assert_eq!(read.is_some(), is_put);
        if let Some(menu) = read {
            let expected = menu_at(documents.len());
            prop_assert_eq!(&**menu, &expected);
            // What it takes is that of a menu that has just been read.
            let mut other = Catalogue::default();
            prop_assert!(other.put_menu(restaurant(0), expected.into()));
            prop_assert_eq!(shelf.menu_bytes(), other.menu_bytes());
        }
        shelf.drop_menu(restaurant(0));
        prop_assert_eq!(shelf.menu_bytes(), 0);
    }
}

#[test]
fn a_pizzeria_is_found_by_each_slug_and_by_its_name() {
    let mut before = profile(1, "Bella Napoli");
    let mut shelf = folded([boxed(before.clone())]);
    before.former_slugs = vec![before.slug.clone()];
    before.slug = Slug::parse("napoli").unwrap();
    before.name = "Napoli".to_owned().try_into().unwrap();
    before.version = 2;
    assert!(shelf.fold(boxed(before)));
    let id = |shop: Option<&Shop>| shop.and_then(|shop| Some(shop.profile.as_ref()?.id));
    for slug in ["napoli", "bella-napoli"] {
        assert_eq!(id(shelf.by_slug(slug)), Some(restaurant(1)), "{slug}");
    }
    assert_eq!(id(shelf.by_name("NAPOLI")), Some(restaurant(1)));
    assert_eq!(id(shelf.by_name("Bella Napoli")), None);
    assert_eq!(shelf.len(), 1);
}

#[test]
fn a_list_is_by_name_and_in_pages() {
    let names = ["roma", "Ärger", "Zio", "Bella Napoli", "Ciro"];
    let all = (1..).zip(names);
    let shelf = folded(all.flat_map(|(n, name)| pizzeria(n, name)));
    let sorted = ["Ärger", "Bella Napoli", "Ciro", "roma", "Zio"];
    assert_eq!(listed(&shelf, &ShopQuery::default()), sorted);
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let query = ShopQuery::default();
        let (hits, next) = shelf.list(&query, after.as_ref(), 2, |_| true);
        seen.extend(hits.iter().map(|hit| hit.profile.name.to_string()));
        let Some(next) = next else { break };
        after = Some(ShopCursor::parse(&next.to_string()).unwrap());
        assert_eq!(after, Some(next));
    }
    assert_eq!(seen, sorted);
    for bad in ["", "x", "x.y", "00000000-0000-0000-0000-000000000001"] {
        assert!(ShopCursor::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_list_goes_on_where_it_has_looked_at_enough() {
    let count = 2 * EXAMINED as u128 + 1;
    let all = (1..=count).flat_map(|n| pizzeria(n, &format!("Pizzeria {n:05}")));
    let shelf = folded(all);
    let query = ShopQuery {
        text: Some(format!("{count}")),
        ..ShopQuery::default()
    };
    let (mut after, mut pages, mut seen) = (None, 0, Vec::new());
    loop {
        let (hits, next) = shelf.list(&query, after.as_ref(), 9, |_| true);
        pages += 1;
        seen.extend(hits.iter().map(|hit| hit.profile.name.to_string()));
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((pages, seen), (3, vec![format!("Pizzeria {count:05}")]));
}

#[test]
fn a_list_has_what_was_asked_for() {
    let mut shelf = folded(
        pizzeria(1, "Roma")
            .into_iter()
            .chain(pizzeria(2, "Café Ñapoli")),
    );
    let mut hidden = profile(3, "Hidden");
    hidden.listed = false;
    shelf.fold(boxed(hidden));
    shelf.fold(counter(Counter::new(restaurant(3))));
    // Its counter has not come.
    shelf.fold(boxed(profile(4, "Half")));
    let mut far = profile(5, "Far");
    (far.areas, far.tags) = (Vec::new(), Vec::new());
    shelf.fold(boxed(far));
    shelf.fold(counter(Counter::new(restaurant(5))));
    shelf.fold(ShopDocument::Item(
        restaurant(1),
        item(1, "Tiramisù", 1, false),
    ));
    shelf.fold(ShopDocument::Item(
        restaurant(2),
        item(1, "Tiramisu", 2, true),
    ));
    let text = |text: &str| ShopQuery {
        text: Some(text.to_owned()),
        ..ShopQuery::default()
    };
    let all = ["Café Ñapoli", "Far", "Roma"];
    assert_eq!(listed(&shelf, &ShopQuery::default()), all);
    assert_eq!(listed(&shelf, &text("NAPOLI")), ["Café Ñapoli"]);
    assert_eq!(listed(&shelf, &text("vegan")), ["Café Ñapoli", "Roma"]);
    assert_eq!(listed(&shelf, &text("misu")), ["Roma"]);
    let query = text("misu");
    let (hits, _) = shelf.list(&query, None, 9, |_| true);
    assert_eq!(&*hits[0].dishes[0].name, "Tiramisù");
    let tag = ShopQuery {
        tag: Some("Vegan".to_owned()),
        ..ShopQuery::default()
    };
    assert_eq!(listed(&shelf, &tag), ["Café Ñapoli", "Roma"]);
    let near = ShopQuery {
        destination: Some(Destination {
            postcode: Postcode::of("10115"),
            point: None,
        }),
        ..ShopQuery::default()
    };
    assert_eq!(listed(&shelf, &near), ["Café Ñapoli", "Roma"]);
    for is_open in [true, false] {
        let query = ShopQuery {
            is_open: Some(is_open),
            ..ShopQuery::default()
        };
        let (hits, _) = shelf.list(&query, None, 9, |profile| &*profile.name == "Far");
        assert_eq!(hits.len(), if is_open { 1 } else { 2 });
    }
}

#[test]
fn an_entry_of_the_log_is_a_document() {
    let item = item(3, "Diavola", 2, false);
    let entry = json!({
        "event_type": ShopKind::Item.event_type(), "item": item, "restaurant": restaurant(7),
        "by": null, "timestamp": at(0), "id": "e-1",
    });
    let LogEvent::Shop(entry) = LogEvent::read(&entry.to_string()).unwrap() else {
        panic!("it is an entry of a pizzeria");
    };
    let expected = ShopDocument::Item(restaurant(7), item);
    assert_eq!(ShopDocument::read(&entry).unwrap(), expected);
    assert_eq!(expected.restaurant(), restaurant(7));
}
