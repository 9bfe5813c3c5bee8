//! What `GET …/menu` costs, in full and as 304, beside `/healthz` and a bare handler that answers the same bytes.

use super::{ITEMS, Shop};
use crate::{
    Release, bare,
    healthz::median,
    http::Client,
    process::{Server, Store},
};
use anyhow::{Result, ensure};
use futures::future::try_join_all;
use serde_json::json;
use std::time::Instant;
use tempfile::TempDir;

const CONNECTIONS: usize = 32;
const REQUESTS: usize = 20_000;
const ROUNDS: usize = 3;

/// A request that is sent again and again.
struct Case<'a> {
    server: &'a Server,
    path: &'a str,
    /// The version that the client has.
    known: Option<&'a str>,
}

pub async fn measure(release: &Release) -> Result<()> {
    let folder = TempDir::new()?;
    let ours = Server::start(release, Store::Embedded(folder.path())).await?;
    let shop = Shop::open(release, &ours, json!({})).await?;
    let path = format!("{}/menu", shop.path);
    let menu = Client::connect(ours.address)
        .await?
        .get(&path, false)
        .await?;
    let file = folder.path().join("menu.json");
    std::fs::write(&file, &menu.body)?;
    let bare = Server::start_bare(&["document", &file.display().to_string()]).await?;
    let case = |server, path, known| Case {
        server,
        path,
        known,
    };
    // The seed's import is the first edit of its menu.
    let cases = [
        case(&ours, &*path, None),
        case(&bare, "/document", None),
        case(&ours, &*path, Some(bare::TAG)),
        case(&bare, "/document", Some(bare::TAG)),
        case(&ours, "/healthz", None),
    ];
    let mut rounds = cases.each_ref().map(|_| (Vec::new(), Vec::new()));
    for round in 0..=ROUNDS {
        for (case, (costs, rates)) in cases.iter().zip(&mut rounds) {
            let (cost, rate) = case.round().await?;
            // The first one warms up.
            if round > 0 {
                costs.push(cost);
                rates.push(rate);
            }
        }
    }
    let [full, bare_full, not_modified, bare_not_modified, healthz] =
        rounds.map(|(mut costs, mut rates)| (median(&mut costs), median(&mut rates)));
    let kilobytes = menu.body.len() as f64 / 1e3;
    let what = format!("`GET …/menu`, {ITEMS} items, {kilobytes:.0} kB");
    print(&what, full, "bare axum", bare_full, "");
    print(&what, full, "`/healthz`", healthz, "");
    let what = "the same, 304";
    print(what, not_modified, "bare axum", bare_not_modified, "");
    print(
        what,
        not_modified,
        "`/healthz`",
        healthz,
        "≥ 0.8 of requests",
    );
    Ok(())
}

/// Processor time of a request in microseconds, and requests a second.
type Figures = (f64, f64);

fn print(what: &str, ours: Figures, beside: &str, other: Figures, goal: &str) {
    let one = |(cost, rate): Figures| format!("{cost:.1} µs, {rate:.0} a second");
    println!(
        "| {what} | {} | {beside} {} | {:.2} of the time, {:.2} of requests | {goal} |",
        one(ours),
        one(other),
        ours.0 / other.0,
        ours.1 / other.1
    );
}

impl Case<'_> {
    async fn round(&self) -> Result<Figures> {
        let expected = if self.known.is_some() { 304 } else { 200 };
        let (before, began) = (self.server.process.processor_time()?, Instant::now());
        let connection = async || {
            let mut client = Client::connect(self.server.address).await?;
            let known = self.known.iter();
            client.headers = known
                .map(|tag| ("if-none-match", (*tag).to_owned()))
                .collect();
            for _ in 0..REQUESTS / CONNECTIONS {
                let status = client.get(self.path, false).await?.status;
                ensure!(status == expected, "{}: {status}", self.path);
            }
            anyhow::Ok(())
        };
        try_join_all((0..CONNECTIONS).map(|_| connection())).await?;
        let took = began.elapsed().as_secs_f64();
        let used = self.server.process.processor_time()? - before;
        let requests = REQUESTS as f64;
        Ok((used.as_secs_f64() * 1e6 / requests, requests / took))
    }
}
