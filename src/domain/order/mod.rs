//! The order, what may be asked of it, and how it changes. Time and ids come in as arguments.

pub mod cancellation;
pub mod command;
#[cfg(test)]
mod command_tests;
mod direct;
#[cfg(test)]
mod direct_tests;
pub mod facts;
pub mod id;
pub mod lifecycle;
#[cfg(test)]
mod lifecycle_tests;
#[cfg(test)]
mod order_tests;
pub mod search;
pub mod times;
pub mod verify_history;

use super::{
    AccountId, Actor, Address, Cancellation, CancellationCode, Cents, Command, CommandKind, Error,
    EventType, Markup, Minutes, Name, Notes, Offer, OrderId, Origin, Price, Refusal, Role, Status,
    Time, Times, customer_price, is_blank,
    shop::basket::{Basket, RestaurantId},
};
use chrono::TimeDelta;
use lifecycle::{Transition, transitions_between};
use serde::{Deserialize, Serialize};

/// How long it takes from a customer's order to the door, where the kitchen promises no time.
const USUALLY: TimeDelta = TimeDelta::minutes(30);

/// One pizza on its way from offer to doorstep. The fields stand in the order of the wire contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub supplier_name: Name,
    pub pizza_name: Name,
    pub supplier_price: Price,
    /// Set when a customer takes the offer.
    pub customer_price: Option<Cents>,
    pub markup_percentage: Markup,
    pub status: Status,
    pub customer_name: Option<Name>,
    pub delivery_address: Option<Address>,
    pub driver_name: Option<Name>,
    pub estimated_delivery_time: Option<Minutes>,
    pub supplier_notes: Option<Notes>,
    pub created_at: Time,
    pub updated_at: Time,
    /// 1 at creation, one more with each change.
    pub version: u32,
    /// For each status that it has had, when it last got there.
    pub times: Times,
    /// The account, or the guest, that has taken it. `None` in the open mode, and where a program took it.
    pub customer_id: Option<AccountId>,
    /// The driver's account. `None` in the open mode, and for a courier from elsewhere.
    pub driver_id: Option<AccountId>,
    /// The pizzeria that makes it, where one has its name.
    pub restaurant_id: Option<RestaurantId>,
    /// How it ended, where it is cancelled or rejected, and was so since orders say it.
    pub cancellation: Option<Cancellation>,
    /// What a customer has ordered from a menu. `None`: it is, or was, an offer.
    pub basket: Option<Box<Basket>>,
}

/// Which versions of an order a change may be made to.
#[derive(Clone, Debug, PartialEq)]
pub enum Precondition {
    Any,
    /// A weak tag names a version as well, but one that something on the way has changed: it never holds.
    OneOf {
        versions: Vec<u32>,
        weak: bool,
    },
}

impl Precondition {
    pub fn version(version: u32) -> Precondition {
        Precondition::OneOf {
            versions: vec![version],
            weak: false,
        }
    }
}

impl Order {
    /// A new order, as the supplier offers it.
    pub fn new(id: OrderId, offer: Offer, now: Time) -> (Order, EventType) {
        let order = Order {
            id,
            supplier_name: offer.supplier_name,
            pizza_name: offer.pizza_name,
            supplier_price: offer.supplier_price,
            customer_price: None,
            markup_percentage: offer.markup_percentage,
            status: Status::PendingSupplier,
            customer_name: None,
            delivery_address: None,
            driver_name: None,
            estimated_delivery_time: None,
            supplier_notes: None,
            created_at: now,
            updated_at: now,
            version: 1,
            times: Times::known(now, Status::PendingSupplier, now),
            customer_id: None,
            driver_id: None,
            restaurant_id: offer.restaurant_id,
            cancellation: None,
            basket: None,
        };
        (order, EventType::Created)
    }

    /// How it has come about.
    pub fn origin(&self) -> Origin {
        match self.basket {
            None => Origin::Offer,
            Some(_) => Origin::Direct,
        }
    }

