//! Which origins' pages may read the API (CORS).

use super::origin;
use crate::server::config::WebOrigin;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};

/// What an answer depends on beside its address.
const VARY: HeaderValue = HeaderValue::from_static(
    "origin, access-control-request-method, access-control-request-headers",
);

/// What a browser may send. Where people sign in, that is a token, too.
const PREFLIGHT: [(HeaderName, HeaderValue); 3] = [
    (header::VARY, VARY),
    (
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET,POST,PUT,DELETE"),
    ),
    (
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("600"),
    ),
];

const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static(
    "content-type,if-match,if-none-match,idempotency-key,traceparent,tracestate,x-request-id",
);
const ALLOWED_HEADERS_AND_TOKEN: HeaderValue = HeaderValue::from_static(
    "authorization,content-type,if-match,if-none-match,idempotency-key,traceparent,tracestate,x-request-id",
);

/// What a page may read of an answer.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "etag,link,location,retry-after,last-event-id,idempotent-replayed,x-request-id",
);

/// The origin whose page may read the answer: that of the request, if it is on the list.
pub fn reader(origins: &[WebOrigin], headers: &HeaderMap) -> Option<HeaderValue> {
    let header = headers.get(header::ORIGIN)?;
    let is_listed = origin::read(header).is_some_and(|origin| origins.contains(&origin));
    is_listed.then(|| header.clone())
}

/// Answers the question of a browser what a page may send.
pub fn preflight(reader: Option<HeaderValue>, takes_tokens: bool) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.extend(PREFLIGHT);
    let allowed = match takes_tokens {
        true => ALLOWED_HEADERS_AND_TOKEN,
        false => ALLOWED_HEADERS,
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    allow(reader, headers);
    response
}

/// Completes the headers of an answer.
pub fn add(reader: Option<HeaderValue>, headers: &mut HeaderMap) {
    headers.append(header::VARY, VARY);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    allow(reader, headers);
}

fn allow(reader: Option<HeaderValue>, headers: &mut HeaderMap) {
    if let Some(origin) = reader {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
}
