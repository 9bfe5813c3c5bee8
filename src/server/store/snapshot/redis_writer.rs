//! Writes records into Redis, in many small steps, unless something else writes to the same store.

use super::{Held, Record};
use crate::{
    domain::Cursor,
    server::{
        clock::now,
        store::{Key, Result, StoreError, TroubleKind, keys::Keys},
    },
};
use redis::{
    AsyncConnectionConfig, Client, RedisError, RedisResult, aio::MultiplexedConnection, cmd, pipe,
};
use std::{sync::Arc, time::Duration};

/// How long a single command may take.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The number of commands that are sent at once.
pub const GROUP: usize = 500;

pub struct RedisWriter {
    pub connection: MultiplexedConnection,
    pub keys: Keys,
    /// Where the store ends, unless something else has written to it.
    expected: Cursor,
    /// Commands that have not been sent yet, each as its words.
    waiting: Vec<Vec<String>>,
    /// The number of the oldest entry that stays in the log.
    oldest: u64,
    /// The entries of the log: number, document, and position in that document's history.
    log_entries: Vec<(u64, Arc<str>, usize)>,
}

impl RedisWriter {
    /// `end` is the number of the newest entry when all is written, `retention` the number of entries in the log.
    pub fn new(
        connection: MultiplexedConnection,
        keys: Keys,
        expected: Cursor,
        end: u64,
        retention: u64,
    ) -> RedisWriter {
        RedisWriter {
            connection,
            keys,
            expected,
            waiting: Vec::new(),
            oldest: (end + 1).saturating_sub(retention).max(1),
            log_entries: Vec::new(),
        }
    }

    pub fn queue(&mut self, command: &str, words: impl IntoIterator<Item = String>) {
        let command = [command.to_owned()].into_iter().chain(words);
        self.waiting.push(command.collect());
    }

    /// Writes a record, and replaces what is there. Everything of one document is written in one step.
    pub async fn put(&mut self, record: &Record) -> Result<()> {
        match record {
            Record::Document(held) => self.document(held),
            Record::Idempotency(stored) if stored.expires > now().millis() => {
                let name = self.keys.idempotency(&stored.name);
                let (text, expires) = (stored.text.clone(), stored.expires.to_string());
                self.queue("SET", [name, text, "PXAT".to_owned(), expires]);
            }
            // Expired, or derived from the documents.
            Record::Idempotency(_) | Record::LogEntry { .. } | Record::Total { .. } => {}
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
        self.queue("UNLINK", [name.clone()]);
        for some in held.history.chunks(GROUP) {
            let texts = some.iter().map(|past| past.text.clone());
            self.queue("RPUSH", [name.clone()].into_iter().chain(texts));
        }
    }

    /// Adds a document's history to the log that [`build_log`](Self::build_log) writes.
    pub fn add_to_log(&mut self, held: &Held) {
        let key: Arc<str> = held.key.0.as_str().into();
        for (position, past) in held.history.iter().enumerate() {
            if past.seq >= self.oldest {
                self.log_entries.push((past.seq, key.clone(), position));
            }
        }
    }

    /// Runs the queued commands, unless something else has written to the store.
    pub async fn send(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut batch = cmd("EVAL");
        batch
            .arg(include_str!("write_batch.lua"))
            .arg(1)
            .arg(self.keys.meta())
            .arg(self.expected.epoch.to_string())
            .arg(self.expected.seq.to_string());
        for words in self.waiting.drain(..) {
            batch.arg(words.len()).arg(words);
        }
        let done: i64 = batch
            .query_async(&mut self.connection)
            .await
            .map_err(failed)?;
        check_exclusive(done)
    }

    /// Replaces the log with one that is built from the histories.
    pub async fn build_log(&mut self) -> Result<()> {
        let mut entries = std::mem::take(&mut self.log_entries);
        entries.sort_unstable();
        entries.dedup_by_key(|(seq, ..)| *seq);
        let log = self.keys.log();
        self.queue("UNLINK", [log.clone()]);
        self.send().await?;
        for some in entries.chunks(GROUP) {
            let mut ask = pipe();
            for (_, key, position) in some {
                let history = self.keys.history(&Key(key.to_string()));
                ask.cmd("LINDEX").arg(history).arg(*position);
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

pub async fn connect(client: &Client) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_TIMEOUT))
        .set_response_timeout(Some(RESPONSE_TIMEOUT));
    client
        .get_multiplexed_async_connection_with_config(&config)
        .await
}

/// An error where a script has found that something else has written to the store.
pub fn check_exclusive(done: i64) -> Result<()> {
    match done {
        1 => Ok(()),
        _ => Err(StoreError::Broken(
            "something else writes to the same store: stop it, and run this again".to_owned(),
        )),
    }
}

pub fn failed(error: RedisError) -> StoreError {
    if error.is_io_error() {
        return TroubleKind::Unreachable.because(error).into();
    }
    let why = error.to_string();
    // Of several commands that were sent at once, usually all fail for the same reason.
    let first = error
        .into_server_errors()
        .and_then(|errors| errors.first().map(|(_, error)| error.clone()));
    StoreError::Broken(first.map_or(why, |error| RedisError::from(error).to_string()))
}
