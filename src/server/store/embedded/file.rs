//! How the embedded file is opened, checked and protected: for writing, for reading alone, and where it is damaged.

use super::{
    overlay::MemoryOverlay,
    tables::{DbResult, META, broken, create_tables, cursor, restoring_since, schema_version},
};
use crate::{
    domain::{Cursor, Epoch},
    server::store::{Result, StoreError, schema},
};
use redb::{
    Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, TableError,
    WriteTransaction, backends::FileBackend,
};
use std::{
    cell::Cell,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    panic::{self, AssertUnwindSafe},
    path::Path,
    sync::{Arc, Once},
    time::{Duration, Instant},
};

/// How many bytes of the file are cached in memory. The library's default is a gigabyte.
const CACHE: usize = 64 * 1024 * 1024;
/// How long opening for writing waits for another writer, and waits silently for readers.
const OPEN_TIMEOUT: Duration = Duration::from_secs(2);
const RETRY_DELAY: Duration = Duration::from_millis(20);

/// A database that is open for reading alone.
pub type ReadOnly = dyn ReadableDatabase + Send + Sync;

/// Why a file cannot be opened for reading.
#[derive(Debug)]
pub enum Unreadable {
    /// A server has it open.
    Held,
    /// It does not exist, or is damaged.
    Broken(StoreError),
}

impl From<StoreError> for Unreadable {
    fn from(error: StoreError) -> Unreadable {
        Unreadable::Broken(error)
    }
}

/// A database that is open for writing, and its file.
pub type Opened = (Database, File);

/// Opens the file for writing, or creates it, readable by its owner alone because it holds addresses.
pub fn create(file: &Path) -> std::result::Result<Opened, DatabaseError> {
    let mut new = OpenOptions::new();
    match new.write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => open(file),
    }
}

/// Opens an existing file for writing. Waits for readers as long as they need, and for another writer at most
/// [`OPEN_TIMEOUT`].
pub fn open(file: &Path) -> std::result::Result<Opened, DatabaseError> {
    let (began, mut warned) = (Instant::now(), false);
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    loop {
        // Again by its path each time: a restore puts another file there.
        let opened = OpenOptions::new().read(true).write(true).open(file)?;
        let backend = FileBackend::new(opened.try_clone()?)?;
        match builder.create_with_backend(backend) {
            Err(DatabaseError::DatabaseAlreadyOpen) if !is_held(file) => {
                if !warned && began.elapsed() > OPEN_TIMEOUT {
                    tracing::warn!(file = %file.display(), "waiting: `verify`, `backup` or `inspect` reads in it");
                    warned = true;
                }
            }
            Err(DatabaseError::DatabaseAlreadyOpen) if began.elapsed() < OPEN_TIMEOUT => {}
            database => return Ok((database?, opened)),
        }
        std::thread::sleep(RETRY_DELAY);
    }
}

/// Opens an existing file, and runs the first read of it. Neither the file nor the rollback guard beside it changes; no
/// server can open it meanwhile.
pub fn read_only<T>(
    file: &Path,
    first_read: impl FnOnce(&ReadOnly) -> Result<T>,
) -> std::result::Result<(Arc<ReadOnly>, T), Unreadable> {
    check_not_empty(file)?;
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    let opened = guarded(file, || {
        let database: Arc<ReadOnly> = match builder.open_read_only(file) {
            Err(DatabaseError::DatabaseAlreadyOpen) => return Ok(None),
            // Its last writer was killed: the library repairs it in the overlay.
            Err(DatabaseError::RepairAborted) => {
                let overlay = MemoryOverlay::open(file).map_err(|error| named(file, &error))?;
                let opened = builder.create_with_backend(overlay);
                Arc::new(opened.map_err(|error| named(file, &error))?)
            }
            opened => Arc::new(opened.map_err(|error| named(file, &error))?),
        };
        let read = first_read(&*database).map_err(|error| named(file, &error))?;
        Ok(Some((database, read)))
    });
    opened?.ok_or(Unreadable::Held)
}

/// Whether a server has a file open.
pub fn is_held(file: &Path) -> bool {
    let try_open = || {
        let opened = Builder::new().open_read_only(file);
        Ok(matches!(opened, Err(DatabaseError::DatabaseAlreadyOpen)))
    };
    guarded(file, try_open).unwrap_or(false)
}

