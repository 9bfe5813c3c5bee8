//! Whether what is stored is sound. It reads a snapshot once, and tells what is wrong as it comes.
//!
//! What must hold: every document is an order whose events lead to it by the rules, one after the other; it stands
//! in the indexes that follow from it and in no other; the events of all orders have all numbers from 1 up to the
//! store's, each once; and the log has the newest of them, as they stand in the histories.

use super::{
    ledger::{
        Batch, Index, IndexChange, Result,
        snapshot::{Head, Held, Past, Record, Remembered, Snapshot, print, seq},
    },
    orders,
};
use crate::domain::{Event, Order, follows};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// The document's, the index', or that of what is beside them.
    pub key: String,
    pub kind: FaultKind,
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The order itself.
    Order,
    /// An order of the Python backend, which nobody sees until it is adopted.
    Unadopted,
    History,
    /// Where an order is listed. This one, and totals, can be rebuilt.
    Index,
    Total,
    Sequence,
    Log,
    /// What is remembered of a request.
    Remembered,
    /// A restore that has not ended.
    Restore,
}

impl FaultKind {
    /// Whether what is stored beside it says how it must be.
    pub fn follows_from_the_rest(self) -> bool {
        matches!(self, FaultKind::Index | FaultKind::Total)
    }
}

/// What has been looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    pub orders: u64,
    pub events: u64,
    pub remembered: u64,
}

/// What an audit finds, as it finds it.
pub trait Findings {
    fn fault(&mut self, fault: Fault);
    /// A change that mends indexes, as long as the document is as it was seen.
    fn mend(&mut self, mend: Batch);
    /// One more order has been looked at.
    fn order(&mut self);
}

/// Goes through a whole store.
pub fn audit(snapshot: Snapshot, findings: &mut impl Findings) -> Result<Counts> {
    let mut audit = Audit::new(snapshot.head.clone(), findings);
    for record in snapshot {
        audit.record(record?);
    }
    Ok(audit.finish())
}

struct Audit<'a, F> {
    head: Head,
    findings: &'a mut F,
    counts: Counts,
    /// What the log says that has not been seen in a history yet: number and print.
    logged: HashMap<u64, u64>,
    /// The log's oldest entry so far: it comes from its newest one back.
    oldest: Option<u64>,
    seen: Numbers,
    totals: BTreeMap<Index, u64>,
    counted: BTreeMap<Index, u64>,
}

