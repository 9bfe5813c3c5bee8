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
}

/// More than one pizzeria has a name only until all entries have come.
type Names = HashMap<String, BTreeSet<RestaurantId>>;

/// What is known of one pizzeria.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shop {
    pub profile: Option<Arc<Profile>>,
    pub counter: Option<Arc<Counter>>,
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
    version: u32,
}

/// A menu that has been read.
#[derive(Clone, Debug, PartialEq)]
struct HeldMenu {
    outline: Arc<Outline>,
    items: BTreeMap<Code, Arc<Item>>,
}

/// A document of a pizzeria.
#[derive(Clone, Debug, PartialEq)]
pub enum ShopDocument {
    Profile(Box<Profile>),
    Counter(Counter),
    Outline(RestaurantId, Outline),
    Item(RestaurantId, Item),
}

impl ShopDocument {
    /// The document of an entry of the log.
    pub fn read(entry: &ShopEntry) -> Result<ShopDocument, serde_json::Error> {
        let (restaurant, text) = (entry.restaurant, &entry.document);
        Ok(match entry.kind {
            ShopKind::Restaurant => ShopDocument::Profile(serde_json::from_str(text)?),
            ShopKind::Counter => ShopDocument::Counter(serde_json::from_str(text)?),
            ShopKind::Menu => ShopDocument::Outline(restaurant, serde_json::from_str(text)?),
            ShopKind::Item => ShopDocument::Item(restaurant, serde_json::from_str(text)?),
        })
    }

    pub fn restaurant(&self) -> RestaurantId {
        match self {
            ShopDocument::Profile(profile) => profile.id,
            ShopDocument::Counter(counter) => counter.id,
            ShopDocument::Outline(restaurant, _) | ShopDocument::Item(restaurant, _) => *restaurant,
        }
    }
}

impl Catalogue {
    /// Takes a document, whether it was read or came as an entry; whether it is newer than what is here.
    pub fn fold(&mut self, document: ShopDocument) -> bool {
        let shop = self.shops.entry(document.restaurant()).or_default();
        match document {
            ShopDocument::Profile(profile) => return self.fold_profile(*profile),
            ShopDocument::Counter(counter) => {
                let known = shop.counter.as_ref().map(|known| known.version);
                let is_newer = known < Some(counter.version);
                if is_newer {
                    shop.counter = Some(Arc::new(counter));
                }
                is_newer
            }
            ShopDocument::Outline(_, outline) => shop.fold_outline(outline),
            ShopDocument::Item(_, item) => shop.fold_item(item),
        }
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

    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Takes a menu that was read: its outline and the items that are not gone. It is kept up to date from then on.
    /// `false` where newer entries have come than what was read: it has to be read again.
    pub fn put_menu(&mut self, id: RestaurantId, menu: Menu) -> bool {
        let shop = self.shops.entry(id).or_default();
        let items = menu.items.into_iter().map(|item| (item.id.clone(), item));
        let items: BTreeMap<_, _> = items.collect();
        let is_current = |(code, dish): (&Code, &Dish)| match items.get(code) {
            Some(item) => item.version >= dish.version,
            None => dish.gone,
        };
        if menu.outline.version < shop.outline || !shop.dishes.iter().all(is_current) {
            return false;
        }
        shop.outline = menu.outline.version;
        for item in items.values() {
            shop.dishes.insert(item.id.clone(), Dish::of(item));
        }
        let items = items.into_iter();
        shop.menu = Some(HeldMenu {
            outline: Arc::new(menu.outline),
            items: items.map(|(code, item)| (code, Arc::new(item))).collect(),
        });
        true
    }

    /// Forgets a menu, so that it takes no memory. It is read again when it is needed.
    pub fn drop_menu(&mut self, id: RestaurantId) {
        if let Some(shop) = self.shops.get_mut(&id) {
            shop.menu = None;
        }
    }
}

impl Shop {
    /// The outline of its menu, if that has been read.
    pub fn outline(&self) -> Option<&Arc<Outline>> {
        self.menu.as_ref().map(|menu| &menu.outline)
    }

    /// An item, if the menu has been read.
    pub fn item(&self, code: &Code) -> Option<&Arc<Item>> {
        self.menu.as_ref()?.items.get(code)
    }

    /// The items of its menu, if that has been read.
    pub fn items(&self) -> Option<impl Iterator<Item = &Arc<Item>>> {
        self.menu.as_ref().map(|menu| menu.items.values())
    }

    /// Its whole menu, if that has been read.
    pub fn menu(&self) -> Option<Menu> {
        let items = self.items()?.map(|item| Item::clone(item)).collect();
        let outline = Outline::clone(self.outline()?);
        Some(Menu { outline, items })
    }

    fn fold_outline(&mut self, outline: Outline) -> bool {
        let is_newer = outline.version > self.outline;
        if is_newer {
            self.outline = outline.version;
            if let Some(menu) = &mut self.menu {
                menu.outline = Arc::new(outline);
            }
        }
        is_newer
    }

    fn fold_item(&mut self, item: Item) -> bool {
        let known = self.dishes.get(&item.id).map(|dish| dish.version);
        let is_newer = known < Some(item.version);
        if is_newer {
            self.dishes.insert(item.id.clone(), Dish::of(&item));
            if let Some(menu) = &mut self.menu {
                match item.gone {
                    true => menu.items.remove(&item.id),
                    false => menu.items.insert(item.id.clone(), Arc::new(item)),
                };
            }
        }
        is_newer
    }
}

impl Dish {
    fn of(item: &Item) -> Dish {
        Dish {
            name: (*item.name).into(),
            price_from: item.price_from(),
            gone: item.gone,
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
