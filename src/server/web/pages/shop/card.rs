//! What a pizzeria is shown by in a list, and above its menu: when it is open, how soon it delivers, and for how much.

use super::{layout::path_of, times::Clocks};
use crate::{
    domain::{
        Cents, Time,
        shop::{
            now::{AreaNow, Now},
            profile::Profile,
        },
    },
    ui::{
        Detail, Icon,
        i18n::{
            format::money,
            locale::{say, t},
        },
        icon, listed_pizza, name,
    },
};
use leptos::prelude::*;
use std::sync::Arc;

/// A pizzeria that was found.
pub struct FoundShop {
    pub profile: Arc<Profile>,
    pub now: Now,
    pub clocks: Clocks,
    /// The dishes that the search is about: names, and what they cost at least.
    pub dishes: Vec<(String, Option<Cents>)>,
}

impl FoundShop {
    /// Lists begin with what takes orders now; then comes what is at the door, or opens, soonest.
    pub fn rank(&self) -> (bool, bool, Option<Time>, String) {
        let takes_orders = self.now.open && self.now.paused.is_none();
        let soonest = match takes_orders {
            true => self.now.asap.map(|asap| asap.to),
            false => self.now.opens_at,
        };
        let name = self.profile.name.to_string();
        (!takes_orders, soonest.is_none(), soonest, name)
    }

    pub fn card(&self) -> AnyView {
        let Self {
            profile,
            now,
            clocks,
            dishes,
        } = self;
        let is_open = (now.open && now.paused.is_none()).then_some("");
        let dishes: Vec<_> = dishes.iter().map(hit).collect();
        let dishes = (!dishes.is_empty()).then(|| view! { <ul class="hits">{dishes}</ul> });
        view! {
            <li>
                <article class="paper shop" data-open=is_open>
                    {listed_pizza(&profile.name, Detail::Card)}
                    <div>
                        <h2><a href=path_of(&profile.slug)>{name(&profile.name)}</a></h2>
                        {facts(profile, now, clocks)}
                        {tags(profile)}
                        {dishes}
                    </div>
                </article>
            </li>
        }
        .into_any()
    }
}

/// `Tiramisù €5.50`
fn hit((dish, from): &(String, Option<Cents>)) -> AnyView {
    let from = from.map(money);
    view! { <li>{name(dish)} " " <span class="soft">{from}</span></li> }.into_any()
}

fn tags(profile: &Profile) -> Option<AnyView> {
    let tags: Vec<_> = profile
        .tags
        .iter()
        .map(|tag| view! { <li>{name(tag)}</li> }.into_any())
        .collect();
    let label = t(["What it makes", "Was es gibt"]);
    (!tags.is_empty()).then(|| view! { <ul class="tags" aria-label=label>{tags}</ul> }.into_any())
}

/// When it is open, how soon it delivers, and for how much.
pub fn facts(profile: &Profile, now: &Now, clocks: &Clocks) -> AnyView {
    let is_paused = now.paused.is_some();
    let opening = match profile.listed {
        true => clocks.opening(now),
        false => t([
            "takes no orders here any more",
            "nimmt hier keine Bestellungen mehr an",
        ])
        .to_owned(),
    };
    let opening = capitalized(&opening);
    let symbol = match now.open && !is_paused {
        true => Icon::Clock,
        false => Icon::Hourglass,
    };
    let asap = now.asap.filter(|_| profile.orders.asap && !is_paused);
    let asap = asap.map(|asap| {
        let range = clocks.day_and_range(asap.from, asap.to);
        let words = say!("At your door {range}", "An der Tür {range}");
        view! { <li>{icon(Icon::Live)} <strong>{words}</strong></li> }.into_any()
    });
    let busy = now.busy.as_ref().filter(|_| now.open).map(|busy| {
        let minutes = busy.extra_minutes;
        let words = say!(
            "The kitchen needs {minutes} minutes more than usual",
            "Die Küche braucht {minutes} Minuten länger als sonst"
        );
        view! { <li>{icon(Icon::Hourglass)} {words}</li> }.into_any()
    });
    let delivery = now.area.as_ref().map(delivery);
    view! { <ul class="shop-facts"><li>{icon(symbol)} {opening}</li> {asap} {busy} {delivery}</ul> }
        .into_any()
}

/// `From €10.00 · delivery €2.00, free from €25.00`
fn delivery(area: &AreaNow) -> AnyView {
    let (minimum, fee) = (money(area.minimum), money(area.fee));
    let mut words = match area.minimum.get() {
        0 => t(["No minimum", "Kein Mindestbetrag"]).to_owned(),
        _ => say!("From {minimum}", "Ab {minimum}"),
    };
    words.push_str(" · ");
    words += &match (area.fee.get(), area.free_from.map(money)) {
        (0, _) => t(["free delivery", "Lieferung frei"]).to_owned(),
        (_, Some(from)) => say!(
            "delivery {fee}, free from {from}",
            "Lieferung {fee}, frei ab {from}"
        ),
        (_, None) => say!("delivery {fee}", "Lieferung {fee}"),
    };
    view! { <li>{icon(Icon::Pin)} {words}</li> }.into_any()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
