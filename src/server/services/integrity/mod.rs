//! Checks the integrity of a store: reads one snapshot, and reports each fault when it is found.
//!
//! What must hold: every order is what its events lead to by the rules, one after the other, and its bill adds up; so is
//! every document of a pizzeria, and they fit together; each document is in the indexes that follow from it and in no
//! other; the events of all documents have all numbers from 1 up to the store's, each once; and the log has the newest of
//! them, equal to those in the histories.

mod account_faults;
mod findings;
mod number_set;
mod order_faults;
mod pointers;
mod shop_faults;
mod shops;

pub use findings::{Counts, Fault, FaultKind, Findings};

use super::{
    accounts::documents, duty_document, order_documents, shops::documents as shop_documents,
};
use crate::domain::ShopKind;
use crate::server::store::{
    Batch, Index, IndexChange, Result,
    snapshot::{Head, Held, Past, Record, Snapshot, StoredRecord, fingerprint, seq},
};
use account_faults::account_faults;
use number_set::NumberSet;
use order_faults::order_faults;
use pointers::Pointers;
use shop_faults::{ShopKey, shop_faults};
use shops::Shops;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Checks a whole store.
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
    /// The entries of the log that no history has had yet: number and fingerprint.
    unmatched: HashMap<u64, u64>,
    /// The oldest log entry so far: the log comes from its newest entry back.
    oldest: Option<u64>,
    /// The numbers of all events so far.
    seen: NumberSet,
    /// The number of keys in each index: as recorded, and as counted.
    totals: BTreeMap<Index, u64>,
    counted: BTreeMap<Index, u64>,
    pointers: Pointers,
    shops: Shops,
}

