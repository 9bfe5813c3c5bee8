//! The tables of the embedded file, and the reads and writes of single ones. It knows transactions, not files.

use super::trace_cache::TraceCache;
use crate::{
    domain::{Cursor, Epoch},
    server::store::{
        Index, Key, LogEntry, LogRead, Page, Query, StoreError, Trouble, TroubleKind, schema,
    },
};
use redb::{Database, ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};
use std::{collections::BTreeMap, io};

pub const DOCUMENTS: TableDefinition<&str, &str> = TableDefinition::new("documents");
pub const INDEXES: TableDefinition<(&str, &str), ()> = TableDefinition::new("indexes");
/// The number of keys in each index.
pub const TOTALS: TableDefinition<&str, u64> = TableDefinition::new("totals");
/// Entries of the log, by the document that they are about and their number.
pub const HISTORY: TableDefinition<(&str, u64), &str> = TableDefinition::new("history");
/// The log: the document that each entry is about. It holds only the entries that can be resumed from.
pub const LOG: TableDefinition<u64, &str> = TableDefinition::new("log");
/// The records of named batches: when each expires (milliseconds since 1970), and its text.
pub const ONCE: TableDefinition<&str, (i64, &str)> = TableDefinition::new("once");
/// The same names, by when they expire.
pub const ENDS: TableDefinition<(i64, &str), ()> = TableDefinition::new("once_ends");
/// `epoch`, `seq` (the newest entry's number), `schema`; and `restoring` (when the restore began), while a restore is in
/// progress.
pub const META: TableDefinition<&str, &str> = TableDefinition::new("meta");

/// The result of an operation of the database library.
pub type DbResult<T> = std::result::Result<T, redb::Error>;

pub fn broken(error: impl Into<redb::Error>) -> StoreError {
    match error.into() {
        // The stored data is intact.
        redb::Error::Io(error) => disk_trouble(&error).into(),
        error @ redb::Error::PreviousIo => TroubleKind::DiskFailed.because(error).into(),
        error => StoreError::Broken(error.to_string()),
    }
}

/// What an error of the file system means for the store.
pub fn disk_trouble(error: &io::Error) -> Trouble {
    use io::ErrorKind as K;
    let kind = match error.kind() {
        K::StorageFull | K::QuotaExceeded | K::FileTooLarge => TroubleKind::StoreFull,
        K::ReadOnlyFilesystem => TroubleKind::ReadOnly,
        K::PermissionDenied => TroubleKind::NotAllowed,
        _ => TroubleKind::DiskFailed,
    };
    kind.because(format_args!("the disk: {error}"))
}

/// Creates the tables and metadata that a new file lacks, and returns where its log ends.
pub fn create_tables(txn: &WriteTransaction, epoch: &Epoch) -> DbResult<Cursor> {
    // To open a table creates it.
    txn.open_table(DOCUMENTS)?;
    txn.open_table(INDEXES)?;
    txn.open_table(TOTALS)?;
    txn.open_table(HISTORY)?;
    txn.open_table(LOG)?;
    txn.open_table(ONCE)?;
    txn.open_table(ENDS)?;
    let mut meta = txn.open_table(META)?;
    if meta.get("epoch")?.is_none() {
        meta.insert("epoch", epoch.to_string().as_str())?;
        meta.insert("seq", "0")?;
        meta.insert("schema", schema::SCHEMA.to_string().as_str())?;
    }
    cursor(&meta)
}

/// Where the log ends.
pub fn cursor(meta: &impl ReadableTable<&'static str, &'static str>) -> DbResult<Cursor> {
    let missing = |what: &str| redb::Error::Corrupted(format!("the file has no {what}"));
    let epoch = meta
        .get("epoch")?
        .and_then(|e| Epoch::new(e.value()))
        .ok_or_else(|| missing("epoch"))?;
    let seq = meta
        .get("seq")?
        .and_then(|s| s.value().parse().ok())
        .ok_or_else(|| missing("sequence"))?;
    Ok(Cursor { epoch, seq })
}

pub fn schema_version(meta: &impl ReadableTable<&'static str, &'static str>) -> DbResult<u32> {
    let stored = meta.get("schema")?;
    let stored = stored.as_ref().map(|stored| stored.value());
    let epoch = meta.get("epoch")?;
    let epoch = epoch.as_ref().map(|epoch| epoch.value());
    schema::read(stored, epoch).map_err(|error| redb::Error::Corrupted(error.to_string()))
}

