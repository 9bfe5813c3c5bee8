//! Lists of pizzerias, and searches in them, from the catalogue of this instance.

use super::{
    ShopService,
    catalog::{KnownShop, zone},
    refusal::{ShopRefusal, in_time},
};
use crate::{
    domain::{
        Cursor,
        shop::{
            card::Card,
            now::Now,
            profile::Profile,
            shelf::{Catalogue, Dish},
            shelf_search::{ShopCursor, ShopHit, ShopQuery},
        },
    },
    server::{clock::now, services::live_feed::stored_catalogue},
};

/// A page of a list of pizzerias.
pub struct ShopPage {
    pub shops: Vec<ListedShop>,
    /// Where the list goes on.
    pub next: Option<ShopCursor>,
    /// All changes up to here are in it.
    pub cursor: Cursor,
    /// Whether a search has looked at dishes, too; else it knows the names of pizzerias only.
    pub knows_dishes: bool,
}

pub struct ListedShop {
    pub shop: KnownShop,
    pub now: Now,
    /// The dishes that a search is about, if it is not about the pizzeria; the first few.
    pub dishes: Vec<Dish>,
}

/// Pizzerias that were found, with dishes; and where the list goes on.
type Found = (Vec<(KnownShop, Vec<Dish>)>, Option<ShopCursor>);

impl ListedShop {
    pub fn card(&self) -> Card {
        Card::of(&self.shop.profile, self.now.clone())
    }
}

impl ShopService {
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
                let read = in_time(async { Ok(stored_catalogue(&*self.store).await?) });
                let (catalogue, cursor) = read.await?;
                (Some(catalogue), cursor)
            }
        };
        let knows_dishes = stored.is_none() && self.feed.knows_dishes();
        let (found, next) = self.found(stored.as_ref(), query, after, limit);
        let listed = found.into_iter().map(|(shop, dishes)| {
            let now = self.now(&shop, query.destination.as_ref())?;
            Ok(ListedShop { shop, now, dishes })
        });
        Ok(ShopPage {
            shops: listed.collect::<Result<_, ShopRefusal>>()?,
            next,
            cursor,
            knows_dishes,
        })
    }

    /// What is in the catalogue of this instance, unless one was read for it. It looks at one part after the other, so that
    /// what comes with the log meanwhile does not wait.
    fn found(
        &self,
        stored: Option<&Catalogue>,
        query: &ShopQuery,
        after: Option<&ShopCursor>,
        limit: usize,
    ) -> Found {
        let (mut found, mut next) = (Vec::new(), after.cloned());
        loop {
            let room = limit - found.len();
            let part = |catalogue: &Catalogue| part(catalogue, query, next.as_ref(), room);
            let (more, rest) = match stored {
                Some(stored) => part(stored),
                None => self.feed.read_catalogue(part).unwrap_or_default(),
            };
            found.extend(more);
            next = rest;
            if next.is_none() || found.len() >= limit {
                return (found, next);
            }
        }
    }
}

fn part(
    catalogue: &Catalogue,
    query: &ShopQuery,
    after: Option<&ShopCursor>,
    limit: usize,
) -> Found {
    let now = now();
    let is_open = |profile: &Profile| {
        zone(profile).is_ok_and(|zone| profile.opening(&zone).span_at(now).is_some())
    };
    let (hits, next) = catalogue.list(query, after, limit, is_open);
    let known = |hit: ShopHit| {
        let shop = KnownShop::from_parts(hit.profile, hit.counter);
        (shop, hit.dishes.into_iter().cloned().collect())
    };
    (hits.into_iter().map(known).collect(), next)
}
