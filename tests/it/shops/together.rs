//! Many people who edit one pizzeria at the same time.

use crate::support::{
    Answer, Instance, Market,
    menus::Menu,
    shops::{create_named, menu, path_of, put},
    store::sound,
};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_refusal_is_of_the_menu_as_it_stands,
    what_is_edited_behind_a_queue_is_known_in_it,
}

/// How many items are edited at once.
const ITEMS: usize = 40;

/// A pizzeria with so many drinks beside the sample menu.
async fn with_drinks(instance: &Instance) -> String {
    let shop = path_of(&create_named(instance, "Bella Napoli").await);
    let mut all = menu();
    for n in 0..ITEMS {
        let id = format!("drink{n}");
        all["categories"][1]["items"]
            .as_array_mut()
            .unwrap()
            .push(json!(id));
        all["items"].as_array_mut().unwrap().push(json!({
            "id": id, "name": format!("Drink {n}"), "prices": [{"price": 2}], "pieces": 0, "tax": "drink"
        }));
    }
    let answer = put(instance, &format!("{shop}/menu"), &all, Some("\"1\"")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    shop
}

/// Sets the price of a drink that is at its first version.
async fn reprice(instance: &Instance, shop: &str, n: usize, price: f64) -> Answer {
    let path = format!("{shop}/items/drink{n}");
    let body = json!({
        "name": format!("Drink {n}"), "prices": [{"price": price}], "pieces": 0, "tax": "drink"
    });
    put(instance, &path, &body, Some("\"1\"")).await
}

fn price(n: usize) -> f64 {
    (300 + n) as f64 / 100.0
}

/// What an edit has left: each drink at its own price, and a revision for each edit.
async fn assert_all_are_there(instance: &Instance, shop: &str, mut revisions: Vec<u64>) {
    let menu = instance.get(&format!("{shop}/menu")).await.json();
    for n in 0..ITEMS {
        let items = menu["items"].as_array().unwrap();
        let id = format!("drink{n}");
        let item = items.iter().find(|item| item["id"] == *id).unwrap();
        let told = (&item["prices"][0]["price"], &item["version"]);
        assert_eq!(told, (&json!(price(n)), &json!(2)), "{id}");
    }
    revisions.sort_unstable();
    assert_eq!(revisions, (3..3 + ITEMS as u64).collect::<Vec<_>>());
    assert_eq!(menu["revision"], revisions[ITEMS - 1]);
}

/// Edits all drinks at once, in turn at each of these instances.
async fn edit_all(instances: &[&Instance], shop: &str) -> Vec<u64> {
    let edits = (0..ITEMS).map(|n| reprice(instances[n % instances.len()], shop, n, price(n)));
    let answers = join_all(edits).await;
    let revision = |answer: &Answer| {
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["revision"].as_u64().unwrap()
    };
    answers.iter().map(revision).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_edit_different_items_never_meet() {
    let market = Market::redis();
    let (one, two) = (market.open().await, market.open().await);
    let shop = with_drinks(&one).await;
    let revisions = edit_all(&[&one, &two], &shop).await;
    for instance in [&one, &two] {
        assert_all_are_there(instance, &shop, revisions.clone()).await;
    }
    sound(&market);
}

#[tokio::test(flavor = "multi_thread")]
async fn they_do_not_meet_in_a_file_either() {
    let market = Market::embedded();
    let one = market.open().await;
    let shop = with_drinks(&one).await;
    let revisions = edit_all(&[&one], &shop).await;
    assert_all_are_there(&one, &shop, revisions).await;
}

/// Of two who edit one item, the second is refused, wherever it waits; the others are done.
async fn a_refusal_is_of_the_menu_as_it_stands(market: Market) {
    let instance = market.open().await;
    let shop = with_drinks(&instance).await;
    let twice = (0..ITEMS).map(|n| reprice(&instance, &shop, n / 2, price(n)));
    let answers = join_all(twice).await;
    for pair in answers.chunks(2) {
        let mut statuses = [pair[0].status, pair[1].status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{}{}", pair[0].text, pair[1].text);
        let refused = pair.iter().find(|answer| answer.status == 412).unwrap();
        refused.problem(412);
    }
}

/// Items that are added, taken off and sold out in one rush, and what the counter counts among them.
async fn what_is_edited_behind_a_queue_is_known_in_it(market: Market) {
    let instance = market.open().await;
    let shop = with_drinks(&instance).await;
    let menu = Menu {
        instance: &instance,
        path: shop.clone(),
    };
    let (added, taken) = (
        (0..8).map(|n| {
            let item = json!({"name": format!("New {n}"), "prices": [{"price": 3}], "pieces": 0, "tax": "drink"});
            let (instance, path) = (&instance, menu.at("items"));
            async move { instance.post(&path, &item).await }
        }),
        (0..8).map(|n| {
            let path = menu.at(&format!("items/drink{n}"));
            let request = instance.request(Method::DELETE, &path);
            instance.send(request.header("if-match", "\"1\""))
        }),
    );
    let sold_out = (8..16).map(|n| {
        let body = json!({"item": format!("drink{n}"), "sold_out": true, "until": "resumed"});
        let (instance, path) = (&instance, menu.at("sold-out"));
        async move { instance.post(&path, &body).await }
    });
    let (added, taken, sold_out) =
        tokio::join!(join_all(added), join_all(taken), join_all(sold_out));
    for answer in added.iter().chain(&taken).chain(&sold_out) {
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
    }
    let codes: std::collections::BTreeSet<String> = added
        .iter()
        .map(|answer| answer.json()["item"]["id"].to_string())
        .collect();
    assert_eq!(codes.len(), 8);
    let now = instance.get(&shop).await.json()["now"].clone();
    assert_eq!(now["sold_out"].as_array().unwrap().len(), 8);
    assert_eq!(menu.read().await["revision"], json!(2 + 16));
    // What has gone in the rush can neither be sold out nor be taken off again.
    let gone = json!({"item": "drink0", "sold_out": true});
    let refused: Value = instance.post(&menu.at("sold-out"), &gone).await.json();
    assert_eq!(refused["status"], 422, "{refused}");
    menu.take_off("drink0", 2).await.problem(404);
}
