//! Detects that the embedded file was replaced, for example by an older copy, since this program last wrote it.
//!
//! An older copy has the same epoch, and would assign the same numbers to other events. So a small file beside it holds
//! where the log ended. That file may be copied back together with the store; but it also holds when it was written,
//! and only the file system knows when that really was.

use crate::{
    domain::{Cursor, Time},
    server::clock::now,
};
use std::{
    fs::{File, Metadata, OpenOptions},
    io,
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

/// The largest difference, in milliseconds, between the time in the file and the file system's.
const TOLERANCE: i64 = 1_000;

pub struct RollbackGuard(File);

impl RollbackGuard {
    /// The guard for what is written from now on, and whether the store ends where it was left.
    pub fn open(store: &Path, end: &Cursor) -> io::Result<(RollbackGuard, bool)> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(beside(store))?;
        let changed = file.metadata()?;
        let changed = changed.ctime() * 1_000 + changed.ctime_nsec() / 1_000_000;
        let content = io::read_to_string(&file)?;
        let same = is_same(&content, end, Time::from_millis(changed));
        Ok((RollbackGuard(file), same.unwrap_or(false)))
    }

    /// Gives the file to the owner of the store.
    fn change_owner(&self, owner: u32, group: u32) -> io::Result<()> {
        fchown(&self.0, Some(owner), Some(group))
    }

    /// Not synced: after a loss of power it may be behind the store, which is not suspicious.
    pub fn write(&self, end: &Cursor) -> io::Result<()> {
        let line = format!("{end} {}", now().millis());
        // Of constant length, so that nothing of a longer line is left.
        self.0.write_all_at(format!("{line:<95}\n").as_bytes(), 0)
    }
}

/// Writes where a store ends now, with the owner of its file. If this fails, the next server only begins one more epoch.
pub fn record_end(store: &Path, end: &Cursor, about: &Metadata) {
    let _ = RollbackGuard::open(store, end).and_then(|(guard, _)| {
        // The command may run under another account than the server.
        let _ = guard.change_owner(about.uid(), about.gid());
        guard.write(end)
    });
}

/// Where the store ended when this program last wrote it, if that can be read.
pub fn left_at(store: &Path) -> Option<Cursor> {
    let content = std::fs::read_to_string(beside(store)).ok()?;
    content.split(' ').next()?.parse().ok()
}

fn beside(store: &Path) -> PathBuf {
    store.with_extension("end")
}

fn is_same(content: &str, end: &Cursor, changed: Time) -> Option<bool> {
    let (cursor, written) = content.trim().split_once(' ')?;
    let cursor: Cursor = cursor.parse().ok()?;
    let written = Time::from_millis(written.parse().ok()?);
    let difference = (changed - written).num_milliseconds().abs();
    Some(cursor.epoch == end.epoch && cursor.seq <= end.seq && difference < TOLERANCE)
}
