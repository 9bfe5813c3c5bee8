//! A group of options as its form has it: a row for each option, whose fields have its number in their names.

use super::values::{all_of, has_field, number, text};
use crate::{
    domain::{
        InvalidField, is_blank,
        shop::{
            code::Code,
            menu::{Group, MenuOption, OptionPrice, Outline},
        },
    },
    server::web::pages::account::Sent,
};
use serde_json::{Map, Value, json};

/// The numbers in a group, beside its name.
pub const NUMBERS: [&str; 4] = ["min", "max", "free", "each"];

/// What the form of a group asks for.
const SAVE: &str = "save-group";

/// What the button of a row asks for: the group saved as it is typed, with this option one place further up.
pub fn raise(row: usize) -> String {
    format!("{SAVE} {row}")
}

/// What a form asks for, without the number of a row.
pub fn act(sent: &Sent) -> &str {
    let act = sent.get("act");
    act.split_once(' ').map_or(act, |(act, _)| act)
}

/// The row whose option goes one place further up.
fn raised(sent: &Sent) -> Option<usize> {
    let row = sent.get("act").strip_prefix(SAVE)?.strip_prefix(' ')?;
    row.parse().ok()
}

/// The name of a field of the row with this number.
pub fn row_field(row: usize, field: &str) -> String {
    format!("o{row}-{field}")
}

/// The field for the price of an option in a size, or in all.
pub fn price_field(size: Option<&Code>) -> String {
    size.map_or_else(|| "price".to_owned(), |size| format!("price-{size}"))
}

/// What an option costs in a size, or in all, as its field has it.
pub fn price_text(option: &MenuOption, size: Option<&Code>) -> String {
    let price = match (&option.price, size) {
        (OptionPrice::One(price), None) => Some(*price),
        (OptionPrice::BySize(prices), Some(size)) => prices.get(size).copied(),
        _ => None,
    };
    price.map(|price| price.to_string()).unwrap_or_default()
}

/// How many rows a form has.
pub fn row_count(sent: &Sent) -> usize {
    (0..=Outline::MAX_OPTIONS + 10)
        .take_while(|row| has_field(sent, &row_field(*row, "name")))
        .count()
}

/// The rows that are options, in the order that they are to have: neither empty nor to be removed.
fn kept_rows(sent: &Sent, outline: &Outline) -> Vec<usize> {
    let is_kept = |row: &usize| {
        let get = |field: &str| sent.get(&row_field(*row, field));
        let sizes = outline.sizes.iter().map(|size| Some(&size.id));
        let mut prices = sizes.chain([None]).map(|size| get(&price_field(size)));
        let is_new_and_empty =
            get("id").is_empty() && is_blank(get("name")) && prices.all(is_blank);
        get("remove").is_empty() && !is_new_and_empty
    };
    let mut rows: Vec<_> = (0..row_count(sent)).filter(is_kept).collect();
    let raised = raised(sent);
    let at = rows.iter().position(|row| Some(*row) == raised);
    if let Some(at) = at.filter(|at| *at > 0) {
        rows.swap(at - 1, at);
    }
    rows
}

/// Writes a form into the JSON of a group.
pub fn write(group: &mut Value, sent: &Sent, outline: &Outline) {
    for name in NUMBERS {
        group[name] = number(sent.get(name));
    }
    group["halves"] = sent.has("halves").into();
    let rows = kept_rows(sent, outline).into_iter();
    group["options"] = rows.map(|row| option(sent, row, outline)).collect();
}

fn option(sent: &Sent, row: usize, outline: &Outline) -> Value {
    let name = |field: &str| row_field(row, field);
    let id = sent.get(&name("id"));
    let id = (!id.is_empty()).then_some(id);
    json!({
        "id": id, "name": text(sent.get(&name("name"))), "price": price(sent, row, outline),
        "allergens": all_of(sent, &name("allergens")), "diets": all_of(sent, &name("diets")),
        "default": sent.has(&name("default")),
    })
}

/// One price; or one for each size, where one of a size is filled: then the one price is that of the others.
fn price(sent: &Sent, row: usize, outline: &Outline) -> Value {
    let typed = |size| number(sent.get(&row_field(row, &price_field(size))));
    let one = typed(None);
    let sizes = outline.sizes.iter().map(|size| &size.id);
    let by_size: Vec<_> = sizes.map(|size| (size, typed(Some(size)))).collect();
    if by_size.iter().all(|(_, price)| price.is_null()) {
        return one;
    }
    let prices = by_size.into_iter().map(|(size, price)| {
        let price = if price.is_null() { one.clone() } else { price };
        (size.to_string(), price)
    });
    let prices: Map<String, Value> = prices.filter(|(_, price)| !price.is_null()).collect();
    Value::Object(prices)
}

