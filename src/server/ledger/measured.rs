//! A ledger that is measured: what it is asked, what comes of it, and how long it takes.

use super::{Batch, Health, Key, Ledger, Listing, Outcome, Query, Result, Tail, Text};
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

pub struct Measured {
    ledger: Arc<dyn Ledger>,
    engine: &'static str,
}

impl Measured {
    pub fn new(ledger: Arc<dyn Ledger>) -> Measured {
        let engine = ledger.health().engine;
        // What has never happened is 0, not unknown.
        for outcome in ["done", "conflict", "known", "away", "ambiguous", "broken"] {
            counter!(COMMITS, "engine" => engine, "outcome" => outcome).absolute(0);
        }
        for reason in ["away", "ambiguous", "broken"] {
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
        let span = tracing::info_span!(
            target: trace::TARGET, "ledger", otel.name = format!("ledger {operation}"), otel.kind = "client",
            otel.status_code = Empty, db.system.name = self.engine, db.operation.name = operation,
            "error.type" = Empty, cursor = Empty,
        );
        let result = work.instrument(span.clone()).await;
        let labels = [("engine", self.engine), ("operation", operation)];
        histogram!(LEDGER_SECONDS, &labels).record(began.elapsed().as_secs_f64());
        if let Err(error) = &result {
            let reason = error.name();
            span.record("otel.status_code", "ERROR");
            span.record("error.type", reason);
            self.failed(operation, reason);
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

#[async_trait]
impl Ledger for Measured {
    async fn commit(&self, batch: Batch) -> Result<Outcome> {
        let work = async {
            let outcome = self.ledger.commit(batch).await?;
            if let Outcome::Done(cursor) = &outcome {
                tracing::Span::current().record("cursor", tracing::field::display(cursor));
            }
            Ok(outcome)
        };
        let result = self.measure("commit", work).await;
        let outcome = match &result {
            Ok(Outcome::Done(_)) => "done",
            Ok(Outcome::Conflict) => "conflict",
            Ok(Outcome::Known(..)) => "known",
            Err(error) => error.name(),
        };
        counter!(COMMITS, "engine" => self.engine, "outcome" => outcome).increment(1);
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
