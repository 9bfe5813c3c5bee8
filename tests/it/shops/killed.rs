//! A server is killed while orders are placed, and while they expire: at another step each time.

use super::ordering::{agreed, quote, send, shop_with, wanted};
use crate::support::{Instance, Market, clock::Clock, offer, store::sound, until};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::sleep;

crate::on_both_engines! {
    an_order_is_placed_once_though_its_server_is_killed,
    an_order_expires_once_though_its_server_is_killed,
}

/// How often it is killed; each time so much later after the requests were sent.
const KILLS: u64 = 8;
const STEP: Duration = Duration::from_millis(3);
/// Orders that are on their way then.
const AT_ONCE: usize = 6;

/// A pizzeria whose kitchen has room for all orders of a test.
async fn roomy(instance: &Instance) -> String {
    let orders = json!({"orders": {"answer_minutes": 1, "slot_orders": 100}});
    shop_with(instance, &orders).await
}

/// How many orders each slot of the kitchen has, by the orders that are not over.
async fn slots_of_orders(instance: &Instance) -> BTreeMap<String, usize> {
    let mut taken = BTreeMap::new();
    for order in instance
        .get("/api/orders?limit=200")
        .await
        .json()
        .as_array()
        .unwrap()
    {
        let slots = order["basket"]["kitchen_slots"].as_array().cloned();
        for slot in slots.unwrap_or_default() {
            if order["status"] != "cancelled" {
                *taken.entry(slot.as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
    }
    taken
}

/// What the slots of today and the next two days have left, where it is not everything.
async fn slots_taken(instance: &Instance, shop: &str) -> BTreeMap<String, usize> {
    let mut taken = BTreeMap::new();
    for days in 0..3 {
        let date = chrono::Utc::now() + chrono::TimeDelta::days(days);
        let path = format!(
            "{shop}/slots?postcode=10115&date={}",
            date.format("%Y-%m-%d")
        );
        for slot in instance.get(&path).await.json().as_array().unwrap() {
            let used = 100 - slot["left"].as_u64().unwrap() as usize;
            if used > 0 {
                taken.insert(slot["slot"].as_str().unwrap().to_owned(), used);
            }
        }
    }
    taken
}

async fn an_order_is_placed_once_though_its_server_is_killed(market: Market) {
    let mut instance = market.open().await;
    let shop = roomy(&instance).await;
    let order = agreed(&wanted(), &quote(&instance, &shop, &wanted()).await);
    // Killed and started again, it may promise a later window.
    let order = super::ordering::with(&order, &json!({"agreed_until": "2099-01-01T00:00:00Z"}));
    let mut ids = BTreeSet::new();
    for kill in 0..KILLS {
        let keys: Vec<String> = (0..AT_ONCE).map(|n| format!("{kill}-{n}")).collect();
        let sent = keys.iter().map(|key| {
            let request = instance.request(Method::POST, &format!("{shop}/orders"));
            let request = request.header("idempotency-key", key).json(&order);
            tokio::spawn(request.send())
        });
        let sent: Vec<_> = sent.collect();
        sleep(STEP * kill as u32).await;
        instance.kill();
        let early = join_all(sent).await;
        instance = market.open().await;
        for (key, early) in keys.iter().zip(early) {
            let answer = send(&instance, &shop, &order, Some(key)).await;
            assert_eq!(answer.status, 201, "{key}: {}", answer.text);
            // What was answered is what was stored.
            let early = early.unwrap().ok().filter(|early| early.status() == 201);
            if let Some(early) = early {
                let told: Option<Value> = early.json().await.ok();
                assert!(told.is_none_or(|told| told["id"] == answer.json()["id"]));
            }
            ids.insert(answer.json()["id"].to_string());
        }
    }
    let all = KILLS as usize * AT_ONCE;
    let orders = instance.get("/api/orders?limit=200").await.json();
    assert_eq!((ids.len(), orders.as_array().unwrap().len()), (all, all));
    sound(&market);
    let (expected, taken) = (
        slots_of_orders(&instance).await,
        slots_taken(&instance, &shop).await,
    );
    // A slot that is too near by now is not offered any more.
    assert!(
        taken
            .iter()
            .all(|(slot, count)| expected.get(slot) == Some(count))
    );
    assert_eq!(expected.values().sum::<usize>(), all);
}

async fn an_order_expires_once_though_its_server_is_killed(market: Market) {
    let clock = Clock::ahead_by(0);
    let mut instance = clock.open(&market).await;
    let shop = roomy(&instance).await;
    for kill in 0..KILLS {
        let quoted = quote(&instance, &shop, &wanted()).await;
        let order = agreed(&wanted(), &quoted);
        let mut paths = Vec::new();
        for _ in 0..AT_ONCE {
            let answer = send(&instance, &shop, &order, None).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
            paths.push(answer.header("location").unwrap().to_owned());
        }
        clock.set(120 * (kill as i64 + 1));
        // It looks at the clock again.
        let woken = instance.request(Method::POST, "/api/orders");
        let _ = woken.json(&offer("Hawaii")).send().await;
        sleep(STEP * 2 * kill as u32).await;
        instance.kill();
        instance = clock.open(&market).await;
        for path in &paths {
            until(async || instance.get(path).await.json()["status"] == "cancelled").await;
            assert_eq!(instance.history(path).await.len(), 2, "{path}");
        }
        let busy = (format!("{shop}/busy"), json!({"extra_minutes": 0}));
        assert_eq!(instance.done(&busy.0, &busy.1).await["missed"], AT_ONCE);
        instance.done(&format!("{shop}/resume"), &json!({})).await;
    }
    sound(&market);
    assert_eq!(slots_of_orders(&instance).await, BTreeMap::new());
    assert_eq!(slots_taken(&instance, &shop).await, BTreeMap::new());
}
