//! Whether the documents of each pizzeria fit together: its counter has the versions of profile and menu, the parts of
//! its menu are there, and no other has its names.

use super::shop_faults::ShopKey;
use crate::{
    domain::{
        ShopKind,
        shop::{
            basket::RestaurantId,
            counter::Counter,
            menu::{
                Item, Menu, Outline,
                check::{Edited, check},
            },
            profile::Profile,
        },
    },
    server::{
        services::shops::documents::{self, ShopDocument},
        store::{Index, Key, snapshot::Held},
    },
};
use std::collections::BTreeMap;

/// What is known of all pizzerias.
#[derive(Default)]
pub struct Shops {
    all: BTreeMap<RestaurantId, Shop>,
    /// Who has each index that holds nobody else.
    unique: BTreeMap<Index, RestaurantId>,
    /// Those that more than one has.
    shared: Vec<(Key, String)>,
}

#[derive(Default)]
struct Shop {
    profile_version: Option<u32>,
    counter: Option<Counter>,
    outline: Option<Outline>,
    /// Those that are not gone, without what no other part of the menu depends on.
    items: Vec<Item>,
    /// Of the outline and of all items.
    versions: Vec<u32>,
    /// Whether a part could not be read, so that nothing is known of the whole.
    is_unreadable: bool,
}

impl Shops {
    /// Adds a document of a pizzeria.
    pub fn add(&mut self, held: &Held, key: &ShopKey) {
        let Some(text) = &held.text else { return };
        let shop = self.all.entry(key.restaurant).or_default();
        let read = match key.kind {
            ShopKind::Restaurant => serde_json::from_str(text).map(|profile: Profile| {
                shop.profile_version = Some(profile.version);
                for index in profile.unique() {
                    let owner = *self.unique.entry(index.clone()).or_insert(key.restaurant);
                    if owner != key.restaurant {
                        let detail = format!("has {}, as {owner} has", index.0);
                        self.shared.push((held.key.clone(), detail));
                    }
                }
            }),
            ShopKind::Counter => {
                serde_json::from_str(text).map(|counter| shop.counter = Some(counter))
            }
            ShopKind::Menu => serde_json::from_str(text).map(|outline: Outline| {
                shop.versions.push(outline.version);
                shop.outline = Some(outline);
            }),
            ShopKind::Item => serde_json::from_str(text).map(|item: Item| {
                shop.versions.push(item.version);
                if !item.gone {
                    shop.items.push(bare(item));
                }
            }),
        };
        shop.is_unreadable |= read.is_err();
    }

    /// What does not fit, with the key of the document that shows it.
    pub fn faults(self) -> Vec<(Key, String)> {
        let mut faults = self.shared;
        for (id, shop) in self.all {
            // What is wrong with a part is known already.
            if !shop.is_unreadable {
                faults.extend(shop.faults(id));
            }
        }
        faults
    }
}

impl Shop {
    fn faults(self, id: RestaurantId) -> Vec<(Key, String)> {
        let of = |kind, detail: String| (documents::key(kind, id), detail);
        let mut faults = Vec::new();
        for (kind, is_there) in [
            (ShopKind::Restaurant, self.profile_version.is_some()),
            (ShopKind::Counter, self.counter.is_some()),
            (ShopKind::Menu, self.outline.is_some()),
        ] {
            if !is_there {
                faults.push(of(kind, "is missing, and other parts are there".to_owned()));
            }
        }
        if let (Some(version), Some(counter)) = (self.profile_version, &self.counter)
            && counter.profile_version != version
        {
            let counted = counter.profile_version;
            let detail = format!("has profile_version {counted}, and the profile is at {version}");
            faults.push(of(ShopKind::Counter, detail));
        }
        if let Some(counter) = &self.counter
            && let Some(detail) = revision_fault(counter.menu_revision, &self.versions)
        {
            faults.push(of(ShopKind::Counter, detail));
        }
        if let Some(outline) = self.outline {
            let items = self.items;
            let invalid = check(&Menu { outline, items }, Edited::Menu).into_iter();
            let invalid = invalid.map(|invalid| format!("{}: {}", invalid.field, invalid.error));
            faults.extend(invalid.map(|detail| of(ShopKind::Menu, detail)));
        }
        faults
    }
}

/// An edit of a menu changes some of its documents, each by one version: the revision is not below any of them, and not
/// above what all of them have changed together.
fn revision_fault(revision: u32, versions: &[u32]) -> Option<String> {
    let least = versions.iter().copied().max().unwrap_or(1);
    let most: u32 = versions.iter().sum();
    let fits = (least..=most.max(1)).contains(&revision);
    (!fits).then(|| format!("has menu_revision {revision}, and its menu is from {least} to {most}"))
}

fn bare(item: Item) -> Item {
    Item {
        about: None,
        without: Vec::new(),
        allergens: Vec::new(),
        diets: Vec::new(),
        additives: Vec::new(),
        ..item
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Field,
        shop::{code::Code, menu::samples::menu, samples::profile},
    };
    use serde::Serialize;
    use uuid::Uuid;

    struct Parts {
        profile: Profile,
        counter: Counter,
        menu: Menu,
    }

    fn parts(id: u128, name: &str) -> Parts {
        Parts {
            profile: profile(id, name),
            counter: Counter::new(Uuid::from_u128(id)),
            menu: menu(),
        }
    }

    fn faults(all: &[Parts]) -> Vec<String> {
        let mut shops = Shops::default();
        for Parts {
            profile,
            counter,
            menu,
        } in all
        {
            add(&mut shops, profile.id, profile);
            add(&mut shops, profile.id, counter);
            add(&mut shops, profile.id, &menu.outline);
            menu.items
                .iter()
                .for_each(|item| add(&mut shops, profile.id, item));
        }
        let faults = shops.faults().into_iter();
        faults
            .map(|(key, detail)| format!("{} {detail}", key.0.split(':').next().unwrap()))
            .collect()
    }

    fn add<T: ShopDocument + Serialize>(shops: &mut Shops, of: RestaurantId, document: &T) {
        let held = Held {
            key: document.key(of),
            text: Some(serde_json::to_string(document).unwrap()),
            indexes: Vec::new(),
            history: Vec::new(),
        };
        shops.add(&held, &ShopKey::read(&held.key).unwrap());
    }

    #[test]
    fn the_parts_of_a_pizzeria_fit_together() {
        let sound = || parts(7, "Bella Napoli");
        assert_eq!(faults(&[sound(), parts(8, "Roma")]), [""; 0]);
        let mut later = sound();
        later.profile.version = 2;
        let fault = "counter has profile_version 1, and the profile is at 2";
        assert_eq!(faults(&[later]), [fault]);
        let mut later = sound();
        later.counter.menu_revision = 1_000;
        assert_eq!(faults(&[later]).len(), 1);
        let mut without = sound();
        without.menu.items[0].groups = vec![Code::parse("nosuch").unwrap()];
        let found = faults(&[without]);
        assert!(
            found.len() == 1 && found[0].starts_with("menu ") && found[0].contains("nosuch"),
            "{found:?}"
        );
        let found = faults(&[sound(), parts(8, "Bella Napoli")]);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn a_revision_lies_between_the_versions_and_their_sum() {
        assert_eq!(revision_fault(1, &[1]), None);
        assert_eq!(revision_fault(4, &[2, 1, 1]), None);
        assert!(revision_fault(5, &[2, 1, 1]).is_some());
        assert!(revision_fault(1, &[2, 1, 1]).is_some());
    }
}
