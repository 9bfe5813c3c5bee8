//! What happens elsewhere and matters to whoever looks at this page: told where it is not to be seen anyway.

use super::{
    mine,
    parts::{form::Forms, toast::Toasts},
    place::{Here, Place, is_in_view},
    words,
};
use crate::domain::{Event, EventType, Order, Status};
use leptos::prelude::*;

/// Tells of an event that has just changed the board.
pub fn tell(event: &Event, here: Here, forms: Forms, toasts: Toasts) {
    let (place, order) = (here.get_untracked(), event.order.clone());
    // What was told of it before is no news any more.
    toasts.forget(order.id);
    if untrack(|| forms.is_sending(order.id)) {
        return;
    }
    let (status, address) = if matters(&place, event) {
        (words::status(order.status), way_to(&place, &order))
    } else if is_awaited(&place, &order) {
        let address = Place::Track(order.id).address();
        (words::customer_status(order.status), address)
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
fn matters(place: &Place, event: &Event) -> bool {
    use EventType::{Cancelled, CustomerAccepted, Ready};
    match place {
        Place::Supplier { kitchen } => {
            words::is_of(&event.order, kitchen.name())
                && matches!(event.event_type, CustomerAccepted | Cancelled)
        }
        Place::Dispatch => match event.event_type {
            Ready => true,
            // What nobody had taken did not wait for a driver either.
            Cancelled => event.order.customer_name.is_some(),
            _ => false,
        },
        _ => false,
    }
}

/// Whether somebody at this device waits for it, and does not look at its page.
fn is_awaited(place: &Place, order: &Order) -> bool {
    *place != Place::Track(order.id) && mine::orders().contains(&order.id)
}

/// Its ticket, or where offers list one's own orders.
fn is_in_sight(order: &Order) -> bool {
    let id = order.id;
    let shows = format!("[id='o{id}'], .own [href$='{id}']");
    let found = document().query_selector(&shows).ok().flatten();
    found.is_some_and(|found| is_in_view(&found))
}

fn way_to(place: &Place, order: &Order) -> String {
    match order.status {
        Status::Cancelled => Place::Orders {
            wanted: Default::default(),
            open: Some(order.id),
            at: None,
        }
        .address(),
        _ => format!("{}#o{}", place.address(), order.id),
    }
}
