//! Refusals as the page shows them: beside the order, or above all where the order has no ticket.

use super::page_forms::Forms;
use crate::{
    domain::OrderId,
    ui::{
        components::basics::{changing, refusal},
        i18n::domain_texts,
        live::{reactive::memo, store::LiveStore},
        navigation::Navigator,
        route::Route,
    },
};
use leptos::prelude::*;

/// The last refusal of an order, beside the order.
pub fn refused(order: OrderId) -> AnyView {
    let (store, forms) = (LiveStore::from_context(), Forms::from_context());
    let sentence = memo(move |_| {
        forms.refusals.with(|refusals| {
            let refusal = refusals.of(order)?;
            let is_shown = refusal.is_shown(store.now());
            is_shown.then(|| domain_texts::refusal(&refusal.error))
        })
    });
    changing(move || sentence.get().map(refusal))
}

/// The last refusals of the orders that have no ticket on this page, or have lost it.
pub fn refused_elsewhere() -> AnyView {
    let (store, forms, navigator) = (
        LiveStore::from_context(),
        Forms::from_context(),
        Navigator::from_context(),
    );
    let sentence = memo(move |_| {
        let route = navigator.get();
        let sentences: Vec<_> = forms.refusals.with(|refusals| {
            let shown = refusals.all().iter().filter(|refusal| {
                route.has_tickets()
                    && refusal.is_shown(store.now())
                    && route.order_id() != Some(refusal.order)
            });
            let sentence = |(name, error)| format!("{name}: {}", domain_texts::refusal(error));
            let named = shown.filter_map(|refusal| {
                let name = name_without_ticket(refusal.order, &route, store)?;
                Some((name, &refusal.error))
            });
            named.map(sentence).collect()
        });
        (!sentences.is_empty()).then(|| sentences.join(" "))
    });
    changing(move || {
        let sentence = refusal(sentence.get()?);
        Some(view! { <div class="banner">{sentence}</div> }.into_any())
    })
}

/// `Diavola #1A2B`, or the number alone where the order is not on the board. Nothing where the page shows its ticket.
fn name_without_ticket(id: OrderId, route: &Route, store: LiveStore) -> Option<String> {
    store.with(|board| match board?.get(id) {
        Some(order) if route.shows(order, &board?.query().scope) => None,
        Some(order) => Some(format!("{} {}", order.pizza_name, order.id.number())),
        None => Some(id.number()),
    })
}
