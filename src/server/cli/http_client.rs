//! What the commands that talk to a server share.

use super::tls;
use crate::server::config::{self, ConfigError};
use reqwest::{
    Client, ClientBuilder, StatusCode, Url,
    header::{AUTHORIZATION, HOST, HeaderValue},
};
use rustls::ClientConfig;
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    error::Error,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::time::timeout;

/// More than a health page ever has, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// An HTTP client.
pub fn builder(tls: &ClientConfig) -> ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .user_agent(concat!("pizza-market/", env!("CARGO_PKG_VERSION")))
}

/// Whether an address is of this machine, so that no proxy reaches it.
pub fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The `Host` for requests to a server of this machine: one with a SITE_ORIGIN answers for no other.
pub fn site_host(url: &Url) -> Result<Option<HeaderValue>, ConfigError> {
    let site = config::site_origin()?.filter(|_| is_local(url));
    Ok(site.and_then(|site| HeaderValue::from_str(site.authority()).ok()))
}

/// What says by which right a command asks: the key in MARKET_KEY, if there is one.
pub fn authorization() -> Result<Option<HeaderValue>, ConfigError> {
    let Some(key) = config::market_key()? else {
        return Ok(None);
    };
    let value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()));
    let mut value = value.map_err(|_| config::MARKET_KEY.invalid("this is no key"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// The URL of the server of these settings, which listens there.
pub fn own_url(listens: SocketAddr) -> Result<String, ConfigError> {
    let scheme = config::own_scheme()?;
    Ok(format!("{scheme}://{}", connect_addr(listens)))
}

/// The address for requests to a server of this machine: loopback, where it listens on all addresses.
fn connect_addr(mut listens: SocketAddr) -> SocketAddr {
    if listens.ip().is_unspecified() {
        listens.set_ip(match listens {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    listens
}

/// The innermost cause of an error: the outer ones are about the library.
pub fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The answer of a server's health page.
pub struct HealthAnswer {
    /// Whether the server is alive, or ready, as the page was asked.
    pub is_ok: bool,
    /// The whole answer, an object with `status`.
    pub body: Value,
}

/// Why there is no answer of a health page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoAnswer {
    NotListening,
    TimedOut,
    /// The program that answers is not a Pizza Market.
    OtherProgram,
}

/// Reads a health page, /healthz or /readyz, of the server of these settings.
pub async fn health(url: &str, limit: Duration) -> Result<HealthAnswer, NoAnswer> {
    let answer = timeout(limit, get(url)).await;
    let (status, body) = answer.map_err(|_| NoAnswer::TimedOut)??;
    parse_health(status, &body).ok_or(NoAnswer::OtherProgram)
}

/// Whether the server of these settings answers there with its metrics.
pub async fn serves_metrics(listens: SocketAddr, limit: Duration) -> bool {
    let Ok(url) = own_url(listens) else {
        return false;
    };
    let answer = timeout(limit, get(&format!("{url}/metrics"))).await;
    answer.is_ok_and(|answer| {
        answer.is_ok_and(|(_, body)| String::from_utf8_lossy(&body).contains("pizza_"))
    })
}

/// The JSON at an address that is short.
pub async fn json<T: DeserializeOwned>(url: &str, limit: Duration) -> Option<T> {
    let (status, body) = timeout(limit, get(url)).await.ok()?.ok()?;
    let body = serde_json::from_slice(&body).ok()?;
    status.is_success().then_some(body)
}

/// The status and the beginning of the body.
async fn get(url: &str) -> Result<(StatusCode, Vec<u8>), NoAnswer> {
    let tls = tls::own_server().map_err(|_| NoAnswer::NotListening)?;
    let client = builder(&tls).no_proxy().build();
    let client = client.map_err(|_| NoAnswer::NotListening)?;
    let mut request = client.get(url);
    let site = Url::parse(url).ok().map(|url| site_host(&url));
    if let Some(Ok(Some(host))) = site {
        request = request.header(HOST, host);
    }
    if let Ok(Some(authorization)) = authorization() {
        request = request.header(AUTHORIZATION, authorization);
    }
    let sent = request.send().await;
    let mut response =
        sent.map_err(|error| match error.is_connect() && !speaks_no_tls(&error) {
            true => NoAnswer::NotListening,
            false => NoAnswer::OtherProgram,
        })?;
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|_| NoAnswer::OtherProgram)? {
        body.extend_from_slice(&part);
        if body.len() > BODY_LIMIT {
            break;
        }
    }
    Ok((response.status(), body))
}

/// Whether a server answered, and not as TLS requires.
fn speaks_no_tls(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let io_error = error.downcast_ref::<io::Error>();
        if io_error.is_some_and(|error| error.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn parse_health(status: StatusCode, body: &[u8]) -> Option<HealthAnswer> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let is_ok = match body["status"].as_str()? {
        "alive" | "ready" => status.is_success(),
        "not ready" => false,
        _ => return None,
    };
    Some(HealthAnswer { is_ok, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_listens_everywhere_is_asked_on_loopback() {
        for (listens, asked) in [
            ("0.0.0.0:8000", "127.0.0.1:8000"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.1:80", "192.0.2.1:80"),
        ] {
            assert_eq!(connect_addr(listens.parse().unwrap()).to_string(), asked);
        }
    }

    #[test]
    fn local_addresses_are_recognised() {
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
    fn a_health_answer_is_known_by_its_status() {
        let is_ok = |status: u16, body: &str| {
            let status = StatusCode::from_u16(status).unwrap();
            parse_health(status, body.as_bytes()).map(|answer| answer.is_ok)
        };
        assert_eq!(is_ok(200, r#"{"status": "ready"}"#), Some(true));
        assert_eq!(is_ok(200, r#"{"status": "alive"}"#), Some(true));
        assert_eq!(is_ok(503, r#"{"status": "not ready"}"#), Some(false));
        for other in [
            r#"{"status": "ok"}"#,
            r#"{"status": 1}"#,
            "{}",
            "[]",
            "<html>",
        ] {
            assert_eq!(is_ok(200, other), None, "{other}");
        }
    }
}
