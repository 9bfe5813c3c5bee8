//! Keyed lists: a row is made when its key appears, stays while it is there, and goes with it. Rows show what
//! changes in them by themselves.

use crate::{
    domain::{Order, OrderId},
    ui::market::Market,
};
use leptos::prelude::*;
use std::sync::Arc;

/// A row for each order that is listed.
pub fn orders(
    listed: Memo<Vec<OrderId>>,
    row: impl Fn(Memo<Order>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let market = Market::here();
    let row: Arc<dyn Fn(Memo<Order>) -> AnyView + Send + Sync> = Arc::new(row);
    let child = move |id: OrderId| market.order(id).map(|order| row(order));
    view! { <For each=move || listed.get() key=|id| *id children=child/> }.into_any()
}

/// Something for each name that is listed.
pub fn names(
    listed: Memo<Vec<String>>,
    item: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let item: Arc<dyn Fn(String) -> AnyView + Send + Sync> = Arc::new(item);
    view! { <For each=move || listed.get() key=String::clone children=move |name| item(name)/> }
        .into_any()
}
