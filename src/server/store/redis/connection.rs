//! The shared connection to Redis: makes it, checks the store behind it, probes it, and replaces it when it is lost.
//!
//! Every new connection passes the epoch check (`open.lua`) before the commit script is loaded on it. A client library
//! that reconnects or reloads scripts by itself would bypass that check.

use super::{
    clock::Clock,
    commit_access::CommitAccess,
    durability::durability,
    errors::{is_refused, kind, lacks_permission},
    keys::Keys,
    permissions::{Permission, Resource, needed_permissions},
    target::Target,
};
use crate::{
    domain::Epoch,
    server::{
        store::{Durability, Result, StoreError, Trouble, TroubleKind, fresh_epoch, schema},
        telemetry::metrics::STORE_CONNECTIONS,
    },
};
use metrics::counter;
use redis::{
    AsyncConnectionConfig, Client, ErrorKind, InfoDict, RedisError, RedisResult,
    aio::MultiplexedConnection, cmd,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// How long a command may take. A connection that takes longer is replaced.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);
/// How long a request waits for a connection that is being made.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How often an idle connection is probed.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(50);
const LONGEST_RETRY_DELAY: Duration = Duration::from_secs(1);
/// The oldest supported major version.
pub const OLDEST: u32 = 7;

/// Whether the store may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    ReadWrite,
    /// No epoch is written, and no commit is taken.
    ReadOnly,
}

/// A checked connection, and what the check found.
#[derive(Clone)]
pub struct Connection {
    pub commands: MultiplexedConnection,
    pub epoch: Epoch,
    /// The name of the commit script, as loaded on this connection.
    pub commit: Arc<str>,
    pub durability: Durability,
    pub clock: Arc<Clock>,
    pub commits: Arc<CommitAccess>,
}

/// The current connection, or why there is none.
type State = std::result::Result<Connection, Trouble>;

/// Keeps one [`Connection`] available.
pub struct Supervisor {
    pub keys: Keys,
    pub retention: u64,
    pub access: Access,
    /// Whether the entries of the log are published, too.
    pub publishes: bool,
    client: Client,
    credentials: &'static str,
    /// The permissions without which no commit is taken.
    needs: Arc<[Permission]>,
    commit_script: &'static str,
    state: watch::Sender<State>,
}

/// Why there is no connection.
pub struct NoConnection {
    pub trouble: Trouble,
    /// Whether another attempt with the same settings would not help.
    pub is_final: bool,
}

/// Why a connection cannot be used.
enum Failure {
    Redis(RedisError),
    /// The server or its store is not one that this program works with.
    Unsuitable(StoreError),
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Failure {
        Failure::Redis(error)
    }
}

impl Supervisor {
    pub fn new(target: Target, access: Access) -> Result<Supervisor> {
        // An outcome that has not happened yet is reported as 0, not as missing.
        for outcome in ["connected", "refused", "away"] {
            counter!(STORE_CONNECTIONS, "outcome" => outcome).absolute(0);
        }
        // Below a prefix the script has another text, and so another name: loading it on scratch keys must not make
        // the store's own script available to a connection that has not passed the epoch check.
        let commit_script = match target.prefix.is_empty() {
            true => include_str!("commit.lua"),
            false => concat!(include_str!("commit.lua"), "-- below a prefix\n"),
        };
        let keys = Keys::new(&target.prefix);
        let publishes = target.publishes;
        let needs = needed_permissions(&keys).into_iter().filter(|permission| {
            let is_channel = matches!(permission.on, Resource::Channel(_));
            !permission.is_optional() && (publishes || !is_channel)
        });
        Ok(Supervisor {
            needs: needs.collect(),
            keys,
            retention: target.retention,
            access,
            publishes,
            client: Client::open(target.info).map_err(|e| StoreError::Broken(e.to_string()))?,
            credentials: target.credentials,
            commit_script,
            state: watch::Sender::new(Err(TroubleKind::Unreachable.because("not connected yet"))),
        })
    }

