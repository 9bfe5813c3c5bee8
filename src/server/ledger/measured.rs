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
        let began = Instant::now();
        let mut end = End::of(|reason| {
            let labels = [("engine", self.engine), ("operation", operation)];
            histogram!(LEDGER_SECONDS, &labels).record(began.elapsed().as_secs_f64());
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
        end.word = result.as_ref().map_or_else(StoreError::name, |_| "done");
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

/// Says how something has ended, also where it was given up in its midst.
struct End<F: Fn(&'static str)> {
    word: &'static str,
    say: F,
}

impl<F: Fn(&'static str)> End<F> {
    fn of(say: F) -> End<F> {
        let word = UNANSWERED;
        End { word, say }
    }
}

impl<F: Fn(&'static str)> Drop for End<F> {
    fn drop(&mut self) {
        (self.say)(self.word);
    }
}

#[async_trait]
impl Ledger for Measured {
    async fn commit(&self, batch: Batch) -> Result<Outcome> {
        let mut end = End::of(|outcome| {
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
        end.word = match &result {
            Ok(Outcome::Done(_)) => "done",
            Ok(Outcome::Conflict) => "conflict",
            Ok(Outcome::Known(..)) => "known",
            Err(error) => error.name(),
        };
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
    use crate::server::ledger::{Embedded, fresh_epoch};
    use metrics_exporter_prometheus::PrometheusBuilder;
    use std::future::pending;
    use tokio::{runtime, time::timeout};

    #[test]
    fn what_never_answers_is_counted_when_it_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("market.redb");
        let recorder = PrometheusBuilder::new().build_recorder();
        let mut runtime = runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().build().unwrap();
        metrics::with_local_recorder(&recorder, || {
            let ledger = Embedded::open(&file, fresh_epoch(), 10).unwrap();
            let measured = Measured::new(Arc::new(ledger));
            let never = measured.measure("commit", pending::<Result<()>>());
            let given_up = async { timeout(Duration::from_millis(1), never).await };
            assert!(runtime.block_on(given_up).is_err());
        });
        let said = recorder.handle().render();
        let counted = format!(
            "{LEDGER_FAILURES}{{engine=\"embedded\",operation=\"commit\",reason=\"unanswered\"}} 1\n"
        );
        assert!(said.contains(&counted), "{said}");
        assert!(
            said.contains(&format!("{LEDGER_SECONDS}_count{{")),
            "{said}"
        );
    }
}
