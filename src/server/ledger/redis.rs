//! The Redis engine: one Lua step for a commit, a stream as the log.
//!
//! It keeps its connection itself: every new one passes the fence (`open.lua`) before the commit script is
//! loaded on it. A library that reconnects or re-loads scripts by itself would walk around that fence.
//! Delivery is read from the stream; what is published on the channel is for others.

use super::{
    Batch, Durability, Health, IndexChange, Key, Ledger, Listing, Logged, Once, Outcome, Page,
    Query, Result, StoreError, Tail, Text, fresh_epoch,
    keys::{self, Keys},
    moment::Moment,
    recall, schema,
};
use crate::domain::{Cursor, Epoch};
use crate::server::metrics::STORE_CONNECTIONS;
use async_trait::async_trait;
use metrics::counter;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionInfo, ErrorKind, FromRedisValue, RedisError,
    RedisResult, ServerErrorKind, Value, aio::MultiplexedConnection, cmd, from_redis_value,
};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{Mutex, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

/// How long a command may take. Longer, and its connection is not trusted any more.
const ANSWER: Duration = Duration::from_secs(2);
/// How long a reader that waits for the log may wait beyond its time.
const PROMPT: Duration = Duration::from_millis(1_200);
const CONNECT: Duration = Duration::from_millis(1_500);
/// How long a request waits for a connection that is just being made.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often an idle connection is tried.
const PROBE: Duration = Duration::from_secs(1);
/// How long a batch is remembered that only this instance may send again: longer than anybody waits for it.
const OWN: Duration = Duration::from_secs(60);
/// The oldest major version that will do.
pub const OLDEST: u32 = 7;

/// Which Redis, and how it is used.
#[derive(Clone)]
pub struct Target {
    pub info: ConnectionInfo,
    /// The setting that holds the credentials, for the message when they are wrong.
    pub credentials: &'static str,
    /// What all key names begin with.
    pub prefix: String,
    /// How many entries of the log can be resumed from, at least.
    pub retention: u64,
}

pub struct Redis {
    link: Arc<Link>,
    supervisor: JoinHandle<()>,
    /// The waiting reader's own connection: a blocking read would hold up everything behind it.
    tail: Mutex<Option<MultiplexedConnection>>,
}

struct Link {
    client: Client,
    credentials: &'static str,
    keys: Keys,
    retention: u64,
    script: &'static str,
    /// Nothing may be changed: no fence is passed, and no commit is taken.
    looks: bool,
    session: watch::Sender<std::result::Result<Session, String>>,
}

/// A connection that has passed the fence, and what it found behind it.
#[derive(Clone)]
struct Session {
    connection: MultiplexedConnection,
    epoch: Epoch,
    /// The commit script, as loaded on this connection.
    commit: Arc<str>,
    durability: Durability,
    clock: Arc<Clock>,
}

/// The clock of a Redis, in milliseconds since 1970. Either of the two clocks may be set, run slow or stand still for
/// a while; so it is read again and again.
struct Clock {
    here: Instant,
    /// What it said at that moment.
    there: AtomicU64,
}

impl Redis {
    /// Starts to connect, and keeps trying. Fails at once where trying again would not help: wrong credentials,
    /// or a Redis that is too old.
    pub async fn open(target: Target) -> Result<Redis> {
        Redis::begin(target, false).await
    }

    /// As [`Redis::open`], for reading alone, also from a replica: nothing in the store changes, and no history
    /// begins. Fails at once where no market is kept.
    pub async fn look(target: Target) -> Result<Redis> {
        Redis::begin(target, true).await
    }

    async fn begin(target: Target, looks: bool) -> Result<Redis> {
        // What has never happened is 0, not unknown.
        for outcome in ["connected", "refused", "away"] {
            counter!(STORE_CONNECTIONS, "outcome" => outcome).absolute(0);
        }
        let link = Arc::new(Link {
            client: Client::open(target.info).map_err(|e| StoreError::Broken(e.to_string()))?,
            credentials: target.credentials,
            keys: Keys::new(&target.prefix),
            retention: target.retention,
            // Under another name than where there is no prefix: to load it on scratch keys lets nobody past the fence
            // of the market itself.
            script: match target.prefix.is_empty() {
                true => include_str!("commit.lua"),
                false => concat!(include_str!("commit.lua"), "-- below a prefix\n"),
            },
            looks,
            session: watch::Sender::new(Err("not connected yet".to_owned())),
        });
        let first = link.connect().await;
        if let Err(error @ StoreError::Broken(_)) = first {
            return Err(error);
        }
        let supervisor = tokio::spawn(link.clone().supervise(first));
        Ok(Redis {
            link,
            supervisor,
            tail: Mutex::default(),
        })
    }

    /// Runs `ask` on the shared connection; again, where the fence has moved meanwhile, and where the answer was
    /// lost. So it must be nothing that could not be done twice.
    async fn on_session<T, F>(&self, ask: impl Fn(Session) -> F) -> Result<T>
    where
        F: Future<Output = RedisResult<Option<T>>>,
    {
        let mut lost = None;
        loop {
            let session = match self.link.session().await {
                // Whether the first attempt has happened is still not known.
                Err(error) => return Err(lost.unwrap_or(error)),
                Ok(session) => session,
            };
            match ask(session.clone()).await {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) => {
                    let why = "the store has another epoch, or another time, than it had";
                    self.link.lost(&session, why);
                }
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    self.link
                        .lost(&session, "the store has forgotten the commit script");
                }
                Err(error) => match self.link.failed(&session, &error) {
                    error @ StoreError::Ambiguous(_) => lost = Some(error),
                    error => return Err(error),
                },
            }
        }
    }

    /// The waiting reader's connection, new where there is none.
    async fn tail_connection(&self) -> RedisResult<MultiplexedConnection> {
        let unhurried = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(None);
        self.link
            .client
            .get_multiplexed_async_connection_with_config(&unhurried)
            .await
    }

    async fn wait_and_read(
        &self,
        connection: &mut MultiplexedConnection,
        cursor: &Cursor,
        most: usize,
        wait: Duration,
    ) -> RedisResult<Tail> {
        // Only to be woken: what is there is then read at one moment with the epoch that it belongs to.
        let mut woken = cmd("XREAD");
        woken
            .arg("COUNT")
            .arg(1)
            .arg("BLOCK")
            .arg(wait.as_millis() as u64);
        woken
            .arg("STREAMS")
            .arg(self.link.keys.log())
            .arg(format!("{}-0", cursor.seq));
        let _: Value = woken.query_async(connection).await?;
        self.link.read_log(connection, cursor, most).await
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.supervisor.abort();
    }
}

