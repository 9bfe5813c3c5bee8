//! How often a command goes to its store, and that an instance whose feed lags decides as the store does.

use crate::shops::ordering::{agreed, quote, shop_with, wanted_tomorrow};
use crate::support::{Answer, Instance, Market, day, offer, proxy::Line, scene::Scene, until};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

crate::on_both_engines! {
    a_move_is_one_round_trip,
    a_form_is_one_round_trip,
    an_order_from_a_menu_is_one_round_trip,
    a_refusal_is_of_the_order_in_the_store,
}

/// How often each operation of the store has been used so far.
async fn operations(instance: &Instance) -> BTreeMap<String, u64> {
    let mut metrics = String::new();
    until(async || {
        let answer = instance.get("/metrics").await;
        // They have a rate limit of their own.
        let is_read = answer.status == 200;
        metrics = answer.text;
        is_read
    })
    .await;
    let lines = metrics.lines().filter_map(|line| {
        let line = line.strip_prefix("pizza_ledger_operation_duration_seconds_count{")?;
        let (labels, count) = line.split_once("} ")?;
        let operation = labels.split("operation=\"").nth(1)?.split('"').next()?;
        Some((operation.to_owned(), count.parse().ok()?))
    });
    lines.collect()
}

/// What was used of the store for a request, and its answer.
async fn used(
    instance: &Instance,
    request: reqwest::RequestBuilder,
) -> (Answer, Vec<(String, u64)>) {
    let before = operations(instance).await;
    let answer = instance.send(request).await;
    let after = operations(instance).await;
    let used = after.into_iter().filter_map(|(operation, count)| {
        let more = count - before.get(&operation).unwrap_or(&0);
        (more > 0).then_some((operation, more))
    });
    (answer, used.collect())
}

fn once(operation: &str) -> Vec<(String, u64)> {
    vec![(operation.to_owned(), 1)]
}

async fn a_move_is_one_round_trip(market: Market) {
    let instance = market.open().await;
    for keyed in [false, true] {
        let path = instance.offer("Diavola").await;
        for (n, (status, call, body)) in day().into_iter().enumerate() {
            let post = || {
                let request = instance.request(Method::POST, &format!("{path}/{call}"));
                let request = request.header("if-match", format!("\"{}\"", n + 1));
                let request = request.json(&body);
                match keyed {
                    true => request.header("idempotency-key", format!("{path}-{status}")),
                    false => request,
                }
            };
            let (answer, first) = used(&instance, post()).await;
            assert_eq!((answer.status, first), (200, once("commit")), "{status}");
            if keyed {
                let (again, second) = used(&instance, post()).await;
                assert_eq!((&again.text, second), (&answer.text, once("commit")));
                assert_eq!(again.header("idempotent-replayed"), Some("true"));
            }
        }
    }
}

async fn a_form_is_one_round_trip(market: Market) {
    let instance = market.open().await;
    let path = instance.order_in("customer_accepted").await;
    let id = path.rsplit('/').next().unwrap();
    for (version, act) in [(3, "prepare"), (4, "mark-ready")] {
        let request = instance.request(Method::POST, &format!("/act/{act}"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.body(format!("id={id}&version={version}&key=k{version}"));
        let (answer, used) = used(&instance, request).await;
        assert_eq!((answer.status, used), (200, once("commit")), "{act}");
    }
}

/// And a quote is none: pizzerias, their menus and the room of their kitchens are held in memory.
async fn an_order_from_a_menu_is_one_round_trip(market: Market) {
    let instance = market.open().await;
    let shop = shop_with(&instance, &json!({})).await;
    let wanted = wanted_tomorrow(&instance, &shop).await;
    // The menu is read where it is needed first.
    let first = quote(&instance, &shop, &wanted).await;
    let asked = instance.request(Method::POST, &format!("{shop}/quote"));
    let (answer, used_for_it) = used(&instance, asked.json(&wanted)).await;
    assert_eq!((answer.status, used_for_it), (200, Vec::new()));
    let order = agreed(&wanted, &first);
    for key in [None, Some("order")] {
        let mut request = instance.request(Method::POST, &format!("{shop}/orders"));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let (answer, used_for_it) = used(&instance, request.json(&order)).await;
        assert_eq!((answer.status, used_for_it), (201, once("commit")));
        let accept = format!("{}/supplier-respond", answer.header("location").unwrap());
        let accept = instance.request(Method::POST, &accept);
        let (answer, used_for_it) = used(&instance, accept.json(&json!({"accept": true}))).await;
        assert_eq!((answer.status, used_for_it), (200, once("commit")));
    }
}

async fn a_refusal_is_of_the_order_in_the_store(market: Market) {
    let instance = market.open().await;
    let path = instance.order_in("supplier_accepted").await;
    let refused = || instance.request(Method::POST, &format!("{path}/status?status=ready"));
    let (answer, used_for_it) = used(&instance, refused()).await;
    assert_eq!((answer.status, used_for_it), (409, once("get")));
    // With a key it is stored, and proved by that.
    let (answer, used_for_it) = used(&instance, refused().header("idempotency-key", "k")).await;
    assert_eq!((answer.status, used_for_it), (409, once("commit")));
}

/// An order that another instance has brought from `supplier_accepted` to `preparing`; this one has not heard of it.
async fn advanced(scene: &Scene, other: &Instance) -> String {
    let path = scene.instance.order_in("supplier_accepted").await;
    let order = scene.instance.get(&path).await.json();
    // The feed has it.
    let mut socket = scene.instance.socket("?since=").await;
    scene.instance.done("/api/orders", &offer("Hawaii")).await;
    while socket.event().await["order"]["pizza_name"] != "Hawaii" {}
    scene.proxy.log(Line::Dead);
    for (_, call, body) in &day()[1..3] {
        other.done(&format!("{path}/{call}"), body).await;
    }
    assert_eq!(order["version"], 2);
    path
}

async fn post(instance: &Instance, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
    let mut request = instance.request(Method::POST, path).json(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    instance.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_lags_decides_as_the_store_does() {
    let scene = Scene::open().await;
    let other = Scene::instance(&scene.server.url());
    other.until_ready().await;
    let (ready, take) = (json!({"status": "ready"}), &day()[1].2);
    for key in [&[][..], &[("idempotency-key", "lagging")]] {
        let with = |more: &[(&'static str, &'static str)]| [key, more].concat();
        scene.proxy.next(Line::Whole);
        scene.recovers().await;
        scene.proxy.next(Line::Dead);
        let path = advanced(&scene, &other).await;
        // Allowed by what it knows, and not by the store.
        let call = format!("{path}/customer-accept");
        let taken = post(&scene.instance, &call, take, &with(&[("if-match", "*")])).await;
        let problem = taken.problem(409);
        assert!(
            problem["detail"].as_str().unwrap().contains("preparing"),
            "{problem}"
        );
        // Not allowed by what it knows, but by the store; and so is the version.
        let call = format!("{path}/status");
        let current = [("if-match", "\"4\""), ("idempotency-key", "another")];
        let done = post(&scene.instance, &call, &ready, &current[..key.len() + 1]).await;
        assert_eq!(
            (done.status, &done.json()["version"]),
            (200, &json!(5)),
            "{}",
            done.text
        );
        // The version that it knew of is outdated.
        let outdated = post(&scene.instance, &call, &ready, &[("if-match", "\"2\"")]).await;
        outdated.problem(412);
    }
}
