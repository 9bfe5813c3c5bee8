//! Reads a snapshot of a store in Redis, while servers go on writing to it.
//!
//! No command here blocks Redis for long, so the parts are read at different moments, the head first. The changes of
//! later batches are undone, document by document, which is possible because
//!
//! 1. a batch changes a document in one step, together with at least one entry of its history, if it has one;
//! 2. the indexes of a document are read before its history, and its text at one moment with its history.
//!
//! So where the history has no entry after the head, the document has not changed since the head was read, and all its
//! parts are as they were then. Where it has some, they are left out, and the last one before them describes the
//! document and its indexes. A document without a history is as it is when it is read. `SCAN` finds every key that exists
//! during the whole scan, and documents are never deleted: none is missed.

use super::{
    DocumentKind, Head, Held, Past, Record, RecordSink, Snapshot, StoredRecord, fingerprint,
    placements::Placements, seq,
};
use crate::{
    domain::{Cursor, Epoch},
    server::{
        clock::now,
        store::{
            Index, Key, Result, StoreError, TroubleKind, decode_record,
            keys::{Keys, OWN},
            redis::AtomicRead,
            schema,
        },
    },
};
use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, RedisError, RedisResult, Value,
    aio::MultiplexedConnection, cmd,
};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

/// How long a single command may take.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The epoch of a store without a history.
const NO_EPOCH: &str = "0";
/// How many names, log entries and documents are read at once.
const NAMES: usize = 1_000;
const ENTRIES: usize = 500;
const DOCUMENTS: usize = 32;

/// Reads all documents of these kinds, and writes nothing.
pub async fn from_redis(
    client: &Client,
    prefix: &str,
    kinds: &'static [DocumentKind],
) -> Result<Snapshot> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_TIMEOUT))
        .set_response_timeout(Some(RESPONSE_TIMEOUT));
    let connection = client.get_multiplexed_async_connection_with_config(&config);
    let mut reader = Reader {
        connection: connection.await.map_err(away)?,
        keys: Keys::new(prefix),
        kinds,
    };
    let mut head = reader.head().await?;
    let (placements, names) = reader.placements().await?;
    head.documents = placements.len();
    let (snapshot, sink) = Snapshot::new(head.clone());
    tokio::spawn(sink.run_async(async move |sink: &RecordSink| {
        reader.log(&head.cursor, sink).await?;
        reader.documents(&head.cursor, placements, sink).await?;
        reader.idempotency_records(&head.cursor, names, sink).await
    }));
    Ok(snapshot)
}

struct Reader {
    connection: MultiplexedConnection,
    keys: Keys,
    kinds: &'static [DocumentKind],
}

/// The names of the batches of which there is a record.
type Names = BTreeSet<String>;

/// What a scan of all key names has found.
#[derive(Default)]
struct DocumentParts {
    placements: Placements,
    indexes: BTreeSet<String>,
    batches: Names,
}

impl Reader {
    async fn head(&mut self) -> Result<Head> {
        let name = self.keys.meta();
        let meta: HashMap<String, String> = cmd("HGETALL")
            .arg(&name)
            .query_async(&mut self.connection)
            .await
            .map_err(|error| within(&name, error))?;
        let epoch = meta.get("epoch").map_or(NO_EPOCH, |epoch| epoch);
        let seq = meta.get("seq").map_or("0", |seq| seq);
        let broken = || {
            StoreError::Broken(
                "the epoch or the sequence number in its metadata cannot be read".to_owned(),
            )
        };
        Ok(Head {
            engine: "redis".to_owned(),
            cursor: Cursor {
                epoch: Epoch::new(epoch).ok_or_else(broken)?,
                seq: seq.parse().map_err(|_| broken())?,
            },
            schema: schema::read(
                meta.get("schema").map(String::as_str),
                meta.get("epoch").map(String::as_str),
            )?,
            at: now(),
            documents: 0,
            restoring: meta.get("restoring").filter(|s| !s.is_empty()).cloned(),
        })
    }

