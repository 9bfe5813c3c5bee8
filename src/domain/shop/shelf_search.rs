//! Lists of pizzerias, by name: those that a search, a destination or a tag asks for.

use super::{
    area::Destination,
    basket::RestaurantId,
    profile::Profile,
    shelf::{Catalogue, Dish, HeldCounter, Shop},
};
use crate::domain::{Field, FieldError, ValueKind, fold_text, percent_decode, percent_encode};
use std::{fmt, ops::Bound, sync::Arc};

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
    pub profile: &'a Arc<Profile>,
    pub counter: &'a HeldCounter,
    /// The dishes that the search is about, if it is not about the pizzeria; the first few.
    pub dishes: Vec<&'a Dish>,
}

const DISHES: usize = 3;
/// How many pizzerias one call looks at, so that others do not wait for long.
const EXAMINED: usize = 256;

impl Catalogue {
    /// At most `limit` listed pizzerias after a place, and where the list goes on. A page may be short, and more follow all
    /// the same. `is_open` knows what is open now.
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
        let mut places = self.by_name.range((start, Bound::Unbounded));
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
        let (mut hits, mut last) = (Vec::new(), None);
        for place in places.by_ref().take(EXAMINED) {
            if let Some(hit) = hit(place.1) {
                if hits.len() == limit {
                    return (hits, last.map(ShopCursor::of));
                }
                hits.push(hit);
            }
            last = Some(place);
        }
        let last = last.filter(|_| places.next().is_some());
        (hits, last.map(ShopCursor::of))
    }
}

impl ShopCursor {
    fn of((name, id): &(String, RestaurantId)) -> ShopCursor {
        ShopCursor {
            name: name.clone(),
            id: *id,
        }
    }
}

impl Shop {
    /// `None` where not all is known of it, or a search does not find it.
    fn hit(&self, text: Option<&str>) -> Option<ShopHit<'_>> {
        let (profile, counter) = (self.profile.as_ref()?, self.counter.as_ref()?);
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
