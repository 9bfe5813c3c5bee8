//! The names of our own headers, and of those that the standard list does not have; and a value that several answers
//! have.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::ACCEPT};

/// `true` on an answer that was given before.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The value of such a header.
pub const TRUE: HeaderValue = HeaderValue::from_static("true");
/// The cursor of a list, for `/ws?since=`.
pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// `Cache-Control` of what only its reader may keep, and asks for each time whether it is still so. A proxy that
/// compressed it would change its `ETag` into a weak one.
pub const PRIVATE: &str = "private, no-cache, no-transform";

/// How a program says who it is, in `WWW-Authenticate`.
pub const BEARER: HeaderValue = HeaderValue::from_static("Bearer realm=\"pizza-market\"");

/// Whether a person reads the answer.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
