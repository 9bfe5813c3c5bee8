//! Puts what a snapshot holds into Redis, in many small steps. A mark keeps servers away meanwhile: those that run
//! already notice that their epoch is gone with the next thing that they do, and cannot pass the fence.

use super::{Contents, Head, Held, Kind, Record};
use crate::{
    domain::Cursor,
    server::{
        ledger::{Key, Result, StoreError, fresh_epoch, keys::Keys},
        now,
    },
};
use redis::{
    AsyncConnectionConfig, Client, Pipeline, RedisError, RedisResult, aio::MultiplexedConnection,
    cmd, pipe,
};
use std::{collections::HashMap, sync::Arc, time::Duration};

const ANSWER: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(3);
/// Commands that are sent at once.
const GROUP: usize = 500;

pub struct IntoRedis {
    connection: MultiplexedConnection,
    keys: Keys,
    kinds: &'static [Kind],
    waiting: Pipeline,
    /// The mark of this restore.
    since: String,
    end: Cursor,
    /// The oldest number that the log keeps.
    oldest: u64,
    /// Where the entries of the log stand in histories: number, document, place.
    newest: Vec<(u64, Arc<str>, usize)>,
}

/// What is there, as it was when it was looked at.
struct Meta {
    epoch: Option<String>,
    seq: Option<String>,
    restoring: Option<String>,
}

impl IntoRedis {
    pub async fn open(client: &Client, prefix: &str, kinds: &'static [Kind]) -> Result<IntoRedis> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(ANSWER));
        let connection = client.get_multiplexed_async_connection_with_config(&config);
        Ok(IntoRedis {
            connection: connection.await.map_err(failed)?,
            keys: Keys::new(prefix),
            kinds,
            waiting: pipe(),
            since: String::new(),
            end: Cursor {
                epoch: fresh_epoch(),
                seq: 0,
            },
            oldest: 0,
            newest: Vec::new(),
        })
    }

    pub async fn contents(&mut self) -> Result<Contents> {
        let meta = self.meta().await.map_err(failed)?;
        let mut documents = 0;
        let mut at = None;
        while let Some(names) = self.ours(&mut at).await.map_err(failed)? {
            documents += names.iter().filter(|name| self.is_document(name)).count() as u64;
        }
        Ok(Contents {
            documents,
            events: meta.seq.and_then(|seq| seq.parse().ok()).unwrap_or(0),
            restoring: meta.restoring,
        })
    }

    async fn meta(&mut self) -> RedisResult<Meta> {
        let mut meta: HashMap<String, String> = cmd("HGETALL")
            .arg(self.keys.meta())
            .query_async(&mut self.connection)
            .await?;
        Ok(Meta {
            epoch: meta.remove("epoch"),
            seq: meta.remove("seq"),
            restoring: meta.remove("restoring"),
        })
    }

    fn is_document(&self, name: &str) -> bool {
        let key = name.strip_prefix(self.keys.prefix());
        key.is_some_and(|key| self.kinds.iter().any(|kind| (kind.has)(key)))
    }

    /// Some more of the market's keys, without the one that says what the store is; `None` after the last. Whatever
    /// else is in this Redis is somebody else's.
    async fn ours(&mut self, at: &mut Option<u64>) -> RedisResult<Option<Vec<String>>> {
        if *at == Some(0) {
            return Ok(None);
        }
        let (next, found): (u64, Vec<Vec<u8>>) = cmd("SCAN")
            .arg(at.unwrap_or(0))
            .arg("COUNT")
            .arg(GROUP)
            .query_async(&mut self.connection)
            .await?;
        *at = Some(next);
        let meta = self.keys.meta();
        let is_ours = |name: &String| {
            *name != meta && (self.keys.is_internal(name) || self.is_document(name))
        };
        let names = found.into_iter().filter_map(|n| String::from_utf8(n).ok());
        Ok(Some(names.filter(is_ours).collect()))
    }