impl<'a, F: Findings> Audit<'a, F> {
    fn new(head: Head, findings: &'a mut F) -> Audit<'a, F> {
        let mut audit = Audit {
            head,
            findings,
            counts: Counts::default(),
            logged: HashMap::new(),
            oldest: None,
            seen: Numbers::default(),
            totals: BTreeMap::new(),
            counted: BTreeMap::new(),
        };
        if let Some(since) = audit.head.restoring.clone() {
            let detail = format!("it began at {since} and has not ended");
            audit.fault("restore", FaultKind::Restore, detail);
        }
        audit
    }

    fn fault(&mut self, key: impl Into<String>, kind: FaultKind, detail: impl Into<String>) {
        self.findings.fault(Fault {
            key: key.into(),
            kind,
            detail: detail.into(),
        });
    }

    fn record(&mut self, record: Record) {
        match record {
            Record::Logged { seq, print } => self.logged(seq, print),
            Record::Total { index, keys } => drop(self.totals.insert(index, keys)),
            Record::Document(held) => {
                self.document(&held);
                self.findings.order();
            }
            Record::Once(remembered) => self.remembered(&remembered),
        }
    }

    fn logged(&mut self, seq: u64, print: Option<u64>) {
        match self.oldest {
            None if seq < self.head.cursor.seq => {
                let detail = format!("it ends at {seq}, the market at {}", self.head.cursor.seq);
                self.fault("log", FaultKind::Log, detail);
            }
            Some(later) if seq.saturating_add(1) < later => {
                let missing = range(seq + 1, later - 1);
                self.fault("log", FaultKind::Log, format!("it has no {missing}"));
            }
            _ => {}
        }
        self.oldest = Some(seq);
        match print {
            Some(print) => drop(self.logged.insert(seq, print)),
            None => {
                let detail = format!("its number {seq} stands in no history");
                self.fault("log", FaultKind::Log, detail);
            }
        }
    }

    fn document(&mut self, held: &Held) {
        let key = &*held.key.0;
        for past in &held.history {
            self.number(key, past);
        }
        for index in &held.indexes {
            *self.counted.entry(index.clone()).or_default() += 1;
        }
        let order = match &held.text {
            None => {
                if !held.history.is_empty() {
                    self.fault(key, FaultKind::Order, "has events, and is not there itself");
                }
                self.indexes(held, &[]);
                return;
            }
            Some(text) => orders::read(text),
        };
        self.counts.orders += 1;
        let order = match order {
            Ok(order) => order,
            Err(_) if held.history.is_empty() => {
                let detail = "is none of this program's: `pizza-market migrate` says more";
                self.fault(key, FaultKind::Unadopted, detail);
                return;
            }
            Err(error) => {
                self.fault(key, FaultKind::Order, error.to_string());
                return;
            }
        };
        if orders::key(order.id) != held.key {
            let detail = format!("says that it is {}", order.id);
            self.fault(key, FaultKind::Order, detail);
        }
        self.history(held, &order);
        self.indexes(held, &orders::indexes(&order));
    }

    /// Counts an entry's number, and holds it against the log.
    fn number(&mut self, key: &str, past: &Past) {
        self.counts.events += 1;
        let head = self.head.cursor.seq;
        if seq(&past.text) != Some(past.seq) {
            let detail = format!("an event does not say its number, {}", past.seq);
            self.fault(key, FaultKind::History, detail);
        }
        if past.seq == 0 {
            return;
        }
        if past.seq > head {
            let detail = format!("has number {}, and the market ends at {head}", past.seq);
            self.fault(key, FaultKind::Sequence, detail);
        } else if !self.seen.add(past.seq) {
            let detail = format!("number {} is there twice", past.seq);
            self.fault(key, FaultKind::Sequence, detail);
        }
        if self
            .logged
            .remove(&past.seq)
            .is_some_and(|logged| logged != print(&past.text))
        {
            let detail = format!("the log has something else under number {}", past.seq);
            self.fault(key, FaultKind::Log, detail);
        }
    }

    fn history(&mut self, held: &Held, order: &Order) {
        let key = &*held.key.0;
        let mut before: Option<Event> = None;
        for past in &held.history {
            let event: Event = match serde_json::from_str(&past.text) {
                Ok(event) => event,
                Err(error) => {
                    let event = format!("event {}", past.seq);
                    let detail = orders::unreadable(&event, &error).to_string();
                    self.fault(key, FaultKind::History, detail);
                    return;
                }
            };
            if event.order.id != order.id {
                let detail = format!("event {} is about {}", past.seq, event.order.id);
                self.fault(key, FaultKind::History, detail);
            }
            if before
                .as_ref()
                .is_some_and(|before| before.id.seq >= event.id.seq)
            {
                let detail = format!("event {} is not in its place", past.seq);
                self.fault(key, FaultKind::History, detail);
            }
            let was = before.as_ref().map(|before| &before.order);
            if let Err(untrue) = follows(was, event.event_type, &event.order) {
                let detail = format!("event {} cannot have happened: {untrue}", past.seq);
                self.fault(key, FaultKind::History, detail);
            }
            before = Some(event);
        }
        match before {
            None => self.fault(key, FaultKind::History, "has no events"),
            Some(last) if last.order != *order => {
                self.fault(key, FaultKind::Order, "is not what its events say");
            }
            Some(_) => {}
        }
    }

    /// Where it is listed, and where it should be.
    fn indexes(&mut self, held: &Held, wanted: &[Index]) {
        let is: BTreeSet<_> = held.indexes.iter().collect();
        let should: BTreeSet<_> = wanted.iter().collect();
        let key = &held.key;
        let mut changes = Vec::new();
        for index in should.difference(&is) {
            let detail = format!("is not in index {}", index.0);
            self.fault(&*key.0, FaultKind::Index, detail);
            changes.push(IndexChange::In((*index).clone(), key.clone()));
        }
        for index in is.difference(&should) {
            let detail = format!("does not belong in index {}", index.0);
            self.fault(&*key.0, FaultKind::Index, detail);
            changes.push(IndexChange::Out((*index).clone(), key.clone()));
        }
        if !changes.is_empty() {
            self.findings.mend(Batch {
                expect: vec![(key.clone(), held.text.as_deref().map(Into::into))],
                index: changes,
                ..Batch::default()
            });
        }
    }

    fn remembered(&mut self, remembered: &Remembered) {
        self.counts.remembered += 1;
        if super::ledger::recall(&remembered.text).is_err() {
            let detail = "cannot be read";
            self.fault(&*remembered.name, FaultKind::Remembered, detail);
        }
    }

    fn finish(mut self) -> Counts {
        let head = self.head.cursor.seq;
        if self.oldest.is_none() && head > 0 {
            self.fault(
                "log",
                FaultKind::Log,
                format!("it is empty, the market is at {head}"),
            );
        }
        let mut unfounded: Vec<_> = std::mem::take(&mut self.logged).into_keys().collect();
        unfounded.sort_unstable();
        for seq in unfounded {
            let detail = format!("its number {seq} stands in no history");
            self.fault("log", FaultKind::Log, detail);
        }
        for (first, last) in self.seen.missing(head) {
            let detail = format!("no event has {}", range(first, last));
            self.fault("sequence", FaultKind::Sequence, detail);
        }
        if self.head.engine == "embedded" {
            self.compare_totals();
        }
        self.counts
    }

    fn compare_totals(&mut self) {
        let (totals, counted) = (
            std::mem::take(&mut self.totals),
            std::mem::take(&mut self.counted),
        );
        let names: BTreeSet<_> = totals.keys().chain(counted.keys()).collect();
        for index in names {
            let [says, has] = [&totals, &counted].map(|of| of.get(index).copied().unwrap_or(0));
            if says != has {
                let detail = format!("says that it has {says}, and has {has}");
                self.fault(format!("index {}", index.0), FaultKind::Total, detail);
            }
        }
    }
}

fn range(first: u64, last: u64) -> String {
    match first == last {
        true => format!("number {first}"),
        false => format!("numbers {first} to {last}"),
    }
}

/// A set of numbers, a bit for each.
#[derive(Default)]
struct Numbers(BTreeMap<u64, u64>);

impl Numbers {
    /// False if it was there already.
    fn add(&mut self, number: u64) -> bool {
        let word = self.0.entry(number / 64).or_default();
        let bit = 1 << (number % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// The ranges from 1 to `last` that are not in it.
    fn missing(&self, last: u64) -> Vec<(u64, u64)> {
        let mut missing = Vec::new();
        let mut next = 1;
        for (word, bits) in &self.0 {
            for number in (0..64)
                .filter(|n| bits >> n & 1 == 1)
                .map(|n| word * 64 + n)
            {
                if number > next {
                    missing.push((next, number - 1));
                }
                next = number + 1;
            }
        }
        if next <= last {
            missing.push((next, last));
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_numbers_are_told_in_ranges() {
        let mut numbers = Numbers::default();
        assert_eq!(numbers.missing(0), []);
        assert_eq!(numbers.missing(3), [(1, 3)]);
        for number in (2..=200).filter(|n| ![64, 127, 128].contains(n)) {
            assert!(numbers.add(number));
        }
        assert!(!numbers.add(65));
        let missing = [(1, 1), (64, 64), (127, 128), (201, 203)];
        assert_eq!(numbers.missing(203), missing);
        assert_eq!(numbers.missing(200), missing[..3]);
    }
}
