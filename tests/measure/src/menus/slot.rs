//! Two hundred orders at once for a slot of ten, over two instances: exactly ten are placed, and how soon all are answered.

use super::{Shop, order, total};
use crate::{
    Release,
    healthz::median,
    http::Client,
    process::{Redis, Server, Store},
};
use anyhow::{Result, ensure};
use futures::future::try_join_all;
use serde_json::{Value, json};
use std::time::Instant;

const ORDERS: usize = 200;
const PLACES: usize = 10;
/// Slots that are fought for, one after another.
const ROUNDS: usize = 9;

pub async fn measure(release: &Release) -> Result<()> {
    let redis = Redis::start().await?;
    let one = Server::start(release, Store::Redis(&redis.url)).await?;
    let other = Server::start(release, Store::Redis(&redis.url)).await?;
    let rules = json!({"slot_orders": PLACES, "order_pieces": 50});
    let shop = Shop::open(release, &one, rules).await?;
    let mut client = Client::connect(one.address).await?;
    let slots = shop.slots(&mut client, 1).await?;
    let total = total(&mut client, &shop, &slots[0]).await?;
    let path = format!("{}/orders", shop.path);
    let mut times = Vec::new();
    // The first one warms up.
    for slot in &slots[..=ROUNDS] {
        let body = order(slot, &total).to_string();
        times.push(fight([&one, &other], &path, &body).await?);
    }
    let times = &mut times[1..];
    let median = median(times);
    println!(
        "| {ORDERS} orders at once for a slot of {PLACES}, two instances over Redis | exactly {PLACES} in each of {ROUNDS}, all answered after {median:.0} ms, at most {:.0} ms | | | exactly {PLACES}, within 1,000 ms |",
        times[ROUNDS - 1]
    );
    Ok(())
}

/// Milliseconds until all are answered.
async fn fight(servers: [&Server; 2], path: &str, body: &str) -> Result<f64> {
    let connect = |number: usize| Client::connect(servers[number % 2].address);
    let clients = try_join_all((0..ORDERS).map(connect)).await?;
    let began = Instant::now();
    let answers = try_join_all(clients.into_iter().map(async |mut client| {
        client
            .try_post(path, "application/json", body.to_owned())
            .await
    }));
    let answers = answers.await?;
    let took = began.elapsed().as_secs_f64() * 1e3;
    let placed = answers.iter().filter(|answer| answer.status == 201);
    let placed = placed.count();
    ensure!(placed == PLACES, "{placed} orders in a slot of {PLACES}");
    for lost in answers.iter().filter(|answer| answer.status != 201) {
        let problem: Value = serde_json::from_slice(&lost.body)?;
        ensure!(problem["type"] == "/problems/slot-full", "{problem}");
    }
    Ok(took)
}
