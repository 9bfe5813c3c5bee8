//! The embedded engine: one redb file, one writer.
//!
//! A synced commit costs milliseconds, however much is in it. So the writer takes whatever has queued up
//! while the last sync ran, makes one transaction of it, syncs once, and only then answers everybody.

use super::aside::Aside;
use super::snapshot::{Snapshot, from_file};
use super::witness::Witness;
use super::{
    Batch, Durability, Health, Index, IndexChange, Key, Ledger, Listing, Logged, Outcome, Page,
    Query, Result, StoreError, Tail, Text, recall, remember, schema,
};
use crate::domain::{Cursor, Epoch};
use crate::server::now;
use async_trait::async_trait;
use redb::{
    Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable,
    TableDefinition, TableError, WriteTransaction,
};
use std::{
    cell::Cell,
    collections::{BTreeMap, VecDeque},
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, Once},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot, watch};

pub(super) const DOCUMENTS: TableDefinition<&str, &str> = TableDefinition::new("documents");
pub(super) const INDEXES: TableDefinition<(&str, &str), ()> = TableDefinition::new("indexes");
/// How many keys each index holds.
pub(super) const TOTALS: TableDefinition<&str, u64> = TableDefinition::new("totals");
/// Entries of the log, under the document that they are about.
pub(super) const HISTORY: TableDefinition<(&str, u64), &str> = TableDefinition::new("history");
/// The log: which document an entry is about. Only as many as can be resumed from.
pub(super) const LOG: TableDefinition<u64, &str> = TableDefinition::new("log");
/// What is remembered under the names of batches: until when (milliseconds since 1970), and what.
pub(super) const ONCE: TableDefinition<&str, (i64, &str)> = TableDefinition::new("once");
/// The same names, by when they are forgotten.
pub(super) const ENDS: TableDefinition<(i64, &str), ()> = TableDefinition::new("once_ends");
/// `epoch`, `seq`: the number of the newest entry, `schema`; and `restoring` (since when), while that goes on.
pub(super) const META: TableDefinition<&str, &str> = TableDefinition::new("meta");

/// What is kept of the file in memory. The library would take a gigabyte.
pub(super) const CACHE: usize = 64 * 1024 * 1024;
/// How long whoever opens the file waits for those who look into it.
const MOMENT: Duration = Duration::from_secs(2);
/// Commits in one transaction at most. More would make the first of them wait for nothing.
const GROUP: usize = 256;
/// Traces of entries that are remembered. Who follows the log is never so far behind for long.
const TRACES: usize = 2 * GROUP;

/// A file that is open for reading alone.
pub type ReadOnly = dyn ReadableDatabase + Send + Sync;

pub struct Embedded<D: ?Sized = Database> {
    file: PathBuf,
    database: Arc<D>,
    writer: mpsc::Sender<Job>,
    /// The thread that writes, if there is one.
    keeper: Option<JoinHandle<()>>,
    head: watch::Receiver<Cursor>,
    traces: Traces,
    /// Why nothing could be written last, if nothing could.
    trouble: watch::Receiver<Option<String>>,
}

/// Why a file cannot be read as it lies there.
#[derive(Debug)]
pub enum Unreadable {
    /// A server has it open.
    Held,
    /// It is not there, or damaged.
    Broken(StoreError),
}

impl From<DatabaseError> for Unreadable {
    fn from(error: DatabaseError) -> Unreadable {
        match error {
            DatabaseError::DatabaseAlreadyOpen => Unreadable::Held,
            error => Unreadable::Broken(broken(error)),
        }
    }
}

impl From<StoreError> for Unreadable {
    fn from(error: StoreError) -> Unreadable {
        Unreadable::Broken(error)
    }
}

/// Which traces the newest entries were written in, by their numbers. The file does not know.
#[derive(Clone, Default)]
struct Traces(Arc<Mutex<VecDeque<(u64, Text)>>>);

