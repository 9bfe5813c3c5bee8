//! What an order takes of a menu: the items and options that its lines name.

use super::{
    basket::{Line, RestaurantId, ShopName},
    counter::MenuPart,
};
use crate::domain::{Order, Status};

impl Line {
    /// The parts of the menu that it takes, with their names.
    pub fn parts(&self) -> Vec<(MenuPart, &ShopName)> {
        let item = (MenuPart::Item(self.item.clone()), &self.name);
        let half = self.half.as_ref();
        let half = half.map(|half| (MenuPart::Item(half.item.clone()), &half.name));
        let options = self.options.iter().map(|option| {
            let (group, option_code) = (option.group.clone(), option.option.clone());
            let part = MenuPart::Option {
                group,
                option: option_code,
            };
            (part, &option.name)
        });
        std::iter::once(item).chain(half).chain(options).collect()
    }

    fn has(&self, part: &MenuPart) -> bool {
        self.parts().iter().any(|(one, _)| one == part)
    }
}

impl Order {
    /// The parts of the menu that it takes, each once, with their names.
    pub fn menu_parts(&self) -> Vec<(MenuPart, String)> {
        let lines = self.basket.iter().flat_map(|basket| &basket.lines);
        let mut parts: Vec<(MenuPart, String)> = Vec::new();
        for (part, name) in lines.flat_map(Line::parts) {
            if !parts.iter().any(|(known, _)| *known == part) {
                parts.push((part, name.to_string()));
            }
        }
        parts
    }

    /// Whether a kitchen has yet to make something of it that takes this part of the menu of this pizzeria.
    pub fn still_needs(&self, pizzeria: RestaurantId, part: &MenuPart) -> bool {
        let is_open = matches!(self.status, Status::CustomerAccepted | Status::Preparing);
        let mut lines = self.basket.iter().flat_map(|basket| &basket.lines);
        is_open
            && self.restaurant_id == Some(pizzeria)
            && lines.any(|line| line.done < line.quantity && line.has(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Field,
        samples::{direct, id},
        shop::code::Code,
    };

    fn code(text: &str) -> Code {
        Code::parse(text).unwrap()
    }

    #[test]
    fn an_order_takes_items_halves_and_options_each_once() {
        let mut order = direct(1);
        let lines = &mut order.basket.as_mut().unwrap().lines;
        lines.push(lines[0].clone());
        let names: Vec<_> = order.menu_parts();
        let names: Vec<_> = names.into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["Diavola", "Funghi", "Olives", "Cola"]);
    }

    #[test]
    fn what_is_ticked_is_not_needed_any_more() {
        let mut order = direct(1);
        let pizzeria = order.restaurant_id.unwrap();
        let funghi = MenuPart::Item(code("funghi"));
        let olives = MenuPart::Option {
            group: code("top"),
            option: code("olive"),
        };
        let ham = MenuPart::Item(code("ham"));
        for (part, needs) in [(&funghi, true), (&olives, true), (&ham, false)] {
            assert_eq!(order.still_needs(pizzeria, part), needs, "{part:?}");
        }
        assert!(!order.still_needs(id(9).0, &funghi), "of another pizzeria");
        let line = &mut order.basket.as_mut().unwrap().lines[0];
        line.done = line.quantity;
        assert!(!order.still_needs(pizzeria, &funghi));
        let line = &mut order.basket.as_mut().unwrap().lines[0];
        line.done = line.quantity - 1;
        assert!(order.still_needs(pizzeria, &funghi));
        order.status = Status::Ready;
        assert!(!order.still_needs(pizzeria, &funghi));
    }
}
