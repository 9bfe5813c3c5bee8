//! An order from a menu: one commit, which expects the counter as it was priced by and room in the kitchen.

pub use super::order_request::OrderRequest;

use super::{
    ShopService,
    catalog::{KnownShop, ShopRef, zone},
    placing::{Answered, Decided, Placing, expected},
    pricing::Basis,
    refusal::{ShopFailure, ShopRefusal, in_time},
};
use crate::{
    domain::{
        CommandKind, Error, Order,
        shop::{basket::RestaurantId, menu::Menu},
    },
    server::{
        clock::now,
        services::{
            accounts::Authority,
            command_log::{Recorded, record_command, slot_filled},
            idempotency::IdempotentRequest,
        },
        store::{Batch, Outcome},
    },
};
use std::sync::Arc;

/// The answer to a request, for the log.
struct Outcomes(Result<Answered, ShopRefusal>);

impl Recorded for Outcomes {
    fn result(&self) -> Result<&Order, &'static str> {
        match &self.0 {
            Ok((result, _)) => result.as_ref().map_err(ShopRefusal::name),
            Err(refusal) => Err(refusal.name()),
        }
    }

    fn is_replayed(&self) -> bool {
        matches!(self.0, Ok((_, true)))
    }
}

/// A pizzeria with its menu, as an order is made from it.
struct Known {
    shop: KnownShop,
    menu: Arc<Menu>,
    /// Whether the store has it so: what this instance has heard of may be late.
    is_stored: bool,
}

impl ShopService {
    /// Places an order. With it comes whether it is the stored answer to an earlier sending.
    pub async fn order(
        &self,
        id: RestaurantId,
        request: OrderRequest,
        by: &Authority,
        once: Option<&IdempotentRequest>,
    ) -> Result<(Order, bool), ShopRefusal> {
        let (result, replayed) = self.order_or_refusal(id, request, by, once).await?;
        Ok((result?, replayed))
    }

    /// The same, where a stored refusal is told from a new one.
    pub async fn order_or_refusal(
        &self,
        id: RestaurantId,
        request: OrderRequest,
        by: &Authority,
        once: Option<&IdempotentRequest>,
    ) -> Result<Answered, ShopRefusal> {
        let placing = Placing::new(&request, by, once);
        // On the heap: as a part of what waits for it, it would be larger than a stack has room for.
        let work = async { Outcomes(in_time(Box::pin(self.place(id, placing))).await) };
        let done = record_command(CommandKind::Order, by.actor, None, work).await;
        let (result, replayed) = done.0?;
        Ok((result.and_then(|order| shown(order, by)), replayed))
    }

    /// The stored answer to an earlier sending of a request, for one that is not let in again.
    pub async fn order_before(
        &self,
        by: &Authority,
        once: &IdempotentRequest,
    ) -> Result<Option<Answered>, ShopRefusal> {
        let once = once.of(by.key_scope());
        let stored = in_time(async {
            let text = self.store.idempotency_record(once.name()).await?;
            let stored = text.map(|text| once.stored_result(&text));
            Ok(stored.transpose()?)
        });
        let stored: Option<Answered> = stored.await?;
        let seen = |(result, replayed): Answered| {
            let result = result.and_then(|order| shown(order, by));
            (result, replayed)
        };
        Ok(stored.map(seen))
    }

    /// Tries until it is placed or refused.
    async fn place(
        &self,
        id: RestaurantId,
        mut placing: Placing<'_>,
    ) -> Result<Answered, ShopFailure> {
        let viewer = placing.by.viewer.clone();
        viewer.may(CommandKind::Order, None).check()?;
        let _turn = match self.orders.guests_turn(&viewer, None).await {
            Ok(turn) => turn,
            Err(failure) => return self.earlier_or(&placing, failure.into()).await,
        };
        let mut known = self.heard(id).await?;
        loop {
            let refusal = match self.decide(&known, &placing) {
                Ok(decided) => match self.commit_order(decided, &mut placing).await? {
                    Attempt::Answered(answered) => return Ok(*answered),
                    Attempt::Again => continue,
                    Attempt::Conflict => {
                        known = self.newest(known, &mut placing).await?;
                        continue;
                    }
                    Attempt::Full => {
                        // The store has compared the counter before it looked for room.
                        known.is_stored = true;
                        continue;
                    }
                },
                Err(ShopFailure::Refused(refusal)) => refusal,
                Err(failure) => return Err(failure),
            };
            if known.is_stored
                && let Some(answered) = self.refused(&known, refusal, &placing).await?
            {
                return Ok(answered);
            }
            known = self.newest(known, &mut placing).await?;
        }
    }

