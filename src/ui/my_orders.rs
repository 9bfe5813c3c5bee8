//! The orders that were taken on this device. Nobody else knows that they belong together.

use super::{
    browser::storage::{keep, kept},
    live::store::LiveStore,
};
use crate::domain::{OrderId, Time};
use chrono::TimeDelta;

const NAME: &str = "orders";
/// So many are kept.
const MOST: usize = 10;
/// One that is over is of interest for so long.
const LINGERS: TimeDelta = TimeDelta::hours(1);

/// They, newest first.
pub fn orders() -> Vec<OrderId> {
    let kept = kept(NAME).unwrap_or_default();
    kept.split(' ').filter_map(|id| id.parse().ok()).collect()
}

/// One more, just taken.
pub fn add(order: OrderId) {
    let mut orders = orders();
    orders.retain(|known| *known != order);
    orders.insert(0, order);
    orders.truncate(MOST);
    write(&orders);
}

/// Forgets those that are over for long, or gone from the board.
pub fn tidy(store: LiveStore, now: Time) {
    let mut orders = orders();
    let before = orders.len();
    store.with(|board| {
        orders.retain(|id| {
            let order = board.and_then(|board| board.get(*id));
            order.is_some_and(|order| !order.status.is_final() || now - order.updated_at < LINGERS)
        });
    });
    if orders.len() < before {
        write(&orders);
    }
}

fn write(orders: &[OrderId]) {
    let ids: Vec<_> = orders.iter().map(OrderId::to_string).collect();
    keep(NAME, &ids.join(" "));
}
