//! What is sold out: until when, and what ends it.

use super::ordering::{
    agreed, kind_of, quote, send, shop_with, slots, wanted, wanted_tomorrow, with,
};
use crate::support::{Market, menus::Menu, shops::menu, store::sound, until};
use chrono::{DateTime, Utc};
use futures::future::join_all;
use serde_json::{Value, json};

crate::on_both_engines! {
    what_is_sold_out_until_closing_can_be_ordered_for_later,
    an_item_that_comes_back_is_not_sold_out,
}

/// Two instances, of which one hears of it a moment later.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sold_after_it_is_sold_out() {
    let market = Market::redis();
    let (one, two) = (market.open().await, market.open().await);
    let shop = shop_with(&one, &json!({"orders": {"slot_orders": 100}})).await;
    until(async || two.get(&shop).await.status == 200).await;
    let quoted = quote(&one, &shop, &wanted()).await;
    let order = agreed(&wanted(), &quoted);
    let order = with(&order, &json!({"agreed_until": "2099-01-01T00:00:00Z"}));
    let call = format!("{shop}/sold-out");
    let sold_out = json!({"item": "marg", "sold_out": true, "until": "resumed"});
    for _ in 0..10 {
        let orders = (0..8).map(|n| send([&one, &two][n % 2], &shop, &order, None));
        let (answers, _) = tokio::join!(join_all(orders), one.done(&call, &sold_out));
        let events = one.get(&format!("{shop}/events?limit=1")).await.json();
        let end = place(&events[0]["id"]);
        for answer in answers {
            match answer.header("location") {
                Some(path) => {
                    let placed = place(&one.history(path).await[0]["id"]);
                    assert!(placed < end, "{placed} after {end}");
                }
                None => assert_eq!(kind_of(&answer, 409), "sold-out"),
            }
        }
        let back = json!({"item": "marg", "sold_out": false});
        one.done(&call, &back).await;
    }
    sound(&market);
}

/// Where in the log.
fn place(cursor: &Value) -> u64 {
    let (_, place) = cursor.as_str().unwrap().rsplit_once('-').unwrap();
    place.parse().unwrap()
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

async fn what_is_sold_out_until_closing_can_be_ordered_for_later(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let later = wanted_tomorrow(&instance, &shop).await;
    let sold_out = json!({"item": "marg", "sold_out": true, "until": "closing"});
    let counter = instance.done(&format!("{shop}/sold-out"), &sold_out).await;
    let until = time(&counter["sold_out"][0]["until"]);
    assert!(time(&later["when"]) >= until);
    let order = agreed(&later, &quote(&instance, &shop, &later).await);
    let answer = send(&instance, &shop, &order, None).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    // Every slot before that is refused, and none from then on.
    let listed = instance.get(&format!("{shop}/slots?postcode=10115")).await;
    let today: Vec<Value> = serde_json::from_value(listed.json()).unwrap();
    let tomorrow = slots(&instance, &shop).await;
    for slot in today.iter().chain(&tomorrow).step_by(8) {
        let wanted = with(&wanted(), &json!({"when": slot["slot"]}));
        let answer = instance.post(&format!("{shop}/quote"), &wanted).await;
        match time(&slot["slot"]) < until {
            true => assert_eq!(kind_of(&answer, 409), "sold-out", "{slot}"),
            false => assert_eq!(answer.status, 200, "{slot} {}", answer.text),
        }
    }
    // Until it is resumed, it is sold out for every slot.
    let sold_out = json!({"item": "marg", "sold_out": true, "until": "resumed"});
    instance.done(&format!("{shop}/sold-out"), &sold_out).await;
    let refused = send(&instance, &shop, &order, None).await;
    assert_eq!(kind_of(&refused, 409), "sold-out");
}

async fn an_item_that_comes_back_is_not_sold_out(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let menu_of = Menu {
        instance: &instance,
        path: shop.clone(),
    };
    let sold_out = async || {
        let now = instance.get(&shop).await.json()["now"].clone();
        now["sold_out"].as_array().unwrap().len()
    };
    for part in [
        json!({"item": "cola"}),
        json!({"item": "marg"}),
        json!({"group": "top", "option": "olives"}),
    ] {
        let body = with(&part, &json!({"sold_out": true, "until": "resumed"}));
        instance.done(&format!("{shop}/sold-out"), &body).await;
    }
    let taken = menu_of.take_off("cola", 1).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(sold_out().await, 2);
    let cola = with(
        &menu()["items"][3],
        &json!({"category": "drinks", "place": null}),
    );
    instance.done(&format!("{shop}/items"), &cola).await;
    assert_eq!(sold_out().await, 2);
    // An option that leaves a group, too.
    let mut outline = menu_of.get("menu/outline").await.json();
    outline["groups"][0]["options"]
        .as_array_mut()
        .unwrap()
        .remove(0);
    outline["groups"][0]["max"] = json!(2);
    let version = outline["version"].clone();
    menu_of.saved("menu/outline", &outline, version).await;
    assert_eq!(sold_out().await, 1);
    sound(&market);
}
