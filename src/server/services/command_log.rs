//! The log and the metrics of commands: each is logged once and counted, with its actor and its outcome, and without
//! any name, address or note.

use super::idempotency::Answer;
use crate::domain::{Actor, CommandKind, Error, Order, OrderId};
use crate::server::telemetry::{
    handles::Handles,
    metrics::{COMMAND_SECONDS, COMMANDS, QUOTES, REFUSED, SLOT_FILL},
    millis, trace,
};
use metrics::{Counter, Histogram, counter, histogram};
use std::{sync::LazyLock, time::Instant};
use tracing::{Instrument, Span};

/// The number of commands by command, actor and outcome, and their durations by outcome.
static COMMANDS_DONE: LazyLock<Handles<[&'static str; 3], (Counter, Histogram)>> =
    LazyLock::new(|| {
        Handles::new(|[command, actor, outcome]| {
            let labels = [
                ("command", *command),
                ("actor", *actor),
                ("outcome", *outcome),
            ];
            let durations = histogram!(COMMAND_SECONDS, "outcome" => *outcome);
            (counter!(COMMANDS, &labels), durations)
        })
    });
/// By kind of problem.
static REFUSALS: LazyLock<Handles<&'static str, Counter>> =
    LazyLock::new(|| Handles::new(|problem| counter!(REFUSED, "problem" => *problem)));

/// By outcome.
static QUOTED: LazyLock<Handles<&'static str, Counter>> =
    LazyLock::new(|| Handles::new(|outcome| counter!(QUOTES, "outcome" => *outcome)));

static SLOTS_FILLED: LazyLock<Histogram> = LazyLock::new(|| histogram!(SLOT_FILL));

/// Marks an answer to a command that has been logged already.
#[derive(Clone, Copy)]
pub struct Logged;

/// An answer whose outcome is logged.
pub trait Recorded {
    /// The order as it is then; or the stable name of the problem.
    fn result(&self) -> Result<&Order, &'static str>;

    fn is_replayed(&self) -> bool;
}

impl Recorded for Answer {
    fn result(&self) -> Result<&Order, &'static str> {
        self.result.as_ref().map_err(Error::name)
    }

    fn is_replayed(&self) -> bool {
        self.replayed
    }
}

/// The actor's name in the log and in metrics.
fn label(actor: Actor) -> &'static str {
    match actor {
        Actor::AnyRole => "integrator",
        Actor::As(role) => role.name(),
    }
}

/// Carries out a command, and records its outcome.
pub async fn record_command<T: Recorded>(
    command: CommandKind,
    actor: Actor,
    order: Option<OrderId>,
    work: impl Future<Output = T>,
) -> T {
    let actor = label(actor);
    let span = tracing::info_span!(
        target: trace::TARGET, "command", otel.name = format!("command {command}"), command = %command, actor,
        outcome = tracing::field::Empty,
    );
    let mut running = RunningCommand {
        command,
        actor,
        order,
        began: Instant::now(),
        span: span.clone(),
        recorded: false,
    };
    let answer = work.instrument(span).await;
    running.record(outcome(&answer), Some(answer.result()));
    answer
}

/// A command that is being carried out.
struct RunningCommand {
    command: CommandKind,
    actor: &'static str,
    /// The order that it changes, where that exists before.
    order: Option<OrderId>,
    began: Instant,
    span: Span,
    recorded: bool,
}

impl RunningCommand {
    fn record(&mut self, outcome: &'static str, result: Option<Result<&Order, &'static str>>) {
        self.recorded = true;
        let made = result.and_then(Result::ok);
        let problem = result.and_then(Result::err);
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
        let (count, durations) = COMMANDS_DONE.get([self.command.name(), self.actor, outcome]);
        count.increment(1);
        durations.record(self.began.elapsed().as_secs_f64());
        if let Some(problem) = problem {
            REFUSALS.get(problem).increment(1);
        }
    }
}

impl Drop for RunningCommand {
    /// The client has closed its connection before the answer: the store may have made the change.
    fn drop(&mut self) {
        if !self.recorded {
            self.record("abandoned", None);
        }
    }
}

/// Records a command that was rejected before it was carried out: it could not be read, or was not let in. `actor` is
/// `None` where the request was rejected before it had one.
pub fn record_rejection(actor: Option<Actor>, problem: &'static str, began: Instant) {
    let (actor, outcome, duration_ms) = (actor.map(label), "refused", millis(began));
    tracing::info!(actor, outcome, problem, duration_ms, "command");
    REFUSALS.get(problem).increment(1);
}

/// Records a command above the rate limit. Their number is unbounded, and must not fill the log.
pub fn rate_limited(problem: &'static str, began: Instant) {
    let (outcome, duration_ms) = ("refused", millis(began));
    tracing::debug!(outcome, problem, duration_ms, "command");
    REFUSALS.get(problem).increment(1);
}

/// Counts a refusal of an edit of a pizzeria.
pub fn shop_refused(problem: &'static str) {
    REFUSALS.get(problem).increment(1);
}

/// An order has been stored that fills its slot so far.
pub fn slot_filled(share: f64) {
    SLOTS_FILLED.record(share);
}

/// Counts a quote. `problem` is why there is none.
pub fn quoted(problem: Option<&'static str>) {
    let outcome = match problem {
        None => "done",
        Some(_) => "refused",
    };
    QUOTED.get(outcome).increment(1);
    if let Some(problem) = problem {
        REFUSALS.get(problem).increment(1);
    }
}

/// The outcome of a command, as the log and the metrics name it.
fn outcome(answer: &impl Recorded) -> &'static str {
    match answer.result() {
        _ if answer.is_replayed() => "replayed",
        Ok(_) => "done",
        Err("outdated" | "weak-tag") => "conflict",
        Err("away") => "away",
        Err("internal") => "failed",
        Err(_) => "refused",
    }
}
