//! What the writer does while no change can be written, because the disk fails or the file has lost its name: it
//! refuses them all, and finds out when they can be written again.

use super::{
    disk::Disk,
    file::reopen,
    rollback_guard::RollbackGuard,
    tables::{DbResult, META, begin_epoch, broken, cursor, set_meta},
    writer::{CHECK_INTERVAL, Writer},
};
use crate::domain::Cursor;
use crate::server::store::{Result, StoreError, Trouble, fresh_epoch};
use redb::WriteTransaction;
use std::{sync::Arc, time::Instant};

type Checked = std::result::Result<(), Trouble>;

impl Writer {
    /// Whether a change may be begun. While none may, this is examined once in a while.
    pub fn check(&mut self) -> Checked {
        let trouble = self.trouble.borrow().clone();
        match trouble {
            Some(trouble) if self.checked_at.elapsed() < CHECK_INTERVAL => Err(trouble),
            _ => self.check_now(),
        }
    }

    /// Examines whether a change can be written, and reports it.
    pub fn check_now(&mut self) -> Checked {
        let found = self.examine();
        self.checked_at = Instant::now();
        self.report(found.clone().err());
        found
    }

    fn examine(&mut self) -> Checked {
        self.disk.check()?;
        if self.trouble.borrow().is_none() {
            return Ok(());
        }
        self.disk.prove_room()?;
        if self.is_lost {
            self.reopen()?;
        }
        self.probe()?;
        self.renew_guard();
        Ok(())
    }

    /// Commits a transaction that changes nothing.
    fn probe(&mut self) -> Result<()> {
        let txn = self.begin()?;
        let written = write_nothing(&txn);
        let committed = written.and_then(|()| Ok(txn.commit()?));
        committed.map_err(|error| self.failed(error))
    }

    /// The guard may have lost its name together with the store.
    fn renew_guard(&mut self) {
        let end = self.head.borrow().clone();
        if let Ok((guard, _)) = RollbackGuard::open(self.disk.path(), &end) {
            self.guard = guard;
        }
        let _ = self.guard.write(&end);
    }

    pub fn begin(&mut self) -> Result<WriteTransaction> {
        let begun = self.database.get()?.begin_write();
        begun.map_err(|error| self.failed(error))
    }

    /// Reports a transaction that failed. Where the disk has failed, the file is opened again, so that it can be read.
    /// No transaction may be open.
    pub fn failed(&mut self, error: impl Into<redb::Error>) -> StoreError {
        let error = broken(error);
        self.is_lost |= matches!(error, StoreError::Unavailable(_));
        self.checked_at = Instant::now();
        self.report(Some(error.clone().into()));
        if self.is_lost
            && let Err(trouble) = self.reopen()
        {
            tracing::warn!(%trouble, "cannot open the file of the store again");
        }
        error
    }

    /// What became of a commit that failed and would have ended at `head`: it may be on the disk all the same.
    pub fn judge_failed_commit(
        &mut self,
        error: impl Into<redb::Error>,
        head: &Cursor,
    ) -> Result<()> {
        let before = self.head.borrow().clone();
        let error = self.failed(error);
        if self.is_lost || *head == before {
            return Err(StoreError::Ambiguous(error.to_string()));
        }
        if *self.head.borrow() != *head {
            return Err(error);
        }
        let synced = self.probe();
        synced.map_err(|error| StoreError::Ambiguous(error.to_string()))
    }

    fn reopen(&mut self) -> Checked {
        self.database.close();
        self.disk.drop_cache();
        let path = self.disk.path().to_owned();
        let ((database, file), mut end) = reopen(&path)?;
        self.disk.check_same(&file)?;
        let before = self.head.borrow().clone();
        if end.epoch == before.epoch && end.seq < before.seq {
            tracing::warn!("the disk has lost changes: a new epoch begins");
            end = begin_epoch(&database, &fresh_epoch()).map_err(broken)?;
        }
        self.disk = Disk::new(&path, file);
        self.database.set(Arc::new(database));
        self.is_lost = false;
        self.head.send_replace(end);
        Ok(())
    }

    /// Tells the readers of [`health`](crate::server::store::Store::health), and the log where the kind has changed.
    pub fn report(&self, trouble: Option<Trouble>) {
        let kind = |trouble: &Option<Trouble>| trouble.as_ref().map(|trouble| trouble.kind);
        let before = self.trouble.send_replace(trouble.clone());
        if kind(&before) == kind(&trouble) {
            return;
        }
        let folder = self.disk.path().parent().unwrap_or(self.disk.path());
        let folder = folder.display();
        match trouble {
            Some(Trouble { kind, cause }) => {
                tracing::error!(%kind, %cause, %folder, "no change can be stored");
            }
            None => tracing::info!(%folder, "changes can be stored again"),
        }
    }
}

fn write_nothing(txn: &WriteTransaction) -> DbResult<()> {
    let end = cursor(&txn.open_table(META)?)?;
    set_meta(txn, "seq", &end.seq.to_string())
}
