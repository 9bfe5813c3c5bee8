//! Orders that their kitchens do not answer: the market ends each of them once, and the third in a row pauses.

use super::ordering::{placed, shop_with, wanted};
use crate::support::{Instance, Market, clock::Clock, offer, store::sound, until};
use futures::future::join_all;
use serde_json::{Value, json};

crate::on_both_engines! {
    the_third_miss_in_a_row_pauses,
    an_answer_forgets_what_was_missed,
    an_answer_that_is_too_late_ends_the_order,
}

/// Longer than a kitchen has to answer.
const LATER: i64 = 120;

fn quick() -> Value {
    json!({"orders": {"answer_minutes": 1}})
}

/// Sets the clock past the deadlines, and has every instance look at it.
async fn pass(clock: &Clock, seconds: i64, instance: &Instance) {
    clock.set(seconds);
    instance.done("/api/orders", &offer("Hawaii")).await;
}

async fn until_ended(instance: &Instance, path: &str) {
    until(async || instance.get(path).await.json()["status"] == "cancelled").await;
}

/// What the counter of a pizzeria has counted as missed, in the order of time.
async fn missed(instance: &Instance, shop: &str) -> Vec<u64> {
    let events = instance
        .get(&format!("{shop}/events?limit=200"))
        .await
        .json();
    let events = events.as_array().unwrap().iter().rev();
    let counters = events.filter(|event| event["event_type"] == "counter.changed");
    counters
        .map(|event| event["counter"]["missed"].as_u64().unwrap())
        .collect()
}

async fn the_third_miss_in_a_row_pauses(market: Market) {
    let clock = Clock::ahead_by(0);
    let instance = clock.open(&market).await;
    let shop = shop_with(&instance, &quick()).await;
    let mut paths = Vec::new();
    for _ in 0..3 {
        paths.push(placed(&instance, &shop, &wanted()).await.1);
    }
    let before = missed(&instance, &shop).await.len();
    pass(&clock, LATER, &instance).await;
    for path in &paths {
        until_ended(&instance, path).await;
        let order = instance.get(path).await.json();
        let ended = json!({"code": "no_answer", "by": "market", "from": "customer_accepted"});
        assert_eq!(
            (&order["cancellation"], &order["version"]),
            (&ended, &json!(2))
        );
        assert_eq!(instance.history(path).await.len(), 2);
    }
    assert_eq!(missed(&instance, &shop).await[before..], [1, 2, 3]);
    let now = instance.get(&shop).await.json()["now"].clone();
    assert_eq!(
        now["paused"],
        json!({"until": null, "reason": "unanswered"})
    );
    let refused = instance.post(&format!("{shop}/quote"), &wanted()).await;
    assert_eq!(refused.problem(409)["type"], "/problems/paused");
    let resumed = instance.done(&format!("{shop}/resume"), &json!({})).await;
    assert_eq!(
        (&resumed["paused"], &resumed["missed"]),
        (&Value::Null, &json!(0))
    );
}

async fn an_answer_forgets_what_was_missed(market: Market) {
    let clock = Clock::ahead_by(0);
    let instance = clock.open(&market).await;
    let shop = shop_with(&instance, &quick()).await;
    for (n, (call, body)) in (1..).zip([
        ("supplier-respond", json!({"accept": true})),
        ("supplier-respond", json!({"accept": false})),
        ("status", json!({"status": "preparing"})),
    ]) {
        let (_, lost) = placed(&instance, &shop, &wanted()).await;
        pass(&clock, n * LATER, &instance).await;
        until_ended(&instance, &lost).await;
        let before = missed(&instance, &shop).await;
        assert_eq!(before.last(), Some(&1));
        let (_, answered) = placed(&instance, &shop, &wanted()).await;
        instance.done(&format!("{answered}/{call}"), &body).await;
        let after = missed(&instance, &shop).await;
        assert_eq!(after[before.len()..], [0], "{call}");
        // Nothing is missed: the counter stays as it is.
        let (_, another) = placed(&instance, &shop, &wanted()).await;
        instance.done(&format!("{another}/{call}"), &body).await;
        assert_eq!(missed(&instance, &shop).await, after);
    }
}

