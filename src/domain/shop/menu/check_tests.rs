//! What is refused of a menu, and in which words.

use super::{
    Item, ItemPrice, Menu, OptionPrice,
    check::{Edited, check},
    samples::menu,
};
use crate::domain::{Cents, Field, shop::code::Code};

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

/// The one fault of a menu that is changed like this.
fn fault_of(edited: Edited, change: impl FnOnce(&mut Menu)) -> (String, String) {
    let mut menu = menu();
    change(&mut menu);
    let mut faults = check(&menu, edited);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    let one = faults.remove(0);
    (one.field, one.error.to_string())
}

fn is(path: &str, why: &str) -> (String, String) {
    (path.to_owned(), why.to_owned())
}

#[test]
fn the_sample_has_no_fault() {
    let item = code("marg");
    for edited in [Edited::Menu, Edited::Outline, Edited::Item(&item)] {
        assert_eq!(check(&menu(), edited), []);
    }
}

#[test]
fn a_code_stands_once() {
    let size = fault_of(Edited::Menu, |menu| {
        let mut size = menu.outline.sizes[0].clone();
        size.name = Field::parse("Other").unwrap();
        menu.outline.sizes.push(size);
    });
    assert_eq!(size, is("sizes[2].id", "Two sizes have the code m."));
    let option = fault_of(Edited::Outline, |menu| {
        let options = &mut menu.outline.groups[0].options;
        options[1].id = code("olives");
    });
    assert_eq!(
        option,
        is(
            "groups[0].options[1].id",
            "Two options have the code olives."
        )
    );
    let item = fault_of(Edited::Menu, |menu| menu.items.push(menu.items[3].clone()));
    assert_eq!(item, is("items[4].id", "Two items have the code cola."));
}

#[test]
fn a_group_can_be_satisfied() {
    let min = fault_of(Edited::Menu, |menu| menu.outline.groups[1].min = 4);
    assert_eq!(
        min,
        is(
            "groups[1].min",
            "Sauces wants at least 4 and allows at most 3."
        )
    );
    let max = fault_of(Edited::Menu, |menu| menu.outline.groups[1].max = 4);
    assert_eq!(
        max,
        is(
            "groups[1].max",
            "Sauces allows 4, and its options can be chosen 3 times."
        )
    );
    let defaults = fault_of(Edited::Menu, |menu| {
        let sauces = &mut menu.outline.groups[1];
        sauces.max = 1;
        sauces.options[1].default = true;
    });
    assert_eq!(
        defaults,
        is(
            "groups[1].options",
            "Sauces allows 1, and 2 are chosen beforehand."
        )
    );
}

#[test]
fn an_option_has_a_price_for_each_size_at_which_it_is_offered() {
    let remove = |menu: &mut Menu| {
        let olives = &mut menu.outline.groups[0].options[0];
        if let OptionPrice::BySize(prices) = &mut olives.price {
            prices.remove(&code("l"));
        }
        menu.items.retain(|item| &*item.id == "marg");
        for category in &mut menu.outline.categories {
            category.items.retain(|item| &**item == "marg");
        }
    };
    let why = "Olives of Toppings has no price for Large, and Margherita offers it.";
    let path = "groups[0].options[0].price";
    assert_eq!(fault_of(Edited::Menu, remove), is(path, why));
    assert_eq!(fault_of(Edited::Outline, remove), is(path, why));
    let item = code("marg");
    assert_eq!(fault_of(Edited::Item(&item), remove), is("groups[0]", why));
    let cola = fault_of(Edited::Menu, |menu| menu.items[3].groups.push(code("top")));
    assert_eq!(
        cola,
        is(
            path,
            "Olives of Toppings has no price without a size, and Cola offers it."
        )
    );
}

#[test]
fn what_is_in_use_is_not_removed() {
    let mut only = menu();
    only.items.retain(|item| &*item.id == "cola");
    only.outline.categories.remove(0);
    only.outline.sizes.clear();
    let group = fault_of(Edited::Outline, |menu| {
        menu.outline.groups.remove(1);
        menu.items[1].groups.pop();
        menu.items[2].groups.pop();
    });
    assert_eq!(
        group,
        is(
            "groups",
            "Margherita offers the group sauce, which is not there."
        )
    );
    let size = fault_of(Edited::Outline, |menu| {
        menu.items[3].prices[0].size = Some(code("xl"));
    });
    assert_eq!(
        size,
        is(
            "sizes",
            "Cola has a price for the size xl, which is not there."
        )
    );
    let option = fault_of(Edited::Outline, |menu| {
        *menu = only;
        menu.outline.groups[0].options.truncate(1);
        menu.outline.groups[0].max = 2;
        if let OptionPrice::BySize(prices) = &mut menu.outline.groups[0].options[0].price {
            prices.remove(&code("l"));
        }
    });
    assert_eq!(
        option,
        is(
            "groups[0].options[0].price.m",
            "Olives of Toppings has a price for the size m, which is not there."
        )
    );
}

#[test]
fn an_item_stands_in_one_category() {
    let twice = fault_of(Edited::Menu, |menu| {
        menu.outline.categories[1].items.push(code("marg"));
    });
    assert_eq!(
        twice,
        is(
            "categories[1].items[1]",
            "The item marg stands in Pizza and again in Drinks."
        )
    );
    let unknown = fault_of(Edited::Outline, |menu| {
        menu.outline.categories[0].items.push(code("calzone"));
    });
    assert_eq!(
        unknown,
        is(
            "categories[0].items[3]",
            "Pizza names the item calzone, which is not there."
        )
    );
}

#[test]
fn an_item_has_its_prices_once() {
    let item = code("marg");
    let of =
        |change: fn(&mut Item)| fault_of(Edited::Item(&item), |menu| change(&mut menu.items[0]));
    let another = |size: Option<&str>| ItemPrice {
        size: size.map(code),
        price: Cents::new(1),
        deposit: Cents::new(0),
        amount: None,
    };
    assert_eq!(
        of(|item| {
            let again = item.prices[1].clone();
            item.prices.push(again);
        }),
        is(
            "prices[2].size",
            "Margherita has two prices for the size l."
        )
    );
    assert_eq!(
        of(|item| item.halves = vec![Field::parse("xl").unwrap()]),
        is(
            "halves[0]",
            "Margherita may be a half in the size xl, for which it has no price."
        )
    );
    assert_eq!(
        of(|item| item.without[1] = item.without[0].clone()).0,
        "without[1]"
    );
    assert_eq!(
        of(|item| item.without = (0..20)
            .map(|n| {
                let name = format!("{n:02}{}", "🍕".repeat(58));
                Field::parse(&name).unwrap()
            })
            .collect())
        .0,
        "item"
    );
    let none = fault_of(Edited::Menu, |menu| menu.items[3].prices.clear());
    assert_eq!(none, is("items[3].prices", "Cola has no price."));
    let both = fault_of(Edited::Menu, |menu| {
        menu.items[3].prices.push(another(Some("m")));
    });
    assert_eq!(
        both,
        is(
            "items[3].prices[0].size",
            "Cola has prices with a size and one without."
        )
    );
}
