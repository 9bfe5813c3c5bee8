//! Whole orders, from the offer to the door, over both engines: how many a second, what each request costs, and how long it
//! takes at half of that rate; beside the same number of requests to the bare program.

use crate::{
    Release,
    healthz::median,
    http::Client,
    process::{Process, Redis, Server, Store},
    seed::{STEPS, offer, step},
};
use anyhow::{Result, ensure};
use futures::future::try_join_all;
use hdrhistogram::Histogram;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::time::{sleep, sleep_until};

/// The connections of a round, and of one that fills the embedded engine's groups.
const CONNECTIONS: usize = 32;
const MANY: usize = 256;
const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;
/// An order is offered, and then takes its steps.
const REQUESTS: u64 = 1 + STEPS.len() as u64;

pub async fn measure(release: &Release) -> Result<()> {
    let redis = Redis::start().await?;
    let url = |database| format!("{}/{database}", redis.url);
    let ours = Server::start(release, Store::Redis(&url(0))).await?;
    let bare = Server::start_bare(&["redis", &url(1)]).await?;
    let rate = compare("Redis", &ours, &bare, CONNECTIONS, Some(&redis.process)).await?;
    latencies(&ours, rate / 2.0).await?;
    round_trips("Redis", &ours).await?;
    drop((ours, bare, redis));

    let (folder, bare_folder) = (TempDir::new()?, TempDir::new()?);
    let ours = Server::start(release, Store::Embedded(folder.path())).await?;
    let file = bare_folder.path().join("bare.redb").display().to_string();
    let bare = Server::start_bare(&["redb", &file]).await?;
    compare("the embedded engine", &ours, &bare, CONNECTIONS, None).await?;
    let rate = compare("the embedded engine", &ours, &bare, MANY, None).await?;
    latencies(&ours, rate / 2.0).await?;
    round_trips("the embedded engine", &ours).await
}

/// What a round has found.
struct Round {
    orders_per_second: f64,
    /// Processor time of a request, in microseconds: of the server, and of Redis.
    server: f64,
    redis: f64,
}

async fn compare(
    engine: &str,
    ours: &Server,
    bare: &Server,
    connections: usize,
    redis: Option<&Process>,
) -> Result<f64> {
    let (mut rounds, mut bare_rounds) = (Vec::new(), Vec::new());
    for _ in 0..=ROUNDS {
        rounds.push(round(ours, Kind::Orders, connections, redis).await?);
        bare_rounds.push(round(bare, Kind::Bare, connections, redis).await?);
    }
    let of = |rounds: &[Round], read: fn(&Round) -> f64| {
        // The first one warms up.
        median(&mut rounds[1..].iter().map(read).collect::<Vec<_>>())
    };
    let rate = of(&rounds, |round| round.orders_per_second);
    let bare_rate = of(&bare_rounds, |round| round.orders_per_second);
    println!(
        "whole orders over {engine}, {connections} connections: {rate:.0} a second ({:.0} requests), bare {bare_rate:.0}: {:.2} times",
        rate * REQUESTS as f64,
        rate / bare_rate,
    );
    let costs = |rounds: &[Round]| match redis {
        None => format!("{:.0} µs", of(rounds, |round| round.server)),
        Some(_) => format!(
            "{:.0} µs and {:.0} µs of Redis",
            of(rounds, |round| round.server),
            of(rounds, |round| round.redis)
        ),
    };
    println!(
        "  processor time of a request: {}, bare {}",
        costs(&rounds),
        costs(&bare_rounds)
    );
    Ok(rate)
}

#[derive(Clone, Copy)]
enum Kind {
    Orders,
    /// As many requests to the bare program.
    Bare,
}

