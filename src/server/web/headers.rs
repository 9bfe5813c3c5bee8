//! The names of our own headers, and of those that the standard list does not have; and a value that several answers
//! have.

use axum::http::HeaderName;

/// `true` on an answer that was given before.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The cursor of a list, for `/ws?since=`.
pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// `Cache-Control` of what only its reader may keep, and asks for each time whether it is still so. A proxy that
/// compressed it would change its `ETag` into a weak one.
pub const PRIVATE: &str = "private, no-cache, no-transform";
