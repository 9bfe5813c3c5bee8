//! What the tests of quotes and of orders from a menu have in common.

use crate::support::{
    Answer, Instance,
    shops::{create_with_menu, path_of, put},
};
use reqwest::Method;
use serde_json::{Value, json};

/// So many large pizzas of a kind, with the sauce that must be chosen.
pub fn line(item: &str, quantity: u32) -> Value {
    let sauce = json!([{"group": "sauce", "option": "plain"}]);
    json!({"item": item, "size": "l", "quantity": quantity, "options": sauce})
}

/// Two large Margheritas for 22.50, as soon as possible.
pub fn wanted() -> Value {
    json!({
        "lines": [line("marg", 2)],
        "place": {"street": "Kurze Gasse 1", "postcode": "10115", "town": "Berlin"},
        "when": "asap"
    })
}

/// A document with other values of these members.
pub fn with(document: &Value, members: &Value) -> Value {
    let mut changed = document.clone();
    let members = members.as_object().unwrap().clone();
    changed.as_object_mut().unwrap().extend(members);
    changed
}

/// The path of a pizzeria with the sample menu, and these values in its profile.
pub async fn shop_with(instance: &Instance, members: &Value) -> String {
    let path = path_of(&create_with_menu(instance).await);
    change(instance, &path, members).await;
    path
}

/// Saves other values in the profile of a pizzeria.
pub async fn change(instance: &Instance, shop: &str, members: &Value) {
    let answer = instance.get(shop).await;
    let profile = with(&answer.json(), members);
    let saved = put(instance, shop, &profile, answer.header("etag")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
}

/// Its area with another fee.
pub fn fee(amount: f64) -> Value {
    json!({"areas": [{"name": "Mitte", "postcodes": ["101*"], "fee": amount, "minimum": 12, "minutes": [10, 25]}]})
}

pub async fn quote(instance: &Instance, shop: &str, wanted: &Value) -> Value {
    instance.done(&format!("{shop}/quote"), wanted).await
}

/// The order of a customer who agrees to a quote.
pub fn agreed(wanted: &Value, quote: &Value) -> Value {
    let consent = json!({
        "customer_name": "Ana", "phone": "030 1234567",
        "agreed_total": quote["bill"]["to_pay"], "agreed_until": quote["promise"]["to"]
    });
    with(wanted, &consent)
}

pub async fn send(instance: &Instance, shop: &str, order: &Value, key: Option<&str>) -> Answer {
    let mut request = instance
        .request(Method::POST, &format!("{shop}/orders"))
        .json(order);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    instance.send(request).await
}

/// A new order of what is wanted, and its path.
pub async fn placed(instance: &Instance, shop: &str, wanted: &Value) -> (Value, String) {
    let quote = quote(instance, shop, wanted).await;
    let answer = send(instance, shop, &agreed(wanted, &quote), None).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let path = answer.header("location").unwrap().to_owned();
    (answer.json(), path)
}

/// The slots of tomorrow.
pub async fn slots(instance: &Instance, shop: &str) -> Vec<Value> {
    let tomorrow = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let date = tomorrow.format("%Y-%m-%d");
    let path = format!("{shop}/slots?postcode=10115&date={date}");
    let slots = instance.get(&path).await.json();
    slots.as_array().unwrap().clone()
}

/// What is wanted, for the last slot of tomorrow.
pub async fn wanted_tomorrow(instance: &Instance, shop: &str) -> Value {
    let slots = slots(instance, shop).await;
    let last = slots.last().unwrap();
    with(&wanted(), &json!({"when": last["slot"]}))
}

/// The type of a problem, with its status.
pub fn kind_of(answer: &Answer, status: u16) -> String {
    let problem = answer.problem(status);
    let kind = problem["type"].as_str().unwrap();
    kind.trim_start_matches("/problems/").to_owned()
}

/// How many slots a refusal names.
pub fn named_slots(answer: &Answer) -> usize {
    answer.json()["slots"].as_array().unwrap().len()
}
