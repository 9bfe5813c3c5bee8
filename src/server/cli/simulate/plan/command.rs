//! One command of the plan, and the request that it becomes.

use super::random::chance;
use crate::domain::{Actor, CommandKind, Origin, Status};
use fastrand::Rng;
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedCommand {
    #[serde(rename = "verb")]
    pub kind: CommandKind,
    /// The name of the kitchen, customer or driver that sends it.
    pub by: String,
    pub body: Value,
    /// The slug of the pizzeria whose menu it orders from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restaurant: Option<String>,
    /// Whether it is sent twice at the same time under one key, as by a double click.
    pub twice: bool,
    /// The status that it leads to.
    #[serde(skip)]
    pub to: Status,
}

impl PlannedCommand {
    pub fn new(rng: &mut Rng, kind: CommandKind, by: &str, body: Value) -> PlannedCommand {
        let twice = chance(rng, 40);
        let by = by.to_owned();
        PlannedCommand {
            kind,
            by,
            body,
            restaurant: None,
            twice,
            to: target_status(kind),
        }
    }

    /// The same of an order from a menu.
    pub fn direct(rng: &mut Rng, kind: CommandKind, by: &str, body: Value) -> PlannedCommand {
        // An order from a menu has no status before these two.
        let from = [Status::CustomerAccepted, Status::Preparing];
        let step = from
            .iter()
            .find_map(|from| from.transition(kind, Origin::Direct, Actor::AnyRole));
        let to = step.map_or(Status::CustomerAccepted, |step| step.to);
        let command = PlannedCommand::new(rng, kind, by, body);
        PlannedCommand { to, ..command }
    }

    /// Takes a step back, to the status before.
    pub fn recall(rng: &mut Rng, by: &str, to: Status) -> PlannedCommand {
        let recall = PlannedCommand::new(rng, CommandKind::Recall, by, json!({}));
        PlannedCommand { to, ..recall }
    }

    /// A command that only names the new status.
    pub fn status(rng: &mut Rng, kind: CommandKind, by: &str) -> PlannedCommand {
        let to = target_status(kind);
        PlannedCommand::new(rng, kind, by, json!({"status": to}))
    }

    /// The path of its endpoint below that of the order.
    pub fn endpoint(&self) -> &'static str {
        match self.kind {
            // The market itself ends what has expired.
            CommandKind::Offer | CommandKind::Order | CommandKind::Expire => "",
            CommandKind::Accept | CommandKind::Reject => "/supplier-respond",
            CommandKind::Take => "/customer-accept",
            CommandKind::Dispatch => "/dispatch",
            CommandKind::Prepare
            | CommandKind::MarkReady
            | CommandKind::SetOff
            | CommandKind::Deliver
            | CommandKind::Cancel => "/status",
            CommandKind::Recall => "/recall",
            CommandKind::Delay => "/delay",
            CommandKind::Check => "/check",
        }
    }

    /// Whether it is sent with `If-Match` and the version that was seen last.
    pub fn has_precondition(&self) -> bool {
        use CommandKind::{MarkReady, Prepare, Recall};
        matches!(self.kind, Prepare | MarkReady | Recall)
    }
}

/// The status that a command leads to. But for a recall, it is the same from every status.
fn target_status(kind: CommandKind) -> Status {
    let from_anywhere = Status::ALL
        .iter()
        .find_map(|from| from.transition(kind, Origin::Offer, Actor::AnyRole));
    from_anywhere.map_or(Status::PendingSupplier, |step| step.to)
}
