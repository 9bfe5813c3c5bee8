//! What becomes of commands: each is logged once and counted, with who wanted what, and without anybody's name,
//! address or words.

use super::{
    metrics::{COMMAND_SECONDS, COMMANDS, REFUSED},
    once::Answer,
    requests::millis,
    trace,
};
use crate::domain::{Error, Order, OrderId, Role, Verb};
use metrics::{counter, histogram};
use std::time::Instant;
use tracing::{Instrument, Span};

/// Marks an answer to a command that has been logged already.
#[derive(Clone, Copy)]
pub struct Settled;

/// Whoever acts for the whole market has no role: an integrator.
fn actor(by: Option<Role>) -> &'static str {
    by.map_or("integrator", Role::name)
}

/// Carries out a command, and notes what has become of it.
pub async fn noted(
    command: Verb,
    by: Option<Role>,
    order: Option<OrderId>,
    work: impl Future<Output = Answer>,
) -> Answer {
    let actor = actor(by);
    let span = tracing::info_span!(
        target: trace::TARGET, "command", otel.name = format!("command {command}"), command = %command, actor,
        outcome = tracing::field::Empty,
    );
    let mut asked = Asked {
        command,
        actor,
        order,
        began: Instant::now(),
        span: span.clone(),
        noted: false,
    };
    let answer = work.instrument(span).await;
    asked.note(outcome(&answer), Some(&answer.result));
    answer
}

/// A command that is being carried out.
struct Asked {
    command: Verb,
    actor: &'static str,
    /// Which order it is about, where there is one before.
    order: Option<OrderId>,
    began: Instant,
    span: Span,
    noted: bool,
}

impl Asked {
    fn note(&mut self, outcome: &'static str, result: Option<&Result<Order, Error>>) {
        self.noted = true;
        let made = result.and_then(|result| result.as_ref().ok());
        let problem = result.and_then(|result| result.as_ref().err());
        let problem = problem.map(Error::name);
        self.span.record("outcome", outcome);
        tracing::info!(
            command = %self.command,
            actor = self.actor,
            order = made.map(|order| order.id).or(self.order).map(tracing::field::display),
            version = made.map(|order| order.version),
            outcome,
            problem,
            duration_ms = millis(self.began),
            "command"
        );
        let labels = [
            ("command", self.command.name()),
            ("actor", self.actor),
            ("outcome", outcome),
        ];
        counter!(COMMANDS, &labels).increment(1);
        let took = self.began.elapsed().as_secs_f64();
        histogram!(COMMAND_SECONDS, "outcome" => outcome).record(took);
        if let Some(problem) = problem {
            counter!(REFUSED, "problem" => problem).increment(1);
        }
    }
}

impl Drop for Asked {
    /// Whoever asked has hung up: the ledger may have done it, and nobody waits to hear.
    fn drop(&mut self) {
        if !self.noted {
            self.note("abandoned", None);
        }
    }
}

/// Records a command that was rejected before it was carried out: it could not be read, or was not let in.
pub fn turned_away(by: Option<Role>, problem: &'static str, began: Instant) {
    let (actor, outcome, duration_ms) = (by.map(Role::name), "refused", millis(began));
    tracing::info!(actor, outcome, problem, duration_ms, "command");
    counter!(REFUSED, "problem" => problem).increment(1);
}

/// Records a command above the rate limit. Their number is unbounded, and must not fill the log.
pub fn rate_limited(problem: &'static str, began: Instant) {
    let (outcome, duration_ms) = ("refused", millis(began));
    tracing::debug!(outcome, problem, duration_ms, "command");
    counter!(REFUSED, "problem" => problem).increment(1);
}

/// What has become of a command.
fn outcome(answer: &Answer) -> &'static str {
    match &answer.result {
        _ if answer.replayed => "replayed",
        Ok(_) => "done",
        Err(Error::Outdated { .. }) => "conflict",
        Err(Error::Away) => "away",
        Err(Error::Internal) => "failed",
        Err(_) => "refused",
    }
}
