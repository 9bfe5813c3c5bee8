//! The one thread that writes to the embedded file.
//!
//! A synced transaction costs milliseconds, however many batches are in it. So the writer takes all batches that have
//! queued up during the last sync, commits them in one transaction, syncs once, and then answers all of them.

use super::{
    disk::Disk,
    handle::Handle,
    rollback_guard::RollbackGuard,
    tables::{
        DOCUMENTS, DbResult, ENDS, HISTORY, INDEXES, LOG, META, ONCE, apply_index, cursor,
        highest_from, set_meta,
    },
    trace_cache::TraceCache,
};
use crate::{
    domain::Cursor,
    server::{
        clock::now,
        store::{
            Batch, Outcome, Result, StoreError, Trouble, TroubleKind, decode_record, encode_record,
        },
    },
};
use redb::{Database, ReadableTable, WriteTransaction};
use std::{
    io,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::timeout,
};

/// The largest number of batches in one transaction. More would only delay the first of them.
const GROUP: usize = 256;

/// A batch on its way to the writer.
pub struct Job {
    pub batch: Batch,
    pub answer: oneshot::Sender<Result<Outcome>>,
}

/// How often it is examined whether a change can be written, where nothing is written; and how long after a failure it
/// is tried again.
pub const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Where the log ends after a transaction, and the outcome of each of its batches.
type Written = (Cursor, Vec<Result<Outcome>>);

pub struct Writer {
    pub database: Arc<Handle<Database>>,
    pub disk: Disk,
    pub retention: u64,
    pub guard: RollbackGuard,
    pub traces: TraceCache,
    /// Where the log ends.
    pub head: watch::Sender<Cursor>,
    /// Why a change would be refused, if it would.
    pub trouble: watch::Sender<Option<Trouble>>,
    /// When it was last examined whether a change can be written.
    pub looked: Instant,
    /// Whether the disk has failed since the database was opened: the library does nothing more on it.
    pub is_lost: bool,
}

impl Writer {
    /// Starts the thread. It ends when the returned sender and its clones are gone.
    pub fn start(self) -> Result<(mpsc::Sender<Job>, JoinHandle<()>)> {
        let (sender, jobs) = mpsc::channel(GROUP * 4);
        let failed = |error: io::Error| StoreError::Broken(error.to_string());
        let mut timer = tokio::runtime::Builder::new_current_thread();
        let timer = timer.enable_time().build().map_err(failed)?;
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || timer.block_on(self.run(jobs)))
            .map_err(failed)?;
        Ok((sender, thread))
    }

    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        loop {
            let mut group = match timeout(LOOK_INTERVAL, jobs.recv()).await {
                Ok(Some(first)) => vec![first],
                Ok(None) => return,
                Err(_) => {
                    // A failed read ends the database, too.
                    let _ = self.look().is_ok() && self.begin().is_ok();
                    continue;
                }
            };
            while group.len() < GROUP
                && let Ok(job) = jobs.try_recv()
            {
                group.push(job);
            }
            let (batches, answers): (Vec<_>, Vec<_>) =
                group.into_iter().map(|job| (job.batch, job.answer)).unzip();
            for (answer, outcome) in answers.into_iter().zip(self.commit(&batches)) {
                // The caller may be gone; the batch is stored all the same.
                let _ = answer.send(outcome);
            }
        }
    }

    /// The outcome of each batch; the same error for all where they could not be written.
    fn commit(&mut self, batches: &[Batch]) -> Vec<Result<Outcome>> {
        self.try_commit(batches)
            .unwrap_or_else(|error| vec![Err(error); batches.len()])
    }

    fn try_commit(&mut self, batches: &[Batch]) -> Result<Vec<Result<Outcome>>> {
        self.check()?;
        let txn = self.begin()?;
        let (head, outcomes) = match self.write(&txn, batches) {
            Ok(written) => written,
            Err(error) => {
                drop(txn);
                return Err(self.failed(error));
            }
        };
        // Before the commit: a reader may see the entries as soon as they are written.
        for (batch, outcome) in batches.iter().zip(&outcomes) {
            if let Ok(Outcome::Committed(end)) = outcome {
                self.traces.insert(batch, end);
            }
        }
        if let Err(error) = txn.commit() {
            self.settle(error, &head)?;
        }
        // The guard only detects that the file was replaced: without it the commit is just as valid.
        let _ = self.guard.write(&head);
        self.head.send_replace(head);
        if let Err(trouble) = self.disk.check_file() {
            // In a file that no server opens again.
            self.report(Some(trouble.clone()));
            return Err(StoreError::Ambiguous(trouble.to_string()));
        }
        Ok(outcomes)
    }

    /// Writes all batches, each on top of those before it.
    fn write(&self, txn: &WriteTransaction, batches: &[Batch]) -> DbResult<Written> {
        let mut head = cursor(&txn.open_table(META)?)?;
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            outcomes.push(write_batch(txn, batch, &mut head)?);
        }
        set_meta(txn, "seq", &head.seq.to_string())?;
        if let Some(oldest) = head.seq.checked_sub(self.retention) {
            txn.open_table(LOG)?.retain_in(..=oldest, |_, _| false)?;
        }
        remove_expired(txn)?;
        Ok((head, outcomes))
    }
}

