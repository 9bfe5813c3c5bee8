//! Traces: which trace a request belongs to (W3C trace context), and which spans follow from it.
//!
//! The spans of traces have a target of their own, [`TARGET`]: the log does not contain them, and they do not contain
//! the log. Without an exporter they are disabled and cost nothing.
//!
//! The trace of a change continues in the feeds of all instances. It travels beside the entry of the log and not in it:
//! an event is the same text in a backup and on the channel, and would otherwise carry permanently what is useful for a
//! minute.

use axum::http::HeaderMap;
use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator},
    trace::{SpanContext, TraceContextExt, TraceId},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use std::{collections::HashMap, sync::Arc};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The target of the spans of traces, for filters.
pub const TARGET: &str = "trace";

/// Places `span` in the trace that the request's headers name, if they name one. Where the sender is trusted, the span
/// continues that trace, sampled or not as it is. Of others it is a new one with a link to theirs: they do not decide
/// what is sampled. Returns the span's trace.
pub fn join(
    span: &Span,
    headers: &HeaderMap,
    is_trusted: impl FnOnce() -> bool,
) -> Option<TraceId> {
    if span.is_disabled() && !headers.contains_key(TRACEPARENT) {
        return None;
    }
    let named =
        TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
    let sender = named.span().span_context().clone();
    if span.is_disabled() {
        return trace_id(&sender);
    }
    if is_trusted() {
        // This cannot fail: the span has not been entered yet.
        let _ = span.set_parent(named);
    } else if sender.is_valid() {
        span.add_link(sender);
    }
    trace_id(span.context().span().span_context())
}

fn trace_id(span: &SpanContext) -> Option<TraceId> {
    span.is_valid().then(|| span.trace_id())
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// The header of the W3C trace context.
pub const TRACEPARENT: &str = "traceparent";

/// The current span as a `traceparent`, if it is sampled: the parent of spans that follow from it elsewhere.
pub fn parent() -> Option<Arc<str>> {
    let context = Span::current().context();
    if !context.span().span_context().is_sampled() {
        return None;
    }
    let mut headers = HashMap::new();
    TraceContextPropagator::new().inject_context(&context, &mut headers);
    headers.remove(TRACEPARENT).map(Arc::from)
}

/// A span for the delivery of a log entry to all live connections, in the trace that the entry was written in.
pub fn deliver(parent: &str) -> Span {
    let span = tracing::info_span!(target: TARGET, "deliver", cursor = tracing::field::Empty);
    if !span.is_disabled() {
        let headers = HashMap::from([(TRACEPARENT.to_owned(), parent.to_owned())]);
        let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
        let _ = span.set_parent(context);
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn named(value: &[u8]) -> Option<SpanContext> {
        let value = HeaderValue::from_bytes(value).ok()?;
        let headers = HeaderMap::from_iter([(TRACEPARENT.parse().ok()?, value)]);
        let read =
            TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(&headers));
        Some(read.span().span_context().clone()).filter(SpanContext::is_valid)
    }

    #[test]
    fn a_trace_is_read_as_it_is_written() {
        let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        let read = named(format!("00-{trace}-{parent}-01").as_bytes()).unwrap();
        assert_eq!(read.trace_id().to_string(), trace);
        assert_eq!(read.span_id().to_string(), parent);
        assert!(read.is_sampled());
        for bad in [
            String::new(),
            format!("00-{trace}-{parent}"),
            format!("ff-{trace}-{parent}-01"),
            format!("00-{}-{parent}-01", "0".repeat(32)),
            format!("00-{trace}-{}-01", "0".repeat(16)),
            format!("00-{trace}x-{parent}-01"),
        ] {
            assert!(named(bad.as_bytes()).is_none(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_name_a_trace_of_hexadecimal_digits_or_none(
            bytes: Vec<u8>, parts in "[0-9a-fA-F]{0,3}-[0-9a-fA-F]{30,34}-[0-9a-fA-F]{14,18}-[0-9a-fA-F]{0,3}"
        ) {
            for value in [&*bytes, parts.as_bytes()] {
                if let Some(read) = named(value) {
                    let text = String::from_utf8_lossy(value).to_lowercase();
                    // It is written in full, however many zeros it has begun with.
                    for id in [read.trace_id().to_string(), read.span_id().to_string()] {
                        prop_assert!(text.contains(id.trim_start_matches('0')), "{text}: {id}");
                    }
                }
            }
        }
    }
}