impl Traces {
    /// A batch is being written, up to `end`. Its numbers may have been those of others that were not written after
    /// all.
    fn note(&self, batch: &Batch, end: &Cursor) {
        let before = end.seq - batch.log.len() as u64;
        let mut all = self.all();
        while all.back().is_some_and(|(seq, _)| *seq > before) {
            all.pop_back();
        }
        let Some(trace) = &batch.trace else { return };
        all.extend((before + 1..=end.seq).map(|seq| (seq, trace.clone())));
        let over = all.len().saturating_sub(TRACES);
        all.drain(..over);
    }

    fn of(&self, seq: u64) -> Option<Text> {
        let all = self.all();
        let place = all.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
        Some(all[place].1.clone())
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<(u64, Text)>> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

struct Job {
    batch: Batch,
    answer: oneshot::Sender<Result<Outcome>>,
}

impl Embedded {
    /// Opens the file, or makes it. `epoch` names the history of a new file, or of one that is not the one that was
    /// left here; `retention` is how many entries of the log can be resumed from.
    pub fn open(file: &Path, epoch: Epoch, retention: u64) -> Result<Embedded> {
        not_empty(file)?;
        let (database, mut cursor) = guarded(file, || {
            let database = create(file).map_err(|error| named(file, &error))?;
            let cursor = prepare(&database, &epoch).map_err(|error| named(file, &error))?;
            Ok((Arc::new(database), cursor))
        })?;
        let (witness, same) = Witness::open(file, &cursor).map_err(|error| named(file, &error))?;
        if !same && cursor.seq > 0 {
            tracing::warn!("this store is not as it was left here: a new history begins");
            cursor = begin_history(&database, epoch).map_err(broken)?;
        }
        witness
            .write(&cursor)
            .map_err(|error| named(file, &error))?;
        let (head, moved) = watch::channel(cursor);
        let (failing, trouble) = watch::channel(None);
        let (writer, jobs) = mpsc::channel(GROUP * 4);
        let traces = Traces::default();
        let keeper = Writer {
            database: database.clone(),
            retention,
            head,
            traces: traces.clone(),
            witness,
            failing,
        };
        let keeper = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || keeper.run(jobs))
            .map_err(|e| StoreError::Broken(e.to_string()))?;
        Ok(Embedded {
            file: file.to_owned(),
            database,
            writer,
            keeper: Some(keeper),
            head: moved,
            traces,
            trouble,
        })
    }

    /// Everything that is stored, at this moment.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let txn = self.database.begin_read().map_err(broken)?;
        from_file(txn, self.database.clone(), &self.file)
    }

    /// Counts anew how many keys each index holds.
    pub async fn recount(&self) -> Result<()> {
        let database = self.database.clone();
        let task = tokio::task::spawn_blocking(move || recount(&database));
        task.await
            .map_err(|e| StoreError::Broken(e.to_string()))?
            .map_err(broken)
    }
}

impl Embedded<ReadOnly> {
    /// Opens the file for reading alone, see [`read_only`]: no commit is taken.
    pub fn look(file: &Path) -> std::result::Result<Embedded<ReadOnly>, Unreadable> {
        let (database, end) = read_only(file, |database| {
            let txn = database.begin_read().map_err(broken)?;
            let meta = txn.open_table(META).map_err(broken)?;
            cursor(&meta).map_err(broken)
        })?;
        // Nobody is there to write what is sent.
        let (writer, _) = mpsc::channel(1);
        Ok(Embedded {
            file: file.to_owned(),
            database,
            writer,
            keeper: None,
            head: watch::channel(end).1,
            traces: Traces::default(),
            trouble: watch::channel(None).1,
        })
    }
}

/// The file is closed in order, so that the next start need not put it in order first.
impl<D: ?Sized> Drop for Embedded<D> {
    fn drop(&mut self) {
        // The writer ends when nobody is left who could send it anything.
        self.writer = mpsc::channel(1).0;
        if let Some(keeper) = self.keeper.take() {
            // If it has panicked, that has been said.
            let _ = keeper.join();
        }
    }
}

