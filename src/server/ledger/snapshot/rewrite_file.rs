//! Rewrites records of an embedded file where they are, in one transaction: all of them, or none.

use super::{
    Held, Record, Remembered, Snapshot, from_file,
    into_file::{note_end, open_alone, set},
};
use crate::{
    domain::Cursor,
    server::ledger::{
        Result,
        embedded::{DOCUMENTS, HISTORY, META, ONCE, broken, cursor, guarded},
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
    /// Opens a file that no server holds, for this alone; with everything that is in it.
    pub fn open(file: &Path) -> Result<(RewriteFile, Snapshot)> {
        guarded(file, || {
            let database: Arc<Database> = open_alone(file)?.into();
            let seen = database.begin_read().map_err(broken)?;
            let snapshot = from_file(seen, database.clone(), file)?;
            let txn = database.begin_write().map_err(broken)?;
            let file = file.to_owned();
            Ok((RewriteFile { file, txn }, snapshot))
        })
    }

    pub fn put(&mut self, record: &Record) -> Result<()> {
        match record {
            Record::Document(held) => document(&self.txn, held),
            Record::Once(remembered) => once(&self.txn, remembered),
            Record::Logged { .. } | Record::Total { .. } => Ok(()),
        }
        .map_err(broken)
    }

    /// Begins a new history of this shape, and returns where it ends.
    pub fn finish(self, schema: u32) -> Result<Cursor> {
        let RewriteFile { file, txn } = self;
        let begin = |txn: &WriteTransaction| {
            set(txn, "epoch", &fresh_epoch().to_string())?;
            set(txn, "schema", &schema.to_string())?;
            cursor(&txn.open_table(META)?)
        };
        let end = begin(&txn).map_err(broken)?;
        txn.commit().map_err(broken)?;
        if let Ok(about) = fs::metadata(&file) {
            note_end(&file, &end, &about);
        }
        Ok(end)
    }
}

fn document(txn: &WriteTransaction, held: &Held) -> std::result::Result<(), redb::Error> {
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

fn once(txn: &WriteTransaction, once: &Remembered) -> std::result::Result<(), redb::Error> {
    let stored = (once.until, once.text.as_str());
    txn.open_table(ONCE)?.insert(once.name.as_str(), stored)?;
    Ok(())
}
