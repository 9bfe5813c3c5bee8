//! The lifecycle of an order as one table of moves. What is not in [`TRANSITIONS`] is refused.
//!
//! ```text
//!   (new) ─► pending_supplier ─► supplier_accepted ─► customer_accepted ─► preparing ─► ready
//!                │      └─► supplier_rejected                                             │
//!                │                                                                        ▼
//!                └─► cancelled (from any state up to ready)    delivered ◄─ in_transit ◄─ dispatched
//! ```
//!
//! `recall` leads one step back, from `preparing`, `ready`, `dispatched` and `in_transit`.
//!
//! The server reads this table to allow or refuse, the panels to offer buttons, a refusal to name what is
//! allowed instead, the README to show it (a test compares). There is no second list.

use crate::domain::named_enum::named_enum;

named_enum! {
    /// The status of an order, in the sequence of the lifecycle.
    Status {
        PendingSupplier = "pending_supplier",
        SupplierAccepted = "supplier_accepted",
        SupplierRejected = "supplier_rejected",
        CustomerAccepted = "customer_accepted",
        Preparing = "preparing",
        Ready = "ready",
        Dispatched = "dispatched",
        InTransit = "in_transit",
        Delivered = "delivered",
        Cancelled = "cancelled",
    }
}

named_enum! {
    /// The kind of a command: what is to be done with an order.
    CommandKind {
        Offer = "offer",
        Accept = "accept",
        Reject = "reject",
        Take = "take",
        Prepare = "prepare",
        MarkReady = "mark_ready",
        Dispatch = "dispatch",
        SetOff = "set_off",
        Deliver = "deliver",
        Cancel = "cancel",
        Recall = "recall",
    }
}

named_enum! {
    /// A part in the market. Each move of the lifecycle names the roles that may make it.
    Role {
        Supplier = "supplier",
        Customer = "customer",
        Dispatch = "dispatch",
        /// Of the orders that it brings.
        Driver = "driver",
    }
}

named_enum! {
    /// What happened: named after the status that it led to, except for the first.
    EventType {
        Created = "order.created",
        SupplierAccepted = "order.supplier_accepted",
        SupplierRejected = "order.supplier_rejected",
        CustomerAccepted = "order.customer_accepted",
        Preparing = "order.preparing",
        Ready = "order.ready",
        Dispatched = "order.dispatched",
        InTransit = "order.in_transit",
        Delivered = "order.delivered",
        Cancelled = "order.cancelled",
    }
}

/// Who acts. The edge of the server makes it from a request; the rules below are told, and never guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Acts for all roles: every move of the lifecycle is open to it.
    AnyRole,
    As(Role),
}

impl Actor {
    /// Its name on the wire: that of its role, or empty.
    pub const fn name(self) -> &'static str {
        match self {
            Actor::AnyRole => "",
            Actor::As(role) => role.name(),
        }
    }

    pub fn from_name(name: &str) -> Option<Actor> {
        match name {
            "" => Some(Actor::AnyRole),
            name => Role::from_name(name).map(Actor::As),
        }
    }
}

/// One row of the lifecycle.
#[derive(Debug, PartialEq)]
pub struct Transition {
    /// `None`: the order does not exist yet.
    pub from: Option<Status>,
    pub command: CommandKind,
    pub to: Status,
    pub event: EventType,
    pub by: &'static [Role],
}

const fn row(
    from: Option<Status>,
    command: CommandKind,
    to: Status,
    event: EventType,
    by: &'static [Role],
) -> Transition {
    Transition {
        from,
        command,
        to,
        event,
        by,
    }
}