async fn an_answer_that_is_too_late_ends_the_order(market: Market) {
    let clock = Clock::ahead_by(0);
    let instance = clock.open(&market).await;
    let shop = shop_with(&instance, &quick()).await;
    let mut minutes = 0;
    for (call, body) in [
        ("supplier-respond", json!({"accept": true})),
        ("status", json!({"status": "preparing"})),
    ] {
        // On a busy machine the market may be faster.
        let mut is_answered = false;
        for _ in 0..5 {
            let (_, path) = placed(&instance, &shop, &wanted()).await;
            minutes += 1;
            clock.set(60 * minutes);
            let late = instance.post(&format!("{path}/{call}"), &body).await;
            let order = instance.get(&path).await.json();
            let ended = (&order["status"], &order["cancellation"]["by"]);
            assert_eq!(ended, (&json!("cancelled"), &json!("market")));
            assert_eq!(instance.history(&path).await.len(), 2);
            assert_eq!(missed(&instance, &shop).await.last(), Some(&1));
            instance.done(&format!("{shop}/resume"), &json!({})).await;
            is_answered = late.problem(409)["type"] == "/problems/too-late";
            if is_answered {
                break;
            }
        }
        assert!(is_answered, "{call}");
    }
}

/// How many orders are answered, cancelled and left alone as their time runs out.
const RACES: usize = 100;

/// What is done to an order while it expires, and what it then says of its end.
fn attempt(n: usize) -> Option<(&'static str, Value, Value)> {
    match n % 5 {
        0 => Some(("supplier-respond", json!({"accept": true}), Value::Null)),
        1 | 2 => {
            let reason = json!("changed_mind");
            Some(("cancel", json!({"reason": &reason}), reason))
        }
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_instances_end_an_order_once() {
    let market = Market::redis();
    let clock = Clock::ahead_by(0);
    let instances = [
        clock.open(&market).await,
        clock.open(&market).await,
        clock.open(&market).await,
    ];
    let orders = json!({"orders": {"answer_minutes": 1, "slot_orders": 100}});
    let shop = shop_with(&instances[0], &orders).await;
    let wanted = wanted();
    let placing = (0..RACES).map(|n| placed(&instances[n % 3], &shop, &wanted));
    let placed = join_all(placing).await;
    let paths: Vec<String> = placed.into_iter().map(|(_, path)| path).collect();
    // Some answers come in time, some too late, and all of them while three instances look at the clock.
    let racing = paths.iter().enumerate().map(|(n, path)| {
        let instance = &instances[n % 3];
        async move {
            let (call, body, _) = attempt(n)?;
            Some(instance.post(&format!("{path}/{call}"), &body).await)
        }
    });
    let (answers, ()) = tokio::join!(join_all(racing), pass(&clock, LATER, &instances[1]));
    let mut expired = 0;
    for (n, (path, answer)) in paths.iter().zip(&answers).enumerate() {
        let code = || async {
            let order = instances[2].get(path).await.json();
            order["cancellation"]["code"].clone()
        };
        match answer.as_ref().map(|answer| answer.status) {
            Some(200) => assert_eq!(code().await, attempt(n).unwrap().2, "{path}"),
            None | Some(409) => {
                until(async || code().await == "no_answer").await;
                expired += 1;
            }
            Some(status) => panic!("{path}: {status}"),
        }
        // It was placed, and then one thing happened to it.
        assert_eq!(instances[2].history(path).await.len(), 2, "{path}");
    }
    assert!(expired >= RACES * 2 / 5);
    let missed = missed(&instances[2], &shop).await;
    let counted = missed.iter().filter(|missed| **missed > 0).count();
    assert_eq!(counted, expired);
    sound(&market);
}
