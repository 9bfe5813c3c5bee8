//! Pages of small and large markets: how large they are, how soon their first byte comes, and what the server holds after
//! a hundred of them; and how soon a server is ready that has such a market in its store.

use crate::{
    Release,
    healthz::median,
    http::Client,
    process::{Redis, Server, Store},
    seed,
};
use anyhow::{Result, ensure};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::sleep;

/// Open orders, and the kitchens that they are of.
const MARKETS: [(usize, usize); 3] = [(100, 10), (10_000, 1_000), (100_000, 1_000)];
const ROUNDS: usize = 9;

pub async fn measure(release: &Release) -> Result<()> {
    let mut small = Vec::new();
    for (orders, kitchens) in MARKETS {
        let folder = TempDir::new()?;
        let store = Store::Embedded(folder.path());
        let server = Server::start(release, store).await?;
        let pages = visit(&server, orders, kitchens).await?;
        println!("pages of a market with {orders} open orders of {kitchens} kitchens:");
        for page in &pages {
            let first = small.iter().find(|first: &&Page| first.name == page.name);
            let ratio = first.map_or(1.0, |first| page.first_byte / first.first_byte);
            println!(
                "  {}: {:.1} kB (brotli), first byte after {:.1} ms ({ratio:.1} times)",
                page.name,
                page.size as f64 / 1e3,
                page.first_byte * 1e3
            );
        }
        if let Some(largest) = pages.iter().max_by_key(|page| page.size) {
            memory(&server, largest).await?;
        }
        if small.is_empty() {
            small = pages;
        }
        drop(server);
        let again = Server::start(release, store).await?;
        println!(
            "  ready again after {:.2} s (embedded)",
            again.ready_after.as_secs_f64()
        );
    }
    let (orders, kitchens) = MARKETS[MARKETS.len() - 1];
    let redis = Redis::start().await?;
    let store = Store::Redis(&redis.url);
    let server = Server::start(release, store).await?;
    seed::orders(server.address, orders, kitchens, steps).await?;
    drop(server);
    let again = Server::start(release, store).await?;
    println!(
        "  ready again after {:.2} s (Redis)",
        again.ready_after.as_secs_f64()
    );
    Ok(())
}

/// As many orders in each state that is not final as in the next.
fn steps(number: usize) -> usize {
    number % seed::STEPS.len()
}

struct Page {
    name: &'static str,
    path: String,
    /// In bytes, compressed.
    size: usize,
    /// In seconds.
    first_byte: f64,
}

async fn visit(server: &Server, orders: usize, kitchens: usize) -> Result<Vec<Page>> {
    let ids = seed::orders(server.address, orders, kitchens, steps).await?;
    let addresses = [
        ("/", "/".to_owned()),
        ("/customer", "/customer".to_owned()),
        ("/supplier", "/supplier".to_owned()),
        (
            "/supplier of one kitchen",
            "/supplier?kitchen=Kitchen%207".to_owned(),
        ),
        ("/dispatch", "/dispatch".to_owned()),
        ("/orders", "/orders".to_owned()),
        ("an order's history", format!("/orders/{}", ids[orders / 2])),
        (
            "the tracking page",
            format!("/customer/{}", ids[orders / 2]),
        ),
        ("the page that says there is nothing", "/nothing".to_owned()),
    ];
    let mut client = Client::connect(server.address).await?;
    let mut pages = Vec::new();
    for (name, path) in addresses {
        let (mut size, mut times) = (0, Vec::new());
        for _ in 0..ROUNDS {
            let answer = client.get(&path, true).await?;
            ensure!(
                matches!(answer.status, 200 | 404),
                "{path}: {}",
                answer.status
            );
            size = answer.body.len();
            times.push(answer.first_byte.as_secs_f64());
        }
        pages.push(Page {
            name,
            path,
            size,
            first_byte: median(&mut times),
        });
    }
    Ok(pages)
}

async fn memory(server: &Server, page: &Page) -> Result<()> {
    let mut client = Client::connect(server.address).await?;
    let before = server.process.memory()?;
    for _ in 0..100 {
        client.get(&page.path, true).await?;
    }
    // Allocators give memory back with a delay.
    sleep(Duration::from_secs(5)).await;
    let after = server.process.memory()?;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!(
        "  memory of the server: {:.0} MB, {:+.0} MB after a hundred times {}",
        megabytes(before),
        megabytes(after) - megabytes(before),
        page.name
    );
    Ok(())
}
