//! A Redis as the store: from its name to a commit that is received. Each step needs those before it.

use super::{
    super::store::count,
    embedded::shape,
    explain::{Target, explain},
    rehearsal::{Measured, Scratch, Spread, latency, rehearse},
    report::{Finding, Report, State},
    rights::Rights,
};
use crate::server::{
    adopt,
    ledger::{Durability, Keys, OLDEST, durability, schema},
    now,
};
use indicatif::HumanBytes;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, FromRedisValue, InfoDict,
    RedisConnectionInfo, RedisError, RedisResult, Value, aio::MultiplexedConnection, cmd,
    from_redis_value,
};
use std::{collections::HashMap, io, net::SocketAddr, process::exit, time::Duration};
use tokio::{
    net::{TcpStream, lookup_host},
    select,
    signal::ctrl_c,
    time::{Instant, timeout},
};

const GROUP: &str = "redis";

/// All checks, in their order.
const CHECKS: [&str; 19] = [
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
    "durability",
    "eviction",
    "memory",
    "clients",
    "replicas",
    "clock",
    "latency",
    "commits",
    "events",
];

/// How long one step may take, and all of them.
const STEP: Duration = Duration::from_secs(2);
const ALL: Duration = Duration::from_secs(9);
/// How long the rehearsal may take, without what sweeps up after it.
const REHEARSAL: Duration = Duration::from_secs(4);

/// Milliseconds from which on people notice.
const SLOW_ANSWER: f64 = 20.0;
const SLOW_COMMIT: f64 = 100.0;
const SLOW_EVENT: f64 = 200.0;
/// Milliseconds that two clocks may differ: times of orders are taken from this machine's.
const APART: i64 = 1_000;
/// The part of the memory, or of the clients, from which on it is nearly full.
const NEARLY_FULL: f64 = 0.9;
/// Seconds that a replica may be silent.
const LAG: u64 = 10;

/// Why the steps that follow were not tried.
type Stop = String;

/// The epoch of what is stored there, as far as it can be asked: empty where nothing is.
pub async fn examine(
    report: &mut Report,
    info: &ConnectionInfo,
    credentials: &'static str,
) -> Option<String> {
    let visit = Visit::of(info, credentials);
    let mut epoch = None;
    if let Err(why) = visit.walk(report, &mut epoch).await {
        report.skip_rest(GROUP, &CHECKS, &why);
    }
    epoch
}

struct Visit {
    info: ConnectionInfo,
    credentials: &'static str,
    target: Target,
    /// When all has to be over.
    end: Instant,
}

impl Visit {
    fn of(info: &ConnectionInfo, credentials: &'static str) -> Visit {
        let parts = credentials != "REDIS_URL";
        let of = |part, url| if parts { part } else { url };
        let target = Target {
            at: info.addr().to_string(),
            user: info
                .redis_settings()
                .username()
                .unwrap_or("default")
                .to_owned(),
            address: of("REDIS_HOST and REDIS_PORT", "REDIS_URL"),
            credentials,
            tls: of("REDIS_TLS", "REDIS_URL (rediss:// or redis://)"),
            database: of("REDIS_DB", "REDIS_URL"),
        };
        Visit {
            info: info.clone(),
            credentials,
            target,
            end: Instant::now() + ALL,
        }
    }

    async fn walk(&self, report: &mut Report, epoch: &mut Option<String>) -> Result<(), Stop> {
        let addresses = self.find(report).await?;
        self.reach(report, &addresses).await?;
        let mut connection = self.connect(report).await?;
        self.sign_in(report, &mut connection).await?;
        self.choose(report, &mut connection).await?;
        self.answers(report, &mut connection).await?;
        let facts = self.facts(report, &mut connection).await?;
        let writable = role(report, &facts, &self.target);
        let scratch = Scratch::new();
        let rights = self.rights(report, &scratch).await?;
        *epoch = self.schema(report, &rights, &mut connection).await;
        self.promises(report, &facts, &rights, &mut connection)
            .await;
        self.clock(report, &mut connection).await?;
        self.latency(report, &mut connection).await?;
        writable?;
        self.rehearse(report, &scratch, &rights).await
    }

