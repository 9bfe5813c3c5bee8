//! Refuses requests for a host that is not ours, see [`Hosts`](crate::server::config::Hosts).

use crate::server::web::{operations, problem::Problem, state::AppState};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

pub async fn check(State(app): State<AppState>, request: Request, next: Next) -> Response {
    // Programs that ask how the server is know its address alone.
    let is_operation = operations::PATHS.contains(&request.uri().path());
    let requested = requested(request.headers(), request.uri());
    if is_operation || app.config.hosts.contain(requested) {
        next.run(request).await
    } else {
        Problem::WrongHost.into_response()
    }
}

/// The host that a request is for, perhaps with a port.
pub fn requested<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    // An address in absolute form is what counts (RFC 9112, 3.2.2).
    if let Some(authority) = uri.authority() {
        return Some(authority.as_str());
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}
