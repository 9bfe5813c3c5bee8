//! Traces: where a request comes from (W3C trace context), and what it leads to.
//!
//! Spans of traces have a target of their own, [`TARGET`]. The log does not see them, and they see nothing of the
//! log; where no traces are exported, nobody sees them, and they cost nothing.
//!
//! A change's trace goes on in the feeds of all instances: beside the entry of the log, and not in it, since an
//! event is the same text in a backup and on the channel, and would have to carry for ever what is of use for a
//! minute.

use super::ledger::Text;
use axum::http::HeaderMap;
use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator},
    trace::{TraceContextExt, TraceId},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use std::collections::HashMap;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// What spans of traces are called by filters.
pub const TARGET: &str = "trace";

/// Makes `span` go on with the trace that a request belongs to, if it says so; the trace it is in then.
pub fn join(span: &Span, headers: &HeaderMap) -> Option<TraceId> {
    let given =
        TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
    let trace = |context: &Context| {
        let span = context.span().span_context().clone();
        span.is_valid().then(|| span.trace_id())
    };
    if span.is_disabled() {
        return trace(&given);
    }
    // Nobody has entered it yet.
    let _ = span.set_parent(given);
    trace(&span.context())
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

/// The name of what a `traceparent` stands under.
const PARENT: &str = "traceparent";

/// Where what follows from the present span goes on, if it is traced: a `traceparent`.
pub fn parent() -> Option<Text> {
    let context = Span::current().context();
    if !context.span().span_context().is_sampled() {
        return None;
    }
    let mut headers = HashMap::new();
    TraceContextPropagator::new().inject_context(&context, &mut headers);
    headers.remove(PARENT).map(Text::from)
}

/// A span for an entry of the log that is on its way to every socket, in the trace that it was written in.
pub fn deliver(parent: &str) -> Span {
    let span = tracing::info_span!(target: TARGET, "deliver", cursor = tracing::field::Empty);
    if !span.is_disabled() {
        let headers = HashMap::from([(PARENT.to_owned(), parent.to_owned())]);
        let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
        let _ = span.set_parent(context);
    }
    span
}
