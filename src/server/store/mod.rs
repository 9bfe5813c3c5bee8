//! The store: documents, indexes over them, and one dense log of events, behind one narrow trait. Two engines implement
//! it, [`Embedded`] and [`Redis`]; one conformance suite runs on both.
//!
//! The store knows JSON text and keys, and nothing of orders: other kinds of documents need no new operation.

mod admin_reads;
pub mod admin_socket;
mod admin_socket_path;
pub mod embedded;
mod instrumented;
pub mod open;
mod redis;
pub mod schema_version;
pub mod snapshot;
mod through_server;
mod trouble;

#[cfg(test)]
mod conformance_tests;
#[cfg(test)]
mod model_tests;

pub use admin_socket_path::SocketPath;
pub use embedded::{Embedded, ReadOnly, Unreadable, check, left_at};
pub use instrumented::Instrumented;
pub use redis::{
    OLDEST, Permission, Redis, Resource, Target, commands, durability,
    keys::{self, Keys},
    needed_permissions,
};
pub use schema_version as schema;
pub use through_server::ThroughServer;
pub use trouble::{Trouble, TroubleKind};

use crate::domain::{Cursor, Epoch};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::{
    fmt::{self, Write},
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

#[async_trait]
pub trait Store: Send + Sync {
    /// Makes all changes of a batch in one atomic step, or none. A committed batch is stored as durably as
    /// [`Health::durability`] says, and its entries are (or will be, without a gap) in the log.
    async fn commit(&self, batch: Batch) -> Result<Outcome>;

    async fn get(&self, key: &Key) -> Result<Option<JsonText>>;

    /// The text that is stored under the name of a batch.
    async fn idempotency_record(&self, name: &str) -> Result<Option<JsonText>>;

    /// Reads pages of indexes, all at one moment, and the end of the log at that moment.
    async fn list(&self, queries: &[Query]) -> Result<Listing>;

    /// All entries of the log about one document, oldest first. They are kept as long as the document.
    async fn history(&self, key: &Key) -> Result<Vec<JsonText>>;

    /// At most `limit` of them, newest first, without the `skip` newest.
    async fn history_page(&self, key: &Key, skip: usize, limit: usize) -> Result<Vec<JsonText>> {
        let all = self.history(key).await?.into_iter().rev();
        Ok(all.skip(skip).take(limit).collect())
    }

    /// At most `limit` entries of the log after a cursor, in order. Where there are none it waits for some, at most
    /// `wait`, and then proves that there are none. With a wait it is meant for one reader at a time.
    async fn read_log(&self, cursor: &Cursor, limit: usize, wait: Duration) -> Result<LogRead>;

    /// The known state of the engine; it is not asked again.
    fn health(&self) -> Health;
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// A name for a new history.
pub fn fresh_epoch() -> Epoch {
    // The lower half of such an id is random.
    Epoch::random(uuid::Uuid::now_v7().as_u128() as u64)
}

/// The record of a named batch, as it is stored: the batch's cursor, a space, the batch's text.
fn encode_record(cursor: &Cursor, text: &str) -> String {
    format!("{cursor} {text}")
}

/// Reads what [`encode_record`] has made.
pub fn decode_record(stored: &str) -> Result<(JsonText, Cursor)> {
    let parts = stored.split_once(' ');
    let parts = parts.and_then(|(cursor, text)| Some((text.into(), cursor.parse().ok()?)));
    parts.ok_or_else(|| StoreError::Broken("the record of a batch cannot be read".to_owned()))
}

/// JSON text, shared, and never encoded again.
pub type JsonText = Arc<str>;

/// The name of a document: its kind, a colon, its id. Keys of a kind sort like their ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub String);

/// An ordered set of keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Index(pub String);

/// A set of changes that are committed together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The name under which it is committed once, if it has one.
    pub idempotency: Option<IdempotencyRecord>,
    /// After this moment it must not be committed: the client has been told that it was not.
    pub deadline: Option<Instant>,
    /// The required state of these documents: exactly this text, or (`None`) no document.
    pub expect: Vec<(Key, Option<JsonText>)>,
    /// Each of these keys must be above every key that its index has.
    pub expect_highest: Vec<(Index, Key)>,
    /// The largest number of keys that each of these indexes may have after the batch. It is asked only where the batch
    /// adds a key to the index that is not in it yet.
    pub room: Vec<(Index, u64)>,
    pub put: Vec<(Key, JsonText)>,
    pub index: Vec<IndexChange>,
    pub log: Vec<NewEntry>,
    /// The trace of its entries for readers that follow the log, see [`LogEntry::trace`].
    pub trace: Option<JsonText>,
}

impl Batch {
    /// The last entry, where it is about a document that the batch expects in one state and writes in another: where the
    /// batch has been committed, that expectation fails, and the entry is in the document's history. A document never
    /// gets back to a text that it had.
    fn left_behind(&self) -> Option<&NewEntry> {
        let entry = self.log.last()?;
        let (_, before) = self.expect.iter().find(|(key, _)| *key == entry.about)?;
        let (_, after) = self.put.iter().find(|(key, _)| *key == entry.about)?;
        (before.as_ref() != Some(after)).then_some(entry)
    }
}

/// Makes a batch idempotent: sent again, by any instance and after any lost answer, it is committed once.
#[derive(Clone, Debug)]
pub struct IdempotencyRecord {
    pub name: String,
    /// The text that is stored under the name, in the same step.
    pub text: JsonText,
    /// For how long the name is stored.
    pub keep: Duration,
}

#[derive(Clone, Debug)]
pub enum IndexChange {
    In(Index, Key),
    Out(Index, Key),
}

/// A new entry of the log, about one document.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub about: Key,
    /// A JSON object. The engine adds one last member: `id`, the entry's cursor.
    pub body: JsonText,
    /// Where the body repeats the text that the batch writes under `about`, if it does: the same bytes need not be sent
    /// twice.
    pub repeats: Option<Range<usize>>,
    /// Whether it is published to other programs, where an engine does that. Every entry is in the log.
    pub published: bool,
}

