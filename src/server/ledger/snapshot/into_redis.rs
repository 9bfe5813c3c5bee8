//! Puts what a snapshot holds into Redis, in many small steps. A mark keeps servers away meanwhile: those that run
//! already notice that their epoch is gone with the next thing that they do, and cannot pass the fence.

use super::{Contents, Head, Held, Kind, Record};
use crate::{
    domain::Cursor,
    server::{
        ledger::{Index, Key, Result, StoreError, fresh_epoch, keys::Keys},
        now,
    },
};
use redis::{
    AsyncConnectionConfig, Client, RedisError, RedisResult, aio::MultiplexedConnection, cmd, pipe,
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
    /// Commands, each as its words.
    waiting: Vec<Vec<String>>,
    /// What was there when it was looked at.
    seen: Meta,
    /// Its epoch is this restore's alone.
    end: Cursor,
    /// The oldest number that the log keeps.
    oldest: u64,
    /// Where the entries of the log stand in histories: number, document, place.
    newest: Vec<(u64, Arc<str>, usize)>,
}

/// What a store says of itself.
#[derive(Default)]
struct Meta {
    epoch: Option<String>,
    seq: Option<String>,
    restoring: Option<String>,
    /// Something else has its name.
    is_foreign: bool,
}

impl IntoRedis {
    /// Connects with an account that may do all that a restore does. Nothing is written.
    pub async fn open(client: &Client, prefix: &str, kinds: &'static [Kind]) -> Result<IntoRedis> {
        let keys = Keys::new(prefix);
        // It never ends its transaction, and is closed.
        try_out(&mut connect(client).await.map_err(failed)?, &keys)
            .await
            .map_err(failed)?;
        Ok(IntoRedis {
            connection: connect(client).await.map_err(failed)?,
            keys,
            kinds,
            waiting: Vec::new(),
            seen: Meta::default(),
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
        let contents = Contents {
            documents,
            events: meta.seq.as_ref().and_then(|s| s.parse().ok()).unwrap_or(0),
            restoring: meta.restoring.clone(),
            is_foreign: meta.is_foreign,
        };
        self.seen = meta;
        Ok(contents)
    }

    async fn meta(&mut self) -> RedisResult<Meta> {
        let mut ask = cmd("HGETALL");
        ask.arg(self.keys.meta());
        let meta = ask.query_async(&mut self.connection).await;
        let mut meta: HashMap<String, String> = match meta {
            Err(error) if error.code() == Some("WRONGTYPE") => {
                return Ok(Meta {
                    is_foreign: true,
                    ..Meta::default()
                });
            }
            meta => meta?,
        };
        Ok(Meta {
            epoch: meta.remove("epoch"),
            seq: meta.remove("seq"),
            restoring: meta.remove("restoring").filter(|since| !since.is_empty()),
            is_foreign: false,
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

    /// From here on no server works on this store until the restore has ended; and what was there is gone. Unless it
    /// shall `replace` whatever is there, nothing may have been written since [`contents`](Self::contents) was asked.
    pub async fn begin(&mut self, head: &Head, retention: u64, replace: bool) -> Result<()> {
        self.end.seq = head.cursor.seq;
        self.oldest = (head.cursor.seq + 1).saturating_sub(retention);
        let mut mark = cmd("EVAL");
        mark.arg(include_str!("mark.lua"))
            .arg(1)
            .arg(self.keys.meta())
            .arg(self.end.epoch.to_string())
            .arg(now().to_string());
        if !replace {
            let Meta { epoch, seq, .. } = &self.seen;
            mark.arg(epoch.as_deref().unwrap_or_default())
                .arg(seq.as_deref().unwrap_or_default());
        }
        let marked: i64 = mark
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
            for names in names.chunks(GROUP) {
                self.queue("UNLINK", names.iter().cloned());
            }
            self.send().await?;
        }
        let schema = ["schema".to_owned(), head.schema.to_string()];
        let meta = self.keys.meta();
        self.queue("HSET", [meta].into_iter().chain(schema));
        self.send().await
    }

    fn queue(&mut self, command: &str, words: impl IntoIterator<Item = String>) {
        let command = [command.to_owned()].into_iter().chain(words);
        self.waiting.push(command.collect());
    }

    pub async fn put(&mut self, record: Record) -> Result<()> {
        match record {
            Record::Document(held) => self.document(&held),
            Record::Once(once) if once.until > now().millis() => {
                let name = self.keys.once(&once.name);
                let until = once.until.to_string();
                self.queue("SET", [name, once.text, "PXAT".to_owned(), until]);
            }
            // Forgotten, or what follows from the documents.
            Record::Once(_) | Record::Logged { .. } | Record::Total { .. } => {}
        }
        match self.waiting.len() < GROUP {
            true => Ok(()),
            false => self.send().await,
        }
    }

    fn document(&mut self, held: &Held) {
        if let Some(text) = &held.text {
            let name = self.keys.document(&held.key);
            self.queue("SET", [name, text.clone()]);
        }
        for index in &held.indexes {
            let name = self.keys.index(index);
            self.queue("ZADD", [name, "0".to_owned(), held.key.0.clone()]);
        }
        if held.history.is_empty() {
            return;
        }
        let name = self.keys.history(&held.key);
        for some in held.history.chunks(GROUP) {
            let texts = some.iter().map(|past| past.text.clone());
            self.queue("RPUSH", [name.clone()].into_iter().chain(texts));
        }
        let key: Arc<str> = held.key.0.as_str().into();
        for (place, past) in held.history.iter().enumerate() {
            if past.seq >= self.oldest.max(1) {
                self.newest.push((past.seq, key.clone(), place));
            }
        }
    }

    /// Does what waits, unless another restore has begun.
    async fn send(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut batch = cmd("EVAL");
        batch
            .arg(include_str!("batch.lua"))
            .arg(1)
            .arg(self.keys.meta())
            .arg(self.end.epoch.to_string());
        for words in self.waiting.drain(..) {
            batch.arg(words.len()).arg(words);
        }
        let done: i64 = batch
            .query_async(&mut self.connection)
            .await
            .map_err(failed)?;
        is_ours(done)
    }

    /// Makes the log anew from the histories, takes the mark away, and tells where the store ends.
    pub async fn finish(&mut self) -> Result<Cursor> {
        self.send().await?;
        self.log().await?;
        let done: i64 = cmd("EVAL")
            .arg(include_str!("unmark.lua"))
            .arg(1)
            .arg(self.keys.meta())
            .arg(self.end.epoch.to_string())
            .arg(self.end.seq.to_string())
            .query_async(&mut self.connection)
            .await
            .map_err(failed)?;
        is_ours(done)?;
        Ok(self.end.clone())
    }

    async fn log(&mut self) -> Result<()> {
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
            let texts = ask.query_async(&mut self.connection).await;
            let texts: Vec<String> = texts.map_err(failed)?;
            for ((seq, ..), text) in some.iter().zip(texts) {
                let (id, field) = (format!("{seq}-0"), "entry".to_owned());
                self.queue("XADD", [log.clone(), id, field, text]);
            }
            self.send().await?;
        }
        Ok(())
    }
}

async fn connect(client: &Client) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(ANSWER));
    client
        .get_multiplexed_async_connection_with_config(&config)
        .await
}

/// Queues each command that a restore needs in a transaction: Redis judges it as if it were run, and nothing happens.
async fn try_out(connection: &mut MultiplexedConnection, keys: &Keys) -> RedisResult<()> {
    // Without it everything that follows would happen.
    cmd("MULTI").query_async::<()>(connection).await?;
    let (meta, document) = (keys.meta(), Key("order:0".to_owned()));
    let (document, history) = (keys.document(&document), keys.history(&document));
    let (index, once, log) = (
        keys.index(&Index("all".to_owned())),
        keys.once("0"),
        keys.log(),
    );
    let all: [&[&str]; 13] = [
        &["HGETALL", &meta],
        &["HMGET", &meta, "epoch"],
        &["HSET", &meta, "run", ""],
        &["INFO", "server"],
        &["EVAL", "return 1", "1", &meta],
        &["SCAN", "0"],
        &["UNLINK", &document, &history, &index, &once, &log, &meta],
        &["SET", &document, ""],
        &["SET", &once, "", "PXAT", "1"],
        &["ZADD", &index, "0", ""],
        &["RPUSH", &history, ""],
        &["LINDEX", &history, "0"],
        &["XADD", &log, "1-0", "entry", ""],
    ];
    let mut queue = pipe();
    for words in all {
        queue.cmd(words[0]).arg(&words[1..]);
    }
    queue.exec_async(connection).await
}

fn is_ours(done: i64) -> Result<()> {
    match done {
        1 => Ok(()),
        _ => Err(StoreError::Broken(
            "somebody else has begun to restore into the same store".to_owned(),
        )),
    }
}

fn failed(error: RedisError) -> StoreError {
    if error.is_io_error() {
        return StoreError::Away(error.to_string());
    }
    let why = error.to_string();
    // Of many that were sent at once mostly all fail, and for the same reason.
    let first = error
        .into_server_errors()
        .and_then(|errors| errors.first().map(|(_, error)| error.clone()));
    StoreError::Broken(first.map_or(why, |error| RedisError::from(error).to_string()))
}