    /// Runs a step, as long as it may take.
    async fn step<T>(&self, step: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
        let left = self.end.saturating_duration_since(Instant::now());
        let late = |_| RedisError::from(io::Error::from(io::ErrorKind::TimedOut));
        timeout(STEP.min(left), step).await.map_err(late)?
    }

    async fn ask<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
        call: &Cmd,
    ) -> RedisResult<T> {
        self.step(call.query_async(connection)).await
    }

    fn explain(&self, error: &RedisError) -> Finding {
        explain(error, &self.target)
    }

    /// Its name becomes addresses.
    async fn find(&self, report: &mut Report) -> Result<Vec<SocketAddr>, Stop> {
        let (ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. }) =
            self.info.addr()
        else {
            report.add(GROUP, "name", Finding::ok("a socket of this machine"));
            return Ok(Vec::new());
        };
        report.doing(format!("looking up {host}"));
        let found = self
            .step(async {
                Ok(lookup_host((host.as_str(), *port))
                    .await?
                    .collect::<Vec<_>>())
            })
            .await;
        let address = self.target.address;
        let finding = match &found {
            Ok(found) if found.is_empty() => Finding::error(
                format!("{host} is a name without an address"),
                format!("Correct {address}, or the name's entry in the DNS"),
            ),
            Ok(found) if host.parse::<std::net::IpAddr>().is_ok() => {
                Finding::ok(format!("{} needs no look-up", found[0].ip()))
            }
            Ok(found) => {
                let list: Vec<_> = found
                    .iter()
                    .map(|address| address.ip().to_string())
                    .collect();
                Finding::ok(format!("{host} is {}", list.join(", "))).with("addresses", list)
            }
            Err(error) if error.is_timeout() => Finding::error(
                format!("the DNS says nothing about {host} in time"),
                "See which servers this machine asks (/etc/resolv.conf), and whether they answer",
            ),
            Err(error) => Finding::error(
                format!("no host is called {host} ({error})"),
                format!(
                    "Correct {address}, or the name's entry in the DNS; in a container, name the service of its network"
                ),
            ),
        };
        stop_at(report, "name", finding, "its name is not found")?;
        found.map_err(|_| String::new())
    }

    /// Something takes connections at one of the addresses at least.
    async fn reach(&self, report: &mut Report, addresses: &[SocketAddr]) -> Result<(), Stop> {
        report.doing(format!("connecting to {}", self.target.at));
        let start = Instant::now();
        let reached = self
            .step(async { Ok(TcpStream::connect(addresses).await?) })
            .await;
        let finding = match reached {
            Ok(_) => {
                let took = start.elapsed().as_secs_f64() * 1_000.0;
                Finding::ok(format!(
                    "{} takes connections ({took:.1} ms)",
                    self.target.at
                ))
                .with("connect_ms", took)
            }
            Err(error) => self.explain(&error),
        };
        stop_at(report, "connection", finding, "there is no connection")
    }

    /// A connection with TLS where that is asked for, and nobody signed in on it: so that what Redis says to the
    /// password can be read.
    async fn connect(&self, report: &mut Report) -> Result<MultiplexedConnection, Stop> {
        let connected = self.open(self.info.addr().clone()).await;
        let secure = self.is_tls();
        let finding = match &connected {
            Ok(_) if secure => Finding::ok("the certificate is good"),
            Ok(_) => Finding::ok("none, as the settings say"),
            Err(error) if secure && self.is_plain().await => Finding::error(
                format!("{} speaks without TLS ({error})", self.target.at),
                self.explain_plain(),
            ),
            Err(error) => self.explain(error),
        };
        stop_at(report, "TLS", finding, "TLS fails")?;
        connected.map_err(|error| error.to_string())
    }

    /// Whether the settings ask for TLS.
    fn is_tls(&self) -> bool {
        matches!(self.info.addr(), ConnectionAddr::TcpTls { .. })
    }

    fn explain_plain(&self) -> String {
        format!(
            "Turn TLS off in {}, or set the port that Redis has for TLS (tls-port)",
            self.target.tls
        )
    }

    async fn open(&self, address: ConnectionAddr) -> RedisResult<MultiplexedConnection> {
        let nobody = RedisConnectionInfo::default().set_skip_set_lib_name();
        let client = Client::open(
            self.info
                .clone()
                .set_addr(address)
                .set_redis_settings(nobody),
        )?;
        let patient = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(STEP))
            .set_response_timeout(Some(STEP));
        self.step(client.get_multiplexed_async_connection_with_config(&patient))
            .await
    }

    /// Whether it answers without TLS.
    async fn is_plain(&self) -> bool {
        let ConnectionAddr::TcpTls { host, port, .. } = self.info.addr() else {
            return false;
        };
        let Ok(mut connection) = self.open(ConnectionAddr::Tcp(host.clone(), *port)).await else {
            return false;
        };
        match self.ask::<()>(&mut connection, &cmd("PING")).await {
            Ok(()) => true,
            Err(error) => error.code().is_some(),
        }
    }

    /// Whether it answers with TLS alone. A certificate that is not trusted is one, too.
    async fn is_secure(&self) -> bool {
        let ConnectionAddr::Tcp(host, port) = self.info.addr().clone() else {
            return false;
        };
        let secure = ConnectionAddr::TcpTls {
            host,
            port,
            insecure: false,
            tls_params: None,
        };
        match self.open(secure).await {
            Ok(_) => true,
            Err(error) => error.to_string().contains("peer certificate"),
        }
    }

    async fn sign_in(
        &self,
        report: &mut Report,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), Stop> {
        report.doing("signing in");
        let account = self.info.redis_settings();
        let mut call = cmd(if account.password().is_some() {
            "AUTH"
        } else {
            "PING"
        });
        if let Some(password) = account.password() {
            call.arg(account.username()).arg(password);
        }
        let answer = self.ask::<()>(connection, &call).await;
        let lone = account
            .password()
            .is_none()
            .then(|| account.username())
            .flatten();
        let finding = match (answer, lone) {
            (Err(error), _) if error.code().is_none() && self.is_secure().await => Finding::error(
                format!("{} speaks TLS alone ({error})", self.target.at),
                format!(
                    "Turn TLS on in {}, or set the port that Redis has for plain connections",
                    self.target.tls
                ),
            ),
            (Err(error), _) if self.is_tls() && error.is_connection_dropped() => Finding::error(
                format!(
                    "{} closes the connection once TLS stands, as a Redis does that wants a certificate from its clients ({error})",
                    self.target.at
                ),
                "Set `tls-auth-clients no` on the server; the password still keeps others out. Or see whether this \
                 machine's address is allowed there",
            ),
            (Err(error), Some(user)) if error.code() == Some("NOAUTH") => Finding::error(
                format!(
                    "the user “{user}” comes without a password, and Redis wants one ({error})"
                ),
                format!(
                    "Write the password into {} too, like {user}:password@",
                    self.target.credentials
                ),
            ),
            (Ok(()), Some(user)) => Finding::warning(
                format!(
                    "the user “{user}” comes without a password, so Redis takes us for “default”"
                ),
                format!(
                    "Write the password into {} too, or leave the user out",
                    self.target.credentials
                ),
            ),
            (Ok(()), None) if account.password().is_none() => {
                Finding::ok("not needed: Redis lets everybody in who reaches it")
            }
            (Ok(()), None) => Finding::ok(format!("as “{}”", self.target.user)),
            // It has let us in, and has something else to say.
            (Err(error), _) if is_state(&error) => {
                Finding::ok(format!("as “{}”", self.target.user))
            }
            (Err(error), _) => self.explain(&error),
        };
        stop_at(report, "sign-in", finding, "nobody is signed in")
    }

    async fn choose(
        &self,
        report: &mut Report,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), Stop> {
        let database = self.info.redis_settings().db();
        let finding = match database {
            0 => Finding::ok("0"),
            _ => match self
                .ask::<()>(connection, cmd("SELECT").arg(database))
                .await
            {
                Err(error) if !is_state(&error) => self.explain(&error),
                _ => Finding::ok(database.to_string()),
            },
        };
        stop_at(
            report,
            "database",
            finding,
            "there is no database to look at",
        )
    }

    /// It is not loading, nor busy.
    async fn answers(
        &self,
        report: &mut Report,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), Stop> {
        let finding = match self.ask::<()>(connection, &cmd("PING")).await {
            // The rights say which ones are missing.
            Err(error) if error.code() == Some("NOPERM") => Finding::ok("yes"),
            // It answers all the same, and what is wrong is found out further down.
            Err(error) if error.code() == Some("MISCONF") => Finding::ok("yes"),
            Err(error) => self.explain(&error),
            Ok(()) => Finding::ok("yes"),
        };
        stop_at(report, "answers", finding, "Redis answers no questions")
    }

    /// What it says of itself; nothing, where the account may not ask.
    async fn facts(
        &self,
        report: &mut Report,
        connection: &mut MultiplexedConnection,
    ) -> Result<InfoDict, Stop> {
        report.doing("asking Redis about itself");
        match self.ask::<InfoDict>(connection, &cmd("INFO")).await {
            Ok(facts) => {
                let (finding, stop) = version(&facts);
                report.add(GROUP, "version", finding);
                stop.map_or(Ok(facts), |why| Err(why.to_owned()))
            }
            Err(error) if error.code() == Some("NOPERM") => {
                report.add(
                    GROUP,
                    "version",
                    Finding::skipped("the account may not ask (INFO)"),
                );
                Ok(InfoDict::new(""))
            }
            Err(error) => {
                report.add(GROUP, "version", self.explain(&error));
                Err("Redis says nothing of itself".to_owned())
            }
        }
    }

    async fn rights(&self, report: &mut Report, scratch: &Scratch) -> Result<Rights, Stop> {
        report.doing("trying each command");
        let keys = Keys::new("");
        let found = self.step(async {
            let client = Client::open(self.info.clone())?;
            Rights::find(&client, &keys, &scratch.keys).await
        });
        let found = found.await;
        let finding = match &found {
            Ok(rights) => rights.finding(&self.target.user),
            Err(error) => self.explain(error),
        };
        let failed = finding.state == State::Error;
        report.add(GROUP, "rights", finding);
        let mut rights = found.map_err(|_| "Redis does not answer any more".to_owned())?;
        rights.lacking = failed;
        Ok(rights)
    }

    /// Whether what is stored has the shape that this program knows; and its epoch.
    async fn schema(
        &self,
        report: &mut Report,
        rights: &Rights,
        connection: &mut MultiplexedConnection,
    ) -> Option<String> {
        let mut call = cmd("HMGET");
        call.arg(Keys::new("").meta())
            .arg("epoch")
            .arg("schema")
            .arg("restoring");
        type Meta = (Option<String>, Option<String>, Option<String>);
        let meta = self.ask::<Meta>(connection, &call).await;
        let epoch = meta.as_ref().ok().map(|(epoch, ..)| epoch.clone());
        let finding = match meta {
            Err(_) if rights.lacking => Finding::skipped("the account lacks rights"),
            Err(error) => self.explain(&error),
            Ok((None, _, None)) => Finding::ok("nothing is stored yet"),
            Ok((epoch, version, restoring)) => {
                match schema::read(version.as_deref(), epoch.is_some()) {
                    Ok(version) => shape(version, restoring.as_deref()),
                    Err(error) => Finding::error(
                        error.to_string(),
                        "Put a backup in its place (`pizza-market restore`)",
                    ),
                }
            }
        };
        let unseen = self.step(adopt::unadopted(connection.clone())).await;
        let finding = match unseen {
            Ok(orders @ 1..) if finding.state == State::Ok => Finding::warning(
                format!(
                    "{} of the Python backend, or more, that nobody sees",
                    count(orders as u64, "order")
                ),
                "`pizza-market migrate` adopts them: it shows first what it will do",
            ),
            // None, or the account may not look for them (SCAN).
            _ => finding,
        };
        report.add(GROUP, "schema", finding);
        epoch.map(Option::unwrap_or_default)
    }

    /// What its settings promise.
    async fn promises(
        &self,
        report: &mut Report,
        facts: &InfoDict,
        rights: &Rights,
        connection: &mut MultiplexedConnection,
    ) {
        if !facts.contains_key(&"redis_version") {
            for name in ["durability", "eviction", "memory", "clients", "replicas"] {
                report.add(
                    GROUP,
                    name,
                    Finding::skipped("the account may not ask (INFO)"),
                );
            }
            return;
        }
        let class = self
            .step(async { Ok(durability(facts, connection).await) })
            .await;
        let class = class.unwrap_or(Durability::Memory);
        let kept = match class {
            Durability::Memory => kept(facts, class),
            _ if self.forgets_at_its_start(connection).await => forgets(),
            _ => kept(facts, class),
        };
        report.add(GROUP, "durability", kept);
        report.add(GROUP, "eviction", eviction(facts));
        let full = rights
            .unwritable
            .as_ref()
            .filter(|error| error.code() == Some("OOM"));
        let finding = full.map_or_else(|| memory(facts), |error| self.explain(error));
        report.add(GROUP, "memory", finding);
        report.add(GROUP, "clients", clients(facts));
        report.add(GROUP, "replicas", replicas(facts));
    }

    /// Whether the default account is seen to lack rights: in its name Redis reads its append-only file.
    async fn forgets_at_its_start(&self, connection: &mut MultiplexedConnection) -> bool {
        let mut call = cmd("ACL");
        call.arg("GETUSER").arg("default");
        let user: RedisResult<HashMap<String, Value>> = self.ask(connection, &call).await;
        let may = |user: &HashMap<String, Value>, field: &str, all: &str| {
            let rights = user.get(field).cloned().map(from_redis_value::<String>);
            rights.is_none_or(|rights| rights.is_ok_and(|rights| rights.starts_with(all)))
        };
        user.is_ok_and(|user| {
            let rights = [("commands", "+@all"), ("keys", "~*"), ("channels", "&*")];
            !rights.iter().all(|(field, all)| may(&user, field, all))
        })
    }

    async fn clock(
        &self,
        report: &mut Report,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), Stop> {
        let before = now().millis();
        let answer = self.ask::<(i64, i64)>(connection, &cmd("TIME")).await;
        let middle = (before + now().millis()) / 2;
        let finding = match answer {
            Ok((seconds, micros)) => clocks(seconds * 1_000 + micros / 1_000 - middle),
            Err(error) if error.code() == Some("NOPERM") => {
                Finding::skipped("the account may not ask (TIME)")
            }
            Err(error) => self.explain(&error),
        };
        report.add(GROUP, "clock", finding);
        Ok(())
    }

    async fn latency(
        &self,
        report: &mut Report,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), Stop> {
        report.doing("measuring how soon it answers");
        let measured = self.step(latency(connection)).await;
        let finding = match measured {
            Ok(Some(spread)) => spread.finding(
                "an answer takes",
                SLOW_ANSWER,
                "Bring Redis and the market closer together: one network, one region",
            ),
            Ok(None) => Finding::skipped("nothing was measured"),
            Err(error) if error.code() == Some("NOPERM") => {
                Finding::skipped("the account may not ask (PING)")
            }
            Err(error) => self.explain(&error),
        };
        report.add(GROUP, "latency", finding);
        Ok(())
    }

    async fn rehearse(
        &self,
        report: &mut Report,
        scratch: &Scratch,
        rights: &Rights,
    ) -> Result<(), Stop> {
        if let Some(error) = &rights.unwritable {
            report.add(GROUP, "commits", self.explain(error));
            return Err("nothing can be written".to_owned());
        }
        if rights.lacking {
            return Err("the account lacks rights".to_owned());
        }
        if !rights.scratch {
            return Err(format!(
                "“{}” may not make scratch keys; `ACL SETUSER {} ~pizza:*` lets this be tried",
                self.target.user, self.target.user
            ));
        }
        report.doing("making commits on scratch keys");
        let play = timeout(
            REHEARSAL,
            rehearse(
                &self.info,
                self.credentials,
                scratch,
                rights.scratch_channel,
            ),
        );
        let played = select! {
            played = play => Some(played),
            _ = ctrl_c() => None,
        };
        let swept = self
            .step(async { scratch.sweep(&Client::open(self.info.clone())?).await })
            .await;
        let Some(played) = played else {
            exit(130);
        };
        let late = || {
            Finding::error(
                format!(
                    "commits on scratch keys were not done within {} s",
                    REHEARSAL.as_secs()
                ),
                "See “latency”, and what else keeps Redis busy (`SLOWLOG GET`)",
            )
        };
        match played {
            Ok(Ok(measured)) => self.measured(report, measured, rights.scratch_channel),
            Ok(Err(error)) => report.add(
                GROUP,
                "commits",
                Finding::error(
                    format!("commits on scratch keys fail: {error}"),
                    "The server would fail in the same way: see what Redis says, and its log",
                ),
            ),
            Err(_) => report.add(GROUP, "commits", late()),
        }
        if let Err(error) = swept {
            report.add(
                GROUP,
                "scratch",
                Finding::warning(
                    format!("scratch keys may be left ({error})"),
                    format!("Delete {}*", scratch.keys.prefix()),
                ),
            );
        }
        Err("nothing was committed".to_owned())
    }

    fn measured(&self, report: &mut Report, measured: Measured, events: bool) {
        let slow_disk = "See how fast the disk of Redis is (`redis-cli --latency`, `INFO persistence`), and how far away Redis is";
        if let Some(spread) = Spread::of(measured.commits) {
            report.add(
                GROUP,
                "commits",
                spread.finding("a commit takes", SLOW_COMMIT, slow_disk),
            );
        }
        let heard = Spread::of(measured.heard);
        let finding = match (Spread::of(measured.received), events) {
            (_, false) => Finding::skipped(format!(
                "“{user}” may not publish on a scratch channel; `ACL SETUSER {user} &pizza:*` lets this be tried",
                user = self.target.user
            )),
            (None, true) => Finding::error(
                "events are stored, and a reader that waits for them is not woken",
                "Use a Redis, or a proxy before it, that lets XREAD BLOCK wait",
            ),
            (Some(spread), true) => {
                spread.finding("an event is received after", SLOW_EVENT, slow_disk)
            }
        };
        let finding = match heard {
            Some(heard) => {
                let says = format!(
                    "{}; over the channel after {:.1} ms, {:.1} ms",
                    finding.says, heard.median, heard.p99
                );
                Finding { says, ..finding }
                    .with("channel_median_ms", heard.median)
                    .with("channel_p99_ms", heard.p99)
            }
            None => finding,
        };
        report.add(GROUP, "events", finding);
    }
}

