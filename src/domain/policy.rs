//! Who may see and do what: the one table of rights. What it does not allow is refused.
//!
//! REST, server functions, pages, CSV, history, search, sockets and the buttons of the panels ask it, and nobody else
//! decides. The lifecycle says what is possible from a status; this table says for whom.

use super::{
    AccountId, AccountKind, AccountRole, Actor, CommandKind, Error, Event, Name, Order, OrderFacts,
    OrderId, Role, Scope, Status, Subject, Topic, order::lifecycle::TRANSITIONS,
};
use serde::{Deserialize, Serialize};

/// How much of an order somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// As if it did not exist.
    None,
    /// Without who it goes to, see [`Order::outside`].
    Outside,
    Whole,
}

/// Whether somebody may do something with an order that they see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Yes,
    /// The role never has this.
    NotAllowed,
    /// Others of the role have it, for this order.
    NotYours,
}

/// Who looks, and acts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Viewer {
    /// The open mode: nobody signs in, and everybody sees and plays everything.
    #[default]
    Open,
    /// A known account, or a guest.
    Known(Box<Identity>),
}

/// What decides the rights of an account or a guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The account; of a guest, the id in its cookie. A guest that only looks has none.
    pub id: Option<AccountId>,
    pub kind: AccountKind,
    pub role: AccountRole,
    pub name: Option<Name>,
    pub supplier_name: Option<Name>,
    /// The driver whose orders these are.
    pub driver_id: Option<AccountId>,
    /// The ids of customers and guests whose orders count as its own.
    pub own: Vec<AccountId>,
    /// The orders whose follow key it holds.
    pub follows: Vec<OrderId>,
    pub read_only: bool,
    /// Whether it sees what is on offer.
    pub sees_offers: bool,
}

impl Permission {
    /// The refusal where it is none.
    pub fn check(self) -> Result<(), Error> {
        match self {
            Permission::Yes => Ok(()),
            Permission::NotAllowed => Err(Error::NotAllowed),
            Permission::NotYours => Err(Error::NotYours),
        }
    }
}

impl Viewer {
    pub fn is_open(&self) -> bool {
        *self == Viewer::Open
    }

    /// Sees nothing, and may do nothing.
    pub fn nobody() -> Viewer {
        let (kind, role) = (AccountKind::Guest, AccountRole::Customer);
        Viewer::Known(Box::new(Identity::new(None, kind, role)))
    }

    pub fn identity(&self) -> Option<&Identity> {
        match self {
            Viewer::Open => None,
            Viewer::Known(identity) => Some(identity),
        }
    }

    /// How much of an order it sees.
    pub fn view(&self, order: &OrderFacts) -> Sight {
        match self {
            Viewer::Open => Sight::Whole,
            Viewer::Known(identity) => identity.view(order),
        }
    }

    /// The order as it may be told; `None` where it does not exist for this viewer.
    pub fn shown(&self, order: Order) -> Option<Order> {
        match self.view(&OrderFacts::from(&order)) {
            Sight::None => None,
            Sight::Outside => Some(self.outside(order)),
            Sight::Whole => Some(order),
        }
    }

    /// The order from outside. A driver is told of its own that it is its own, so that its page sees the order leave.
    pub fn outside(&self, order: Order) -> Order {
        let driver_id = order.driver_id.filter(|_| self.drives(order.driver_id));
        Order {
            driver_id,
            ..order.outside()
        }
    }

    /// The same of an event.
    pub fn outside_of(&self, event: Event) -> Event {
        Event {
            order: self.outside(event.order.clone()),
            ..event.outside()
        }
    }

    /// Whether it is this driver.
    pub fn drives(&self, driver: Option<AccountId>) -> bool {
        let own = self.identity().and_then(|identity| identity.driver_id);
        driver.is_some() && own == driver
    }

    /// Whether an order exists for this viewer.
    pub fn sees(&self, order: &Order) -> bool {
        self.identity()
            .is_none_or(|identity| identity.view(&OrderFacts::from(order)) != Sight::None)
    }

    /// Whether every order exists for it, and it is told the whole of each.
    pub fn sees_everything(&self) -> bool {
        use AccountRole::{Admin, Integrator};
        self.identity()
            .is_none_or(|identity| matches!(identity.role, Admin | Integrator))
    }

    /// How much of an event it is told: of an order that it sees afterwards that much; of one that it saw just before,
    /// the outside.
    pub fn told(&self, subject: &Subject) -> Sight {
        let before = subject.before.as_ref();
        let left = before.map_or(Sight::None, |before| self.view(before).min(Sight::Outside));
        self.view(&subject.after).max(left)
    }

