//! A menu as it comes in: each value by its own rule, all refusals at once, with their paths. What the parts of a menu
//! demand of each other is the part of `check`.

use super::{
    About, Amount, Category, Group, Halves, HalvesRule, Item, ItemPrice, Menu, MenuOption,
    OptionPrice, Outline, Size, edit::Place,
};
use crate::domain::{
    Cents, Error, Field, FieldError, Fields, Whole,
    shop::{
        basket::{Allergen, Diet, TaxClass},
        code::Code,
        hours::{Hours, HoursInput},
    },
};
use std::collections::BTreeMap;

/// The parts of an outline. `next` and `version` are the server's: those that come in are not read.
pub fn read_outline(fields: &mut Fields) -> Outline {
    fields.ignore(&["next", "version"]);
    Outline {
        sizes: fields.objects("sizes", Outline::MAX_SIZES, size),
        categories: fields.objects("categories", Outline::MAX_CATEGORIES, category),
        groups: fields.objects("groups", Outline::MAX_GROUPS, group),
        halves: fields.object("halves", halves).unwrap_or_default(),
        ..Outline::default()
    }
}

/// One item. `gone` and `version` are the server's: those that come in are not read.
pub fn read_item(fields: &mut Fields) -> Option<Item> {
    fields.ignore(&["gone", "version"]);
    let (id, name) = (id(fields), fields.required("name"));
    let about = fields.unless_blank::<About>("about");
    let prices = fields.objects("prices", Outline::MAX_SIZES, item_price);
    let groups = fields.list("groups", Item::MAX_GROUPS);
    let without = fields.list("without", Item::MAX_WITHOUT);
    let halves = fields.list("halves", Outline::MAX_SIZES);
    let pieces = whole::<0, 4>(fields, "pieces", 1);
    let tax = fields.one_of("tax", item_class).unwrap_or(TaxClass::Food);
    let allergens = fields.words("allergens", Allergen::from_name);
    let diets = fields.words("diets", Diet::from_name);
    let additives = fields.list("additives", Item::MAX_ADDITIVES);
    Some(Item {
        id,
        name: name?,
        about,
        prices,
        groups,
        without,
        halves,
        pieces,
        tax,
        allergens,
        diets,
        additives,
        gone: false,
        version: 1,
    })
}

/// A whole request that is an outline.
pub fn outline(mut fields: Fields) -> Result<Outline, Error> {
    let outline = read_outline(&mut fields);
    fields.finish(|| Some(outline))
}

/// A whole request that is a new item, and where it is to be shown.
pub fn placed_item(mut fields: Fields) -> Result<(Item, Option<Place>), Error> {
    let category = fields.optional("category");
    let place = fields.optional::<Whole<0, 499>>("place");
    let item = read_item(&mut fields);
    let place = category.map(|category| Place {
        category,
        place: place.map(|place| place.get().into()),
    });
    fields.finish(|| Some((item?, place)))
}

/// A whole request that is an item.
pub fn item(mut fields: Fields) -> Result<Item, Error> {
    let item = read_item(&mut fields);
    fields.finish(|| item)
}

/// The code of a part; one without is numbered later.
fn id(fields: &mut Fields) -> Code {
    fields.optional("id").unwrap_or_else(Code::unnumbered)
}

fn size(fields: &mut Fields) -> Option<Size> {
    let (id, name) = (id(fields), fields.required("name"));
    Some(Size { id, name: name? })
}

fn category(fields: &mut Fields) -> Option<Category> {
    let (id, name) = (id(fields), fields.required("name"));
    let about = fields.unless_blank("about");
    let hours = hours(fields);
    let items = fields.list("items", Menu::MAX_ITEMS);
    Some(Category {
        id,
        name: name?,
        about,
        hours,
        items,
    })
}

fn hours(fields: &mut Fields) -> Option<Hours> {
    let hours = fields.document::<HoursInput>("hours")?;
    let read = Hours::read(&hours, "hours");
    read.map_err(|invalid| fields.reject_all(invalid)).ok()
}

