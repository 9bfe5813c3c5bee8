//! What an answer of a kitchen to a direct order, or none in time, changes at its counter: in the same commit.

use super::{COMMIT_DEADLINE, Failure, OrderService, in_time};
use crate::{
    domain::{
        AccountId, Actor, Command, CommandKind, Error, Name, Order, OrderId, Role, ShopKind, Time,
        shop::{basket::RestaurantId, counter::Counter, shelf::Catalogue},
    },
    server::{
        clock::now,
        services::{
            command_log::record_command,
            idempotency::Answer,
            order_documents::{self, unreadable},
            shops::documents::{self, Change},
        },
        store::{Batch, JsonText, Outcome},
        telemetry::trace,
    },
};
use std::time::Instant;
use tokio::time::timeout;

impl OrderService {
    /// A kitchen answers an order: what it has missed before is forgotten. The counter may be the one that this instance
    /// has heard of last (`is_known`).
    pub(super) async fn note_answer(
        &self,
        order: &Order,
        by: Option<AccountId>,
        is_known: bool,
        change: &mut Batch,
    ) -> Result<(), Failure> {
        let Some(restaurant) = order.restaurant_id else {
            return Ok(());
        };
        let heard = self.feed.read_catalogue(|shops| {
            let held = shops.get(restaurant)?.counter.as_ref()?;
            Some(((*held.counter).clone(), held.text.clone()))
        });
        let counter = match heard.flatten().filter(|_| is_known) {
            Some(heard) => Some(heard),
            None => self.counter(restaurant).await?,
        };
        change_counter(change, restaurant, by, counter, Counter::answered)
    }

    /// The counter of a pizzeria, with its text. Orders that come from elsewhere may be of one that is not here.
    async fn counter(&self, of: RestaurantId) -> Result<Option<(Counter, JsonText)>, Failure> {
        let key = documents::key(ShopKind::Counter, of);
        let Some(text) = self.store.get(&key).await? else {
            return Ok(None);
        };
        let counter = serde_json::from_str(&text);
        let counter = counter.map_err(|error| unreadable("a counter", &error))?;
        Ok(Some((counter, text)))
    }

    /// Ends an order that its kitchen did not answer in time, and counts that at its counter. It is refused where it was
    /// answered or ended before.
    pub(in crate::server::services) async fn expire(&self, id: OrderId) -> Result<Order, Error> {
        let market = Actor::As(Role::Market);
        let work = async { Answer::from(in_time(self.expired(id, market)).await) };
        let answer = record_command(CommandKind::Expire, market, Some(id), work).await;
        answer.result
    }

    async fn expired(&self, id: OrderId, market: Actor) -> Result<Order, Failure> {
        let deadline = Instant::now() + COMMIT_DEADLINE;
        loop {
            let (before, text) = self.read(id).await?;
            let step = before.clone().apply(Command::Expire, market, now())?;
            let steps = std::slice::from_ref(&step);
            let mut change = order_documents::change(Some((&before, text)), steps, None)?;
            if let Some(restaurant) = before.restaurant_id {
                let counter = self.counter(restaurant).await?;
                let miss = |counter: &Counter, at| Some(counter.miss(at));
                change_counter(&mut change, restaurant, None, counter, miss)?;
            }
            (change.deadline, change.trace) = (Some(deadline), trace::parent());
            if let Outcome::Committed(cursor) = self.commit(change, Some(&step.0)).await? {
                let _ = timeout(super::CATCH_UP, self.feed.reached(&cursor)).await;
                return Ok(step.0);
            }
        }
    }

    /// The pizzeria of this name, as this instance knows them.
    pub(super) fn restaurant_called(&self, name: &Name) -> Option<RestaurantId> {
        let called = |shops: &Catalogue| Some(shops.by_name(name)?.profile.as_ref()?.id);
        self.feed.read_catalogue(called).flatten()
    }
}

/// Adds to the change of an order what it makes of the counter of its pizzeria. A counter that stays as it is has to be so
/// when the order changes.
fn change_counter(
    change: &mut Batch,
    restaurant: RestaurantId,
    by: Option<AccountId>,
    counter: Option<(Counter, JsonText)>,
    edit: impl FnOnce(&Counter, Time) -> Option<Counter>,
) -> Result<(), Failure> {
    let Some((before, text)) = counter else {
        return Ok(());
    };
    let at = now();
    match edit(&before, at) {
        Some(after) => {
            let by = Change { restaurant, by, at };
            by.put(change, Some((&before, text)), &after)?;
        }
        None => {
            let key = documents::key(ShopKind::Counter, restaurant);
            change.expect.push((key, Some(text)));
        }
    }
    Ok(())
}