/// The field of the form of a group that a path of the outline is about: `groups[1].options[2].price.l`.
pub fn place(sent: &Sent, outline: &Outline, one: &InvalidField) -> Option<String> {
    let code = sent.get("group");
    let known = |group: &Group| &*group.id == code;
    let at = outline.groups.iter().position(known);
    let at = at.unwrap_or(outline.groups.len());
    let rest = one.field.strip_prefix(&format!("groups[{at}]."))?;
    let Some(rest) = rest.strip_prefix("options[") else {
        return Some(rest.to_owned());
    };
    let (option, rest) = rest.split_once(']')?;
    let row = *kept_rows(sent, outline).get(option.parse::<usize>().ok()?)?;
    let field = match rest.trim_start_matches('.') {
        "price" => missing_price(sent, row, outline, one),
        field => field.replace('.', "-"),
    };
    let field = field.split('[').next().unwrap_or_default();
    Some(row_field(row, field))
}

/// The price that is missing: of the size that a sentence names, else of the first one.
fn missing_price(sent: &Sent, row: usize, outline: &Outline, one: &InvalidField) -> String {
    use crate::domain::{FieldError, shop::menu::fault::MenuFault};
    let named = match &one.error {
        FieldError::Menu {
            fault: MenuFault::OptionWithoutPrice { size, .. },
        } => size.as_ref(),
        _ => None,
    };
    let size = outline
        .sizes
        .iter()
        .find(|size| Some(&*size.name) == named.map(|name| &**name));
    let is_by_size = outline
        .sizes
        .iter()
        .any(|size| sent.has(&row_field(row, &price_field(Some(&size.id)))));
    price_field(size.filter(|_| is_by_size).map(|size| &size.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FieldError, shop::menu::samples};

    fn sent(fields: &[(&str, &str)]) -> Sent {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sent(fields.iter().map(pair).collect())
    }

    const FORM: [(&str, &str); 12] = [
        ("group", "top"),
        ("o0-id", "olives"),
        ("o0-name", "Olives"),
        ("o0-remove", "true"),
        ("o1-name", "Capers"),
        ("o1-price", "1,20"),
        ("o1-price-l", "1.50"),
        ("o1-allergens", "fish"),
        ("o2-name", " "),
        ("o3-name", "Basil"),
        ("o3-price", "0"),
        ("o3-default", "true"),
    ];

    #[test]
    fn rows_become_options() {
        let outline = samples::menu().outline;
        let mut group = json!({});
        write(&mut group, &sent(&FORM), &outline);
        let options = group["options"].as_array().unwrap();
        assert_eq!(options.len(), 2);
        assert_eq!(options[0]["price"], json!({"m": 1.2, "l": 1.5}));
        assert_eq!(options[0]["allergens"], json!(["fish"]));
        assert_eq!(options[1]["price"], json!(0));
        assert_eq!(options[1]["default"], true);
        assert_eq!(group["min"], Value::Null);
    }

    #[test]
    fn an_option_goes_up_among_those_that_stay() {
        let outline = samples::menu().outline;
        for (row, names) in [
            (3, ["Basil", "Capers"]),
            // The row before it is removed, and a new row is none.
            (1, ["Capers", "Basil"]),
            (0, ["Capers", "Basil"]),
            (2, ["Capers", "Basil"]),
            (99, ["Capers", "Basil"]),
        ] {
            let act = raise(row);
            let form = sent(&[&FORM[..], &[("act", &*act)]].concat());
            assert_eq!(super::act(&form), SAVE);
            let mut group = json!({});
            write(&mut group, &form, &outline);
            let options = group["options"].as_array().unwrap().iter();
            let is: Vec<_> = options
                .map(|option| option["name"].as_str().unwrap())
                .collect();
            assert_eq!(is, names, "{row}");
        }
        let form = sent(&[&FORM[..], &[("act", "save-group 3")]].concat());
        let first = InvalidField::new("groups[0].options[0].name", FieldError::Missing);
        assert_eq!(place(&form, &outline, &first).as_deref(), Some("o3-name"));
    }

    #[test]
    fn a_fault_is_at_the_field_of_its_row() {
        let outline = samples::menu().outline;
        let form = sent(&FORM);
        let at = |path: &str| {
            let one = InvalidField::new(path, FieldError::Missing);
            place(&form, &outline, &one)
        };
        let is = |name: &str| Some(name.to_owned());
        assert_eq!(at("groups[0].options[0].price.l"), is("o1-price-l"));
        assert_eq!(at("groups[0].options[1].name"), is("o3-name"));
        assert_eq!(at("groups[0].options[1].price"), is("o3-price"));
        assert_eq!(at("groups[0].max"), is("max"));
        assert_eq!(at("groups[1].max"), None);
        assert_eq!(at("sizes[0].name"), None);
    }
}
