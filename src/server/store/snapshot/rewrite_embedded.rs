//! Rewrites records of an embedded file in place, in one transaction: all of them, or none.

use super::{Held, Record, Snapshot, StoredRecord, from_file};
use crate::{
    domain::Cursor,
    server::store::{
        Result,
        embedded::{
            file::{guarded, open_exclusively},
            rollback_guard::record_end,
            tables::{DOCUMENTS, DbResult, HISTORY, META, ONCE, broken, cursor, set_meta},
        },
        fresh_epoch,
    },
};
use redb::{Database, ReadableDatabase, WriteTransaction};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

pub struct RewriteFile {
    file: PathBuf,
    txn: WriteTransaction,
}

impl RewriteFile {
    /// Opens a file that no server has open, with a snapshot of it. No server can open it meanwhile.
    pub fn open(file: &Path) -> Result<(RewriteFile, Snapshot)> {
        guarded(file, || {
            let database: Arc<Database> = open_exclusively(file)?.into();
            let before = database.begin_read().map_err(broken)?;
            let snapshot = from_file(before, database.clone(), file)?;
            let txn = database.begin_write().map_err(broken)?;
            let file = file.to_owned();
            Ok((RewriteFile { file, txn }, snapshot))
        })
    }

    pub fn put(&mut self, record: &Record) -> Result<()> {
        match record {
            Record::Document(held) => document(&self.txn, held),
            Record::Idempotency(stored) => idempotency_record(&self.txn, stored),
            Record::LogEntry { .. } | Record::Total { .. } => Ok(()),
        }
        .map_err(broken)
    }

    /// Sets the schema version, begins a new epoch, and returns where the store ends.
    pub fn finish(self, schema: u32) -> Result<Cursor> {
        let RewriteFile { file, txn } = self;
        let begin = |txn: &WriteTransaction| {
            set_meta(txn, "epoch", &fresh_epoch().to_string())?;
            set_meta(txn, "schema", &schema.to_string())?;
            cursor(&txn.open_table(META)?)
        };
        let end = begin(&txn).map_err(broken)?;
        txn.commit().map_err(broken)?;
        if let Ok(about) = fs::metadata(&file) {
            record_end(&file, &end, &about);
        }
        Ok(end)
    }
}

fn document(txn: &WriteTransaction, held: &Held) -> DbResult<()> {
    let key = held.key.0.as_str();
    if let Some(text) = &held.text {
        txn.open_table(DOCUMENTS)?.insert(key, text.as_str())?;
    }
    let mut history = txn.open_table(HISTORY)?;
    for past in &held.history {
        history.insert((key, past.seq), past.text.as_str())?;
    }
    Ok(())
}

fn idempotency_record(txn: &WriteTransaction, stored: &StoredRecord) -> DbResult<()> {
    txn.open_table(ONCE)?
        .insert(stored.name.as_str(), (stored.expires, stored.text.as_str()))?;
    Ok(())
}
