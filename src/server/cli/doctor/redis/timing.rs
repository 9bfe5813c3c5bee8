//! How fast Redis is: its clock, its answers, and commits on scratch keys with their events.

use super::{
    Examination, GROUP, Stop, is_forbidden,
    permissions::Permissions,
    rehearsal::{Publishing, Samples, Scratch, rehearse},
    spread::Spread,
};
use crate::server::{
    cli::doctor::{clock, report::Finding},
    clock::{MAX_DIFFERENCE, now},
    store::{Redis, Target},
};
use redis::{Client, RedisResult, aio::MultiplexedConnection, cmd};
use std::{process::exit, time::Duration};
use tokio::{
    select,
    signal::ctrl_c,
    time::{Instant, timeout},
};

/// Of the rehearsal, without the removal of its keys.
const REHEARSAL_TIMEOUT: Duration = Duration::from_secs(4);
/// How often, and for how long at most, answers are measured.
const PINGS: usize = 200;
const PINGS_TIMEOUT: Duration = Duration::from_millis(1_500);

/// Milliseconds above which users notice.
const SLOW_ANSWER: f64 = 20.0;
const SLOW_COMMIT: f64 = 100.0;
const SLOW_EVENT: f64 = 200.0;

const SLOW_DISK: &str = "See how fast the disk of Redis is (`redis-cli --latency`, `INFO persistence`), and how far away Redis is";

impl Examination<'_> {
    pub async fn clock(&mut self, connection: &mut MultiplexedConnection) {
        let before = now().millis();
        let answer = self.query::<(i64, i64)>(connection, &cmd("TIME")).await;
        let middle = (before + now().millis()) / 2;
        let finding = match answer {
            Ok((seconds, micros)) => clock_finding(seconds * 1_000 + micros / 1_000 - middle),
            Err(error) if is_forbidden(&error) => Finding::skipped("the account may not run TIME"),
            Err(error) => self.explain(&error),
        };
        self.add("clock", finding);
    }

    /// Compares this machine's clock with what is stored, in the history of this epoch.
    pub async fn times(&mut self, epoch: Option<&str>) {
        let target = Target {
            info: self.info.clone(),
            credentials: self.credentials,
            prefix: String::new(),
            retention: 0,
            publishes: false,
        };
        let finding = match epoch {
            None => Finding::skipped("what is stored cannot be read"),
            Some("") => Finding::ok("nothing is stored yet"),
            Some(_) => match Redis::open_read_only(target).await {
                Ok(store) => clock::compare_with(&store).await,
                Err(error) => Finding::skipped(error.to_string()),
            },
        };
        self.add(clock::NAME, finding);
    }

    pub async fn latency(&mut self, connection: &mut MultiplexedConnection) {
        self.report.doing("measuring its latency");
        let finding = match self.step(latency(connection)).await {
            Ok(Some(spread)) => spread.finding(
                "an answer takes",
                SLOW_ANSWER,
                "Bring Redis and the market closer together: one network, one region",
            ),
            Ok(None) => Finding::skipped("nothing was measured"),
            Err(error) if is_forbidden(&error) => Finding::skipped("the account may not run PING"),
            Err(error) => self.explain(&error),
        };
        self.add("latency", finding);
    }

    /// Makes commits on scratch keys, and removes the keys whatever happens.
    pub async fn rehearse(
        &mut self,
        scratch: &Scratch,
        permissions: &Permissions,
    ) -> Result<(), Stop> {
        let publishing = self.may_rehearse(permissions)?;
        self.report.doing("making commits on scratch keys");
        let rehearsal = rehearse(&self.info, self.credentials, scratch, publishing);
        let samples = select! {
            samples = timeout(REHEARSAL_TIMEOUT, rehearsal) => Some(samples),
            _ = ctrl_c() => None,
        };
        let removed = self
            .step(async { scratch.remove(&Client::open(self.info.clone())?).await })
            .await;
        let Some(samples) = samples else {
            exit(130);
        };
        match samples {
            Ok(Ok(samples)) => self.add_samples(samples, publishing),
            Ok(Err(error)) => {
                let finding = Finding::error(
                    format!("commits on scratch keys fail: {error}"),
                    "The server would fail in the same way: see the error, and the log of Redis",
                );
                self.add("commits", finding);
            }
            Err(_) => {
                let seconds = REHEARSAL_TIMEOUT.as_secs();
                let finding = Finding::error(
                    format!("commits on scratch keys were not done within {seconds} s"),
                    "See “latency”, and what else keeps Redis busy (`SLOWLOG GET`)",
                );
                self.add("commits", finding);
            }
        }
        if let Err(error) = removed {
            let finding = Finding::warning(
                format!("scratch keys may be left ({error})"),
                format!("Delete {}*", scratch.keys.prefix()),
            );
            self.report.add(GROUP, "scratch", finding);
        }
        Err("nothing was committed".to_owned())
    }

    fn may_rehearse(&mut self, permissions: &Permissions) -> Result<Publishing, Stop> {
        if let Some(error) = &permissions.unwritable {
            self.add("commits", self.explain(error));
            return Err("nothing can be written".to_owned());
        }
        if permissions.lacking {
            return Err("the account lacks rights".to_owned());
        }
        let user = &self.names.user;
        match permissions.scratch {
            true => Ok(permissions.publishing),
            false => Err(format!(
                "“{user}” may not make scratch keys; `ACL SETUSER {user} ~pizza:*` lets this be tried"
            )),
        }
    }

    fn add_samples(&mut self, samples: Samples, publishing: Publishing) {
        if let Some(spread) = Spread::of(samples.commits) {
            let finding = spread.finding("a commit takes", SLOW_COMMIT, SLOW_DISK);
            self.add("commits", finding);
        }
        let user = &self.names.user;
        let mut finding = match (Spread::of(samples.log_reads), publishing) {
            (_, Publishing::Forbidden) => Finding::skipped(format!(
                "“{user}” may not publish on a scratch channel; `ACL SETUSER {user} &pizza:*` lets this be tried"
            )),
            (None, Publishing::Allowed) => Finding::error(
                "events are stored, and a reader that waits for them is not woken",
                "Use a Redis, or a proxy before it, that lets XREAD BLOCK wait",
            ),
            (Some(spread), Publishing::Allowed) => {
                spread.finding("an event is received after", SLOW_EVENT, SLOW_DISK)
            }
        };
        if let Some(Spread { median, p99 }) = Spread::of(samples.messages) {
            finding.says += &format!("; over the channel after {median:.1} ms, {p99:.1} ms");
            finding = finding
                .with("channel_median_ms", median)
                .with("channel_p99_ms", p99);
        }
        self.add("events", finding);
    }
}

async fn latency(connection: &mut MultiplexedConnection) -> RedisResult<Option<Spread>> {
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < PINGS && begun.elapsed() < PINGS_TIMEOUT {
        let start = Instant::now();
        cmd("PING").query_async::<()>(connection).await?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(Spread::of(times))
}

fn clock_finding(difference: i64) -> Finding {
    let direction = if difference < 0 { "behind" } else { "ahead of" };
    let says = format!(
        "the clock of Redis is {} ms {direction} this one",
        difference.abs()
    );
    let finding = match difference.abs() > MAX_DIFFERENCE.num_milliseconds() {
        true => Finding::warning(
            says,
            "Keep both clocks with NTP (`timedatectl`): times of orders come from this machine",
        ),
        false => Finding::ok(says),
    };
    finding.with("difference_ms", difference)
}
