//! Checks of the lists of one instance against the log.

use super::{Chains, Cursor, Invariant, Verdict, order_at, text};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the lists of one instance held at one moment, newest first, down to the oldest order of interest.
#[derive(Clone, Debug)]
pub struct ListSnapshot {
    pub instance: String,
    pub at: Cursor,
    pub all: Vec<Value>,
    /// Lists of the orders in which a field has a value.
    pub parts: Vec<(&'static str, String, Vec<Value>)>,
}

impl ListSnapshot {
    pub fn check(&self, chains: &Chains, verdict: &mut Verdict) {
        let instance = &self.instance;
        let mut pairs = self.all.windows(2);
        let is_sorted = pairs.all(|two| text(&two[0]["id"]) > text(&two[1]["id"]));
        verdict.check(Invariant::Lists, is_sorted, || {
            format!("{instance}: the list of all orders is not newest first, each once")
        });
        self.check_all(chains, verdict);
        for (field, value, part) in &self.parts {
            let expected = self.all.iter().filter(|order| order[*field] == **value);
            verdict.check(Invariant::Lists, part.iter().eq(expected), || {
                let count = part.len();
                format!("{instance}: the {count} orders listed with {field} {value} are not those that have it")
            });
        }
    }

    fn check_all(&self, chains: &Chains, verdict: &mut Verdict) {
        let by_id = self.all.iter().map(|order| (text(&order["id"]), order));
        let by_id: BTreeMap<&str, &Value> = by_id.collect();
        for (id, chain) in chains {
            let stored = order_at(chain, &self.at);
            let listed = by_id.get(id).copied();
            // The list was not read further down than its last entry.
            let unread = self.all.last().is_some_and(|last| *id < text(&last["id"]));
            verdict.check(Invariant::Lists, unread || listed == stored, || {
                format!(
                    "{} lists {listed:?}, and the store holds {stored:?}",
                    self.instance
                )
            });
        }
    }
}
