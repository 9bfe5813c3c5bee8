//! What a screen is about: the orders that a page shows, a board holds and a socket sends events of.

use crate::domain::{
    AccountId, Event, EventType, Field, FieldError, Name, Order, OrderFacts, OrderId, Status,
    shop::basket::RestaurantId,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Orders that have something in common, or what is said of pizzerias.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Topic {
    /// Those of one supplier. Names are compared exactly.
    Supplier(Name),
    Order(OrderId),
    /// Those that an account, or a guest, has taken.
    Customer(AccountId),
    /// Those that a driver brings, while they have that driver.
    Driver(AccountId),
    /// Those that a customer can take.
    Offers,
    /// Those that a customer has taken and that are on their way to the door.
    Dispatch,
    /// What was ordered from the menu of one pizzeria, whatever that was called then.
    Kitchen(RestaurantId),
    /// The documents of one pizzeria. It holds no orders.
    Restaurant(RestaurantId),
    /// Those of all pizzerias.
    Shops,
}

/// Everything, or what at least one of some topics holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope(Option<Vec<Topic>>);

/// What decides whom an event concerns.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Before the event, unless it is the order's first, or what it has been through is not known.
    pub before: Option<OrderFacts>,
    pub after: OrderFacts,
    /// A bit for each status that the order has after the event, or may have had just before it.
    statuses: u16,
}

impl Topic {
    /// The statuses of its orders, where these decide.
    pub fn statuses(&self) -> &'static [Status] {
        use Status::*;
        match self {
            Topic::Supplier(_) | Topic::Order(_) | Topic::Customer(_) | Topic::Driver(_) => &[],
            Topic::Kitchen(_) | Topic::Restaurant(_) | Topic::Shops => &[],
            Topic::Offers => &[SupplierAccepted],
            Topic::Dispatch => &[CustomerAccepted, Preparing, Ready, Dispatched, InTransit],
        }
    }

    pub fn holds(&self, order: &Order) -> bool {
        match self {
            Topic::Supplier(name) => *name == order.supplier_name,
            Topic::Order(id) => *id == order.id,
            Topic::Customer(id) => order.customer_id == Some(*id),
            Topic::Driver(id) => order.driver_id == Some(*id),
            Topic::Offers | Topic::Dispatch => self.statuses().contains(&order.status),
            Topic::Kitchen(id) => order.restaurant_id == Some(*id),
            Topic::Restaurant(_) | Topic::Shops => false,
        }
    }

    /// Whether an event is about one of its orders, after the event or just before it.
    pub fn concerns(&self, subject: &Subject) -> bool {
        match self {
            Topic::Supplier(name) => *name == subject.after.supplier_name,
            Topic::Order(id) => *id == subject.after.id,
            Topic::Customer(id) => subject.after.customer_id == Some(*id),
            Topic::Driver(id) => subject.drivers().any(|driver| driver == *id),
            Topic::Offers | Topic::Dispatch => bits(self.statuses()) & subject.statuses != 0,
            Topic::Kitchen(id) => subject.after.restaurant_id == Some(*id),
            Topic::Restaurant(_) | Topic::Shops => false,
        }
    }

    /// Whether a change of a document of this pizzeria is told to who listens to the topic.
    pub fn tells_of(&self, restaurant: RestaurantId) -> bool {
        match self {
            Topic::Restaurant(id) => *id == restaurant,
            Topic::Shops => true,
            Topic::Supplier(_) | Topic::Order(_) | Topic::Customer(_) => false,
            Topic::Driver(_) | Topic::Offers | Topic::Dispatch | Topic::Kitchen(_) => false,
        }
    }

    /// Every topic that a change of a document of this pizzeria is told under.
    pub fn of_shop(restaurant: RestaurantId) -> [Topic; 2] {
        [Topic::Restaurant(restaurant), Topic::Shops]
    }
}

impl Scope {
    pub fn everything() -> Scope {
        Scope(None)
    }

    /// What at least one of the topics holds; of none, nothing.
    pub fn of(topics: impl IntoIterator<Item = Topic>) -> Scope {
        Scope(Some(topics.into_iter().collect()))
    }

    /// `None` for everything.
    pub fn topics(&self) -> Option<&[Topic]> {
        self.0.as_deref()
    }

    /// Whether it holds no order.
    pub fn is_empty(&self) -> bool {
        self.topics().is_some_and(<[Topic]>::is_empty)
    }

    /// Whether an order, as it is, is in this scope.
    pub fn holds(&self, order: &Order) -> bool {
        self.any(|topic| topic.holds(order))
    }

