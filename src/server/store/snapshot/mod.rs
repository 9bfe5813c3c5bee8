//! Everything that a store holds, as one stream of records that is consistent at one cursor: all batches up to it,
//! and nothing of any later one. `verify`, `backup`, `restore` and `inspect` read a store in this form, wherever it
//! is: in a file that no server holds, in Redis while servers write to it, behind a running server, in a backup.
//!
//! A reader keeps the key and the indexes of each document in memory (about 150 bytes a document), never its content.

mod jsonl;
mod placements;
mod read_embedded;
mod read_redis;
mod redis_writer;
mod rewrite_embedded;
mod rewrite_redis;
mod write_embedded;
mod write_redis;

pub use jsonl::{Lines, write};
pub use read_embedded::{Opened, from_file, open_file};
pub use read_redis::from_redis;
pub use rewrite_embedded::RewriteFile;
pub use rewrite_redis::RewriteRedis;
pub use write_embedded::IntoFile;
pub use write_redis::IntoRedis;

use super::{Index, JsonText, Key, Result, StoreError, TroubleKind};
use crate::domain::{Cursor, Time};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::thread::JoinHandle;
use tokio::sync::mpsc;

/// How many records the reading side may be ahead of the consumer.
const QUEUE: usize = 64;

/// What a snapshot says of its store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// `embedded` or `redis`.
    pub engine: String,
    /// In a store without a history: number 0 of the epoch `0`.
    pub cursor: Cursor,
    /// The schema version of the store.
    pub schema: u32,
    /// When the snapshot was taken.
    pub at: Time,
    /// The approximate number of documents, for progress displays.
    pub documents: u64,
    /// When the restore that is in progress began: the store is then not complete.
    pub restoring: Option<String>,
}

/// One thing that a store holds; its JSON is part of the backup format. The log comes first, from its newest entry back, then totals, documents in the order
/// of their keys, and the records of named batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// An entry of the log, as far as it can be resumed from.
    #[serde(rename = "logged")]
    LogEntry {
        seq: u64,
        /// The [`fingerprint`] of its text. `None`: the log names an entry that no history holds.
        #[serde(rename = "print")]
        fingerprint: Option<u64>,
    },
    /// The recorded number of keys in an index, in an engine that records it.
    Total {
        index: Index,
        keys: u64,
    },
    Document(Held),
    #[serde(rename = "once")]
    Idempotency(StoredRecord),
}

/// Everything that is stored about one document, at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub key: Key,
    /// `None`: only a history or an index entry of it is left, or the stored value is not text.
    pub text: Option<String>,
    /// The indexes that list it.
    pub indexes: Vec<Index>,
    /// Its log entries, oldest first.
    pub history: Vec<Past>,
}

/// An entry of a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// Its number in the log; 0 where its text has none.
    pub seq: u64,
    pub text: String,
}

/// The record of a named batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredRecord {
    pub name: String,
    /// When it expires, in milliseconds since 1970.
    #[serde(rename = "until")]
    pub expires: i64,
    /// As it is stored: a cursor, a space, a text.
    pub text: String,
}

/// What the target of a restore already contains.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// Without those that are for servers alone.
    pub documents: u64,
    pub events: u64,
    /// When another restore began that has not ended.
    pub restoring: Option<String>,
    /// Another program uses the name of the store's metadata.
    pub is_foreign: bool,
}

impl Contents {
    /// Nothing is there, and no restore was begun.
    pub fn is_free(&self) -> bool {
        self.documents == 0 && self.events == 0 && self.restoring.is_none() && !self.is_foreign
    }
}

/// What a restore does with the contents of its target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Replaces whatever is there.
    Replace,
    /// Refuses if anything was written since the contents were read.
    MustBeUnchanged,
}

/// A kind of documents, and how its log entries describe them.
#[derive(Clone, Copy)]
pub struct DocumentKind {
    /// Whether a key is of this kind. Other keys in the same Redis belong to other programs.
    pub has: fn(&str) -> bool,
    /// From the text of an entry: the document as it was then, and the indexes that listed it.
    pub as_of: fn(&Key, &str) -> Option<Was>,
}

/// A document as it once was, and the indexes that listed it.
pub type Was = (JsonText, Vec<Index>);

/// A stream of records. It blocks: it must not be read inside an async runtime.
pub struct Snapshot {
    pub head: Head,
    records: mpsc::Receiver<Result<Option<Record>>>,
    over: bool,
    /// The thread that reads a file, if there is one. The file is closed before the snapshot is gone.
    reader: Option<JoinHandle<()>>,
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.records.close();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Snapshot {
    fn new(head: Head) -> (Snapshot, RecordSink) {
        let (sender, records) = mpsc::channel(QUEUE);
        (
            Snapshot {
                head,
                records,
                over: false,
                reader: None,
            },
            RecordSink(sender),
        )
    }
}

impl Iterator for Snapshot {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        if self.over {
            return None;
        }
        let ended_early = || Err(StoreError::Broken("the snapshot ended early".to_owned()));
        let record = self.records.blocking_recv().unwrap_or_else(ended_early);
        self.over = !matches!(record, Ok(Some(_)));
        record.transpose()
    }
}

/// The producing end of a [`Snapshot`].
struct RecordSink(mpsc::Sender<Result<Option<Record>>>);

impl RecordSink {
    /// Produces all records from a thread, and ends the stream.
    fn run(self, work: impl FnOnce(&RecordSink) -> Result<()>) {
        let _ = self.0.blocking_send(work(&self).map(|()| None));
    }

    /// Produces all records from a task, and ends the stream.
    async fn run_async(self, work: impl AsyncFnOnce(&RecordSink) -> Result<()>) {
        let end = work(&self).await.map(|()| None);
        let _ = self.0.send(end).await;
    }

    fn put(&self, record: Record) -> Result<()> {
        self.0
            .blocking_send(Ok(Some(record)))
            .map_err(|_| dropped())
    }

    async fn send(&self, record: Record) -> Result<()> {
        self.0.send(Ok(Some(record))).await.map_err(|_| dropped())
    }
}

fn dropped() -> StoreError {
    TroubleKind::Unreachable
        .because("the snapshot is no longer read")
        .into()
}

/// A fingerprint of a text: eight bytes of its SHA-256.
pub fn fingerprint(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    let eight = digest.iter().take(8);
    eight.fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// The log number in the text of an entry.
pub fn seq(entry: &str) -> Option<u64> {
    let (_, id) = entry.rsplit_once("\"id\":\"")?;
    let cursor: Cursor = id.strip_suffix("\"}")?.parse().ok()?;
    Some(cursor.seq)
}

fn not_begun() -> StoreError {
    StoreError::Broken("the restore has not begun".to_owned())
}
