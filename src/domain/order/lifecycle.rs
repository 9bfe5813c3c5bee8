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
//! A direct order begins in `customer_accepted`: its customer has ordered from a menu. From there its kitchen answers it
//! (`accept`, `reject`), or the market ends it (`expire`); `delay` and `check` change it within its status.
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
        /// From a menu.
        Order = "order",
        /// Ends a direct order that its kitchen did not answer.
        Expire = "expire",
        /// Moves the promise of a direct order.
        Delay = "delay",
        /// Ticks pieces of a direct order.
        Check = "check",
    }
}

named_enum! {
    /// How an order has come about.
    Origin {
        /// A supplier has offered it.
        Offer = "offer",
        /// A customer has ordered it from a menu.
        Direct = "direct",
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
        /// The market itself, by the clock. No request acts in it.
        Market = "market",
    }
}

named_enum! {
    /// What happened: named after the status that it led to, except for the first one of an offer, and for a change
    /// within a status.
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
        Updated = "order.updated",
    }
}

/// Who acts. The edge of the server makes it from a request; the rules below are told, and never guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Acts for all roles: every move of the lifecycle is open to it, but for those of the market alone.
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
    /// `None`: of any order.
    pub of: Option<Origin>,
}

const fn row(
    from: Option<Status>,
    command: CommandKind,
    to: Status,
    event: EventType,
    by: &'static [Role],
    of: Option<Origin>,
) -> Transition {
    Transition {
        from,
        command,
        to,
        event,
        by,
        of,
    }
}

/// Every legal move. What is asked beyond it of a direct order, whether it is answered and in time, is in `Order::apply`.
#[rustfmt::skip]
pub const TRANSITIONS: &[Transition] = {
    use {EventType as E, Role::*, Status::*, CommandKind::*};
    const ANY: Option<Origin> = None;
    const OFFER: Option<Origin> = Some(Origin::Offer);
    const DIRECT: Option<Origin> = Some(Origin::Direct);
    &[
        //  from                    command    to                 event                who                     of
        row(None,                   CommandKind::Offer, PendingSupplier, E::Created,    &[Supplier],            OFFER),
        row(Some(PendingSupplier),  Accept,    SupplierAccepted,  E::SupplierAccepted, &[Supplier],            ANY),
        row(Some(PendingSupplier),  Reject,    SupplierRejected,  E::SupplierRejected, &[Supplier],            ANY),
        row(Some(SupplierAccepted), Take,      CustomerAccepted,  E::CustomerAccepted, &[Customer],            ANY),
        row(Some(CustomerAccepted), Prepare,   Preparing,         E::Preparing,        &[Supplier],            ANY),
        row(Some(Preparing),        MarkReady, Ready,             E::Ready,            &[Supplier],            ANY),
        row(Some(Ready),            CommandKind::Dispatch, Dispatched,   E::Dispatched, &[Role::Dispatch],      ANY),
        row(Some(Dispatched),       SetOff,    InTransit,         E::InTransit,        &[Role::Dispatch, Driver], ANY),
        row(Some(InTransit),        Deliver,   Delivered,         E::Delivered,        &[Role::Dispatch, Driver], ANY),
        row(Some(PendingSupplier),  Cancel,    Cancelled,         E::Cancelled,        &[Supplier, Customer],  ANY),
        row(Some(SupplierAccepted), Cancel,    Cancelled,         E::Cancelled,        &[Supplier, Customer],  ANY),
        row(Some(CustomerAccepted), Cancel,    Cancelled,         E::Cancelled,        &[Supplier, Customer],  ANY),
        row(Some(Preparing),        Cancel,    Cancelled,         E::Cancelled,        &[Supplier],            ANY),
        row(Some(Ready),            Cancel,    Cancelled,         E::Cancelled,        &[Supplier, Role::Dispatch], ANY),
        // One step back, by who has made it.
        row(Some(Preparing),        Recall,    CustomerAccepted,  E::CustomerAccepted, &[Supplier],            ANY),
        row(Some(Ready),            Recall,    Preparing,         E::Preparing,        &[Supplier],            ANY),
        row(Some(Dispatched),       Recall,    Ready,             E::Ready,            &[Role::Dispatch],      ANY),
        row(Some(InTransit),        Recall,    Dispatched,        E::Dispatched,       &[Role::Dispatch],      ANY),
        // What a customer has ordered from a menu.
        row(None,                   CommandKind::Order, CustomerAccepted, E::CustomerAccepted, &[Customer],    DIRECT),
        row(Some(CustomerAccepted), Accept,    CustomerAccepted,  E::Updated,          &[Supplier],            DIRECT),
        row(Some(CustomerAccepted), Reject,    SupplierRejected,  E::SupplierRejected, &[Supplier],            DIRECT),
        row(Some(CustomerAccepted), Expire,    Cancelled,         E::Cancelled,        &[Market],              DIRECT),
        row(Some(CustomerAccepted), Delay,     CustomerAccepted,  E::Updated,          &[Supplier],            DIRECT),
        row(Some(Preparing),        Delay,     Preparing,         E::Updated,          &[Supplier],            DIRECT),
        row(Some(Preparing),        Check,     Preparing,         E::Updated,          &[Supplier],            DIRECT),
    ]
};

impl Transition {
    /// Whether `actor` may make it.
    pub fn is_by(&self, actor: Actor) -> bool {
        match actor {
            Actor::AnyRole => self.by.iter().any(|role| *role != Role::Market),
            Actor::As(role) => self.by.contains(&role),
        }
    }

    /// Whether it is a move of orders that have come about so.
    pub fn is_of(&self, origin: Origin) -> bool {
        self.of.is_none_or(|of| of == origin)
    }
}

/// The moves that lead from one status to another. Of an order there is at most one, but that the market cancels, too.
pub fn transitions_between(
    origin: Origin,
    from: Option<Status>,
    to: Status,
) -> impl Iterator<Item = &'static Transition> {
    TRANSITIONS
        .iter()
        .filter(move |m| m.is_of(origin) && m.from == from && m.to == to)
}

impl Status {
    /// The moves out of this status that `actor` may make.
    pub fn transitions(
        self,
        origin: Origin,
        actor: Actor,
    ) -> impl Iterator<Item = &'static Transition> {
        let out = TRANSITIONS.iter().filter(move |m| m.from == Some(self));
        out.filter(move |m| m.is_of(origin) && m.is_by(actor))
    }

    /// The move that `command` makes from here, if `actor` may make it.
    pub fn transition(
        self,
        command: CommandKind,
        origin: Origin,
        actor: Actor,
    ) -> Option<&'static Transition> {
        self.transitions(origin, actor)
            .find(|m| m.command == command)
    }

    /// The event of an order that gets this status.
    pub fn event(self) -> EventType {
        let there = TRANSITIONS
            .iter()
            .find(|m| m.to == self && m.event != EventType::Updated);
        there.map_or(EventType::Created, |m| m.event)
    }

    /// The statuses of an order that is not over.
    pub fn open() -> impl Iterator<Item = Status> {
        let all = Status::ALL.iter().copied();
        all.filter(|status| !status.is_final())
    }

    /// Nothing leads out of it.
    pub fn is_final(self) -> bool {
        !TRANSITIONS.iter().any(|m| m.from == Some(self))
    }

    /// The pizza is not delivered, and not paid for.
    pub fn is_void(self) -> bool {
        matches!(self, Status::SupplierRejected | Status::Cancelled)
    }
}
