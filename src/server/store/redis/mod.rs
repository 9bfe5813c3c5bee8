//! The Redis engine: a commit is one Lua script, the log is a stream.
//!
//! Events are read from the stream. What is published on the channel is for other programs.

mod atomic_read;
mod calls;
mod clock;
mod commit_access;
mod connection;
mod durability;
mod errors;
pub mod keys;
mod permissions;
mod target;

pub(super) use atomic_read::AtomicRead;
pub use connection::OLDEST;
pub use durability::durability;
pub use permissions::{Permission, Resource, commands, needed_permissions};
pub use target::Target;

use super::{
    Batch, Health, IdempotencyRecord, JsonText, Key, Listing, LogRead, NewEntry, Outcome, Query,
    Result, Store, StoreError, Trouble, TroubleKind, decode_record,
};
use crate::domain::Cursor;
use async_trait::async_trait;
use calls::{CommitAnswer, StreamRead, commit_answer, following, number, page, take, text};
use connection::{Access, Connection, NoConnection, RESPONSE_TIMEOUT, Supervisor};
use errors::lacks_permission;
use redis::{
    ErrorKind, RedisError, RedisResult, ServerErrorKind, Value, aio::MultiplexedConnection, cmd,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, task::JoinHandle, time::timeout};

/// How much longer than its wait a blocking read of the log may take.
const BLOCKING_READ_GRACE: Duration = Duration::from_millis(1_200);
/// How long a batch without a name is remembered under a name of its own: longer than any caller waits for it.
const OWN_NAME_KEPT: Duration = Duration::from_secs(60);

pub struct Redis {
    supervisor: Arc<Supervisor>,
    task: JoinHandle<()>,
    /// The connection of the reader that waits for the log: a blocking read would hold up every command behind it.
    log_reader: Mutex<Option<MultiplexedConnection>>,
}

impl Redis {
    /// Starts to connect, and retries permanently. Fails at once where another attempt would not help: wrong
    /// credentials, or a Redis that is too old.
    pub async fn open(target: Target) -> Result<Redis> {
        Redis::start(target, Access::ReadWrite).await
    }

    /// Opens a store, or a replica of one, for reading alone: nothing in the store changes, and no new epoch begins.
    /// Fails at once where there is no store.
    pub async fn open_read_only(target: Target) -> Result<Redis> {
        Redis::start(target, Access::ReadOnly).await
    }

    async fn start(target: Target, access: Access) -> Result<Redis> {
        let supervisor = Arc::new(Supervisor::new(target, access)?);
        let first = supervisor.connect().await;
        if let Err(NoConnection {
            trouble,
            is_final: true,
        }) = first
        {
            return Err(StoreError::Broken(trouble.cause));
        }
        let task = tokio::spawn(supervisor.clone().supervise(first));
        Ok(Redis {
            supervisor,
            task,
            log_reader: Mutex::default(),
        })
    }

