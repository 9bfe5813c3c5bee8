//! What the configuration of Redis promises: durability, eviction, memory, clients, replicas.

use super::{Examination, NO_INFO, permissions::Permissions};
use crate::server::{
    cli::doctor::report::Finding,
    store::{Durability, durability},
};
use indicatif::HumanBytes;
use redis::{InfoDict, RedisResult, Value, aio::MultiplexedConnection, cmd, from_redis_value};
use std::collections::HashMap;

/// The part of the memory, or of the clients, from which on it is nearly full.
const NEARLY_FULL: f64 = 0.9;
/// Seconds that a replica may be silent.
const REPLICA_LAG: u64 = 10;

impl Examination<'_> {
    pub async fn configuration(
        &mut self,
        facts: &InfoDict,
        permissions: &Permissions,
        connection: &mut MultiplexedConnection,
    ) {
        if !facts.contains_key(&"redis_version") {
            for name in ["durability", "eviction", "memory", "clients", "replicas"] {
                self.add(name, Finding::skipped(NO_INFO));
            }
            return;
        }
        let class = self
            .step(async { Ok(durability(facts, connection).await) })
            .await;
        let class = class.unwrap_or(Durability::Memory);
        let durability = match class {
            Durability::Memory => durability_finding(facts, class),
            _ if self.loses_log_at_start(connection).await => loses_log(),
            _ => durability_finding(facts, class),
        };
        self.add("durability", durability);
        self.add("eviction", eviction(facts));
        let full = permissions
            .unwritable
            .as_ref()
            .filter(|error| error.code() == Some("OOM"));
        let finding = full.map_or_else(|| memory(facts), |error| self.explain(error));
        self.add("memory", finding);
        self.add("clients", clients(facts));
        self.add("replicas", replicas(facts));
    }

    /// Whether the default account lacks rights: Redis reads its append-only file in its name.
    async fn loses_log_at_start(&self, connection: &mut MultiplexedConnection) -> bool {
        let mut call = cmd("ACL");
        call.arg("GETUSER").arg("default");
        let user: RedisResult<HashMap<String, Value>> = self.query(connection, &call).await;
        let has_all = |user: &HashMap<String, Value>, field: &str, all: &str| {
            let rights = user.get(field).cloned().map(from_redis_value::<String>);
            rights.is_none_or(|rights| rights.is_ok_and(|rights| rights.starts_with(all)))
        };
        user.is_ok_and(|user| {
            let rights = [("commands", "+@all"), ("keys", "~*"), ("channels", "&*")];
            !rights.iter().all(|(field, all)| has_all(&user, field, all))
        })
    }
}

/// What an answered change survives (docs/operate/configure.md), and whether that works.
fn durability_finding(facts: &InfoDict, class: Durability) -> Finding {
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
            "memory: a restart of Redis loses everything since its last snapshot, also answered changes",
            "`CONFIG SET appendonly yes` and the same in its redis.conf",
        ),
        Durability::Everysec => Finding::ok(
            "everysec: a crash of Redis may lose the last second or two (`CONFIG SET appendfsync always` for none)",
        ),
        Durability::Always | Durability::Fsync => {
            Finding::ok("always: an answered change is on the disk")
        }
    };
    finding.with("class", class.to_string())
}

fn loses_log() -> Finding {
    Finding::error(
        "the default account lacks rights: Redis reads its append-only file in its name when it starts, and drops every change of the market",
        "`ACL SETUSER default ~* &* +@all`, and the same in its settings: an account that is `off` cannot be used",
    )
}

fn eviction(facts: &InfoDict) -> Finding {
    let policy: String = facts.get("maxmemory_policy").unwrap_or_default();
    let finding = match policy.as_str() {
        "noeviction" => Finding::ok("noeviction: nothing is dropped"),
        "" => Finding::skipped("this Redis does not report maxmemory-policy"),
        volatile if volatile.starts_with("volatile-") => Finding::error(
            format!(
                "maxmemory-policy {policy}: when memory runs out, the stored answers to repeated requests are dropped, and they act twice"
            ),
            "`CONFIG SET maxmemory-policy noeviction` and the same in its redis.conf",
        ),
        _ => Finding::error(
            format!("maxmemory-policy {policy}: when memory runs out, orders are dropped"),
            "`CONFIG SET maxmemory-policy noeviction` and the same in its redis.conf",
        ),
    };
    finding.with("policy", policy)
}

fn memory(facts: &InfoDict) -> Finding {
    let number = |field: &str| facts.get::<u64>(field).unwrap_or(0);
    let (used, maxmemory, machine) = (
        number("used_memory"),
        number("maxmemory"),
        number("total_system_memory"),
    );
    let (limit, name) = if maxmemory > 0 {
        (maxmemory, "maxmemory")
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
    let (now, limit) = (number("connected_clients"), number("maxclients"));
    let says = match limit {
        0 => format!("{now} connected"),
        _ => format!("{now} of {limit} connected"),
    };
    let finding = match limit > 0 && now as f64 >= limit as f64 * NEARLY_FULL {
        true => Finding::warning(
            says,
            "Raise maxclients: each instance of the market needs about four",
        ),
        false => Finding::ok(says),
    };
    finding.with("connected", now).with("most", limit)
}

/// The replicas, each with its lag.
fn replicas(facts: &InfoDict) -> Finding {
    let count: usize = facts.get("connected_slaves").unwrap_or(0);
    let lines = (0..count).filter_map(|n| facts.get::<String>(&format!("slave{n}")));
    let end: i64 = facts.get("master_repl_offset").unwrap_or(0);
    let replicas: Vec<_> = lines.map(|line| Replica::parse(&line, end)).collect();
    let texts: Vec<_> = replicas
        .iter()
        .map(|replica| replica.text.clone())
        .collect();
    let finding = if count == 0 {
        Finding::ok("none: if this Redis is lost, only what is on its disk remains")
    } else if replicas.iter().any(|replica| replica.is_late) {
        Finding::warning(
            texts.join("; "),
            "See the log of that replica: a failover to it loses what it lacks",
        )
    } else {
        Finding::ok(texts.join("; "))
    };
    finding.with("replicas", texts)
}

struct Replica {
    text: String,
    is_late: bool,
}

impl Replica {
    /// `line` is like `ip=10.0.0.2,port=6379,state=online,offset=42,lag=1`.
    fn parse(line: &str, end: i64) -> Replica {
        let fields = line.split(',').filter_map(|pair| pair.split_once('='));
        let fields: HashMap<_, _> = fields.collect();
        let field = |name: &str| fields.get(name).copied().unwrap_or_default();
        let behind = end - field("offset").parse::<i64>().unwrap_or(end);
        let (ip, port, state, lag) = (field("ip"), field("port"), field("state"), field("lag"));
        let is_silent = lag.parse::<u64>().is_ok_and(|lag| lag > REPLICA_LAG);
        Replica {
            text: format!("{ip}:{port} {state}, {lag} s and {behind} bytes behind"),
            is_late: state != "online" || is_silent,
        }
    }
}