impl NewEntry {
    /// Its cursor in an entry as it is stored, if that is this one.
    fn cursor_in(&self, stored: &str) -> Option<Cursor> {
        let body = self.body.strip_suffix('}').unwrap_or(&self.body);
        let id = stored.strip_prefix(body)?.strip_prefix(",\"id\":\"")?;
        id.strip_suffix("\"}")?.parse().ok()
    }

    /// Writes the entry as it is stored and sent, in place of what `text` holds.
    fn write_at(&self, cursor: &Cursor, text: &mut String) {
        text.clear();
        text.push_str(self.body.strip_suffix('}').unwrap_or(&self.body));
        // Writing to a string does not fail.
        let _ = write!(text, ",\"id\":\"{cursor}\"}}");
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Stored. The cursor of its last entry, or of the end of the log where it has none.
    Committed(Cursor),
    /// A document is not as expected; nothing has changed.
    Conflict,
    /// A key is not above this one, the highest of its index; nothing has changed.
    NotHighest(Key),
    /// This index has no room for a new key; nothing has changed.
    Full(Index),
    /// A batch of this name was committed before; nothing has changed now. The text that was stored then, and the cursor
    /// of that commit.
    Replayed(JsonText, Cursor),
}

/// A page of an index, highest key first.
#[derive(Clone, Debug)]
pub struct Query {
    pub index: Index,
    /// The page begins before this key, or with the highest key.
    pub before: Option<Key>,
    pub limit: usize,
}

#[derive(Debug, PartialEq)]
pub struct Listing {
    /// The pages reflect all entries of the log up to here, and none after.
    pub cursor: Cursor,
    /// One for each query.
    pub pages: Vec<Page>,
}

#[derive(Debug, Default, PartialEq)]
pub struct Page {
    pub documents: Vec<JsonText>,
    /// The key that the next page begins before, if more documents follow.
    pub next: Option<Key>,
    /// The number of keys in the whole index.
    pub total: u64,
}

/// An entry of the log, as a reader that follows it gets it.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// As it is stored and sent.
    pub text: JsonText,
    /// The trace that it was written in, as a W3C `traceparent`. It is not part of the entry: no history and no copy of
    /// the store has it, and an engine may drop it at any time.
    pub trace: Option<JsonText>,
}

/// An entry without a trace.
impl From<JsonText> for LogEntry {
    fn from(text: JsonText) -> LogEntry {
        LogEntry { text, trace: None }
    }
}

#[derive(Debug, PartialEq)]
pub enum LogRead {
    Entries(Vec<LogEntry>),
    /// The entries after the cursor are no longer kept, or were never in this store.
    CursorExpired,
}

/// Why an operation of the store failed. Only operators see the text.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot work now, and may again. Nothing was committed, and nothing will be.
    #[error(transparent)]
    Unavailable(#[from] Trouble),
    /// The answer was lost: the operation may have happened, or not.
    #[error("no answer: {0}")]
    Ambiguous(String),
    /// The store refused, or holds something that cannot be read.
    #[error("{0}")]
    Broken(String),
}

impl StoreError {
    /// The stable name of its kind, for metrics.
    pub fn name(&self) -> &'static str {
        match self {
            StoreError::Unavailable(_) => "away",
            StoreError::Ambiguous(_) => "ambiguous",
            StoreError::Broken(_) => "broken",
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        match error {
            StoreError::Unavailable(trouble) => trouble,
            StoreError::Ambiguous(why) => TroubleKind::Unreachable.because(why),
            StoreError::Broken(why) => TroubleKind::Unusable.because(why),
        }
    }
}

/// Which failures a committed change survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every committed change is on the disk.
    Fsync,
    /// Redis syncs its log before it answers (`appendfsync always`).
    Always,
    /// A crash of Redis' machine may lose up to a second or two (`appendfsync everysec` or `no`).
    Everysec,
    /// Only snapshots, or nothing: a restart of Redis may lose everything since the last snapshot.
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
    /// Why a change would not be taken, if it would not.
    pub trouble: Option<Trouble>,
}
