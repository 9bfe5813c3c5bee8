//! The addresses that the server listens on: free, or in use by our server already; and its open files.

use super::{
    clock,
    report::{Finding, Report},
};
use crate::{
    domain::{Cursor, Order},
    server::{
        cli::http_client::{self, HealthAnswer},
        serve::OTHER_FILES,
        store::left_at,
    },
};
use rustix::process::{Resource, getrlimit};
use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    time::Duration,
};

/// What may listen on our address.
const OTHER_PROGRAM: &str = "another program";
const OTHER_MARKET: &str = "another Pizza Market";
/// Of a server's health page and metrics.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(1_500);

/// The store of these settings, by which our server is known: another one may listen on its address.
pub enum OwnStore {
    File(PathBuf),
    /// With its epoch, where it can be read; empty where nothing is stored yet.
    Redis(Option<String>),
}

impl OwnStore {
    pub fn is_served_by(&self, server: &RunningServer) -> bool {
        let (engine, epoch) = match self {
            // No server runs on a file that is missing.
            OwnStore::File(file) if matches!(file.try_exists(), Ok(false)) => return false,
            OwnStore::File(file) => ("embedded", left_at(file).map(|end| end.epoch.to_string())),
            OwnStore::Redis(epoch) => ("redis", epoch.clone()),
        };
        // A server that is not ready may still have the epoch before this one.
        let is_other = match (&epoch, &server.cursor) {
            (Some(own), Some(cursor)) => server.ready && cursor.epoch.to_string() != *own,
            _ => false,
        };
        server.engine == engine && !is_other
    }
}

/// Returns whether our server listens there.
pub async fn examine(report: &mut Report, address: SocketAddr, own: Option<&OwnStore>) -> bool {
    report.doing("trying the address");
    let (finding, is_ours) = match TcpListener::bind(address) {
        Ok(_) if address.port() == 0 => {
            let says = format!("any free port of {}", address.ip());
            (Finding::ok(says), false)
        }
        Ok(_) => (Finding::ok(format!("{address} is free")), false),
        Err(error) if error.kind() == ErrorKind::AddrInUse => taken(address, own).await,
        Err(error) => (closed("LEPTOS_SITE_ADDR", address, &error), false),
    };
    report.add(
        "server",
        "address",
        finding.with("address", address.to_string()),
    );
    is_ours
}

/// The address for metrics alone; with the site's address, and whether our server listens there.
pub async fn examine_metrics(
    report: &mut Report,
    address: SocketAddr,
    (site, is_ours): (SocketAddr, bool),
) {
    report.doing("trying the address of the metrics");
    let finding = match TcpListener::bind(address) {
        _ if is_the_same(address, site) => Finding::error(
            format!("{address} is that of LEPTOS_SITE_ADDR, too"),
            "Set METRICS_ADDR to another port; without it the metrics are at /metrics of LEPTOS_SITE_ADDR",
        ),
        Ok(_) if address.port() == 0 => Finding::ok(format!("any free port of {}", address.ip())),
        Ok(_) => Finding::ok(format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            match http_client::serves_metrics(address, RESPONSE_TIMEOUT).await {
                true if is_ours => {
                    Finding::ok(format!("{address} serves the metrics of our server"))
                }
                true => foreign("METRICS_ADDR", address, OTHER_MARKET),
                false => foreign("METRICS_ADDR", address, OTHER_PROGRAM),
            }
        }
        Err(error) => closed("METRICS_ADDR", address, &error),
    };
    report.add(
        "server",
        "figures",
        finding.with("address", address.to_string()),
    );
}

/// Whether this clock is behind the newest order of our server.
pub async fn examine_clock(report: &mut Report, address: SocketAddr) {
    let finding = match newest_order(address).await {
        Some(newest) => clock::finding(newest.map(|order| order.latest())),
        None => Finding::skipped("the server does not list its orders"),
    };
    report.add("server", "newest order", finding);
}

