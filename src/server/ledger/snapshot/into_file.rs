//! Puts what a snapshot holds into an embedded file: a new one, made beside the old one, which it replaces at the end.

use super::{Contents, Head, Held, Record, Remembered};
use crate::{
    domain::Cursor,
    server::{
        ledger::{
            IndexChange, Result, StoreError,
            embedded::{
                DOCUMENTS, ENDS, HISTORY, LOG, META, ONCE, apply_index, broken, create, guarded,
                make_tables, named,
            },
            fresh_epoch,
            witness::Witness,
        },
        now,
    },
};
use redb::{
    Database, DatabaseError, ReadableDatabase, ReadableTableMetadata, TableError, WriteTransaction,
};
use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
};

/// Records in one transaction.
const GROUP: usize = 1_000;

pub struct IntoFile {
    file: PathBuf,
    /// What is there now. As long as it is open no server takes it.
    old: Database,
    /// Since when another restore into it has not ended.
    was_restoring: Option<String>,
    new: Option<Made>,
}

/// The file that is being made.
struct Made {
    path: PathBuf,
    database: Database,
    waiting: Vec<Record>,
    end: Cursor,
    /// The oldest number that the log keeps.
    oldest: u64,
}

impl IntoFile {
    /// Opens the file that shall be replaced, or makes an empty one.
    pub fn open(file: &Path) -> Result<IntoFile> {
        guarded(file, || {
            let old = open_alone(file)?;
            let was_restoring = contents(&old)?.restoring;
            Ok(IntoFile {
                file: file.to_owned(),
                old,
                was_restoring,
                new: None,
            })
        })
    }

    pub fn contents(&self) -> Result<Contents> {
        contents(&self.old)
    }

    /// From here on no server starts on this file until the restore has ended.
    pub fn begin(&mut self, head: &Head, retention: u64) -> Result<()> {
        let epoch = fresh_epoch();
        let txn = self.old.begin_write().map_err(broken)?;
        make_tables(&txn, &epoch).map_err(broken)?;
        mark(&txn).map_err(broken)?;
        txn.commit().map_err(broken)?;

        let path = made_beside(&self.file);
        let gone = match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        gone.map_err(|error| named(&path, &error))?;
        let database = create(&path).map_err(|error| named(&path, &error))?;
        let end = Cursor {
            epoch,
            seq: head.cursor.seq,
        };
        let txn = database.begin_write().map_err(broken)?;
        make_tables(&txn, &end.epoch).map_err(broken)?;
        set(&txn, "seq", &end.seq.to_string()).map_err(broken)?;
        set(&txn, "schema", &head.schema.to_string()).map_err(broken)?;
        txn.commit().map_err(broken)?;
        let oldest = (end.seq + 1).saturating_sub(retention);
        self.new = Some(Made {
            path,
            database,
            waiting: Vec::new(),
            end,
            oldest,
        });
        Ok(())
    }

    /// Leaves everything as it was before it began.
    pub fn abandon(&mut self) -> Result<()> {
        self.new = None;
        // The room that it takes may be what is missing.
        let _ = fs::remove_file(made_beside(&self.file));
        if self.was_restoring.is_some() {
            return Ok(());
        }
        let txn = self.old.begin_write().map_err(broken)?;
        let mut meta = txn.open_table(META).map_err(broken)?;
        meta.remove("restoring").map_err(broken)?;
        drop(meta);
        txn.commit().map_err(broken)
    }

    pub fn put(&mut self, record: Record) -> Result<()> {
        let made = self.new.as_mut().ok_or_else(not_begun)?;
        made.waiting.push(record);
        match made.waiting.len() < GROUP {
            true => Ok(()),
            false => made.write().map_err(broken),
        }
    }

    /// Puts the new file in the place of the old one, and tells where it ends.
    pub fn finish(&mut self) -> Result<Cursor> {
        let mut made = self.new.take().ok_or_else(not_begun)?;
        made.write().map_err(broken)?;
        let Made {
            path,
            database,
            end,
            ..
        } = made;
        // Everything in it has been synced by its last transaction, and is again when it is closed.
        drop(database);
        let replace = || {
            let (old, new) = (fs::metadata(&self.file)?, fs::metadata(&path)?);
            // Before it may be read by others.
            if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
                chown(&path, Some(old.uid()), Some(old.gid()))?;
            }
            fs::set_permissions(&path, old.permissions())?;
            File::open(&path)?.sync_all()?;
            fs::rename(&path, &self.file)?;
            File::open(self.file.parent().unwrap_or(Path::new(".")))?.sync_all()?;
            Ok(old)
        };
        let old = replace().map_err(|error: io::Error| named(&self.file, &error))?;
        note_end(&self.file, &end, &old);
        Ok(end)
    }
}

