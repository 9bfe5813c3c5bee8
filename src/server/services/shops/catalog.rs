//! What this instance knows of pizzerias: by id or slug, with what holds now, and their menus.

use super::{
    ShopService, documents,
    edit::StoredShop,
    refusal::{ShopFailure, ShopRefusal, in_time},
};
use crate::{
    domain::{
        Cursor, Error, Field, FieldError, Time, ValueKind,
        shop::{
            area::Destination,
            basket::RestaurantId,
            card::Card,
            counter::Counter,
            menu::Menu,
            now::Now,
            profile::Profile,
            shelf::{Catalogue, Dish, HeldCounter, Shop},
            shelf_search::{ShopCursor, ShopHit, ShopQuery},
            slug::Slug,
        },
    },
    server::{
        clock::now,
        services::{live_feed::stored_catalogue, zones::IanaZone},
        store::{JsonText, Query},
    },
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// How a pizzeria is named in an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShopRef {
    Id(RestaurantId),
    /// Also one that it had before.
    Slug(Slug),
}

/// A pizzeria as it is known here.
#[derive(Clone, Debug)]
pub struct KnownShop {
    pub profile: Arc<Profile>,
    pub counter: Arc<Counter>,
    /// As it is stored: an order expects it.
    pub counter_text: JsonText,
}

impl Field for ShopRef {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<ShopRef, FieldError> {
        match Uuid::try_parse(text) {
            Ok(id) => Ok(ShopRef::Id(id)),
            Err(_) => Slug::parse(text).map(ShopRef::Slug),
        }
    }
}

impl From<StoredShop> for KnownShop {
    fn from(stored: StoredShop) -> KnownShop {
        KnownShop {
            profile: Arc::new(stored.profile.document),
            counter: Arc::new(stored.counter.document),
            counter_text: stored.counter.text,
        }
    }
}

/// A page of the list of pizzerias.
pub struct ShopPage {
    pub shops: Vec<ListedShop>,
    /// Where the list goes on.
    pub next: Option<ShopCursor>,
    /// All changes up to here are in it.
    pub cursor: Cursor,
    /// Whether a search has looked at dishes; else it knew the names of pizzerias only.
    pub knows_dishes: bool,
}

pub struct ListedShop {
    pub card: Card,
    /// The dishes that a search is about, if it is not about the pizzeria; the first few.
    pub dishes: Vec<Dish>,
}

impl KnownShop {
    /// `None` as long as not all has come of it.
    fn of(shop: &Shop) -> Option<KnownShop> {
        let (profile, held) = (shop.profile.as_ref()?, shop.counter.as_ref()?);
        Some(KnownShop::from_parts(profile, held))
    }

    fn from_parts(profile: &Arc<Profile>, held: &HeldCounter) -> KnownShop {
        KnownShop {
            profile: profile.clone(),
            counter: held.counter.clone(),
            counter_text: held.text.clone(),
        }
    }
}

impl ShopService {
    /// A pizzeria as this instance knows it; what it does not know, it reads.
    pub async fn find(&self, named: &ShopRef) -> Result<KnownShop, ShopRefusal> {
        match self.known(named) {
            Some(known) => Ok(known),
            None => self.find_stored(named).await,
        }
    }

    /// A pizzeria as the store has it: for whoever has learned that it has changed.
    pub async fn find_stored(&self, named: &ShopRef) -> Result<KnownShop, ShopRefusal> {
        in_time(async {
            let id = match named {
                ShopRef::Id(id) => *id,
                ShopRef::Slug(slug) => self.id_of(slug).await?,
            };
            Ok(self.read_shop(id, None).await?.into())
        })
        .await
    }

    fn known(&self, named: &ShopRef) -> Option<KnownShop> {
        let find = |catalogue: &Catalogue| {
            let shop = match named {
                ShopRef::Id(id) => catalogue.get(*id),
                ShopRef::Slug(slug) => catalogue.by_slug(slug),
            };
            shop.and_then(KnownShop::of)
        };
        self.read_current(find).flatten()
    }

    /// Reads the catalogue, if it is known to be current.
    fn read_current<T>(&self, read: impl FnOnce(&Catalogue) -> T) -> Option<T> {
        let is_current = self.feed.is_current();
        is_current.then(|| self.feed.read_catalogue(read)).flatten()
    }