    /// Runs `operation` on the shared connection. Runs it again when it returns `None`, because the connection's epoch
    /// or clock is out of date, and when its answer was lost: it must be idempotent.
    async fn run<T, F>(&self, operation: impl Fn(Connection) -> F) -> Result<T>
    where
        F: Future<Output = RedisResult<Option<T>>>,
    {
        let mut lost_answer = None;
        loop {
            let connection = match self.supervisor.connection().await {
                // It is still unknown whether the first attempt has happened.
                Err(error) => return Err(lost_answer.unwrap_or(error)),
                Ok(connection) => connection,
            };
            match operation(connection.clone()).await {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) => {
                    let why = "the store's epoch or clock has changed";
                    let lost = TroubleKind::Unreachable.because(why);
                    self.supervisor.report_lost(&connection, lost);
                }
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    let why = "Redis has lost the commit script";
                    let lost = TroubleKind::Unreachable.because(why);
                    self.supervisor.report_lost(&connection, lost);
                }
                Err(error) => match self.supervisor.command_error(&connection, &error) {
                    error @ StoreError::Ambiguous(_) => lost_answer = Some(error),
                    error => return Err(lost_answer.unwrap_or(error)),
                },
            }
        }
    }

    /// An error where Redis takes no commit. After a refusal that is proved again first.
    async fn check_writable(&self) -> Result<()> {
        let connection = self.supervisor.connection().await?;
        let commits = &connection.commits;
        if commits.trouble().is_some()
            && let Err(error) = commits.prove(&connection.commands).await
        {
            // No commit was sent, so none can have happened.
            let error = self.supervisor.command_error(&connection, &error);
            return Err(Trouble::from(error).into());
        }
        commits
            .trouble()
            .map_or(Ok(()), |trouble| Err(trouble.into()))
    }

    /// The cursor of an entry, if it was committed.
    async fn find_committed(&self, entry: &NewEntry) -> Result<Option<Cursor>> {
        let entries = self.history(&entry.about).await;
        let entries = entries.map_err(|error| StoreError::Ambiguous(error.to_string()))?;
        Ok(entries.iter().rev().find_map(|text| entry.cursor_in(text)))
    }

    async fn get_text(&self, name: &str) -> Result<Option<JsonText>> {
        let bytes = self.run(async |mut connection: Connection| {
            let mut get = cmd("GET");
            let bytes: Option<Vec<u8>> =
                get.arg(name).query_async(&mut connection.commands).await?;
            Ok(Some(bytes))
        });
        bytes.await?.map(text).transpose()
    }

    async fn wait_and_read_log(
        &self,
        connection: &mut MultiplexedConnection,
        cursor: &Cursor,
        limit: usize,
        wait: Duration,
    ) -> RedisResult<LogRead> {
        let mut block = cmd("XREAD");
        block
            .arg("COUNT")
            .arg(limit)
            .arg("BLOCK")
            .arg(wait.as_millis() as u64)
            .arg("STREAMS")
            .arg(self.supervisor.keys.log())
            .arg(format!("{}-0", cursor.seq));
        let read: StreamRead = block.query_async(connection).await?;
        let stream = read.into_iter().flatten().next();
        let entries = stream.and_then(|(_, entries)| following(cursor, entries));
        match entries {
            Some(entries) => Ok(LogRead::Entries(entries)),
            // Nothing, or not what comes next: found out at one moment with the epoch.
            None => self.supervisor.read_log(connection, cursor, limit).await,
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Redis {
    /// A part of the list of entries about a document. Places below 0 are counted from its end.
    async fn history_range(&self, key: &Key, first: i64, last: i64) -> Result<Vec<JsonText>> {
        let name = self.supervisor.keys.history(key);
        let entries = self.run(async |mut connection: Connection| {
            let mut range = cmd("LRANGE");
            range.arg(&name).arg(first).arg(last);
            let entries: Vec<Vec<u8>> = range.query_async(&mut connection.commands).await?;
            Ok(Some(entries))
        });
        entries.await?.into_iter().map(text).collect()
    }
}

#[async_trait]
impl Store for Redis {
    async fn commit(&self, batch: Batch) -> Result<Outcome> {
        if self.supervisor.access == Access::ReadOnly {
            return Err(StoreError::Broken(
                "the store is open for reading alone".to_owned(),
            ));
        }
        self.check_writable().await?;
        // A batch can be sent again when its answer was lost: by its name, by what it leaves behind, or by a name that
        // it gets here.
        let left_behind = batch.left_behind();
        let idempotency = match (&batch.idempotency, left_behind) {
            (Some(named), _) => Some(named.clone()),
            (None, Some(_)) => None,
            (None, None) => Some(IdempotencyRecord {
                name: format!("{}{}", keys::OWN, uuid::Uuid::now_v7()),
                text: "".into(),
                keep: OWN_NAME_KEPT,
            }),
        };
        let attempts = AtomicUsize::new(0);
        let outcome = self.run(async |mut connection: Connection| {
            attempts.fetch_add(1, Relaxed);
            let deadline = Instant::now() + RESPONSE_TIMEOUT;
            let deadline = batch.deadline.map_or(deadline, |asked| asked.min(deadline));
            let call =
                self.supervisor
                    .commit_call(&connection, &batch, idempotency.as_ref(), deadline);
            let answer = call.query_async(&mut connection.commands).await;
            if answer.as_ref().is_err_and(lacks_permission) {
                connection.commits.forbid(Permission::of_commit(call));
            }
            Ok(match commit_answer(answer?, &batch, &connection)? {
                CommitAnswer::Outcome(outcome) => Some(outcome),
                CommitAnswer::TooLate if deadline <= Instant::now() => {
                    Some(Err(TroubleKind::Unreachable.because("too late").into()))
                }
                CommitAnswer::Forbidden(permission) => {
                    let trouble = connection.commits.forbid(permission);
                    Some(Err(trouble.into()))
                }
                // The server's clock was set just now, and is read again with the next connection.
                CommitAnswer::TooLate | CommitAnswer::OtherEpoch => None,
            })
        });
        match (outcome.await?, left_behind) {
            (Ok(Outcome::Replayed(_, cursor)), _) if batch.idempotency.is_none() => {
                Ok(Outcome::Committed(cursor))
            }
            (Ok(outcome @ Outcome::Committed(_)), _) => Ok(outcome),
            // An earlier attempt may be what refuses this one.
            (refused, Some(entry)) if idempotency.is_none() && attempts.into_inner() > 1 => {
                match self.find_committed(entry).await? {
                    Some(cursor) => Ok(Outcome::Committed(cursor)),
                    None => refused,
                }
            }
            (outcome, _) => outcome,
        }
    }

    async fn idempotency_record(&self, name: &str) -> Result<Option<JsonText>> {
        let stored = self
            .get_text(&self.supervisor.keys.idempotency(name))
            .await?;
        let stored = stored.map(|stored| decode_record(&stored)).transpose()?;
        Ok(stored.map(|(text, _)| text))
    }

    async fn get(&self, key: &Key) -> Result<Option<JsonText>> {
        self.get_text(&self.supervisor.keys.document(key)).await
    }

    async fn list(&self, queries: &[Query]) -> Result<Listing> {
        let listing = self.run(async |mut connection: Connection| {
            let call = self.supervisor.list_call(queries);
            let answer: Vec<Value> = call.query_async(&mut connection.commands).await?;
            let mut answer = answer.into_iter();
            let epoch: String = take(answer.next())?;
            if epoch != connection.epoch.to_string() {
                return Ok(None);
            }
            let seq = number(&take::<String>(answer.next())?)?;
            let pages = answer.map(page).collect::<RedisResult<_>>()?;
            Ok(Some(Listing {
                cursor: Cursor {
                    epoch: connection.epoch,
                    seq,
                },
                pages,
            }))
        });
        listing.await
    }

    async fn history(&self, key: &Key) -> Result<Vec<JsonText>> {
        self.history_range(key, 0, -1).await
    }

    async fn history_page(&self, key: &Key, skip: usize, limit: usize) -> Result<Vec<JsonText>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        // Counted from the end, where the newest is -1.
        let place = |count: usize| -i64::try_from(count).unwrap_or(i64::MAX);
        let (first, last) = (place(skip.saturating_add(limit)), place(skip) - 1);
        let mut page = self.history_range(key, first, last).await?;
        page.reverse();
        Ok(page)
    }

    async fn read_log(&self, cursor: &Cursor, limit: usize, wait: Duration) -> Result<LogRead> {
        if wait.is_zero() {
            let read = self.run(async |mut connection: Connection| {
                let read = self
                    .supervisor
                    .read_log(&mut connection.commands, cursor, limit);
                read.await.map(Some)
            });
            return read.await;
        }
        let away = |error: RedisError| StoreError::from(TroubleKind::Unreachable.because(error));
        let mut slot = self.log_reader.lock().await;
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => {
                let connect = self.supervisor.connect_blocking_reader();
                connect.await.map_err(away)?
            }
        };
        // A connection may look healthy and deliver nothing: after this timeout the next read makes a new one.
        let read = self.wait_and_read_log(&mut connection, cursor, limit, wait);
        let tail = timeout(wait + BLOCKING_READ_GRACE, read)
            .await
            .map_err(|_| TroubleKind::Unreachable.because("the log does not answer"))?
            .map_err(away)?;
        *slot = Some(connection);
        Ok(tail)
    }

    fn health(&self) -> Health {
        Health {
            engine: "redis",
            durability: self.supervisor.durability(),
            trouble: self.supervisor.trouble(),
        }
    }
}