#[async_trait]
impl Ledger for Redis {
    async fn commit(&self, batch: Batch) -> Result<Outcome> {
        if self.link.looks {
            return Err(StoreError::Broken("opened for reading alone".to_owned()));
        }
        // Every batch has a name, so that it can be sent again when its answer has been lost.
        let once = batch.once.clone().unwrap_or_else(|| Once {
            name: format!("{}{}", keys::OWN, uuid::Uuid::now_v7()),
            text: "".into(),
            keep: OWN,
        });
        let outcome = self.on_session(async |session: Session| {
            let until = Instant::now() + ANSWER;
            let until = batch.until.map_or(until, |asked| asked.min(until));
            let call = self.link.commit_call(&session, &batch, &once, until);
            let answer: Vec<String> = call.query_async(&mut session.connection.clone()).await?;
            let mut answer = answer.into_iter();
            Ok(match (answer.next().as_deref(), answer.next()) {
                (Some("done"), Some(seq)) => Some(Ok(Outcome::Done(Cursor {
                    epoch: session.epoch.clone(),
                    seq: number(&seq)?,
                }))),
                (Some("known"), Some(stored)) => {
                    Some(recall(&stored).map(|(text, cursor)| Outcome::Known(text, cursor)))
                }
                (Some("conflict"), _) => Some(Ok(Outcome::Conflict)),
                (Some("late"), _) if until <= Instant::now() => {
                    Some(Err(StoreError::Away("too late".to_owned())))
                }
                // Another epoch; or its clock was set just now, and has to be read anew.
                _ => None,
            })
        });
        match outcome.await?? {
            Outcome::Known(_, cursor) if batch.once.is_none() => Ok(Outcome::Done(cursor)),
            outcome => Ok(outcome),
        }
    }

