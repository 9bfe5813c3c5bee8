//! What pizzerias do in an evening beside their orders: they sell out, pause, are busy, and change their prices.

use super::{
    menu_shop::MenuShop,
    random::{chance, minutes},
    stories::as_seconds,
};
use fastrand::Rng;
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Act {
    /// Since the evening began, in the evening's time.
    #[serde(serialize_with = "as_seconds")]
    pub at: Duration,
    /// When it is taken back, for what is.
    #[serde(serialize_with = "as_seconds")]
    pub until: Duration,
    /// The slug of the pizzeria.
    pub restaurant: String,
    pub does: Deed,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// `{"item"}`, or `{"group", "option"}`.
    SellOut(Value),
    Pause,
    /// So many minutes more for each order.
    Busy(u32),
    /// Takes orders again, also after three that it has missed.
    Resume,
    /// Adds so many cents to the prices of an item; taken off where that would be less than nothing.
    Price(String, i32),
}

/// The acts of one pizzeria, none of which begins before the one before it is over.
pub fn of(rng: &mut Rng, shop: &MenuShop, evening: Duration) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut at = minutes(rng, 2..=20);
    while at < evening {
        let until = at + minutes(rng, 3..=12);
        if let Some(does) = deed(rng, shop) {
            acts.push(Act {
                at,
                until,
                restaurant: shop.slug.clone(),
                does,
            });
        }
        at = until + minutes(rng, 2..=20);
    }
    acts
}

fn deed(rng: &mut Rng, shop: &MenuShop) -> Option<Deed> {
    Some(match rng.u32(..100) {
        ..40 => Deed::SellOut(shop.part(rng)?),
        40..70 => {
            let cents = rng.i32(5..=60);
            let cents = if chance(rng, 400) { -cents } else { cents };
            Deed::Price(shop.item(rng)?.to_string(), cents)
        }
        70..78 => Deed::Pause,
        78..86 => Deed::Busy(rng.u32(1..=4) * 5),
        _ => Deed::Resume,
    })
}
