//! A browser may change something, or open a socket, only for a page of ours or of an origin on the list.

use super::host;
use crate::server::{
    config::{Config, WebOrigin},
    web::{problem::Problem, state::AppState},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

pub async fn check(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let is_checked = !request.method().is_safe() || request.uri().path() == "/ws";
    let requested = host::requested(request.headers(), request.uri());
    if is_checked && !is_allowed(&app.config, request.headers(), requested) {
        return Problem::ForeignOrigin.into_response();
    }
    next.run(request).await
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
