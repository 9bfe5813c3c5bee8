//! What an instance knows of pizzerias without asking its store: lists, searches and menus.

use crate::support::{
    Instance, Market,
    shops::{create_named, create_with_menu, menu, path_of, put},
    until,
};
use serde_json::{Value, json};

crate::on_both_engines! {
    pizzerias_and_dishes_are_found,
    a_menu_that_was_read_follows_its_edits,
}

/// The names of the pizzerias that a search finds.
async fn found(market: &Instance, query: &str) -> Vec<String> {
    let list = market
        .get(&format!("/api/restaurants?{query}"))
        .await
        .json();
    let names = list.as_array().unwrap().iter();
    names
        .map(|card| card["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn pizzerias_and_dishes_are_found(market: Market) {
    let mut instance = market.open().await;
    create_with_menu(&instance).await;
    create_named(&instance, "Da Ugo").await;
    // Who has written it finds it.
    assert_eq!(found(&instance, "q=diavola").await, ["Bella Napoli"]);
    assert_eq!(found(&instance, "q=ugo").await, ["Da Ugo"]);
    instance.kill();
    let instance = market.open().await;
    assert_eq!(found(&instance, "").await, ["Bella Napoli", "Da Ugo"]);
    assert_eq!(found(&instance, "q=ugo").await, ["Da Ugo"]);
    until(async || found(&instance, "q=DIAVOLA").await == ["Bella Napoli"]).await;
    assert!(found(&instance, "q=sushi").await.is_empty());
}

async fn a_menu_that_was_read_follows_its_edits(market: Market) {
    let mut instance = market.open().await;
    let path = format!("{}/menu", path_of(&create_with_menu(&instance).await));
    instance.kill();
    let instance = market.open().await;
    let read = instance.get(&path).await;
    assert_eq!(instance.get(&path).await.text, read.text);
    let mut changed: Value = menu();
    changed["items"][0]["name"] = json!("Marinara");
    let saved = put(&instance, &path, &changed, read.header("etag")).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let read = instance.get(&path).await.json();
    let items = read["items"].as_array().unwrap();
    let is_there = |name: &str| items.iter().any(|item| item["name"] == name);
    assert!(is_there("Marinara") && !is_there("Margherita"), "{read}");
}