    /// All documents with their indexes, and the names of all batches of which there is a record.
    async fn placements(&mut self) -> Result<(Placements, Names)> {
        let mut found = DocumentParts::default();
        let mut at = 0_u64;
        loop {
            let (next, names): (u64, Vec<Vec<u8>>) = cmd("SCAN")
                .arg(at)
                .arg("COUNT")
                .arg(NAMES)
                .query_async(&mut self.connection)
                .await
                .map_err(away)?;
            // A name that is not text belongs to another program.
            for name in names.into_iter().filter_map(|n| String::from_utf8(n).ok()) {
                self.sort_in(&name, &mut found);
            }
            at = next;
            if at == 0 {
                break;
            }
        }
        let mut placements = found.placements;
        for index in found.indexes {
            self.members(&index, &mut placements).await?;
        }
        Ok((placements, found.batches))
    }

    /// Adds what a key name stands for.
    fn sort_in(&self, name: &str, found: &mut DocumentParts) {
        let history = self.keys.history(&Key(String::new()));
        let index = self.keys.index(&Index(String::new()));
        if let Some(about) = name.strip_prefix(&history) {
            found.placements.add_document(about);
        } else if let Some(index) = name.strip_prefix(&index) {
            found.indexes.insert(index.to_owned());
        } else if let Some(batch) = name.strip_prefix(&self.keys.idempotency("")) {
            if !batch.starts_with(OWN) {
                found.batches.insert(batch.to_owned());
            }
        } else if let Some(key) = self.keys.document_key(name)
            && self.kinds.iter().any(|kind| (kind.has)(key))
        {
            found.placements.add_document(key);
        }
    }

    async fn members(&mut self, index: &str, placements: &mut Placements) -> Result<()> {
        let name = self.keys.index(&Index(index.to_owned()));
        let mut at = 0_u64;
        loop {
            let (next, found): (u64, Vec<(String, f64)>) = cmd("ZSCAN")
                .arg(&name)
                .arg(at)
                .arg("COUNT")
                .arg(NAMES)
                .query_async(&mut self.connection)
                .await
                .map_err(|error| within(&name, error))?;
            for (key, score) in found {
                // With another score it is out of order, and pages would not show it.
                match score == 0.0 {
                    true => placements.add_to_index(index, &key),
                    false => placements.add_document(&key),
                }
            }
            at = next;
            if at == 0 {
                return Ok(());
            }
        }
    }

    /// From the newest entry back, because the oldest ones may be trimmed meanwhile.
    async fn log(&mut self, head: &Cursor, sink: &RecordSink) -> Result<()> {
        let (name, mut newest) = (self.keys.log(), head.seq);
        while newest > 0 {
            type Entries = Vec<(String, Vec<String>)>;
            let entries: Entries = cmd("XREVRANGE")
                .arg(&name)
                .arg(format!("{newest}-0"))
                .arg("-")
                .arg("COUNT")
                .arg(ENTRIES)
                .query_async(&mut self.connection)
                .await
                .map_err(|error| within(&name, error))?;
            let Some((oldest, _)) = entries.last() else {
                break;
            };
            newest = number(oldest)?.saturating_sub(1);
            for (id, fields) in &entries {
                let seq = number(id)?;
                let fingerprint = fields.last().map(|text| fingerprint(text));
                sink.send(Record::LogEntry { seq, fingerprint }).await?;
            }
        }
        Ok(())
    }

    async fn documents(
        &mut self,
        head: &Cursor,
        placements: Placements,
        sink: &RecordSink,
    ) -> Result<()> {
        let mut placements = placements.into_sorted();
        loop {
            let some: Vec<_> = placements.by_ref().take(DOCUMENTS).collect();
            if some.is_empty() {
                return Ok(());
            }
            for held in self.read_documents(head, some).await? {
                sink.send(Record::Document(held)).await?;
            }
        }
    }