    /// From here on no server works on this store until the restore has ended; and what was there is gone.
    pub async fn begin(&mut self, head: &Head, retention: u64) -> Result<()> {
        self.since = now().to_string();
        self.end.seq = head.cursor.seq;
        self.oldest = (head.cursor.seq + 1).saturating_sub(retention);
        let was = self.meta().await.map_err(failed)?;
        let marked: i64 = cmd("EVAL")
            .arg(include_str!("mark.lua"))
            .arg(1)
            .arg(self.keys.meta())
            .arg(was.epoch.unwrap_or_default())
            .arg(was.seq.unwrap_or_default())
            .arg(self.end.epoch.to_string())
            .arg(&self.since)
            .query_async(&mut self.connection)
            .await
            .map_err(failed)?;
        if marked == 0 {
            let why =
                "something was written to this store just now: look what it is, and try again";
            return Err(StoreError::Broken(why.to_owned()));
        }
        let mut at = None;
        while let Some(names) = self.ours(&mut at).await.map_err(failed)? {
            if !names.is_empty() {
                let gone = cmd("UNLINK")
                    .arg(&names)
                    .query_async::<()>(&mut self.connection)
                    .await;
                gone.map_err(failed)?;
            }
        }
        let mut meta = cmd("HSET");
        meta.arg(self.keys.meta()).arg("schema").arg(head.schema);
        meta.query_async(&mut self.connection).await.map_err(failed)
    }

    pub async fn put(&mut self, record: Record) -> Result<()> {
        match record {
            Record::Document(held) => self.document(&held),
            Record::Once(once) if once.until > now().millis() => {
                let name = self.keys.once(&once.name);
                let mut set = cmd("SET");
                set.arg(name).arg(once.text).arg("PXAT").arg(once.until);
                self.waiting.add_command(set);
            }
            // Forgotten, or what follows from the documents.
            Record::Once(_) | Record::Logged { .. } | Record::Total { .. } => {}
        }
        match self.waiting.len() < GROUP {
            true => Ok(()),
            false => self.send().await.map_err(failed),
        }
    }

    fn document(&mut self, held: &Held) {
        if let Some(text) = &held.text {
            let name = self.keys.document(&held.key);
            self.waiting.cmd("SET").arg(name).arg(text);
        }
        for index in &held.indexes {
            let name = self.keys.index(index);
            self.waiting.cmd("ZADD").arg(name).arg(0).arg(&held.key.0);
        }
        if held.history.is_empty() {
            return;
        }
        let texts: Vec<_> = held.history.iter().map(|past| &past.text).collect();
        let name = self.keys.history(&held.key);
        self.waiting.cmd("RPUSH").arg(name).arg(texts);
        let key: Arc<str> = held.key.0.as_str().into();
        for (place, past) in held.history.iter().enumerate() {
            if past.seq >= self.oldest.max(1) {
                self.newest.push((past.seq, key.clone(), place));
            }
        }
    }

    async fn send(&mut self) -> RedisResult<()> {
        let waiting = std::mem::replace(&mut self.waiting, pipe());
        match waiting.is_empty() {
            true => Ok(()),
            false => waiting.exec_async(&mut self.connection).await,
        }
    }

    /// Makes the log anew from the histories, takes the mark away, and tells where the store ends.
    pub async fn finish(&mut self) -> Result<Cursor> {
        self.send().await.map_err(failed)?;
        self.log().await.map_err(failed)?;
        let done: i64 = cmd("EVAL")
            .arg(include_str!("unmark.lua"))
            .arg(1)
            .arg(self.keys.meta())
            .arg(&self.since)
            .arg(self.end.seq.to_string())
            .query_async(&mut self.connection)
            .await
            .map_err(failed)?;
        match done {
            1 => Ok(self.end.clone()),
            _ => Err(StoreError::Broken(
                "somebody else has begun to restore into the same store".to_owned(),
            )),
        }
    }

    async fn log(&mut self) -> RedisResult<()> {
        let mut newest = std::mem::take(&mut self.newest);
        newest.sort_unstable();
        newest.dedup_by_key(|(seq, ..)| *seq);
        let log = self.keys.log();
        for some in newest.chunks(GROUP) {
            let mut ask = pipe();
            for (_, key, place) in some {
                let history = self.keys.history(&Key(key.to_string()));
                ask.cmd("LINDEX").arg(history).arg(*place);
            }
            let texts: Vec<String> = ask.query_async(&mut self.connection).await?;
            let mut add = pipe();
            for ((seq, ..), text) in some.iter().zip(texts) {
                let id = format!("{seq}-0");
                add.cmd("XADD").arg(&log).arg(id).arg("entry").arg(text);
            }
            add.exec_async(&mut self.connection).await?;
        }
        Ok(())
    }
}

fn failed(error: RedisError) -> StoreError {
    match error.kind() {
        redis::ErrorKind::Io => StoreError::Away(error.to_string()),
        _ => StoreError::Broken(error.to_string()),
    }
}