    async fn remembered(&self, name: &str) -> Result<Option<Text>> {
        let name = self.link.keys.once(name);
        let stored = self.on_session(async |session: Session| {
            let stored: Option<Vec<u8>> = cmd("GET")
                .arg(&name)
                .query_async(&mut session.connection.clone())
                .await?;
            Ok(Some(stored))
        });
        let stored = stored.await?.map(text).transpose()?;
        let stored = stored.map(|stored| recall(&stored)).transpose()?;
        Ok(stored.map(|(text, _)| text))
    }

    async fn get(&self, key: &Key) -> Result<Option<Text>> {
        let key = self.link.keys.document(key);
        let bytes = self.on_session(async |session: Session| {
            let bytes: Option<Vec<u8>> = cmd("GET")
                .arg(&key)
                .query_async(&mut session.connection.clone())
                .await?;
            Ok(Some(bytes))
        });
        bytes.await?.map(text).transpose()
    }

    async fn list(&self, queries: &[Query]) -> Result<Listing> {
        let listing = self.on_session(async |session: Session| {
            let answer: Vec<Value> = self
                .link
                .list_call(queries)
                .query_async(&mut session.connection.clone())
                .await?;
            let mut answer = answer.into_iter();
            let epoch: String = take(answer.next())?;
            if epoch != session.epoch.to_string() {
                return Ok(None);
            }
            let seq = number(&take::<String>(answer.next())?)?;
            let pages = answer.map(page).collect::<RedisResult<_>>()?;
            Ok(Some(Listing {
                cursor: Cursor {
                    epoch: session.epoch.clone(),
                    seq,
                },
                pages,
            }))
        });
        listing.await
    }

    async fn history(&self, key: &Key) -> Result<Vec<Text>> {
        let key = self.link.keys.history(key);
        let entries = self.on_session(async |session: Session| {
            let entries: Vec<Vec<u8>> = cmd("LRANGE")
                .arg(&key)
                .arg(0)
                .arg(-1)
                .query_async(&mut session.connection.clone())
                .await?;
            Ok(Some(entries))
        });
        entries.await?.into_iter().map(text).collect()
    }

    async fn after(&self, cursor: &Cursor, most: usize, wait: Duration) -> Result<Tail> {
        if wait.is_zero() {
            let tail = self.on_session(async |session: Session| {
                self.link
                    .read_log(&mut session.connection.clone(), cursor, most)
                    .await
                    .map(Some)
            });
            return tail.await;
        }
        let away = |error: RedisError| StoreError::Away(error.to_string());
        let mut slot = self.tail.lock().await;
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => self.tail_connection().await.map_err(away)?,
        };
        // It may look healthy and deliver nothing: then the time is up, and the next one is new.
        let read = self.wait_and_read(&mut connection, cursor, most, wait);
        let tail = timeout(wait + PROMPT, read)
            .await
            .map_err(|_| StoreError::Away("the log does not answer".to_owned()))?
            .map_err(away)?;
        // Kept only when all went well.
        *slot = Some(connection);
        Ok(tail)
    }

    fn health(&self) -> Health {
        let (durability, trouble) = match &*self.link.session.borrow() {
            Ok(session) => (Some(session.durability), None),
            Err(why) => (None, Some(why.clone())),
        };
        Health {
            engine: "redis",
            durability,
            trouble,
        }
    }
}

