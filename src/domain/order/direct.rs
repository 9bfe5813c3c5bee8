//! What is particular to a direct order: how it begins, the answer of its kitchen and until when, its promise, its ticks.

use super::{
    Order,
    command::{DelayMinutes, DirectOrder, LineNumber, Pieces},
};
use crate::domain::{
    Actor, CommandKind, Error, EventType, FieldError, Minutes, OrderId, Status, Time, Times,
};
use chrono::TimeDelta;

const MINUTE: i64 = 60_000;

/// The whole minutes from one moment to another, rounded up. None for more than a day, and for none.
fn minutes_between(from: Time, to: Time) -> Option<Minutes> {
    let millis = u64::try_from((to - from).num_milliseconds()).ok()?;
    let minutes = millis.div_ceil(MINUTE as u64);
    u16::try_from(minutes).ok()?.try_into().ok()
}

impl Order {
    /// A new order, as a customer has made it from a menu.
    pub fn direct(id: OrderId, from: DirectOrder, now: Time) -> (Order, EventType) {
        let basket = from.basket;
        let mut times = Times::default();
        times.enter(Status::CustomerAccepted, now);
        let order = Order {
            id,
            supplier_name: from.supplier_name,
            pizza_name: from.pizza_name,
            supplier_price: from.supplier_price,
            customer_price: Some(basket.bill.total),
            markup_percentage: from.markup_percentage,
            status: Status::CustomerAccepted,
            customer_name: Some(from.customer_name),
            delivery_address: basket.place.as_ref().and_then(|place| place.address()),
            driver_name: None,
            estimated_delivery_time: minutes_between(now, basket.promise.to),
            supplier_notes: None,
            created_at: now,
            updated_at: now,
            version: 1,
            times,
            customer_id: from.customer_id,
            driver_id: None,
            restaurant_id: Some(from.restaurant_id),
            cancellation: None,
            basket: Some(basket),
        };
        (order, EventType::CustomerAccepted)
    }

    /// Whether it is a direct order that its kitchen has yet to answer.
    pub fn is_unanswered(&self) -> bool {
        let basket = self.basket.as_ref();
        self.status == Status::CustomerAccepted
            && basket.is_some_and(|basket| basket.answered_at.is_none())
    }

    /// Whether it is a direct order that its kitchen has answered, and not yet begun.
    pub(super) fn is_answered(&self) -> bool {
        let is_direct = self.basket.is_some();
        is_direct && self.status == Status::CustomerAccepted && !self.is_unanswered()
    }

    /// When its kitchen is to begin with it, where it is ordered for later: at the first of its slots.
    pub fn begins_at(&self) -> Option<Time> {
        let basket = self.basket.as_ref()?;
        let slots = basket.kitchen_slots.iter();
        slots.min().copied().filter(|_| !basket.promise.asap)
    }

    /// How many pieces of a direct order are not ticked.
    pub fn unticked(&self) -> u32 {
        let lines = self.basket.iter().flat_map(|basket| &basket.lines);
        lines
            .map(|line| line.quantity - line.done.min(line.quantity))
            .sum()
    }

    /// Where it stands in its kitchen, or stood when it was cancelled: what is still to be answered stands beside the
    /// offers that are.
    pub fn kitchen_stage(&self) -> Status {
        let is_unanswered = self
            .basket
            .as_ref()
            .map(|basket| basket.answered_at.is_none());
        match (self.cancelled_from().unwrap_or(self.status), is_unanswered) {
            (Status::CustomerAccepted, Some(true)) => Status::PendingSupplier,
            (stage, _) => stage,
        }
    }

    /// Whether the time for its answer is over.
    fn is_overdue(&self, now: Time) -> bool {
        let answer_by = self.basket.as_ref().and_then(|basket| basket.answer_by);
        answer_by.is_some_and(|by| now >= by)
    }

    /// Its kitchen takes it on. An offer has no answer to keep.
    pub(super) fn answer(
        &mut self,
        command: CommandKind,
        actor: Actor,
        now: Time,
    ) -> Result<(), Error> {
        if self.basket.is_none() {
            return Ok(());
        }
        if !self.is_unanswered() {
            return Err(self.refusal(command, actor).into());
        }
        if self.is_overdue(now) {
            return Err(Error::TooLate);
        }
        self.set_answered(now);
        Ok(())
    }

    /// Its kitchen does not want it: that is never too late.
    pub(super) fn reject(&mut self, actor: Actor, now: Time) -> Result<(), Error> {
        if self.basket.is_some() && !self.is_unanswered() {
            return Err(self.refusal(CommandKind::Reject, actor).into());
        }
        self.set_answered(now);
        Ok(())
    }

    fn set_answered(&mut self, now: Time) {
        if let Some(basket) = &mut self.basket {
            basket.answered_at = Some(now);
        }
    }

    /// The market ends only what was not answered in time.
    pub(super) fn check_expired(&self, actor: Actor, now: Time) -> Result<(), Error> {
        match self.is_unanswered() && self.is_overdue(now) {
            true => Ok(()),
            false => Err(self.refusal(CommandKind::Expire, actor).into()),
        }
    }

    /// What a kitchen says with its acceptance. The promise of a direct order ends then, as wide as before; one for a
    /// time that the customer chose is no earlier for it. Where it says nothing, that promise stays.
    pub(super) fn promise(&mut self, minutes: Option<Minutes>, now: Time) {
        let Some(basket) = &mut self.basket else {
            self.estimated_delivery_time = minutes;
            return;
        };
        let Some(said) = minutes else {
            return;
        };
        let (promise, to) = (
            &mut basket.promise,
            now + TimeDelta::minutes(said.get().into()),
        );
        if promise.asap || to > promise.to {
            let width = promise.to - promise.from;
            (promise.from, promise.to) = (to + -width, to);
            self.estimated_delivery_time = minutes;
        }
    }

    /// Moves the promise of an order that is answered.
    pub(super) fn postpone(&mut self, minutes: DelayMinutes, actor: Actor) -> Result<(), Error> {
        let refusal = self.refusal(CommandKind::Delay, actor);
        let answered = self
            .basket
            .as_mut()
            .filter(|basket| basket.answered_at.is_some());
        let Some(basket) = answered else {
            return Err(refusal.into());
        };
        let (promise, more) = (
            &mut basket.promise,
            TimeDelta::minutes(minutes.get().into()),
        );
        (promise.from, promise.to) = (promise.from + more, promise.to + more);
        let later = |estimated: Minutes| (estimated.get() + minutes.get()).try_into().ok();
        self.estimated_delivery_time = self.estimated_delivery_time.and_then(later);
        Ok(())
    }

    /// Ticks so many pieces of a line: `false` where so many are ticked.
    pub(super) fn tick(&mut self, line: LineNumber, done: Pieces) -> Result<bool, Error> {
        let lines = self.basket.as_mut().map(|basket| &mut basket.lines);
        let lines = lines.map(Vec::as_mut_slice).unwrap_or_default();
        let last = lines.len().saturating_sub(1);
        let Some(line) = lines.get_mut(usize::from(line.get())) else {
            let error = FieldError::out_of_range(0, last);
            return Err(Error::invalid("line", error));
        };
        let done = u32::from(done.get());
        if done > line.quantity {
            let error = FieldError::out_of_range(0, line.quantity);
            return Err(Error::invalid("done", error));
        }
        let is_new = line.done != done;
        line.done = done;
        Ok(is_new)
    }
}
