//! What of an order's lines is sold out: for each item and option of it, with the other open orders that have it too.

use super::counter::sold_out_until;
use crate::{
    api::form::COUNTER,
    domain::{
        Board, Order, OrderId,
        shop::{basket::RestaurantId, counter::MenuPart, counter_button::CounterButton},
    },
    ui::{
        components::{
            basics::{Icon, changing, icon, moment, name, text},
            ticket::{folded, which},
        },
        i18n::locale::{say, t},
        live::{reactive::memo, store::LiveStore},
        route::paths::menu_of,
    },
};
use leptos::prelude::*;

/// The disclosure of a ticket; where the page knows nothing of the counter, the way to it.
pub fn sold_out(order: Memo<Order>) -> Option<AnyView> {
    let id = order.with_untracked(|o| o.basket.as_ref().and(o.restaurant_id))?;
    let store = LiveStore::from_context();
    let is_here = memo(move |_| store.shop_of(id, |_| ()).is_some());
    Some(changing(move || {
        Some(match is_here.get() {
            true => disclosure(order, id),
            false => way_to_counter(id),
        })
    }))
}

fn disclosure(order: Memo<Order>, pizzeria: RestaurantId) -> AnyView {
    let which = order.with_untracked(which);
    let summary = view! { <summary>{icon(Icon::Down)} {t(["Sold out…", "Ausverkauft\u{a0}…"])} {which}</summary> };
    folded(summary.into_any(), move || {
        let parts = order.with_untracked(Order::menu_parts);
        let id = order.with_untracked(|order| order.id);
        let parts: Vec<_> = parts
            .into_iter()
            .map(|(what, named)| part(id, pizzeria, what, &named))
            .collect();
        view! { <ul class="sell-out">{parts}</ul> }.into_any()
    })
}

/// One item or option: its button takes it off, and puts it back.
fn part(order: OrderId, pizzeria: RestaurantId, what: MenuPart, named: &str) -> AnyView {
    let until = sold_out_until(pizzeria, what.clone());
    let sell_out = |until_closing| CounterButton::SellOut {
        what: what.clone(),
        until_closing,
    };
    let [closing, by_hand] = [sell_out(true), sell_out(false)].map(|button| button.to_string());
    let back = CounterButton::PutBack(what.clone()).to_string();
    let value = text(move || match until.get() {
        None => closing.clone(),
        Some(_) => back.clone(),
    });
    let word = text(move || {
        let word = match until.get() {
            None => t(["Sold out until closing", "Ausverkauft bis Ladenschluss"]),
            Some(_) => t(["Put back", "Wieder da"]),
        };
        word.to_owned()
    });
    let is_sold_out = memo(move |_| until.get().is_some());
    let state = changing(move || {
        let said = match until.get()? {
            Some(until) => {
                view! { {t(["sold out until ", "ausverkauft bis "])} {moment(until)} }.into_any()
            }
            None => t([
                "sold out until you put it back",
                "ausverkauft, bis du es zurücknimmst",
            ])
            .into_any(),
        };
        Some(view! { <span class="late">{said}</span> }.into_any())
    });
    let of = format!(": {named}");
    let of_by_hand = of.clone();
    let until_back = t(["until I put it back", "bis ich es zurücknehme"]);
    view! {
        <li>
            <p><b>{name(named)}</b> " " {state}</p>
            {others(order, pizzeria, what)}
            <div class="row">
                <button class="button" form=COUNTER name="button" value=value prop:value=value>{word} <span class="unseen">{of}</span></button>
                <button class="button quiet" form=COUNTER name="button" value=by_hand hidden=is_sold_out>{until_back} <span class="unseen">{of_by_hand}</span></button>
            </div>
        </li>
    }
    .into_any()
}

/// The other open orders that need it: their customers have to be called.
fn others(order: OrderId, pizzeria: RestaurantId, what: MenuPart) -> AnyView {
    let others = LiveStore::from_context().view(move |board: &Board| {
        let needing = board.orders().filter(|other| other.id != order);
        let needing = needing.filter(|other| other.still_needs(pizzeria, &what));
        needing.map(|other| other.id).collect::<Vec<_>>()
    });
    changing(move || {
        let all = others.get();
        if all.is_empty() {
            let none = t([
                "In no other open order.",
                "In keiner anderen offenen Bestellung.",
            ]);
            return Some(view! { <p class="soft">{none}</p> }.into_any());
        }
        let n = all.len();
        let words = match n {
            1 => t(["Also in ", "Auch in "]).to_owned(),
            n => say!("Also in {n} orders: ", "Auch in {n} Bestellungen: "),
        };
        let links: Vec<_> = all
            .into_iter()
            .map(|id| view! { <a href=format!("#o{id}")>{id.number()}</a> " " }.into_any())
            .collect();
        Some(view! { <p translate="no">{words} {links}</p> }.into_any())
    })
}

/// The way to what is sold out, to a pause and to the menu of its pizzeria.
fn way_to_counter(pizzeria: RestaurantId) -> AnyView {
    let word = t([
        "Sold out, busy, pause…",
        "Ausverkauft, viel los, Pause\u{a0}…",
    ]);
    // Another document: it has no program.
    view! { <a class="button wide" href=menu_of(&pizzeria.to_string()) rel="external">{word}</a> }
        .into_any()
}