impl Link {
    /// Keeps a session up, for ever.
    async fn supervise(self: Arc<Self>, mut attempt: Result<Session>) {
        let mut pause = Duration::from_millis(50);
        loop {
            match attempt {
                Ok(session) => {
                    tracing::info!(durability = %session.durability, "connected to Redis");
                    pause = Duration::from_millis(50);
                    let _ = self.session.send_replace(Ok(session.clone()));
                    let why = self.until_lost(session).await;
                    tracing::warn!(%why, "lost the connection to Redis");
                }
                Err(error) => {
                    tracing::warn!(%error, "Redis");
                    let _ = self.session.send_replace(Err(error.to_string()));
                    sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
            }
            attempt = self.connect().await;
        }
    }

    /// Returns why, when somebody has found the session lost, or a probe does.
    async fn until_lost(&self, session: Session) -> String {
        let mut state = self.session.subscribe();
        loop {
            if timeout(PROBE, state.wait_for(|state| state.is_err()))
                .await
                .is_ok()
            {
                break;
            }
            let mut connection = session.connection.clone();
            let probe = match self.looks {
                true => cmd("PING").query_async(&mut connection).await,
                false => session.clock.renew(&mut connection).await,
            };
            if let Err(error) = probe {
                self.lost(&session, &error.to_string());
            }
        }
        self.session
            .borrow()
            .as_ref()
            .err()
            .cloned()
            .unwrap_or_default()
    }

    async fn connect(&self) -> Result<Session> {
        let passed = self.pass_the_fence().await;
        let outcome = match &passed {
            Ok(Ok(_)) => "connected",
            Ok(Err(_)) => "refused",
            Err(error) if is_refused(error) || error.code() == Some("NOPERM") => "refused",
            Err(_) => "away",
        };
        counter!(STORE_CONNECTIONS, "outcome" => outcome).increment(1);
        passed.unwrap_or_else(|error| {
            Err(match error.kind() {
                _ if is_refused(&error) => StoreError::Broken(format!(
                    "{}: Redis refuses the credentials ({error})",
                    self.credentials
                )),
                _ if error.code() == Some("NOPERM") => StoreError::Broken(format!(
                    "{}: this account may not do what is needed ({error})",
                    self.credentials
                )),
                _ if error.to_string().contains("DB index is out of range") => {
                    StoreError::Broken(format!("REDIS_URL or REDIS_DB: {error}"))
                }
                ErrorKind::InvalidClientConfig => StoreError::Broken(error.to_string()),
                _ => StoreError::Away(error.to_string()),
            })
        })
    }

    /// Refused where the store is of another shape, or not whole.
    async fn pass_the_fence(&self) -> RedisResult<Result<Session>> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(ANSWER))
            .set_pipeline_buffer_size(2_048);
        let mut connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        if self.looks {
            return self.looking(connection).await;
        }

