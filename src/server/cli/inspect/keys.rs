//! `inspect keys`: how much each kind of record occupies.

use super::{
    Failure, Result,
    output::{self, Format},
    source,
    table::{self, Fit, Table},
};
use crate::server::{
    config::{self, StoreConfig},
    services::document_kinds,
    store::{
        self,
        keys::OWN_DOCUMENT,
        open,
        snapshot::{Held, Record, Snapshot},
    },
};
use clap::Args;
use indicatif::HumanBytes;
use serde::Serialize;
use std::collections::BTreeMap;

/// Count stored records by kind: their number, bytes, and the largest.
///
/// `order` are the orders as they are now, `order history` their events, `index` the entries of orders in the lists by
/// status and supplier and of pizzerias by name, `restaurant`, `counter`, `menu` and `item` the profiles of pizzerias, what
/// holds there now, and their menus, `duty` the drivers that were switched on duty or off, `log` the events that clients can resume
/// from, `once` the answers that are kept for a day for requests with an `Idempotency-Key`. Bytes are those of names and
/// contents, without the engine's own. Everything is read once, which takes a while for a large store.
///
/// With --json each line is a kind: `kind`, `records`, `bytes`, and `largest` with its `name` and `bytes`, or null.
#[derive(Args)]
pub struct Keys {}

#[derive(Default, Serialize)]
struct IndexKind {
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

impl IndexKind {
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

/// The public API does not show it.
pub fn not_over_http() -> Failure {
    let why = "The public API does not show keys. Run this without --url where the store is.";
    Failure::Unreadable(why.to_owned())
}

pub async fn show(Keys {}: Keys, format: Format) -> Result<()> {
    let store = config::store()?;
    let snapshot = open::snapshot(&store, document_kinds::KINDS).await?;
    let head = snapshot.head.clone();
    source::check_schema(head.schema)?;
    let counting = tokio::task::spawn_blocking(move || count(snapshot)).await;
    let kinds = counting.map_err(|error| Failure::Unreadable(error.to_string()))??;
    if format == Format::Json {
        // The names of indexes contain those of suppliers.
        let texts = kinds.iter().flat_map(serde_json::to_string);
        texts.for_each(|text| output::line(output::plain_json(&text)));
        return Ok(());
    }
    print(&kinds);
    if let StoreConfig::Embedded(folder) = &store {
        let file = open::file(folder);
        if let Ok(metadata) = file.metadata() {
            output::line(format!(
                "\n{} is {} on the disk.",
                file.display(),
                HumanBytes(metadata.len())
            ));
        }
    }
    output::note(format!(
        "{} store of version {}, at {}",
        head.engine, head.schema, head.cursor
    ));
    Ok(())
}

fn count(snapshot: Snapshot) -> store::Result<Vec<IndexKind>> {
    let log_format = match snapshot.head.engine.as_str() {
        "redis" => LogFormat::Texts,
        _ => LogFormat::Names,
    };
    let mut counted = Counted::default();
    for record in snapshot {
        match record? {
            Record::LogEntry { seq, .. } => {
                counted.log.records += 1;
                // They come newest first.
                counted.oldest = seq;
            }
            Record::Total { .. } => {}
            Record::Document(held) => counted.add(held, log_format),
            Record::Idempotency(once) => {
                counted
                    .idempotency
                    .add(&once.name, 1, (once.name.len() + once.text.len()) as u64);
            }
        }
    }
    Ok(counted.into_kinds())
}

/// What an engine's log holds of its entries.
#[derive(Clone, Copy)]
enum LogFormat {
    Texts,
    Names,
}

#[derive(Default)]
struct Counted {
    /// By the kind of document.
    documents: BTreeMap<String, IndexKind>,
    histories: BTreeMap<String, IndexKind>,
    /// The entries of each index, and their bytes.
    indexes: BTreeMap<String, (u64, u64)>,
    log: IndexKind,
    /// The number of the log's oldest entry.
    oldest: u64,
    idempotency: IndexKind,
}

impl Counted {
    fn add(&mut self, held: Held, log_format: LogFormat) {
        let name = held.key.0;
        let kind = name.strip_prefix(OWN_DOCUMENT).unwrap_or(&name);
        let kind = kind.split(':').next().unwrap_or_default();
        if let Some(text) = &held.text {
            let documents = self.documents.entry(kind.to_owned()).or_default();
            documents.add(&name, 1, (name.len() + text.len()) as u64);
        }
        let bytes: usize = held.history.iter().map(|past| past.text.len()).sum();
        if !held.history.is_empty() {
            let histories = self.histories.entry(kind.to_owned()).or_default();
            histories.add(
                &name,
                held.history.len() as u64,
                (name.len() + bytes) as u64,
            );
        }
        let is_logged = |seq: u64| self.log.records > 0 && seq >= self.oldest;
        let logged = held.history.iter().filter(|past| is_logged(past.seq));
        let logged = logged.map(|past| match log_format {
            LogFormat::Texts => past.text.len(),
            LogFormat::Names => name.len(),
        });
        let logged = logged.sum::<usize>();
        self.log.bytes += logged as u64;
        for index in held.indexes {
            let (entries, bytes) = self.indexes.entry(index.0).or_default();
            *entries += 1;
            *bytes += name.len() as u64;
        }
    }

    fn into_kinds(self) -> Vec<IndexKind> {
        let mut index = IndexKind::default();
        for (name, (entries, bytes)) in &self.indexes {
            index.add(name, *entries, *bytes);
        }
        let named = |kinds: BTreeMap<String, IndexKind>, more: &'static str| {
            kinds.into_iter().map(move |(name, kind)| IndexKind {
                kind: format!("{name}{more}"),
                ..kind
            })
        };
        let rest = [
            ("index", index),
            ("log", self.log),
            ("once", self.idempotency),
        ];
        let rest = rest.map(|(name, kind)| IndexKind {
            kind: name.to_owned(),
            ..kind
        });
        named(self.documents, "")
            .chain(named(self.histories, " history"))
            .chain(rest)
            .collect()
    }
}

fn print(kinds: &[IndexKind]) {
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
