//! The address that the server listens on: free, or ours already.

use super::{
    super::net::{self, State},
    report::{Finding, Report},
};
use crate::{domain::Cursor, server::ledger::left_at};
use rustix::process::{Resource, getrlimit};
use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    time::Duration,
};

/// Who may have an address that should be ours.
const STRANGER: &str = "another program";
const ANOTHER: &str = "another Pizza Market";
/// Files that a server opens beside its live connections: other requests, the store, the site.
const BESIDE: u64 = 256;
/// How long a server may take to say how it is.
const ANSWER: Duration = Duration::from_millis(1_500);

/// The store of these settings. By it a server is known: others may listen where ours should.
pub enum Own {
    File(PathBuf),
    /// With its epoch, where it can be asked; empty where nothing is stored yet.
    Redis(Option<String>),
}

impl Own {
    pub fn is_served_by(&self, server: &Server) -> bool {
        let (engine, epoch) = match self {
            // Nobody serves what is not there.
            Own::File(file) if matches!(file.try_exists(), Ok(false)) => return false,
            Own::File(file) => ("embedded", left_at(file).map(|end| end.epoch.to_string())),
            Own::Redis(epoch) => ("redis", epoch.clone()),
        };
        // A server that is not ready may still show a history that has ended.
        let is_other = match (&epoch, &server.cursor) {
            (Some(own), Some(cursor)) => server.ready && cursor.epoch.to_string() != *own,
            _ => false,
        };
        server.engine == engine && !is_other
    }
}

/// Whether our server is there.
pub async fn examine(report: &mut Report, address: SocketAddr, own: Option<&Own>) -> bool {
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

/// The address for figures alone, beside that of everything else, where our server may be.
pub async fn examine_figures(
    report: &mut Report,
    address: SocketAddr,
    (site, is_ours): (SocketAddr, bool),
) {
    report.doing("trying the address of the figures");
    let finding = match TcpListener::bind(address) {
        _ if is_the_same(address, site) => Finding::error(
            format!("{address} is that of LEPTOS_SITE_ADDR, too"),
            "Set METRICS_ADDR to another port; without it the figures are at /metrics beside everything else",
        ),
        Ok(_) if address.port() == 0 => Finding::ok(format!("any free port of {}", address.ip())),
        Ok(_) => Finding::ok(format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            match net::shows_figures(address, ANSWER).await {
                true if is_ours => {
                    Finding::ok(format!("{address} shows the figures of our server"))
                }
                true => foreign("METRICS_ADDR", address, ANOTHER),
                false => foreign("METRICS_ADDR", address, STRANGER),
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

/// Whether so many live connections can be open: each is a file.
pub fn examine_files(report: &mut Report, sockets: u64) {
    // A server takes as many as it may.
    let most = getrlimit(Resource::Nofile).maximum;
    let needed = sockets.saturating_add(BESIDE);
    let finding = match most {
        Some(most) if most < needed => Finding::warning(
            format!("only {most} can be open at once, and MAX_SOCKETS is {sockets}"),
            format!(
                "Allow {needed} (LimitNOFILE, `ulimit -n`, `ulimits`), or set MAX_SOCKETS to {} at most",
                most.saturating_sub(BESIDE).max(1)
            ),
        ),
        Some(most) => Finding::ok(format!("{most} can be open at once")),
        None => Finding::ok("as many as there are can be open at once"),
    };
    report.add("server", "files", finding.with("most", most));
}

/// Whether only one can listen on both.
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

async fn taken(address: SocketAddr, own: Option<&Own>) -> (Finding, bool) {
    let foreign = |who| (foreign("LEPTOS_SITE_ADDR", address, who), false);
    match ask(address).await {
        None => foreign(STRANGER),
        Some(server) if own.is_some_and(|own| !own.is_served_by(&server)) => foreign(ANOTHER),
        Some(server) if server.ready => {
            let says = format!("{address} is served by a Pizza Market that is ready");
            (Finding::ok(says), true)
        }
        Some(server) => {
            let trouble = server.trouble;
            let finding = Finding::warning(
                format!("{address} is served by a Pizza Market that is not ready: {trouble}"),
                "See the store above: the server goes on trying by itself",
            );
            (finding, true)
        }
    }
}

/// What a running server of ours says of itself.
pub struct Server {
    pub ready: bool,
    engine: String,
    /// How far it has come.
    cursor: Option<Cursor>,
    /// Empty where there is none.
    pub trouble: String,
}

/// Asks the server at an address how it is; `None` where that is no server of ours.
pub async fn ask(address: SocketAddr) -> Option<Server> {
    let url = format!("http://{}/readyz", net::at_home(address));
    let State { well, said } = net::state(&url, ANSWER).await.ok()?;
    let store = &said["store"];
    Some(Server {
        ready: well,
        engine: store["engine"].as_str()?.to_owned(),
        cursor: said["cursor"].as_str().and_then(|at| at.parse().ok()),
        trouble: store["trouble"].as_str().unwrap_or_default().to_owned(),
    })
}
