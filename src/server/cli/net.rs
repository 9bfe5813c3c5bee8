//! What the commands that talk to a server share.

use reqwest::{Client, ClientBuilder, StatusCode, Url};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use serde_json::Value;
use std::{
    error::Error,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::time::timeout;

/// More than a server ever says of itself, in bytes.
const LONGEST: usize = 64 * 1024;

/// One way to be sure whom one talks to, for HTTP and WebSocket: the web's certificate authorities, and those of this
/// machine.
pub fn tls() -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    trusting(roots)
}

fn trusting(roots: RootCertStore) -> Result<Arc<ClientConfig>, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// A client for HTTP.
pub fn http(tls: &ClientConfig) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .user_agent(concat!("pizza-market/", env!("CARGO_PKG_VERSION")))
}

/// Whether an address is of this machine: no proxy reaches it.
pub fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Where a server is asked that listens there: one that listens everywhere, at home.
pub fn at_home(mut listens: SocketAddr) -> SocketAddr {
    if listens.ip().is_unspecified() {
        listens.set_ip(match listens {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    listens
}

/// Whether an address says who asks: it would stand in messages.
pub fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// The innermost cause of an error: what stands around it is about the library.
pub fn reason(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// What a server says of itself.
pub struct State {
    /// Whether it is alive, or ready: whatever it was asked.
    pub well: bool,
    /// The whole answer, an object with `status`.
    pub said: Value,
}

/// Why there is nothing to be known of a server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Silence {
    Nobody,
    Late,
    /// What answers is no server of ours.
    Stranger,
}

/// Asks a server how it is, over plain HTTP, at /healthz or /readyz.
pub async fn state(url: &str, patience: Duration) -> Result<State, Silence> {
    let answer = timeout(patience, answer(url)).await;
    answer.map_err(|_| Silence::Late)?
}

/// Whether a server shows its figures there.
pub async fn shows_figures(listens: SocketAddr, patience: Duration) -> bool {
    let url = format!("http://{}/metrics", at_home(listens));
    let shown = timeout(patience, get(&url)).await;
    shown.is_ok_and(|shown| {
        shown.is_ok_and(|(_, body)| String::from_utf8_lossy(&body).contains("pizza_"))
    })
}

async fn answer(url: &str) -> Result<State, Silence> {
    let (status, body) = get(url).await?;
    read(status, &body).ok_or(Silence::Stranger)
}

/// What is answered, or the beginning of it.
async fn get(url: &str) -> Result<(StatusCode, Vec<u8>), Silence> {
    // It is plain HTTP, and needs nobody's word.
    let tls = trusting(RootCertStore::empty()).map_err(|_| Silence::Nobody)?;
    let client = http(&tls).no_proxy().build();
    let client = client.map_err(|_| Silence::Nobody)?;
    let sent = client.get(url).send().await;
    let mut response = sent.map_err(|error| match error.is_connect() {
        true => Silence::Nobody,
        false => Silence::Stranger,
    })?;
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|_| Silence::Stranger)? {
        body.extend_from_slice(&part);
        if body.len() > LONGEST {
            break;
        }
    }
    Ok((response.status(), body))
}

fn read(status: StatusCode, body: &[u8]) -> Option<State> {
    let said: Value = serde_json::from_slice(body).ok()?;
    let well = match said["status"].as_str()? {
        "alive" | "ready" => status.is_success(),
        "not ready" => false,
        _ => return None,
    };
    Some(State { well, said })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_listens_everywhere_is_asked_at_home() {
        for (listens, asked) in [
            ("0.0.0.0:8000", "127.0.0.1:8000"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.1:80", "192.0.2.1:80"),
        ] {
            assert_eq!(at_home(listens.parse().unwrap()).to_string(), asked);
        }
    }

    #[test]
    fn no_proxy_is_asked_for_this_machine() {
        for (url, local) in [
            ("http://localhost:8000", true),
            ("http://127.0.0.1:8000", true),
            ("http://[::1]:8000", true),
            ("http://192.0.2.1", false),
            ("https://localhost.example", false),
        ] {
            assert_eq!(is_local(&url.parse().unwrap()), local, "{url}");
        }
    }

    #[test]
    fn a_server_of_ours_is_known_by_its_word() {
        let well = |status: u16, body: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            read(status, body.as_bytes()).map(|state| state.well)
        };
        assert_eq!(well(200, r#"{"status": "ready"}"#), Some(true));
        assert_eq!(well(200, r#"{"status": "alive"}"#), Some(true));
        assert_eq!(well(503, r#"{"status": "not ready"}"#), Some(false));
        for strange in [
            r#"{"status": "ok"}"#,
            r#"{"status": 1}"#,
            "{}",
            "[]",
            "<html>",
        ] {
            assert_eq!(well(200, strange), None, "{strange}");
        }
    }
}
