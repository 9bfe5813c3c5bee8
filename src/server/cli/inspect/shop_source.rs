//! Pizzerias where they are read: in the store itself, or through a running server.

use super::{
    failure::{Failure, Result},
    source::{CHUNK, Source},
};
use crate::{
    domain::{
        ShopKind,
        shop::{
            basket::RestaurantId,
            counter::Counter,
            menu::{Item, Menu, Outline, file::MenuFile},
            profile::Profile,
        },
    },
    server::{
        services::shops::{catalog::ShopRef, documents},
        store::{Index, JsonText, Key, Query, Store},
    },
};

/// A pizzeria as it is stored, or as a server shows it.
pub struct SeenShop {
    pub profile: JsonText,
    /// A server shows what holds now in the profile.
    pub counter: Option<JsonText>,
}

impl Source {
    /// How many pizzerias there are.
    pub async fn count_restaurants(&self) -> Result<u64> {
        match self.store() {
            Ok(store) => {
                let query = query(documents::restaurants(), None, 0);
                let pages = store.list(&[query]).await?.pages;
                Ok(pages.first().map_or(0, |page| page.total))
            }
            Err(_) => Ok(self.restaurants().await?.len() as u64),
        }
    }

    /// All pizzerias.
    pub async fn restaurants(&self) -> Result<Vec<SeenShop>> {
        let store = match self.store() {
            Ok(store) => store,
            Err(server) => {
                let cards = server.all("api/v1/restaurants?limit=200").await?;
                let seen = cards.into_iter().map(|profile| SeenShop {
                    profile,
                    counter: None,
                });
                return Ok(seen.collect());
            }
        };
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let query = query(documents::restaurants(), before, CHUNK);
            let page = store.list(&[query]).await?.pages.pop().unwrap_or_default();
            for profile in page.documents {
                all.push(with_counter(store, profile).await?);
            }
            before = page.next;
            if before.is_none() {
                return Ok(all);
            }
        }
    }

    pub async fn restaurant(&self, named: &ShopRef) -> Result<SeenShop> {
        let found = match self.store() {
            Ok(store) => match profile(store, named).await? {
                Some(profile) => Some(with_counter(store, profile).await?),
                None => None,
            },
            Err(server) => {
                let profile = server.text(&path(named, "")).await?;
                profile.map(|profile| SeenShop {
                    profile,
                    counter: None,
                })
            }
        };
        found.ok_or_else(|| unknown(named))
    }

    /// What happened to profile and counter, oldest first.
    pub async fn restaurant_events(&self, named: &ShopRef) -> Result<Vec<JsonText>> {
        let store = match self.store() {
            Ok(store) => store,
            Err(server) => {
                let mut events = server.all(&path(named, "/events?limit=200")).await?;
                events.reverse();
                return Ok(events);
            }
        };
        let profile = profile(store, named).await?;
        let id = profile.as_deref().and_then(id_of);
        let id = id.ok_or_else(|| unknown(named))?;
        let mut events = Vec::new();
        for kind in [ShopKind::Restaurant, ShopKind::Counter] {
            events.extend(store.history(&documents::key(kind, id)).await?);
        }
        events.sort_by_key(|text| crate::server::store::snapshot::seq(text));
        Ok(events)
    }

    /// The whole menu, as it is exported.
    pub async fn menu(&self, named: &ShopRef) -> Result<JsonText> {
        let store = match self.store() {
            Ok(store) => store,
            Err(server) => {
                let menu = server.text(&path(named, "/menu")).await?;
                return menu.ok_or_else(|| unknown(named));
            }
        };
        let shop = self.restaurant(named).await?;
        let id = id_of(&shop.profile).ok_or_else(|| unreadable("profile"))?;
        let counter = shop.counter.as_deref().map(serde_json::from_str::<Counter>);
        let Some(Ok(counter)) = counter else {
            return Err(unreadable("counter"));
        };
        let menu = stored_menu(store, id).await?;
        let text = serde_json::to_string(&MenuFile::new(&menu, counter.menu_revision));
        text.map(Into::into).map_err(|_| unreadable("menu"))
    }
}

async fn stored_menu(store: &dyn Store, id: RestaurantId) -> Result<Menu> {
    let query = query(documents::menu_index(id), None, usize::MAX);
    let page = store.list(&[query]).await?.pages.pop().unwrap_or_default();
    let (mut outline, mut items) = (None, Vec::new());
    for text in page.documents {
        // An item has a name, and the outline has none.
        match serde_json::from_str::<Item>(&text) {
            Ok(item) => items.push(item),
            Err(_) => outline = serde_json::from_str::<Outline>(&text).ok(),
        }
    }
    items.reverse();
    let outline = outline.ok_or_else(|| unreadable("menu"))?;
    Ok(Menu { outline, items })
}

/// The profile of a pizzeria, by its id or one of its slugs.
async fn profile(store: &dyn Store, named: &ShopRef) -> Result<Option<JsonText>> {
    Ok(match named {
        ShopRef::Id(id) => {
            store
                .get(&documents::key(ShopKind::Restaurant, *id))
                .await?
        }
        ShopRef::Slug(slug) => {
            let query = query(documents::slug_index(slug), None, 1);
            let pages = store.list(&[query]).await?.pages.into_iter();
            pages.flat_map(|page| page.documents).next()
        }
    })
}

async fn with_counter(store: &dyn Store, profile: JsonText) -> Result<SeenShop> {
    let counter = match id_of(&profile) {
        Some(id) => store.get(&documents::key(ShopKind::Counter, id)).await?,
        None => None,
    };
    Ok(SeenShop { profile, counter })
}

fn id_of(profile: &str) -> Option<RestaurantId> {
    let profile: Option<Profile> = serde_json::from_str(profile).ok();
    profile.map(|profile| profile.id)
}

fn query(index: Index, before: Option<Key>, limit: usize) -> Query {
    Query {
        index,
        before,
        limit,
    }
}

fn path(named: &ShopRef, rest: &str) -> String {
    match named {
        ShopRef::Id(id) => format!("api/v1/restaurants/{id}{rest}"),
        ShopRef::Slug(slug) => format!("api/v1/restaurants/{slug}{rest}"),
    }
}

fn unknown(named: &ShopRef) -> Failure {
    Failure::NotFound(match named {
        ShopRef::Id(id) => format!("There is no pizzeria {id}."),
        ShopRef::Slug(slug) => format!("There is no pizzeria {slug}."),
    })
}

fn unreadable(what: &str) -> Failure {
    Failure::Unreadable(format!(
        "Its {what} cannot be read: see pizza-market verify."
    ))
}
