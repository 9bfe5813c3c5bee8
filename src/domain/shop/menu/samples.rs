//! A small menu for unit tests, and lines of it: two sizes, pizzas that can be halves, toppings with a price for each size, a sauce that
//! must be chosen and of which one is free, a drink with a deposit.

use super::{Item, Menu, Outline};
use crate::domain::{
    Field,
    shop::{
        basket::Part,
        code::Code,
        request::{ChoiceRequest, LineRequest},
    },
};
use serde_json::json;

pub fn menu() -> Menu {
    let week = json!({
        "mon": [["11:30", "14:00"], ["17:00", "02:00"]], "tue": [], "wed": [["00:00", "24:00"]], "thu": [], "fri": [], "sat": [],
        "sun": []
    });
    let outline = json!({
        "sizes": [{"id": "m", "name": "Medium"}, {"id": "l", "name": "Large"}],
        "categories": [
            {"id": "pizza", "name": "Pizza", "about": null, "hours": null, "items": ["marg", "diav", "fung"]},
            {"id": "drinks", "name": "Drinks", "about": "Cold", "hours": week, "items": ["cola"]}
        ],
        "groups": [
            {"id": "top", "name": "Toppings", "min": 0, "max": 4, "free": 0, "each": 2, "halves": true, "options": [
                {"id": "olives", "name": "Olives", "price": {"l": 1.5, "m": 1}, "allergens": [], "diets": [], "default": false},
                {"id": "cheese", "name": "Cheese", "price": 0.85, "allergens": ["milk"], "diets": ["vegetarian"], "default": false}
            ]},
            {"id": "sauce", "name": "Sauces", "min": 1, "max": 3, "free": 1, "each": 1, "halves": false, "options": [
                {"id": "plain", "name": "Tomato", "price": 0, "allergens": [], "diets": [], "default": true},
                {"id": "bbq", "name": "Barbecue", "price": 0.5, "allergens": ["celery"], "diets": [], "default": false},
                {"id": "garlic", "name": "Garlic", "price": 0.8, "allergens": [], "diets": [], "default": false}
            ]}
        ],
        "halves": {"rule": "average", "half_percent": 50, "topping_percent": 50, "fee": 0},
        "next": 1,
        "version": 1
    });
    let pizza = |id: &str, name: &str, m: f64, l: f64, without: &str, allergens: &[&str]| {
        json!({
            "id": id, "name": name, "about": null,
            "prices": [
                {"size": "m", "price": m, "deposit": 0, "amount": null},
                {"size": "l", "price": l, "deposit": 0, "amount": {"g": 500}}
            ],
            "groups": ["top", "sauce"], "without": [without, "Basil"], "halves": ["l"], "pieces": 1, "tax": "food",
            "allergens": allergens, "diets": [], "additives": [], "gone": false, "version": 1
        })
    };
    let cola = json!({
        "id": "cola", "name": "Cola", "about": null,
        "prices": [{"size": null, "price": 2.5, "deposit": 0.25, "amount": {"ml": 330}}],
        "groups": [], "without": [], "halves": [], "pieces": 0, "tax": "drink",
        "allergens": [], "diets": [], "additives": ["caffeine"], "gone": false, "version": 1
    });
    let items = [
        pizza(
            "marg",
            "Margherita",
            8.0,
            10.0,
            "Oregano",
            &["gluten", "milk"],
        ),
        pizza(
            "diav",
            "Diavola",
            9.5,
            12.35,
            "Onions",
            &["gluten", "sulphites"],
        ),
        pizza("fung", "Funghi", 9.0, 11.5, "Garlic", &["gluten"]),
        cola,
    ];
    // Through the text, because amounts are read from it.
    let item = |json: &serde_json::Value| serde_json::from_str::<Item>(&json.to_string()).unwrap();
    Menu {
        outline: serde_json::from_str::<Outline>(&outline.to_string()).unwrap(),
        items: items.iter().map(item).collect(),
    }
}

pub fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

pub fn choice(option: &str, part: Part, count: u32) -> ChoiceRequest {
    let group = match option {
        "olives" | "cheese" => "top",
        _ => "sauce",
    };
    ChoiceRequest {
        group: code(group),
        option: code(option),
        part,
        count,
    }
}

/// An item in a size, with its sauce.
pub fn line(
    item: &str,
    size: &str,
    half: Option<&str>,
    toppings: &[(&str, Part, u32)],
) -> LineRequest {
    let mut line = LineRequest::of(code(item), Some(code(size)));
    line.half = half.map(code);
    line.options = vec![choice("plain", Part::Whole, 1)];
    let toppings = toppings.iter();
    line.options
        .extend(toppings.map(|(option, part, count)| choice(option, *part, *count)));
    line
}
