//! Restores a snapshot into an embedded file: a new file beside the old one, which it replaces at the end.

use super::{Contents, Head, Held, Record, StoredRecord, not_begun};
use crate::{
    domain::{Cursor, Epoch},
    server::{
        clock::now,
        store::{
            IndexChange, Result,
            embedded::{
                file::{create, guarded, named, open_exclusively},
                open_tables::OpenTables,
                rollback_guard::record_end,
                tables::{
                    DOCUMENTS, DbResult, HISTORY, META, broken, create_tables, restoring_since,
                    set_meta,
                },
            },
            fresh_epoch,
            keys::OWN_DOCUMENT,
        },
    },
};
use redb::{Database, ReadableDatabase, ReadableTableMetadata, TableError};
use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
};

/// The number of records in one transaction.
const GROUP: usize = 1_000;

pub struct IntoFile {
    file: PathBuf,
    /// The present file. As long as it is open, no server can open it.
    old: Database,
    /// When an earlier restore into it began that has not ended.
    was_restoring: Option<String>,
    new: Option<NewFile>,
}

/// The file that is being written.
struct NewFile {
    path: PathBuf,
    database: Database,
    waiting: Vec<Record>,
    end: Cursor,
    /// The number of the oldest entry that stays in the log.
    oldest: u64,
}

impl IntoFile {
    /// Opens the file that is to be replaced, or creates an empty one.
    pub fn open(file: &Path) -> Result<IntoFile> {
        guarded(file, || {
            let old = open_exclusively(file)?;
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
        let end = Cursor {
            epoch: fresh_epoch(),
            seq: head.cursor.seq,
        };
        mark_restoring(&self.old, &end.epoch).map_err(broken)?;
        let path = new_file_beside(&self.file);
        let removed = match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        removed.map_err(|error| named(&path, &error))?;
        let (database, _) = create(&path).map_err(|error| named(&path, &error))?;
        prepare(&database, &end, head.schema).map_err(broken)?;
        let oldest = (end.seq + 1).saturating_sub(retention);
        self.new = Some(NewFile {
            path,
            database,
            waiting: Vec::new(),
            end,
            oldest,
        });
        Ok(())
    }

    /// Undoes everything since [`begin`](Self::begin).
    pub fn abandon(&mut self) -> Result<()> {
        self.new = None;
        // The disk may be full because of it.
        let _ = fs::remove_file(new_file_beside(&self.file));
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
        let new = self.new.as_mut().ok_or_else(not_begun)?;
        new.waiting.push(record);
        match new.waiting.len() < GROUP {
            true => Ok(()),
            false => new.write().map_err(broken),
        }
    }

    /// Replaces the old file with the new one, and returns where it ends.
    pub fn finish(&mut self) -> Result<Cursor> {
        let mut new = self.new.take().ok_or_else(not_begun)?;
        new.write().map_err(broken)?;
        let NewFile {
            path,
            database,
            end,
            ..
        } = new;
        // Its last transaction has synced everything; closing it syncs once more.
        drop(database);
        let old = replace(&self.file, &path).map_err(|error| named(&self.file, &error))?;
        record_end(&self.file, &end, &old);
        Ok(end)
    }
}

/// Moves `new` to `file`, with the owner and the permissions that `file` had.
fn replace(file: &Path, new: &Path) -> io::Result<Metadata> {
    let (old, about) = (fs::metadata(file)?, fs::metadata(new)?);
    // The owner first: with the old permissions other accounts may be able to read it.
    if (old.uid(), old.gid()) != (about.uid(), about.gid()) {
        chown(new, Some(old.uid()), Some(old.gid()))?;
    }
    fs::set_permissions(new, old.permissions())?;
    File::open(new)?.sync_all()?;
    fs::rename(new, file)?;
    File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(old)
}

impl NewFile {
    fn write(&mut self) -> DbResult<()> {
        let txn = self.database.begin_write()?;
        let mut tables = OpenTables::open(&txn)?;
        for record in self.waiting.drain(..) {
            match record {
                Record::Document(held) => document(&mut tables, &held, self.oldest)?,
                Record::Idempotency(stored) => idempotency_record(&mut tables, &stored)?,
                // These are derived from the documents.
                Record::LogEntry { .. } | Record::Total { .. } => {}
            }
        }
        tables.close()?;
        Ok(txn.commit()?)
    }
}

fn document(tables: &mut OpenTables, held: &Held, oldest: u64) -> DbResult<()> {
    let key = held.key.0.as_str();
    if let Some(text) = &held.text {
        tables.documents.insert(key, text.as_str())?;
    }
    for index in &held.indexes {
        tables.apply_index(&IndexChange::In(index.clone(), held.key.clone()))?;
    }
    for past in &held.history {
        tables.history.insert((key, past.seq), past.text.as_str())?;
        if past.seq >= oldest.max(1) {
            tables.log.insert(past.seq, key)?;
        }
    }
    Ok(())
}

fn idempotency_record(tables: &mut OpenTables, stored: &StoredRecord) -> DbResult<()> {
    if stored.expires > now().millis() {
        tables.insert_record(&stored.name, stored.expires, &stored.text)?;
    }
    Ok(())
}

fn contents(old: &Database) -> Result<Contents> {
    let txn = old.begin_read().map_err(broken)?;
    // A new file has no tables.
    let count = |found| match found {
        Err(TableError::TableDoesNotExist(_)) => Ok(0),
        found => found.map_err(broken),
    };
    let documents = txn.open_table(DOCUMENTS).and_then(|table| {
        let own = table.range(OWN_DOCUMENT..)?.take_while(|entry| {
            let entry = entry.as_ref();
            entry.is_ok_and(|(key, _)| key.value().starts_with(OWN_DOCUMENT))
        });
        Ok(table.len()? - own.count() as u64)
    });
    let events = txn.open_table(HISTORY).and_then(|table| Ok(table.len()?));
    let restoring = match txn.open_table(META) {
        Err(TableError::TableDoesNotExist(_)) => None,
        meta => restoring_since(&meta.map_err(broken)?).map_err(broken)?,
    };
    Ok(Contents {
        documents: count(documents)?,
        events: count(events)?,
        restoring,
        is_foreign: false,
    })
}

/// Marks a restore into the old file as in progress.
fn mark_restoring(old: &Database, epoch: &Epoch) -> DbResult<()> {
    let txn = old.begin_write()?;
    create_tables(&txn, epoch)?;
    set_meta(&txn, "restoring", &now().to_string())?;
    Ok(txn.commit()?)
}

/// Creates the tables of the new file.
fn prepare(new: &Database, end: &Cursor, schema: u32) -> DbResult<()> {
    let txn = new.begin_write()?;
    create_tables(&txn, &end.epoch)?;
    set_meta(&txn, "seq", &end.seq.to_string())?;
    set_meta(&txn, "schema", &schema.to_string())?;
    Ok(txn.commit()?)
}

fn new_file_beside(file: &Path) -> PathBuf {
    file.with_extension("redb.new")
}