/// The newest order of a server, if it has one; `None` where it does not answer.
async fn newest_order(address: SocketAddr) -> Option<Option<Order>> {
    let url = http_client::own_url(address).ok()?;
    let url = format!("{url}/api/orders?limit=1");
    let orders = http_client::json::<Vec<Order>>(&url, RESPONSE_TIMEOUT).await?;
    Some(orders.into_iter().next())
}

/// Whether all connections can be open at once: each is a file.
pub fn examine_files(report: &mut Report, connections: u64) {
    // The server raises its limit to the maximum.
    let limit = getrlimit(Resource::Nofile).maximum;
    let finding = match limit {
        Some(limit) if limit < connections => Finding::warning(
            format!("only {limit} can be open at once, and MAX_CONNECTIONS is {connections}"),
            format!(
                "Allow {} (LimitNOFILE, `ulimit -n`, `ulimits`), or set MAX_CONNECTIONS to {} at most",
                connections.saturating_add(OTHER_FILES),
                limit.saturating_sub(OTHER_FILES).max(1)
            ),
        ),
        Some(limit) => Finding::ok(format!("{limit} can be open at once")),
        None => Finding::ok("no limit"),
    };
    report.add("server", "files", finding.with("most", limit));
}

/// Whether only one listener can have both addresses.
fn is_the_same(one: SocketAddr, other: SocketAddr) -> bool {
    let everywhere = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && (everywhere || one.ip() == other.ip())
}

fn foreign(setting: &str, address: SocketAddr, who: &str) -> Finding {
    Finding::error(
        format!("{who} listens on {address}"),
        format!(
            "Stop it (`ss -ltnp 'sport = :{}'` names it), or set {setting} to another port",
            address.port()
        ),
    )
}

fn closed(setting: &str, address: SocketAddr, error: &std::io::Error) -> Finding {
    let says = format!("cannot listen on {address}: {error}");
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied => {
            "a port of 1024 or above, or allow low ports (CAP_NET_BIND_SERVICE)"
        }
        ErrorKind::AddrNotAvailable => {
            "an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for all"
        }
        _ => "another address",
    };
    Finding::error(says, format!("Set {setting} to {remedy}"))
}

async fn taken(address: SocketAddr, own: Option<&OwnStore>) -> (Finding, bool) {
    let foreign = |who| (foreign("LEPTOS_SITE_ADDR", address, who), false);
    match ask(address).await {
        None => foreign(OTHER_PROGRAM),
        Some(server) if own.is_some_and(|own| !own.is_served_by(&server)) => foreign(OTHER_MARKET),
        Some(server) if server.ready => {
            let says = format!("{address} is served by a Pizza Market that is ready");
            (Finding::ok(says), true)
        }
        Some(server) => {
            let trouble = server.trouble;
            let finding = Finding::warning(
                format!("{address} is served by a Pizza Market that is not ready: {trouble}"),
                "See the store above: the server connects again by itself",
            );
            (finding, true)
        }
    }
}

/// What a Pizza Market answers at /readyz.
pub struct RunningServer {
    pub ready: bool,
    engine: String,
    /// Its newest event.
    cursor: Option<Cursor>,
    /// What keeps it from being ready; empty where nothing does.
    pub trouble: String,
}

/// Asks the server at an address; `None` where that is not a Pizza Market.
pub async fn ask(address: SocketAddr) -> Option<RunningServer> {
    let url = format!("{}/readyz", http_client::own_url(address).ok()?);
    let answer = http_client::health(&url, RESPONSE_TIMEOUT).await.ok()?;
    let HealthAnswer { is_ok, body } = answer;
    let store = &body["store"];
    Some(RunningServer {
        ready: is_ok,
        engine: store["engine"].as_str()?.to_owned(),
        cursor: body["cursor"].as_str().and_then(|at| at.parse().ok()),
        trouble: store["trouble"].as_str().unwrap_or_default().to_owned(),
    })
}
