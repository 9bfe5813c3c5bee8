//! Forms of items: what they make of what was chosen.

use super::draft::{Draft, Fault};
use crate::domain::shop::{
    code::Code,
    menu::samples::{code, menu},
};
use leptos::prelude::Owner;

fn sent(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    fields.iter().map(pair).collect()
}

/// The text of the line that a form makes, and its price or what is wrong.
fn made(fields: &[(&str, &str)]) -> (String, Result<u32, Vec<String>>) {
    let menu = menu();
    let item = menu.item(&code("diav")).unwrap();
    let draft = Draft::read(item, &menu, &sent(fields));
    let price = Owner::new().with(|| draft.price(item, &menu, |_, _| false));
    let price = price.map(|priced| priced.line.total.get());
    let words = |faults: Vec<Fault>| faults.into_iter().map(|one| one.words).collect();
    (draft.line.to_string(), price.map_err(words))
}

#[test]
fn a_form_makes_a_line_with_its_price() {
    let fields = [
        ("size", "l"),
        ("half", "fung"),
        ("p.top.olives", "left"),
        ("n.top.olives", "2"),
        ("p.top.cheese", ""),
        ("p.sauce.plain", "whole"),
        ("wl.1", "1"),
        ("wr.2", "1"),
        ("quantity", "2"),
        ("note", "Well done"),
    ];
    let (line, price) = made(&fields);
    assert_eq!(
        line,
        "diav/l+fung~top:olivesLx2~sauce:plain-1L-2R*2!Well%20done"
    );
    // (12.35 + 11.50) / 2 = 11.93, and 2 × 0.75 on the left.
    assert_eq!(price, Ok(2 * (1193 + 150)));
}

#[test]
fn a_group_says_how_many_more_or_fewer() {
    let (_, price) = made(&[("size", "l")]);
    assert_eq!(price, Err(vec!["Choose 1 more.".to_owned()]));
    let many = [
        ("size", "l"),
        ("p.sauce.plain", "whole"),
        ("p.top.olives", "left"),
        ("n.top.olives", "1"),
    ];
    assert_eq!(made(&many).1, Ok(1235 + 75));
}

#[test]
fn what_a_form_cannot_have_offered_is_left_out() {
    let fields = [
        ("size", "xxl"),
        ("half", "diav"),
        ("p.sauce.plain", "whole"),
        ("p.top.gold", "whole"),
        ("n.top.olives", "9999999999"),
        ("p.top.olives", "top"),
        ("w.99", "1"),
    ];
    let (line, price) = made(&fields);
    assert_eq!(line, "diav/m~sauce:plain");
    assert_eq!(price, Ok(950));
}

#[test]
fn two_halves_that_do_not_go_together_say_so() {
    let fields = [("size", "m"), ("half", "fung"), ("p.sauce.plain", "whole")];
    let (_, price) = made(&fields);
    let faults = price.unwrap_err();
    assert!(faults[0].contains("Choose another size"), "{faults:?}");
}

#[test]
fn what_is_sold_out_has_no_price() {
    let menu = menu();
    let item = menu.item(&code("diav")).unwrap();
    let draft = Draft::new(item, &menu);
    let sold_out =
        |of: &Code, option: Option<&Code>| *of == code("sauce") && option == Some(&code("plain"));
    let price = |sold_out: &dyn Fn(&Code, Option<&Code>) -> bool| {
        Owner::new().with(|| draft.price(item, &menu, sold_out).is_ok())
    };
    assert!(price(&|_, _| false));
    assert!(!price(&sold_out));
}