    /// Keeps a connection up, permanently. `attempt` is the result of the first try.
    pub async fn supervise(
        self: Arc<Self>,
        mut attempt: std::result::Result<Connection, NoConnection>,
    ) {
        let mut delay = FIRST_RETRY_DELAY;
        loop {
            match attempt {
                Ok(connection) => {
                    tracing::info!(durability = %connection.durability, "connected to Redis");
                    delay = FIRST_RETRY_DELAY;
                    let _ = self.state.send_replace(Ok(connection.clone()));
                    let why = self.wait_until_lost(connection).await;
                    tracing::warn!(%why, "lost the Redis connection");
                }
                Err(NoConnection { trouble, .. }) => {
                    tracing::warn!(error = %trouble, "cannot connect to Redis");
                    let _ = self.state.send_replace(Err(trouble));
                    sleep(delay).await;
                    delay = (delay * 2).min(LONGEST_RETRY_DELAY);
                }
            }
            attempt = self.connect().await;
        }
    }

    /// Returns the reason, once a command or a probe has reported the connection lost.
    async fn wait_until_lost(&self, connection: Connection) -> Trouble {
        let mut state = self.state.subscribe();
        loop {
            let lost = state.wait_for(|state| state.is_err());
            if let Ok(Ok(lost)) = timeout(PROBE_INTERVAL, lost).await
                && let Err(trouble) = &*lost
            {
                return trouble.clone();
            }
            if let Err(error) = self.probe(&connection).await {
                let kind = kind(&error).unwrap_or(TroubleKind::Unreachable);
                self.report_lost(&connection, kind.because(error));
            }
        }
    }

    async fn probe(&self, connection: &Connection) -> RedisResult<()> {
        let mut commands = connection.commands.clone();
        if self.access == Access::ReadOnly {
            return cmd("PING").query_async(&mut commands).await;
        }
        // At once: on a slow connection each round trip counts.
        let proof = connection.commits.prove(&connection.commands);
        let (proved, renewed) = tokio::join!(proof, connection.clock.renew(&mut commands));
        proved?;
        match renewed {
            // The proof has found that, too.
            Err(error) if lacks_permission(&error) => Ok(()),
            renewed => renewed,
        }
    }

    /// Makes a connection and checks the store behind it.
    pub async fn connect(&self) -> std::result::Result<Connection, NoConnection> {
        let connected = self.try_connect().await;
        let outcome = match &connected {
            Ok(_) => "connected",
            Err(Failure::Unsuitable(_)) => "refused",
            Err(Failure::Redis(error)) if is_refused(error) || lacks_permission(error) => "refused",
            Err(Failure::Redis(_)) => "away",
        };
        counter!(STORE_CONNECTIONS, "outcome" => outcome).increment(1);
        connected.map_err(|failure| match failure {
            Failure::Unsuitable(error) => NoConnection {
                is_final: matches!(error, StoreError::Broken(_)),
                trouble: error.into(),
            },
            Failure::Redis(error) => self.no_connection(&error),
        })
    }

    fn no_connection(&self, error: &RedisError) -> NoConnection {
        use TroubleKind::{NotAllowed, Unreachable, Unusable};
        let setting = self.credentials;
        let (trouble, is_final) = match error.kind() {
            _ if is_refused(error) => {
                let why = format!("{setting}: Redis refuses the credentials ({error})");
                (NotAllowed.because(why), true)
            }
            // A server waits for the right.
            _ if lacks_permission(error) => {
                let why = format!("{setting}: this account may not do what is needed ({error})");
                (NotAllowed.because(why), self.access == Access::ReadOnly)
            }
            _ if error.to_string().contains("DB index is out of range") => {
                let why = format!("REDIS_URL or REDIS_DB: {error}");
                (Unusable.because(why), true)
            }
            ErrorKind::InvalidClientConfig => (Unusable.because(error), true),
            _ => (kind(error).unwrap_or(Unreachable).because(error), false),
        };
        NoConnection { trouble, is_final }
    }