/// What a file's metadata says.
pub struct Checked {
    /// Where its log ends.
    pub end: Cursor,
    pub schema: u32,
    /// When the restore that is in progress began.
    pub restoring: Option<String>,
}

/// Reads and checks every page of a file, and changes none; `None` where the file has no tables yet. A file that a
/// server writes meanwhile looks damaged.
pub fn check(file: File) -> DbResult<Option<Checked>> {
    let mut builder = Database::builder();
    builder
        .set_cache_size(CACHE)
        .set_check_integrity_on_open(true);
    let database = builder.create_with_backend(MemoryOverlay::without_locks(file)?)?;
    let meta = match database.begin_read()?.open_table(META) {
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        meta => meta?,
    };
    Ok(Some(Checked {
        end: cursor(&meta)?,
        schema: schema_version(&meta)?,
        restoring: restoring_since(&meta)?,
    }))
}

/// Opens a file for a server: checks its schema version, creates what a new file needs, and returns where its log ends.
/// A file of another schema version is not changed.
pub fn open_for_server(file: &Path, epoch: &Epoch) -> Result<(Opened, Cursor)> {
    check_not_empty(file)?;
    guarded(file, || {
        let opened = create(file).map_err(|error| named(file, &error))?;
        let end = prepare(&opened.0, epoch).map_err(|error| named(file, &error))?;
        Ok((opened, end))
    })
}

/// Opens the file again that a server has had open, after a failure of its disk, and returns where its log ends.
pub fn reopen(file: &Path) -> Result<(Opened, Cursor)> {
    check_not_empty(file)?;
    guarded(file, || {
        let opened = open(file).map_err(broken)?;
        let txn = opened.0.begin_read().map_err(broken)?;
        let end = end_of(&txn).map_err(broken)?;
        Ok((opened, end))
    })
}

fn prepare(database: &Database, epoch: &Epoch) -> Result<Cursor> {
    let txn = database.begin_write().map_err(broken)?;
    let (version, restoring) = shape(&txn).map_err(broken)?;
    schema::check(version, restoring.as_deref())?;
    let end = create_tables(&txn, epoch).map_err(broken)?;
    txn.commit().map_err(broken)?;
    Ok(end)
}

fn shape(txn: &WriteTransaction) -> DbResult<(u32, Option<String>)> {
    let meta = txn.open_table(META)?;
    Ok((schema_version(&meta)?, restoring_since(&meta)?))
}

/// Opens a file that no server has open, or creates an empty one. An error where a server has it open.
pub fn open_exclusively(file: &Path) -> Result<Database> {
    match create(file) {
        Err(DatabaseError::DatabaseAlreadyOpen) => {
            let why = format!("{}: a server holds it. Stop it first", file.display());
            Err(StoreError::Broken(why))
        }
        opened => Ok(opened.map_err(|error| named(file, &error))?.0),
    }
}

/// Where the log ends that a transaction sees.
pub fn end_of(txn: &ReadTransaction) -> DbResult<Cursor> {
    cursor(&txn.open_table(META)?)
}

pub fn named(file: &Path, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Broken(format!("{}: {error}", file.display()))
}

/// An empty file is what a full disk or a failed copy leaves. A new store in its place would hide that.
fn check_not_empty(file: &Path) -> Result<()> {
    match fs::metadata(file) {
        Ok(about) if about.is_file() && about.len() == 0 => Err(StoreError::Broken(format!(
            "{} is empty: not a store; remove it to begin a new market",
            file.display()
        ))),
        _ => Ok(()),
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` on a file that may be damaged. On pages that the library has never written it panics; here that becomes
/// an error.
pub fn guarded<T>(file: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |why| match GUARDED.get() {
            true => tracing::debug!("{why}"),
            false => previous(why),
        }));
    });
    let before = GUARDED.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    let damaged = || {
        StoreError::Broken(format!(
            "{} is damaged: put a backup in its place (move it and market.end aside, then pizza-market restore)",
            file.display()
        ))
    };
    match done {
        // The library's message for damage that it detects itself.
        Ok(Err(StoreError::Broken(why))) if why.contains("DB corrupted: ") => Err(damaged()),
        Ok(done) => done,
        Err(_) => Err(damaged()),
    }
}
