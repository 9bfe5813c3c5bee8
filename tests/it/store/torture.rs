//! Servers and stores are killed under load; the checker decides whether what all clients observed can be true.
//! The short form runs with all tests; `make torture` runs the long one.

use crate::support::{
    Instance, Market, SOON,
    checker::{Cursor, History, Received, SocketLog},
    load::{Play, Stage, all_orders},
    until,
};
use serde_json::json;
use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// How often something is killed, unless `TORTURE` says otherwise.
const KILLS: usize = 10;

fn kills() -> usize {
    let asked = std::env::var("TORTURE").ok();
    asked.map_or(KILLS, |kills| kills.parse().unwrap())
}

async fn history_of(
    instance: &Instance,
    stage: &Stage,
    clients: Vec<SocketLog>,
    head: Cursor,
    forgetful: bool,
) -> History {
    let orders = all_orders(&instance.url).await.unwrap();
    let mut events = Vec::new();
    for order in &orders {
        let path = format!("/api/orders/{}/events", order["id"].as_str().unwrap());
        events.extend(instance.get(&path).await.json().as_array().unwrap().clone());
    }
    History {
        requested: stage.asked.lock().unwrap().clone(),
        acknowledged: stage.acknowledged.lock().unwrap().clone(),
        sockets: clients,
        head: Some(head),
        orders,
        events,
        lists: Vec::new(),
        shops: Default::default(),
        forgetful,
        shared: false,
    }
}

/// Kills something again and again while everybody works, and asks at the end.
async fn torture(
    mut market: Market,
    instances: usize,
    what: fn(&mut Market, &mut [Instance]),
    forgetful: bool,
) {
    let stage = Arc::new(Stage::default());
    let mut running = Vec::new();
    for _ in 0..instances {
        running.push(market.open().await);
    }
    let publish = |running: &[Instance]| {
        *stage.urls.write().unwrap() = running
            .iter()
            .map(|instance| instance.url.clone())
            .collect();
    };
    publish(&running);
    let Play {
        tell,
        workers,
        clients,
    } = stage.begin();
    for _ in 0..kills() {
        sleep(Duration::from_millis(fastrand::u64(50..600))).await;
        what(&mut market, &mut running);
        publish(&running);
        for instance in &running {
            instance.until_ready().await;
        }
    }
    sleep(Duration::from_millis(300)).await;
    stage.over.store(true, Relaxed);
    for worker in workers {
        timeout(SOON, worker).await.expect("a worker ends").unwrap();
    }
    let instance = &running[0];
    until(async || instance.get("/api/orders?limit=1").await.status == 200).await;
    let last = instance.get("/api/orders?limit=1").await;
    let last = Cursor::parse(&json!(last.header("last-event-id").unwrap())).unwrap();
    tell.send(Some(last.clone())).unwrap();
    let mut heard = Vec::new();
    for client in clients {
        heard.push(
            timeout(SOON * 2, client)
                .await
                .expect("a client hears everything")
                .unwrap(),
        );
    }
    let history = history_of(instance, &stage, heard, last, forgetful).await;
    let verdict = history.verdict();
    println!(
        "{} kills: {} orders, {} events, {} acknowledged, {} frames, {} resets",
        kills(),
        history.orders.len(),
        history.events.len(),
        history.acknowledged.len(),
        history
            .sockets
            .iter()
            .map(|socket| socket.received.len())
            .sum::<usize>(),
        history
            .sockets
            .iter()
            .flat_map(|socket| &socket.received)
            .filter(|received| matches!(received, Received::Reset(..)))
            .count(),
    );
    assert!(verdict.violations.is_empty(), "{verdict}");
    assert!(history.acknowledged.len() > 20, "too little happened");
}

fn kill_a_server(market: &mut Market, running: &mut [Instance]) {
    let n = fastrand::usize(..running.len());
    running[n].kill();
    running[n] = market.start();
}

fn kill_the_store(market: &mut Market, _: &mut [Instance]) {
    market.server().kill();
    market.server().start_again();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_server_is_killed() {
    torture(Market::embedded(), 1, kill_a_server, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_servers_is_killed() {
    torture(Market::redis(), 2, kill_a_server, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_syncs_always_is_killed() {
    torture(Market::redis(), 2, kill_the_store, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_syncs_each_second_is_killed() {
    torture(
        Market::redis_with(&["--appendonly", "yes", "--appendfsync", "everysec"]),
        2,
        kill_the_store,
        true,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_keeps_nothing_is_killed() {
    torture(
        Market::redis_with(&["--appendonly", "no"]),
        2,
        kill_the_store,
        true,
    )
    .await;
}

/// A hundred who want different things of one order at once: one gets it, round after round.
async fn races(market: Market, instances: usize) {
    let mut running = Vec::new();
    for _ in 0..instances {
        running.push(market.open().await);
    }
    for round in 0..kills() {
        let path = running[0].order_in("supplier_accepted").await;
        let moves = (0..100).map(|n| {
            let (call, body) = match n % 2 {
                0 => ("status", json!({"status": "cancelled"})),
                _ => {
                    let name = format!("Customer {n}");
                    (
                        "customer-accept",
                        json!({"customer_name": name, "delivery_address": "Kurze Gasse 1"}),
                    )
                }
            };
            let (instance, path) = (&running[n % instances], format!("{path}/{call}"));
            async move { instance.post(&path, &body).await }
        });
        let answers = futures::future::join_all(moves).await;
        let won: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .collect();
        assert!(
            answers
                .iter()
                .all(|answer| [200, 409].contains(&answer.status))
        );
        // One taker; a cancellation came before or after it.
        let takers = won
            .iter()
            .filter(|answer| answer.json()["status"] == "customer_accepted");
        assert!(
            takers.count() <= 1 && !won.is_empty() && won.len() <= 2,
            "round {round}"
        );
        let events = running[0].get(&format!("{path}/events")).await.json();
        assert_eq!(events.as_array().unwrap().len(), 2 + won.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn races_on_the_embedded_store_have_one_winner() {
    races(Market::embedded(), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn races_over_two_instances_have_one_winner() {
    races(Market::redis(), 2).await;
}

/// Ten minutes of steady work: what the server holds must not grow with what it has done.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes ten minutes: make torture runs it"]
async fn memory_and_open_files_do_not_grow() {
    let instance = Market::embedded().open().await;
    let stage = Arc::new(Stage::default());
    *stage.urls.write().unwrap() = vec![instance.url.clone()];
    let Play {
        tell,
        workers,
        clients,
    } = stage.begin();
    let mut measured = Vec::new();
    for minute in 0..10 {
        sleep(Duration::from_secs(60)).await;
        let (memory, files) = instance.size();
        println!("minute {}: {memory} KiB, {files} files", minute + 1);
        measured.push((memory, files));
    }
    stage.over.store(true, Relaxed);
    drop(tell);
    workers.iter().for_each(|worker| worker.abort());
    clients.iter().for_each(|client| client.abort());
    // The ring of the newest events fills up in the first minutes, and is then full.
    let (early, late) = (measured[4], measured[9]);
    assert!(late.0 < early.0 * 5 / 4, "memory grows: {measured:?}");
    assert!(late.1 < early.1 + 20, "files grow: {measured:?}");
}