    async fn try_connect(&self) -> std::result::Result<Connection, Failure> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_pipeline_buffer_size(2_048);
        let commands = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        match self.access {
            Access::ReadWrite => self.open_for_writing(commands).await,
            Access::ReadOnly => self.open_read_only(commands).await,
        }
    }

    async fn open_for_writing(
        &self,
        mut commands: MultiplexedConnection,
    ) -> std::result::Result<Connection, Failure> {
        let commits = CommitAccess::new(self.needs.clone(), self.credentials);
        let (ask, proof) = (cmd("INFO"), commits.prove(&commands));
        let mut asking = commands.clone();
        let (info, proved) = tokio::join!(ask.query_async::<InfoDict>(&mut asking), proof);
        let info = info?;
        check_version(&info)?;
        proved?;
        let epoch = self.check_epoch(&mut commands).await?;
        let commit: String = cmd("SCRIPT")
            .arg("LOAD")
            .arg(self.commit_script)
            .query_async(&mut commands)
            .await?;
        let durability = durability(&info, &mut commands).await;
        let clock = Clock::default();
        clock.renew(&mut commands).await?;
        Ok(Connection {
            commands,
            epoch,
            commit: commit.into(),
            durability,
            clock: Arc::new(clock),
            commits: Arc::new(commits),
        })
    }

    /// The store's epoch: a new one where the store may have gone back in time. Refused where the store has another
    /// schema version, or a restore into it has not ended.
    async fn check_epoch(
        &self,
        commands: &mut MultiplexedConnection,
    ) -> std::result::Result<Epoch, Failure> {
        let mut check = cmd("EVAL");
        check
            .arg(include_str!("open.lua"))
            .arg(2)
            .arg(self.keys.meta())
            .arg(self.keys.log())
            .arg(fresh_epoch().to_string())
            .arg(schema::SCHEMA);
        type Checked = (String, String, String, String);
        let (epoch, _seq, version, restoring): Checked = check.query_async(commands).await?;
        let restoring = (!restoring.is_empty()).then_some(&*restoring);
        schema::of_history(Some(&version))
            .and_then(|version| schema::check(version, restoring))
            .map_err(Failure::Unsuitable)?;
        let malformed = || RedisError::from((ErrorKind::Parse, "the store's epoch is malformed"));
        Ok(Epoch::new(&epoch).ok_or_else(malformed)?)
    }

    /// Takes the store as it is. Refused where there is none.
    async fn open_read_only(
        &self,
        mut commands: MultiplexedConnection,
    ) -> std::result::Result<Connection, Failure> {
        let epoch: Option<String> = cmd("HGET")
            .arg(self.keys.meta())
            .arg("epoch")
            .query_async(&mut commands)
            .await?;
        let none = || {
            let why = "this Redis database holds no market".to_owned();
            Failure::Unsuitable(StoreError::Broken(why))
        };
        Ok(Connection {
            commands,
            epoch: epoch.as_deref().and_then(Epoch::new).ok_or_else(none)?,
            commit: "".into(),
            // No commit is taken, so nothing is promised for one.
            durability: Durability::Memory,
            clock: Arc::default(),
            commits: Arc::new(CommitAccess::new(Arc::default(), self.credentials)),
        })
    }

    /// A connection of its own for a blocking read, which would hold up every command behind it.
    pub async fn connect_blocking_reader(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(None);
        self.client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    /// The current connection. Waits a moment for one that is being made.
    pub async fn connection(&self) -> Result<Connection> {
        let mut state = self.state.subscribe();
        match timeout(ACQUIRE_TIMEOUT, state.wait_for(|state| state.is_ok())).await {
            Ok(Ok(state)) => Ok(state.clone()?),
            _ => Ok(self.state.borrow().clone()?),
        }
    }

    pub fn durability(&self) -> Option<Durability> {
        self.state.borrow().as_ref().ok().map(|own| own.durability)
    }

    /// Why no commit would be taken, as far as is known.
    pub fn trouble(&self) -> Option<Trouble> {
        match &*self.state.borrow() {
            Ok(connection) => connection.commits.trouble(),
            Err(trouble) => Some(trouble.clone()),
        }
    }

    /// Gives a connection up, unless a newer one has replaced it.
    pub fn report_lost(&self, connection: &Connection, why: Trouble) {
        self.state.send_if_modified(|state| {
            // Each connection has loaded the script itself, so the pointer to its name identifies the connection.
            let is_current = state
                .as_ref()
                .is_ok_and(|current| Arc::ptr_eq(&current.commit, &connection.commit));
            if is_current {
                *state = Err(why);
            }
            is_current
        });
    }
}

fn check_version(info: &InfoDict) -> std::result::Result<(), Failure> {
    let version = info.get::<String>("redis_version").unwrap_or_default();
    let major = version.split('.').next().and_then(|n| n.parse().ok());
    if major.unwrap_or(0) < OLDEST {
        let why = format!("Redis {version} is too old: {OLDEST}.0 is the oldest supported version");
        return Err(Failure::Unsuitable(StoreError::Broken(why)));
    }
    Ok(())
}
