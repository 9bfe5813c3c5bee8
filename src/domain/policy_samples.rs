//! Each kind of viewer, and orders of theirs and of others in every status, for the tests of the policy.

use super::{
    AccountId, AccountKind, AccountRole, Actor, Command, CommandKind, Event, EventType, Field,
    Identity, Name, Offer, Order, Origin, Role, Status, Subject, Viewer,
    order::{
        command::DirectOrder,
        lifecycle::{TRANSITIONS, Transition},
    },
    samples::{at, commands, direct_commands, direct_order, id, offer},
};
use uuid::Uuid;

const CUSTOMER: u128 = 1;
/// The id that the customer had as a guest.
const GUEST: u128 = 2;
const DRIVER: u128 = 3;
pub const PROGRAM: u128 = 4;

/// The viewers of one heading: the same is expected of each.
pub struct Row {
    pub title: &'static str,
    /// What its own orders are called.
    pub own: &'static str,
    pub viewers: Vec<Viewer>,
    /// Whose orders are its own.
    pub whose: Whose,
}

/// Whose an order is.
#[derive(Clone, Copy)]
pub struct Whose {
    supplier: &'static str,
    customer: u128,
    driver: u128,
    order: u128,
}

pub const OWN: Whose = Whose {
    supplier: "Bella Napoli",
    customer: CUSTOMER,
    driver: DRIVER,
    order: 1,
};
/// A supplier whose name differs in its capitals; a customer and a driver who are known, as something else.
pub const ANOTHERS: Whose = Whose {
    supplier: "Bella napoli",
    customer: DRIVER,
    driver: CUSTOMER,
    order: 2,
};

fn account(id: u128) -> AccountId {
    AccountId(Uuid::from_u128(id))
}

pub fn identity(kind: AccountKind, role: AccountRole, id: u128) -> Identity {
    Identity {
        sees_offers: true,
        ..Identity::new(Some(account(id)), kind, role)
    }
}

fn of_kind(kind: AccountKind, id: u128) -> Identity {
    identity(kind, kind.role().unwrap(), id)
}

fn customer(kind: AccountKind) -> Identity {
    Identity {
        own: vec![account(CUSTOMER)],
        ..of_kind(kind, CUSTOMER)
    }
}

fn supplier(kind: AccountKind) -> Identity {
    Identity {
        supplier_name: Name::parse(OWN.supplier).ok(),
        ..identity(kind, AccountRole::Supplier, PROGRAM)
    }
}

fn driver(kind: AccountKind, id: u128) -> Identity {
    Identity {
        driver_id: Some(account(DRIVER)),
        ..identity(kind, AccountRole::Driver, id)
    }
}

fn nobody(sees_offers: bool) -> Identity {
    Identity {
        id: None,
        sees_offers,
        ..of_kind(AccountKind::Guest, 0)
    }
}

fn read_only(identity: Identity) -> Identity {
    Identity {
        read_only: true,
        ..identity
    }
}

pub fn row(title: &'static str, viewers: impl IntoIterator<Item = Identity>) -> Row {
    let known = |identity| Viewer::Known(Box::new(identity));
    Row {
        title,
        own: "its own",
        viewers: viewers.into_iter().map(known).collect(),
        whose: OWN,
    }
}

pub fn rows() -> Vec<Row> {
    let open = Row {
        viewers: vec![Viewer::Open],
        ..row("open mode", [])
    };
    let rows = [open].into_iter().chain(customers()).chain(staff());
    rows.chain(market()).collect()
}

/// Who takes pizzas, and who only looks.
fn customers() -> [Row; 5] {
    use AccountKind::*;
    let was_guest = Identity {
        own: vec![account(GUEST), account(CUSTOMER)],
        ..customer(Customer)
    };
    let follower = Identity {
        follows: vec![id(OWN.order)],
        own: Vec::new(),
        ..customer(Guest)
    };
    [
        row("nobody", [nobody(true)]),
        row("nobody, GUESTS=off", [nobody(false)]),
        row("guest, customer", [customer(Guest), customer(Customer)]),
        Row {
            whose: Whose {
                customer: GUEST,
                ..OWN
            },
            ..row("customer that was a guest", [was_guest])
        },
        Row {
            own: "the followed one",
            whose: Whose {
                order: OWN.order,
                ..ANOTHERS
            },
            ..row("holder of the follow key", [follower])
        },
    ]
}

/// Who makes and brings them.
fn staff() -> [Row; 6] {
    use AccountKind::*;
    let suppliers = [Manager, Device, Staff, Integration].map(supplier);
    let dispatch = || identity(Integration, AccountRole::Dispatch, PROGRAM);
    let dispatchers = [of_kind(Dispatcher, PROGRAM), dispatch()];
    let program = || driver(Integration, PROGRAM);
    let drivers = [driver(Driver, DRIVER), program()];
    let (of_supplier, of_dispatch, of_driver) = (
        read_only(supplier(Integration)),
        read_only(dispatch()),
        read_only(program()),
    );
    [
        row(
            "manager, device, staff, integration of a supplier",
            suppliers,
        ),
        row("read-only integration of a supplier", [of_supplier]),
        row("dispatcher, integration of dispatch", dispatchers),
        row("read-only integration of dispatch", [of_dispatch]),
        row("driver, integration of a driver", drivers),
        row("read-only integration of a driver", [of_driver]),
    ]
}