/// Every legal move.
#[rustfmt::skip]
pub const TRANSITIONS: &[Transition] = {
    use {EventType as E, Role::*, Status::*, CommandKind::*};
    &[
        //  from                    command    to                 event                who
        row(None,                   Offer,     PendingSupplier,   E::Created,          &[Supplier]),
        row(Some(PendingSupplier),  Accept,    SupplierAccepted,  E::SupplierAccepted, &[Supplier]),
        row(Some(PendingSupplier),  Reject,    SupplierRejected,  E::SupplierRejected, &[Supplier]),
        row(Some(SupplierAccepted), Take,      CustomerAccepted,  E::CustomerAccepted, &[Customer]),
        row(Some(CustomerAccepted), Prepare,   Preparing,         E::Preparing,        &[Supplier]),
        row(Some(Preparing),        MarkReady, Ready,             E::Ready,            &[Supplier]),
        row(Some(Ready),            CommandKind::Dispatch, Dispatched,   E::Dispatched,       &[Role::Dispatch]),
        row(Some(Dispatched),       SetOff,    InTransit,         E::InTransit,        &[Role::Dispatch, Driver]),
        row(Some(InTransit),        Deliver,   Delivered,         E::Delivered,        &[Role::Dispatch, Driver]),
        row(Some(PendingSupplier),  Cancel,    Cancelled,         E::Cancelled,        &[Supplier, Customer]),
        row(Some(SupplierAccepted), Cancel,    Cancelled,         E::Cancelled,        &[Supplier, Customer]),
        row(Some(CustomerAccepted), Cancel,    Cancelled,         E::Cancelled,        &[Supplier, Customer]),
        row(Some(Preparing),        Cancel,    Cancelled,         E::Cancelled,        &[Supplier]),
        row(Some(Ready),            Cancel,    Cancelled,         E::Cancelled,        &[Supplier, Role::Dispatch]),
        // One step back, by who has made it.
        row(Some(Preparing),        Recall,    CustomerAccepted,  E::CustomerAccepted, &[Supplier]),
        row(Some(Ready),            Recall,    Preparing,         E::Preparing,        &[Supplier]),
        row(Some(Dispatched),       Recall,    Ready,             E::Ready,            &[Role::Dispatch]),
        row(Some(InTransit),        Recall,    Dispatched,        E::Dispatched,       &[Role::Dispatch]),
    ]
};

impl Transition {
    /// Whether `actor` may make it.
    pub fn is_by(&self, actor: Actor) -> bool {
        match actor {
            Actor::AnyRole => true,
            Actor::As(role) => self.by.contains(&role),
        }
    }
}

/// The move that leads from one status to another: there is at most one.
pub fn transition_between(from: Option<Status>, to: Status) -> Option<&'static Transition> {
    TRANSITIONS.iter().find(|m| m.from == from && m.to == to)
}

