//! The card of an offer. One that is gone stays in its place for a while, with the reason.

use super::offers::{address, is_on_offer};
use crate::{
    domain::{CommandKind, Order, OrderId, Status, offered},
    ui::{
        components::{
            basics::{Detail, Icon, changing, icon, mark, name, pizza, text},
            bill::sum,
        },
        i18n::locale::{say, t},
        live::{reactive::memo, store::LiveStore},
        viewer::has,
    },
};
use leptos::prelude::*;

pub fn offer(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let is_on_offer = memo(move |_| is_on_offer(order.get().status));
    let gone = mark(move || (!is_on_offer.get()).then_some(""));
    let next = next(order, is_on_offer);
    view! {
        <li>
            <article class="offer" id=format!("o{}", o.id) tabindex="-1" data-gone=gone>
                {top(&o)}
                <div class="bottom">{sum(&o, "Pizza", you_pay())} {next}</div>
            </article>
        </li>
    }
    .into_any()
}

/// The way to the order form, or why there is none.
fn next(order: Memo<Order>, is_on_offer: Memo<bool>) -> AnyView {
    let o = order.get_untracked();
    let (pizza, kitchen) = (o.pizza_name.to_string(), o.supplier_name.to_string());
    let which = say!(": {pizza} by {kitchen}", ": {pizza} von {kitchen}");
    let take = address(Some(o.id));
    let may_take = has(CommandKind::Take);
    changing(move || {
        let word = t(["Order this", "Bestellen"]);
        Some(if is_on_offer.get() {
            if !may_take {
                return None;
            }
            view! { <a class="button primary" href=take>{word} <span class="unseen">{which.clone()}</span></a> }.into_any()
        } else {
            view! { <p class="gone"><strong>{order.with(|order| why_gone(order.status))}</strong></p> }.into_any()
        })
    })
}

pub fn you_pay() -> &'static str {
    t(["You pay", "Du zahlst"])
}

/// Why an order in another status is not on offer.
pub fn why_gone(status: Status) -> &'static str {
    t(match status {
        Status::PendingSupplier | Status::SupplierAccepted => [
            "The kitchen has not accepted this one yet.",
            "Die Küche hat sie noch nicht zugesagt.",
        ],
        Status::SupplierRejected | Status::Cancelled => [
            "The kitchen has taken this one back.",
            "Die Küche hat sie zurückgezogen.",
        ],
        _ => [
            "Somebody else took this one.",
            "Jemand anders hat sie genommen.",
        ],
    })
}

/// Announces to screen readers the offer that went last.
pub fn last_gone(gone: Memo<Option<OrderId>>) -> Signal<String> {
    let store = LiveStore::from_context();
    text(move || {
        let order = gone.get().and_then(|id| store.order(id));
        order.map_or_else(String::new, |order| {
            let order = order.get_untracked();
            format!("{}: {}", order.pizza_name, why_gone(order.status))
        })
    })
}

/// Name, kitchen, the range of minutes, picture, and the kitchen's note.
pub fn top(o: &Order) -> AnyView {
    // The range that is told with the order, too.
    let (from, to) = offered(o.estimated_delivery_time);
    let wait = view! {
        <p class="wait">
            {icon(Icon::Clock)} {t(["in ", "in "])} <span>{format!("{from}–{to} min")}</span>
        </p>
    };
    let notes = o
        .supplier_notes
        .as_ref()
        .map(|notes| view! { <p class="words">{name(notes)}</p> }.into_any());
    view! {
        <div class="top">
            <div><h3>{name(&o.pizza_name)}</h3> <p class="from">{name(&o.supplier_name)}</p> {wait}</div>
            {pizza(&o.pizza_name, Detail::Card)}
            {notes}
        </div>
    }
    .into_any()
}