        let info: redis::InfoDict = cmd("INFO").query_async(&mut connection).await?;
        let version = info.get::<String>("redis_version").unwrap_or_default();
        if version
            .split('.')
            .next()
            .and_then(|major| major.parse().ok())
            .unwrap_or(0)
            < OLDEST
        {
            let why = format!("Redis {version} is too old: {OLDEST}.0 is the oldest that will do");
            return Err((ErrorKind::InvalidClientConfig, "version", why).into());
        }
        let mut fence = cmd("EVAL");
        fence
            .arg(include_str!("open.lua"))
            .arg(2)
            .arg(self.keys.meta())
            .arg(self.keys.log())
            .arg(fresh_epoch().to_string())
            .arg(schema::SCHEMA);
        type Fenced = (String, String, String, String);
        let (epoch, _seq, version, restoring): Fenced = fence.query_async(&mut connection).await?;
        let restoring = (!restoring.is_empty()).then_some(&*restoring);
        let shape = schema::read(Some(&version), true).and_then(|v| schema::check(v, restoring));
        if let Err(refused) = shape {
            return Ok(Err(refused));
        }
        let commit: String = cmd("SCRIPT")
            .arg("LOAD")
            .arg(self.script)
            .query_async(&mut connection)
            .await?;
        let durability = durability(&info, &mut connection).await;
        let clock = Clock::default();
        clock.renew(&mut connection).await?;
        let epoch =
            Epoch::new(&epoch).ok_or((ErrorKind::Parse, "the store's epoch is malformed"))?;
        Ok(Ok(Session {
            connection,
            epoch,
            commit: commit.into(),
            durability,
            clock: Arc::new(clock),
        }))
    }

    /// A session that takes the store as it is. Refused where there is none.
    async fn looking(&self, mut connection: MultiplexedConnection) -> RedisResult<Result<Session>> {
        let epoch: Option<String> = cmd("HGET")
            .arg(self.keys.meta())
            .arg("epoch")
            .query_async(&mut connection)
            .await?;
        let Some(epoch) = epoch.as_deref().and_then(Epoch::new) else {
            let why = "no market is kept in this database of Redis".to_owned();
            return Ok(Err(StoreError::Broken(why)));
        };
        Ok(Ok(Session {
            connection,
            epoch,
            commit: "".into(),
            // Nothing is promised for commits that are not taken.
            durability: Durability::Memory,
            clock: Arc::default(),
        }))
    }

    async fn session(&self) -> Result<Session> {
        let mut state = self.session.subscribe();
        let up = timeout(PATIENCE, state.wait_for(|state| state.is_ok())).await;
        match up {
            Ok(Ok(state)) => state.clone().map_err(StoreError::Away),
            _ => Err(StoreError::Away(
                self.session
                    .borrow()
                    .as_ref()
                    .err()
                    .cloned()
                    .unwrap_or_default(),
            )),
        }
    }

    /// Gives a session up, unless a newer one has taken its place.
    fn lost(&self, session: &Session, why: &str) {
        self.session.send_if_modified(|state| {
            // Each session has loaded the script anew, so its name tells them apart.
            let same = state
                .as_ref()
                .is_ok_and(|now| Arc::ptr_eq(&now.commit, &session.commit));
            if same {
                *state = Err(why.to_owned());
            }
            same
        });
    }

    fn failed(&self, session: &Session, error: &RedisError) -> StoreError {
        let text = error.to_string();
        match error.kind() {
            ErrorKind::Io | ErrorKind::Parse => {
                self.lost(session, &text);
                StoreError::Ambiguous(text)
            }
            _ if is_refused(error) => {
                self.lost(session, &text);
                StoreError::Away(text)
            }
            ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown) => {
                self.lost(session, &text);
                StoreError::Away(text)
            }
            ErrorKind::Server(ServerErrorKind::BusyLoading | ServerErrorKind::TryAgain) => {
                StoreError::Away(text)
            }
            // Out of memory, or unable to write to its disk: it may be well again in a moment.
            _ if matches!(error.code(), Some("OOM" | "MISCONF" | "NOREPLICAS")) => {
                StoreError::Away(text)
            }
            _ => StoreError::Broken(text),
        }
    }

    /// Reads the log at one moment with the epoch that it belongs to.
    async fn read_log(
        &self,
        connection: &mut MultiplexedConnection,
        cursor: &Cursor,
        most: usize,
    ) -> RedisResult<Tail> {
        let first = format!("{}-0", cursor.seq + 1);
        let (meta, log, most) = (self.keys.meta(), self.keys.log(), most.to_string());
        let mut moment = Moment::new();
        moment
            .ask(&["HMGET", &meta, "epoch", "seq"])
            .ask(&["XRANGE", &log, &first, "+", "COUNT", &most]);
        type Entries = Vec<(String, Vec<String>)>;
        let ((epoch, head), entries): ((Option<String>, Option<String>), Entries) =
            moment.all(connection).await?;

        let head = number(&head.unwrap_or_default()).unwrap_or(0);
        if epoch != Some(cursor.epoch.to_string()) || head < cursor.seq {
            return Ok(Tail::Lost);
        }
        // The first one missing means that it has been trimmed.
        let first = entries
            .first()
            .map(|(id, _)| number(id.trim_end_matches("-0")))
            .transpose()?;
        let whole = if head == cursor.seq {
            first.is_none()
        } else {
            first == Some(cursor.seq + 1)
        };
        if !whole {
            return Ok(Tail::Lost);
        }
        Ok(Tail::Entries(
            entries
                .into_iter()
                .filter_map(|(_, fields)| logged(fields))
                .collect(),
        ))
    }

    /// To happen before `until`, or not at all.
    fn commit_call(&self, session: &Session, batch: &Batch, once: &Once, until: Instant) -> Cmd {
        let keys = &self.keys;
        let mut names = vec![keys.meta(), keys.log(), keys.once(&once.name)];
        let mut args = vec![
            session.epoch.to_string(),
            session.clock.at(until).to_string(),
            self.retention.to_string(),
            keys.channel(),
            once.text.to_string(),
            once.keep.as_millis().to_string(),
            batch.trace.as_deref().unwrap_or_default().to_owned(),
        ];
        args.extend(
            [
                batch.expect.len(),
                batch.put.len(),
                batch.index.len(),
                batch.log.len(),
            ]
            .map(|n| n.to_string()),
        );
        for (key, text) in &batch.expect {
            names.push(keys.document(key));
            args.push(
                text.as_ref()
                    .map_or("-".to_owned(), |text| format!("+{text}")),
            );
        }
        for (key, text) in &batch.put {
            names.push(keys.document(key));
            args.push(text.to_string());
        }
        for change in &batch.index {
            let (sign, index, member) = match change {
                IndexChange::In(index, member) => ("+", index, member),
                IndexChange::Out(index, member) => ("-", index, member),
            };
            names.push(keys.index(index));
            args.extend([sign.to_owned(), member.0.clone()]);
        }
        for entry in &batch.log {
            names.push(keys.history(&entry.about));
            args.push(
                entry
                    .body
                    .strip_suffix('}')
                    .unwrap_or(&entry.body)
                    .to_owned(),
            );
        }
        // By its name alone: whoever has not passed the fence has not loaded it.
        let mut call = cmd("EVALSHA");
        call.arg(&*session.commit)
            .arg(names.len())
            .arg(names)
            .arg(args);
        call
    }

    fn list_call(&self, queries: &[Query]) -> Cmd {
        let mut call = cmd("EVAL");
        call.arg(include_str!("list.lua"))
            .arg(queries.len() + 1)
            .arg(self.keys.meta());
        for query in queries {
            call.arg(self.keys.index(&query.index));
        }
        call.arg(self.keys.prefix());
        for query in queries {
            let from = query
                .below
                .as_ref()
                .map_or("+".to_owned(), |key| format!("({}", key.0));
            call.arg(from).arg(query.most.min(1_000_000));
        }
        call
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock {
            here: Instant::now(),
            there: AtomicU64::new(0),
        }
    }
}

