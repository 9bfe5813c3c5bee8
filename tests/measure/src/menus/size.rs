//! A market of thousands of pizzerias over Redis: how soon a server is ready again, what it holds, and the page of the
//! list beside that of a small market.

use super::{ITEMS, scale};
use crate::{
    Release,
    healthz::median,
    http::Client,
    process::{Redis, Server, Store},
};
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};
use tokio::time::sleep;

const SMALL: usize = 50;
const LARGE: usize = 5_000;
const PAGES: usize = 99;
/// While nobody asks anything, memory that grows less than this within `QUIET` has stopped growing.
const STEP: u64 = 1_000_000;
const QUIET: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(180);

pub async fn measure(release: &Release) -> Result<()> {
    let large = scale("MEASURE_RESTAURANTS", LARGE)?;
    let small = market(release, SMALL.min(large)).await?;
    let large = market(release, large).await?;
    let what = format!("{} pizzerias × {ITEMS} items over Redis", large.restaurants);
    println!(
        "| {what}: ready again | {:.2} s | {} pizzerias {:.2} s | | ≤ 5 s |",
        large.ready_after, small.restaurants, small.ready_after
    );
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!(
        "| the same: memory of the server, at rest | {:.0} MB | {} pizzerias {:.0} MB | | ≤ 600 MB |",
        megabytes(large.memory),
        small.restaurants,
        megabytes(small.memory)
    );
    println!(
        "| the same: `/shops`, first byte | {:.1} ms, {:.1} kB (brotli) | {} pizzerias {:.1} ms, {:.1} kB | {:.2} | ≤ 3 |",
        large.page * 1e3,
        large.page_size as f64 / 1e3,
        small.restaurants,
        small.page * 1e3,
        small.page_size as f64 / 1e3,
        large.page / small.page
    );
    Ok(())
}

struct Market {
    restaurants: usize,
    /// In seconds.
    ready_after: f64,
    /// In bytes.
    memory: u64,
    /// The time to the first byte of the list, in seconds.
    page: f64,
    page_size: usize,
}

async fn market(release: &Release, restaurants: usize) -> Result<Market> {
    let redis = Redis::start().await?;
    let store = Store::Redis(&redis.url);
    let server = Server::start(release, store).await?;
    server.seed(release, restaurants, ITEMS)?;
    drop(server);
    let server = Server::start(release, store).await?;
    let memory = at_rest(&server).await?;
    let mut client = Client::connect(server.address).await?;
    let (mut times, mut page_size) = (Vec::new(), 0);
    for _ in 0..PAGES {
        let answer = client.get("/shops", true).await?;
        ensure!(answer.status == 200, "/shops: {}", answer.status);
        page_size = answer.body.len();
        times.push(answer.first_byte.as_secs_f64());
    }
    Ok(Market {
        restaurants,
        ready_after: server.ready_after.as_secs_f64(),
        memory,
        page: median(&mut times),
        page_size,
    })
}

/// What the server holds once it has read, in the background, what it searches in.
async fn at_rest(server: &Server) -> Result<u64> {
    let (began, mut since) = (Instant::now(), Instant::now());
    let mut held = server.process.memory()?;
    while since.elapsed() < QUIET && began.elapsed() < LONGEST {
        sleep(Duration::from_millis(100)).await;
        let now = server.process.memory()?;
        if now.abs_diff(held) > STEP {
            (held, since) = (now, Instant::now());
        }
    }
    server.process.memory()
}
