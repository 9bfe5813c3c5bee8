//! What Redis reports about itself: its version, its mode and its role.

use super::{Examination, NO_INFO, Stop, is_forbidden};
use crate::server::{cli::doctor::report::Finding, store::OLDEST};
use redis::{InfoDict, aio::MultiplexedConnection, cmd};

impl Examination<'_> {
    /// The fields of INFO; none where the account may not run it.
    pub async fn identify(
        &mut self,
        connection: &mut MultiplexedConnection,
    ) -> Result<InfoDict, Stop> {
        self.report.doing("asking Redis about itself");
        match self.query::<InfoDict>(connection, &cmd("INFO")).await {
            Ok(facts) => {
                let mode = text(&facts, "redis_mode");
                self.add("version", version(&facts));
                match mode.as_str() {
                    "cluster" | "sentinel" => Err(format!("this is a {mode}")),
                    _ => Ok(facts),
                }
            }
            Err(error) if is_forbidden(&error) => {
                self.add("version", Finding::skipped(NO_INFO));
                Ok(InfoDict::new(""))
            }
            Err(error) => {
                self.add("version", self.explain(&error));
                Err("Redis does not answer INFO".to_owned())
            }
        }
    }

    /// Whether it accepts changes.
    pub fn role(&mut self, facts: &InfoDict) -> Result<(), Stop> {
        let finding = match text(facts, "role").as_str() {
            "" => Finding::skipped(NO_INFO),
            "master" => Finding::ok("primary"),
            _ => {
                let text = |field| text(facts, field);
                let primary = format!("{}:{}", text("master_host"), text("master_port"));
                let link = text("master_link_status");
                Finding::error(
                    format!("a replica of {primary} (link {link}), which accepts no changes"),
                    format!(
                        "Set {} to the primary, {primary}; or, after a failover, `REPLICAOF NO ONE` here",
                        self.names.address
                    ),
                )
            }
        };
        self.add_or_stop("role", finding, "this is a replica")
    }
}

fn text(facts: &InfoDict, field: &str) -> String {
    facts.get(field).unwrap_or_default()
}

fn version(facts: &InfoDict) -> Finding {
    let version = text(facts, "redis_version");
    let mode: String = facts
        .get("redis_mode")
        .unwrap_or_else(|| "standalone".to_owned());
    let says = format!("{} {mode}", edition(facts, &version));
    let major = version.split('.').next();
    let major = major.and_then(|major| major.parse::<u32>().ok());
    let finding = match mode.as_str() {
        "cluster" => Finding::error(
            format!("{says}: a cluster spreads keys over machines, and a commit needs them on one"),
            "Use a Redis without cluster mode (cluster-enabled no); at a provider, one shard",
        ),
        "sentinel" => Finding::error(
            format!("{says}: this is a sentinel, which only knows where the primary is"),
            "Set the address of the primary, which `SENTINEL get-master-addr-by-name NAME` prints",
        ),
        _ if major.is_none_or(|major| major < OLDEST) => Finding::error(
            format!("{says} is too old"),
            format!("Upgrade Redis to {OLDEST}.0 or later"),
        ),
        _ => Finding::ok(says),
    };
    finding.with("version", version).with("mode", mode)
}

/// The product and its version: others speak Redis' protocol, too.
fn edition(facts: &InfoDict, version: &str) -> String {
    const OTHERS: [(&str, &str); 5] = [
        ("valkey_version", "Valkey"),
        ("redict_version", "Redict"),
        ("dragonfly_version", "Dragonfly"),
        ("garnet_version", "Garnet"),
        ("upstash_version", "Upstash"),
    ];
    for (field, name) in OTHERS {
        if let Some(own) = facts.get::<String>(field) {
            return format!("{name} {own} (as Redis {version})");
        }
    }
    match facts.contains_key(&"mvcc_depth") {
        true => format!("KeyDB (as Redis {version})"),
        false => format!("Redis {version}"),
    }
}
