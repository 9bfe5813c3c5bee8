//! The order, what may be asked of it, and how it changes. Time and ids come in as arguments.

pub mod command;
pub mod facts;
pub mod id;
pub mod lifecycle;
#[cfg(test)]
mod order_tests;
pub mod search;
pub mod times;
pub mod verify_history;

use super::{
    AccountId, Actor, Address, Cents, Command, CommandKind, Error, EventType, Markup, Minutes,
    Name, Notes, Offer, OrderId, Price, Refusal, Role, Status, Time, Times, customer_price,
    is_blank,
};
use chrono::TimeDelta;
use lifecycle::{Transition, transition_between};
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
        };
        (order, EventType::Created)
    }

    /// The order after `command`, and what that is called; or the refusal, if the lifecycle has no such move
    /// from here for `actor`.
    pub fn apply(
        mut self,
        command: Command,
        actor: Actor,
        now: Time,
    ) -> Result<(Order, EventType), Refusal> {
        let kind = command.kind();
        let Some(step) = self.status.transition(kind, actor) else {
            return Err(Refusal {
                status: self.status,
                command: kind,
                actor,
            });
        };
        match command {
            Command::Accept { notes, minutes } => {
                self.supplier_notes = notes;
                self.estimated_delivery_time = minutes;
            }
            Command::Reject { reason } => self.supplier_notes = reason,
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
            // Supplier's notes are the supplier's.
            Command::Cancel {
                reason: Some(reason),
            } if actor == Actor::As(Role::Supplier) => self.supplier_notes = Some(reason),
            Command::Prepare
            | Command::MarkReady
            | Command::SetOff
            | Command::Deliver
            | Command::Recall
            | Command::Cancel { .. } => {}
        }
        // A clock that was set back must not put a change before the one that it follows.
        self.updated_at = now.max(self.updated_at);
        if step.to != self.status {
            self.times.enter(step.to, self.updated_at);
        }
        self.status = step.to;
        self.version += 1;
        Ok((self, step.event))
    }

    /// What everybody who sees it may know: without who it goes to, and who brings it.
    pub fn outside(self) -> Order {
        Order {
            customer_name: None,
            delivery_address: None,
            customer_id: None,
            driver_id: None,
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

    /// When it was promised to be at the door: the supplier's minutes after a customer accepted it.
    pub fn promised(&self) -> Option<Time> {
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
    /// promised or as usual. Everything else: since when it stands there.
    pub fn due(&self) -> Time {
        let is_awaited = self.customer_name.is_some() && !self.status.is_final();
        let usual = || Some(self.ordered()? + USUALLY);
        let due = is_awaited.then(|| self.promised().or_else(usual)).flatten();
        due.unwrap_or_else(|| self.since())
    }

    /// The status that it had before its last change; none for a new order.
    pub fn status_before(&self) -> Option<Status> {
        let before = self.times.last_but_one().filter(|_| self.version > 1);
        before.map(|(status, _)| status)
    }

    /// The status that it had when it was cancelled.
    pub fn cancelled_from(&self) -> Option<Status> {
        let (before, _) = self.times.last_but_one()?;
        (self.status == Status::Cancelled).then_some(before)
    }

    /// The move that led to its status. Nothing for an order that comes from elsewhere, where none leads from the one
    /// status that is known to the other.
    pub fn last_move(&self) -> Option<&'static Transition> {
        let before = self.times.last_but_one().map(|(status, _)| status);
        transition_between(before, self.status)
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
