//! A Redis as the store: from the look-up of its name to a commit whose event is received. Each check needs those
//! before it.

mod channel;
mod configuration;
mod connect;
mod explain;
mod identity;
mod permissions;
mod rehearsal;
mod schema;
mod sign_in;
mod spread;
mod timing;

use super::{
    clock,
    report::{Finding, Report, State},
};
use explain::{RedisNames, explain};
use redis::{
    Cmd, ConnectionInfo, FromRedisValue, RedisError, RedisResult, aio::MultiplexedConnection,
};
use rehearsal::Scratch;
use std::{io, time::Duration};
use tokio::time::{Instant, timeout};

const GROUP: &str = "redis";

/// All checks, in their order.
const CHECKS: [&str; 21] = [
    "name",
    "connection",
    "TLS",
    "sign-in",
    "database",
    "answers",
    "version",
    "role",
    "rights",
    "schema",
    "channel",
    "durability",
    "eviction",
    "memory",
    "clients",
    "replicas",
    "clock",
    clock::NAME,
    "latency",
    "commits",
    "events",
];

const STEP_TIMEOUT: Duration = Duration::from_secs(2);
/// Of all checks together.
const TIMEOUT: Duration = Duration::from_secs(9);

/// What is reported where the account may not run INFO.
const NO_INFO: &str = "the account may not run INFO";

/// Why the checks that follow are skipped.
type Stop = String;

/// Runs all checks. Returns the epoch of what is stored, empty where nothing is; `None` where it cannot be read.
pub async fn examine(
    report: &mut Report,
    info: &ConnectionInfo,
    credentials: &'static str,
) -> Option<String> {
    let mut epoch = None;
    let mut examination = Examination {
        names: RedisNames::of(info, credentials),
        info: info.clone(),
        credentials,
        deadline: Instant::now() + TIMEOUT,
        report,
    };
    if let Err(why) = examination.run(&mut epoch).await {
        report.skip_rest(GROUP, &CHECKS, &why);
    }
    epoch
}

struct Examination<'a> {
    report: &'a mut Report,
    info: ConnectionInfo,
    credentials: &'static str,
    names: RedisNames,
    deadline: Instant,
}

impl Examination<'_> {
    async fn run(&mut self, epoch: &mut Option<String>) -> Result<(), Stop> {
        let addresses = self.look_up().await?;
        self.reach(&addresses).await?;
        let mut connection = self.connect().await?;
        self.sign_in(&mut connection).await?;
        self.select_database(&mut connection).await?;
        self.ping(&mut connection).await?;
        let facts = self.identify(&mut connection).await?;
        let writable = self.role(&facts);
        let scratch = Scratch::new();
        let permissions = self.permissions(&scratch).await?;
        *epoch = self.schema(&permissions, &mut connection).await;
        self.channel(&facts).await;
        self.configuration(&facts, &permissions, &mut connection)
            .await;
        self.clock(&mut connection).await;
        self.times(epoch.as_deref()).await;
        self.latency(&mut connection).await;
        writable?;
        self.rehearse(&scratch, &permissions).await
    }

    /// Runs a step within its time and the time that is left for all.
    async fn step<T>(&self, step: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let late = |_| RedisError::from(io::Error::from(io::ErrorKind::TimedOut));
        timeout(STEP_TIMEOUT.min(left), step).await.map_err(late)?
    }

    async fn query<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
        call: &Cmd,
    ) -> RedisResult<T> {
        self.step(call.query_async(connection)).await
    }

    fn explain(&self, error: &RedisError) -> Finding {
        explain(error, &self.names)
    }

    fn add(&mut self, name: &'static str, finding: Finding) {
        self.report.add(GROUP, name, finding);
    }

    /// Adds a finding. An error stops the examination, and `why` is reported for the checks that follow.
    fn add_or_stop(&mut self, name: &'static str, finding: Finding, why: &str) -> Result<(), Stop> {
        let failed = finding.state == State::Error;
        self.add(name, finding);
        if failed { Err(why.to_owned()) } else { Ok(()) }
    }
}

/// Whether the account may not run a command.
fn is_forbidden(error: &RedisError) -> bool {
    error.code() == Some("NOPERM")
}