/// Adds a finding; and stops, where it is an error.
fn stop_at(report: &mut Report, name: &str, finding: Finding, why: &str) -> Result<(), Stop> {
    let failed = finding.state == State::Error;
    report.add(GROUP, name, finding);
    if failed { Err(why.to_owned()) } else { Ok(()) }
}

/// Whether Redis has let us in, and says that it cannot answer now.
fn is_state(error: &RedisError) -> bool {
    matches!(
        error.code(),
        Some("LOADING" | "BUSY" | "MASTERDOWN" | "MISCONF" | "NOPERM")
    )
}

/// Which Redis it is. Where it is none that will do, why nothing else makes sense.
fn version(facts: &InfoDict) -> (Finding, Option<&'static str>) {
    let version: String = facts.get("redis_version").unwrap_or_default();
    let mode: String = facts
        .get("redis_mode")
        .unwrap_or_else(|| "standalone".to_owned());
    let edition = edition(facts);
    let says = format!("{edition} {mode}");
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    let finding = match mode.as_str() {
        "cluster" => Finding::error(
            format!("{says}: a cluster spreads keys over machines, and a commit needs them on one"),
            "Use a Redis without cluster mode (cluster-enabled no); at a provider, one shard",
        ),
        "sentinel" => Finding::error(
            format!("{says}: this is a sentinel, which only knows where the primary is"),
            "Set the address of the primary: `SENTINEL get-master-addr-by-name NAME` tells it",
        ),
        _ if major.is_none_or(|major| major < OLDEST) => Finding::error(
            format!("{says} is too old"),
            format!("Upgrade Redis to {OLDEST}.0 or later"),
        ),
        _ => Finding::ok(says),
    };
    let stop = match mode.as_str() {
        "cluster" => Some("this is a cluster"),
        "sentinel" => Some("this is a sentinel"),
        _ => None,
    };
    (finding.with("version", version).with("mode", mode), stop)
}