impl Made {
    fn write(&mut self) -> std::result::Result<(), redb::Error> {
        let txn = self.database.begin_write()?;
        for record in self.waiting.drain(..) {
            match record {
                Record::Document(held) => document(&txn, &held, self.oldest)?,
                Record::Once(remembered) => once(&txn, &remembered)?,
                // These follow from the documents.
                Record::Logged { .. } | Record::Total { .. } => {}
            }
        }
        Ok(txn.commit()?)
    }
}

fn document(
    txn: &WriteTransaction,
    held: &Held,
    oldest: u64,
) -> std::result::Result<(), redb::Error> {
    let key = held.key.0.as_str();
    if let Some(text) = &held.text {
        txn.open_table(DOCUMENTS)?.insert(key, text.as_str())?;
    }
    for index in &held.indexes {
        apply_index(txn, &IndexChange::In(index.clone(), held.key.clone()))?;
    }
    let (mut log, mut history) = (txn.open_table(LOG)?, txn.open_table(HISTORY)?);
    for past in &held.history {
        history.insert((key, past.seq), past.text.as_str())?;
        if past.seq >= oldest.max(1) {
            log.insert(past.seq, key)?;
        }
    }
    Ok(())
}

fn once(txn: &WriteTransaction, once: &Remembered) -> std::result::Result<(), redb::Error> {
    if once.until > now().millis() {
        let (name, until) = (once.name.as_str(), once.until);
        txn.open_table(ONCE)?
            .insert(name, (until, once.text.as_str()))?;
        txn.open_table(ENDS)?.insert((until, name), ())?;
    }
    Ok(())
}

fn contents(old: &Database) -> Result<Contents> {
    let txn = old.begin_read().map_err(broken)?;
    // A file that has just been made has no tables.
    let there = |found| match found {
        Err(TableError::TableDoesNotExist(_)) => Ok(0),
        found => found.map_err(broken),
    };
    let documents = txn.open_table(DOCUMENTS).and_then(|table| Ok(table.len()?));
    let events = txn.open_table(HISTORY).and_then(|table| Ok(table.len()?));
    let restoring = match txn.open_table(META) {
        Err(TableError::TableDoesNotExist(_)) => None,
        meta => meta
            .map_err(broken)?
            .get("restoring")
            .map_err(broken)?
            .map(|since| since.value().to_owned()),
    };
    Ok(Contents {
        documents: there(documents)?,
        events: there(events)?,
        restoring,
        is_foreign: false,
    })
}

/// Writes beside a file where it ends now. Without it the next server begins one more history, and that is all.
pub(super) fn note_end(file: &Path, end: &Cursor, about: &Metadata) {
    let _ = Witness::open(file, end).and_then(|(witness, _)| {
        // The command may run under another account than the server.
        let _ = witness.give_to(about.uid(), about.gid());
        witness.write(end)
    });
}

/// Opens the file, or makes an empty one, unless a server holds it.
pub(super) fn open_alone(file: &Path) -> Result<Database> {
    match create(file) {
        Err(DatabaseError::DatabaseAlreadyOpen) => {
            let why = format!("{}: a server holds it. Stop it first", file.display());
            Err(StoreError::Broken(why))
        }
        opened => opened.map_err(|error| named(file, &error)),
    }
}

fn mark(txn: &WriteTransaction) -> std::result::Result<(), redb::Error> {
    set(txn, "restoring", &now().to_string())
}

pub(super) fn set(
    txn: &WriteTransaction,
    name: &str,
    value: &str,
) -> std::result::Result<(), redb::Error> {
    txn.open_table(META)?.insert(name, value)?;
    Ok(())
}

fn made_beside(file: &Path) -> PathBuf {
    file.with_extension("redb.new")
}

pub(super) fn not_begun() -> StoreError {
    StoreError::Broken("nothing has been begun".to_owned())
}
