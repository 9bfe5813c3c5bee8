//! An item as its form has it. A row of the menu has a few of its values; its own page has all.

use super::values::{all_of, fields_of, has_field, json_of, number, parts, text};
use crate::{
    domain::{
        FieldError, InvalidField,
        shop::{
            code::Code,
            menu::{Item, ItemPrice, Outline, fault::MenuFault, read::read_item},
        },
    },
    server::{services::shops::refusal::ShopRefusal, web::pages::account::Sent},
};
use serde_json::{Map, Value, json};

/// The field of a form that has all values of an item.
pub const WHOLE: &str = "whole";

/// The name of the field for the price of a size, or of what has one size.
pub fn price_field(size: Option<&Code>) -> String {
    size.map_or_else(|| "price".to_owned(), |size| format!("price-{size}"))
}

/// The item that a form makes of another one, or of none.
pub fn item_of(sent: &Sent, before: Option<&Item>, outline: &Outline) -> Result<Item, ShopRefusal> {
    let mut json = match before {
        Some(item) => json_of(item)?,
        None => json!({}),
    };
    json["name"] = text(sent.get("name"));
    if has_field(sent, "about") {
        json["about"] = text(sent.get("about"));
    }
    json["prices"] = prices(sent, before, outline);
    if sent.has(WHOLE) {
        add_the_rest(sent, &mut json);
    }
    let mut fields = fields_of(&json)?;
    let item = read_item(&mut fields);
    Ok(fields.finish(|| item)?)
}

/// One price for each size whose field is filled. What else a price says stays.
fn prices(sent: &Sent, before: Option<&Item>, outline: &Outline) -> Value {
    let sizes = outline.sizes.iter().map(|size| Some(&size.id));
    let sizes = std::iter::once(None).chain(sizes);
    let prices = sizes.filter_map(|size| {
        let price = number(sent.get(&price_field(size)));
        if price.is_null() {
            return None;
        }
        let old = before.and_then(|item| item.price(size));
        Some(json!({
            "size": size, "price": price, "deposit": deposit(sent, old), "amount": amount(sent, old),
        }))
    });
    prices.collect()
}

fn deposit(sent: &Sent, old: Option<&ItemPrice>) -> Value {
    match has_field(sent, "deposit") {
        true => match number(sent.get("deposit")) {
            Value::Null => json!(0),
            deposit => deposit,
        },
        false => json!(old.map_or(0.0, |old| f64::from(old.deposit.get()) / 100.0)),
    }
}

/// `330 ml`, `400 g`: what is in one.
fn amount(sent: &Sent, old: Option<&ItemPrice>) -> Value {
    if !has_field(sent, "amount") {
        return json!(old.and_then(|old| old.amount));
    }
    let typed = sent.get("amount").trim();
    let (count, unit) = match typed.find(|c: char| c.is_alphabetic()) {
        Some(at) => typed.split_at(at),
        None => (typed, "ml"),
    };
    match number(count) {
        Value::Null => Value::Null,
        count => Value::Object(Map::from_iter([(unit.trim().to_lowercase(), count)])),
    }
}

/// The field of the form of an item that a path is about. Prices are counted without the empty fields.
pub fn place(sent: &Sent, outline: &Outline, one: &InvalidField) -> Option<String> {
    if let FieldError::Menu {
        fault: MenuFault::HalfWithoutPrice { size, .. },
    } = &one.error
    {
        return Some(format!("price-{size}"));
    }
    let name = one.field.split(['[', '.']).next().unwrap_or_default();
    if one.field.contains(".amount") {
        return Some("amount".to_owned());
    }
    if one.field.ends_with(".deposit") {
        return Some("deposit".to_owned());
    }
    if name != "prices" {
        return Some(name.to_owned());
    }
    let sizes = outline.sizes.iter().map(|size| Some(&size.id));
    let fields: Vec<_> = std::iter::once(None)
        .chain(sizes)
        .map(price_field)
        .collect();
    let filled: Vec<_> = fields
        .iter()
        .filter(|field| sent.has(field.as_str()))
        .collect();
    let at = one.field.trim_start_matches("prices[").split(']').next();
    let at = at.and_then(|at| at.parse::<usize>().ok());
    let field = match at.and_then(|at| filled.get(at)) {
        Some(field) => field.as_str(),
        // Of all prices: the first field of the row.
        None => fields.get(1).or(fields.first())?,
    };
    Some(field.to_owned())
}

fn add_the_rest(sent: &Sent, json: &mut Value) {
    for list in ["groups", "halves", "allergens", "diets"] {
        json[list] = all_of(sent, list).into();
    }
    for list in ["without", "additives"] {
        json[list] = parts(sent.get(list), &['\n', ',']).into();
    }
    json["pieces"] = number(sent.get("pieces"));
    json["tax"] = text(sent.get("tax"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Error, Field, shop::menu::samples};

    fn sent(fields: &[(&str, &str)]) -> Sent {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sent(fields.iter().map(pair).collect())
    }

    fn code(text: &str) -> Code {
        Code::parse(text).unwrap()
    }

    #[test]
    fn a_row_changes_what_it_shows_and_nothing_else() {
        let menu = samples::menu();
        let cola = menu.item(&code("cola")).unwrap();
        let form = sent(&[("name", "Cola Zero"), ("about", ""), ("price", "2,80")]);
        let changed = item_of(&form, Some(cola), &menu.outline).unwrap();
        assert_eq!(&*changed.name, "Cola Zero");
        assert_eq!(changed.prices[0].price.get(), 280);
        let as_before = Item {
            name: cola.name.clone(),
            prices: cola.prices.clone(),
            ..changed.clone()
        };
        assert_eq!(as_before, *cola);
        assert_eq!(changed.prices[0].deposit, cola.prices[0].deposit);
        assert_eq!(changed.prices[0].amount, cola.prices[0].amount);
    }

    #[test]
    fn a_price_for_each_size_that_has_one() {
        let menu = samples::menu();
        let form = sent(&[("name", "Bianca"), ("price-m", "8"), ("price-l", "")]);
        let made = item_of(&form, None, &menu.outline).unwrap();
        let sizes: Vec<_> = made.prices.iter().map(|price| price.size.clone()).collect();
        assert_eq!(sizes, [Some(code("m"))]);
    }

    #[test]
    fn what_is_no_price_is_refused_with_its_place() {
        let menu = samples::menu();
        let form = sent(&[("name", ""), ("price", "cheap")]);
        let refused = item_of(&form, None, &menu.outline).unwrap_err();
        let ShopRefusal::Market(Error::Invalid(invalid)) = refused else {
            panic!("{refused:?}");
        };
        let places: Vec<_> = invalid.iter().map(|one| one.field.as_str()).collect();
        assert!(places.contains(&"name"), "{places:?}");
        assert!(places.contains(&"prices[0].price"), "{places:?}");
        let field = |path: &str| {
            let one = InvalidField::new(path, FieldError::Missing);
            place(&form, &menu.outline, &one)
        };
        assert_eq!(field("prices[0].price").as_deref(), Some("price"));
        assert_eq!(field("prices").as_deref(), Some("price-m"));
        assert_eq!(field("prices[0].amount.ml").as_deref(), Some("amount"));
        assert_eq!(field("without[2]").as_deref(), Some("without"));
    }
}
