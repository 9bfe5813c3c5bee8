//! `inspect keys`: what occupies how much.

use super::{
    Failure, Result, out, source,
    table::{self, Fit, Table},
};
use crate::server::{
    config::Store,
    ledger::{
        self,
        snapshot::{Held, Record, Snapshot},
    },
    stored,
};
use clap::Args;
use indicatif::HumanBytes;
use serde::Serialize;
use std::collections::BTreeMap;

/// Count what is stored by kind: records, bytes, and the largest.
///
/// `order` are the orders as they are now, `order history` their events, `index` the places of orders in the lists
/// by status and supplier, `log` what clients can resume from, `once` the answers that are kept for a day for
/// requests with an `Idempotency-Key`. Bytes are those of names and contents; what the engine needs around them
/// comes on top. Everything is read once: of a large store that takes a while.
///
/// With --json each line is a kind: `kind`, `records`, `bytes`, and `largest` with its `name` and `bytes`, or null.
#[derive(Args)]
pub struct Keys {}

#[derive(Default, Serialize)]
struct Kind {
    kind: String,
    records: u64,
    bytes: u64,
    largest: Option<Largest>,
}

#[derive(Serialize)]
struct Largest {
    name: String,
    bytes: u64,
}

impl Kind {
    fn add(&mut self, name: &str, records: u64, bytes: u64) {
        self.records += records;
        self.bytes += bytes;
        if self
            .largest
            .as_ref()
            .is_none_or(|largest| largest.bytes < bytes)
        {
            let name = name.to_owned();
            self.largest = Some(Largest { name, bytes });
        }
    }
}

pub async fn show(over_http: bool, Keys {}: Keys, json: bool) -> Result<()> {
    if over_http {
        let why = "What occupies how much is not shown over the public API. Leave --url out, where the store is.";
        return Err(Failure::CannotLook(why.to_owned()));
    }
    let store = source::store()?;
    let snapshot = stored::snapshot(&store).await?;
    let head = snapshot.head.clone();
    source::known(head.schema)?;
    let counting = tokio::task::spawn_blocking(move || count(snapshot)).await;
    let kinds = counting.map_err(|error| Failure::CannotLook(error.to_string()))??;
    if json {
        // Names of suppliers stand in names of indexes.
        let texts = kinds.iter().flat_map(serde_json::to_string);
        texts.for_each(|text| out::line(out::plain_json(&text)));
        return Ok(());
    }
    print(&kinds);
    if let Store::Embedded(folder) = &store {
        let file = stored::file(folder);
        if let Ok(metadata) = file.metadata() {
            out::line(format!(
                "\n{} is {} on the disk.",
                file.display(),
                HumanBytes(metadata.len())
            ));
        }
    }
    out::note(format!(
        "{} store of version {}, at {}",
        head.engine, head.schema, head.cursor
    ));
    Ok(())
}

fn count(snapshot: Snapshot) -> ledger::Result<Vec<Kind>> {
    let copies_log = snapshot.head.engine == "redis";
    let mut counted = Counted::default();
    for record in snapshot {
        match record? {
            Record::Logged { seq, .. } => {
                counted.log.records += 1;
                // They come from the newest back.
                counted.oldest = seq;
            }
            Record::Total { .. } => {}
            Record::Document(held) => counted.add(held, copies_log),
            Record::Once(once) => {
                counted
                    .once
                    .add(&once.name, 1, (once.name.len() + once.text.len()) as u64);
            }
        }
    }
    Ok(counted.into_kinds())
}

#[derive(Default)]
struct Counted {
    /// By the kind of document.
    documents: BTreeMap<String, Kind>,
    histories: BTreeMap<String, Kind>,
    /// The places in each index, and their bytes.
    indexes: BTreeMap<String, (u64, u64)>,
    log: Kind,
    /// The number of the oldest entry of the log.
    oldest: u64,
    once: Kind,
}

impl Counted {
    /// `copies_log`: whether the log holds the texts of its entries once more, and not only their names.
    fn add(&mut self, held: Held, copies_log: bool) {
        let name = held.key.0;
        let kind = name.split(':').next().unwrap_or_default();
        if let Some(text) = &held.text {
            let documents = self.documents.entry(kind.to_owned()).or_default();
            documents.add(&name, 1, (name.len() + text.len()) as u64);
        }
        let bytes: usize = held.history.iter().map(|past| past.text.len()).sum();
        let histories = self.histories.entry(kind.to_owned()).or_default();
        histories.add(
            &name,
            held.history.len() as u64,
            (name.len() + bytes) as u64,
        );
        let logged = held
            .history
            .iter()
            .filter(|past| self.log.records > 0 && past.seq >= self.oldest);
        let logged = logged.map(|past| {
            if copies_log {
                past.text.len()
            } else {
                name.len()
            }
        });
        self.log.bytes += logged.sum::<usize>() as u64;
        for index in held.indexes {
            let (places, bytes) = self.indexes.entry(index.0).or_default();
            *places += 1;
            *bytes += name.len() as u64;
        }
    }

    fn into_kinds(self) -> Vec<Kind> {
        let mut index = Kind::default();
        for (name, (places, bytes)) in &self.indexes {
            index.add(name, *places, *bytes);
        }
        let named = |kinds: BTreeMap<String, Kind>, more: &'static str| {
            kinds.into_iter().map(move |(name, kind)| Kind {
                kind: format!("{name}{more}"),
                ..kind
            })
        };
        let rest = [("index", index), ("log", self.log), ("once", self.once)];
        let rest = rest.map(|(name, kind)| Kind {
            kind: name.to_owned(),
            ..kind
        });
        named(self.documents, "")
            .chain(named(self.histories, " history"))
            .chain(rest)
            .collect()
    }
}

fn print(kinds: &[Kind]) {
    let mut table = Table::new(&[
        ("KIND", Fit::Whole),
        ("RECORDS", Fit::Number),
        ("BYTES", Fit::Number),
        ("LARGEST", Fit::Number),
        ("WHICH", Fit::Cut),
    ]);
    for kind in kinds {
        let (bytes, name) = match &kind.largest {
            Some(largest) => (HumanBytes(largest.bytes).to_string(), largest.name.clone()),
            None => ("–".to_owned(), String::new()),
        };
        let size = HumanBytes(kind.bytes).to_string();
        table.row([
            kind.kind.clone(),
            kind.records.to_string(),
            size,
            bytes,
            name,
        ]);
    }
    table.print(table::width());
}
