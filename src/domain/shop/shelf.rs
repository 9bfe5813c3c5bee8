//! The catalogue of an instance: the fold of all entries about pizzerias, by version. Each entry has its whole document,
//! so that one that is lost, comes twice or comes late makes no difference once the newest has come.

use super::{
    basket::RestaurantId,
    code::Code,
    counter::Counter,
    menu::{Item, Menu, Outline},
    profile::Profile,
};
use crate::domain::{Cents, ShopEntry, ShopKind, fold_name, fold_text};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

#[derive(Debug, Default)]
pub struct Catalogue {
    shops: HashMap<RestaurantId, Shop>,
    /// Each slug that a pizzeria has or had.
    slugs: Names,
    /// Each name, as names are compared.
    called: Names,
    /// The names as they are searched, with their pizzerias: the order of lists.
    pub(super) by_name: BTreeSet<(String, RestaurantId)>,
    /// What the menus that have been read take in memory, about.
    menu_bytes: usize,
}

/// More than one pizzeria has a name only until all entries have come.
type Names = HashMap<String, BTreeSet<RestaurantId>>;

/// What is known of one pizzeria.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shop {
    pub profile: Option<Arc<Profile>>,
    pub counter: Option<HeldCounter>,
    /// What a search finds, of items that an entry or a menu has brought.
    pub dishes: BTreeMap<Code, Dish>,
    /// The version of the newest outline that has come.
    outline: u32,
    menu: Option<HeldMenu>,
}

/// What a search needs of an item, and its version. One that is gone stays, so that nothing older comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dish {
    pub name: Box<str>,
    pub price_from: Option<Cents>,
    pub gone: bool,
    /// The name as it is searched.
    pub(super) folded: Box<str>,
    version: u32,
}

/// A counter, with its text as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldCounter {
    pub counter: Arc<Counter>,
    pub text: Arc<str>,
}

/// A menu that has been read: its items are sorted by their codes.
#[derive(Clone, Debug, PartialEq)]
struct HeldMenu {
    menu: Arc<Menu>,
    /// What it takes in memory, about.
    bytes: usize,
}

/// A document of a pizzeria.
#[derive(Clone, Debug, PartialEq)]
pub enum ShopDocument {
    Profile(Box<Profile>),
    Counter(HeldCounter),
    Outline(RestaurantId, Outline),
    Item(RestaurantId, Item),
}

impl ShopDocument {
    /// The document of an entry of the log.
    pub fn read(entry: &ShopEntry) -> Result<ShopDocument, serde_json::Error> {
        let (restaurant, text) = (entry.restaurant, &*entry.document);
        Ok(match entry.kind {
            ShopKind::Restaurant => ShopDocument::Profile(serde_json::from_str(text)?),
            ShopKind::Counter => ShopDocument::Counter(HeldCounter::read(text.into())?),
            ShopKind::Menu => ShopDocument::Outline(restaurant, serde_json::from_str(text)?),
            ShopKind::Item => ShopDocument::Item(restaurant, serde_json::from_str(text)?),
        })
    }

    pub fn restaurant(&self) -> RestaurantId {
        match self {
            ShopDocument::Profile(profile) => profile.id,
            ShopDocument::Counter(held) => held.counter.id,
            ShopDocument::Outline(restaurant, _) | ShopDocument::Item(restaurant, _) => *restaurant,
        }
    }
}

impl HeldCounter {
    pub fn read(text: Arc<str>) -> Result<HeldCounter, serde_json::Error> {
        let counter = Arc::new(serde_json::from_str(&text)?);
        Ok(HeldCounter { counter, text })
    }
}

impl Catalogue {
    /// Takes a document, whether it was read or came as an entry; whether it is newer than what is here.
    pub fn fold(&mut self, document: ShopDocument) -> bool {
        let id = document.restaurant();
        match document {
            ShopDocument::Profile(profile) => self.fold_profile(*profile),
            ShopDocument::Counter(held) => self.shops.entry(id).or_default().fold_counter(held),
            ShopDocument::Outline(_, outline) => {
                self.fold_menu(id, |shop| shop.fold_outline(outline))
            }
            ShopDocument::Item(_, item) => self.fold_menu(id, |shop| shop.fold_item(item)),
        }
    }

    /// Changes the menu of a pizzeria, and counts what it takes then.
    fn fold_menu<T>(&mut self, id: RestaurantId, fold: impl FnOnce(&mut Shop) -> T) -> T {
        let shop = self.shops.entry(id).or_default();
        let before = shop.menu_bytes();
        let folded = fold(shop);
        self.menu_bytes = self.menu_bytes + shop.menu_bytes() - before;
        folded
    }

    fn fold_profile(&mut self, profile: Profile) -> bool {
        let id = profile.id;
        let shop = self.shops.entry(id).or_default();
        let before = shop.profile.as_ref();
        if before.is_some_and(|before| before.version >= profile.version) {
            return false;
        }
        let after = Arc::new(profile);
        let before = shop.profile.replace(after.clone());
        if let Some(before) = before {
            before
                .slugs()
                .for_each(|slug| remove(&mut self.slugs, slug, id));
            remove(&mut self.called, &before.called(), id);
            self.by_name.remove(&(fold_text(&before.name), id));
        }
        for slug in after.slugs() {
            add(&mut self.slugs, slug.to_string(), id);
        }
        add(&mut self.called, after.called(), id);
        self.by_name.insert((fold_text(&after.name), id));
        true
    }

