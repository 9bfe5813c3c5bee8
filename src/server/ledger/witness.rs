//! Tells whether an embedded file is the one that was left here, or one that has been put in its place.
//!
//! An older copy of the file holds the same epoch, and would give the same numbers to other events. So a small file
//! beside it says how far it had come. That one may be copied back together with it; but it also holds when it was
//! written, and only the file system knows when that really was.

use crate::{
    domain::{Cursor, Time},
    server::now,
};
use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

/// Between what the file says and what the file system says.
const APART: i64 = 1_000;

pub struct Witness(File);

impl Witness {
    /// Whether the store ends where it was left, and the witness of what comes now.
    pub fn open(store: &Path, end: &Cursor) -> io::Result<(Witness, bool)> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(beside(store))?;
        let changed = file.metadata()?;
        let changed = changed.ctime() * 1_000 + changed.ctime_nsec() / 1_000_000;
        let said = io::read_to_string(&file)?;
        let same = is_same(&said, end, Time::from_millis(changed));
        Ok((Witness(file), same.unwrap_or(false)))
    }

    /// Makes it the file of whoever owns the store.
    pub fn give_to(&self, owner: u32, group: u32) -> io::Result<()> {
        fchown(&self.0, Some(owner), Some(group))
    }

    /// Not synced: after a loss of power it may be behind the store, and that is no sign of anything.
    pub fn write(&self, end: &Cursor) -> io::Result<()> {
        let line = format!("{end} {}", now().millis());
        // Always as long, so that nothing of a longer one is left.
        self.0.write_all_at(format!("{line:<95}\n").as_bytes(), 0)
    }
}

/// Where a store was left, or has come by now, as far as that can be read.
pub fn left_at(store: &Path) -> Option<Cursor> {
    let said = std::fs::read_to_string(beside(store)).ok()?;
    said.split(' ').next()?.parse().ok()
}

fn beside(store: &Path) -> PathBuf {
    store.with_extension("end")
}

fn is_same(said: &str, end: &Cursor, changed: Time) -> Option<bool> {
    let (cursor, written) = said.trim().split_once(' ')?;
    let cursor: Cursor = cursor.parse().ok()?;
    let written = Time::from_millis(written.parse().ok()?);
    let apart = (changed - written).num_milliseconds().abs();
    Some(cursor.epoch == end.epoch && cursor.seq <= end.seq && apart < APART)
}
