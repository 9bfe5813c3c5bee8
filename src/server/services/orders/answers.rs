//! What an answer of a kitchen to a direct order, or none in time, changes at its counter: in the same commit.

use super::{COMMIT_DEADLINE, Failure, OrderService, in_time};
use crate::{
    domain::{
        AccountId, Actor, Command, CommandKind, Error, Name, Order, OrderId, Role, ShopKind, Time,
        shop::{basket::RestaurantId, counter::Counter, profile::Profile},
    },
    server::{
        clock::now,
        services::{
            command_log::record_command,
            idempotency::Answer,
            order_documents::{self, unreadable},
            shops::documents::{self, Change},
        },
        store::{Batch, JsonText, Outcome, Query},
        telemetry::trace,
    },
};
use std::time::Instant;
use tokio::time::timeout;

impl OrderService {
    /// A kitchen answers an order: what it has missed before is forgotten.
    pub(super) async fn note_answer(
        &self,
        order: &Order,
        by: Option<AccountId>,
        change: &mut Batch,
    ) -> Result<(), Failure> {
        self.change_counter(order, by, change, Counter::answered)
            .await
    }

    /// Adds to the change of an order what it makes of the counter of its pizzeria. A counter that stays as it is has to
    /// be so when the order changes.
    async fn change_counter(
        &self,
        order: &Order,
        by: Option<AccountId>,
        change: &mut Batch,
        edit: impl FnOnce(&Counter, Time) -> Option<Counter>,
    ) -> Result<(), Failure> {
        let Some(restaurant) = order.restaurant_id else {
            return Ok(());
        };
        let key = documents::key(ShopKind::Counter, restaurant);
        // Orders that come from elsewhere may be of a pizzeria that is not here.
        let Some(text) = self.store.get(&key).await? else {
            return Ok(());
        };
        let before: Counter =
            serde_json::from_str(&text).map_err(|error| unreadable("a counter", &error))?;
        let at = now();
        match edit(&before, at) {
            Some(after) => {
                let by = Change { restaurant, by, at };
                by.put(change, Some((&before, text)), &after)?;
            }
            None => change.expect.push((key, Some(text))),
        }
        Ok(())
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
            let miss = |counter: &Counter, at| Some(counter.miss(at));
            self.change_counter(&before, None, &mut change, miss)
                .await?;
            (change.deadline, change.trace) = (Some(deadline), trace::parent());
            if let Outcome::Committed(cursor) = self.commit(change, Some(&step.0)).await? {
                let _ = timeout(super::CATCH_UP, self.feed.reached(&cursor)).await;
                return Ok(step.0);
            }
        }
    }

    /// The pizzeria of this name.
    pub(super) async fn restaurant_called(
        &self,
        name: &Name,
    ) -> Result<Option<RestaurantId>, Failure> {
        let query = Query {
            index: documents::called_index(name),
            before: None,
            limit: 1,
        };
        let listing = self.store.list(&[query]).await?;
        let mut texts = listing.pages.into_iter().flat_map(|page| page.documents);
        let read = |text: JsonText| serde_json::from_str::<Profile>(&text);
        let profile = texts.next().map(read).transpose();
        let profile = profile.map_err(|error| unreadable("a profile", &error))?;
        Ok(profile.map(|profile| profile.id))
    }
}
