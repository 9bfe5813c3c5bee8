//! The embedded engine: one redb file, one writer thread, reads on the pool for blocking work.

mod disk;
pub(super) mod file;
mod handle;
pub(super) mod open_tables;
mod overlay;
mod recovery;
pub(super) mod rollback_guard;
pub(super) mod tables;
mod trace_cache;
mod writer;

pub use file::{Checked, ReadOnly, Unreadable, check, is_held};
pub use rollback_guard::left_at;

use super::{
    Batch, Durability, Health, JsonText, Key, Listing, LogRead, Outcome, Query, Result, Store,
    StoreError, Trouble, TroubleKind, decode_record,
    snapshot::{Snapshot, from_file},
};
use crate::{
    domain::{Cursor, Epoch},
    server::clock::now,
};
use async_trait::async_trait;
use disk::Disk;
use file::{end_of, named, open_for_server, read_only};
use handle::Handle;
use redb::{Database, ReadTransaction, ReadableDatabase};
use rollback_guard::RollbackGuard;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tables::{DOCUMENTS, DbResult, HISTORY, ONCE, begin_epoch, broken, page, read_log, recount};
use tokio::sync::{mpsc, oneshot, watch};
use trace_cache::TraceCache;
use writer::{Job, Writer};

const WRITER_STOPPED: &str = "the writer has stopped";

pub struct Embedded<D: ?Sized = Database> {
    file: PathBuf,
    database: Arc<Handle<D>>,
    writer: mpsc::Sender<Job>,
    /// The writer's thread; none where the file is open for reading alone.
    writer_thread: Option<JoinHandle<()>>,
    /// Where the log ends.
    head: watch::Receiver<Cursor>,
    traces: TraceCache,
    /// Why a change would be refused, if it would.
    trouble: watch::Receiver<Option<Trouble>>,
}

impl Embedded {
    /// Opens the file, or creates it. `epoch` names the history of a new file, and of a file that was replaced since it
    /// was last open; `retention` is the number of log entries that can be resumed from, at least.
    pub fn open(file: &Path, epoch: Epoch, retention: u64) -> Result<Embedded> {
        let ((database, open_file), mut cursor) = open_for_server(file, &epoch)?;
        let database = Arc::new(database);
        let opened = RollbackGuard::open(file, &cursor);
        let (guard, same) = opened.map_err(|error| named(file, &error))?;
        if !same && cursor.seq > 0 {
            tracing::warn!("the store file is not as it was left: a new epoch begins");
            cursor = begin_epoch(&database, &epoch).map_err(broken)?;
        }
        guard.write(&cursor).map_err(|error| named(file, &error))?;
        let (head_sender, head) = watch::channel(cursor);
        let (trouble_sender, trouble) = watch::channel(None);
        let traces = TraceCache::default();
        let database = Handle::new(database);
        let writer = Writer {
            database: database.clone(),
            disk: Disk::new(file, open_file),
            retention,
            guard,
            traces: traces.clone(),
            head: head_sender,
            trouble: trouble_sender,
            checked_at: Instant::now(),
            is_lost: false,
        };
        let (writer, thread) = writer.start()?;
        Ok(Embedded {
            file: file.to_owned(),
            database,
            writer,
            writer_thread: Some(thread),
            head,
            traces,
            trouble,
        })
    }

    /// Everything that is stored at this moment.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let database = self.database.get()?;
        let txn = database.begin_read().map_err(broken)?;
        from_file(txn, database, &self.file)
    }

    /// Counts the keys of each index again.
    pub async fn recount(&self) -> Result<()> {
        let database = self.database.get()?;
        blocking(move || recount(&database)).await
    }
}

impl Embedded<ReadOnly> {
    /// Opens an existing file for reading alone: no commit is taken, and the file does not change.
    pub fn open_read_only(file: &Path) -> std::result::Result<Embedded<ReadOnly>, Unreadable> {
        let (database, end) = read_only(file, |database| {
            let txn = database.begin_read().map_err(broken)?;
            end_of(&txn).map_err(broken)
        })?;
        // The receiver is dropped: a commit is answered with an error.
        let (writer, _) = mpsc::channel(1);
        Ok(Embedded {
            file: file.to_owned(),
            database: Handle::new(database),
            writer,
            writer_thread: None,
            head: watch::channel(end).1,
            traces: TraceCache::default(),
            trouble: watch::channel(None).1,
        })
    }
}

