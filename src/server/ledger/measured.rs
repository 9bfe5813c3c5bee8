//! A ledger that is measured: what it is asked, what comes of it, and how long it takes.

use super::{Batch, Health, Key, Ledger, Listing, Outcome, Query, Result, StoreError, Tail, Text};
use crate::{
    domain::Cursor,
    server::{
        metrics::{COMMITS, LEDGER_FAILURES, LEDGER_SECONDS},
        trace,
    },
};
use async_trait::async_trait;
use metrics::{counter, histogram};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::{Instrument, field::Empty};

/// What becomes of something whose answer nobody has waited for: a disk that hangs gives none.
const UNANSWERED: &str = "unanswered";
/// How long a store may keep somebody waiting. Whoever goes before that has hung up for a reason of their own, as with
/// every page that is left and every line that breaks: nothing is known of the store then, and nothing is counted.
const PATIENCE: Duration = Duration::from_secs(2);
/// Why something was not done.
const FAILURES: [&str; 4] = ["away", "ambiguous", "broken", UNANSWERED];

pub struct Measured {
    ledger: Arc<dyn Ledger>,
    engine: &'static str,
}

impl Measured {
    pub fn new(ledger: Arc<dyn Ledger>) -> Measured {
        let engine = ledger.health().engine;
        // What has never happened is 0, not unknown.
        for outcome in ["done", "conflict", "known"]
            .iter()
            .chain(&FAILURES)
            .copied()
        {
            counter!(COMMITS, "engine" => engine, "outcome" => outcome).absolute(0);
        }
        for reason in FAILURES {
            let labels = [
                ("engine", engine),
                ("operation", "commit"),
                ("reason", reason),
            ];
            counter!(LEDGER_FAILURES, &labels).absolute(0);
        }
        Measured { ledger, engine }
    }

    async fn measure<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let mut end = End::of(Instant::now(), |reason, took| {
            let labels = [("engine", self.engine), ("operation", operation)];
            histogram!(LEDGER_SECONDS, &labels).record(took.as_secs_f64());
            if reason != "done" {
                self.failed(operation, reason);
            }
        });
        let span = tracing::info_span!(
            target: trace::TARGET, "ledger", otel.name = format!("ledger {operation}"), otel.kind = "client",
            otel.status_code = Empty, db.system.name = self.engine, db.operation.name = operation,
            "error.type" = Empty, cursor = Empty,
        );
        let result = work.instrument(span.clone()).await;
        end.word = Some(result.as_ref().map_or_else(StoreError::name, |_| "done"));
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
        counter!(LEDGER_FAILURES, &labels).increment(1);
    }
}

/// Says how something has ended and how long it took, also where it was given up in its midst.
struct End<F: Fn(&'static str, Duration)> {
    began: Instant,
    word: Option<&'static str>,
    say: F,
}

impl<F: Fn(&'static str, Duration)> End<F> {
    fn of(began: Instant, say: F) -> End<F> {
        let word = None;
        End { began, word, say }
    }
}

impl<F: Fn(&'static str, Duration)> Drop for End<F> {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let given_up = (took >= PATIENCE).then_some(UNANSWERED);
        if let Some(word) = self.word.or(given_up) {
            (self.say)(word, took);
        }
    }
}

#[async_trait]
impl Ledger for Measured {
    async fn commit(&self, batch: Batch) -> Result<Outcome> {
        let mut end = End::of(Instant::now(), |outcome, _| {
            let labels = [("engine", self.engine), ("outcome", outcome)];
            counter!(COMMITS, &labels).increment(1);
        });
        let work = async {
            let outcome = self.ledger.commit(batch).await?;
            if let Outcome::Done(cursor) = &outcome {
                tracing::Span::current().record("cursor", tracing::field::display(cursor));
            }
            Ok(outcome)
        };
        let result = self.measure("commit", work).await;
        end.word = Some(match &result {
            Ok(Outcome::Done(_)) => "done",
            Ok(Outcome::Conflict) => "conflict",
            Ok(Outcome::Known(..)) => "known",
            Err(error) => error.name(),
        });
        result
    }

    async fn get(&self, key: &Key) -> Result<Option<Text>> {
        self.measure("get", self.ledger.get(key)).await
    }

    async fn remembered(&self, name: &str) -> Result<Option<Text>> {
        self.measure("remembered", self.ledger.remembered(name))
            .await
    }

    async fn list(&self, queries: &[Query]) -> Result<Listing> {
        self.measure("list", self.ledger.list(queries)).await
    }

    async fn history(&self, key: &Key) -> Result<Vec<Text>> {
        self.measure("history", self.ledger.history(key)).await
    }

    async fn after(&self, cursor: &Cursor, most: usize, wait: Duration) -> Result<Tail> {
        let work = self.ledger.after(cursor, most, wait);
        if wait.is_zero() {
            return self.measure("after", work).await;
        }
        // How long it waits says how much happens in the market, and nothing of the store.
        let result = work.await;
        if let Err(error) = &result {
            self.failed("follow", error.name());
        }
        result
    }

    fn health(&self) -> Health {
        self.ledger.health()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// What is said of something that was given up so long after it began.
    fn said(after: Duration) -> Vec<&'static str> {
        let said = RefCell::new(Vec::new());
        let began = Instant::now().checked_sub(after).unwrap();
        drop(End::of(began, |word, took| {
            assert!(took >= after);
            said.borrow_mut().push(word);
        }));
        said.into_inner()
    }

    #[test]
    fn what_never_answers_is_counted_when_it_is_given_up() {
        assert_eq!(said(PATIENCE), [UNANSWERED]);
    }

    #[test]
    fn who_hangs_up_says_nothing_of_the_store() {
        assert_eq!(said(Duration::ZERO), [""; 0]);
    }

    #[test]
    fn what_has_ended_says_how_however_long_it_took() {
        for after in [Duration::ZERO, PATIENCE] {
            let said = RefCell::new(Vec::new());
            let began = Instant::now().checked_sub(after).unwrap();
            let mut end = End::of(began, |word, _| said.borrow_mut().push(word));
            end.word = Some("done");
            drop(end);
            assert_eq!(said.into_inner(), ["done"]);
        }
    }
}
