//! The one thread that writes to the embedded file.
//!
//! A synced transaction costs milliseconds, however many batches are in it. So the writer takes all batches that have
//! queued up during the last sync, commits them in one transaction, syncs once, and then answers all of them.

use super::{
    rollback_guard::RollbackGuard,
    tables::{
        DOCUMENTS, DbResult, ENDS, HISTORY, LOG, META, ONCE, apply_index, broken, cursor, set_meta,
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
use std::{sync::Arc, thread::JoinHandle, time::Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// The largest number of batches in one transaction. More would only delay the first of them.
const GROUP: usize = 256;

/// A batch on its way to the writer.
pub struct Job {
    pub batch: Batch,
    pub answer: oneshot::Sender<Result<Outcome>>,
}

/// Where the log ends after a transaction, and the outcome of each of its batches.
type Written = (Cursor, Vec<Result<Outcome>>);

pub struct Writer {
    pub database: Arc<Database>,
    pub retention: u64,
    pub guard: RollbackGuard,
    pub traces: TraceCache,
    /// Where the log ends.
    pub head: watch::Sender<Cursor>,
    /// Why the last transaction failed, if it failed.
    pub trouble: watch::Sender<Option<Trouble>>,
}

impl Writer {
    /// Starts the thread. It ends when the returned sender and its clones are gone.
    pub fn start(self) -> Result<(mpsc::Sender<Job>, JoinHandle<()>)> {
        let (sender, jobs) = mpsc::channel(GROUP * 4);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || self.run(jobs))
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok((sender, thread))
    }

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
            for (answer, outcome) in answers.into_iter().zip(self.commit(&batches)) {
                // The caller may be gone; the batch is stored all the same.
                let _ = answer.send(outcome);
            }
        }
    }

    /// The outcome of each batch; the same error for all where the transaction failed.
    fn commit(&self, batches: &[Batch]) -> Vec<Result<Outcome>> {
        match self.write(batches) {
            Ok((head, outcomes)) => {
                self.head.send_replace(head);
                self.trouble
                    .send_if_modified(|trouble| trouble.take().is_some());
                outcomes
            }
            Err(error) => {
                let error = broken(error);
                self.trouble.send_replace(Some(error.clone().into()));
                vec![Err(error); batches.len()]
            }
        }
    }

    /// Writes all batches in one transaction, each on top of those before it; they are synced when this returns.
    fn write(&self, batches: &[Batch]) -> DbResult<Written> {
        let txn = self.database.begin_write()?;
        let mut head = cursor(&txn.open_table(META)?)?;
        let mut outcomes = Vec::with_capacity(batches.len());
        for batch in batches {
            outcomes.push(write_batch(&txn, batch, &mut head)?);
        }
        set_meta(&txn, "seq", &head.seq.to_string())?;
        if let Some(oldest) = head.seq.checked_sub(self.retention) {
            txn.open_table(LOG)?.retain_in(..=oldest, |_, _| false)?;
        }
        remove_expired(&txn)?;
        // Before the commit: a reader may see the entries as soon as they are written.
        for (batch, outcome) in batches.iter().zip(&outcomes) {
            if let Ok(Outcome::Committed(end)) = outcome {
                self.traces.insert(batch, end);
            }
        }
        txn.commit()?;
        // The guard only detects that the file was replaced: without it the commit is just as valid.
        let _ = self.guard.write(&head);
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
    if !expectations_hold(txn, batch)? {
        return Ok(Ok(Outcome::Conflict));
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

fn expectations_hold(txn: &WriteTransaction, batch: &Batch) -> DbResult<bool> {
    let documents = txn.open_table(DOCUMENTS)?;
    for (key, expected) in &batch.expect {
        let found = documents.get(key.0.as_str())?;
        if found.as_ref().map(|text| text.value()) != expected.as_deref() {
            return Ok(false);
        }
    }
    Ok(true)
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