/// Waits for the writer, so that the file is closed and the next start need not repair it.
impl<D: ?Sized> Drop for Embedded<D> {
    fn drop(&mut self) {
        // The writer ends when the last sender is gone.
        self.writer = mpsc::channel(1).0;
        if let Some(thread) = self.writer_thread.take() {
            // A panic has been logged by the panic hook.
            let _ = thread.join();
        }
    }
}

/// Runs a file operation on the pool for blocking work: a cold page comes from the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> DbResult<T> + Send + 'static,
) -> Result<T> {
    let task = tokio::task::spawn_blocking(work);
    task.await
        .map_err(|error| StoreError::Broken(error.to_string()))?
        .map_err(broken)
}

impl<D: ReadableDatabase + Send + Sync + ?Sized + 'static> Embedded<D> {
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(ReadTransaction) -> DbResult<T> + Send + 'static,
    ) -> Result<T> {
        let database = self.database.get()?;
        blocking(move || read(database.begin_read()?)).await
    }
}

#[async_trait]
impl<D: ReadableDatabase + Send + Sync + ?Sized + 'static> Store for Embedded<D> {
    async fn commit(&self, batch: Batch) -> Result<Outcome> {
        let (answer, answered) = oneshot::channel();
        let closed = || TroubleKind::Closed.because(WRITER_STOPPED);
        let sent = self.writer.send(Job { batch, answer }).await;
        sent.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    async fn get(&self, key: &Key) -> Result<Option<JsonText>> {
        let key = key.clone();
        self.read(move |txn| {
            let documents = txn.open_table(DOCUMENTS)?;
            let text = documents.get(key.0.as_str())?;
            Ok(text.map(|text| text.value().into()))
        })
        .await
    }

    async fn idempotency_record(&self, name: &str) -> Result<Option<JsonText>> {
        let name = name.to_owned();
        let stored = self.read(move |txn| {
            let idempotency = txn.open_table(ONCE)?;
            let stored = idempotency.get(name.as_str())?;
            let stored = stored.as_ref().map(|stored| stored.value());
            let stored = stored.filter(|(expires, _)| *expires > now().millis());
            Ok(stored.map(|(_, stored)| stored.to_owned()))
        });
        let stored = stored
            .await?
            .map(|stored| decode_record(&stored))
            .transpose()?;
        Ok(stored.map(|(text, _)| text))
    }

    async fn list(&self, queries: &[Query]) -> Result<Listing> {
        let queries = queries.to_vec();
        self.read(move |txn| {
            let pages = queries.iter().map(|query| page(&txn, query));
            Ok(Listing {
                cursor: end_of(&txn)?,
                pages: pages.collect::<DbResult<_>>()?,
            })
        })
        .await
    }

    async fn history(&self, key: &Key) -> Result<Vec<JsonText>> {
        let key = key.clone();
        self.read(move |txn| {
            let history = txn.open_table(HISTORY)?;
            let entries = history.range((key.0.as_str(), 0)..=(key.0.as_str(), u64::MAX))?;
            entries.map(|entry| Ok(entry?.1.value().into())).collect()
        })
        .await
    }

    async fn history_page(&self, key: &Key, skip: usize, limit: usize) -> Result<Vec<JsonText>> {
        let key = key.clone();
        self.read(move |txn| {
            let history = txn.open_table(HISTORY)?;
            let entries = history.range((key.0.as_str(), 0)..=(key.0.as_str(), u64::MAX))?;
            let page = entries.rev().skip(skip).take(limit);
            page.map(|entry| Ok(entry?.1.value().into())).collect()
        })
        .await
    }

    async fn read_log(&self, cursor: &Cursor, limit: usize, wait: Duration) -> Result<LogRead> {
        let mut head = self.head.clone();
        let more = head.wait_for(|head| head.epoch != cursor.epoch || head.seq > cursor.seq);
        // After the timeout the read below proves that there is nothing.
        let _ = tokio::time::timeout(wait, more).await;
        let (cursor, traces) = (cursor.clone(), self.traces.clone());
        self.read(move |txn| read_log(&txn, &cursor, limit, &traces))
            .await
    }

    fn health(&self) -> Health {
        let stopped = self.writer.is_closed();
        let trouble = stopped
            .then(|| TroubleKind::Closed.because(WRITER_STOPPED))
            .or_else(|| self.trouble.borrow().clone());
        Health {
            engine: "embedded",
            durability: Some(Durability::Fsync),
            trouble,
        }
    }
}