/// When the restore that is in progress began.
pub fn restoring_since(
    meta: &impl ReadableTable<&'static str, &'static str>,
) -> DbResult<Option<String>> {
    let since = meta.get("restoring")?;
    Ok(since.map(|since| since.value().to_owned()))
}

/// Sets a field of the metadata.
pub fn set_meta(txn: &WriteTransaction, name: &str, value: &str) -> DbResult<()> {
    txn.open_table(META)?.insert(name, value)?;
    Ok(())
}

/// Begins a new history: the same entries under another epoch.
pub fn begin_epoch(database: &Database, epoch: &Epoch) -> DbResult<Cursor> {
    let txn = database.begin_write()?;
    set_meta(&txn, "epoch", &epoch.to_string())?;
    let end = cursor(&txn.open_table(META)?)?;
    txn.commit()?;
    Ok(end)
}

pub fn page(txn: &ReadTransaction, query: &Query) -> DbResult<Page> {
    let (documents, indexes) = (txn.open_table(DOCUMENTS)?, txn.open_table(INDEXES)?);
    let index = query.index.0.as_str();
    // The index of exactly this name, and no key of the next one.
    let keys = match &query.before {
        Some(key) => indexes.range((index, "")..(index, key.0.as_str()))?,
        None => indexes.range((index, "")..(format!("{index}\0").as_str(), ""))?,
    };
    let mut page = Page {
        total: txn.open_table(TOTALS)?.get(index)?.map_or(0, |n| n.value()),
        ..Page::default()
    };
    let mut last = None;
    for (read, entry) in keys.rev().enumerate() {
        if read == query.limit {
            page.next = last.map(Key);
            break;
        }
        let entry = entry?.0;
        let key = entry.value().1;
        if let Some(text) = documents.get(key)? {
            page.documents.push(text.value().into());
        }
        last = Some(key.to_owned());
    }
    Ok(page)
}

/// The highest key of an index, if that is `from` or above it.
pub fn highest_from(
    indexes: &impl ReadableTable<(&'static str, &'static str), ()>,
    Index(index): &Index,
    Key(from): &Key,
) -> DbResult<Option<Key>> {
    let end = format!("{index}\0");
    let mut keys = indexes.range((index.as_str(), from.as_str())..(end.as_str(), ""))?;
    let highest = keys.next_back().transpose()?;
    Ok(highest.map(|(entry, _)| Key(entry.value().1.to_owned())))
}

/// At most `limit` entries of the log after a cursor.
pub fn read_log(
    txn: &ReadTransaction,
    after: &Cursor,
    limit: usize,
    traces: &TraceCache,
) -> DbResult<LogRead> {
    let head = cursor(&txn.open_table(META)?)?;
    if head.epoch != after.epoch || head.seq < after.seq {
        return Ok(LogRead::CursorExpired);
    }
    let (log, history) = (txn.open_table(LOG)?, txn.open_table(HISTORY)?);
    let mut entries = Vec::new();
    for entry in log.range(after.seq + 1..)?.take(limit) {
        let (seq, about) = entry?;
        // Where the entry after the cursor is missing, it has been trimmed.
        if seq.value() != after.seq + 1 + entries.len() as u64 {
            return Ok(LogRead::CursorExpired);
        }
        let Some(text) = history.get((about.value(), seq.value()))? else {
            return Ok(LogRead::CursorExpired);
        };
        entries.push(LogEntry {
            text: text.value().into(),
            trace: traces.get(seq.value()),
        });
    }
    let trimmed = entries.is_empty() && head.seq > after.seq && limit > 0;
    Ok(match trimmed {
        true => LogRead::CursorExpired,
        false => LogRead::Entries(entries),
    })
}

/// Counts the keys of each index again, and replaces the totals.
pub fn recount(database: &Database) -> DbResult<()> {
    let txn = database.begin_write()?;
    {
        let (indexes, mut totals) = (txn.open_table(INDEXES)?, txn.open_table(TOTALS)?);
        let mut counted: BTreeMap<String, u64> = BTreeMap::new();
        for entry in indexes.iter()? {
            let entry = entry?.0;
            *counted.entry(entry.value().0.to_owned()).or_default() += 1;
        }
        totals.retain(|_, _| false)?;
        for (index, total) in counted {
            totals.insert(index.as_str(), total)?;
        }
    }
    Ok(txn.commit()?)
}
