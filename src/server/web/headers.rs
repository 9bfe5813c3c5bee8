//! The names of our own headers, and of those that the standard list does not have.

use crate::server::telemetry::trace;
use axum::http::HeaderName;

/// A key under which a POST acts once.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// `true` on an answer that was given before.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The cursor of a list, for `/ws?since=`.
pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// W3C Trace Context.
pub const TRACEPARENT: HeaderName = HeaderName::from_static(trace::TRACEPARENT);
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