    /// How much of an event it is told that happened a while ago, where the order is `now`, or is over and no longer known
    /// here. Whether it is told at all is decided as it was live; how much is the less of then and now.
    pub fn told_since(&self, subject: &Subject, now: Option<&Order>) -> Sight {
        let then = self.told(subject);
        if then != Sight::Whole || *self == Viewer::Open {
            return then;
        }
        let now = now.map_or_else(
            || OrderFacts {
                status: Status::Delivered,
                ..subject.after.clone()
            },
            OrderFacts::from,
        );
        self.view(&now).max(Sight::Outside)
    }

    /// Whether it may try a command on an order that it sees; `None` for a new one.
    pub fn may(&self, command: CommandKind, order: Option<&OrderFacts>) -> Permission {
        match self {
            Viewer::Open if self.has(command) => Permission::Yes,
            Viewer::Open => Permission::NotAllowed,
            Viewer::Known(identity) => identity.may(command, order),
        }
    }

    /// Whether its role ever has a command.
    pub fn has(&self, command: CommandKind) -> bool {
        match self {
            Viewer::Open => is_for(command, Actor::AnyRole),
            Viewer::Known(identity) => identity.has(command),
        }
    }

    /// The scope narrowed to what it may see at all. What the narrowed scope holds is still asked of [`Viewer::view`].
    pub fn narrowed(&self, scope: Scope) -> Scope {
        match (self, scope.topics()) {
            (Viewer::Open, _) => scope,
            (Viewer::Known(identity), None) => identity.scope(),
            (Viewer::Known(identity), Some(topics)) => {
                let own = topics.iter().filter(|topic| identity.may_name(topic));
                Scope::of(own.cloned().collect::<Vec<_>>())
            }
        }
    }
}

/// Whether the lifecycle has a command for an actor.
fn is_for(command: CommandKind, actor: Actor) -> bool {
    TRANSITIONS
        .iter()
        .any(|row| row.command == command && row.is_by(actor))
}

impl Identity {
    /// With nothing of its own, and without offers.
    pub fn new(id: Option<AccountId>, kind: AccountKind, role: AccountRole) -> Identity {
        Identity {
            id,
            kind,
            role,
            name: None,
            supplier_name: None,
            driver_id: None,
            own: Vec::new(),
            follows: Vec::new(),
            read_only: false,
            sees_offers: false,
        }
    }

    fn view(&self, order: &OrderFacts) -> Sight {
        let is_final = order.status.is_final();
        let until_final = if is_final {
            Sight::Outside
        } else {
            Sight::Whole
        };
        let own = match self.role {
            AccountRole::Admin | AccountRole::Integrator => Sight::Whole,
            AccountRole::Supplier if self.supplier_name.as_ref() == Some(&order.supplier_name) => {
                until_final
            }
            AccountRole::Dispatch if order.is_taken => Sight::Whole,
            AccountRole::Driver
                if order.driver_id.is_some() && order.driver_id == self.driver_id =>
            {
                until_final
            }
            AccountRole::Customer if self.owns(order) => Sight::Whole,
            AccountRole::Customer
                if self.sees_offers && order.status == Status::SupplierAccepted =>
            {
                Sight::Outside
            }
            _ => Sight::None,
        };
        let follows = self.follows.contains(&order.id);
        own.max(if follows { Sight::Outside } else { Sight::None })
    }

    /// Whether it is the customer of an order.
    fn owns(&self, order: &OrderFacts) -> bool {
        order.customer_id.is_some_and(|id| self.own.contains(&id))
    }

    fn may(&self, command: CommandKind, order: Option<&OrderFacts>) -> Permission {
        if !self.has(command) {
            return Permission::NotAllowed;
        }
        let is_own = match (self.role, order) {
            (AccountRole::Admin | AccountRole::Integrator | AccountRole::Dispatch, _) => true,
            (_, None) => true,
            (AccountRole::Supplier, Some(order)) => {
                self.supplier_name.as_ref() == Some(&order.supplier_name)
            }
            (AccountRole::Driver, Some(order)) => {
                order.driver_id.is_some() && order.driver_id == self.driver_id
            }
            (AccountRole::Customer, Some(order)) => {
                matches!(command, CommandKind::Take | CommandKind::Order) || self.owns(order)
            }
        };
        match is_own {
            true => Permission::Yes,
            false => Permission::NotYours,
        }
    }

    fn has(&self, command: CommandKind) -> bool {
        // Without an id, as of a guest that only looks, no order could be its own.
        let can_act = !self.read_only && self.id.is_some();
        can_act && is_for(command, self.role.actor())
    }