    /// The pizzeria that has a slug, else the one that had it.
    async fn id_of(&self, slug: &Slug) -> Result<RestaurantId, ShopFailure> {
        let query = Query {
            index: documents::slug_index(slug),
            before: None,
            limit: 1,
        };
        let listing = self.store.list(&[query]).await?;
        let mut texts = listing.pages.into_iter().flat_map(|page| page.documents);
        let text = texts.next().ok_or(ShopRefusal::UnknownRestaurant)?;
        let profile: Profile =
            serde_json::from_str(&text).map_err(|_| ShopFailure::from(Error::Internal))?;
        Ok(profile.id)
    }

    /// The menu at the revision that the counter of the pizzeria has, or at a newer one. What is ordered expects that
    /// counter, and so is never priced by another menu.
    pub async fn menu(&self, shop: &KnownShop) -> Result<Arc<Menu>, ShopRefusal> {
        let id = shop.profile.id;
        let held = || self.feed.menu(id, shop.counter.version);
        if let Some(menu) = self.feed.is_current().then(held).flatten() {
            return Ok(menu);
        }
        let cursor = self.feed.cursor();
        let menu = in_time(async { Ok(Arc::new(self.read_menu(id, &[]).await?.menu())) }).await?;
        if let Some(cursor) = &cursor {
            self.feed.put_menu(id, menu.clone(), cursor);
        }
        Ok(menu)
    }

    /// At most `limit` listed pizzerias after a place, by name, each with what holds now.
    pub async fn list(
        &self,
        query: &ShopQuery,
        after: Option<&ShopCursor>,
        limit: usize,
    ) -> Result<ShopPage, ShopRefusal> {
        let (stored, cursor) = match self.feed.cursor().filter(|_| self.feed.is_current()) {
            Some(cursor) => (None, cursor),
            None => {
                let store = &*self.store;
                let read = in_time(async { Ok(stored_catalogue(store).await?) }).await?;
                (Some(read.0), read.1)
            }
        };
        let knows_dishes = stored.is_none() && self.feed.knows_dishes();
        let (mut found, mut next) = (Vec::new(), after.cloned());
        loop {
            let page =
                |catalogue: &Catalogue| page(catalogue, query, next.as_ref(), limit - found.len());
            let read = match &stored {
                Some(stored) => Some(page(stored)),
                // One part after the other, so that what comes meanwhile does not wait.
                None => self.feed.read_catalogue(page),
            };
            let (part, rest) = read.unwrap_or_default();
            found.extend(part);
            next = rest;
            if next.is_none() || found.len() >= limit {
                break;
            }
        }
        let listed = found.into_iter().map(|(shop, dishes)| {
            let now = self.now(&shop, query.destination.as_ref())?;
            let card = Card::of(&shop.profile, now);
            Ok(ListedShop { card, dishes })
        });
        Ok(ShopPage {
            shops: listed.collect::<Result<_, ShopRefusal>>()?,
            next,
            cursor,
            knows_dishes,
        })
    }

    /// What holds at a pizzeria at this moment.
    pub fn now(&self, shop: &KnownShop, to: Option<&Destination>) -> Result<Now, ShopRefusal> {
        let zone = zone(&shop.profile)?;
        let taken = self.taken(shop.profile.id);
        let most = u32::from(shop.profile.orders.slot_orders.get());
        let has_room = |slot: Time| taken.get(&slot).copied().unwrap_or_default() < most;
        Ok(Now::of(
            &shop.profile,
            &shop.counter,
            &zone,
            to,
            has_room,
            now(),
        ))
    }

    /// How many orders the slots of a pizzeria have, by the beginnings of the slots, as far as this instance knows.
    pub(super) fn taken(&self, id: RestaurantId) -> BTreeMap<Time, u32> {
        self.feed.taken(id)
    }
}

/// Pizzerias that were found, with dishes; and where the list goes on.
type Found = (Vec<(KnownShop, Vec<Dish>)>, Option<ShopCursor>);

fn page(
    catalogue: &Catalogue,
    query: &ShopQuery,
    after: Option<&ShopCursor>,
    limit: usize,
) -> Found {
    let now = now();
    let is_open = |profile: &Profile| {
        let zone = zone(profile).ok();
        zone.is_some_and(|zone| profile.opening(&zone).span_at(now).is_some())
    };
    let (hits, next) = catalogue.list(query, after, limit, is_open);
    let known = |hit: ShopHit| {
        let shop = KnownShop::from_parts(hit.profile, hit.counter);
        (shop, hit.dishes.into_iter().cloned().collect())
    };
    (hits.into_iter().map(known).collect(), next)
}

/// The time zone of a pizzeria.
pub fn zone(profile: &Profile) -> Result<IanaZone, ShopRefusal> {
    IanaZone::find(&profile.time_zone).map_err(|_| Error::Internal.into())
}
