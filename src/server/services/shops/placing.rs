//! One order on its way into the store, however often that has to be tried.

use super::{
    catalog::KnownShop,
    documents,
    order_request::OrderRequest,
    pricing::Sale,
    refusal::{ShopFailure, ShopRefusal},
};
use crate::{
    domain::{
        DirectOrder, Error, FieldError, InvalidField, Order, OrderId, ShopKind, Time,
        shop::{
            basket::{Basket, Place, Promise},
            title::pizza_name,
        },
    },
    server::{
        services::{
            accounts::Authority, failure::COMMIT_DEADLINE, idempotency::IdempotentRequest,
            order_documents,
        },
        store::{Batch, Index, JsonText, Key},
        telemetry::trace,
    },
};
use std::{collections::BTreeSet, time::Instant};

/// How large the document of an order can be at first. What its kitchen adds is small.
const MAX_BYTES: usize = 31 * 1024;

/// An order that was placed, or why not; and whether it is the stored answer to an earlier sending.
pub type Answered = (Result<Order, ShopRefusal>, bool);

pub struct Placing<'a> {
    pub request: &'a OrderRequest,
    pub by: Authority,
    pub once: Option<IdempotentRequest>,
    pub attempt: u32,
    /// The slots that the store has found full.
    pub full: BTreeSet<Time>,
    deadline: Instant,
}

/// An order that can be placed, and the change that does it, if the counter is still the one that it was made from.
pub struct Decided {
    pub order: Order,
    pub batch: Batch,
    /// How full its slot is with it.
    pub slot_fill: f64,
}

impl<'a> Placing<'a> {
    pub fn new(
        request: &'a OrderRequest,
        by: &Authority,
        once: Option<&IdempotentRequest>,
    ) -> Placing<'a> {
        Placing {
            request,
            by: by.clone(),
            once: once.map(|once| once.of(by.key_scope())),
            attempt: 0,
            full: BTreeSet::new(),
            deadline: Instant::now() + COMMIT_DEADLINE,
        }
    }

    /// Makes the order of what is sold.
    ///
    /// # Errors
    /// Where its customer has not agreed to that, or it is too large.
    pub fn decide(
        &self,
        shop: &KnownShop,
        sale: Sale<'_>,
        id: OrderId,
        now: Time,
    ) -> Result<Decided, ShopFailure> {
        let promise = self.agreed(&sale)?;
        let slot_fill = sale.slot_fill();
        let made = Order::direct(id, self.direct_order(shop, sale, promise, now)?, now);
        let actor = self.by.event_actor();
        let mut batch = order_documents::creation(std::slice::from_ref(&made), actor.as_ref())?;
        if batch.put.iter().any(|(_, text)| text.len() > MAX_BYTES) {
            let why = "The order is too large: it needs fewer lines or choices.";
            return Err(vec![InvalidField::fault("lines", why)].into());
        }
        let (order, _) = made;
        let most = u64::from(shop.profile.orders.slot_orders.get());
        batch.room = order_documents::slots(&order)
            .map(|slot| (slot, most))
            .collect();
        batch.expect.push(expected(shop));
        Ok(Decided {
            order,
            batch,
            slot_fill,
        })
    }

    /// What is promised, where the customer has agreed to it and to the price.
    fn agreed(&self, sale: &Sale<'_>) -> Result<Promise, ShopRefusal> {
        let promise = sale.quote.promise.clone().ok_or(Error::Internal)?;
        let OrderRequest {
            agreed_total,
            agreed_until,
            ..
        } = *self.request;
        let is_later = promise.to > agreed_until;
        if is_later && sale.soonest_end.is_some_and(|end| end <= agreed_until) {
            // Others have taken the places since.
            return Err(sale.slot_full());
        }
        if is_later || sale.quote.bill.to_pay > agreed_total {
            let quote = Box::new(sale.quote.clone());
            return Err(ShopRefusal::QuoteChanged { quote });
        }
        Ok(promise)
    }

    fn direct_order(
        &self,
        shop: &KnownShop,
        sale: Sale<'_>,
        promise: Promise,
        now: Time,
    ) -> Result<DirectOrder, ShopRefusal> {
        let (profile, request) = (&shop.profile, self.request);
        let place = self.place(&sale)?;
        let quote = sale.quote;
        let basket = Basket {
            lines: quote.lines,
            bill: quote.bill,
            notes: request.notes.clone(),
            phone: Some((*request.phone).clone()),
            place: Some(place),
            promise,
            kitchen_slots: sale.kitchen_slots,
            answer_by: sale.answer_by,
            // A kitchen that accepts by itself has answered.
            answered_at: sale.answer_by.is_none().then_some(now),
            menu_revision: quote.menu_revision,
        };
        Ok(DirectOrder {
            restaurant_id: profile.id,
            supplier_name: profile.name.clone(),
            pizza_name: pizza_name(&basket.lines).ok_or(Error::Internal)?,
            supplier_price: basket.bill.supplier_price().ok_or(Error::Internal)?,
            markup_percentage: profile.markup_percentage,
            customer_name: request.customer_name.clone(),
            customer_id: self.by.customer(),
            basket: Box::new(basket),
        })
    }

    fn place(&self, sale: &Sale<'_>) -> Result<Place, ShopRefusal> {
        let asked = &self.request.quote.place;
        let missing = |name: &str| ShopRefusal::invalid(name, FieldError::Missing);
        Ok(Place {
            street: asked
                .street
                .clone()
                .ok_or_else(|| missing("place.street"))?,
            postcode: asked
                .postcode
                .clone()
                .ok_or_else(|| missing("place.postcode"))?,
            town: asked.town.clone().ok_or_else(|| missing("place.town"))?,
            area: sale.area.name.clone(),
            point: asked.point,
        })
    }

    /// Adds what every commit of this order expects and stores.
    pub fn prepare(
        &self,
        batch: &mut Batch,
        result: &Result<Order, ShopRefusal>,
    ) -> Result<(), ShopFailure> {
        let standing = self.by.standing.iter();
        let expected = standing.flat_map(|standing| standing.expected());
        batch.expect.extend(expected);
        (batch.deadline, batch.trace) = (Some(self.deadline), trace::parent());
        let once = self.once.as_ref().map(|once| once.record(result));
        batch.idempotency = once.transpose()?;
        Ok(())
    }

    /// The answer that is stored under the key.
    pub fn stored(&self, text: &JsonText) -> Result<Answered, ShopFailure> {
        match &self.once {
            Some(once) => Ok(once.stored_result(text)?),
            None => Err(Error::Internal.into()),
        }
    }

    /// One of the slots of an order has no room.
    pub fn note_full(&mut self, order: &Order, full: &Index) {
        let slots = order_documents::taken_slots(order);
        let of_index = slots.zip(order_documents::slots(order));
        let found = of_index.filter(|(_, index)| index == full);
        self.full.extend(found.map(|(slot, _)| slot));
    }
}

/// The counter that an order was made from, as a commit expects it.
pub fn expected(shop: &KnownShop) -> (Key, Option<JsonText>) {
    let key = documents::key(ShopKind::Counter, shop.profile.id);
    (key, Some(shop.counter_text.clone()))
}