async fn round(
    server: &Server,
    kind: Kind,
    connections: usize,
    redis: Option<&Process>,
) -> Result<Round> {
    let done = AtomicU64::new(0);
    let used = || -> Result<_> {
        let redis = redis.map(Process::processor_time).transpose()?;
        Ok((server.process.processor_time()?, redis.unwrap_or_default()))
    };
    let (before, began) = (used()?, Instant::now());
    let connection = async || {
        let mut client = Client::connect(server.address).await?;
        while began.elapsed() < ROUND {
            one(&mut client, kind).await?;
            done.fetch_add(1, Ordering::Relaxed);
        }
        anyhow::Ok(())
    };
    try_join_all((0..connections).map(|_| connection())).await?;
    let (took, after) = (began.elapsed(), used()?);
    let orders = done.into_inner() as f64;
    let each = |time: Duration| time.as_secs_f64() * 1e6 / (orders * REQUESTS as f64);
    Ok(Round {
        orders_per_second: orders / took.as_secs_f64(),
        server: each(after.0 - before.0),
        redis: each(after.1 - before.1),
    })
}

async fn one(client: &mut Client, kind: Kind) -> Result<()> {
    match kind {
        Kind::Orders => {
            let id = offer(client, 0).await?;
            for number in 0..STEPS.len() {
                step(client, &id, number).await?;
            }
        }
        Kind::Bare => {
            for _ in 0..REQUESTS {
                client
                    .post("/commit", r#"{"status":"preparing"}"#.to_owned())
                    .await?;
            }
        }
    }
    Ok(())
}

async fn latencies(server: &Server, orders_per_second: f64) -> Result<()> {
    let interval = Duration::from_secs_f64(1.0 / (orders_per_second * REQUESTS as f64));
    let all = paced(server, &[], MANY, interval, 2 * ROUND).await?;
    let at = |quantile| all.value_at_quantile(quantile) as f64 / 1e3;
    println!(
        "  at half of that rate: p50 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms",
        at(0.5),
        at(0.99),
        at(0.999)
    );
    Ok(())
}

/// How long requests of whole orders take that come at a rate of their own, from the moment at which each was due: in
/// microseconds.
pub async fn paced(
    server: &Server,
    headers: &[(&'static str, String)],
    connections: usize,
    interval: Duration,
    length: Duration,
) -> Result<Histogram<u64>> {
    let (began, next) = (tokio::time::Instant::now(), AtomicU64::new(0));
    let connection = async || {
        let mut client = Client::connect(server.address).await?;
        client.headers = headers.to_vec();
        let mut took = Histogram::<u64>::new(3)?;
        let (mut id, mut steps) = (String::new(), STEPS.len());
        loop {
            let due = began + interval * next.fetch_add(1, Ordering::Relaxed) as u32;
            if due - began > length {
                return anyhow::Ok(took);
            }
            sleep_until(due).await;
            if steps == STEPS.len() {
                (id, steps) = (offer(&mut client, 0).await?, 0);
            } else {
                step(&mut client, &id, steps).await?;
                steps += 1;
            }
            took.record(due.elapsed().as_micros() as u64)?;
        }
    };
    let mut all = Histogram::<u64>::new(3)?;
    for took in try_join_all((0..connections).map(|_| connection())).await? {
        all.add(took)?;
    }
    Ok(all)
}

/// How often a move asks the store.
async fn round_trips(engine: &str, server: &Server) -> Result<()> {
    const MOVES: usize = 700;
    let mut client = Client::connect(server.address).await?;
    let mut ids = Vec::new();
    for _ in 0..MOVES / STEPS.len() {
        ids.push(offer(&mut client, 0).await?);
    }
    let before = operations(&mut client).await?;
    for id in ids {
        for number in 0..STEPS.len() {
            step(&mut client, &id, number).await?;
        }
    }
    let after = operations(&mut client).await?;
    println!(
        "  round trips of a move over {engine}: {:.2}",
        (after - before) / MOVES as f64
    );
    Ok(())
}

/// The number of operations of the store, without those that follow the log (`after`).
pub async fn operations(client: &mut Client) -> Result<f64> {
    let mut metrics = client.get("/metrics", false).await?;
    // They have a rate limit of their own.
    while metrics.status == 429 {
        sleep(Duration::from_millis(100)).await;
        metrics = client.get("/metrics", false).await?;
    }
    ensure!(metrics.status == 200, "/metrics: {}", metrics.status);
    let text = String::from_utf8_lossy(&metrics.body).into_owned();
    let counts = text.lines().filter(|line| {
        line.starts_with("pizza_ledger_operation_duration_seconds_count")
            && !line.contains("operation=\"after\"")
    });
    Ok(counts
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum())
}