impl Status {
    /// The moves out of this status that `actor` may make.
    pub fn transitions(self, actor: Actor) -> impl Iterator<Item = &'static Transition> {
        TRANSITIONS
            .iter()
            .filter(move |m| m.from == Some(self) && m.is_by(actor))
    }

    /// The move that `command` makes from here, if `actor` may make it.
    pub fn transition(self, command: CommandKind, actor: Actor) -> Option<&'static Transition> {
        self.transitions(actor).find(|m| m.command == command)
    }

    /// The event of an order that gets this status.
    pub fn event(self) -> EventType {
        let there = TRANSITIONS.iter().find(|m| m.to == self);
        there.map_or(EventType::Created, |m| m.event)
    }

    /// The statuses of an order that is not over.
    pub fn open() -> impl Iterator<Item = Status> {
        let all = Status::ALL.iter().copied();
        all.filter(|status| !status.is_final())
    }

    /// Nothing leads out of it.
    pub fn is_final(self) -> bool {
        self.transitions(Actor::AnyRole).next().is_none()
    }

    /// The pizza is not delivered, and not paid for.
    pub fn is_void(self) -> bool {
        matches!(self, Status::SupplierRejected | Status::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The contract's table, written out a second time on purpose: (from, to, who).
    const CONTRACT: &str = "
        pending_supplier  supplier_accepted supplier
        pending_supplier  supplier_rejected supplier
        supplier_accepted customer_accepted customer
        customer_accepted preparing         supplier
        preparing         ready             supplier
        ready             dispatched        dispatch
        dispatched        in_transit        dispatch
        in_transit        delivered         dispatch
        dispatched        in_transit        driver
        in_transit        delivered         driver
        pending_supplier  cancelled         supplier
        supplier_accepted cancelled         supplier
        customer_accepted cancelled         supplier
        preparing         cancelled         supplier
        ready             cancelled         supplier
        pending_supplier  cancelled         customer
        supplier_accepted cancelled         customer
        customer_accepted cancelled         customer
        ready             cancelled         dispatch
        preparing         customer_accepted supplier
        ready             preparing         supplier
        dispatched        ready             dispatch
        in_transit        dispatched        dispatch";

    #[test]
    fn an_actor_of_any_role_may_make_every_move() {
        for m in TRANSITIONS.iter().filter(|m| m.from.is_some()) {
            let from = m.from.unwrap();
            assert_eq!(from.transition(m.command, Actor::AnyRole), Some(m));
        }
    }

    #[test]
    fn an_actor_is_read_from_its_name_and_from_nothing_else() {
        let roles = Role::ALL.iter().map(|&role| Actor::As(role));
        for actor in roles.chain([Actor::AnyRole]) {
            assert_eq!(Actor::from_name(actor.name()), Some(actor));
        }
        assert_eq!(Actor::from_name("owner"), None);
    }

    #[test]
    fn from_one_status_to_another_leads_one_move() {
        for m in TRANSITIONS {
            assert_eq!(transition_between(m.from, m.to), Some(m));
        }
        assert_eq!(transition_between(None, Status::Ready), None);
    }

    #[test]
    fn a_recall_undoes_a_step_by_who_has_made_it() {
        for back in TRANSITIONS
            .iter()
            .filter(|m| m.command == CommandKind::Recall)
        {
            let step = transition_between(Some(back.to), back.from.unwrap()).unwrap();
            // A driver goes on; dispatch takes back what either has done.
            let by = step.by.iter().filter(|role| **role != Role::Driver);
            assert!(back.by.iter().eq(by), "{back:?}");
        }
    }

    #[test]
    fn every_status_command_and_role_is_allowed_exactly_where_the_contract_says() {
        let mut allowed = BTreeSet::new();
        for &from in Status::ALL {
            for &command in CommandKind::ALL {
                for &role in Role::ALL {
                    if let Some(m) = from.transition(command, Actor::As(role)) {
                        allowed.insert([from.name(), m.to.name(), role.name()].map(str::to_owned));
                    }
                }
            }
        }
        let contract = CONTRACT
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
                <[String; 3]>::try_from(words).unwrap()
            })
            .collect::<BTreeSet<_>>();
        assert_eq!(allowed, contract);
    }

    #[test]
    fn the_readme_shows_this_table() {
        let readme = include_str!("../../../README.md");
        let shown = readme.split_once("<!-- moves").unwrap().1;
        let shown = shown.split_once("<!-- end -->").unwrap().0;
        let rows: Vec<_> = shown
            .lines()
            .filter(|line| line.starts_with('|'))
            .skip(2)
            .collect();
        let code = |name: &str| format!("`{name}`");
        let expected: Vec<_> = TRANSITIONS
            .iter()
            .map(|m| {
                let from = m.from.map_or("(new)".to_owned(), |from| code(from.name()));
                let by: Vec<_> = m.by.iter().map(|role| role.name()).collect();
                let [command, to, event] =
                    [m.command.name(), m.to.name(), m.event.name()].map(code);
                format!(
                    "| {from} | {command} | {to} | {event} | {} |",
                    by.join(", ")
                )
            })
            .collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn a_command_leads_to_one_place_only() {
        for (i, one) in TRANSITIONS.iter().enumerate() {
            for other in &TRANSITIONS[i + 1..] {
                assert!(
                    one.from != other.from || one.command != other.command,
                    "{one:?} and {other:?}"
                );
            }
        }
    }

    #[test]
    fn every_state_can_be_reached_and_three_are_final() {
        let mut reached: BTreeSet<_> = TRANSITIONS
            .iter()
            .filter(|m| m.from.is_none())
            .map(|m| m.to)
            .collect();
        for _ in Status::ALL {
            let next: Vec<_> = reached
                .iter()
                .flat_map(|s| s.transitions(Actor::AnyRole).map(|m| m.to))
                .collect();
            reached.extend(next);
        }
        assert_eq!(reached.len(), Status::ALL.len());
        let last: Vec<_> = Status::ALL
            .iter()
            .copied()
            .filter(|s| s.is_final())
            .collect();
        assert_eq!(
            last,
            [
                Status::SupplierRejected,
                Status::Delivered,
                Status::Cancelled
            ]
        );
    }

    #[test]
    fn an_event_is_named_after_the_state_it_leads_to() {
        for m in TRANSITIONS {
            let name = if m.from.is_none() {
                "created"
            } else {
                m.to.name()
            };
            assert_eq!(m.event.name(), format!("order.{name}"));
        }
    }
}
