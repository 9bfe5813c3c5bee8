//! Which origins' pages may read the API (CORS).

use super::request_log::REQUEST_ID;
use crate::server::web::headers;
use axum::http::{HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::CorsLayer;

/// Lets pages of the origins on the list read the API.
pub fn layer(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(origins.to_vec())
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
