//! Refuses requests for a host that is not ours, see [`Hosts`](crate::server::config::Hosts).

use crate::server::{
    config::Config,
    web::{operations, problem::Problem},
};
use axum::{
    extract::Request,
    http::{HeaderMap, Uri, header},
};

pub fn check(config: &Config, request: &Request) -> Result<(), Problem> {
    // Programs that ask how the server is know its address alone.
    let is_operation = operations::PATHS.contains(&request.uri().path());
    let requested = requested(request.headers(), request.uri());
    if is_operation || config.hosts.contain(requested) {
        Ok(())
    } else {
        Err(Problem::WrongHost)
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
