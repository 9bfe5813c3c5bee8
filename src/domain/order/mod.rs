//! The order, what may be asked of it, and how it changes. Time and ids come in as arguments.

pub mod lifecycle;
pub mod replay;
pub mod search;
pub mod times;

use super::{
    Actor, Address, Cents, CommandKind, Error, EventType, Field, FieldError, Fields, Markup,
    Minutes, Name, Notes, Price, Refusal, Role, Status, Time, Times, ValueKind, customer_price,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A version 7 UUID, so that ids sort by creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(pub Uuid);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OrderId {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        Uuid::try_parse(text)
            .map(OrderId)
            .map_err(|_| FieldError::NotAnId)
    }
}

impl OrderId {
    /// The id that would come next.
    pub fn after(self) -> OrderId {
        OrderId(Uuid::from_u128(self.0.as_u128().wrapping_add(1)))
    }

    /// What the ids of orders made from then on are not below, as far as the clock that made them was right.
    pub fn first_at(time: Time) -> OrderId {
        let millis = time.millis().max(0) as u128;
        OrderId(Uuid::from_u128(millis << 80))
    }

    /// Four characters to call out in a kitchen. They come from the random end, and need not be unique.
    pub fn number(self) -> String {
        format!("{:04X}", self.0.as_u128() & 0xffff)
    }
}

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
}

/// What a supplier offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub supplier_name: Name,
    pub pizza_name: Name,
    pub supplier_price: Price,
    pub markup_percentage: Markup,
}

/// What is to be done with an order that exists.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Accept {
        notes: Option<Notes>,
        minutes: Option<Minutes>,
    },
    Reject {
        reason: Option<Notes>,
    },
    Take {
        customer_name: Name,
        delivery_address: Address,
    },
    Prepare,
    MarkReady,
    Dispatch {
        driver_name: Name,
    },
    SetOff,
    Deliver,
    Cancel {
        /// Why, where it is the supplier who cancels.
        reason: Option<Notes>,
    },
}

/// Which versions of an order a change may be made to.
#[derive(Clone, Debug, PartialEq)]
pub enum Precondition {
    Any,
    OneOf(Vec<u32>),
}

