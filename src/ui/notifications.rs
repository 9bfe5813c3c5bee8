//! What happens elsewhere and matters to whoever looks at this page: told where it is not to be seen anyway.

use super::{
    components::{form::Forms, toast::Toasts},
    i18n::messages,
    my_orders,
    place::{Navigator, Route, is_in_view},
};
use crate::domain::{Event, EventType, Order, Status};
use leptos::prelude::*;

/// Tells of an event that has just changed the board.
pub fn tell(event: &Event, navigator: Navigator, forms: Forms, toasts: Toasts) {
    let (route, order) = (navigator.get_untracked(), event.order.clone());
    // What was told of it before is no news any more.
    toasts.remove(order.id);
    if untrack(|| forms.is_sending(order.id)) {
        return;
    }
    let (status, address) = if matters(&route, event) {
        (messages::status(order.status), way_to(&route, &order))
    } else if is_awaited(&route, &order) {
        let address = Route::Track(order.id).address();
        (messages::customer_status(order.status), address)
    } else {
        return;
    };
    // As soon as the page shows what has changed.
    request_animation_frame(move || {
        if !is_in_sight(&order) {
            let says = format!("{} {}: {status}", order.pizza_name, order.id.number());
            toasts.show(order.id, says, address);
        }
    });
}

/// Whether somebody at this place has something to do now, or nothing any more.
fn matters(route: &Route, event: &Event) -> bool {
    use EventType::{Cancelled, CustomerAccepted, Ready};
    match route {
        Route::Supplier { kitchen } => {
            messages::is_of(&event.order, kitchen.name())
                && matches!(event.event_type, CustomerAccepted | Cancelled)
        }
        Route::Dispatch => match event.event_type {
            Ready => true,
            // What nobody had taken did not wait for a driver either.
            Cancelled => event.order.customer_name.is_some(),
            _ => false,
        },
        _ => false,
    }
}

/// Whether somebody at this device waits for it, and does not look at its page.
fn is_awaited(route: &Route, order: &Order) -> bool {
    *route != Route::Track(order.id) && my_orders::orders().contains(&order.id)
}

/// Its ticket, or where offers list one's own orders.
fn is_in_sight(order: &Order) -> bool {
    let id = order.id;
    let shows = format!("[id='o{id}'], .own [href$='{id}']");
    let found = document().query_selector(&shows).ok().flatten();
    found.is_some_and(|found| is_in_view(&found))
}

fn way_to(route: &Route, order: &Order) -> String {
    match order.status {
        Status::Cancelled => Route::Orders {
            query: Default::default(),
            open: Some(order.id),
            at: None,
        }
        .address(),
        _ => format!("{}#o{}", route.address(), order.id),
    }
}
