//! The request that opens a WebSocket, in every form that HTTP allows it.

use crate::server::web::problem::Problem;
use axum::{
    extract::{FromRequestParts, ws::WebSocketUpgrade},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};

/// The handshake of RFC 6455.
pub struct Upgrade(pub WebSocketUpgrade);

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        simplify(&mut parts.headers);
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state).await;
        upgrade.map(Upgrade).map_err(|_| Problem::NotAWebSocket)
    }
}

/// Both headers are lists, on as many lines as the client and its proxies like (RFC 9110, sections 5.3 and 7.8). The
/// library reads the first line alone, and knows one protocol.
fn simplify(headers: &mut HeaderMap) {
    for (name, token) in [
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "websocket"),
    ] {
        if lists(headers, &name, token) {
            headers.insert(name, HeaderValue::from_static(token));
        }
    }
}

fn lists(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let lines = headers.get_all(name).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(token))
}