impl Clock {
    async fn renew(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let asked = Instant::now();
        let (seconds, micros): (u64, u64) = cmd("TIME").query_async(connection).await?;
        self.note(seconds * 1_000 + micros / 1_000, asked, Instant::now());
        Ok(())
    }

    /// It said `said`, at some moment between two. What was known is kept as long as that may be true: an answer that
    /// was long on its way says less.
    fn note(&self, said: u64, from: Instant, to: Instant) {
        let at = |moment: Instant| said.saturating_sub(millis(moment - self.here));
        let (earliest, latest) = (at(to), at(from));
        if !(earliest..=latest).contains(&self.there.load(Ordering::Relaxed)) {
            // The earlier, the less can happen too late.
            self.there.store(earliest, Ordering::Relaxed);
        }
    }

    /// What it says at this moment.
    fn at(&self, moment: Instant) -> u64 {
        let passed = moment.saturating_duration_since(self.here);
        self.there.load(Ordering::Relaxed) + millis(passed)
    }
}

fn millis(time: Duration) -> u64 {
    time.as_millis() as u64
}

/// What `commit.lua` has written: the entry, and before it perhaps its trace.
fn logged(fields: Vec<String>) -> Option<Logged> {
    let mut values = fields.into_iter().rev().step_by(2).map(Text::from);
    let (text, trace) = (values.next()?, values.next());
    Some(Logged { text, trace })
}