fn group(fields: &mut Fields) -> Option<Group> {
    let (id, name) = (id(fields), fields.required("name"));
    let max = fields.required::<Whole<1, 60>>("max");
    let (min, free) = (
        whole::<0, 60>(fields, "min", 0),
        whole::<0, 60>(fields, "free", 0),
    );
    let each = whole::<1, 3>(fields, "each", 1);
    let halves = fields.optional("halves").unwrap_or(false);
    let options = fields.objects("options", Outline::MAX_OPTIONS, option);
    Some(Group {
        id,
        name: name?,
        min,
        max: max?.get().into(),
        free,
        each,
        halves,
        options,
    })
}

fn option(fields: &mut Fields) -> Option<MenuOption> {
    let (id, name) = (id(fields), fields.required("name"));
    let price = match fields.has_object("price") {
        true => fields.object("price", prices_by_size),
        false => required_price(fields, "price").map(OptionPrice::One),
    };
    let allergens = fields.words("allergens", Allergen::from_name);
    let diets = fields.words("diets", Diet::from_name);
    let default = fields.optional("default").unwrap_or(false);
    Some(MenuOption {
        id,
        name: name?,
        price: price?,
        allergens,
        diets,
        default,
    })
}

fn prices_by_size(fields: &mut Fields) -> Option<OptionPrice> {
    let mut prices = BTreeMap::new();
    for (name, price) in fields.members::<Cents>() {
        let price = in_range(fields, &name, price);
        match Code::parse(&name) {
            Ok(code) => drop(prices.insert(code, price)),
            Err(error) => fields.reject(&name, error),
        }
    }
    Some(OptionPrice::BySize(prices))
}

fn halves(fields: &mut Fields) -> Option<Halves> {
    let usual = Halves::default();
    Some(Halves {
        rule: fields
            .one_of("rule", HalvesRule::from_name)
            .unwrap_or(usual.rule),
        half_percent: whole::<50, 100>(fields, "half_percent", usual.half_percent),
        topping_percent: whole::<50, 100>(fields, "topping_percent", usual.topping_percent),
        fee: price_or_none(fields, "fee"),
    })
}

fn item_price(fields: &mut Fields) -> Option<ItemPrice> {
    let size = fields.optional("size");
    let price = required_price(fields, "price");
    let deposit = price_or_none(fields, "deposit");
    let amount = fields.object("amount", amount);
    Some(ItemPrice {
        size,
        price: price?,
        deposit,
        amount,
    })
}

/// So many millilitres, or so many grams.
fn amount(fields: &mut Fields) -> Option<Amount> {
    let of = |amount: Whole<1, 50_000>| u32::from(amount.get());
    let before = fields.invalid_count();
    let (ml, g) = (fields.optional("ml").map(of), fields.optional("g").map(of));
    match (ml, g) {
        (Some(_), Some(_)) => {
            let why = "An amount is in ml or in g, not in both.";
            fields.reject("g", FieldError::fault(why));
            None
        }
        (None, None) => {
            if fields.invalid_count() == before {
                fields.reject("ml", FieldError::Missing);
            }
            None
        }
        (ml, g) => ml.map(Amount::Millilitres).or(g.map(Amount::Grams)),
    }
}

/// Deliveries are no item.
fn item_class(name: &str) -> Option<TaxClass> {
    TaxClass::from_name(name).filter(|class| *class != TaxClass::Delivery)
}

fn whole<const MIN: u16, const MAX: u16>(fields: &mut Fields, name: &str, usual: u32) -> u32 {
    let given = fields.optional::<Whole<MIN, MAX>>(name);
    given.map_or(usual, |number| number.get().into())
}

fn required_price(fields: &mut Fields, name: &str) -> Option<Cents> {
    let price = fields.required(name)?;
    Some(in_range(fields, name, price))
}

fn price_or_none(fields: &mut Fields, name: &str) -> Cents {
    let price = fields.optional(name).unwrap_or(Cents::new(0));
    in_range(fields, name, price)
}

fn in_range(fields: &mut Fields, name: &str, price: Cents) -> Cents {
    if price > Menu::MAX_PRICE {
        let range = FieldError::out_of_range(Cents::new(0), Menu::MAX_PRICE);
        fields.reject(name, range);
    }
    price
}

#[cfg(test)]
mod tests {
    use super::{super::samples::menu, *};

    fn fields(json: &str) -> Fields {
        let mut fields = Fields::default();
        fields.add_object(json.as_bytes()).unwrap();
        fields
    }

