//! A ticket on paper. An attribute marks the one that is printed, and the style for print shows it alone.

use crate::{
    domain::Order,
    ui::{
        components::{
            basics::{Icon, changing, icon, name},
            printing::PRINTED,
            ticket::which,
        },
        i18n::{format, locale::t},
        live::store::LiveStore,
    },
};
use leptos::{ev, prelude::*, web_sys};

pub fn print_button(order: Memo<Order>) -> AnyView {
    let store = LiveStore::from_context();
    changing(move || {
        let which = order.with_untracked(which);
        let word = view! { {t(["Print this ticket", "Zettel drucken"])} {which} };
        (store.is_hydrated()).then(|| {
            view! { <button class="button wide" type="button" on:click=print>{icon(Icon::Print)} {word}</button> }.into_any()
        })
    })
}

/// The kitchen, the price and the address, which only paper shows.
pub fn on_paper(order: &Order) -> AnyView {
    let address = order.delivery_address.as_ref().map(ToString::to_string);
    let phone = order
        .basket
        .as_ref()
        .and_then(|basket| basket.phone.as_ref());
    let phone = phone.map(|phone| format!("\n{phone}"));
    let price = format::money(order.total());
    view! { <p class="on-paper" translate="no">{name(&order.supplier_name)} " · " {price} <br/> <bdi>{address} {phone}</bdi></p> }.into_any()
}

fn print(event: ev::MouseEvent) {
    let ticket = event_target::<web_sys::Element>(&event).closest("article");
    if let Some(ticket) = ticket.ok().flatten() {
        // A browser that cannot print does nothing.
        let _ = ticket.set_attribute(PRINTED, "");
        let _ = window().print();
    }
}

/// Removes the mark when printing ends: in some browsers the page runs on while it prints.
pub fn clean_up_after_printing() {
    let done = window_event_listener_untyped("afterprint", |_| {
        let printed = document().query_selector(&format!("[{PRINTED}]"));
        if let Some(ticket) = printed.ok().flatten() {
            // Removing an attribute that exists cannot fail.
            let _ = ticket.remove_attribute(PRINTED);
        }
    });
    on_cleanup(move || done.remove());
}
