//! What becomes of commands: each is logged once and counted, with who wanted what, and without anybody's name,
//! address or words.

use super::{
    metrics::{COMMAND_SECONDS, COMMANDS, REFUSED},
    once::Answer,
    requests::millis,
    trace,
};
use crate::domain::{Error, OrderId, Role, Verb};
use metrics::{counter, histogram};
use std::time::Instant;
use tracing::Instrument;

/// Marks an answer that is a refusal.
#[derive(Clone)]
pub struct TurnedAway(pub Error);

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
    let began = Instant::now();
    let actor = actor(by);
    let span = tracing::info_span!(
        target: trace::TARGET, "command", otel.name = format!("command {command}"), command = %command, actor,
        outcome = tracing::field::Empty,
    );
    let answer = work.instrument(span.clone()).await;
    let (outcome, problem) = outcome(&answer);
    span.record("outcome", outcome);
    let made = answer.result.as_ref().ok();
    tracing::info!(
        command = %command,
        actor,
        order = made.map(|order| order.id).or(order).map(tracing::field::display),
        version = made.map(|order| order.version),
        outcome,
        problem,
        duration_ms = millis(began),
        "command"
    );
    let labels = [
        ("command", command.name()),
        ("actor", actor),
        ("outcome", outcome),
    ];
    counter!(COMMANDS, &labels).increment(1);
    histogram!(COMMAND_SECONDS, "outcome" => outcome).record(began.elapsed().as_secs_f64());
    if let Some(problem) = problem {
        counter!(REFUSED, "problem" => problem).increment(1);
    }
    answer
}

/// Notes a command that nobody looked at: it could not be read, or was not welcome. What exceeds the rate is bounded
/// by nothing, and must not fill the log.
pub fn turned_away(by: Option<Role>, error: &Error, began: Instant) {
    let (actor, problem, duration_ms) = (by.map(Role::name), error.name(), millis(began));
    let outcome = "refused";
    match error {
        Error::TooMany(_) => tracing::debug!(actor, outcome, problem, duration_ms, "command"),
        _ => tracing::info!(actor, outcome, problem, duration_ms, "command"),
    }
    counter!(REFUSED, "problem" => problem).increment(1);
}

/// What has become of a command, and the kind of problem where there is one.
fn outcome(answer: &Answer) -> (&'static str, Option<&'static str>) {
    let outcome = match &answer.result {
        _ if answer.replayed => "replayed",
        Ok(_) => "done",
        Err(Error::Outdated { .. }) => "conflict",
        Err(Error::Away) => "away",
        Err(Error::Internal) => "failed",
        Err(_) => "refused",
    };
    (outcome, answer.result.as_ref().err().map(Error::name))
}
