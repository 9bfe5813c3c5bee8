//! A browser may change something, or open a socket, only for a page of ours or of an origin on the list.

use super::host;
use crate::server::{
    config::{Config, WebOrigin},
    web::problem::Problem,
};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
};

pub fn check(config: &Config, request: &Request) -> Result<(), Problem> {
    let is_checked = !request.method().is_safe() || request.uri().path() == "/ws";
    let requested = host::requested(request.headers(), request.uri());
    if is_checked && !is_allowed(config, request.headers(), requested) {
        return Err(Problem::ForeignOrigin);
    }
    Ok(())
}

fn is_allowed(config: &Config, headers: &HeaderMap, requested: Option<&str>) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        // Not a browser; or one that sends only this, with a form from another site.
        (None, _) => headers
            .get("sec-fetch-site")
            .is_none_or(|site| site != "cross-site"),
        (Some(origin), None) => read(origin).is_some_and(|origin| {
            config.hosts.have_page(&origin, requested) || config.origins.contains(&origin)
        }),
        (Some(_), Some(_)) => false,
    }
}

/// An `Origin` header; `None` where it is not that of a site.
pub fn read(header: &HeaderValue) -> Option<WebOrigin> {
    header.to_str().ok()?.parse().ok()
}