/// The name and version of what stands there: others speak as Redis does.
fn edition(facts: &InfoDict) -> String {
    let others = [
        ("valkey_version", "Valkey"),
        ("redict_version", "Redict"),
        ("dragonfly_version", "Dragonfly"),
        ("garnet_version", "Garnet"),
        ("upstash_version", "Upstash"),
        ("mvcc_depth", "KeyDB"),
    ];
    let version: String = facts.get("redis_version").unwrap_or_default();
    for (field, name) in others {
        if let Some(own) = facts.get::<String>(field) {
            let own = if field == "mvcc_depth" {
                "".to_owned()
            } else {
                format!("{own} ")
            };
            return format!("{name} {own}(as Redis {version})");
        }
    }
    format!("Redis {version}")
}

/// Whether it takes changes.
fn role(report: &mut Report, facts: &InfoDict, target: &Target) -> Result<(), Stop> {
    let role: String = facts.get("role").unwrap_or_default();
    let finding = match role.as_str() {
        "" => Finding::skipped("the account may not ask (INFO)"),
        "master" => Finding::ok("primary"),
        _ => {
            let text = |field: &str| facts.get::<String>(field).unwrap_or_default();
            let primary = format!("{}:{}", text("master_host"), text("master_port"));
            let link = text("master_link_status");
            Finding::error(
                format!("a replica of {primary} (link {link}), which takes no changes"),
                format!(
                    "Set {} to the primary, {primary}; or, after a failover, `REPLICAOF NO ONE` here",
                    target.address
                ),
            )
        }
    };
    stop_at(report, "role", finding, "this is a replica")
}

