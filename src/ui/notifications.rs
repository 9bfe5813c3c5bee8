//! Notifications: an event that matters to the reader of this page, and is not in view, shows a toast.

use super::{
    browser::dom::is_in_view,
    components::{form::Forms, toast::Toasts},
    i18n::domain_texts,
    live::store::LiveStore,
    my_orders,
    navigation::Navigator,
    route::Route,
};
use crate::domain::{Event, EventType, Order, Scope, Status};
use leptos::prelude::*;

/// Shows a toast for an event that has just changed the board, if it matters.
pub fn notify(event: &Event, navigator: Navigator, store: LiveStore, forms: Forms, toasts: Toasts) {
    // What a kitchen does within a status is no news to others.
    if event.event_type == EventType::Updated {
        return;
    }
    let (route, order) = (navigator.get_untracked(), event.order.clone());
    // The event makes an earlier toast of this order obsolete.
    toasts.remove(order.id);
    if untrack(|| forms.is_sending(order.id)) {
        return;
    }
    let (status, address) = if matters(&route, store, event) {
        (
            domain_texts::status(order.status),
            address_of(&route, &order),
        )
    } else if is_awaited(&route, &order) {
        let address = Route::Track(order.id).address();
        (domain_texts::customer_status(order.status), address)
    } else {
        return;
    };
    // In the next frame the page shows the change.
    request_animation_frame(move || {
        if !is_in_sight(&order) {
            let text = format!("{} {}: {status}", order.pizza_name, order.id.number());
            toasts.show(order.id, text, address);
        }
    });
}

/// Whether the event gives the reader of this page work, or takes it away.
fn matters(route: &Route, store: LiveStore, event: &Event) -> bool {
    use EventType::{Cancelled, CustomerAccepted, Ready};
    // Who takes a step back needs no news of it.
    if event.order.is_recalled() {
        return false;
    }
    match route {
        Route::Supplier { kitchen, .. } => {
            let scope = store.scope().unwrap_or_else(Scope::everything);
            scope.is_of_kitchen(&event.order, kitchen.name())
                && matches!(event.event_type, CustomerAccepted | Cancelled)
        }
        Route::Dispatch { .. } => match event.event_type {
            Ready => true,
            // An order without a customer did not wait for a driver.
            Cancelled => event.order.customer_name.is_some(),
            _ => false,
        },
        _ => false,
    }
}

/// Whether it was ordered on this device, and its page is not open.
fn is_awaited(route: &Route, order: &Order) -> bool {
    *route != Route::Track(order.id) && my_orders::orders().contains(&order.id)
}

/// Whether its ticket is in view, or its entry among the orders of this device.
fn is_in_sight(order: &Order) -> bool {
    let id = order.id;
    let shows = format!("[id='o{id}'], .own [href$='{id}']");
    let found = document().query_selector(&shows).ok().flatten();
    found.is_some_and(|found| is_in_view(&found))
}

fn address_of(route: &Route, order: &Order) -> String {
    match order.status {
        Status::Cancelled => Route::orders(Some(order.id)).address(),
        _ => format!("{}#o{}", route.address(), order.id),
    }
}