impl<D: ReadableDatabase + Send + Sync + ?Sized + 'static> Embedded<D> {
    /// Runs a read on the pool for blocking work: a cold page comes from the disk.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(ReadTransaction) -> std::result::Result<T, redb::Error> + Send + 'static,
    ) -> Result<T> {
        let database = self.database.clone();
        let task = tokio::task::spawn_blocking(move || read(database.begin_read()?));
        task.await
            .map_err(|e| StoreError::Broken(e.to_string()))?
            .map_err(broken)
    }
}

#[async_trait]
impl<D: ReadableDatabase + Send + Sync + ?Sized + 'static> Ledger for Embedded<D> {
    async fn commit(&self, batch: Batch) -> Result<Outcome> {
        let (answer, answered) = oneshot::channel();
        let gone = || StoreError::Away("the writer has stopped".to_owned());
        self.writer
            .send(Job { batch, answer })
            .await
            .map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    async fn get(&self, key: &Key) -> Result<Option<Text>> {
        let key = key.clone();
        self.read(move |txn| {
            Ok(txn
                .open_table(DOCUMENTS)?
                .get(key.0.as_str())?
                .map(|text| text.value().into()))
        })
        .await
    }

    async fn remembered(&self, name: &str) -> Result<Option<Text>> {
        let name = name.to_owned();
        let stored = self.read(move |txn| {
            let once = txn.open_table(ONCE)?;
            let stored = once.get(name.as_str())?;
            let stored = stored.as_ref().map(|stored| stored.value());
            Ok(stored.and_then(|(end, stored)| (end > now().millis()).then(|| stored.to_owned())))
        });
        let stored = stored.await?;
        Ok(stored
            .map(|stored| recall(&stored))
            .transpose()?
            .map(|(text, _)| text))
    }

    async fn list(&self, queries: &[Query]) -> Result<Listing> {
        let queries = queries.to_vec();
        self.read(move |txn| {
            let pages = queries
                .iter()
                .map(|query| page(&txn, query))
                .collect::<std::result::Result<_, _>>()?;
            Ok(Listing {
                cursor: cursor(&txn.open_table(META)?)?,
                pages,
            })
        })
        .await
    }

    async fn history(&self, key: &Key) -> Result<Vec<Text>> {
        let key = key.clone();
        self.read(move |txn| {
            let history = txn.open_table(HISTORY)?;
            let entries = history.range((key.0.as_str(), 0)..=(key.0.as_str(), u64::MAX))?;
            entries.map(|entry| Ok(entry?.1.value().into())).collect()
        })
        .await
    }

    async fn after(&self, cursor: &Cursor, most: usize, wait: Duration) -> Result<Tail> {
        let mut head = self.head.clone();
        let more = head.wait_for(|head| head.epoch != cursor.epoch || head.seq > cursor.seq);
        // Nothing came in time: the answer below says so.
        let _ = tokio::time::timeout(wait, more).await;
        let (cursor, traces) = (cursor.clone(), self.traces.clone());
        self.read(move |txn| tail(&txn, &cursor, most, &traces))
            .await
    }

    fn health(&self) -> Health {
        let stopped = self.writer.is_closed();
        let trouble = stopped
            .then(|| "the writer has stopped".to_owned())
            .or_else(|| self.trouble.borrow().clone());
        Health {
            engine: "embedded",
            durability: Some(Durability::Fsync),
            trouble,
        }
    }
}

/// What a file says of itself.
pub struct Checked {
    /// Where its log ends.
    pub end: Cursor,
    pub schema: u32,
    /// Since when something is being restored into it.
    pub restoring: Option<String>,
}