/// What an answered change survives, as docs/operate/configure.md has it; and whether that works.
fn kept(facts: &InfoDict, class: Durability) -> Finding {
    let failed = |field: &str| {
        facts
            .get::<String>(field)
            .is_some_and(|status| status == "err")
    };
    let disk =
        "Look at the free space and the rights of its folder (`CONFIG GET dir`), and at its log";
    let finding = match class {
        _ if failed("aof_last_write_status") => {
            Finding::error("Redis cannot write its append-only file", disk)
        }
        _ if failed("aof_last_bgrewrite_status") => Finding::warning(
            "Redis cannot rewrite its append-only file, which grows",
            disk,
        ),
        Durability::Memory if failed("rdb_last_bgsave_status") => {
            Finding::error("Redis cannot save its snapshots", disk)
        }
        Durability::Memory => Finding::warning(
            "memory: a restart of Redis takes back everything since its last snapshot, also what was answered",
            "`CONFIG SET appendonly yes` and the same in its redis.conf",
        ),
        Durability::Everysec => Finding::ok(
            "everysec: a crash of Redis may take back the last second or two (`CONFIG SET appendfsync always` for none)",
        ),
        Durability::Always | Durability::Fsync => {
            Finding::ok("always: what is answered is on the disk")
        }
    };
    finding.with("class", class.to_string())
}

