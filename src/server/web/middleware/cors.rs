//! Which origins' pages may read the API (CORS).

use super::{origin, request_log::REQUEST_ID};
use crate::server::{config::WebOrigin, web::headers};
use axum::http::{Method, header};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// Lets pages of the origins on the list read the API.
pub fn layer(origins: Vec<WebOrigin>) -> CorsLayer {
    let is_listed = AllowOrigin::predicate(move |header, _| {
        origin::read(header).is_some_and(|origin| origins.contains(&origin))
    });
    CorsLayer::new()
        .allow_origin(is_listed)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            headers::IDEMPOTENCY_KEY,
            headers::TRACEPARENT,
            headers::TRACESTATE,
            REQUEST_ID,
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            headers::LAST_EVENT_ID,
            headers::IDEMPOTENT_REPLAYED,
            REQUEST_ID,
        ])
        .max_age(Duration::from_secs(600))
}
