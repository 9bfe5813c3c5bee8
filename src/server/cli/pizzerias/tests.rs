//! The example market and the large ones, read by the rules of the API: they are right without a server.

use super::{
    generate::MarketSize,
    market::{SeedRestaurant, example},
};
use crate::{
    domain::{
        Fields, Time,
        shop::{
            Weekday,
            area::{Destination, Postcode},
            basket::TaxMode,
            menu::{HalvesRule, Menu, Outline, edit::import, file::read_file},
            profile::Profile,
            profile_input::{Basis, read_profile},
        },
    },
    server::{config, services::zones::IanaZone},
};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

fn fields(json: &Value) -> Fields {
    let mut fields = Fields::default();
    fields.add_object(json.to_string().as_bytes()).unwrap();
    fields
}

/// The profile and the menu as the market would store them.
fn valid(seed: &SeedRestaurant) -> (Profile, Menu) {
    let slug = seed.slug();
    let basis = Basis::New { id: Uuid::nil() };
    let profile = read_profile(
        fields(&seed.restaurant),
        basis,
        IanaZone::spelling,
        Time::from_millis(0),
    );
    let profile = profile.unwrap_or_else(|why| panic!("{slug}: {why:?}"));
    assert!(profile.is_slug_given, "{slug}");
    let menu = read_file(fields(&seed.menu)).unwrap_or_else(|why| panic!("{slug}: {why:?}"));
    let empty = Menu {
        outline: Outline::default(),
        items: Vec::new(),
    };
    let edit = import(&empty, &[], menu).unwrap_or_else(|why| panic!("{slug}: {why:?}"));
    (profile.profile, edit.menu)
}

#[test]
fn the_example_market_is_valid_and_shows_everything() {
    let market = example().unwrap();
    let all: Vec<_> = market.restaurants.iter().map(valid).collect();
    let rules: BTreeSet<_> = all
        .iter()
        .map(|(_, menu)| menu.outline.halves.rule)
        .collect();
    assert_eq!(rules, HalvesRule::ALL.iter().copied().collect());
    let some = |what: &dyn Fn(&(Profile, Menu)) -> bool| assert!(all.iter().any(what));
    // An overnight kitchen, and one that never closes.
    let closes = |profile: &Profile| {
        profile
            .hours
            .on(Weekday::ALL[0])
            .iter()
            .map(|span| span.closes())
            .max()
    };
    some(&|(profile, _)| closes(profile) > Some(24 * 60));
    some(&|(profile, _)| closes(profile) == Some(24 * 60));
    // A lunch menu.
    some(&|(_, menu)| {
        menu.outline
            .categories
            .iter()
            .any(|one| one.hours.is_some())
    });
    some(&|(profile, _)| {
        profile.tax.mode == TaxMode::Added && &*profile.time_zone != "Europe/Rome"
    });
    some(&|(_, menu)| menu.outline.groups.iter().any(|group| group.free > 0));
    some(&|(_, menu)| {
        let prices = menu.items.iter().flat_map(|item| &item.prices);
        prices
            .into_iter()
            .any(|price| price.deposit.get() > 0 && price.unit_price().is_some())
    });
    assert_eq!(
        market
            .restaurants
            .iter()
            .filter(|one| one.pause.is_some())
            .count(),
        1
    );
    for (profile, menu) in &all {
        let slug = &*profile.slug;
        assert!(
            menu.items.iter().all(|item| menu.shown(&item.id).is_some()),
            "{slug}"
        );
        assert!(
            menu.items.iter().any(|item| !item.halves.is_empty()),
            "{slug}"
        );
        assert!(
            menu.items.iter().any(|item| !item.allergens.is_empty()),
            "{slug}"
        );
    }
}

#[test]
fn each_pizzeria_of_the_example_delivers_to_its_own_address() {
    let places = config::places().unwrap();
    for seed in example().unwrap().restaurants {
        let (profile, _) = valid(&seed);
        let postcode = Postcode::of(&profile.address.postcode).unwrap();
        let place = places
            .get(&postcode)
            .unwrap_or_else(|| panic!("{postcode}"));
        assert_eq!(&*place.town, &*profile.address.town);
        let to = Destination {
            point: Some(place.point),
            postcode: Some(postcode),
        };
        assert!(profile.deliver_to(&to).is_ok(), "{}", seed.slug());
    }
}

#[test]
fn a_large_market_is_valid_and_follows_from_its_seed() {
    let size = MarketSize { seed: 7, items: 60 };
    for number in 0..60 {
        let seed = size.restaurant(number);
        let (_, menu) = valid(&seed);
        assert_eq!(menu.items.len(), 60);
        let again = size.restaurant(number);
        assert_eq!(
            (&seed.restaurant, &seed.menu),
            (&again.restaurant, &again.menu)
        );
    }
    let most = MarketSize {
        seed: 8,
        items: 500,
    }
    .restaurant(0);
    assert_eq!(valid(&most).1.items.len(), 500);
}