fn forgets() -> Finding {
    Finding::error(
        "the default account lacks rights: in its name Redis reads its append-only file when it starts, and drops every change of the market",
        "`ACL SETUSER default ~* &* +@all`, and the same in its settings: an account that is `off` nobody can use",
    )
}

fn eviction(facts: &InfoDict) -> Finding {
    let policy: String = facts.get("maxmemory_policy").unwrap_or_default();
    let finding = match policy.as_str() {
        "noeviction" => Finding::ok("noeviction: nothing is dropped"),
        "" => Finding::skipped("this Redis does not say (maxmemory-policy)"),
        volatile if volatile.starts_with("volatile-") => Finding::error(
            format!(
                "maxmemory-policy {policy}: where memory runs out, what is remembered of repeated requests is dropped, and they act twice"
            ),
            "`CONFIG SET maxmemory-policy noeviction` and the same in its redis.conf",
        ),
        _ => Finding::error(
            format!("maxmemory-policy {policy}: where memory runs out, orders are dropped"),
            "`CONFIG SET maxmemory-policy noeviction` and the same in its redis.conf",
        ),
    };
    finding.with("policy", policy)
}

fn memory(facts: &InfoDict) -> Finding {
    let number = |field: &str| facts.get::<u64>(field).unwrap_or(0);
    let (used, most, machine) = (
        number("used_memory"),
        number("maxmemory"),
        number("total_system_memory"),
    );
    let (limit, name) = if most > 0 {
        (most, "maxmemory")
    } else {
        (machine, "the machine's")
    };
    let says = match limit {
        0 => format!("{} used", HumanBytes(used)),
        _ => format!(
            "{} of {} used ({name})",
            HumanBytes(used),
            HumanBytes(limit)
        ),
    };
    let finding = match used as f64 / limit.max(1) as f64 {
        full if limit > 0 && full >= 1.0 => Finding::error(
            format!("{says}: out of memory"),
            "Raise maxmemory, or give the market a Redis of its own",
        ),
        full if limit > 0 && full >= NEARLY_FULL => Finding::warning(
            format!("{says}: nearly full, and then changes are refused"),
            "Raise maxmemory, or give the market a Redis of its own",
        ),
        _ => Finding::ok(says),
    };
    finding.with("used_bytes", used).with("limit_bytes", limit)
}

