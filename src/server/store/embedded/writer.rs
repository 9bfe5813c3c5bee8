//! The one thread that writes to the embedded file.
//!
//! A synced transaction costs milliseconds, however many batches are in it. So the writer takes all batches that have
//! queued up during the last sync, commits them in one transaction, syncs once, and then answers all of them.

use super::{
    disk::Disk,
    handle::Handle,
    open_tables::OpenTables,
    rollback_guard::RollbackGuard,
    tables::{DbResult, META, cursor, highest_from, set_meta},
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
const GROUP: usize = 512;
/// The part of the time of the last transaction for which the next group is gathered.
const GATHERED: u32 = 4;

/// A batch on its way to the writer.
pub struct Job {
    pub batch: Batch,
    pub answer: oneshot::Sender<Result<Outcome>>,
}

/// How often it is examined whether a change can be written, where nothing is written; and how long after a failure it
/// is tried again.
pub const CHECK_INTERVAL: Duration = Duration::from_secs(1);

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
    pub checked_at: Instant,
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
        let mut last = (0, Duration::ZERO);
        loop {
            let first = match timeout(CHECK_INTERVAL, jobs.recv()).await {
                Ok(Some(first)) => first,
                Ok(None) => return,
                Err(_) => {
                    // A failed read ends the database, too.
                    let _ = self.check_now().is_ok() && self.begin().is_ok();
                    continue;
                }
            };
            let group = group(first, &mut jobs, last).await;
            let (batches, answers): (Vec<_>, Vec<_>) =
                group.into_iter().map(|job| (job.batch, job.answer)).unzip();
            let begun = Instant::now();
            let outcomes = self.commit(&batches);
            last = (batches.len(), begun.elapsed());
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
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
            self.judge_failed_commit(error, &head)?;
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
        let mut group = Group {
            head: cursor(&txn.open_table(META)?)?,
            tables: OpenTables::open(txn)?,
            now: now().millis(),
            text: String::new(),
        };
        let outcomes = batches.iter().map(|batch| group.write(batch));
        let outcomes = outcomes.collect::<DbResult<_>>()?;
        let Group {
            head,
            mut tables,
            now,
            ..
        } = group;
        if let Some(oldest) = head.seq.checked_sub(self.retention) {
            tables.log.retain_in(..=oldest, |_, _| false)?;
        }
        tables.remove_expired(now)?;
        tables.close()?;
        set_meta(txn, "seq", &head.seq.to_string())?;
        Ok((head, outcomes))
    }
}

/// The batches of one transaction.
struct Group<'txn> {
    tables: OpenTables<'txn>,
    /// Where the log ends.
    head: Cursor,
    /// In milliseconds since 1970.
    now: i64,
    /// The text of an entry; its memory is used again for the next one.
    text: String,
}

impl Group<'_> {
    /// Checks a batch and applies it.
    fn write(&mut self, batch: &Batch) -> DbResult<Result<Outcome>> {
        if let Some(idempotency) = &batch.idempotency
            && let Some(replayed) = self.replayed(&idempotency.name)?
        {
            return Ok(Ok(replayed));
        }
        if batch
            .deadline
            .is_some_and(|deadline| deadline < Instant::now())
        {
            return Ok(Err(TroubleKind::Unreachable.because("too late").into()));
        }
        if let Some(conflict) = self.conflict(batch)? {
            return Ok(Ok(conflict));
        }
        self.apply(batch)?;
        Ok(Ok(Outcome::Committed(self.head.clone())))
    }

    /// The outcome that is stored under this name, if a batch of this name has happened.
    fn replayed(&self, name: &str) -> DbResult<Option<Outcome>> {
        let stored = self.tables.record(name, self.now, decode_record)?;
        let stored = stored.transpose();
        let stored = stored.map_err(|error| redb::Error::Corrupted(error.to_string()))?;
        Ok(stored.map(|(text, cursor)| Outcome::Replayed(text, cursor)))
    }

    /// The first expectation that does not hold, as the outcome of the batch.
    fn conflict(&self, batch: &Batch) -> DbResult<Option<Outcome>> {
        for (key, expected) in &batch.expect {
            let found = self.tables.documents.get(key.0.as_str())?;
            if found.as_ref().map(|text| text.value()) != expected.as_deref() {
                return Ok(Some(Outcome::Conflict));
            }
        }
        for (index, key) in &batch.expect_highest {
            if let Some(highest) = highest_from(&self.tables.indexes, index, key)? {
                return Ok(Some(Outcome::NotHighest(highest)));
            }
        }
        for (index, limit) in &batch.room {
            if self.tables.is_full(index, *limit, &batch.index)? {
                return Ok(Some(Outcome::Full(index.clone())));
            }
        }
        Ok(None)
    }

    fn apply(&mut self, batch: &Batch) -> DbResult<()> {
        for (key, text) in &batch.put {
            self.tables.documents.insert(key.0.as_str(), &**text)?;
        }
        for change in &batch.index {
            self.tables.apply_index(change)?;
        }
        for entry in &batch.log {
            self.head.seq += 1;
            let (seq, about) = (self.head.seq, entry.about.0.as_str());
            entry.write_at(&self.head, &mut self.text);
            self.tables.log.insert(seq, about)?;
            let history = &mut self.tables.history;
            history.insert((about, seq), self.text.as_str())?;
        }
        if let Some(idempotency) = &batch.idempotency {
            let expires = self.now + idempotency.keep.as_millis() as i64;
            let stored = encode_record(&self.head, &idempotency.text);
            self.tables
                .insert_record(&idempotency.name, expires, &stored)?;
        }
        Ok(())
    }
}

/// The batches that wait for the writer: up to [`GROUP`], with `first`. Those that were answered at once send their next
/// change at about the same time. So where `before` of them were in the last group, which took this long, as many are
/// awaited for a part of that time: it would else be the first of them alone, and the rest would wait for its sync.
async fn group(
    first: Job,
    jobs: &mut mpsc::Receiver<Job>,
    (before, took): (usize, Duration),
) -> Vec<Job> {
    let mut group = vec![first];
    let as_many = async {
        while group.len() < before
            && let Some(job) = jobs.recv().await
        {
            group.push(job);
        }
    };
    // Where fewer come, those that did are written.
    let _ = timeout(took / GATHERED, as_many).await;
    while group.len() < GROUP
        && let Ok(job) = jobs.try_recv()
    {
        group.push(job);
    }
    group
}
