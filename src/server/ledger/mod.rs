//! The one narrow waist between the market and what keeps it: documents, indexes over them, and one dense
//! log of events. Two engines stand behind it, [`Embedded`] and [`Redis`]; one contract suite runs on both.
//!
//! A ledger knows JSON text and keys. It knows nothing of orders: other kinds of documents come without a
//! new operation.

mod aside;
pub mod embedded;
pub mod keys;
mod measured;
mod moment;
mod needs;
mod redis;
pub mod schema;
pub mod snapshot;
mod witness;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod model;

pub use embedded::{Embedded, ReadOnly, Unreadable, check};
pub use keys::Keys;
pub use measured::Measured;
pub use needs::{Need, On, commands, needs};
pub use redis::{OLDEST, Redis, Target, durability};
pub use witness::left_at;

use crate::domain::{Cursor, Epoch};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

#[async_trait]
pub trait Ledger: Send + Sync {
    /// Makes all changes of a batch in one atomic step, or none. What is answered as done is stored as
    /// durably as [`Health::durability`] says, and is (or will be, without a gap) in the log.
    async fn commit(&self, batch: Batch) -> Result<Outcome>;

    async fn get(&self, key: &Key) -> Result<Option<Text>>;

    /// What is remembered under the name of a batch.
    async fn remembered(&self, name: &str) -> Result<Option<Text>>;

    /// Reads pages of indexes, all at one moment, and that moment's place in the log.
    async fn list(&self, queries: &[Query]) -> Result<Listing>;

    /// All entries of the log about one document, oldest first, for as long as the document is kept.
    async fn history(&self, key: &Key) -> Result<Vec<Text>>;

    /// At most `most` entries of the log after a cursor, in order. Where there are none it waits for some, at
    /// most as long as `wait`, and then proves that there are none. Meant for one reader at a time when waiting.
    async fn after(&self, cursor: &Cursor, most: usize, wait: Duration) -> Result<Tail>;

    /// What is known of the engine, without asking it again.
    fn health(&self) -> Health;
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// A name for a history that has just begun.
pub fn fresh_epoch() -> Epoch {
    // The lower half of such an id is random.
    Epoch::random(uuid::Uuid::now_v7().as_u128() as u64)
}

/// What is stored under the name of a batch: its cursor, a space, what is remembered.
fn remember(cursor: &Cursor, text: &str) -> String {
    format!("{cursor} {text}")
}

pub fn recall(stored: &str) -> Result<(Text, Cursor)> {
    let parts = stored.split_once(' ');
    let parts = parts.and_then(|(cursor, text)| Some((text.into(), cursor.parse().ok()?)));
    parts.ok_or_else(|| StoreError::Broken("a record that cannot be read".to_owned()))
}

/// JSON text, shared and never re-encoded.
pub type Text = Arc<str>;

/// A document's name: its kind, a colon, its id. Keys of a kind sort as their ids do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub String);

/// An ordered set of keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Index(pub String);

/// A set of changes that happen together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The name under which it happens once, if it has one.
    pub once: Option<Once>,
    /// From then on it must not happen any more: whoever asked has been told that it did not.
    pub until: Option<Instant>,
    /// What must be true of these documents: exactly this text, or (`None`) that there is none.
    pub expect: Vec<(Key, Option<Text>)>,
    pub put: Vec<(Key, Text)>,
    pub index: Vec<IndexChange>,
    pub log: Vec<Entry>,
    /// What its entries lead on for whoever follows the log, see [`Logged::trace`].
    pub trace: Option<Text>,
}

/// Makes a batch happen once, whoever sends it again: on any instance, after any lost answer.
#[derive(Clone, Debug)]
pub struct Once {
    pub name: String,
    /// What is remembered beside it, in the same step.
    pub text: Text,
    /// How long.
    pub keep: Duration,
}