    pub fn get(&self, id: RestaurantId) -> Option<&Shop> {
        self.shops.get(&id).filter(|shop| shop.profile.is_some())
    }

    /// The pizzeria that has this slug, or had it.
    pub fn by_slug(&self, slug: &str) -> Option<&Shop> {
        let ids = self.slugs.get(slug)?;
        let has_it = |shop: &&Shop| shop.profile.as_ref().is_some_and(|of| &*of.slug == slug);
        let shops = || ids.iter().filter_map(|id| self.get(*id));
        shops().find(has_it).or_else(|| shops().next())
    }

    /// The pizzeria that is called so.
    pub fn by_name(&self, name: &str) -> Option<&Shop> {
        let ids = self.called.get(&fold_name(name))?;
        ids.iter().find_map(|id| self.get(*id))
    }

    /// How many pizzerias there are.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// The ids of all pizzerias.
    pub fn ids(&self) -> impl Iterator<Item = RestaurantId> {
        self.by_name.iter().map(|(_, id)| *id)
    }

    /// Takes a menu that was read: its outline and the items that are not gone. It is kept up to date from then on.
    /// `false` where newer entries have come than what was read: it has to be read again.
    pub fn put_menu(&mut self, id: RestaurantId, menu: Arc<Menu>) -> bool {
        self.fold_menu(id, |shop| shop.put_menu(menu))
    }

    /// Forgets a menu, so that it takes no memory. It is read again when it is needed.
    pub fn drop_menu(&mut self, id: RestaurantId) {
        self.fold_menu(id, |shop| shop.menu = None);
    }

    /// What the menus that have been read take in memory, about.
    pub fn menu_bytes(&self) -> usize {
        self.menu_bytes
    }
}

impl Shop {
    /// Its whole menu, if that has been read.
    pub fn menu(&self) -> Option<&Arc<Menu>> {
        self.menu.as_ref().map(|held| &held.menu)
    }

    fn menu_bytes(&self) -> usize {
        self.menu.as_ref().map_or(0, |held| held.bytes)
    }

    fn put_menu(&mut self, mut menu: Arc<Menu>) -> bool {
        if !menu.items.is_sorted_by(|a, b| a.id < b.id) {
            Arc::make_mut(&mut menu)
                .items
                .sort_by(|a, b| a.id.cmp(&b.id));
        }
        let is_current = |(code, dish): (&Code, &Dish)| match place(&menu, code) {
            Ok(place) => menu.items[place].version >= dish.version,
            Err(_) => dish.gone,
        };
        if menu.outline.version < self.outline || !self.dishes.iter().all(is_current) {
            return false;
        }
        self.outline = menu.outline.version;
        for item in &menu.items {
            self.dishes.insert(item.id.clone(), Dish::of(item));
        }
        let items: usize = menu.items.iter().map(bytes).sum();
        let bytes = bytes(&menu.outline) + items;
        self.menu = Some(HeldMenu { menu, bytes });
        true
    }

    fn fold_counter(&mut self, held: HeldCounter) -> bool {
        let known = self.counter.as_ref().map(|known| known.counter.version);
        let is_newer = known < Some(held.counter.version);
        if is_newer {
            self.counter = Some(held);
        }
        is_newer
    }

    fn fold_outline(&mut self, outline: Outline) -> bool {
        let is_newer = outline.version > self.outline;
        if is_newer {
            self.outline = outline.version;
            if let Some(held) = &mut self.menu {
                held.bytes = held.bytes + bytes(&outline) - bytes(&held.menu.outline);
                Arc::make_mut(&mut held.menu).outline = outline;
            }
        }
        is_newer
    }

    fn fold_item(&mut self, item: Item) -> bool {
        let known = self.dishes.get(&item.id).map(|dish| dish.version);
        let is_newer = known < Some(item.version);
        if is_newer {
            self.dishes.insert(item.id.clone(), Dish::of(&item));
            if let Some(held) = &mut self.menu {
                held.fold_item(item);
            }
        }
        is_newer
    }
}

impl HeldMenu {
    fn fold_item(&mut self, item: Item) {
        let place = place(&self.menu, &item.id);
        let items = &mut Arc::make_mut(&mut self.menu).items;
        if let Ok(place) = place {
            self.bytes -= bytes(&items.remove(place));
        }
        if !item.gone {
            let (Ok(place) | Err(place)) = place;
            self.bytes += bytes(&item);
            items.insert(place, item);
        }
    }
}

/// Where an item is in a menu whose items are sorted, or where it would be.
fn place(menu: &Menu, code: &Code) -> Result<usize, usize> {
    menu.items.binary_search_by(|item| item.id.cmp(code))
}

/// What a part of a menu takes in memory, about: as much again as its text.
fn bytes(part: &impl Serialize) -> usize {
    serde_json::to_string(part).map_or(0, |text| 2 * text.len())
}

impl Dish {
    fn of(item: &Item) -> Dish {
        Dish {
            name: (*item.name).into(),
            price_from: item.price_from(),
            gone: item.gone,
            folded: fold_text(&item.name).into(),
            version: item.version,
        }
    }
}

fn add(names: &mut Names, name: String, id: RestaurantId) {
    names.entry(name).or_default().insert(id);
}

fn remove(names: &mut Names, name: &str, id: RestaurantId) {
    if let Some(ids) = names.get_mut(name) {
        ids.remove(&id);
        if ids.is_empty() {
            names.remove(name);
        }
    }
}