/// Who has the whole market.
fn market() -> [Row; 3] {
    let integrator = || identity(AccountKind::Integration, AccountRole::Integrator, PROGRAM);
    [
        row("integrator", [integrator()]),
        row("read-only integrator", [read_only(integrator())]),
        row("admin", [of_kind(AccountKind::Admin, PROGRAM)]),
    ]
}

/// The way of an order to a status, without what is taken back.
pub fn way(to: Status) -> &'static [CommandKind] {
    use CommandKind::*;
    const WAY: &[CommandKind] = &[Accept, Take, Prepare, MarkReady, Dispatch, SetOff, Deliver];
    match to {
        Status::PendingSupplier => &[],
        Status::SupplierAccepted => &WAY[..1],
        Status::SupplierRejected => &[Reject],
        Status::CustomerAccepted => &WAY[..2],
        Status::Preparing => &WAY[..3],
        Status::Ready => &WAY[..4],
        Status::Dispatched => &WAY[..5],
        Status::InTransit => &WAY[..6],
        Status::Delivered => WAY,
        Status::Cancelled => &[Cancel],
    }
}

impl Whose {
    pub fn new_order(self) -> (Order, EventType) {
        let offer = Offer {
            supplier_name: Name::parse(self.supplier).unwrap(),
            ..offer()
        };
        Order::new(id(self.order), offer, at(0))
    }

    fn applied(self, order: Order, kind: CommandKind) -> (Order, EventType) {
        let mut all = commands().into_iter().chain(direct_commands());
        let command = all.find(|one| one.kind() == kind);
        let command = match command.unwrap() {
            Command::Take {
                customer_name,
                delivery_address,
                ..
            } => Command::Take {
                customer_name,
                delivery_address,
                customer_id: Some(account(self.customer)),
            },
            Command::Dispatch { driver_name, .. } => Command::Dispatch {
                driver_name,
                driver_id: Some(account(self.driver)),
            },
            other => other,
        };
        let now = at(i64::from(order.version));
        // The market acts when the time for the answer is over.
        let (actor, now) = match kind {
            CommandKind::Expire => (Actor::As(Role::Market), at(600)),
            _ => (Actor::AnyRole, now),
        };
        order.apply(command, actor, now).unwrap()
    }

    fn new_direct_order(self) -> (Order, EventType) {
        let order = DirectOrder {
            supplier_name: Name::parse(self.supplier).unwrap(),
            customer_id: Some(account(self.customer)),
            ..direct_order()
        };
        Order::direct(id(self.order), order, at(0))
    }

    /// What was ordered from a menu: one that is to be answered, and one in the oven.
    pub fn direct_orders(self) -> [Order; 2] {
        let (new, _) = self.new_direct_order();
        let (begun, _) = self.applied(new.clone(), CommandKind::Prepare);
        [new, begun]
    }

    /// One of which a move can be made; none for its first.
    fn before(self, step: &Transition) -> Option<Order> {
        let from = step.from?;
        if step.of != Some(Origin::Direct) {
            return Some(self.after(way(from)));
        }
        let [new, begun] = self.direct_orders();
        Some(match (from, step.command) {
            (Status::Preparing, _) => begun,
            (_, CommandKind::Delay) => self.applied(new, CommandKind::Accept).0,
            _ => new,
        })
    }

    pub fn after(self, steps: &[CommandKind]) -> Order {
        let (new, _) = self.new_order();
        let step = |order, kind: &CommandKind| self.applied(order, *kind).0;
        steps.iter().fold(new, step)
    }

    /// One in each status, and one that is cancelled after a customer has taken it.
    pub fn orders(self) -> Vec<Order> {
        use CommandKind::*;
        let all = Status::ALL.iter().map(|status| self.after(way(*status)));
        all.chain([self.after(&[Accept, Take, Cancel])]).collect()
    }

    /// Of each move of the lifecycle, what decides who is told.
    pub fn subjects(self) -> Vec<Subject> {
        let moves = TRANSITIONS.iter().map(|step| {
            let before = self.before(step);
            let driver = before.as_ref().and_then(|before| before.driver_id);
            let (order, event_type) = match before {
                None if step.of == Some(Origin::Direct) => self.new_direct_order(),
                None => self.new_order(),
                Some(before) => self.applied(before, step.command),
            };
            assert_eq!((order.status, event_type), (step.to, step.event));
            let event = Event {
                event_type,
                timestamp: order.updated_at,
                order,
                actor: None,
                id: "e-1".parse().unwrap(),
            };
            Subject::of(&event, driver)
        });
        moves.collect()
    }
}