/// Checks every page of a file, and changes none; `None` where nothing is stored in it yet. Reads the whole file. One
/// that a server writes meanwhile looks damaged.
pub fn check(file: File) -> std::result::Result<Option<Checked>, redb::Error> {
    let mut builder = Database::builder();
    builder
        .set_cache_size(CACHE)
        .set_check_integrity_on_open(true);
    let database = builder.create_with_backend(Aside::over(file)?)?;
    let meta = match database.begin_read()?.open_table(META) {
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        meta => meta?,
    };
    let restoring = meta.get("restoring")?;
    Ok(Some(Checked {
        end: cursor(&meta)?,
        schema: schema(&meta)?,
        restoring: restoring.map(|since| since.value().to_owned()),
    }))
}

/// Opens the file for writing, or makes one that only its owner may read, for it holds addresses. Whoever just looks
/// into it is waited for; another one that writes, for a moment.
pub(super) fn create(file: &Path) -> std::result::Result<Database, DatabaseError> {
    let mut new = OpenOptions::new();
    match new.write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(redb::StorageError::Io(error).into());
        }
        _ => {}
    }
    let (began, mut told) = (Instant::now(), false);
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    loop {
        match builder.create(file) {
            Err(DatabaseError::DatabaseAlreadyOpen) if !is_held(file) => {
                if !told && began.elapsed() > MOMENT {
                    tracing::warn!(file = %file.display(), "`verify`, `backup` or `inspect` reads in it: waiting");
                    told = true;
                }
            }
            Err(DatabaseError::DatabaseAlreadyOpen) if began.elapsed() < MOMENT => {}
            opened => return opened,
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Opens a file that is there, and has a first look into it. Neither it nor the witness beside it changes; no server
/// can open it meanwhile.
pub(super) fn read_only<T>(
    file: &Path,
    look: impl FnOnce(&ReadOnly) -> Result<T>,
) -> std::result::Result<(Arc<ReadOnly>, T), Unreadable> {
    not_empty(file)?;
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    let opened = guarded(file, || {
        let database: Arc<ReadOnly> = match builder.open_read_only(file) {
            Err(DatabaseError::DatabaseAlreadyOpen) => return Ok(None),
            // Whoever wrote it last was killed: it is put in order aside.
            Err(DatabaseError::RepairAborted) => {
                let aside = Aside::open(file).map_err(|error| named(file, &error))?;
                let opened = builder.create_with_backend(aside);
                Arc::new(opened.map_err(|error| named(file, &error))?)
            }
            opened => Arc::new(opened.map_err(|error| named(file, &error))?),
        };
        let seen = look(&*database).map_err(|error| named(file, &error))?;
        Ok(Some((database, seen)))
    });
    opened?.ok_or(Unreadable::Held)
}

pub(super) fn named(file: &Path, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Broken(format!("{}: {error}", file.display()))
}

/// A file with nothing in it is what a full disk or a wrong copy has left. To begin a new market in its place would
/// hide that.
fn not_empty(file: &Path) -> Result<()> {
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

/// Works with a file that may hold anything. Where pages hold what the library has never written, it panics; that is
/// an error like any other here.
pub(super) fn guarded<T>(file: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |why| match GUARDED.get() {
            true => tracing::debug!("{why}"),
            false => usual(why),
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
        // What it has noticed itself begins with these words of the library.
        Ok(Err(StoreError::Broken(why))) if why.contains("DB corrupted: ") => Err(damaged()),
        Ok(done) => done,
        Err(_) => Err(damaged()),
    }
}

/// Makes what a new file needs, and tells where its log ends. A file of another shape is not touched.
fn prepare(database: &Database, epoch: &Epoch) -> Result<Cursor> {
    let txn = database.begin_write().map_err(broken)?;
    let (version, restoring) = shape(&txn).map_err(broken)?;
    schema::check(version, restoring.as_deref())?;
    let at = make_tables(&txn, epoch).map_err(broken)?;
    txn.commit().map_err(broken)?;
    Ok(at)
}

/// The version of its shape, and since when something is being restored into it.
pub(super) fn shape(
    txn: &WriteTransaction,
) -> std::result::Result<(u32, Option<String>), redb::Error> {
    let meta = txn.open_table(META)?;
    let restoring = meta.get("restoring")?;
    Ok((
        schema(&meta)?,
        restoring.map(|since| since.value().to_owned()),
    ))
}

/// Whether a server has a file open.
pub fn is_held(file: &Path) -> bool {
    let look = || {
        let opened = Builder::new().open_read_only(file);
        Ok(matches!(opened, Err(DatabaseError::DatabaseAlreadyOpen)))
    };
    guarded(file, look).unwrap_or(false)
}

/// Opens every table once, which makes it, and writes what each store says of itself.
pub(super) fn make_tables(
    txn: &WriteTransaction,
    epoch: &Epoch,
) -> std::result::Result<Cursor, redb::Error> {
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

fn recount(database: &Database) -> std::result::Result<(), redb::Error> {
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

fn begin_history(database: &Database, epoch: Epoch) -> std::result::Result<Cursor, redb::Error> {
    let txn = database.begin_write()?;
    let at = {
        let mut meta = txn.open_table(META)?;
        meta.insert("epoch", epoch.to_string().as_str())?;
        cursor(&meta)?
    };
    txn.commit()?;
    Ok(at)
}

pub(super) fn cursor(
    meta: &impl ReadableTable<&'static str, &'static str>,
) -> std::result::Result<Cursor, redb::Error> {
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

/// The version of the file's shape.
pub(super) fn schema(
    meta: &impl ReadableTable<&'static str, &'static str>,
) -> std::result::Result<u32, redb::Error> {
    let stored = meta.get("schema")?;
    let stored = stored.as_ref().map(|stored| stored.value());
    let has_history = meta.get("epoch")?.is_some();
    schema::read(stored, has_history).map_err(|error| redb::Error::Corrupted(error.to_string()))
}

fn page(txn: &ReadTransaction, query: &Query) -> std::result::Result<Page, redb::Error> {
    let (documents, indexes) = (txn.open_table(DOCUMENTS)?, txn.open_table(INDEXES)?);
    let index = query.index.0.as_str();
    // The index of this very name, and no key of the next one.
    let keys = match &query.below {
        Some(key) => indexes.range((index, "")..(index, key.0.as_str()))?,
        None => indexes.range((index, "")..(format!("{index}\0").as_str(), ""))?,
    };
    let mut page = Page {
        total: txn.open_table(TOTALS)?.get(index)?.map_or(0, |n| n.value()),
        ..Page::default()
    };
    let mut last = None;
    for (read, entry) in keys.rev().enumerate() {
        if read == query.most {
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

fn tail(
    txn: &ReadTransaction,
    from: &Cursor,
    most: usize,
    traces: &Traces,
) -> std::result::Result<Tail, redb::Error> {
    let head = cursor(&txn.open_table(META)?)?;
    if head.epoch != from.epoch || head.seq < from.seq {
        return Ok(Tail::Lost);
    }
    let (log, history) = (txn.open_table(LOG)?, txn.open_table(HISTORY)?);
    let mut entries = Vec::new();
    for entry in log.range(from.seq + 1..)?.take(most) {
        let (seq, about) = entry?;
        // The first one missing means that it has been trimmed.
        if seq.value() != from.seq + 1 + entries.len() as u64 {
            return Ok(Tail::Lost);
        }
        let Some(text) = history.get((about.value(), seq.value()))? else {
            return Ok(Tail::Lost);
        };
        entries.push(Logged {
            text: text.value().into(),
            trace: traces.of(seq.value()),
        });
    }
    let trimmed = entries.is_empty() && head.seq > from.seq && most > 0;
    Ok(if trimmed {
        Tail::Lost
    } else {
        Tail::Entries(entries)
    })
}

pub(super) fn broken(error: impl Into<redb::Error>) -> StoreError {
    match error.into() {
        // The disk is full, or does not answer: nothing is wrong with what is stored.
        error @ (redb::Error::Io(_) | redb::Error::PreviousIo) => {
            StoreError::Away(format!("the disk: {error}"))
        }
        error => StoreError::Broken(error.to_string()),
    }
}

/// Where the log ends now, and what has become of each batch.
type Written = (Cursor, Vec<Result<Outcome>>);

/// The only one who writes.
struct Writer {
    witness: Witness,
    failing: watch::Sender<Option<String>>,
    database: Arc<Database>,
    retention: u64,
    head: watch::Sender<Cursor>,
    traces: Traces,
}

impl Writer {
    /// Ends when the last handle of the ledger is gone.
    fn run(self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(job) = jobs.try_recv()
            {
                group.push(job);
            }
            let (batches, answers): (Vec<_>, Vec<_>) =
                group.into_iter().map(|job| (job.batch, job.answer)).unzip();
            let outcomes = match self.write(&batches) {
                Ok((head, outcomes)) => {
                    self.head.send_replace(head);
                    self.failing
                        .send_if_modified(|failing| failing.take().is_some());
                    outcomes
                }
                Err(error) => {
                    let error = broken(error);
                    self.failing.send_replace(Some(error.to_string()));
                    vec![Err(error); batches.len()]
                }
            };
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // Whoever asked may have given up; it is stored all the same.
                let _ = answer.send(outcome);
            }
        }
    }

    /// All batches in one transaction, each on top of those before it; synced when this returns.
    fn write(&self, batches: &[Batch]) -> std::result::Result<Written, redb::Error> {
        let txn = self.database.begin_write()?;
        let mut head = cursor(&txn.open_table(META)?)?;
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            let known = match &batch.once {
                Some(once) => known(&txn, &once.name)?,
                None => None,
            };
            outcomes.push(match known {
                Some(known) => Ok(known),
                None if batch.until.is_some_and(|until| until < Instant::now()) => {
                    Err(StoreError::Away("too late".to_owned()))
                }
                None if holds(&txn, batch)? => {
                    head = apply(&txn, batch, head)?;
                    Ok(Outcome::Done(head.clone()))
                }
                None => Ok(Outcome::Conflict),
            });
        }
        txn.open_table(META)?
            .insert("seq", head.seq.to_string().as_str())?;
        if let Some(oldest) = head.seq.checked_sub(self.retention) {
            txn.open_table(LOG)?.retain_in(..=oldest, |_, _| false)?;
        }
        forget(&txn)?;
        // Whoever follows the log may see them as soon as they are written.
        for (batch, outcome) in batches.iter().zip(&outcomes) {
            if let Ok(Outcome::Done(end)) = outcome {
                self.traces.note(batch, end);
            }
        }
        txn.commit()?;
        // It only helps to notice what others do to the file.
        let _ = self.witness.write(&head);
        Ok((head, outcomes))
    }
}

/// What is remembered of a batch of this name.
fn known(txn: &WriteTransaction, name: &str) -> std::result::Result<Option<Outcome>, redb::Error> {
    let once = txn.open_table(ONCE)?;
    let stored = once.get(name)?;
    let stored = stored.as_ref().map(|stored| stored.value());
    let stored = stored.filter(|(end, _)| *end > now().millis());
    let known = stored.map(|(_, stored)| recall(stored)).transpose();
    let known = known.map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    Ok(known.map(|(text, cursor)| Outcome::Known(text, cursor)))
}

/// Forgets what has been kept for long enough.
fn forget(txn: &WriteTransaction) -> std::result::Result<(), redb::Error> {
    let (mut once, mut ends) = (txn.open_table(ONCE)?, txn.open_table(ENDS)?);
    let now = now().millis();
    for ended in ends.extract_from_if(..(now, ""), |_, ()| true)? {
        let ended = ended?.0;
        let (_, name) = ended.value();
        // The same name may have come back since.
        if once.get(name)?.is_some_and(|kept| kept.value().0 < now) {
            once.remove(name)?;
        }
    }
    Ok(())
}

fn holds(txn: &WriteTransaction, batch: &Batch) -> std::result::Result<bool, redb::Error> {
    let documents = txn.open_table(DOCUMENTS)?;
    for (key, expected) in &batch.expect {
        let found = documents.get(key.0.as_str())?;
        if found.as_ref().map(|text| text.value()) != expected.as_deref() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn apply(
    txn: &WriteTransaction,
    batch: &Batch,
    mut head: Cursor,
) -> std::result::Result<Cursor, redb::Error> {
    let mut documents = txn.open_table(DOCUMENTS)?;
    for (key, text) in &batch.put {
        documents.insert(key.0.as_str(), &**text)?;
    }
    for change in &batch.index {
        apply_index(txn, change)?;
    }
    let (mut log, mut history) = (txn.open_table(LOG)?, txn.open_table(HISTORY)?);
    for entry in &batch.log {
        head.seq += 1;
        log.insert(head.seq, entry.about.0.as_str())?;
        history.insert((entry.about.0.as_str(), head.seq), &*entry.at(&head))?;
    }
    if let Some(once) = &batch.once {
        let end = now().millis() + once.keep.as_millis() as i64;
        let stored = remember(&head, &once.text);
        txn.open_table(ONCE)?
            .insert(once.name.as_str(), (end, stored.as_str()))?;
        txn.open_table(ENDS)?
            .insert((end, once.name.as_str()), ())?;
    }
    Ok(head)
}

pub(super) fn apply_index(
    txn: &WriteTransaction,
    change: &IndexChange,
) -> std::result::Result<(), TableError> {
    let (mut indexes, mut totals) = (txn.open_table(INDEXES)?, txn.open_table(TOTALS)?);
    let total = |totals: &redb::Table<&str, u64>, Index(name): &Index| {
        Ok::<_, redb::StorageError>(totals.get(name.as_str())?.map_or(0, |n| n.value()))
    };
    match change {
        IndexChange::In(index, Key(key)) => {
            if indexes
                .insert((index.0.as_str(), key.as_str()), ())?
                .is_none()
            {
                let total = total(&totals, index)? + 1;
                totals.insert(index.0.as_str(), total)?;
            }
        }
        IndexChange::Out(index, Key(key)) => {
            if indexes.remove((index.0.as_str(), key.as_str()))?.is_some() {
                let total = total(&totals, index)?.saturating_sub(1);
                totals.insert(index.0.as_str(), total)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::ledger::Entry;

    #[test]
    fn numbers_that_come_again_have_the_later_trace() {
        let traces = Traces::default();
        let note = |trace: Option<&str>, entries: usize, end: u64| {
            let entry = Entry {
                about: Key("thing:1".to_owned()),
                body: "{}".into(),
            };
            let batch = Batch {
                trace: trace.map(Text::from),
                log: vec![entry; entries],
                ..Batch::default()
            };
            let epoch = Epoch::new("e").unwrap();
            traces.note(&batch, &Cursor { epoch, seq: end });
        };
        note(Some("one"), 2, 2);
        // These were not written after all.
        note(Some("lost"), 3, 5);
        note(Some("two"), 1, 3);
        note(None, 1, 4);
        note(Some("three"), 1, 5);
        let of = |seq| traces.of(seq).map(|trace| trace.to_string());
        let all: Vec<_> = (1..=6).map(of).collect();
        let expected = [
            Some("one"),
            Some("one"),
            Some("two"),
            None,
            Some("three"),
            None,
        ];
        assert_eq!(all, expected.map(|trace| trace.map(str::to_owned)));
    }
}
