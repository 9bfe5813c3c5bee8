//! An order of four lines from a menu beside an offer (`POST /api/orders`), a quote beside placing, and how often either
//! asks the store.

use super::{Shop, order, total, wanted};
use crate::{
    Release,
    healthz::median,
    http::Client,
    orders::operations,
    process::{Redis, Server, Store},
    seed::offer,
};
use anyhow::Result;
use futures::future::try_join_all;
use serde_json::json;
use std::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use tempfile::TempDir;

const CONNECTIONS: usize = 32;
const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;
/// Of which the uses of the store are counted.
const COUNTED: usize = 200;
/// The most orders that a slot can have, and the most days.
const IN_A_SLOT: usize = 100;
const DAYS: u64 = 13;

pub async fn measure(release: &Release) -> Result<()> {
    let redis = Redis::start().await?;
    let server = Server::start(release, Store::Redis(&redis.url)).await?;
    compare(release, "Redis", &server, "≥ 0.6").await?;
    drop((server, redis));
    let folder = TempDir::new()?;
    let server = Server::start(release, Store::Embedded(folder.path())).await?;
    compare(release, "the embedded engine", &server, "≥ 0.8").await
}

#[derive(Clone, Copy)]
enum Kind {
    Offer,
    Quote,
    Order,
}

/// A pizzeria with so much room that no order is refused.
struct Counter<'a> {
    server: &'a Server,
    shop: Shop,
    /// For each slot: what asks for a quote, and what orders. They are made before anything is measured.
    bodies: Vec<[String; 2]>,
    placed: AtomicUsize,
}

async fn compare(release: &Release, engine: &str, server: &Server, goal: &str) -> Result<()> {
    let rules = json!({"days_ahead": DAYS + 1, "slot_minutes": 5, "slot_orders": IN_A_SLOT,
        "order_pieces": 50, "auto_accept": true});
    let shop = Shop::open(release, server, rules).await?;
    let mut client = Client::connect(server.address).await?;
    let slots = shop.slots(&mut client, DAYS).await?;
    let total = total(&mut client, &shop, &slots[0]).await?;
    let bodies = slots
        .iter()
        .map(|slot| [wanted(slot), order(slot, &total)].map(|body| body.to_string()));
    let counter = Counter {
        server,
        shop,
        bodies: bodies.collect(),
        placed: AtomicUsize::new(0),
    };
    let kinds = [Kind::Offer, Kind::Quote, Kind::Order];
    let mut rounds = kinds.map(|_| (Vec::new(), Vec::new()));
    for round in 0..=ROUNDS {
        for (kind, (costs, rates)) in kinds.iter().zip(&mut rounds) {
            let (cost, rate) = counter.round(*kind).await?;
            // The first one warms up.
            if round > 0 {
                costs.push(cost);
                rates.push(rate);
            }
        }
    }
    let [offers, quotes, orders] =
        rounds.map(|(mut costs, mut rates)| (median(&mut costs), median(&mut rates)));
    let one = |(cost, rate): (f64, f64)| format!("{rate:.0} a second, {cost:.0} µs");
    println!(
        "| an order of 4 lines over {engine} | {} | `POST /api/orders` {} | {:.2} | {goal} |",
        one(orders),
        one(offers),
        orders.1 / offers.1
    );
    println!(
        "| a quote of it | {} | placing it {} | {:.2} | ≥ 3 |",
        one(quotes),
        one(orders),
        quotes.1 / orders.1
    );
    for (what, kind, goal) in [
        ("an order", Kind::Order, "1"),
        ("a quote", Kind::Quote, "0"),
    ] {
        let trips = counter.round_trips(kind).await?;
        println!("| round trips to the store of {what} | {trips:.2} | | | {goal} |");
    }
    Ok(())
}

impl Counter<'_> {
    /// The server's processor time of one, in microseconds, and how many a second.
    async fn round(&self, kind: Kind) -> Result<(f64, f64)> {
        let (done, began) = (AtomicU64::new(0), Instant::now());
        let before = self.server.process.processor_time()?;
        let connection = async || {
            let mut client = Client::connect(self.server.address).await?;
            while began.elapsed() < ROUND {
                self.one(&mut client, kind).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        };
        try_join_all((0..CONNECTIONS).map(|_| connection())).await?;
        let (took, done) = (began.elapsed().as_secs_f64(), done.into_inner() as f64);
        let used = self.server.process.processor_time()? - before;
        Ok((used.as_secs_f64() * 1e6 / done, done / took))
    }

    async fn one(&self, client: &mut Client, kind: Kind) -> Result<()> {
        let [quote, order] = self.bodies_with_room();
        let (call, body) = match kind {
            Kind::Offer => {
                offer(client, 0).await?;
                return Ok(());
            }
            Kind::Quote => ("quote", quote),
            Kind::Order => {
                self.placed.fetch_add(1, Ordering::Relaxed);
                ("orders", order)
            }
        };
        let path = format!("{}/{call}", self.shop.path);
        client.post(&path, body.clone()).await?;
        Ok(())
    }

    /// For a slot that has room, since each other connection has at most one order under way.
    fn bodies_with_room(&self) -> &[String; 2] {
        let each = IN_A_SLOT - CONNECTIONS;
        &self.bodies[self.placed.load(Ordering::Relaxed) / each % self.bodies.len()]
    }

    async fn round_trips(&self, kind: Kind) -> Result<f64> {
        let mut client = Client::connect(self.server.address).await?;
        let before = operations(&mut client).await?;
        for _ in 0..COUNTED {
            self.one(&mut client, kind).await?;
        }
        let after = operations(&mut client).await?;
        Ok((after - before) / COUNTED as f64)
    }
}
