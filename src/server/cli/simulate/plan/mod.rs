//! The plan of an evening: who sends which commands, and when. It follows from the seed alone; the market decides which
//! commands succeed.

mod stories;
#[cfg(test)]
mod tests;

use super::names::{self, DRIVERS};
use crate::domain::{Actor, CommandKind, Status};
use fastrand::Rng;
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;
use stories::Kitchen;

/// The size of an evening.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanSize {
    pub orders: usize,
    pub suppliers: usize,
    pub drivers: usize,
    /// How long orders come in. The last pizza is delivered about an hour later.
    pub length: Duration,
}

/// An evening: one story for each order, sorted by when it begins.
#[derive(Debug, PartialEq, Serialize)]
pub struct Plan {
    pub stories: Vec<Story>,
}

/// What is planned for one order.
#[derive(Debug, PartialEq, Serialize)]
pub struct Story {
    pub steps: Vec<Step>,
    #[serde(skip)]
    kitchen: usize,
    /// When the next party can act on the order; `None` when its story is over.
    #[serde(skip)]
    next: Option<Duration>,
}

/// The commands of one moment. Where there are several, they race, and at most one succeeds.
#[derive(Debug, PartialEq, Serialize)]
pub struct Step {
    /// Since the evening began, in the evening's time. In JSON: seconds.
    #[serde(serialize_with = "as_seconds")]
    pub at: Duration,
    #[serde(rename = "asks")]
    pub commands: Vec<PlannedCommand>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedCommand {
    pub verb: CommandKind,
    /// The name of the kitchen, customer or driver that sends it.
    pub by: String,
    pub body: Value,
    /// Whether it is sent twice at the same time under one key, as by a double click.
    pub twice: bool,
}

fn as_seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

impl PlannedCommand {
    fn new(rng: &mut Rng, verb: CommandKind, by: &str, body: Value) -> PlannedCommand {
        let twice = stories::chance(rng, 40);
        let by = by.to_owned();
        PlannedCommand {
            verb,
            by,
            body,
            twice,
        }
    }

    /// A command that only names the new status.
    fn status(rng: &mut Rng, verb: CommandKind, by: &str) -> PlannedCommand {
        let to = target_status(verb);
        PlannedCommand::new(rng, verb, by, json!({"status": to}))
    }

    /// The path of its endpoint below that of the order.
    pub fn endpoint(&self) -> &'static str {
        match self.verb {
            CommandKind::Offer => "",
            CommandKind::Accept | CommandKind::Reject => "/supplier-respond",
            CommandKind::Take => "/customer-accept",
            CommandKind::Dispatch => "/dispatch",
            CommandKind::Prepare
            | CommandKind::MarkReady
            | CommandKind::SetOff
            | CommandKind::Deliver
            | CommandKind::Cancel => "/status",
        }
    }

    /// Whether it is sent with `If-Match` and the version that was seen last.
    pub fn has_precondition(&self) -> bool {
        matches!(self.verb, CommandKind::Prepare | CommandKind::MarkReady)
    }
}

/// The status that a command leads to; it is the same from every status.
pub fn target_status(verb: CommandKind) -> Status {
    let from_anywhere = Status::ALL
        .iter()
        .find_map(|from| from.transition(verb, Actor::AnyRole));
    from_anywhere.map_or(Status::PendingSupplier, |step| step.to)
}

impl Plan {
    pub fn new(seed: u64, size: PlanSize) -> Plan {
        let mut rng = Rng::with_seed(seed);
        let rng = &mut rng;
        let mut kitchens: Vec<_> = (0..size.suppliers)
            .map(|n| Kitchen::new(rng, n, size.length))
            .collect();
        let mut stories: Vec<_> = (0..size.orders)
            .map(|_| Story::offered(rng, &kitchens, size.length))
            .collect();
        for story in in_turn(&mut stories) {
            let kitchen = &mut kitchens[story.kitchen];
            story.baked(rng, kitchen);
        }
        let mut drivers: Vec<_> = (0..size.drivers)
            .map(|n| (Duration::ZERO, names::nth(DRIVERS, n)))
            .collect();
        for story in in_turn(&mut stories) {
            story.delivered(rng, &mut drivers);
        }
        stories.sort_by_key(|story| story.steps[0].at);
        Plan { stories }
    }

    pub fn steps(&self) -> usize {
        self.stories.iter().map(|story| story.steps.len()).sum()
    }
}

/// The stories that go on, in the order in which the next party can act.
fn in_turn(stories: &mut [Story]) -> impl Iterator<Item = &mut Story> {
    stories.sort_by_key(|story| story.next);
    stories.iter_mut().filter(|story| story.next.is_some())
}
