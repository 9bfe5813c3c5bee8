//! Keyed lists: a row is made when its key appears, stays while it is there, and goes with it. Rows show what
//! changes in them by themselves.

use crate::{
    domain::{Order, OrderId, Time},
    ui::market::Market,
};
use leptos::{
    prelude::*,
    web_sys::{DomRect, Element},
};
use std::sync::Arc;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Order(OrderId),
    Name(String),
}

pub(super) type Keys = Box<dyn Fn() -> Vec<Key> + Send + Sync>;
pub(super) type Row = Arc<dyn Fn(Key) -> Option<AnyView> + Send + Sync>;

/// A row for each order that is listed.
pub fn orders(
    listed: Memo<Vec<OrderId>>,
    row: impl Fn(Memo<Order>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let market = Market::here();
    ids(listed, move |id| market.order(id).map(&row))
}

/// As [`orders`], where not all of them are on the board.
pub fn ids(
    listed: Memo<Vec<OrderId>>,
    row: impl Fn(OrderId) -> Option<AnyView> + Send + Sync + 'static,
) -> AnyView {
    let keys = move || listed.get().into_iter().map(Key::Order).collect();
    let row = move |key| match key {
        Key::Order(id) => row(id),
        Key::Name(_) => None,
    };
    rows(Box::new(keys), Arc::new(row))
}

/// Something for each name that is listed.
pub fn names(
    listed: Memo<Vec<String>>,
    item: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let keys = move || listed.get().into_iter().map(Key::Name).collect();
    let row = move |key| match key {
        Key::Name(name) => Some(item(name)),
        Key::Order(_) => None,
    };
    rows(Box::new(keys), Arc::new(row))
}

pub(super) fn rows(keys: Keys, row: Row) -> AnyView {
    view! { <For each=keys key=Key::clone children=move |key| row(key)/> }.into_any()
}

/// Where a row is on the screen. A ticket that is out of sight is not laid out, and asking for its own place would do
/// that, for each of hundreds: its entry in the list has one all the time.
pub fn bounds(row: &Element) -> DomRect {
    let entry = row.closest("li").ok().flatten();
    entry.as_ref().unwrap_or(row).get_bounding_client_rect()
}

/// By time; what is of the same time, by age of the order.
pub fn by_time(orders: impl Iterator<Item = (Time, OrderId)>) -> Vec<OrderId> {
    sorted(orders).into_iter().map(|(_, id)| id).collect()
}

/// Each once, from the smallest on. What differs is little here, or nearly sorted, so that each finds its place
/// near the end.
pub fn sorted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut sorted = Vec::new();
    for one in all {
        if let Err(place) = sorted.binary_search(&one) {
            sorted.insert(place, one);
        }
    }
    sorted
}