    /// Whether it invites, sees, ends and disables accounts of a kind, of this supplier. Of its own account everybody may
    /// see and end sessions beside that.
    pub fn manages(&self, kind: AccountKind, supplier: Option<&Name>) -> bool {
        match self.kind {
            AccountKind::Admin => kind != AccountKind::Guest,
            AccountKind::Dispatcher => kind == AccountKind::Driver,
            AccountKind::Manager => {
                let is_own = supplier.is_some() && supplier == self.supplier_name.as_ref();
                is_own && matches!(kind, AccountKind::Device | AccountKind::Staff)
            }
            _ => false,
        }
    }

    /// Whether it is told of a topic. Of an order from outside nobody learns whose it is, and so not by asking for the
    /// orders of one account either.
    fn may_name(&self, topic: &Topic) -> bool {
        use AccountRole::{Admin, Dispatch, Integrator};
        let is_told_whole = matches!(self.role, Admin | Integrator | Dispatch);
        match topic {
            Topic::Customer(id) => is_told_whole || self.own.contains(id),
            Topic::Driver(id) => is_told_whole || self.driver_id == Some(*id),
            Topic::Supplier(_) | Topic::Order(_) | Topic::Offers | Topic::Dispatch => true,
            Topic::Kitchen(_) | Topic::Restaurant(_) | Topic::Shops => true,
        }
    }

    fn scope(&self) -> Scope {
        let customers = || self.own.iter().copied().map(Topic::Customer);
        let offers = || self.sees_offers.then_some(Topic::Offers);
        let follows = self.follows.iter().copied().map(Topic::Order);
        let own: Vec<Topic> = match self.role {
            AccountRole::Admin | AccountRole::Integrator | AccountRole::Dispatch => {
                return Scope::everything();
            }
            AccountRole::Supplier => {
                let name = self.supplier_name.clone();
                name.map(Topic::Supplier).into_iter().collect()
            }
            AccountRole::Driver => self.driver_id.map(Topic::Driver).into_iter().collect(),
            AccountRole::Customer => offers().into_iter().chain(customers()).collect(),
        };
        // What pizzerias sell is for everybody.
        Scope::of(own.into_iter().chain(follows).chain([Topic::Shops]))
    }

    /// The role in which the lifecycle is asked.
    pub fn actor(&self) -> Actor {
        self.role.actor()
    }

    /// Whether a list of orders with search, CSV and pace is open to it.
    pub fn has_orders_panel(&self) -> bool {
        use AccountRole::*;
        matches!(self.role, Supplier | Dispatch | Admin | Integrator)
    }

    /// Whether the panel of a role is its own.
    pub fn has_panel(&self, panel: Role) -> bool {
        self.actor() == Actor::As(panel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Field;
    use uuid::Uuid;

    #[test]
    fn whose_an_order_is_shows_in_no_topic() {
        let [own, other] = [1, 2].map(|n| AccountId(Uuid::from_u128(n)));
        let mut viewer = Viewer::nobody();
        if let Viewer::Known(identity) = &mut viewer {
            identity.own = vec![own];
        }
        let asked = [Topic::Customer(own), Topic::Customer(other)];
        let asked = asked.into_iter().chain([Topic::Driver(own), Topic::Offers]);
        let told = viewer.narrowed(Scope::of(asked));
        assert_eq!(told, Scope::of([Topic::Customer(own), Topic::Offers]));
    }

    #[test]
    fn who_manages_whose_accounts() {
        let name = |name: &str| Name::parse(name).unwrap();
        let identity = |kind: AccountKind, supplier: Option<&str>| {
            let role = kind.role().unwrap_or(AccountRole::Integrator);
            Identity {
                supplier_name: supplier.map(name),
                ..Identity::new(None, kind, role)
            }
        };
        let roma = name("Roma");
        let managed = |by: &Identity, supplier: Option<&Name>| {
            let kinds = AccountKind::ALL.iter().copied();
            let managed = kinds.filter(|kind| by.manages(*kind, supplier));
            managed.map(AccountKind::name).collect::<Vec<_>>()
        };
        use AccountKind::*;
        let admin = identity(Admin, None);
        assert_eq!(
            managed(&admin, Some(&roma)).len(),
            AccountKind::ALL.len() - 1
        );
        assert_eq!(managed(&identity(Dispatcher, None), None), ["driver"]);
        let manager = identity(Manager, Some("Roma"));
        assert_eq!(managed(&manager, Some(&roma)), ["device", "staff"]);
        assert!(managed(&manager, Some(&name("Napoli"))).is_empty());
        assert!(managed(&manager, None).is_empty());
        for kind in [Device, Staff, Driver, Customer, Guest, Integration] {
            assert!(managed(&identity(kind, Some("Roma")), Some(&roma)).is_empty());
        }
    }
}
