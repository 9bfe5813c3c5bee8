//! Who was to bring an order before one of its events, where the events before it are not at hand.

use crate::{
    domain::{AccountId, Event, LogEvent, Status},
    server::{
        services::order_documents,
        store::{Result, Store},
    },
};

/// Who was to bring an order just before an event of it. Only a recall takes a driver off: then the history of the order
/// has to be read. Nobody is named where nobody signs in.
pub async fn driver_before(store: &dyn Store, event: &Event) -> Result<Option<AccountId>> {
    let order = &event.order;
    let is_new = order.status == Status::Dispatched && !order.is_recalled();
    let is_taken_off = order.status == Status::Ready && order.is_recalled();
    if is_new {
        return Ok(None);
    }
    if !is_taken_off || event.actor.is_none() {
        return Ok(order.driver_id);
    }
    let history = store.history(&order_documents::key(order.id)).await?;
    let events = history.iter().rev().map(|text| LogEvent::read(text));
    let before = events.flatten().find_map(|entry| match entry {
        LogEvent::Order(before) if before.order.version < order.version => Some(before),
        _ => None,
    });
    Ok(before.and_then(|before| before.order.driver_id))
}
