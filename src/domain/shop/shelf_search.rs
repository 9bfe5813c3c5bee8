//! Lists of pizzerias, by name: those that a search, a destination or a tag asks for.

use super::{
    area::Destination,
    basket::RestaurantId,
    counter::Counter,
    profile::Profile,
    shelf::{Catalogue, Dish, Shop},
};
use crate::domain::{Field, FieldError, ValueKind, fold_text, percent_decode, percent_encode};
use std::{fmt, ops::Bound};

/// What is asked for. Nothing asks for all.
#[derive(Clone, Debug, Default)]
pub struct ShopQuery {
    /// In the name, the tags or the dishes.
    pub text: Option<String>,
    pub is_open: Option<bool>,
    /// It delivers there.
    pub destination: Option<Destination>,
    pub tag: Option<String>,
}

/// The place of a pizzeria in a list: what follows it is the next page, also where it has been renamed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopCursor {
    name: String,
    id: RestaurantId,
}

/// A pizzeria that was found.
#[derive(Debug)]
pub struct ShopHit<'a> {
    pub profile: &'a Profile,
    pub counter: &'a Counter,
    /// The dishes that the search is about, if it is not about the pizzeria; the first few.
    pub dishes: Vec<&'a Dish>,
}

const DISHES: usize = 3;

impl Catalogue {
    /// At most `limit` listed pizzerias after a place, and the place of the last one if there are more. `is_open` knows
    /// what is open now.
    pub fn list(
        &self,
        query: &ShopQuery,
        after: Option<&ShopCursor>,
        limit: usize,
        is_open: impl Fn(&Profile) -> bool,
    ) -> (Vec<ShopHit<'_>>, Option<ShopCursor>) {
        let text = query.text.as_deref().map(fold_text);
        let tag = query.tag.as_deref().map(fold_text);
        let start = match after {
            Some(after) => Bound::Excluded((after.name.clone(), after.id)),
            None => Bound::Unbounded,
        };
        let places = self.by_name.range((start, Bound::Unbounded));
        let hit = |id: RestaurantId| {
            let hit = self.get(id)?.hit(text.as_deref())?;
            let has_tag = |tag: &String| hit.profile.tags.iter().any(|own| fold_text(own) == *tag);
            let delivers = |to: &Destination| hit.profile.deliver_to(to).is_ok();
            let is_hit = hit.profile.listed
                && tag.as_ref().is_none_or(has_tag)
                && query.destination.as_ref().is_none_or(delivers)
                && query
                    .is_open
                    .is_none_or(|open| is_open(hit.profile) == open);
            is_hit.then_some(hit)
        };
        let mut found = places.filter_map(|place| Some((place, hit(place.1)?)));
        let page: Vec<_> = found.by_ref().take(limit).collect();
        let last = page.last().map(|((name, id), _)| ShopCursor {
            name: name.clone(),
            id: *id,
        });
        let next = last.filter(|_| found.next().is_some());
        (page.into_iter().map(|(_, hit)| hit).collect(), next)
    }
}

impl Shop {
    /// `None` where not all is known of it, or a search does not find it.
    fn hit(&self, text: Option<&str>) -> Option<ShopHit<'_>> {
        let (profile, counter) = (self.profile.as_deref()?, self.counter.as_deref()?);
        let mut hit = ShopHit {
            profile,
            counter,
            dishes: Vec::new(),
        };
        let Some(text) = text else {
            return Some(hit);
        };
        let mut own = profile.tags.iter().map(|tag| fold_text(tag));
        let is_own = fold_text(&profile.name).contains(text) || own.any(|tag| tag.contains(text));
        if !is_own {
            let dishes = self.dishes.values();
            let found = dishes.filter(|dish| !dish.gone && fold_text(&dish.name).contains(text));
            hit.dishes = found.take(DISHES).collect();
        }
        (is_own || !hit.dishes.is_empty()).then_some(hit)
    }
}

/// `{id}.{name}`, so that it has one spelling in an address.
impl fmt::Display for ShopCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id, percent_encode(&self.name))
    }
}

impl Field for ShopCursor {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<ShopCursor, FieldError> {
        let (id, name) = text.split_once('.').ok_or(FieldError::NotACursor)?;
        let id = RestaurantId::try_parse(id).map_err(|_| FieldError::NotACursor)?;
        let name = percent_decode(name).map_err(|_| FieldError::NotACursor)?;
        Ok(ShopCursor { name, id })
    }
}
