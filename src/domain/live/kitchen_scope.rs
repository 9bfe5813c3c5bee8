//! Whose an order is on the page of a kitchen: that of who has its supplier's name, and of the pizzeria from whose menu it
//! was ordered, which may have been called otherwise then.

use super::scope::{Scope, Topic};
use crate::domain::Order;

impl Scope {
    /// Whether an order is one of this kitchen's, or of any, on a page of this scope. The scope names the pizzeria beside
    /// the kitchen.
    pub fn is_of_kitchen(&self, order: &Order, kitchen: Option<&str>) -> bool {
        let Some(kitchen) = kitchen else {
            return true;
        };
        let topics = self.topics().unwrap_or_default();
        let is_named = |topic: &Topic| matches!(topic, Topic::Supplier(name) if **name == *kitchen);
        let is_from_menu = |topic: &Topic| matches!(topic, Topic::Kitchen(_)) && topic.holds(order);
        let is_its_scope = || topics.iter().any(is_named);
        *kitchen == *order.supplier_name || is_its_scope() && topics.iter().any(is_from_menu)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Event, EventType, Field, Name, Subject,
        samples::{at, direct, id, offer},
    };

    fn supplier(name: &str) -> Topic {
        Topic::Supplier(Name::parse(name).unwrap())
    }

    #[test]
    fn a_renamed_pizzeria_keeps_its_orders() {
        let order = direct(1);
        let pizzeria = order.restaurant_id.unwrap();
        let renamed = Scope::of([supplier("Luna"), Topic::Kitchen(pizzeria)]);
        assert!(renamed.holds(&order));
        assert!(renamed.is_of_kitchen(&order, Some("Luna")));
        assert!(renamed.is_of_kitchen(&order, None));
        assert!(renamed.is_of_kitchen(&order, Some("Bella Napoli")));
        // A page that shows another kitchen by now.
        assert!(!renamed.is_of_kitchen(&order, Some("Forno")));
        // What was offered belongs to a name alone.
        let offered = Order::new(id(2), offer(), at(0)).0;
        assert!(!renamed.holds(&offered));
        assert!(!renamed.is_of_kitchen(&offered, Some("Luna")));
        let other = Scope::of([supplier("Luna"), Topic::Kitchen(id(9).0)]);
        assert!(!other.is_of_kitchen(&order, Some("Luna")));
        assert!(!Scope::everything().is_of_kitchen(&order, Some("Luna")));
    }

    #[test]
    fn its_events_concern_the_page_of_its_pizzeria() {
        let order = direct(1);
        let pizzeria = order.restaurant_id.unwrap();
        let event = Event {
            event_type: EventType::CustomerAccepted,
            order,
            timestamp: at(0),
            actor: None,
            id: "e-1".parse().unwrap(),
        };
        let subject = Subject::of(&event, None);
        let topics: Vec<_> = subject.topics().collect();
        assert!(topics.contains(&Topic::Kitchen(pizzeria)));
        assert!(Scope::of([Topic::Kitchen(pizzeria)]).concerns(&subject));
        assert!(!Scope::of([Topic::Kitchen(id(9).0)]).concerns(&subject));
        assert!(!Topic::Kitchen(pizzeria).tells_of(pizzeria));
    }
}
