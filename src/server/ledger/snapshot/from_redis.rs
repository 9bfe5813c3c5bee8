//! A snapshot of a store in Redis, while servers go on writing to it.
//!
//! Nothing here stops Redis for longer than a short command takes; so the parts are read at different moments, the
//! head first. A batch that came after it is taken back, document by document, which is possible because
//!
//! 1. everything of a batch about one document happens in one step, with at least one entry of its history;
//! 2. where a document is listed is read before its history, and its text at one moment with its history.
//!
//! So where the history has no entry after the head, nothing has happened to the document since the head was read,
//! and all that was read of it is as it was then. Where it has some, they are left out, and the last one that is
//! left says what the document was, and where it was listed. What is there all the time is found by `SCAN`, and
//! documents are never deleted: none is missed.

use super::{Head, Held, Kind, Out, Past, Places, Record, Remembered, Snapshot, print, seq};
use crate::{
    domain::{Cursor, Epoch},
    server::{
        ledger::{
            Index, Key, Result, StoreError,
            keys::{Keys, OWN},
            moment::Moment,
            recall, schema,
        },
        now,
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

/// Longer than that no single answer takes.
const ANSWER: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(3);
/// The epoch of a store in which no history has begun.
const NONE: &str = "0";
/// How much is asked for at once: names, entries of the log, whole documents.
const NAMES: usize = 1_000;
const ENTRIES: usize = 500;
const DOCUMENTS: usize = 32;

/// Reads all documents of these kinds. It writes nothing.
pub async fn from_redis(client: &Client, prefix: &str, kinds: &'static [Kind]) -> Result<Snapshot> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(ANSWER));
    let connection = client.get_multiplexed_async_connection_with_config(&config);
    let mut reader = Reader {
        connection: connection.await.map_err(away)?,
        keys: Keys::new(prefix),
        kinds,
    };
    let mut head = reader.head().await?;
    let (places, names) = reader.places().await?;
    head.documents = places.len();
    let (snapshot, out) = Snapshot::new(head.clone());
    tokio::spawn(out.run_async(async move |out: &Out| {
        reader.log(&head.cursor, out).await?;
        reader.documents(&head.cursor, places, out).await?;
        reader.remembered(&head.cursor, names, out).await
    }));
    Ok(snapshot)
}

struct Reader {
    connection: MultiplexedConnection,
    keys: Keys,
    kinds: &'static [Kind],
}

/// The names of what batches have left behind.
type Names = BTreeSet<String>;

impl Reader {
    async fn head(&mut self) -> Result<Head> {
        let name = self.keys.meta();
        let meta: HashMap<String, String> = cmd("HGETALL")
            .arg(&name)
            .query_async(&mut self.connection)
            .await
            .map_err(|error| within(&name, error))?;
        let epoch = meta.get("epoch").map_or(NONE, |epoch| epoch);
        let seq = meta.get("seq").map_or("0", |seq| seq);
        let broken = || StoreError::Broken("its epoch or its number cannot be read".to_owned());
        Ok(Head {
            engine: "redis".to_owned(),
            cursor: Cursor {
                epoch: Epoch::new(epoch).ok_or_else(broken)?,
                seq: seq.parse().map_err(|_| broken())?,
            },
            schema: schema::read(
                meta.get("schema").map(String::as_str),
                meta.contains_key("epoch"),
            )?,
            at: now(),
            documents: 0,
            restoring: meta.get("restoring").filter(|s| !s.is_empty()).cloned(),
        })
    }

    /// Everything that has a name here, and what indexes list.
    async fn places(&mut self) -> Result<(Places, Names)> {
        let (mut places, mut names, mut indexes) = <(Places, Names, BTreeSet<String>)>::default();
        let prefix = self.keys.prefix().to_owned();
        let history = self.keys.history(&Key(String::new()));
        let index = self.keys.index(&Index(String::new()));
        let once = self.keys.once("");
        let mut at = 0_u64;
        loop {
            let (next, found): (u64, Vec<Vec<u8>>) = cmd("SCAN")
                .arg(at)
                .arg("COUNT")
                .arg(NAMES)
                .query_async(&mut self.connection)
                .await
                .map_err(away)?;
            // A name that is no text is somebody else's.
            for name in found.into_iter().filter_map(|n| String::from_utf8(n).ok()) {
                if let Some(about) = name.strip_prefix(&history) {
                    places.note(about);
                } else if let Some(index) = name.strip_prefix(&index) {
                    indexes.insert(index.to_owned());
                } else if let Some(once) = name.strip_prefix(&once) {
                    if !once.starts_with(OWN) {
                        names.insert(once.to_owned());
                    }
                } else if let Some(key) = name.strip_prefix(&prefix)
                    && self.kinds.iter().any(|kind| (kind.has)(key))
                {
                    places.note(key);
                }
            }
            at = next;
            if at == 0 {
                break;
            }
        }
        for index in indexes {
            self.members(&index, &mut places).await?;
        }
        Ok((places, names))
    }

    async fn members(&mut self, index: &str, places: &mut Places) -> Result<()> {
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
                // With another score it does not stand in its place: pages would not show it.
                match score == 0.0 {
                    true => places.list(index, &key),
                    false => places.note(&key),
                }
            }
            at = next;
            if at == 0 {
                return Ok(());
            }
        }
    }

    /// From its newest entry back, because the oldest ones may go meanwhile.
    async fn log(&mut self, head: &Cursor, out: &Out) -> Result<()> {
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
                let print = fields.last().map(|text| print(text));
                out.send(Record::Logged { seq, print }).await?;
            }
        }
        Ok(())
    }

    async fn documents(&mut self, head: &Cursor, places: Places, out: &Out) -> Result<()> {
        let mut places = places.into_sorted();
        loop {
            let some: Vec<_> = places.by_ref().take(DOCUMENTS).collect();
            if some.is_empty() {
                return Ok(());
            }
            let mut moment = Moment::new();
            moment.ask(&["HMGET", &self.keys.meta(), "epoch", "seq"]);
            for (key, _) in &some {
                let key = Key(key.clone());
                moment.ask(&["GET", &self.keys.document(&key)]);
                moment.ask(&["LRANGE", &self.keys.history(&key), "0", "-1"]);
            }
            let answers = moment.each(&mut self.connection).await.map_err(away)?;
            let mut answers = answers.into_iter();
            let (epoch, newest): (Option<String>, Option<String>) = take(&mut answers)?;
            if epoch.as_deref().unwrap_or(NONE) != head.epoch.to_string() {
                let why = "another history of the store began while it was read: try it again";
                return Err(StoreError::Away(why.to_owned()));
            }
            let newest = newest.and_then(|seq| seq.parse().ok()).unwrap_or(0);
            for (key, indexes) in some {
                let text = take(&mut answers)?;
                let history: Vec<String> = take(&mut answers)?;
                let held = Held {
                    key: Key(key),
                    text,
                    indexes,
                    history: history.into_iter().map(past).collect(),
                };
                if let Some(held) = self.as_of(head.seq, newest, held) {
                    out.send(Record::Document(held)).await?;
                }
            }
        }
    }

    /// A document as it was at the head, where it is known to have been another one: `newest` was the log's last
    /// number when it was read. An entry that is beyond that one has never happened, and stays.
    fn as_of(&self, head: u64, newest: u64, mut held: Held) -> Option<Held> {
        let later = |past: &Past| past.seq > head && past.seq <= newest;
        if !held.history.iter().any(later) {
            return Some(held);
        }
        held.history.retain(|past| !later(past));
        let last = held.history.last()?;
        let kind = self.kinds.iter().find(|kind| (kind.has)(&held.key.0))?;
        // What cannot be read is shown as it is.
        if let Some((text, mut indexes)) = (kind.as_of)(&last.text) {
            indexes.sort();
            held.text = Some(text.to_string());
            held.indexes = indexes;
        }
        Some(held)
    }

    async fn remembered(&mut self, head: &Cursor, names: Names, out: &Out) -> Result<()> {
        let names: Vec<_> = names.into_iter().collect();
        for some in names.chunks(DOCUMENTS) {
            let mut moment = Moment::new();
            for name in some {
                let name = self.keys.once(name);
                moment.ask(&["GET", &name]).ask(&["PEXPIRETIME", &name]);
            }
            let answers = moment.each(&mut self.connection).await.map_err(away)?;
            let mut answers = answers.into_iter();
            for name in some {
                let text: Option<String> = take(&mut answers)?;
                let until: i64 = take(&mut answers)?;
                // It may have been forgotten meanwhile.
                let Some(text) = text.filter(|_| until > 0) else {
                    continue;
                };
                let later = |at: &Cursor| at.epoch == head.epoch && at.seq > head.seq;
                if recall(&text).is_ok_and(|(_, at)| later(&at)) {
                    continue;
                }
                let name = name.clone();
                out.send(Record::Once(Remembered { name, until, text }))
                    .await?;
            }
        }
        Ok(())
    }
}

/// The next answer; nothing where something of another kind is there.
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
    number.ok_or_else(|| StoreError::Broken(format!("an entry of the log has the id {id}")))
}

fn away(error: RedisError) -> StoreError {
    match error.kind() {
        redis::ErrorKind::Io => StoreError::Away(error.to_string()),
        _ => StoreError::Broken(error.to_string()),
    }
}

/// The same, of what has this name: it holds something else than it should.
fn within(name: &str, error: RedisError) -> StoreError {
    match away(error) {
        StoreError::Broken(why) => StoreError::Broken(format!("{name}: {why}")),
        away => away,
    }
}