    /// The move that `command` makes of it, if `actor` may make it.
    pub fn transition(&self, command: CommandKind, actor: Actor) -> Option<&'static Transition> {
        self.status.transition(command, self.origin(), actor)
    }

    /// The order after `command`, and what that is called; or the refusal, if the lifecycle has no such move
    /// from here for `actor`. Where everything is so already, the order comes back at the version that it had.
    pub fn apply(
        mut self,
        command: Command,
        actor: Actor,
        now: Time,
    ) -> Result<(Order, EventType), Error> {
        let kind = command.kind();
        let Some(step) = self.transition(kind, actor) else {
            return Err(self.refusal(kind, actor).into());
        };
        // A clock that was set back must not put a change before the one that it follows.
        let now = now.max(self.updated_at);
        if !self.write(command, actor, now)? {
            return Ok((self, step.event));
        }
        self.updated_at = now;
        if step.to != self.status {
            self.times.enter(step.to, now);
        }
        self.status = step.to;
        self.version += 1;
        Ok((self, step.event))
    }

    /// What a command writes beside the status. `false`: it is so already.
    fn write(&mut self, command: Command, actor: Actor, now: Time) -> Result<bool, Error> {
        let kind = command.kind();
        match command {
            Command::Accept { notes, minutes } => {
                self.answer(kind, actor, now)?;
                self.promise(minutes, now);
                self.supplier_notes = notes;
            }
            Command::Reject { code, reason } => {
                self.reject(actor, now)?;
                self.supplier_notes = reason;
                self.end(code, actor);
            }
            Command::Take {
                customer_name,
                delivery_address,
                customer_id,
            } => {
                self.customer_id = customer_id;
                self.customer_price = Some(self.total());
                self.customer_name = Some(customer_name);
                self.delivery_address = Some(delivery_address);
            }
            Command::Prepare if self.is_unanswered() => self.answer(kind, actor, now)?,
            Command::Dispatch {
                driver_name,
                driver_id,
            } => {
                self.driver_name = Some(driver_name);
                self.driver_id = driver_id;
            }
            Command::Recall if self.status == Status::Dispatched => {
                (self.driver_name, self.driver_id) = (None, None);
            }
            Command::Cancel { code, reason } => {
                // Supplier's notes are the supplier's.
                if matches!(actor, Actor::AnyRole | Actor::As(Role::Supplier)) {
                    self.supplier_notes = reason.or(self.supplier_notes.take());
                }
                self.end(code, actor);
            }
            Command::Expire => {
                self.check_expired(actor, now)?;
                self.end(CancellationCode::NoAnswer, actor);
            }
            Command::Delay { minutes, notes } => {
                self.postpone(minutes, actor)?;
                self.supplier_notes = notes.or(self.supplier_notes.take());
            }
            Command::Check { line, done } => return self.tick(line, done),
            Command::Prepare
            | Command::MarkReady
            | Command::SetOff
            | Command::Deliver
            | Command::Recall => {}
        }
        Ok(true)
    }

    fn refusal(&self, command: CommandKind, actor: Actor) -> Refusal {
        Refusal {
            status: self.status,
            command,
            actor,
            origin: self.origin(),
            is_answered: self.is_answered(),
        }
    }

    /// Notes how it ends, before it leaves its status.
    fn end(&mut self, code: CancellationCode, actor: Actor) {
        let by = match actor {
            Actor::AnyRole => None,
            Actor::As(role) => Some(role),
        };
        let from = self.status;
        self.cancellation = Some(Cancellation { code, by, from });
    }

    /// What everybody who sees it may know: without who it goes to, and who brings it.
    pub fn outside(self) -> Order {
        Order {
            customer_name: None,
            delivery_address: None,
            customer_id: None,
            driver_id: None,
            basket: self.basket.map(|basket| Box::new(basket.outside())),
            ..self
        }
    }

    /// Refuses if the order is at none of the expected versions.
    pub fn check(&self, expected: &Precondition) -> Result<(), Error> {
        let (version, status) = (self.version, self.status);
        match expected {
            Precondition::OneOf { versions, weak } if !versions.contains(&version) => {
                Err(match weak {
                    true => Error::WeakPrecondition { version, status },
                    false => Error::PreconditionFailed { version, status },
                })
            }
            _ => Ok(()),
        }
    }

    /// Whether its texts hold every word of `text`; words in double quotes belong together. `fold` removes what makes no
    /// difference: capitals and accents. Every order holds nothing at all.
    pub fn mentions(&self, text: &str, fold: fn(&str) -> String) -> bool {
        if is_blank(text) {
            return true;
        }
        let wanted = fold(text);
        let number = self.id.number();
        let texts = [
            Some(&*number),
            Some(&*self.pizza_name),
            Some(&*self.supplier_name),
            self.customer_name.as_deref(),
            self.delivery_address.as_deref(),
            self.driver_name.as_deref(),
            self.supplier_notes.as_deref(),
        ];
        let texts: Vec<_> = texts.into_iter().flatten().map(fold).collect();
        let is_there = |part: &str| texts.iter().any(|text| text.contains(part));
        let mut quoted = wanted.split('"').zip([false, true].into_iter().cycle());
        quoted.all(|(part, is_quoted)| match is_quoted {
            true => is_there(part.trim()),
            false => part.split_whitespace().all(is_there),
        })
    }

    /// The latest moment that it holds, in its id or as a time.
    pub fn latest(&self) -> Time {
        self.updated_at.max(self.id.time().unwrap_or_default())
    }

    /// Since when it has its status.
    pub fn since(&self) -> Time {
        self.times.at(self.status).unwrap_or(self.updated_at)
    }

    /// When a customer accepted it. (An order that was taken back to there got there again; what it has been through
    /// since the customer's order says more.)
    pub fn ordered(&self) -> Option<Time> {
        let since = [Status::CustomerAccepted, Status::Preparing, Status::Ready];
        let since = since.map(|status| self.times.at(status));
        since[0].and(since.into_iter().flatten().min())
    }

    /// When it was promised to be at the door: the end of the range that a direct order has, or the supplier's minutes
    /// after a customer accepted it.
    pub fn promised(&self) -> Option<Time> {
        if let Some(basket) = &self.basket {
            return Some(basket.promise.to);
        }
        let minutes = self.estimated_delivery_time?.get();
        Some(self.ordered()? + TimeDelta::minutes(minutes.into()))
    }

    /// How much later than promised it is, while a customer waits for it, or was at the door. Nothing where it is in time.
    pub fn delay(&self, now: Time) -> Option<TimeDelta> {
        let end = match self.status {
            Status::Delivered => self.since(),
            status if status.is_final() => return None,
            _ => now,
        };
        Some(end - self.promised()?).filter(|delay| *delay > TimeDelta::zero())
    }

    /// Whether a customer waits for it longer than was promised.
    pub fn is_late(&self, now: Time) -> bool {
        !self.status.is_final() && self.delay(now).is_some()
    }

    /// Its turn among the orders of its status. What is on its way to a customer: when it is to be at the door, as
    /// promised or as usual. What a kitchen has to answer: until when. Everything else: since when it stands there.
    pub fn due(&self) -> Time {
        if let (true, Some(basket)) = (self.is_unanswered(), &self.basket) {
            let promised = basket.promise.to;
            return basket.answer_by.map_or(promised, |by| by.min(promised));
        }
        let is_awaited = self.customer_name.is_some() && !self.status.is_final();
        let usual = || Some(self.ordered()? + USUALLY);
        let due = is_awaited.then(|| self.promised().or_else(usual)).flatten();
        due.unwrap_or_else(|| self.since())
    }

    /// The status that it had before it got to this one; none for a new order.
    pub fn status_before(&self) -> Option<Status> {
        let before = self.times.last_but_one().filter(|_| self.version > 1);
        before.map(|(status, _)| status)
    }

    /// The status that it had when it was cancelled.
    pub fn cancelled_from(&self) -> Option<Status> {
        let before = || self.times.last_but_one().map(|(before, _)| before);
        let left = self.cancellation.map(|cancellation| cancellation.from);
        left.or_else(before)
            .filter(|_| self.status == Status::Cancelled)
    }

    /// The move that led to its status. Nothing for an order that comes from elsewhere, where none leads from the one
    /// status that is known to the other.
    pub fn last_move(&self) -> Option<&'static Transition> {
        let before = self.times.last_but_one().map(|(status, _)| status);
        let is_expired = self
            .cancellation
            .is_some_and(|cancellation| cancellation.code == CancellationCode::NoAnswer);
        transitions_between(self.origin(), before, self.status)
            .find(|step| (step.command == CommandKind::Expire) == is_expired)
    }

    /// Whether its last step was taken back, and none was made since.
    pub fn is_recalled(&self) -> bool {
        self.last_move()
            .is_some_and(|step| step.command == CommandKind::Recall)
    }

    /// The status that it had before this one, and for how long, where that is known.
    pub fn last_stage(&self) -> Option<(Status, TimeDelta)> {
        let (before, since) = self.times.last_but_one()?;
        self.last_move().map(|_| (before, self.since() - since))
    }

    /// What the customer pays, or would pay.
    pub fn total(&self) -> Cents {
        self.customer_price
            .unwrap_or_else(|| customer_price(self.supplier_price, self.markup_percentage))
    }

    /// The market's part of it: the total without the supplier's price.
    pub fn market_part(&self) -> Cents {
        self.total() - self.supplier_price.cents()
    }
}
