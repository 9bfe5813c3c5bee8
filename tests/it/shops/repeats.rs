//! Pizzerias that are opened and saved several times, and at the same time.

use crate::support::{
    Answer, Instance, Market,
    shops::{create_restaurant, kind, path_of, pizzeria, put, with},
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_key_makes_one_pizzeria,
    two_saves_at_once_are_one,
    one_of_many_gets_a_name,
}

/// Sends a request under a key.
async fn keyed(market: &Instance, method: Method, path: &str, key: &str, body: &Value) -> Answer {
    let request = market.request(method, path).header("idempotency-key", key);
    market
        .send(request.header("if-match", "\"1\"").json(body))
        .await
}

async fn a_key_makes_one_pizzeria(market: Market) {
    let market = market.open().await;
    let create = async |key: &str, name: &str| {
        let request = market.request(Method::POST, "/api/restaurants");
        let request = request.header("idempotency-key", key).json(&pizzeria(name));
        market.send(request).await
    };
    let first = create("a", "Roma").await;
    assert_eq!(
        (first.status, first.header("idempotent-replayed")),
        (201, None)
    );
    let again = create("a", "Roma").await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(create("a", "Napoli").await.faults(), ["Idempotency-Key"]);
    // What is refused for the state of things stays refused under its key.
    let path = path_of(&first.json());
    let refused = create("b", "Roma").await;
    assert_eq!(refused.header("idempotent-replayed"), None);
    refused.problem(409);
    let body = pizzeria("Milano");
    let saved = keyed(&market, Method::PUT, &path, "c", &body).await;
    assert_eq!((saved.status, saved.header("etag")), (200, Some("\"2\"")));
    let again = create("b", "Roma").await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    again.problem(409);
    assert_eq!(create("d", "Roma").await.json()["slug"], "roma-2");
    let again = keyed(&market, Method::PUT, &path, "c", &body).await;
    assert_eq!((again.status, again.header("etag")), (200, Some("\"2\"")));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    keyed(&market, Method::PUT, &path, "e", &pizzeria("Torino"))
        .await
        .problem(412);
    let restaurants = market.get("/api/restaurants").await.json();
    assert_eq!(restaurants.as_array().unwrap().len(), 2);
}

async fn two_saves_at_once_are_one(market: Market) {
    let market = market.open().await;
    saves_at_once_are_one(&market, &market).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_saves_at_two_instances_are_one() {
    let market = Market::redis();
    saves_at_once_are_one(&market.open().await, &market.open().await).await;
}

async fn saves_at_once_are_one(one: &Instance, other: &Instance) {
    let path = path_of(&create_restaurant(one).await);
    let body = |about: &str| with(pizzeria("Bella Napoli"), "about", json!(about));
    for round in 1..=5 {
        let tag = format!("\"{round}\"");
        let (mine, theirs) = (
            body(&format!("mine {round}")),
            body(&format!("theirs {round}")),
        );
        let (mine, theirs) = tokio::join!(
            put(one, &path, &mine, Some(&tag)),
            put(other, &path, &theirs, Some(&tag)),
        );
        let mut statuses = [mine.status, theirs.status];
        statuses.sort();
        assert_eq!(statuses, [200, 412]);
    }
}

async fn one_of_many_gets_a_name(market: Market) {
    let market = market.open().await;
    let body = pizzeria("Bella Napoli");
    let all =
        futures::future::join_all((0..20).map(|_| market.post("/api/restaurants", &body))).await;
    let made = all.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    for refused in all.iter().filter(|answer| answer.status != 201) {
        assert_eq!(kind(refused, 409).1["field"], "name");
    }
    let others = (0..10).map(|n| {
        let body = pizzeria(&format!("Roma{}", "!".repeat(n)));
        let market = &market;
        async move { market.done("/api/restaurants", &body).await }
    });
    let others = futures::future::join_all(others).await;
    let mut slugs: Vec<_> = others
        .iter()
        .map(|one| one["slug"].as_str().unwrap())
        .collect();
    slugs.sort();
    slugs.dedup();
    assert_eq!(slugs.len(), 10);
}
