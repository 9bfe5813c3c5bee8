//! The address that the server listens on: free, or ours already.

use super::{
    super::net::{self, State},
    report::{Finding, Report},
};
use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

/// How long a server may take to say how it is.
const ANSWER: Duration = Duration::from_millis(1_500);

pub async fn examine(report: &mut Report, address: SocketAddr) {
    report.doing("trying the address");
    let finding = match TcpListener::bind(address) {
        Ok(_) if address.port() == 0 => Finding::ok(format!("any free port of {}", address.ip())),
        Ok(_) => Finding::ok(format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => taken(address).await,
        Err(error) => closed("LEPTOS_SITE_ADDR", address, &error),
    };
    report.add(
        "server",
        "address",
        finding.with("address", address.to_string()),
    );
}

/// The address for figures alone, beside that of everything else.
pub async fn examine_figures(report: &mut Report, address: SocketAddr, site: SocketAddr) {
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
                true => Finding::ok(format!("{address} shows the figures of a Pizza Market")),
                false => foreign("METRICS_ADDR", address),
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

/// Whether only one can listen on both.
fn is_the_same(one: SocketAddr, other: SocketAddr) -> bool {
    let everywhere = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && (everywhere || one.ip() == other.ip())
}

fn foreign(setting: &str, address: SocketAddr) -> Finding {
    Finding::error(
        format!("another program listens on {address}"),
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

async fn taken(address: SocketAddr) -> Finding {
    match ask(address).await {
        Some(server) if server.ready => Finding::ok(format!(
            "{address} is served by a Pizza Market that is ready"
        )),
        Some(server) => Finding::warning(
            format!(
                "{address} is served by a Pizza Market that is not ready: {}",
                server.trouble
            ),
            "See the store above: the server goes on trying by itself",
        ),
        None => foreign("LEPTOS_SITE_ADDR", address),
    }
}

/// What a running server of ours says of itself.
pub struct Server {
    pub ready: bool,
    pub engine: String,
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
        trouble: store["trouble"].as_str().unwrap_or_default().to_owned(),
    })
}