impl Command {
    pub fn kind(&self) -> CommandKind {
        match self {
            Command::Accept { .. } => CommandKind::Accept,
            Command::Reject { .. } => CommandKind::Reject,
            Command::Take { .. } => CommandKind::Take,
            Command::Prepare => CommandKind::Prepare,
            Command::MarkReady => CommandKind::MarkReady,
            Command::Dispatch { .. } => CommandKind::Dispatch,
            Command::SetOff => CommandKind::SetOff,
            Command::Deliver => CommandKind::Deliver,
            Command::Cancel { .. } => CommandKind::Cancel,
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
        let asked = command.kind();
        let Some(step) = self.status.transition(asked, actor) else {
            return Err(Refusal {
                status: self.status,
                asked,
                by: actor,
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
            } => {
                self.customer_price = Some(self.total());
                self.customer_name = Some(customer_name);
                self.delivery_address = Some(delivery_address);
            }
            Command::Dispatch { driver_name } => self.driver_name = Some(driver_name),
            // Supplier's notes are the supplier's.
            Command::Cancel {
                reason: Some(reason),
            } if actor == Actor::As(Role::Supplier) => self.supplier_notes = Some(reason),
            Command::Prepare
            | Command::MarkReady
            | Command::SetOff
            | Command::Deliver
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

    /// Refuses if the order is at none of the expected versions.
    pub fn check(&self, expected: &Precondition) -> Result<(), Error> {
        match expected {
            Precondition::OneOf(versions) if !versions.contains(&self.version) => {
                Err(Error::PreconditionFailed {
                    version: self.version,
                    status: self.status,
                })
            }
            _ => Ok(()),
        }
    }

    /// Whether any of its texts holds `text`, small or capital: `lower` makes letters small. Every order holds
    /// nothing at all.
    pub fn mentions(&self, text: &str, lower: fn(&str) -> String) -> bool {
        let text = lower(text.trim());
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
        texts
            .into_iter()
            .flatten()
            .any(|one| lower(one).contains(&text))
    }

    /// Since when it has its status.
    pub fn since(&self) -> Time {
        self.times.at(self.status).unwrap_or(self.updated_at)
    }

    /// When it was promised to be at the door: the supplier's minutes after a customer accepted it.
    pub fn promised(&self) -> Option<Time> {
        let minutes = self.estimated_delivery_time?.get();
        let accepted = self.times.at(Status::CustomerAccepted)?;
        Some(accepted + TimeDelta::minutes(minutes.into()))
    }

    /// The status that it had when it was cancelled.
    pub fn cancelled_from(&self) -> Option<Status> {
        let (before, _) = self.times.last_but_one()?;
        (self.status == Status::Cancelled).then_some(before)
    }

    /// The status that it had before this one, and for how long. Nothing for an order that comes from elsewhere, where
    /// no move leads from the one status that is known to the other.
    pub fn last_stage(&self) -> Option<(Status, TimeDelta)> {
        let (before, since) = self.times.last_but_one()?;
        let leads_here = before
            .transitions(Actor::AnyRole)
            .any(|step| step.to == self.status);
        leads_here.then(|| (before, self.since() - since))
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

impl Offer {
    pub fn read(mut fields: Fields) -> Result<Offer, Error> {
        let supplier_name = fields.required("supplier_name");
        let pizza_name = fields.required("pizza_name");
        let supplier_price = fields.required("supplier_price");
        let markup_percentage = fields.optional("markup_percentage");
        fields.finish(|| {
            Some(Offer {
                supplier_name: supplier_name?,
                pizza_name: pizza_name?,
                supplier_price: supplier_price?,
                markup_percentage: markup_percentage.unwrap_or_default(),
            })
        })
    }
}

impl Command {
    /// Reads a supplier's answer: which of the two commands `accept` stands for.
    pub fn read_answer(mut fields: Fields) -> Result<Command, Error> {
        let accept = fields.required::<bool>("accept");
        let notes = fields.unless_blank("notes");
        let minutes = fields.optional("estimated_time");
        if accept == Some(false) && minutes.is_some() {
            fields.fault("estimated_time", FieldError::OnlyWhenAccepting);
        }
        fields.finish(|| match accept? {
            true => Some(Command::Accept { notes, minutes }),
            false => Some(Command::Reject { reason: notes }),
        })
    }

    /// Reads a rejection as people make it: with a reason.
    pub fn read_rejection(mut fields: Fields) -> Result<Command, Error> {
        let accept = fields.required::<bool>("accept");
        let reason = fields.required("notes");
        fields.finish(|| match accept? {
            true => None,
            false => Some(Command::Reject {
                reason: Some(reason?),
            }),
        })
    }

    /// Reads a cancellation as people make it: with a reason, if they like.
    pub fn read_cancellation(mut fields: Fields) -> Result<Command, Error> {
        let reason = fields.unless_blank("notes");
        fields.finish(|| Some(Command::Cancel { reason }))
    }

    /// Reads a customer's acceptance.
    pub fn read_take(mut fields: Fields) -> Result<Command, Error> {
        let customer_name = fields.required("customer_name");
        let delivery_address = fields.required("delivery_address");
        fields.finish(|| {
            Some(Command::Take {
                customer_name: customer_name?,
                delivery_address: delivery_address?,
            })
        })
    }

    /// Reads the assignment of a driver.
    pub fn read_dispatch(mut fields: Fields) -> Result<Command, Error> {
        let driver_name = fields.required("driver_name");
        fields.finish(|| {
            Some(Command::Dispatch {
                driver_name: driver_name?,
            })
        })
    }

    /// Reads a step that needs nothing but the status it leads to.
    pub fn read_status(mut fields: Fields) -> Result<Command, Error> {
        let status = fields.required::<WantedStatus>("status");
        fields.finish(|| status.map(|wanted| wanted.0))
    }
}

/// A status that may be set directly, as the command that leads to it.
pub struct WantedStatus(Command);

impl Field for WantedStatus {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        let own_call = |command| Err(FieldError::HasItsOwnCall { command });
        match Status::parse(text)? {
            Status::Preparing => Ok(WantedStatus(Command::Prepare)),
            Status::Ready => Ok(WantedStatus(Command::MarkReady)),
            Status::InTransit => Ok(WantedStatus(Command::SetOff)),
            Status::Delivered => Ok(WantedStatus(Command::Deliver)),
            Status::Cancelled => Ok(WantedStatus(Command::Cancel { reason: None })),
            Status::PendingSupplier => own_call(CommandKind::Offer),
            Status::SupplierAccepted => own_call(CommandKind::Accept),
            Status::SupplierRejected => own_call(CommandKind::Reject),
            Status::CustomerAccepted => own_call(CommandKind::Take),
            Status::Dispatched => own_call(CommandKind::Dispatch),
        }
    }
}

impl Field for Status {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        Status::from_name(text).ok_or(FieldError::NotAStatus)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::order::lifecycle::{TRANSITIONS, Transition};
    use proptest::prelude::*;

    pub(crate) fn at(second: i64) -> Time {
        Time::from_millis((1_780_000_000 + second) * 1_000)
    }

    pub(crate) fn id(n: u128) -> OrderId {
        OrderId(Uuid::from_u128(n))
    }

    pub(crate) fn offer() -> Offer {
        Offer {
            supplier_name: Name::parse("Bella Napoli").unwrap(),
            pizza_name: Name::parse("Diavola").unwrap(),
            supplier_price: Price::parse("9.50").unwrap(),
            markup_percentage: Markup::default(),
        }
    }

    pub(crate) fn commands() -> Vec<Command> {
        let name = |n| Name::parse(n).unwrap();
        vec![
            Command::Accept {
                notes: Notes::parse("Hot").ok(),
                minutes: Minutes::parse("25").ok(),
            },
            Command::Reject {
                reason: Notes::parse("Sold out").ok(),
            },
            Command::Take {
                customer_name: name("Ana"),
                delivery_address: Address::parse("Kurze Gasse 1").unwrap(),
            },
            Command::Prepare,
            Command::MarkReady,
            Command::Dispatch {
                driver_name: name("Jonas"),
            },
            Command::SetOff,
            Command::Deliver,
            Command::Cancel { reason: None },
        ]
    }

    #[test]
    fn an_order_of_the_contract() {
        let (mut order, event) = Order::new(id(0x7f3a), offer(), at(0));
        assert_eq!(
            (event, order.id.number()),
            (EventType::Created, "7F3A".to_owned())
        );
        let day = [0, 2, 3, 4, 5, 6, 7].map(|i| commands()[i].clone());
        for (i, command) in day.into_iter().enumerate() {
            (order, _) = order
                .apply(command, Actor::AnyRole, at(i as i64 + 1))
                .unwrap();
        }
        let json = serde_json::to_string(&order).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"id":"00000000-0000-0000-0000-000000007f3a","supplier_name":"Bella Napoli","pizza_name":"Diavola","#,
                r#""supplier_price":9.5,"customer_price":12.35,"markup_percentage":30.0,"status":"delivered","#,
                r#""customer_name":"Ana","delivery_address":"Kurze Gasse 1","driver_name":"Jonas","#,
                r#""estimated_delivery_time":25,"supplier_notes":"Hot","#,
                r#""created_at":"2026-05-28T20:26:40.000Z","updated_at":"2026-05-28T20:26:47.000Z","version":8,"#,
                r#""times":{"pending_supplier":"2026-05-28T20:26:40.000Z","supplier_accepted":"2026-05-28T20:26:41.000Z","#,
                r#""customer_accepted":"2026-05-28T20:26:42.000Z","preparing":"2026-05-28T20:26:43.000Z","#,
                r#""ready":"2026-05-28T20:26:44.000Z","dispatched":"2026-05-28T20:26:45.000Z","#,
                r#""in_transit":"2026-05-28T20:26:46.000Z","delivered":"2026-05-28T20:26:47.000Z"}}"#,
            )
        );
        assert_eq!(serde_json::from_str::<Order>(&json).unwrap(), order);
    }

    #[test]
    fn a_status_that_needs_more_than_its_name_names_its_command() {
        for &status in Status::ALL {
            let Err(what) = WantedStatus::parse(status.name()) else {
                continue;
            };
            let FieldError::HasItsOwnCall { command } = what else {
                panic!("{status}: {what}");
            };
            let leads = |m: &&Transition| m.command == command && m.to == status;
            assert_eq!(
                TRANSITIONS.iter().filter(leads).count(),
                1,
                "{status}: {command}"
            );
        }
        assert!(matches!(
            WantedStatus::parse("eaten"),
            Err(FieldError::NotAStatus)
        ));
    }

    #[test]
    fn only_the_supplier_says_why_it_cancels() {
        let reason = Notes::parse("Oven broken").ok();
        let cancelled = |by, reason: &Option<Notes>| {
            let (order, _) = Order::new(id(1), offer(), at(0));
            let accept = commands()[0].clone();
            let (order, _) = order.apply(accept, Actor::AnyRole, at(1)).unwrap();
            let cancel = Command::Cancel {
                reason: reason.clone(),
            };
            let (order, _) = order.apply(cancel, Actor::As(by), at(2)).unwrap();
            order.supplier_notes.map(String::from)
        };
        assert_eq!(
            cancelled(Role::Supplier, &reason).as_deref(),
            Some("Oven broken")
        );
        assert_eq!(cancelled(Role::Supplier, &None).as_deref(), Some("Hot"));
        assert_eq!(cancelled(Role::Customer, &reason).as_deref(), Some("Hot"));
    }

    proptest! {
        /// Whatever is asked, by whomever: an order changes along the table or not at all.
        #[test]
        fn an_order_moves_along_the_table_or_not_at_all(
            asked in proptest::collection::vec((0usize..9, proptest::option::of(0usize..3), -5i64..100), 0..40),
        ) {
            let (mut order, _) = Order::new(id(1), offer(), at(0));
            let mut path = vec![(order.status, order.created_at)];
            for (command, role, second) in asked {
                let command = commands()[command].clone();
                let actor = role.map_or(Actor::AnyRole, |r| Actor::As(Role::ALL[r]));
                let step = order.status.transition(command.kind(), actor);
                match order.clone().apply(command, actor, at(second)) {
                    Ok((next, event)) => {
                        let step = step.unwrap();
                        prop_assert_eq!((next.status, event), (step.to, step.event));
                        prop_assert_eq!(next.version, order.version + 1);
                        prop_assert!(next.updated_at >= order.updated_at);
                        prop_assert_eq!(next.customer_price.is_some(), next.customer_name.is_some());
                        order = next;
                        path.push((order.status, order.updated_at));
                    }
                    Err(refusal) => {
                        prop_assert!(step.is_none());
                        prop_assert_eq!(refusal.status, order.status);
                    }
                }
                let json = serde_json::to_string(&order.times).unwrap();
                let moments = path.iter().map(|(status, at)| format!("\"{status}\":\"{at}\""));
                prop_assert_eq!(json, format!("{{{}}}", moments.collect::<Vec<_>>().join(",")));
                prop_assert!(path.is_sorted_by_key(|(_, at)| *at));
                prop_assert_eq!(Some((order.status, order.since())), order.times.last());
            }
        }
    }

    #[test]
    fn a_promise_and_a_stage_follow_from_the_times() {
        let (order, _) = Order::new(id(1), offer(), at(0));
        assert_eq!((order.promised(), order.last_stage()), (None, None));
        let (order, _) = order
            .apply(commands()[0].clone(), Actor::AnyRole, at(5))
            .unwrap();
        let stage = (Status::PendingSupplier, TimeDelta::seconds(5));
        assert_eq!((order.promised(), order.last_stage()), (None, Some(stage)));
        let (order, _) = order
            .apply(commands()[2].clone(), Actor::AnyRole, at(7))
            .unwrap();
        assert_eq!(order.promised(), Some(at(7 + 25 * 60)));
        let (order, _) = order
            .apply(commands()[3].clone(), Actor::AnyRole, at(9))
            .unwrap();
        assert_eq!(order.promised(), Some(at(7 + 25 * 60)));
        // What this one has been through is not known.
        let found = Order {
            times: Times::known(at(0), order.status, at(9)),
            ..order
        };
        assert_eq!((found.promised(), found.last_stage()), (None, None));
    }

    #[test]
    fn an_order_from_elsewhere_is_cancelled_where_it_stood() {
        for &status in Status::ALL {
            let (order, _) = Order::new(id(1), offer(), at(0));
            let found = Order {
                status,
                times: Times::known(at(0), status, at(3)),
                ..order
            };
            let cancel = Command::Cancel { reason: None };
            if let Ok((cancelled, _)) = found.apply(cancel, Actor::AnyRole, at(4)) {
                assert_eq!(cancelled.cancelled_from(), Some(status));
            }
        }
    }
}
