//! A store with metrics and traces around it: each operation, its outcome and its duration.

use super::{
    Batch, Health, JsonText, Key, Listing, LogRead, Outcome, Query, Result, Store, StoreError,
};
use crate::{
    domain::Cursor,
    server::telemetry::{
        handles::Handles,
        metrics::{COMMITS, STORE_FAILURES, STORE_OPERATION_SECONDS},
        trace,
    },
};
use async_trait::async_trait;
use metrics::{Counter, Histogram, counter, histogram};
use std::{
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};
use tracing::{Instrument, field::Empty};

/// The outcome of an operation that was dropped after [`ABANDONED_AFTER`]: a disk that hangs gives no answer.
const UNANSWERED: &str = "unanswered";
/// How long an operation may run before dropping it counts as the store's failure. A client that disconnects earlier has
/// its own reasons: that says nothing about the store, and is not counted.
const ABANDONED_AFTER: Duration = Duration::from_secs(2);
/// Why an operation failed.
const FAILURES: [&str; 4] = ["away", "ambiguous", "broken", UNANSWERED];

/// By engine and operation.
static DURATIONS: LazyLock<Handles<[&'static str; 2], Histogram>> = LazyLock::new(|| {
    Handles::new(|[engine, operation]| {
        let labels = [("engine", *engine), ("operation", *operation)];
        histogram!(STORE_OPERATION_SECONDS, &labels)
    })
});
/// By engine and outcome.
static COMMITTED: LazyLock<Handles<[&'static str; 2], Counter>> = LazyLock::new(|| {
    Handles::new(|[engine, outcome]| {
        let labels = [("engine", *engine), ("outcome", *outcome)];
        counter!(COMMITS, &labels)
    })
});

pub struct Instrumented {
    inner: Arc<dyn Store>,
    engine: &'static str,
}

impl Instrumented {
    pub fn new(inner: Arc<dyn Store>) -> Instrumented {
        let engine = inner.health().engine;
        // An outcome that has not happened yet is reported as 0, not as missing.
        for outcome in ["done", "conflict", "full", "known"]
            .iter()
            .chain(&FAILURES)
            .copied()
        {
            COMMITTED.get([engine, outcome]).absolute(0);
        }
        for reason in FAILURES {
            let labels = [
                ("engine", engine),
                ("operation", "commit"),
                ("reason", reason),
            ];
            counter!(STORE_FAILURES, &labels).absolute(0);
        }
        Instrumented { inner, engine }
    }

    async fn measure<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let mut timer = Timer::new(Instant::now(), |reason, took| {
            DURATIONS
                .get([self.engine, operation])
                .record(took.as_secs_f64());
            if reason != "done" {
                self.failed(operation, reason);
            }
        });
        let span = tracing::info_span!(
            target: trace::TARGET, "store", otel.name = format!("store {operation}"), otel.kind = "client",
            otel.status_code = Empty, db.system.name = self.engine, db.operation.name = operation,
            "error.type" = Empty, cursor = Empty,
        );
        let result = work.instrument(span.clone()).await;
        timer.outcome = Some(result.as_ref().map_or_else(StoreError::name, |_| "done"));
        if let Err(error) = &result {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", error.name());
        }
        result
    }

    fn failed(&self, operation: &'static str, reason: &'static str) {
        let labels = [
            ("engine", self.engine),
            ("operation", operation),
            ("reason", reason),
        ];
        counter!(STORE_FAILURES, &labels).increment(1);
    }
}

/// Reports the outcome of an operation and its duration, also where the operation is dropped before its end.
struct Timer<F: Fn(&'static str, Duration)> {
    began: Instant,
    outcome: Option<&'static str>,
    report: F,
}

impl<F: Fn(&'static str, Duration)> Timer<F> {
    fn new(began: Instant, report: F) -> Timer<F> {
        Timer {
            began,
            outcome: None,
            report,
        }
    }
}

impl<F: Fn(&'static str, Duration)> Drop for Timer<F> {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let abandoned = (took >= ABANDONED_AFTER).then_some(UNANSWERED);
        if let Some(outcome) = self.outcome.or(abandoned) {
            (self.report)(outcome, took);
        }
    }
}

#[async_trait]
impl Store for Instrumented {
    async fn commit(&self, batch: Batch) -> Result<Outcome> {
        let mut timer = Timer::new(Instant::now(), |outcome, _| {
            COMMITTED.get([self.engine, outcome]).increment(1);
        });
        let work = async {
            let outcome = self.inner.commit(batch).await?;
            if let Outcome::Committed(cursor) = &outcome {
                tracing::Span::current().record("cursor", tracing::field::display(cursor));
            }
            Ok(outcome)
        };
        let result = self.measure("commit", work).await;
        timer.outcome = Some(match &result {
            Ok(Outcome::Committed(_)) => "done",
            Ok(Outcome::Conflict | Outcome::NotHighest(_)) => "conflict",
            Ok(Outcome::Full(_)) => "full",
            Ok(Outcome::Replayed(..)) => "known",
            Err(error) => error.name(),
        });
        result
    }

    async fn get(&self, key: &Key) -> Result<Option<JsonText>> {
        self.measure("get", self.inner.get(key)).await
    }

    async fn idempotency_record(&self, name: &str) -> Result<Option<JsonText>> {
        self.measure("remembered", self.inner.idempotency_record(name))
            .await
    }

    async fn list(&self, queries: &[Query]) -> Result<Listing> {
        self.measure("list", self.inner.list(queries)).await
    }

    async fn history(&self, key: &Key) -> Result<Vec<JsonText>> {
        self.measure("history", self.inner.history(key)).await
    }

    async fn history_page(&self, key: &Key, skip: usize, limit: usize) -> Result<Vec<JsonText>> {
        let work = self.inner.history_page(key, skip, limit);
        self.measure("history", work).await
    }

    async fn read_log(&self, cursor: &Cursor, limit: usize, wait: Duration) -> Result<LogRead> {
        let work = self.inner.read_log(cursor, limit, wait);
        if wait.is_zero() {
            return self.measure("after", work).await;
        }
        // The duration of a wait depends on how often orders change, not on the store.
        let result = work.await;
        if let Err(error) = &result {
            self.failed("follow", error.name());
        }
        result
    }

    fn health(&self) -> Health {
        self.inner.health()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// What is reported of an operation that is dropped this long after it began.
    fn reported(after: Duration) -> Vec<&'static str> {
        let reported = RefCell::new(Vec::new());
        let began = Instant::now().checked_sub(after).unwrap();
        drop(Timer::new(began, |outcome, took| {
            assert!(took >= after);
            reported.borrow_mut().push(outcome);
        }));
        reported.into_inner()
    }

    #[test]
    fn an_operation_that_never_answers_is_counted_when_it_is_dropped() {
        assert_eq!(reported(ABANDONED_AFTER), [UNANSWERED]);
    }

    #[test]
    fn a_client_that_disconnects_early_is_not_counted() {
        assert_eq!(reported(Duration::ZERO), [""; 0]);
    }

    #[test]
    fn a_finished_operation_reports_its_outcome() {
        for after in [Duration::ZERO, ABANDONED_AFTER] {
            let reported = RefCell::new(Vec::new());
            let began = Instant::now().checked_sub(after).unwrap();
            let mut timer = Timer::new(began, |outcome, _| reported.borrow_mut().push(outcome));
            timer.outcome = Some("done");
            drop(timer);
            assert_eq!(reported.into_inner(), ["done"]);
        }
    }
}
