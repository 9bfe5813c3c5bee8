//! The lines of a cart, as the cart and the checkout show them.

use super::{
    view::{CartRow, ShopView},
    words::{self, SOLD_OUT, left_out},
};
use crate::{
    domain::shop::{
        basket::{ChosenOption, Line, Part},
        cart::{CartEntry, CartLine},
        request::MAX_QUANTITY,
    },
    ui::{
        Icon,
        i18n::{
            format::money,
            locale::{say, t},
        },
        icon, name,
    },
};
use leptos::prelude::*;

/// All entries, each of which can be changed and taken out.
pub fn rows(shop: &ShopView, rows: &[CartRow]) -> AnyView {
    let entries = shop.cart.entries.iter().zip(rows).enumerate();
    let rows: Vec<_> = entries
        .map(|(at, (entry, row))| row_of(shop, at, entry, row))
        .collect();
    view! { <ul class="lines">{rows}</ul> }.into_any()
}

fn row_of(shop: &ShopView, at: usize, entry: &CartEntry, row: &CartRow) -> AnyView {
    let (what, state) = match row {
        CartRow::Buyable { priced, .. } | CartRow::SoldOut(priced) => (line(&priced.line), None),
        CartRow::Changed(line) => (
            known_name(shop, line),
            Some(t([
                "The menu has changed: this cannot be ordered like that any more.",
                "Die Karte hat sich geändert: So kann das nicht mehr bestellt werden.",
            ])),
        ),
        CartRow::Unreadable => (
            t([
                "A line that cannot be read",
                "Eine Zeile, die nicht lesbar ist",
            ])
            .into_any(),
            Some(t([
                "It is not part of the order.",
                "Sie gehört nicht zur Bestellung.",
            ])),
        ),
    };
    let state = state.map(|state| {
        view! { <p class="refusal" role="status">{icon(Icon::Alert)} <span>{state}</span></p> }
    });
    let is_sold_out = matches!(row, CartRow::SoldOut(_));
    // It is shown as soon as it happens.
    let sold_out = parts_of(row).map(|parts| {
        let words = t(SOLD_OUT);
        (parts, view! { <p class="refusal sold-out" role="status" hidden=!is_sold_out>{icon(Icon::Alert)} <span>{words}</span></p> })
    });
    let (parts, sold_out) = sold_out.unzip();
    let odd = row.bought().is_none().then_some("");
    view! { <li data-odd=odd data-parts=parts>{what} {state} {sold_out} {changes(shop, at, entry)}</li> }
        .into_any()
}

/// What can be sold out of a line: items, and options by their groups.
fn parts_of(row: &CartRow) -> Option<String> {
    let (CartRow::Buyable { priced, .. } | CartRow::SoldOut(priced)) = row else {
        return None;
    };
    let line = &priced.line;
    let items = [Some(&line.item), line.half.as_ref().map(|half| &half.item)];
    let items = items.into_iter().flatten().map(ToString::to_string);
    let options = line.options.iter();
    let options = options.map(|one| format!("{}.{}", one.group, one.option));
    Some(items.chain(options).collect::<Vec<_>>().join(" "))
}

/// The name of what the line was about, where the menu still has it.
fn known_name(shop: &ShopView, line: &CartLine) -> AnyView {
    let known = shop.menu.item(&line.item).map(|item| item.name.to_string());
    let word = known.unwrap_or_else(|| {
        t(["Something that is gone", "Etwas, das es nicht mehr gibt"]).to_owned()
    });
    view! { <p><strong>{name(&word)}</strong></p> }.into_any()
}

fn changes(shop: &ShopView, at: usize, entry: &CartEntry) -> AnyView {
    let action = format!("{}/cart", shop.path());
    let (edit, quantity) = match entry {
        CartEntry::Unreadable(_) => (None, None),
        CartEntry::Line(line) => {
            let is_known = shop.menu.shown(&line.item).is_some();
            let address = format!("{}?edit={at}", shop.item_path(&line.item));
            let edit = is_known.then(
                || view! { <a class="button quiet" href=address>{t(["Change", "Ändern"])}</a> },
            );
            let id = format!("quantity-{at}");
            let most = MAX_QUANTITY.to_string();
            let quantity = view! {
                <label class="unseen" for=id.clone()>{t(["How many", "Wie viele"])}</label>
                <input class="input narrow" id=id.clone() name="quantity" type="number" inputmode="numeric" min="0" max=most value=line.quantity.to_string()/>
                <button class="button" name="act" value="quantity">{t(["Set", "Setzen"])}</button>
            };
            (edit, Some(quantity))
        }
    };
    view! {
        <form class="row" method="post" action=action>
            <input type="hidden" name="at" value=at.to_string()/>
            <input type="hidden" name="line" value=text_of(entry)/>
            {quantity} {edit}
            <button class="button quiet" name="act" value="take-out">{t(["Take it out", "Herausnehmen"])}</button>
        </form>
    }
    .into_any()
}

/// The text of an entry, by which it is known again.
pub fn text_of(entry: &CartEntry) -> String {
    match entry {
        CartEntry::Line(line) => line.to_string(),
        CartEntry::Unreadable(text) => text.clone(),
    }
}

/// A line with its price, as the bill has it.
pub fn line(line: &Line) -> AnyView {
    let quantity = line.quantity;
    let size = line.size.as_ref().map(|size| view! { ", " {name(size)} });
    let what = match &line.half {
        None => name(&line.name),
        Some(half) => view! { "½ " {name(&line.name)} " ½ " {name(&half.name)} }.into_any(),
    };
    let mut parts: Vec<String> = line.options.iter().map(option).collect();
    parts.extend(line.without.iter().map(left_out));
    let parts = parts.join(", ");
    let parts = (!parts.is_empty())
        .then(|| view! { <p class="small soft"><bdi translate="no">{parts}</bdi></p> });
    let note = line
        .note
        .as_ref()
        .map(|note| view! { <p class="small">"“" {name(note)} "”"</p> });
    let deposit = (line.deposit.get() > 0).then(|| {
        let amount = money(line.deposit);
        let words = say!("plus {amount} deposit", "zzgl. {amount} Pfand");
        view! { <p class="small soft">{words}</p> }
    });
    view! {
        <div class="line">
            <p><span class="times">{format!("{quantity}×")}</span> " " <strong>{what}</strong> {size}</p>
            <p class="price">{money(line.total)}</p>
            {parts} {note} {deposit}
        </div>
    }
    .into_any()
}

/// `2× Olives (left half) +€1.50`
fn option(one: &ChosenOption) -> String {
    let count = match one.count {
        1 => String::new(),
        count => format!("{count}× "),
    };
    let part = match one.part {
        Part::Whole => String::new(),
        half => format!(" ({})", t(words::part(half))),
    };
    let price = match one.price.get() {
        0 => String::new(),
        _ => format!(" +{}", money(one.price)),
    };
    format!("{count}{}{part}{price}", one.name)
}
