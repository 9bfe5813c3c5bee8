//! Clocks that are set back, or differ: ids and times go on from what is stored.

use crate::support::{
    Instance, Market, Store,
    clock::Clock,
    doctor,
    store::{backup, folder, restore, sealed, sound},
    until,
};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};

crate::on_both_engines! {
    a_clock_that_is_set_back_changes_no_order_of_lists_and_events,
    a_clock_that_is_set_back_while_the_server_runs_is_named_once,
    an_id_of_the_future_is_followed,
    orders_made_behind_the_clock_are_found_by_their_time,
}

const HOUR: i64 = 3_600;
/// The log names a clock that is behind.
const BEHIND: &str = "behind its store";

/// The texts of a field, as the list has its orders.
fn all<'a>(orders: &'a [Value], field: &str) -> Vec<&'a str> {
    orders
        .iter()
        .map(|order| order[field].as_str().unwrap())
        .collect()
}

/// The ids of orders made now, newest first, are those of version 7 and fall.
fn assert_newest_first(orders: &[Value]) {
    let ids = all(orders, "id");
    assert!(ids.is_sorted_by(|one, next| one > next), "{ids:?}");
    assert!(ids.iter().all(|id| &id[14..15] == "7"), "{ids:?}");
}

fn times_named(instance: &Instance) -> usize {
    instance.said().matches(BEHIND).count()
}

/// `doctor` on the store of this market, and on its server where one is given.
async fn examined(market: &Market, clock: &Clock, server: Option<&Instance>) -> doctor::Report {
    let mut command: Command = match &market.store {
        Store::Embedded(_) => doctor::patient(&[("DATA_DIR", folder(market).to_str().unwrap())]),
        Store::Redis(server) => doctor::patient(&[("REDIS_URL", &server.url())]),
    };
    clock.on(&mut command);
    if let Some(server) = server {
        command.env("LEPTOS_SITE_ADDR", server.address());
    }
    doctor::examine(command).await
}

