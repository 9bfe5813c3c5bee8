//! Traces: where a request comes from (W3C trace context), and what it leads to.
//!
//! Spans of traces have a target of their own, [`TARGET`]. The log does not see them, and they see nothing of the
//! log; where no traces are exported, nobody sees them, and they cost nothing.
//!
//! A change's trace goes on in the feed of the instance that made it. It does not reach the feeds of others: an
//! event is the same text in the log, in a backup and on the channel, and would have to carry for ever what is of
//! use for a minute. The cursor stands on both sides, for whoever wants to find the other one.

use crate::domain::Order;
use axum::http::HeaderMap;
use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator},
    trace::{SpanContext, TraceContextExt, TraceId},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard},
};
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

/// The spans that changes of this instance were made in, until the feed hears of them.
#[derive(Default)]
pub struct Causes(Mutex<VecDeque<Cause>>);

struct Cause {
    /// As it is then: of several who want the same, one leads to it.
    order: Order,
    span: SpanContext,
}

impl Causes {
    /// What has not come back by then never will: it was not stored.
    const MOST: usize = 256;

    /// The change that leads to `order` is about to be made.
    pub fn note(&self, order: &Order) {
        let context = Span::current().context();
        let span = context.span().span_context().clone();
        if !span.is_sampled() {
            return;
        }
        let mut all = self.all();
        if all.len() == Causes::MOST {
            all.pop_front();
        }
        all.push_back(Cause {
            order: order.clone(),
            span,
        });
    }

    /// A span for what follows from the change that led to `order`, if it was made here.
    pub fn follow(&self, order: &Order) -> Option<Span> {
        let mut all = self.all();
        let place = all.iter().position(|cause| cause.order == *order)?;
        let cause = all.remove(place)?;
        drop(all);
        let span = tracing::info_span!(target: TARGET, "deliver", cursor = tracing::field::Empty);
        let _ = span.set_parent(Context::new().with_remote_span_context(cause.span));
        Some(span)
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Cause>> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