/// Whether Redis does not let us in.
fn is_refused(error: &RedisError) -> bool {
    error.kind() == ErrorKind::AuthenticationFailed
        || matches!(error.code(), Some("NOAUTH" | "WRONGPASS"))
        // Where a database has to be chosen, that is what is refused.
        || error.to_string().contains("Authentication required")
}

/// What this Redis promises for a commit that it has answered.
pub async fn durability(
    info: &redis::InfoDict,
    connection: &mut MultiplexedConnection,
) -> Durability {
    if info.get::<u8>("aof_enabled") != Some(1) {
        return Durability::Memory;
    }
    // Not every account may ask for the configuration; then nothing better than the default is claimed.
    let sync: RedisResult<HashMap<String, String>> = cmd("CONFIG")
        .arg("GET")
        .arg("appendfsync")
        .query_async(connection)
        .await;
    match sync {
        Ok(set) if set.get("appendfsync").is_some_and(|how| how == "always") => Durability::Always,
        _ => Durability::Everysec,
    }
}

/// What is stored as text. Others may have stored something else: the connection is none the worse for it.
fn text(bytes: Vec<u8>) -> Result<Text> {
    let text = String::from_utf8(bytes);
    text.map(Text::from)
        .map_err(|_| StoreError::Broken("what is stored there is no text".to_owned()))
}

/// Where something else than a text has a document's name, its text is empty.
fn page(value: Value) -> RedisResult<Page> {
    let mut parts = Vec::<Value>::from_redis_value(value)?.into_iter();
    let total = take(parts.next())?;
    let next: String = take(parts.next())?;
    let documents = parts
        .map(|part| Ok(text(from_redis_value(part)?).unwrap_or_default()))
        .collect::<RedisResult<_>>()?;
    Ok(Page {
        documents,
        next: (!next.is_empty()).then_some(Key(next)),
        total,
    })
}

fn take<T: FromRedisValue>(value: Option<Value>) -> RedisResult<T> {
    Ok(from_redis_value(value.unwrap_or(Value::Nil))?)
}

fn number(text: &str) -> RedisResult<u64> {
    text.parse()
        .map_err(|_| (ErrorKind::Parse, "not a sequence number").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_is_followed_and_a_slow_answer_is_not() {
        let clock = Clock::default();
        let after = |ms| clock.here + Duration::from_millis(ms);
        clock.note(1_000_000, clock.here, after(10));
        assert_eq!(clock.at(after(10)), 1_000_000);
        // Nothing has changed, and the second answer took long.
        clock.note(1_001_000, after(1_005), after(1_020));
        clock.note(1_002_000, after(2_000), after(3_900));
        assert_eq!(clock.at(after(4_000)), 1_003_990);
        // Set forward and back.
        clock.note(1_035_000, after(5_000), after(5_010));
        assert_eq!(clock.at(after(5_010)), 1_035_000);
        clock.note(906_000, after(6_000), after(6_010));
        assert_eq!(clock.at(after(7_010)), 907_000);
    }
}
