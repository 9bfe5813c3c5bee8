//! The price of an item, for the script of its page.

use super::{
    data::ItemData,
    draft::{Draft, Fault},
};
use crate::{domain::shop::code::Code, ui::i18n::format::money};
use serde::Serialize;

/// What the script is told of a form.
#[derive(Serialize)]
struct Answer {
    /// In words, where nothing is wrong.
    total: Option<String>,
    faults: Vec<Fault>,
}

/// The price of an item, as JSON. `data` is an [`ItemData`], `form` the names and values of the fields, and `sold_out`
/// the parts of the menu that are, `marg top.olives`. Empty for what cannot be read.
pub fn price(data: &str, form: &str, sold_out: &str) -> String {
    read(data, form)
        .and_then(|(data, form)| answer(&data, &form, sold_out))
        .and_then(|answer| serde_json::to_string(&answer).ok())
        .unwrap_or_default()
}

fn read(data: &str, form: &str) -> Option<(ItemData, Vec<(String, String)>)> {
    let (data, form) = (serde_json::from_str(data), serde_json::from_str(form));
    data.ok().zip(form.ok())
}

fn answer(data: &ItemData, form: &[(String, String)], sold_out: &str) -> Option<Answer> {
    data.locale.set();
    let item = data.menu.item(&data.item)?;
    let is_sold_out = |of: &Code, option: Option<&Code>| {
        let mut parts = sold_out.split(' ');
        match option {
            None => parts.any(|part| part == &**of),
            Some(option) => parts.any(|part| part.split_once('.') == Some((of, option))),
        }
    };
    let priced = Draft::read(item, &data.menu, form).price(item, &data.menu, is_sold_out);
    Some(match priced {
        Ok(priced) => Answer {
            total: Some(money(priced.line.total)),
            faults: Vec::new(),
        },
        Err(faults) => Answer {
            total: None,
            faults,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::menu::samples::{code, menu};
    use crate::ui::i18n::locale::Locale;
    use leptos::prelude::Owner;
    use serde_json::{Value, json};

    fn priced(form: &Value, sold_out: &str) -> Value {
        let menu = menu();
        let item = menu.item(&code("diav")).unwrap();
        let data = ItemData {
            locale: Locale::default(),
            item: item.id.clone(),
            menu: menu.around(item),
        };
        let data = serde_json::to_string(&data).unwrap();
        let text = Owner::new().with(|| price(&data, &form.to_string(), sold_out));
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_part_of_the_menu_gives_the_price_of_the_whole_menu() {
        let form = json!([
            ["size", "l"],
            ["half", "fung"],
            ["p.top.olives", "left"],
            ["n.top.olives", "2"],
            ["p.sauce.plain", "whole"],
            ["quantity", "2"],
        ]);
        // As in the tests of the whole menu: 2 × (11.93 + 1.50).
        assert_eq!(priced(&form, ""), json!({"total": "€26.86", "faults": []}));
        for sold_out in ["cola fung", "top.olives", "diav", "sauce.plain"] {
            assert_eq!(priced(&form, sold_out)["total"], Value::Null, "{sold_out}");
        }
        assert_eq!(priced(&form, "cola top.cheese marg")["total"], "€26.86");
    }

    #[test]
    fn a_fault_names_its_group() {
        let fault = json!({"group": "sauce", "words": "Choose 1 more."});
        let form = json!([["size", "l"], ["note", "x".repeat(141)]]);
        let priced = priced(&form, "");
        assert_eq!(priced["faults"][0], fault);
        assert_eq!(priced["faults"][1]["group"], Value::Null);
    }

    #[test]
    fn what_cannot_be_read_has_no_price() {
        for (data, form) in [("", "[]"), ("{}", "[]"), ("{", ""), ("null", "null")] {
            assert_eq!(price(data, form, ""), "");
        }
    }
}
