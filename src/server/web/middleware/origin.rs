//! A browser may change something, or open a socket, only for a page of ours or of an origin on the list.

use super::host;
use crate::server::{
    config::{Config, WebOrigin},
    web::{auth::way::Way, problem::Problem},
};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
};

const SEC_FETCH_SITE: &str = "sec-fetch-site";

pub fn check(config: &Config, request: &Request) -> Result<(), Problem> {
    let is_checked = !request.method().is_safe() || request.uri().path() == "/ws";
    let requested = host::requested(request.headers(), request.uri());
    let way = Way::of(request.uri().path());
    let is_allowed = match way {
        Way::Page | Way::Free if config.auth.is_required() => is_own,
        _ => is_allowed,
    };
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
            .get(SEC_FETCH_SITE)
            .is_none_or(|site| site != "cross-site"),
        (Some(origin), None) => read(origin).is_some_and(|origin| {
            config.hosts.have_page(&origin, requested) || config.origins.contains(&origin)
        }),
        (Some(_), Some(_)) => false,
    }
}

/// Where cookies say who has sent a request, it comes from a page of ours, and says so.
fn is_own(config: &Config, headers: &HeaderMap, requested: Option<&str>) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        // A page that sends no referrer has the origin `null`.
        (origin, None) if origin.is_none_or(|origin| origin == "null") => headers
            .get(SEC_FETCH_SITE)
            .is_some_and(|site| site == "same-origin"),
        (Some(origin), None) => {
            read(origin).is_some_and(|origin| config.hosts.have_page(&origin, requested))
        }
        _ => false,
    }
}

/// An `Origin` header; `None` where it is not that of a site.
pub fn read(header: &HeaderValue) -> Option<WebOrigin> {
    header.to_str().ok()?.parse().ok()
}
