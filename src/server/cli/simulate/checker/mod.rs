//! Decides whether what clients observed can be true: from what they requested and were answered, what their sockets
//! received, and what the store holds at the end.
//!
//! It knows the contract and nothing else of the program, because the integration tests include this folder and judge
//! by it, too.

mod lists;
mod orders;
#[cfg(test)]
mod shop_tests;
mod shops;
mod sockets;
#[cfg(test)]
mod tests;
mod verdict;

pub use lists::ListSnapshot;
pub use orders::hundredths;
pub use shops::{ShopHistory, SoldOut};
pub use sockets::{Received, SocketLog};
pub use verdict::{Invariant, Verdict, Violation};

use serde_json::Value;
use std::{collections::BTreeMap, fmt, time::Instant};

/// A change that a client requested.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequestedChange {
    /// A new order: supplier and pizza. It has no id yet.
    Creation(String, String),
    /// A new order from a menu: its customer, who orders once. It has no id yet, either.
    OrderFromMenu(String),
    /// The id of an order, and the status that it is brought to.
    Transition(String, String),
}

/// A change that an answer with 2xx showed.
#[derive(Clone, Debug)]
pub struct AcknowledgedChange {
    pub order: Value,
    /// When it was requested for the first time.
    pub requested_at: Instant,
    pub answered_at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub epoch: String,
    pub seq: u64,
}

impl Cursor {
    pub fn parse(id: &Value) -> Option<Cursor> {
        let (epoch, seq) = id.as_str()?.split_once('-')?;
        Some(Cursor {
            epoch: epoch.to_owned(),
            seq: seq.parse().ok()?,
        })
    }

    /// Whether a client that has read up to `other` has read up to here. Histories of different epochs follow each
    /// other, so another epoch counts as read.
    fn is_within(&self, other: &Cursor) -> bool {
        self.epoch != other.epoch || self.seq <= other.seq
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.seq)
    }
}

/// Everything that was observed.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Every requested change, each once however often it was sent.
    pub requested: Vec<RequestedChange>,
    pub acknowledged: Vec<AcknowledgedChange>,
    pub sockets: Vec<SocketLog>,
    /// The cursor that each socket had to reach.
    pub head: Option<Cursor>,
    /// The orders of the store at the end.
    pub orders: Vec<Value>,
    /// Their events as the store returns them: those of one order in the order of its history.
    pub events: Vec<Value>,
    pub lists: Vec<ListSnapshot>,
    pub shops: ShopHistory,
    /// Whether the store may have lost the end of what it had acknowledged.
    pub forgetful: bool,
    /// Whether other clients may have changed orders, too.
    pub shared: bool,
}

/// The events of each order, in the order of its history.
type Chains<'a> = BTreeMap<&'a str, Vec<&'a Value>>;

impl History {
    /// Checks every invariant.
    pub fn verdict(&self) -> Verdict {
        let mut verdict = Verdict::default();
        let chains = self.chains();
        self.check_orders(&chains, &mut verdict);
        let log = self.log(&mut verdict);
        self.check_shops(&chains, &log, &mut verdict);
        for (n, socket) in self.sockets.iter().enumerate() {
            socket.check(n, self, &log, &chains, &mut verdict);
        }
        for lists in &self.lists {
            lists.check(&chains, &mut verdict);
        }
        verdict
    }

    fn chains(&self) -> Chains<'_> {
        let mut chains = Chains::new();
        for event in &self.events {
            let id = text(&event["order"]["id"]);
            chains.entry(id).or_default().push(event);
        }
        chains
    }

    /// All events by their number; no two may share one.
    fn log(&self, verdict: &mut Verdict) -> BTreeMap<Cursor, &Value> {
        let mut log = BTreeMap::new();
        for event in &self.events {
            let cursor = Cursor::parse(&event["id"]);
            let unique = cursor.is_some_and(|cursor| log.insert(cursor, event).is_none());
            verdict.check(Invariant::Numbers, unique, || {
                format!(
                    "the event number {} is not a number, or is used twice",
                    event["id"]
                )
            });
        }
        log
    }
}

/// The state of an order for a client that has read up to `at`.
fn order_at<'a>(chain: &[&'a Value], at: &Cursor) -> Option<&'a Value> {
    let known = |event: &&&Value| Cursor::parse(&event["id"]).is_some_and(|id| id.is_within(at));
    chain.iter().rev().find(known).map(|event| &event["order"])
}

/// Whether the market has ended the order because its kitchen did not answer.
fn is_expiry(event: &Value) -> bool {
    let order = &event["order"];
    order["status"] == "cancelled" && order["cancellation"]["code"] == "no_answer"
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
