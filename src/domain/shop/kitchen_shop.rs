//! The pizzeria that a kitchen's page is of: what holds at its counter, and what its board takes by it.

use super::{
    basket::RestaurantId,
    counter::{Counter, MenuPart},
    slug::Slug,
};
use crate::domain::{Name, Topic};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KitchenShop {
    /// The kitchen, as the address of the page names it.
    pub kitchen: Name,
    /// What the pizzeria is called now.
    pub name: Name,
    pub slug: Slug,
    pub counter: Counter,
    /// The names of what is sold out, by the text of the part of the menu.
    pub names: Vec<(String, String)>,
}

impl KitchenShop {
    pub fn id(&self) -> RestaurantId {
        self.counter.id
    }

    /// What the page is about beside the orders of its kitchen's name. Who works for one name sees no order of another one:
    /// then the orders are not asked for by their pizzeria (`by_id`).
    pub fn topics(&self, by_id: bool) -> impl Iterator<Item = Topic> {
        let id = self.id();
        let orders = by_id.then_some(Topic::Kitchen(id));
        orders.into_iter().chain([Topic::Restaurant(id)])
    }

    pub fn name_of(&self, part: &MenuPart) -> Option<&str> {
        let part = part.to_string();
        let mut names = self.names.iter();
        names.find_map(|(known, name)| (*known == part).then_some(&**name))
    }

    /// Takes what is told of a counter, unless it is another one's, or known.
    pub fn hear(&mut self, counter: Counter) -> bool {
        let is_news = counter.id == self.counter.id && counter.version > self.counter.version;
        if is_news {
            self.counter = counter;
        }
        is_news
    }

    /// Takes what was read again. What has been told meanwhile is newer.
    pub fn renew(&mut self, read: KitchenShop) {
        let before = std::mem::replace(self, read);
        if before.id() == self.id() {
            self.hear(before.counter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Field;
    use uuid::Uuid;

    fn shop(version: u32) -> KitchenShop {
        let mut counter = Counter::new(Uuid::from_u128(7));
        counter.version = version;
        KitchenShop {
            kitchen: Name::parse("Luna").unwrap(),
            name: Name::parse("Luna").unwrap(),
            slug: Slug::of_name("Luna"),
            counter,
            names: vec![("top.olives".to_owned(), "Olives".to_owned())],
        }
    }

    #[test]
    fn the_newest_counter_stands_however_it_comes() {
        let mut held = shop(3);
        assert!(!held.hear(shop(2).counter));
        assert!(!held.hear(shop(3).counter));
        assert!(held.hear(shop(5).counter));
        let mut others = shop(9).counter;
        others.id = Uuid::from_u128(8);
        assert!(!held.hear(others));
        held.renew(shop(4));
        assert_eq!(held.counter.version, 5);
        held.renew(shop(6));
        assert_eq!(held.counter.version, 6);
    }

    #[test]
    fn what_is_sold_out_has_a_name() {
        let shop = shop(1);
        let name = |part: &str| shop.name_of(&part.parse().unwrap()).map(str::to_owned);
        assert_eq!(name("top.olives").as_deref(), Some("Olives"));
        assert_eq!(name("olives"), None);
        let id = shop.id();
        let topics = |by_id| shop.topics(by_id).collect::<Vec<_>>();
        assert_eq!(topics(false), [Topic::Restaurant(id)]);
        assert_eq!(topics(true), [Topic::Kitchen(id), Topic::Restaurant(id)]);
    }
}
