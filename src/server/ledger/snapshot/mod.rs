//! Everything that a store holds, as one stream of records that is consistent at one cursor: all batches up to it,
//! and nothing of any later one. `verify`, `backup`, `restore` and `inspect` read a store in this form, wherever it
//! is: in a file that no server holds, in Redis while servers write to it, behind a running server, in a backup.
//!
//! What is kept in memory meanwhile is the name of each document and of its places in indexes (some 150 bytes a
//! document), never what stands in them.

mod from_file;
mod from_redis;
mod into_file;
mod into_redis;
mod lines;
mod redis_writer;
mod rewrite_file;
mod rewrite_redis;

pub use from_file::{Opened, from_file, open_file};
pub use from_redis::from_redis;
pub use into_file::IntoFile;
pub use into_redis::IntoRedis;
pub use lines::{Lines, write};
pub use rewrite_file::RewriteFile;
pub use rewrite_redis::RewriteRedis;

use super::{Index, Key, Result, StoreError, Text};
use crate::domain::{Cursor, Time};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
    thread::JoinHandle,
};
use tokio::sync::mpsc;

/// How many records may wait for whoever reads them.
const WAITING: usize = 64;

/// What a snapshot is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// `embedded` or `redis`.
    pub engine: String,
    /// Of a store in which no history has begun yet: number 0 of the epoch `0`.
    pub cursor: Cursor,
    /// The version of the store's shape.
    pub schema: u32,
    /// When it was taken.
    pub at: Time,
    /// How many documents come, about: for those who show how far they are.
    pub documents: u64,
    /// Since when something is being restored into this store: it is not whole.
    pub restoring: Option<String>,
}

/// One thing that a store holds. The log comes first, from its newest entry back, then totals, documents in the order
/// of their keys, and what is remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// An entry of the log, as far as it can be resumed from.
    Logged {
        seq: u64,
        /// The [`print`] of its text. `None`: the log names an entry that is nowhere.
        print: Option<u64>,
    },
    /// How many keys an index says that it holds, where the engine keeps that beside it.
    Total {
        index: Index,
        keys: u64,
    },
    Document(Held),
    Once(Remembered),
}

/// All that is kept of one document, at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub key: Key,
    /// `None`: there are only traces of it, or what is there is no text.
    pub text: Option<String>,
    /// Where it is listed.
    pub indexes: Vec<Index>,
    /// Its entries, oldest first.
    pub history: Vec<Past>,
}

/// An entry of a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// Its number in the log; 0 where it does not say one.
    pub seq: u64,
    pub text: String,
}

/// What is remembered under the name of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    pub name: String,
    /// When it is forgotten, in milliseconds since 1970.
    pub until: i64,
    /// As it is stored: a cursor, a space, what is remembered.
    pub text: String,
}

/// What there is in a store that something shall be restored into.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    pub documents: u64,
    pub events: u64,
    /// Since when something else is being restored, or was and did not end.
    pub restoring: Option<String>,
    /// Where it should say what it is, there is something else.
    pub is_foreign: bool,
}

impl Contents {
    /// Nothing is there, and nothing was begun.
    pub fn is_free(&self) -> bool {
        self.documents == 0 && self.events == 0 && self.restoring.is_none() && !self.is_foreign
    }
}

/// A kind of documents, and what its log says of them.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Whether a key is of this kind. Others in the same Redis are somebody else's.
    pub has: fn(&str) -> bool,
    /// From the text of an entry: the document as it was then, and where it was listed.
    pub as_of: fn(&str) -> Option<Was>,
}

/// A document as it once was, and where it was listed.
pub type Was = (Text, Vec<Index>);

/// A stream of records that is being read. It blocks: nothing for the inside of a runtime.
pub struct Snapshot {
    pub head: Head,
    records: mpsc::Receiver<Result<Option<Record>>>,
    over: bool,
    /// The thread that reads a file, if it is one. Whoever ends with the snapshot ends with the file, too.
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
    fn new(head: Head) -> (Snapshot, Out) {
        let (out, records) = mpsc::channel(WAITING);
        let over = false;
        (
            Snapshot {
                head,
                records,
                over,
                reader: None,
            },
            Out(out),
        )
    }

    /// Reads what [`write`] has written.
    pub fn from_lines(from: impl Read + Send + 'static) -> Result<Snapshot> {
        let lines = Lines::open(from)?;
        let (snapshot, out) = Snapshot::new(lines.head.clone());
        std::thread::Builder::new()
            .name("snapshot".to_owned())
            .spawn(move || out.run(|out| lines.into_iter().try_for_each(|r| out.put(r?))))
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(snapshot)
    }
}

impl Iterator for Snapshot {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        if self.over {
            return None;
        }
        let broke_off = || Err(StoreError::Broken("reading broke off".to_owned()));
        let record = self.records.blocking_recv().unwrap_or_else(broke_off);
        self.over = !matches!(record, Ok(Some(_)));
        record.transpose()
    }
}

/// Where a stream is made.
struct Out(mpsc::Sender<Result<Option<Record>>>);

impl Out {
    /// From a thread: does everything, and says that it is over.
    fn run(self, work: impl FnOnce(&Out) -> Result<()>) {
        let _ = self.0.blocking_send(work(&self).map(|()| None));
    }

    /// The same from a task.
    async fn run_async(self, work: impl AsyncFnOnce(&Out) -> Result<()>) {
        let end = work(&self).await.map(|()| None);
        let _ = self.0.send(end).await;
    }

    fn put(&self, record: Record) -> Result<()> {
        self.0.blocking_send(Ok(Some(record))).map_err(|_| unread())
    }

    async fn send(&self, record: Record) -> Result<()> {
        self.0.send(Ok(Some(record))).await.map_err(|_| unread())
    }
}

fn unread() -> StoreError {
    StoreError::Away("nobody reads on".to_owned())
}

/// Eight bytes that tell one text from another.
pub fn print(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    let eight = digest.iter().take(8);
    eight.fold(0, |print, byte| print << 8 | u64::from(*byte))
}

/// The number that an entry says it has.
pub fn seq(entry: &str) -> Option<u64> {
    let (_, id) = entry.rsplit_once("\"id\":\"")?;
    let cursor: Cursor = id.strip_suffix("\"}")?.parse().ok()?;
    Some(cursor.seq)
}

/// The keys of all documents, and where each of them is listed.
#[derive(Default)]
struct Places {
    names: Vec<Index>,
    numbers: HashMap<String, u32>,
    keys: BTreeMap<String, Vec<u32>>,
}

impl Places {
    /// There is something of this document.
    fn note(&mut self, key: &str) {
        if !self.keys.contains_key(key) {
            self.keys.insert(key.to_owned(), Vec::new());
        }
    }

    fn list(&mut self, index: &str, key: &str) {
        let number = match self.numbers.get(index) {
            Some(number) => *number,
            None => {
                let number = self.names.len() as u32;
                self.numbers.insert(index.to_owned(), number);
                self.names.push(Index(index.to_owned()));
                number
            }
        };
        let places = self.keys.entry(key.to_owned()).or_default();
        if !places.contains(&number) {
            places.push(number);
        }
    }

    fn len(&self) -> u64 {
        self.keys.len() as u64
    }

    fn into_sorted(self) -> impl Iterator<Item = (String, Vec<Index>)> {
        let names = self.names;
        self.keys.into_iter().map(move |(key, places)| {
            let places = places.iter().map(|&n| names[n as usize].clone());
            let mut places: Vec<_> = places.collect();
            places.sort();
            (key, places)
        })
    }
}