    /// These documents, as they were at `head`.
    async fn read_documents(
        &mut self,
        head: &Cursor,
        some: Vec<(String, Vec<Index>)>,
    ) -> Result<Vec<Held>> {
        let mut read = AtomicRead::new();
        read.add(&["HMGET", &self.keys.meta(), "epoch", "seq"]);
        for (key, _) in &some {
            let key = Key(key.clone());
            read.add(&["GET", &self.keys.document(&key)]);
            read.add(&["LRANGE", &self.keys.history(&key), "0", "-1"]);
        }
        let answers = read.each(&mut self.connection).await.map_err(away)?;
        let mut answers = answers.into_iter();
        let (epoch, newest): (Option<String>, Option<String>) = take(&mut answers)?;
        if epoch.as_deref().unwrap_or(NO_EPOCH) != head.epoch.to_string() {
            let why = "the store's epoch changed while it was read: try again";
            return Err(TroubleKind::Unreachable.because(why).into());
        }
        let newest = newest.and_then(|seq| seq.parse().ok()).unwrap_or(0);
        let mut documents = Vec::with_capacity(some.len());
        for (key, indexes) in some {
            let text = take(&mut answers)?;
            let history: Vec<String> = take(&mut answers)?;
            let held = Held {
                key: Key(key),
                text,
                indexes,
                history: history.into_iter().map(past).collect(),
            };
            documents.extend(self.as_of(head.seq, newest, held));
        }
        Ok(documents)
    }

    /// A document as it was at number `head`. `newest` was the log's last number when the document was read: an entry
    /// beyond it is not one of a later batch but damage, and stays.
    fn as_of(&self, head: u64, newest: u64, mut held: Held) -> Option<Held> {
        let later = |past: &Past| past.seq > head && past.seq <= newest;
        if !held.history.iter().any(later) {
            return Some(held);
        }
        held.history.retain(|past| !later(past));
        let last = held.history.last()?;
        let kind = self.kinds.iter().find(|kind| (kind.has)(&held.key.0))?;
        // A document whose entry cannot be read stays as it is.
        if let Some((text, mut indexes)) = (kind.as_of)(&held.key, &last.text) {
            indexes.sort();
            held.text = Some(text.to_string());
            held.indexes = indexes;
        }
        Some(held)
    }

    async fn idempotency_records(
        &mut self,
        head: &Cursor,
        names: Names,
        sink: &RecordSink,
    ) -> Result<()> {
        let names: Vec<_> = names.into_iter().collect();
        for some in names.chunks(DOCUMENTS) {
            let mut read = AtomicRead::new();
            for name in some {
                let name = self.keys.idempotency(name);
                read.add(&["GET", &name]).add(&["PEXPIRETIME", &name]);
            }
            let answers = read.each(&mut self.connection).await.map_err(away)?;
            let mut answers = answers.into_iter();
            for name in some {
                let text: Option<String> = take(&mut answers)?;
                let expires: i64 = take(&mut answers)?;
                // It may have expired meanwhile.
                let Some(text) = text.filter(|_| expires > 0) else {
                    continue;
                };
                let later = |at: &Cursor| at.epoch == head.epoch && at.seq > head.seq;
                if decode_record(&text).is_ok_and(|(_, at)| later(&at)) {
                    continue;
                }
                let name = name.clone();
                sink.send(Record::Idempotency(StoredRecord {
                    name,
                    expires,
                    text,
                }))
                .await?;
            }
        }
        Ok(())
    }
}

/// The next answer; the default where the key holds another type.
fn take<T: FromRedisValue + Default>(
    answers: &mut impl Iterator<Item = RedisResult<Value>>,
) -> Result<T> {
    match answers.next() {
        Some(Err(error)) if error.code() != Some("WRONGTYPE") => Err(away(error)),
        Some(Ok(answer)) => Ok(T::from_redis_value(answer).unwrap_or_default()),
        _ => Ok(T::default()),
    }
}

fn past(text: String) -> Past {
    Past {
        seq: seq(&text).unwrap_or(0),
        text,
    }
}

/// The number of an entry, from its id in the stream.
fn number(id: &str) -> Result<u64> {
    let number = id.split('-').next().and_then(|number| number.parse().ok());
    number
        .ok_or_else(|| StoreError::Broken(format!("an entry of the log has the malformed id {id}")))
}

fn away(error: RedisError) -> StoreError {
    match error.kind() {
        redis::ErrorKind::Io => TroubleKind::Unreachable.because(error).into(),
        _ => StoreError::Broken(error.to_string()),
    }
}

/// The error of a command on one key: the key may hold another type.
fn within(name: &str, error: RedisError) -> StoreError {
    match away(error) {
        StoreError::Broken(why) => StoreError::Broken(format!("{name}: {why}")),
        away => away,
    }
}