    /// Whether an event is about an order that is in this scope after it, or was just before: what leaves a screen is
    /// seen to leave.
    pub fn concerns(&self, subject: &Subject) -> bool {
        self.any(|topic| topic.concerns(subject))
    }

    /// Whether a change of a document of this pizzeria is told in it. With topics of orders alone it is not.
    pub fn tells_of(&self, restaurant: RestaurantId) -> bool {
        self.any(|topic| topic.tells_of(restaurant))
    }

    fn any(&self, is_in: impl Fn(&Topic) -> bool) -> bool {
        self.topics().is_none_or(|topics| topics.iter().any(is_in))
    }
}

impl Subject {
    /// `driver_before` is who was to bring the order just before the event: a recall takes its driver off.
    pub fn of(event: &Event, driver_before: Option<AccountId>) -> Subject {
        let order = &event.order;
        let after = OrderFacts::from(order);
        let stage = match event.event_type {
            EventType::Updated => Some(order.status),
            _ => order.last_stage().map(|(status, _)| status),
        };
        let was = stage.filter(|_| order.version > 1).map(|status| {
            let is_taken = event.event_type != EventType::CustomerAccepted
                || status != Status::SupplierAccepted;
            OrderFacts {
                status,
                is_taken: after.is_taken && is_taken,
                customer_id: after.customer_id.filter(|_| is_taken),
                driver_id: driver_before,
                ..after.clone()
            }
        });
        let before = match stage {
            // No screen has shown it before.
            _ if order.version == 1 => 0,
            Some(before) => bits(&[before]),
            // What this order has been through is not known. An event too many does no harm.
            None => bits(Status::ALL),
        };
        Subject {
            before: was,
            after,
            statuses: bits(&[order.status]) | before,
        }
    }

    /// Whose it is after the event, and whose it was just before it.
    fn drivers(&self) -> impl Iterator<Item = AccountId> {
        let after = self.after.driver_id;
        let before = self.before.as_ref().and_then(|before| before.driver_id);
        after
            .into_iter()
            .chain(before.filter(|before| Some(*before) != after))
    }

    /// Every topic that it concerns.
    pub fn topics(&self) -> impl Iterator<Item = Topic> {
        let own = [
            Topic::Supplier(self.after.supplier_name.clone()),
            Topic::Order(self.after.id),
        ];
        let own = own
            .into_iter()
            .chain(self.after.customer_id.map(Topic::Customer))
            .chain(self.after.restaurant_id.map(Topic::Kitchen))
            .chain(self.drivers().map(Topic::Driver));
        let by_status = [Topic::Offers, Topic::Dispatch];
        own.into_iter()
            .chain(by_status.into_iter().filter(|topic| topic.concerns(self)))
    }
}

fn bits(statuses: &[Status]) -> u16 {
    statuses
        .iter()
        .fold(0, |bits, status| bits | 1 << *status as u16)
}

/// Plain text, not encoded for a list.
impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Topic::Supplier(name) => write!(f, "supplier:{name}"),
            Topic::Order(id) => write!(f, "order:{id}"),
            Topic::Customer(id) => write!(f, "customer:{id}"),
            Topic::Driver(id) => write!(f, "driver:{id}"),
            Topic::Offers => f.write_str("offers"),
            Topic::Dispatch => f.write_str("dispatch"),
            Topic::Kitchen(id) => write!(f, "kitchen:{id}"),
            Topic::Restaurant(id) => write!(f, "restaurant:{id}"),
            Topic::Shops => f.write_str("shops"),
        }
    }
}

impl FromStr for Topic {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Topic, FieldError> {
        match (text, text.split_once(':')) {
            ("", _) => Err(FieldError::Empty),
            ("offers", _) => Ok(Topic::Offers),
            ("dispatch", _) => Ok(Topic::Dispatch),
            ("shops", _) => Ok(Topic::Shops),
            (_, Some(("supplier", name))) => name.to_owned().try_into().map(Topic::Supplier),
            (_, Some(("order", id))) => id
                .parse()
                .map(Topic::Order)
                .map_err(|_| FieldError::NotAnId),
            (_, Some(("customer", id))) => AccountId::parse(id).map(Topic::Customer),
            (_, Some(("driver", id))) => AccountId::parse(id).map(Topic::Driver),
            (_, Some(("kitchen", id))) => RestaurantId::try_parse(id)
                .map(Topic::Kitchen)
                .map_err(|_| FieldError::NotAnId),
            (_, Some(("restaurant", id))) => RestaurantId::try_parse(id)
                .map(Topic::Restaurant)
                .map_err(|_| FieldError::NotAnId),
            _ => Err(FieldError::NotATopic),
        }
    }
}