    /// The pizzeria as this instance knows it.
    async fn heard(&self, id: RestaurantId) -> Result<Known, ShopFailure> {
        let shop = self.find(&ShopRef::Id(id)).await?;
        let menu = self.menu(&shop).await?;
        Ok(Known {
            shop,
            menu,
            is_stored: false,
        })
    }

    /// The pizzeria as it is stored, of which the menu is read where it has another revision; and who orders, after a
    /// conflict that may have been about the account.
    async fn newest(&self, known: Known, placing: &mut Placing<'_>) -> Result<Known, ShopFailure> {
        if placing.by.standing.is_some() {
            placing.by = self.accounts.renew(&placing.by).await?;
        }
        let id = known.shop.profile.id;
        let shop: KnownShop = self.read_shop(id, None).await?.into();
        let menu = match shop.counter.menu_revision == known.shop.counter.menu_revision {
            true => known.menu,
            false => Arc::new(self.read_menu(id, &[]).await?.menu()),
        };
        Ok(Known {
            shop,
            menu,
            is_stored: true,
        })
    }

    fn decide(&self, known: &Known, placing: &Placing<'_>) -> Result<Decided, ShopFailure> {
        let Known { shop, menu, .. } = known;
        let quote = &placing.request.quote;
        let to = self.located(quote.place.destination());
        let room = self.room(shop).until_stored(placing.full.clone());
        let basis = Basis {
            shop,
            menu,
            zone: &zone(&shop.profile)?,
            currency: self.currency,
            to: &to,
            room: &room,
            now: now(),
        };
        let sale = basis.sale(&quote.lines, quote.when)?;
        let id = self.orders.new_id(placing.attempt)?;
        placing.decide(shop, sale, id, basis.now)
    }

    async fn commit_order(
        &self,
        decided: Decided,
        placing: &mut Placing<'_>,
    ) -> Result<Attempt, ShopFailure> {
        let Decided {
            order,
            mut batch,
            slot_fill,
        } = decided;
        let result = Ok(order);
        placing.prepare(&mut batch, &result)?;
        let order = result.as_ref().ok();
        Ok(match self.orders.commit(batch, order).await? {
            Outcome::Committed(_) => {
                slot_filled(slot_fill);
                Attempt::Answered(Box::new((result, false)))
            }
            Outcome::Replayed(text, _) => Attempt::Answered(Box::new(placing.stored(&text)?)),
            Outcome::Conflict => {
                placing.attempt += 1;
                Attempt::Conflict
            }
            Outcome::NotHighest(_) => {
                placing.attempt += 1;
                Attempt::Again
            }
            Outcome::Full(index) => {
                order.inspect(|order| placing.note_full(order, &index));
                Attempt::Full
            }
        })
    }

    /// Answers with a refusal, which is stored under the key of the request, if it has one: it is of the counter as it
    /// stands. `None`: it has changed.
    async fn refused(
        &self,
        known: &Known,
        refusal: ShopRefusal,
        placing: &Placing<'_>,
    ) -> Result<Option<Answered>, ShopFailure> {
        if placing.once.is_none() || !refusal.is_of_state() {
            return self.earlier_or(placing, refusal.into()).await.map(Some);
        }
        let mut batch = Batch {
            expect: vec![expected(&known.shop)],
            ..Batch::default()
        };
        let result = Err(refusal);
        placing.prepare(&mut batch, &result)?;
        Ok(match self.orders.commit(batch, None).await? {
            Outcome::Committed(_) => Some((result, false)),
            Outcome::Replayed(text, _) => Some(placing.stored(&text)?),
            Outcome::Conflict | Outcome::NotHighest(_) | Outcome::Full(_) => None,
        })
    }

    /// The stored answer to an earlier sending, or else this failure.
    async fn earlier_or(
        &self,
        placing: &Placing<'_>,
        failure: ShopFailure,
    ) -> Result<Answered, ShopFailure> {
        let Some(once) = &placing.once else {
            return Err(failure);
        };
        match self.store.idempotency_record(once.name()).await? {
            Some(text) => placing.stored(&text),
            None => Err(failure),
        }
    }
}

/// The order as who has placed it sees it.
fn shown(order: Order, by: &Authority) -> Result<Order, ShopRefusal> {
    let id = order.id;
    let unknown = || Error::UnknownOrder(id).into();
    by.viewer.shown(order).ok_or_else(unknown)
}

/// What came of one attempt to store an order.
enum Attempt {
    Answered(Box<Answered>),
    /// With a higher id.
    Again,
    /// Something that it was made from has changed.
    Conflict,
    /// One of its slots has no room.
    Full,
}
