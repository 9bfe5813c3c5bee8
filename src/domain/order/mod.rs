//! The order, what may be asked of it, and how it changes. Time and ids come in as arguments.

pub mod command;
pub mod id;
pub mod lifecycle;
pub mod search;
pub mod times;
pub mod verify_history;

use super::{
    Actor, Address, Cents, Command, CommandKind, Error, EventType, Markup, Minutes, Name, Notes,
    Offer, OrderId, Price, Refusal, Role, Status, Time, Times, customer_price, is_blank,
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
            } => {
                self.customer_price = Some(self.total());
                self.customer_name = Some(customer_name);
                self.delivery_address = Some(delivery_address);
            }
            Command::Dispatch { driver_name } => self.driver_name = Some(driver_name),
            Command::Recall if self.status == Status::Dispatched => self.driver_name = None,
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

    /// Whether its texts hold every word of `text`. `fold` removes what makes no difference: capitals and accents. Every
    /// order holds nothing at all.
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
        let is_there = |word: &str| texts.iter().any(|text| text.contains(word));
        wanted.split_whitespace().all(is_there)
    }

    /// The latest moment that it holds, in its id or as a time.
    pub fn latest(&self) -> Time {
        self.updated_at.max(self.id.time().unwrap_or_default())
    }

    /// Since when it has its status.
    pub fn since(&self) -> Time {
        self.times.at(self.status).unwrap_or(self.updated_at)
    }

    /// When it was promised to be at the door: the supplier's minutes after a customer accepted it. (An order that was
    /// taken back to there got there again; what it has been through since the customer's order says more.)
    pub fn promised(&self) -> Option<Time> {
        let minutes = self.estimated_delivery_time?.get();
        let since = [Status::CustomerAccepted, Status::Preparing, Status::Ready];
        let since = since.map(|status| self.times.at(status));
        let accepted = since[0].and(since.into_iter().flatten().min())?;
        Some(accepted + TimeDelta::minutes(minutes.into()))
    }

    /// Whether a customer waits for it longer than was promised.
    pub fn is_late(&self, now: Time) -> bool {
        !self.status.is_final() && self.promised().is_some_and(|promised| promised < now)
    }

    /// Its turn among the orders of its status. What is on its way to a customer: when it is to be at the door, as
    /// promised or as usual. Everything else: since when it stands there.
    pub fn due(&self) -> Time {
        let is_awaited = self.customer_name.is_some() && !self.status.is_final();
        let usual = || Some(self.times.at(Status::CustomerAccepted)? + USUALLY);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Field,
        samples::{at, commands, id, offer},
    };
    use proptest::prelude::*;

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
            asked in proptest::collection::vec((0usize..10, proptest::option::of(0usize..3), -5i64..100), 0..40),
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
                        prop_assert_eq!(next.driver_name.is_some(), next.times.at(Status::Dispatched).is_some()
                            && (next.status.is_final() || next.status > Status::Ready));
                        prop_assert_eq!(next.is_recalled(), step.command == CommandKind::Recall);
                        order = next;
                        path.retain(|(status, _)| *status != order.status);
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
    fn what_is_awaited_is_due_at_the_door_and_all_else_waits_its_turn() {
        let (order, _) = Order::new(id(1), offer(), at(0));
        assert_eq!(order.due(), at(0));
        let apply = |order: &Order, command: &Command, second| {
            let applied = order
                .clone()
                .apply(command.clone(), Actor::AnyRole, at(second));
            applied.unwrap().0
        };
        let all = commands();
        let accepted = apply(&order, &all[0], 5);
        assert_eq!(accepted.due(), at(5));
        let taken = apply(&accepted, &all[2], 7);
        let promised = at(7 + 25 * 60);
        assert_eq!((taken.due(), taken.promised()), (promised, Some(promised)));
        let unpromised = Order {
            estimated_delivery_time: None,
            ..taken.clone()
        };
        assert_eq!(unpromised.due(), at(7 + 30 * 60));
        // Taken back to the start, it is not due much later than it was.
        let begun = apply(&taken, &all[3], 9);
        assert_eq!(begun.due(), promised);
        assert_eq!(apply(&begun, &Command::Recall, 300).due(), at(9 + 25 * 60));
        let cancelled = apply(&taken, &all[8], 20);
        assert_eq!(cancelled.due(), at(20));
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
