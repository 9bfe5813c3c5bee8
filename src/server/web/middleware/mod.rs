//! Every layer around the routes, in one list.

pub mod body_limit;
mod client_ip;
mod cors;
mod host;
mod origin;
pub mod rate_limit;
pub mod request_log;
mod secure_cookies;
pub mod security_headers;

use super::{listener, state::AppState};
use crate::domain::Error;
use axum::{
    Router,
    http::{Extensions, HeaderMap, StatusCode, Version, header},
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
};
use tower::util::option_layer;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

pub fn around(router: Router<AppState>, app: &AppState) -> Router<AppState> {
    let config = &app.config;
    let is_https = config.tls.is_some() || config.hosts.are_https();
    let secure_cookies = is_https.then(|| from_fn(secure_cookies::add));
    // The last layer added is the first to see a request.
    let router = router
        .layer(CompressionLayer::new().compress_when(is_page))
        .layer(option_layer(secure_cookies))
        .layer(from_fn(body_limit::enforce))
        .layer(from_fn_with_state(app.clone(), origin::check))
        .layer(from_fn_with_state(
            app.rate_limit.clone(),
            rate_limit::enforce,
        ))
        .layer(from_fn(listener::refuse))
        .layer(cors::layer(config.origins.clone()))
        .layer(from_fn_with_state(app.clone(), host::check))
        .layer(CatchPanicLayer::custom(|_| Error::Internal.into_response()))
        .layer(from_fn_with_state(app.clone(), security_headers::add))
        .layer(from_fn_with_state(app.clone(), client_ip::resolve));
    request_log::around(router, app)
}

/// Pages are compressed as they are sent; files are compressed already, and answers of the API stay as they are.
fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}
