//! What an audit finds, and who receives it.

use crate::server::store::Batch;
use serde::Serialize;

/// One violation of a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// The key of the document, or the name of the index or other part of the store.
    pub key: String,
    pub kind: FaultKind,
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The order itself.
    Order,
    /// An order of the Python backend, which is not shown until it is imported.
    Unadopted,
    History,
    /// The indexes of an order. They, and totals, can be rebuilt.
    Index,
    Total,
    Sequence,
    Log,
    /// Who is on duty.
    Duty,
    /// An account, what it knows, or whose an e-mail address is.
    Account,
    /// The record of an idempotent request.
    Remembered,
    /// A pizzeria: its profile, its counter, or its menu.
    Restaurant,
    /// A document of a kind that this program does not know.
    Unknown,
    /// A restore that has not ended.
    Restore,
}

impl FaultKind {
    /// Whether it can be rebuilt from the rest of the store.
    pub fn follows_from_the_rest(self) -> bool {
        matches!(self, FaultKind::Index | FaultKind::Total)
    }
}

/// What has been checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    pub orders: u64,
    pub restaurants: u64,
    pub events: u64,
    pub idempotency_records: u64,
}

/// Receives the results of an audit.
pub trait Findings {
    fn fault(&mut self, fault: Fault);
    /// A change that repairs indexes, unless the document has changed since it was read.
    fn repair(&mut self, repair: Batch);
    /// One more order has been checked.
    fn order(&mut self);
}