async fn a_clock_that_is_set_back_changes_no_order_of_lists_and_events(market: Market) {
    let clock = Clock::ahead_by(HOUR);
    let mut instance = clock.open(&market).await;
    for pizza in ["A", "B"] {
        instance.offer(pizza).await;
    }
    let path = instance.order_in("preparing").await;
    assert_eq!(times_named(&instance), 0);
    instance.kill();
    examined(&market, &clock, None)
        .await
        .says("times", "ok", &[]);

    clock.set(0);
    let instance = clock.open(&market).await;
    until(async || times_named(&instance) > 0).await;
    let request = || {
        let request = instance.request(Method::POST, "/api/orders");
        request
            .header("idempotency-key", "again")
            .json(&crate::support::offer("C"))
    };
    let made = instance.send(request()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(instance.send(request()).await.text, made.text);
    instance.offer("D").await;
    let orders = instance.orders().await;
    assert_eq!(all(&orders, "pizza_name"), ["D", "C", "Diavola", "B", "A"]);
    assert_newest_first(&orders);
    // When an order was made is as the clock says.
    let created = all(&orders, "created_at");
    assert!(created[0] < created[4], "{created:?}");

    let ready = json!({"status": "ready"});
    instance.done(&format!("{path}/status"), &ready).await;
    let events = instance.get(&format!("{path}/events")).await.json();
    let events = events.as_array().unwrap();
    let times = all(events, "timestamp");
    assert!(times.len() == 5 && times.is_sorted(), "{times:?}");
    for event in events {
        let order = &event["order"];
        assert_eq!(event["timestamp"], order["updated_at"]);
        assert_eq!(
            event["timestamp"],
            order["times"][order["status"].as_str().unwrap()]
        );
    }
    assert_eq!(times_named(&instance), 1);
    let report = examined(&market, &clock, Some(&instance)).await;
    let words = ["this clock is", "behind", "NTP"];
    report.says("newest order", "warning", &words);
    drop(instance);
    let report = examined(&market, &clock, None).await;
    report.says("times", "warning", &words);
    let behind = &report.check("times")["data"]["behind_s"];
    assert!(
        (HOUR - 60..=HOUR).contains(&behind.as_i64().unwrap()),
        "{behind}"
    );
    sound(&market);
}

async fn a_clock_that_is_set_back_while_the_server_runs_is_named_once(market: Market) {
    let clock = Clock::ahead_by(0);
    let instance = clock.open(&market).await;
    let mut socket = instance.follow().await;
    instance.offer("A").await;
    clock.set(-HOUR);
    until(async || times_named(&instance) > 0).await;
    for pizza in ["B", "C"] {
        instance.offer(pizza).await;
        socket.event().await;
    }
    let orders = instance.orders().await;
    assert_eq!(all(&orders, "pizza_name"), ["C", "B", "A"]);
    assert_newest_first(&orders);
    assert_eq!(times_named(&instance), 1);
}

/// A backup of the market in which its one order has another id.
fn renamed(market: &Market, id: &str, other: &str, to: &Path) {
    backup(market, to);
    let text = fs::read_to_string(to).unwrap().replace(id, other);
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    sealed(&lines[..lines.len() - 1], to);
}

async fn an_id_of_the_future_is_followed(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let to = files.path().join("backup");
    let other = Market::embedded();
    let mut instance = other.open().await;
    let path = instance.offer("Future").await;
    instance.kill();
    let id = path.rsplit('/').next().unwrap();
    // About a year later: a year has 31,536,000,000 ms.
    let millis = u64::from_str_radix(&id.replace('-', "")[..12], 16).unwrap() + 31_536_000_000;
    let future = format!("{:08x}-{:04x}{}", millis >> 16, millis & 0xffff, &id[13..]);
    renamed(&other, id, &future, &to);
    restore(&market, &to);

    let clock = Clock::ahead_by(0);
    let instance = clock.open(&market).await;
    join_all((0..20).map(|_| instance.offer("Now"))).await;
    instance.offer("Last").await;
    let orders = instance.orders().await;
    assert_eq!(orders.len(), 22);
    assert_eq!(orders[0]["pizza_name"], "Last");
    assert_eq!(orders[21]["id"], future);
    assert_newest_first(&orders);
    let year = |text: &str| text[..4].parse::<u32>().unwrap();
    let created = all(&orders, "created_at");
    assert!(year(created[0]) <= year(created[21]) + 1, "{created:?}");
    until(async || times_named(&instance) == 1).await;
    let report = examined(&market, &clock, Some(&instance)).await;
    report.says("newest order", "warning", &["52 weeks"]);
}

async fn orders_made_behind_the_clock_are_found_by_their_time(market: Market) {
    // Further ahead than a search by time allows for.
    let clock = Clock::ahead_by(24 * HOUR);
    let mut instance = clock.open(&market).await;
    instance.offer("Ahead").await;
    instance.kill();
    clock.set(0);
    let instance = clock.open(&market).await;
    let order = instance
        .done("/api/orders", &crate::support::offer("Now"))
        .await;
    let created = order["created_at"].as_str().unwrap();
    let path = format!("/orders.csv?until={}", &created[..16]);
    let found = instance.get(&path).await.text;
    assert!(found.contains("Now") && !found.contains("Ahead"), "{found}");
    let until = format!("--until={}59:59.999Z", &created[..14]);
    let ran = market.run(&["inspect", "orders", "--url", &instance.url, &until]);
    let found = &ran.stdout;
    assert!(found.contains("Now") && !found.contains("Ahead"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_an_hour_apart_list_newest_first() {
    let market = Market::redis();
    let (ahead, right) = (Clock::ahead_by(HOUR), Clock::ahead_by(0));
    let (one, two) = (ahead.open(&market).await, right.open(&market).await);
    let mut socket = two.follow().await;
    // In turn, and all at once.
    for n in 0..10 {
        let instance = if n % 2 == 0 { &one } else { &two };
        instance.offer(&format!("{n}")).await;
    }
    let made = (0..100).map(|n| if n % 2 == 0 { &one } else { &two });
    join_all(made.map(|instance| instance.offer("Diavola"))).await;
    let mut made = Vec::new();
    for _ in 0..110 {
        made.push(socket.event().await["order"].clone());
    }
    made.reverse();
    for instance in [&one, &two] {
        let listed = instance.orders().await;
        assert_newest_first(&listed);
        assert!(listed == made);
    }
    until(async || times_named(&two) == 1).await;
    assert_eq!(times_named(&one), 0);
}
