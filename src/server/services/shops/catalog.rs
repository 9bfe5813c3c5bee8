//! What this instance knows of pizzerias: by id or slug, with what holds now, and their menus.

use super::{
    ShopService, documents,
    refusal::{ShopFailure, ShopRefusal, in_time},
    stored::StoredShop,
};
use crate::{
    domain::{
        Error, Field, FieldError, Name, Time, ValueKind,
        shop::{
            area::Destination,
            basket::RestaurantId,
            counter::Counter,
            menu::Menu,
            now::Now,
            profile::Profile,
            shelf::{Catalogue, HeldCounter, Shop},
            slug::Slug,
        },
    },
    server::{
        clock::now,
        services::zones::IanaZone,
        store::{JsonText, Query},
        telemetry::{handles::Handles, metrics::MENU_READS},
    },
};
use metrics::counter;
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};
use uuid::Uuid;

/// By where they come from.
static MENUS_READ: LazyLock<Handles<&'static str, metrics::Counter>> =
    LazyLock::new(|| Handles::new(|from| counter!(MENU_READS, "from" => *from)));

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

impl KnownShop {
    /// `None` as long as not all has come of it.
    fn of(shop: &Shop) -> Option<KnownShop> {
        let (profile, held) = (shop.profile.as_ref()?, shop.counter.as_ref()?);
        Some(KnownShop::from_parts(profile, held))
    }

    /// The one that has exactly this name.
    pub(super) fn called(catalogue: &Catalogue, name: &Name) -> Option<KnownShop> {
        let known = catalogue.by_name(name).and_then(KnownShop::of);
        known.filter(|known| known.profile.name == *name)
    }

    pub(super) fn from_parts(profile: &Arc<Profile>, held: &HeldCounter) -> KnownShop {
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

    /// A pizzeria as the store has it: after a conflict, this instance may not have seen the change yet.
    async fn find_stored(&self, named: &ShopRef) -> Result<KnownShop, ShopRefusal> {
        in_time(async {
            let id = match named {
                ShopRef::Id(id) => *id,
                ShopRef::Slug(slug) => self.id_of(slug).await?,
            };
            Ok(self.read_shop(id, None).await?.into())
        })
        .await
    }

    pub(super) fn known(&self, named: &ShopRef) -> Option<KnownShop> {
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
    pub(super) fn read_current<T>(&self, read: impl FnOnce(&Catalogue) -> T) -> Option<T> {
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
        let held = || {
            let is_current = self.feed.is_current();
            let held = is_current.then(|| self.feed.menu(id, shop.counter.version));
            let held = held.flatten();
            if held.is_some() {
                MENUS_READ.get("memory").increment(1);
            }
            held
        };
        if let Some(menu) = held() {
            return Ok(menu);
        }
        in_time(async {
            // One request reads it, and those that have waited find it.
            let _turn = self.feed.menu_turn(id).await;
            if let Some(menu) = held() {
                return Ok(menu);
            }
            MENUS_READ.get("store").increment(1);
            let cursor = self.feed.cursor();
            let menu = Arc::new(self.read_menu(id, &[]).await?.menu());
            if let Some(cursor) = &cursor {
                self.feed.put_menu(id, menu.clone(), cursor);
            }
            Ok(menu)
        })
        .await
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

/// The time zone of a pizzeria.
pub fn zone(profile: &Profile) -> Result<IanaZone, ShopRefusal> {
    IanaZone::find(&profile.time_zone).map_err(|_| Error::Internal.into())
}
