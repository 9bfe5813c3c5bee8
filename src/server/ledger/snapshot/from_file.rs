//! A snapshot of an embedded file: whatever one read transaction sees.

use super::{Head, Held, Out, Past, Places, Record, Remembered, Snapshot, print};
use crate::server::{
    ledger::{
        Index, Key, Result, StoreError, Unreadable,
        embedded::{
            DOCUMENTS, HISTORY, INDEXES, LOG, META, ONCE, ReadOnly, TOTALS, broken, cursor,
            guarded, read_only, schema,
        },
    },
    now,
};
use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata};
use std::path::Path;

/// A file, as it was found.
pub enum Opened {
    Free(Snapshot),
    /// A server holds it.
    Taken,
}

/// Opens a file that is there, and changes nothing in it.
pub fn open_file(file: &Path) -> Result<Opened> {
    let look = |database: &ReadOnly| {
        let txn = database.begin_read().map_err(broken)?;
        head(&txn).map_err(broken)?;
        Ok(txn)
    };
    match read_only(file, look) {
        Ok((database, txn)) => Ok(Opened::Free(from_file(txn, database, file)?)),
        Err(Unreadable::Held) => Ok(Opened::Taken),
        Err(Unreadable::Broken(error)) => Err(error),
    }
}

/// Streams what a transaction sees, and keeps its database open meanwhile.
pub fn from_file(
    txn: ReadTransaction,
    database: impl Send + 'static,
    file: &Path,
) -> Result<Snapshot> {
    let (mut snapshot, out) = Snapshot::new(head(&txn).map_err(broken)?);
    let file = file.to_owned();
    let reader = std::thread::Builder::new()
        .name("snapshot".to_owned())
        .spawn(move || {
            out.run(|out| guarded(&file, || stream(&txn, out)));
            drop(txn);
            drop(database);
        })
        .map_err(|error| StoreError::Broken(error.to_string()))?;
    snapshot.reader = Some(reader);
    Ok(snapshot)
}

fn head(txn: &ReadTransaction) -> std::result::Result<Head, redb::Error> {
    let meta = txn.open_table(META)?;
    let restoring = meta.get("restoring")?;
    Ok(Head {
        engine: "embedded".to_owned(),
        cursor: cursor(&meta)?,
        schema: schema(&meta)?,
        at: now(),
        documents: txn.open_table(DOCUMENTS)?.len()?,
        restoring: restoring.map(|since| since.value().to_owned()),
    })
}

fn stream(txn: &ReadTransaction, out: &Out) -> Result<()> {
    log(txn, out)?;
    for total in open(txn.open_table(TOTALS))?.iter().map_err(broken)? {
        let (index, keys) = total.map_err(broken)?;
        let index = Index(index.value().to_owned());
        let keys = keys.value();
        out.put(Record::Total { index, keys })?;
    }
    documents(txn, out)?;
    for once in open(txn.open_table(ONCE))?.iter().map_err(broken)? {
        let (name, stored) = once.map_err(broken)?;
        let (until, text) = stored.value();
        out.put(Record::Once(Remembered {
            name: name.value().to_owned(),
            until,
            text: text.to_owned(),
        }))?;
    }
    Ok(())
}

fn open<T>(table: std::result::Result<T, redb::TableError>) -> Result<T> {
    table.map_err(broken)
}

fn log(txn: &ReadTransaction, out: &Out) -> Result<()> {
    let (log, history) = (open(txn.open_table(LOG))?, open(txn.open_table(HISTORY))?);
    for entry in log.iter().map_err(broken)?.rev() {
        let (seq, about) = entry.map_err(broken)?;
        let seq = seq.value();
        let text = history.get((about.value(), seq)).map_err(broken)?;
        let print = text.map(|text| print(text.value()));
        out.put(Record::Logged { seq, print })?;
    }
    Ok(())
}

fn documents(txn: &ReadTransaction, out: &Out) -> Result<()> {
    let documents = open(txn.open_table(DOCUMENTS))?;
    let history = open(txn.open_table(HISTORY))?;
    let mut places = Places::default();
    for document in documents.iter().map_err(broken)? {
        places.note(document.map_err(broken)?.0.value());
    }
    for entry in history.iter().map_err(broken)? {
        places.note(entry.map_err(broken)?.0.value().0);
    }
    for entry in open(txn.open_table(INDEXES))?.iter().map_err(broken)? {
        let entry = entry.map_err(broken)?.0;
        let (index, key) = entry.value();
        places.list(index, key);
    }
    for (key, indexes) in places.into_sorted() {
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
        out.put(Record::Document(Held {
            key: Key(key),
            text,
            indexes,
            history: past,
        }))?;
    }
    Ok(())
}
