//! An item in a menu: name, prices, and what one has to know before buying it.

use super::{
    view::ShopView,
    words::{SOLD_OUT, allergen, deposit, diet, listed, unit_price},
};
use crate::{
    domain::shop::menu::{Item, ItemPrice},
    ui::{
        Detail,
        i18n::{
            format::money,
            locale::{say, t},
        },
        listed_pizza, name,
    },
};
use leptos::prelude::*;

pub fn dish(view: &ShopView, item: &Item) -> AnyView {
    let is_sold_out = view.is_sold_out(&item.id, None);
    let sold_out = is_sold_out.then_some("");
    let address = view.item_path(&item.id);
    let about = item
        .about
        .as_ref()
        .map(|about| view! { <p class="soft"><bdi translate="no">{about.to_string()}</bdi></p> });
    let marks = listed(&item.diets, diet);
    let marks = (!marks.is_empty()).then(|| view! { <span class="marks">{marks}</span> });
    // Drinks are not drawn as pizzas.
    let drawing = (!item.halves.is_empty() || item.pieces > 0)
        .then(|| listed_pizza(&item.name, Detail::Ticket));
    view! {
        <li>
            <article class="dish" id=format!("i-{}", item.id) data-parts=item.id.to_string() data-sold-out=sold_out>
                {drawing}
                <div>
                    <h3><a href=address>{name(&item.name)}</a> " " {marks}</h3>
                    {about}
                    {unit(item)}
                    {contents(item)}
                </div>
                <p class="price"><strong>{from(item)}</strong> <span class="sold-out" hidden=!is_sold_out>{t(SOLD_OUT)}</span></p>
            </article>
        </li>
    }
    .into_any()
}

/// `€8.00`, or `from €8.00` where it is sold in several sizes.
fn from(item: &Item) -> Option<String> {
    let price = money(item.price_from()?);
    Some(match item.prices.len() {
        1 => price,
        _ => say!("from {price}", "ab {price}"),
    })
}

/// What a litre or a kilogram costs, of each size that says how much is in it; and the deposit.
fn unit(item: &Item) -> Option<AnyView> {
    let of = |price: &ItemPrice| {
        let parts = [unit_price(price), deposit(price)];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    };
    let all: Vec<_> = item.prices.iter().filter_map(of).collect();
    (!all.is_empty()).then(|| view! { <p class="small soft">{all.join("; ")}</p> }.into_any())
}

/// Allergens and additives, as a disclosure: before the purchase, as the regulation on food information wants.
pub fn contents(item: &Item) -> AnyView {
    let allergens = match item.allergens.is_empty() {
        true => t([
            "None of the 14 allergens that have to be named.",
            "Keines der 14 Allergene, die genannt werden müssen.",
        ])
        .to_owned(),
        false => {
            let all = listed(&item.allergens, allergen);
            say!("Contains {all}.", "Enthält {all}.")
        }
    };
    let additives: Vec<_> = item.additives.iter().map(|one| one.to_string()).collect();
    let additives = additives.join(", ");
    let additives = (!additives.is_empty())
        .then(|| say!(" Additives: {additives}.", " Zusatzstoffe: {additives}."));
    view! {
        <details class="contents">
            <summary>{t(["Allergens", "Allergene"])} <span class="unseen">": " {item.name.to_string()}</span></summary>
            <p class="small">{allergens} {additives}</p>
        </details>
    }
    .into_any()
}