    fn refused<T: std::fmt::Debug>(read: Result<T, Error>) -> Vec<(String, FieldError)> {
        match read {
            Err(Error::Invalid(invalid)) => invalid
                .into_iter()
                .map(|one| (one.field, one.error))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let menu = menu();
        let json = serde_json::to_string(&menu.outline).unwrap();
        assert_eq!(outline(fields(&json)), Ok(menu.outline));
        for one in menu.items {
            let json = serde_json::to_string(&one).unwrap();
            assert_eq!(item(fields(&json)), Ok(one));
        }
    }

    #[test]
    fn what_is_not_named_has_a_usual_value() {
        let read = item(fields(
            r#"{"name": "Margherita", "prices": [{"price": 9}]}"#,
        ))
        .unwrap();
        assert_eq!((read.pieces, read.tax), (1, TaxClass::Food));
        assert!(read.id.is_empty());
        assert_eq!(read.prices[0].price, Cents::new(900));
        assert_eq!(outline(fields("{}")), Ok(Outline::default()));
        let placed = r#"{"name": "A", "prices": [{"price": 1}], "category": "pizza", "place": 2}"#;
        let place = Place {
            category: Code::parse("pizza").unwrap(),
            place: Some(2),
        };
        assert_eq!(placed_item(fields(placed)).unwrap().1, Some(place));
        assert!(item(fields(placed)).is_err());
    }

    #[test]
    fn every_refusal_has_its_path() {
        let json = r#"{
            "sizes": [{"id": "L", "name": "Large"}, {"name": ""}],
            "categories": [{"id": "c", "name": "Lunch", "hours": 1}, {"name": "Late", "hours": {"mon": [["12:00", "12:00"]],
                "tue": [], "wed": [], "thu": [], "fri": [], "sat": [], "sun": [], "day": []}}, {"name": "B", "hours": {"mon": 1}}],
            "groups": [
                {"id": "g", "name": "Sauces", "max": 0, "each": 4, "min": 1.5, "options": [
                    {"name": "A", "price": 9.999}, {"name": "B", "price": -1}, {"name": "C", "price": 1e400},
                    {"name": "D", "price": {"l": 1000.01, "X": 1, "m": "1"}}, {"name": "E", "pricing": 1}]}],
            "halves": {"rule": "cheaper", "half_percent": 49},
            "colour": "red"
        }"#;
        let refused = refused(outline(fields(json)));
        let paths: Vec<_> = refused.iter().map(|(path, _)| &**path).collect();
        assert_eq!(
            paths,
            [
                "sizes[0].id",
                "sizes[1].name",
                "categories[0].hours",
                "categories[1].hours.day",
                "categories[1].hours.mon[0]",
                "categories[2].hours",
                "groups[0].max",
                "groups[0].min",
                "groups[0].each",
                "groups[0].options[0].price",
                "groups[0].options[1].price",
                "groups[0].options[2].price",
                "groups[0].options[3].price.m",
                "groups[0].options[3].price.X",
                "groups[0].options[3].price.l",
                "groups[0].options[4].price",
                "groups[0].options[4].pricing",
                "halves.rule",
                "halves.half_percent",
                "colour",
            ]
        );
        assert_eq!(refused[0].1, FieldError::NotACode);
        assert_eq!(refused[9].1, FieldError::TooPrecise);
        let out_of_range = FieldError::out_of_range(Cents::new(0), Menu::MAX_PRICE);
        assert_eq!(refused[14].1, out_of_range);
        assert_eq!(refused[15].1, FieldError::Missing);
    }

    #[test]
    fn an_item_is_read_strictly() {
        let long = "🍕".repeat(61);
        let json = format!(
            r#"{{"about": 7, "tax": "delivery", "pieces": 5, "allergens": ["milk", "milk"], "diets": ["meat"],
            "prices": [{{"price": 1, "amount": {{"ml": 1, "g": 1}}}}, {{"price": 1, "amount": {{}}}}, {{"price": 1, "amount": {{"g": 0}}}}],
            "without": ["Onions", "{long}"]}}"#
        );
        let refused = refused(item(fields(&json)));
        let paths: Vec<_> = refused.iter().map(|(path, _)| &**path).collect();
        assert_eq!(
            paths,
            [
                "name",
                "about",
                "prices[0].amount.g",
                "prices[1].amount.ml",
                "prices[2].amount.g",
                "without[1]",
                "pieces",
                "tax",
                "allergens[1]",
                "diets[0]",
            ]
        );
    }
}
