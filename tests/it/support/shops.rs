//! A sample pizzeria with its menu, and making it over the API.

use crate::support::{Answer, Instance};
use reqwest::Method;
use serde_json::{Value, json};

/// What a new pizzeria has to say of itself.
pub const LEAST: &str = r#"{"name": "Da Mario", "address": {"street": "Lange Gasse 2", "postcode": "10117", "town": "Berlin"},
    "time_zone": "Europe/Berlin"}"#;

pub fn least() -> Value {
    serde_json::from_str(LEAST).unwrap()
}

/// A request with another value in one place.
pub fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

/// The name of a problem, and the problem.
pub fn kind(answer: &Answer, status: u16) -> (String, Value) {
    let problem = answer.problem(status);
    let name = problem["type"].as_str().unwrap();
    let name = name.strip_prefix("/problems/").unwrap().to_owned();
    (name, problem)
}

/// The profile of a pizzeria that is open round the clock, and delivers to the postcodes 101….
pub fn pizzeria(name: &str) -> Value {
    let day = json!([["00:00", "24:00"]]);
    json!({
        "name": name,
        "about": "Since 1987", "tags": ["vegan", "wood oven"], "phone": "030 1234567",
        "address": {"street": "Kurze Gasse 1", "postcode": "10115", "town": "Berlin"},
        "point": {"lat": 52.52, "lon": 13.405},
        "time_zone": "Europe/Berlin",
        "hours": {"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": day, "sun": day},
        "areas": [
            {"name": "Mitte", "postcodes": ["101*"], "fee": 2.5, "minimum": 12, "free_from": 30, "minutes": [10, 25]}
        ],
        "tax": {"mode": "included", "rates": {"food": 7, "drink": 19, "delivery": 7}}
    })
}

/// A menu: two sizes, pizzas that can be halves, toppings, a sauce that must be chosen, and a drink with a deposit.
pub fn menu() -> Value {
    let pizza = |id: &str, name: &str, m: f64, l: f64| {
        json!({
            "id": id, "name": name,
            "prices": [{"size": "m", "price": m}, {"size": "l", "price": l}],
            "groups": ["top", "sauce"], "without": ["Basil"], "halves": ["l"], "pieces": 1, "tax": "food",
            "allergens": ["gluten", "milk"]
        })
    };
    json!({
        "format": "pizza-market/menu-1",
        "sizes": [{"id": "m", "name": "Medium"}, {"id": "l", "name": "Large"}],
        "categories": [
            {"id": "pizza", "name": "Pizza", "items": ["marg", "diav", "fung"]},
            {"id": "drinks", "name": "Drinks", "items": ["cola"]}
        ],
        "groups": [
            {"id": "top", "name": "Toppings", "min": 0, "max": 4, "free": 0, "each": 2, "halves": true, "options": [
                {"id": "olives", "name": "Olives", "price": {"m": 1, "l": 1.5}},
                {"id": "cheese", "name": "Cheese", "price": 0.85, "allergens": ["milk"]}
            ]},
            {"id": "sauce", "name": "Sauces", "min": 1, "max": 2, "free": 1, "each": 1, "halves": false, "options": [
                {"id": "plain", "name": "Tomato", "price": 0},
                {"id": "bbq", "name": "Barbecue", "price": 0.5, "allergens": ["celery"]}
            ]}
        ],
        "halves": {"rule": "average", "half_percent": 50, "topping_percent": 50, "fee": 0},
        "items": [
            pizza("marg", "Margherita", 8.0, 10.0),
            pizza("diav", "Diavola", 9.5, 12.35),
            pizza("fung", "Funghi", 9.0, 11.5),
            {
                "id": "cola", "name": "Cola", "prices": [{"price": 2.5, "deposit": 0.25, "amount": {"ml": 330}}],
                "pieces": 0, "tax": "drink"
            }
        ]
    })
}

/// A new pizzeria with an empty menu, as it was answered.
pub async fn create_restaurant(instance: &Instance) -> Value {
    create_named(instance, "Bella Napoli").await
}

/// The same with this name, which no other has.
pub async fn create_named(instance: &Instance, name: &str) -> Value {
    instance.done("/api/restaurants", &pizzeria(name)).await
}

/// A new pizzeria with the menu above, as it was answered before it had that.
pub async fn create_with_menu(instance: &Instance) -> Value {
    let restaurant = create_restaurant(instance).await;
    let path = format!("{}/menu", path_of(&restaurant));
    let answer = put(instance, &path, &menu(), Some("\"1\"")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    restaurant
}

/// Its address in the API.
pub fn path_of(restaurant: &Value) -> String {
    format!("/api/restaurants/{}", restaurant["id"].as_str().unwrap())
}

/// Puts a document in place of one with this tag.
pub async fn put(instance: &Instance, path: &str, body: &Value, tag: Option<&str>) -> Answer {
    let mut request = instance.request(Method::PUT, path).json(body);
    if let Some(tag) = tag {
        request = request.header("if-match", tag);
    }
    instance.send(request).await
}