/// Checks a batch and applies it; `head` moves to its end.
fn write_batch(
    txn: &WriteTransaction,
    batch: &Batch,
    head: &mut Cursor,
) -> DbResult<Result<Outcome>> {
    if let Some(idempotency) = &batch.idempotency
        && let Some(replayed) = replayed(txn, &idempotency.name)?
    {
        return Ok(Ok(replayed));
    }
    if batch
        .deadline
        .is_some_and(|deadline| deadline < Instant::now())
    {
        return Ok(Err(TroubleKind::Unreachable.because("too late").into()));
    }
    if let Some(conflict) = conflict(txn, batch)? {
        return Ok(Ok(conflict));
    }
    apply(txn, batch, head)?;
    Ok(Ok(Outcome::Committed(head.clone())))
}

/// The outcome that is stored under this name, if a batch of this name has happened.
fn replayed(txn: &WriteTransaction, name: &str) -> DbResult<Option<Outcome>> {
    let idempotency = txn.open_table(ONCE)?;
    let stored = idempotency.get(name)?;
    let stored = stored.as_ref().map(|stored| stored.value());
    let stored = stored.filter(|(expires, _)| *expires > now().millis());
    let stored = stored.map(|(_, stored)| decode_record(stored)).transpose();
    let stored = stored.map_err(|error| redb::Error::Corrupted(error.to_string()))?;
    Ok(stored.map(|(text, cursor)| Outcome::Replayed(text, cursor)))
}

/// The first expectation that does not hold, as the outcome of the batch.
fn conflict(txn: &WriteTransaction, batch: &Batch) -> DbResult<Option<Outcome>> {
    let documents = txn.open_table(DOCUMENTS)?;
    for (key, expected) in &batch.expect {
        let found = documents.get(key.0.as_str())?;
        if found.as_ref().map(|text| text.value()) != expected.as_deref() {
            return Ok(Some(Outcome::Conflict));
        }
    }
    let indexes = txn.open_table(INDEXES)?;
    for (index, key) in &batch.expect_highest {
        if let Some(highest) = highest_from(&indexes, index, key)? {
            return Ok(Some(Outcome::NotHighest(highest)));
        }
    }
    Ok(None)
}

fn apply(txn: &WriteTransaction, batch: &Batch, head: &mut Cursor) -> DbResult<()> {
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
        history.insert((entry.about.0.as_str(), head.seq), &*entry.at(head))?;
    }
    if let Some(idempotency) = &batch.idempotency {
        let expires = now().millis() + idempotency.keep.as_millis() as i64;
        let (name, stored) = (
            idempotency.name.as_str(),
            encode_record(head, &idempotency.text),
        );
        txn.open_table(ONCE)?
            .insert(name, (expires, stored.as_str()))?;
        txn.open_table(ENDS)?.insert((expires, name), ())?;
    }
    Ok(())
}

/// Removes the records of named batches that have expired.
fn remove_expired(txn: &WriteTransaction) -> DbResult<()> {
    let (mut idempotency, mut ends) = (txn.open_table(ONCE)?, txn.open_table(ENDS)?);
    let now = now().millis();
    for expired in ends.extract_from_if(..(now, ""), |_, ()| true)? {
        let expired = expired?.0;
        let (_, name) = expired.value();
        // A later batch may have used the same name.
        if idempotency
            .get(name)?
            .is_some_and(|stored| stored.value().0 < now)
        {
            idempotency.remove(name)?;
        }
    }
    Ok(())
}