impl TryFrom<String> for Topic {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Topic, FieldError> {
        text.parse()
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> String {
        topic.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Times,
        samples::{at, commands, id, offer},
    };
    use proptest::prelude::*;

    fn supplier(name: &str) -> Topic {
        Topic::Supplier(Name::parse(name).unwrap())
    }

    #[test]
    fn what_leaves_a_scope_still_concerns_it() {
        let (mut order, event_type) = Order::new(id(1), offer(), at(0));
        let mut event = Event {
            event_type,
            order: order.clone(),
            timestamp: at(0),
            actor: None,
            id: "e-1".parse().unwrap(),
        };
        let mut seen = Vec::new();
        for command in [
            None,
            Some(0),
            Some(2),
            Some(3),
            Some(4),
            Some(5),
            Some(6),
            Some(7),
        ] {
            if let Some(command) = command {
                let command = commands()[command].clone();
                (order, event.event_type) = order.apply(command, Actor::AnyRole, at(1)).unwrap();
                event.order = order.clone();
            }
            let subject = Subject::of(&event, None);
            seen.push([Topic::Offers, Topic::Dispatch].map(|topic| {
                assert!(!topic.holds(&order) || topic.concerns(&subject));
                u8::from(topic.holds(&order)) + u8::from(topic.concerns(&subject))
            }));
        }
        // 2: in the topic; 1: has just left it.
        let expected = [
            [0, 0],
            [2, 0],
            [1, 2],
            [0, 2],
            [0, 2],
            [0, 2],
            [0, 2],
            [0, 1],
        ];
        assert_eq!(seen, expected);
        // An order whose way is not known concerns everyone who may show it.
        event.order.times = Times::known(at(0), order.status, at(1));
        assert!(Topic::Offers.concerns(&Subject::of(&event, None)));
        // Nobody has shown it before its first event, whatever its status.
        event.order.version = 1;
        assert!(!Topic::Dispatch.concerns(&Subject::of(&event, None)));
    }

    #[test]
    fn a_scope_of_no_topics_holds_nothing_and_everything_all() {
        let (order, _) = Order::new(id(1), offer(), at(0));
        assert!(Scope::everything().holds(&order));
        assert!(!Scope::of([]).holds(&order));
        assert!(Scope::of([Topic::Offers, supplier("Bella Napoli")]).holds(&order));
        assert!(!Scope::of([Topic::Offers, supplier("bella napoli")]).holds(&order));
        assert!(Scope::of([Topic::Order(id(1))]).holds(&order));
        assert!(!Scope::of([Topic::Order(id(2))]).holds(&order));
    }

    #[test]
    fn topics_of_orders_tell_of_no_pizzeria_and_those_of_pizzerias_hold_no_order() {
        let (one, other) = (id(7).0, id(8).0);
        let order = Order::new(id(7), offer(), at(0)).0;
        for topic in Topic::of_shop(one) {
            assert!(topic.tells_of(one), "{topic}");
            assert!(!topic.holds(&order), "{topic}");
        }
        assert!(!Topic::Restaurant(one).tells_of(other));
        let orders = [Topic::Offers, Topic::Dispatch, Topic::Order(id(7))];
        assert!(!Scope::of(orders).tells_of(one));
        assert!(!Scope::of([]).tells_of(one));
        assert!(Scope::everything().tells_of(one));
        assert!(Scope::of([Topic::Offers, Topic::Restaurant(one)]).tells_of(one));
        assert!(Scope::of([Topic::Shops]).tells_of(other));
    }

    proptest! {
        /// The topics of an event are those that it concerns.
        #[test]
        fn an_event_names_every_topic_that_it_concerns(moves in proptest::collection::vec(0usize..10, 0..9), n in 0u128..4) {
            let (mut order, event_type) = Order::new(id(1), offer(), at(0));
            for command in moves {
                if let Ok((changed, _)) = order.clone().apply(commands()[command].clone(), Actor::AnyRole, at(1)) {
                    order = changed;
                }
            }
            let cursor = "e-1".parse().unwrap();
            let event = Event { event_type, order, timestamp: at(1), actor: None, id: cursor };
            let subject = Subject::of(&event, None);
            let topics: Vec<_> = subject.topics().collect();
            prop_assert!(topics.iter().all(|topic| topic.concerns(&subject)));
            for topic in [Topic::Order(id(n)), supplier("Bella"), Topic::Offers, Topic::Dispatch, supplier("Bella Napoli"), Topic::Order(id(1))] {
                prop_assert_eq!(topics.contains(&topic), topic.concerns(&subject));
                prop_assert!(topic.concerns(&subject) || !topic.holds(&event.order));
            }
        }
    }
}