fn clients(facts: &InfoDict) -> Finding {
    let number = |field: &str| facts.get::<u64>(field).unwrap_or(0);
    let (now, most) = (number("connected_clients"), number("maxclients"));
    let says = match most {
        0 => format!("{now} connected"),
        _ => format!("{now} of {most} connected"),
    };
    let finding = match most > 0 && now as f64 >= most as f64 * NEARLY_FULL {
        true => Finding::warning(
            says,
            "Raise maxclients: each instance of the market needs about four",
        ),
        false => Finding::ok(says),
    };
    finding.with("connected", now).with("most", most)
}

/// Those that follow, each with its lag.
fn replicas(facts: &InfoDict) -> Finding {
    let count: usize = facts.get("connected_slaves").unwrap_or(0);
    let all: Vec<String> = (0..count)
        .filter_map(|n| facts.get(&format!("slave{n}")))
        .collect();
    let field = |line: &str, name: &str| {
        let pairs = line.split(',').filter_map(|pair| pair.split_once('='));
        pairs
            .filter(|(own, _)| *own == name)
            .map(|(_, value)| value.to_owned())
            .next()
            .unwrap_or_default()
    };
    let end: i64 = facts.get("master_repl_offset").unwrap_or(0);
    let told: Vec<_> = all
        .iter()
        .map(|line| {
            let behind = end - field(line, "offset").parse::<i64>().unwrap_or(end);
            let (ip, port, state) = (field(line, "ip"), field(line, "port"), field(line, "state"));
            format!(
                "{ip}:{port} {state}, {} s and {behind} bytes behind",
                field(line, "lag")
            )
        })
        .collect();
    let late = all.iter().any(|line| {
        field(line, "state") != "online"
            || field(line, "lag").parse::<u64>().is_ok_and(|lag| lag > LAG)
    });
    let finding = match (count, late) {
        (0, _) => Finding::ok("none: if this Redis is lost, so is what its disk does not hold"),
        (_, true) => Finding::warning(
            told.join("; "),
            "See the log of that replica: after a failover to it, what it lacks is gone",
        ),
        _ => Finding::ok(told.join("; ")),
    };
    finding.with("replicas", told)
}

fn clocks(apart: i64) -> Finding {
    let says = format!(
        "the clock of Redis is {} ms {} this one",
        apart.abs(),
        if apart < 0 { "behind" } else { "ahead of" }
    );
    let finding = match apart.abs() > APART {
        true => Finding::warning(
            says,
            "Keep both clocks with NTP (`timedatectl`): times of orders come from this machine",
        ),
        false => Finding::ok(says),
    };
    finding.with("difference_ms", apart)
}
