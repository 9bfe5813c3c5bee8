//! Reads a snapshot of an embedded file: everything that one read transaction sees.

use super::{
    Head, Held, Past, Record, RecordSink, Snapshot, StoredRecord, fingerprint,
    placements::Placements,
};
use crate::server::{
    clock::now,
    store::{
        Index, Key, ReadOnly, Result, StoreError, Unreadable,
        embedded::{
            file::{guarded, read_only},
            tables::{
                DOCUMENTS, DbResult, HISTORY, INDEXES, LOG, META, ONCE, TOTALS, broken, cursor,
                restoring_since, schema_version,
            },
        },
    },
};
use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata, TableError};
use std::path::Path;

/// An embedded file that was opened for a snapshot.
pub enum Opened {
    Free(Snapshot),
    /// A server holds it.
    Taken,
}

/// Opens an existing file, and changes nothing in it.
pub fn open_file(file: &Path) -> Result<Opened> {
    let first_read = |database: &ReadOnly| {
        let txn = database.begin_read().map_err(broken)?;
        head(&txn).map_err(broken)?;
        Ok(txn)
    };
    match read_only(file, first_read) {
        Ok((database, txn)) => Ok(Opened::Free(from_file(txn, database, file)?)),
        Err(Unreadable::Held) => Ok(Opened::Taken),
        Err(Unreadable::Broken(error)) => Err(error),
    }
}

/// Streams what a transaction sees. The stream keeps `database` open.
pub fn from_file(
    txn: ReadTransaction,
    database: impl Send + 'static,
    file: &Path,
) -> Result<Snapshot> {
    let (mut snapshot, sink) = Snapshot::new(head(&txn).map_err(broken)?);
    let file = file.to_owned();
    let reader = std::thread::Builder::new()
        .name("snapshot".to_owned())
        .spawn(move || {
            sink.run(|sink| guarded(&file, || stream(&txn, sink)));
            drop(txn);
            drop(database);
        })
        .map_err(|error| StoreError::Broken(error.to_string()))?;
    snapshot.reader = Some(reader);
    Ok(snapshot)
}

fn head(txn: &ReadTransaction) -> DbResult<Head> {
    let meta = txn.open_table(META)?;
    Ok(Head {
        engine: "embedded".to_owned(),
        cursor: cursor(&meta)?,
        schema: schema_version(&meta)?,
        at: now(),
        documents: txn.open_table(DOCUMENTS)?.len()?,
        restoring: restoring_since(&meta)?,
    })
}

fn stream(txn: &ReadTransaction, sink: &RecordSink) -> Result<()> {
    log(txn, sink)?;
    for total in open(txn.open_table(TOTALS))?.iter().map_err(broken)? {
        let (index, keys) = total.map_err(broken)?;
        let index = Index(index.value().to_owned());
        let keys = keys.value();
        sink.put(Record::Total { index, keys })?;
    }
    documents(txn, sink)?;
    for stored in open(txn.open_table(ONCE))?.iter().map_err(broken)? {
        let (name, stored) = stored.map_err(broken)?;
        let (expires, text) = stored.value();
        sink.put(Record::Idempotency(StoredRecord {
            name: name.value().to_owned(),
            expires,
            text: text.to_owned(),
        }))?;
    }
    Ok(())
}

fn open<T>(table: std::result::Result<T, TableError>) -> Result<T> {
    table.map_err(broken)
}

fn log(txn: &ReadTransaction, sink: &RecordSink) -> Result<()> {
    let (log, history) = (open(txn.open_table(LOG))?, open(txn.open_table(HISTORY))?);
    for entry in log.iter().map_err(broken)?.rev() {
        let (seq, about) = entry.map_err(broken)?;
        let seq = seq.value();
        let text = history.get((about.value(), seq)).map_err(broken)?;
        let fingerprint = text.map(|text| fingerprint(text.value()));
        sink.put(Record::LogEntry { seq, fingerprint })?;
    }
    Ok(())
}

fn documents(txn: &ReadTransaction, sink: &RecordSink) -> Result<()> {
    let documents = open(txn.open_table(DOCUMENTS))?;
    let history = open(txn.open_table(HISTORY))?;
    for (key, indexes) in placements(txn).map_err(broken)?.into_sorted() {
        let text = documents.get(key.as_str()).map_err(broken)?;
        let text = text.map(|text| text.value().to_owned());
        let mut past = Vec::new();
        let entries = history.range((key.as_str(), 0)..=(key.as_str(), u64::MAX));
        for entry in entries.map_err(broken)? {
            let (at, text) = entry.map_err(broken)?;
            past.push(Past {
                seq: at.value().1,
                text: text.value().to_owned(),
            });
        }
        sink.put(Record::Document(Held {
            key: Key(key),
            text,
            indexes,
            history: past,
        }))?;
    }
    Ok(())
}

/// The keys of all documents, also of those of which only a history or an index entry is left.
fn placements(txn: &ReadTransaction) -> DbResult<Placements> {
    let mut placements = Placements::default();
    for document in txn.open_table(DOCUMENTS)?.iter()? {
        placements.add_document(document?.0.value());
    }
    for entry in txn.open_table(HISTORY)?.iter()? {
        placements.add_document(entry?.0.value().0);
    }
    for entry in txn.open_table(INDEXES)?.iter()? {
        let entry = entry?.0;
        let (index, key) = entry.value();
        placements.add_to_index(index, key);
    }
    Ok(placements)
}