impl<'a, F: Findings> Audit<'a, F> {
    fn new(head: Head, findings: &'a mut F) -> Audit<'a, F> {
        let mut audit = Audit {
            head,
            findings,
            counts: Counts::default(),
            unmatched: HashMap::new(),
            oldest: None,
            seen: NumberSet::default(),
            totals: BTreeMap::new(),
            counted: BTreeMap::new(),
            pointers: Pointers::default(),
            shops: Shops::default(),
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
            Record::LogEntry { seq, fingerprint } => self.logged(seq, fingerprint),
            Record::Total { index, keys } => drop(self.totals.insert(index, keys)),
            Record::Document(held) if duty_document::is_key(&held.key) => self.duty(&held),
            Record::Document(held) if documents::is_key(&held.key.0) => self.of_account(&held),
            Record::Document(held) => match ShopKey::read(&held.key) {
                Some(shop) => self.of_shop(&held, shop),
                None if held.key.0.starts_with("order:") => {
                    self.document(&held);
                    self.findings.order();
                }
                None => self.unknown(&held),
            },
            Record::Idempotency(record) => self.idempotency_record(&record),
        }
    }

    fn logged(&mut self, seq: u64, fingerprint: Option<u64>) {
        match self.oldest {
            None if seq < self.head.cursor.seq => {
                let detail = format!("it ends at {seq}, the store at {}", self.head.cursor.seq);
                self.fault("log", FaultKind::Log, detail);
            }
            Some(later) if seq.saturating_add(1) < later => {
                let missing = range(seq + 1, later - 1);
                self.fault("log", FaultKind::Log, format!("it has no {missing}"));
            }
            _ => {}
        }
        self.oldest = Some(seq);
        match fingerprint {
            Some(fingerprint) => drop(self.unmatched.insert(seq, fingerprint)),
            None => {
                let detail = format!("no history has its number {seq}");
                self.fault("log", FaultKind::Log, detail);
            }
        }
    }

    fn document(&mut self, held: &Held) {
        let key = &*held.key.0;
        self.placed(held);
        let Some(text) = &held.text else {
            if !held.history.is_empty() {
                self.fault(key, FaultKind::Order, "has events, and is itself missing");
            }
            self.indexes(held, &[]);
            return;
        };
        self.counts.orders += 1;
        match order_documents::read(text) {
            Ok(order) => {
                for (kind, detail) in order_faults(held, &order) {
                    self.fault(key, kind, detail);
                }
                self.indexes(held, &order_documents::indexes(&order));
            }
            Err(_) if held.history.is_empty() => {
                let detail = "is not an order of this program: see `pizza-market migrate`";
                self.fault(key, FaultKind::Unadopted, detail);
            }
            Err(error) => self.fault(key, FaultKind::Order, error.to_string()),
        }
    }

    /// Counts where a document is listed, and the numbers of its events.
    fn placed(&mut self, held: &Held) {
        for past in &held.history {
            self.number(&held.key.0, past);
        }
        for index in &held.indexes {
            *self.counted.entry(index.clone()).or_default() += 1;
        }
    }

    /// A document of a pizzeria has its indexes of its text, and its entries carry it whole.
    fn of_shop(&mut self, held: &Held, shop: ShopKey) {
        self.placed(held);
        for detail in shop_faults(held, &shop) {
            self.fault(&*held.key.0, FaultKind::Restaurant, detail);
        }
        if shop.kind == ShopKind::Restaurant && held.text.is_some() {
            self.counts.restaurants += 1;
        }
        self.shops.add(held, &shop);
        let text = held.text.as_deref();
        match text.map(|text| shop_documents::indexes(shop.kind, shop.restaurant, text)) {
            // Where it cannot be read, nothing is known of its indexes.
            Some(None) => {}
            Some(Some(expected)) => self.indexes(held, &expected),
            None => self.indexes(held, &[]),
        }
    }

    /// An index entry or a history without a document may be of any kind; a text may not.
    fn unknown(&mut self, held: &Held) {
        self.placed(held);
        match held.text {
            Some(_) => {
                let detail = "is of no kind that this program knows";
                self.fault(&*held.key.0, FaultKind::Unknown, detail);
            }
            None => self.indexes(held, &[]),
        }
    }

    fn duty(&mut self, held: &Held) {
        let read = held.text.as_deref().map(duty_document::read);
        if let Some(Err(error)) = read {
            self.fault(&*held.key.0, FaultKind::Duty, error.to_string());
        }
        self.indexes(held, &[]);
    }

    /// An account has entries about it, which do not say how it was; what belongs to it has none.
    fn of_account(&mut self, held: &Held) {
        let key = &*held.key.0;
        self.placed(held);
        self.pointers.add(held);
        for detail in account_faults(held) {
            self.fault(key, FaultKind::Account, detail);
        }
        let account = held.text.as_deref().map(documents::read);
        match account {
            // Where it cannot be read, nothing is known of its indexes.
            Some(Err(_)) if documents::id(key).is_some() => {}
            Some(Ok(account)) if documents::id(key).is_some() => {
                self.indexes(held, &documents::indexes(&account));
            }
            _ => self.indexes(held, &[]),
        }
    }

    /// Checks an event's number, and compares the event with the log.
    fn number(&mut self, key: &str, past: &Past) {
        self.counts.events += 1;
        let head = self.head.cursor.seq;
        if seq(&past.text) != Some(past.seq) {
            let detail = format!("the text of event {} has another number", past.seq);
            self.fault(key, FaultKind::History, detail);
        }
        if past.seq == 0 {
            return;
        }
        if past.seq > head {
            let detail = format!(
                "has event number {}, and the store ends at {head}",
                past.seq
            );
            self.fault(key, FaultKind::Sequence, detail);
        } else if !self.seen.add(past.seq) {
            let detail = format!("number {} occurs twice", past.seq);
            self.fault(key, FaultKind::Sequence, detail);
        }
        if self
            .unmatched
            .remove(&past.seq)
            .is_some_and(|logged| logged != fingerprint(&past.text))
        {
            let detail = format!("the log has another event under number {}", past.seq);
            self.fault(key, FaultKind::Log, detail);
        }
    }

    /// Compares the indexes that list a document with those that should.
    fn indexes(&mut self, held: &Held, expected: &[Index]) {
        let actual: BTreeSet<_> = held.indexes.iter().collect();
        let expected: BTreeSet<_> = expected.iter().collect();
        let key = &held.key;
        let mut changes = Vec::new();
        for index in expected.difference(&actual) {
            let detail = format!("is not in index {}", index.0);
            self.fault(&*key.0, FaultKind::Index, detail);
            changes.push(IndexChange::In((*index).clone(), key.clone()));
        }
        for index in actual.difference(&expected) {
            let detail = format!("does not belong in index {}", index.0);
            self.fault(&*key.0, FaultKind::Index, detail);
            changes.push(IndexChange::Out((*index).clone(), key.clone()));
        }
        if !changes.is_empty() {
            self.findings.repair(Batch {
                expect: vec![(key.clone(), held.text.as_deref().map(Into::into))],
                index: changes,
                ..Batch::default()
            });
        }
    }

    fn idempotency_record(&mut self, record: &StoredRecord) {
        self.counts.idempotency_records += 1;
        if crate::server::store::decode_record(&record.text).is_err() {
            let detail = "cannot be read";
            self.fault(&*record.name, FaultKind::Remembered, detail);
        }
    }

    fn finish(mut self) -> Counts {
        let head = self.head.cursor.seq;
        if self.oldest.is_none() && head > 0 {
            self.fault(
                "log",
                FaultKind::Log,
                format!("it is empty, the store ends at {head}"),
            );
        }
        let mut unmatched: Vec<_> = std::mem::take(&mut self.unmatched).into_keys().collect();
        unmatched.sort_unstable();
        for seq in unmatched {
            let detail = format!("no history has its number {seq}");
            self.fault("log", FaultKind::Log, detail);
        }
        for (first, last) in self.seen.missing(head) {
            let detail = format!("no event has {}", range(first, last));
            self.fault("sequence", FaultKind::Sequence, detail);
        }
        for (key, detail, repair) in std::mem::take(&mut self.pointers).faults() {
            self.fault(key.0, FaultKind::Index, detail);
            self.findings.repair(repair);
        }
        for (key, detail) in std::mem::take(&mut self.shops).faults() {
            self.fault(key.0, FaultKind::Restaurant, detail);
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
            let [recorded, actual] =
                [&totals, &counted].map(|of| of.get(index).copied().unwrap_or(0));
            if recorded != actual {
                let detail = format!("its recorded total is {recorded}, and it has {actual}");
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
