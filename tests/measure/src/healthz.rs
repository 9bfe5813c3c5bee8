//! What an answer costs that needs nothing: `GET /healthz`, beside the same answer of plain axum.

use crate::{
    Release,
    http::Client,
    process::{Server, Store},
};
use anyhow::Result;
use futures::future::try_join_all;
use tempfile::TempDir;

const CONNECTIONS: usize = 32;
const REQUESTS: usize = 50_000;
const ROUNDS: usize = 3;

pub async fn measure(release: &Release) -> Result<()> {
    let folder = TempDir::new()?;
    let ours = Server::start(release, Store::Embedded(folder.path())).await?;
    let bare = Server::start_bare(&[]).await?;
    // The first requests warm both up.
    (cost(&ours).await?, cost(&bare).await?);
    let (mut costs, mut bare_costs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        costs.push(cost(&ours).await?);
        bare_costs.push(cost(&bare).await?);
    }
    let (ours, bare) = (median(&mut costs), median(&mut bare_costs));
    println!(
        "GET /healthz: {ours:.1} µs of processor time, plain axum {bare:.1} µs: {:.2} times",
        ours / bare
    );
    Ok(())
}

/// The server's processor time of one request, in microseconds.
async fn cost(server: &Server) -> Result<f64> {
    let before = server.process.processor_time()?;
    let connection = async || {
        let mut client = Client::connect(server.address).await?;
        for _ in 0..REQUESTS / CONNECTIONS {
            client.get("/healthz", false).await?;
        }
        anyhow::Ok(())
    };
    try_join_all((0..CONNECTIONS).map(|_| connection())).await?;
    let used = server.process.processor_time()? - before;
    Ok(used.as_secs_f64() * 1e6 / REQUESTS as f64)
}

pub fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