#[derive(Clone, Debug)]
pub enum IndexChange {
    In(Index, Key),
    Out(Index, Key),
}

/// A new entry of the log, about one document.
#[derive(Clone, Debug)]
pub struct Entry {
    pub about: Key,
    /// A JSON object. The engine adds one last member: `id`, the entry's cursor.
    pub body: Text,
}

impl Entry {
    /// The entry as it is stored and sent.
    fn at(&self, cursor: &Cursor) -> Text {
        let open = self.body.strip_suffix('}').unwrap_or(&self.body);
        format!("{open},\"id\":\"{cursor}\"}}").into()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Stored. The cursor of its last entry, or of the log's head where it has none.
    Done(Cursor),
    /// An expectation did not hold; nothing has changed.
    Conflict,
    /// A batch of this name has happened before; nothing has changed now. What was remembered then, and the
    /// cursor that it was answered with.
    Known(Text, Cursor),
}

/// Part of an index, highest key first.
#[derive(Clone, Debug)]
pub struct Query {
    pub index: Index,
    /// Begins below this key, or at the highest.
    pub below: Option<Key>,
    pub most: usize,
}

#[derive(Debug, PartialEq)]
pub struct Listing {
    /// Everything listed contains all entries of the log up to here, and nothing after.
    pub cursor: Cursor,
    /// One for each query.
    pub pages: Vec<Page>,
}

#[derive(Debug, Default, PartialEq)]
pub struct Page {
    pub documents: Vec<Text>,
    /// Where the next page begins, if more follow.
    pub next: Option<Key>,
    /// How many keys the whole index holds.
    pub total: u64,
}

/// An entry of the log, as whoever follows it gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    /// As it is stored and sent.
    pub text: Text,
    /// The trace that it was written in, as a W3C `traceparent`. It is no part of the entry: no history and no copy of
    /// the store has it, and an engine forgets it when it likes.
    pub trace: Option<Text>,
}

/// Where nobody knows of a trace.
impl From<Text> for Logged {
    fn from(text: Text) -> Logged {
        Logged { text, trace: None }
    }
}

#[derive(Debug, PartialEq)]
pub enum Tail {
    Entries(Vec<Logged>),
    /// The entries after the cursor are not held any more, or never were in this store.
    Lost,
}

/// Why a store did not do what it was asked. Only operators see the text.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or does not answer in time. Nothing has happened, and nothing will.
    #[error("not reachable: {0}")]
    Away(String),
    /// The answer did not come: it may have happened, or not.
    #[error("no answer: {0}")]
    Ambiguous(String),
    /// It refused, or holds something that cannot be read.
    #[error("{0}")]
    Broken(String),
}

impl StoreError {
    /// The stable name of its kind.
    pub fn name(&self) -> &'static str {
        match self {
            StoreError::Away(_) => "away",
            StoreError::Ambiguous(_) => "ambiguous",
            StoreError::Broken(_) => "broken",
        }
    }
}

/// What survives what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Everything answered as done is on the disk.
    Fsync,
    /// Redis syncs its log before it answers (`appendfsync always`).
    Always,
    /// A crash of Redis' machine may lose up to a second or two (`appendfsync everysec` or `no`).
    Everysec,
    /// Only snapshots, or nothing: a restart of Redis may lose everything since the last one.
    Memory,
}

impl Durability {
    pub const ALL: [Durability; 4] = [
        Durability::Fsync,
        Durability::Always,
        Durability::Everysec,
        Durability::Memory,
    ];
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Durability::Fsync => "fsync",
            Durability::Always => "always",
            Durability::Everysec => "everysec",
            Durability::Memory => "memory",
        })
    }
}

#[derive(Clone, Debug)]
pub struct Health {
    /// `embedded` or `redis`.
    pub engine: &'static str,
    /// Unknown until the store has answered once.
    pub durability: Option<Durability>,
    /// Why it is not available, if it is not.
    pub trouble: Option<String>,
}
