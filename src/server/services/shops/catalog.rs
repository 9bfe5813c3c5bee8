//! What this instance knows of pizzerias: by id or slug, with what holds now, and their menus.

use super::{
    ShopService, documents,
    edit::StoredShop,
    refusal::{ShopFailure, ShopRefusal, in_time},
};
use crate::{
    domain::{
        Error, Field, FieldError, Time, ValueKind,
        shop::{
            area::Destination, basket::RestaurantId, counter::Counter, menu::Menu, now::Now,
            profile::Profile, slug::Slug,
        },
    },
    server::{
        clock::now,
        services::{live_feed::OrderIndex, order_documents::taken_slots, zones::IanaZone},
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

impl ShopService {
    pub async fn find(&self, named: &ShopRef) -> Result<KnownShop, ShopRefusal> {
        in_time(async {
            let id = match named {
                ShopRef::Id(id) => *id,
                ShopRef::Slug(slug) => self.id_of(slug).await?,
            };
            Ok(self.read_shop(id, None).await?.into())
        })
        .await
    }

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

    /// The menu at the revision that the counter of the pizzeria has.
    pub async fn menu(&self, shop: &KnownShop) -> Result<Arc<Menu>, ShopRefusal> {
        let id = shop.profile.id;
        in_time(async { Ok(Arc::new(self.read_menu(id, &[]).await?.menu())) }).await
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
        let taken = |index: &OrderIndex| {
            let own = index
                .orders()
                .filter(|order| order.restaurant_id == Some(id));
            let mut taken = BTreeMap::new();
            for slot in own.flat_map(taken_slots) {
                *taken.entry(slot).or_default() += 1;
            }
            taken
        };
        self.feed.read_index(taken).unwrap_or_default()
    }
}

/// The time zone of a pizzeria.
pub fn zone(profile: &Profile) -> Result<IanaZone, ShopRefusal> {
    IanaZone::find(&profile.time_zone).map_err(|_| Error::Internal.into())
}
