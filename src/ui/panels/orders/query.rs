//! The query of the page's address.

use crate::ui::{
    components::basics::text,
    navigation::Navigator,
    route::{OrdersQuery, Route},
};
use leptos::prelude::*;

pub fn query(route: &Route) -> OrdersQuery {
    match route {
        Route::Orders { query, .. } => query.clone(),
        _ => OrdersQuery::default(),
    }
}

/// The address of this page with a changed query, and no order open.
pub fn address(change: impl Fn(&mut OrdersQuery) + Send + Sync + 'static) -> Signal<String> {
    let navigator = Navigator::from_context();
    text(move || {
        let mut query = query(&navigator.get());
        change(&mut query);
        let (open, at) = (None, None);
        Route::Orders { query, open, at }.address()
    })
}
