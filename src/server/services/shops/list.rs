//! Lists of pizzerias.

use super::{
    ShopService,
    catalog::{KnownShop, zone},
    documents,
    refusal::{ShopFailure, ShopRefusal, in_time},
};
use crate::{
    domain::{
        Cursor, Error,
        shop::{
            card::Card,
            profile::Profile,
            shelf::{Catalogue, ShopDocument},
            shelf_search::{ShopCursor, ShopQuery},
        },
    },
    server::{clock::now, store::Query},
};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A page of a list of pizzerias.
pub struct ShopPage {
    pub cards: Vec<Card>,
    /// Where the next page begins, if there is one.
    pub next: Option<ShopCursor>,
    /// What has happened until then is in it.
    pub cursor: Cursor,
}

impl ShopService {
    /// At most `limit` listed pizzerias by name, after a place.
    pub async fn list(
        &self,
        query: &ShopQuery,
        after: Option<&ShopCursor>,
        limit: usize,
    ) -> Result<ShopPage, ShopRefusal> {
        in_time(async {
            let (catalogue, cursor) = self.catalogue().await?;
            let now = now();
            let is_open = |profile: &Profile| {
                zone(profile).is_ok_and(|zone| profile.opening(&zone).span_at(now).is_some())
            };
            let (hits, next) = catalogue.list(query, after, limit, is_open);
            let cards = hits.into_iter().map(|hit| {
                let shop = KnownShop {
                    profile: Arc::new(hit.profile.clone()),
                    counter: Arc::new(hit.counter.clone()),
                    counter_text: "".into(),
                };
                let now = self.now(&shop, query.destination.as_ref())?;
                Ok(Card::of(&shop.profile, now))
            });
            Ok(ShopPage {
                cards: cards.collect::<Result<_, ShopRefusal>>()?,
                next,
                cursor,
            })
        })
        .await
    }

    /// All pizzerias, as the store holds them.
    async fn catalogue(&self) -> Result<(Catalogue, Cursor), ShopFailure> {
        let all = [documents::restaurants(), documents::counters()].map(|index| Query {
            index,
            before: None,
            limit: usize::MAX,
        });
        let listing = self.store.list(&all).await?;
        let mut pages = listing.pages.into_iter();
        let mut texts = || {
            let page = pages.next().unwrap_or_default();
            page.documents.into_iter()
        };
        let mut catalogue = Catalogue::default();
        for text in texts() {
            catalogue.fold(ShopDocument::Profile(Box::new(read(&text)?)));
        }
        for text in texts() {
            catalogue.fold(ShopDocument::Counter(read(&text)?));
        }
        Ok((catalogue, listing.cursor))
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, ShopFailure> {
    serde_json::from_str(text).map_err(|_| Error::Internal.into())
}
