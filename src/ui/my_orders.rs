//! The orders that were taken on this device. The server does not know that they belong together.

use super::{
    browser::storage::{self, keep, kept},
    live::store::LiveStore,
};
use crate::domain::{MAX_TOPICS, OrderId, Time};
use chrono::TimeDelta;

/// At most this many are kept: a page can be about so many beside the offers and the one that is being taken.
const LIMIT: usize = MAX_TOPICS - 2;
/// An order is kept for this long after it is final.
const FINAL_AGE: TimeDelta = TimeDelta::hours(1);

/// Newest first.
pub fn orders() -> Vec<OrderId> {
    let kept = kept(storage::ORDERS).unwrap_or_default();
    let ids = kept.split(' ').filter_map(|id| id.parse().ok());
    ids.take(LIMIT).collect()
}

/// Adds an order that was just taken.
pub fn add(order: OrderId) {
    let mut orders = orders();
    orders.retain(|known| *known != order);
    orders.insert(0, order);
    orders.truncate(LIMIT);
    write(&orders);
}

/// Removes the orders that have left the board or have been final for longer than [`FINAL_AGE`].
pub fn tidy(store: LiveStore, now: Time) {
    let mut orders = orders();
    let before = orders.len();
    store.with(|board| {
        orders.retain(|id| {
            let order = board.and_then(|board| board.get(*id));
            order
                .is_some_and(|order| !order.status.is_final() || now - order.updated_at < FINAL_AGE)
        });
    });
    if orders.len() < before {
        write(&orders);
    }
}

fn write(orders: &[OrderId]) {
    let ids: Vec<_> = orders.iter().map(OrderId::to_string).collect();
    keep(storage::ORDERS, &ids.join(" "));
}
