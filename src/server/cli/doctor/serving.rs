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
        Err(error) => closed(address, &error),
    };
    report.add(
        "server",
        "address",
        finding.with("address", address.to_string()),
    );
}

fn closed(address: SocketAddr, error: &std::io::Error) -> Finding {
    let says = format!("cannot listen on {address}: {error}");
    let remedy = match error.kind() {
        ErrorKind::PermissionDenied => {
            "Set LEPTOS_SITE_ADDR to a port of 1024 or above, or allow low ports (CAP_NET_BIND_SERVICE)"
        }
        ErrorKind::AddrNotAvailable => {
            "Set LEPTOS_SITE_ADDR to an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for all"
        }
        _ => "Set LEPTOS_SITE_ADDR to another address",
    };
    Finding::error(says, remedy)
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
        None => Finding::error(
            format!("another program listens on {address}"),
            format!(
                "Stop it (`ss -ltnp 'sport = :{}'` names it), or set LEPTOS_SITE_ADDR to another port",
                address.port()
            ),
        ),
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
