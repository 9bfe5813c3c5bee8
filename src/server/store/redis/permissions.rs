//! The permissions that the Redis engine needs: every command that it and its scripts use, on the names that they use
//! it on.
//!
//! None of these calls is made: Redis is only asked whether each is allowed. A test compares the list with the commands
//! that a running server has used.

use super::keys::{Keys, OWN_DOCUMENT};
use crate::server::store::{Index, Key};
use redis::{Cmd, cmd};
use std::fmt;

/// One command.
#[derive(Clone, Debug)]
pub struct Permission {
    /// Its name in `INFO commandstats`: `xadd`, `script|load`.
    pub command: String,
    pub on: Resource,
    pub call: Cmd,
}

/// What a command is used on, in the terms of an access list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    Nothing,
    /// All keys of this pattern.
    Keys(String),
    Channel(String),
}

/// A word in braces stands for a key or channel name.
const NEEDS: [&str; 29] = [
    "INFO",
    "TIME",
    "EVAL return 0",
    "EVALSHA 0000000000000000000000000000000000000000 0",
    "SCRIPT LOAD return",
    "HGET {meta} epoch",
    "HMGET {meta} epoch seq",
    "HSET {meta} epoch 0",
    "HINCRBY {meta} seq 1",
    "XADD {log} MAXLEN ~ 1 1-0 entry 0",
    "XRANGE {log} - + COUNT 1",
    "XREVRANGE {log} + - COUNT 1",
    "XREAD COUNT 1 BLOCK 1 STREAMS {log} 0-0",
    "GET {document}",
    "SET {document} 0",
    "GET {own_document}",
    "SET {own_document} 0",
    "GET {idempotency}",
    "SET {idempotency} 0 PX 1",
    "LRANGE {history} 0 -1",
    "RPUSH {history} 0",
    "ZADD {index} 0 0",
    "ZREM {index} 0",
    "ZCARD {index}",
    "ZREVRANGEBYLEX {index} + - LIMIT 0 1",
    "PUBLISH {channel} 0",
    CONFIG,
    SCAN,
    EXISTS,
];

/// Optional: only used to find out how often this Redis syncs.
const CONFIG: &str = "CONFIG GET appendfsync";
/// Optional: these two are only used to notice orders of other programs.
const SCAN: &str = "SCAN 0 MATCH order:* COUNT 1";
const EXISTS: &str = "EXISTS {history}";

/// All permissions.
pub fn needed_permissions(keys: &Keys) -> Vec<Permission> {
    NEEDS
        .iter()
        .map(|permission| parse(permission, keys))
        .collect()
}

/// The names of all commands, as in `INFO commandstats`.
pub fn commands() -> Vec<String> {
    let mut names: Vec<_> = NEEDS.iter().map(|permission| command(permission)).collect();
    names.sort();
    names.dedup();
    names
}

impl Permission {
    /// That of a command of `commit.lua` with all its words, of which `on` is the first after its name.
    pub fn of(name: &str, on: &str, words: &[String]) -> Permission {
        let mut call = cmd(name);
        call.arg(words);
        Permission {
            command: name.to_lowercase(),
            on: match name {
                "PUBLISH" => Resource::Channel(on.to_owned()),
                _ => Resource::Keys(on.to_owned()),
            },
            call,
        }
    }

    /// That of a call of `commit.lua`: Redis refuses it where the account may not use one of its keys.
    pub fn of_commit(call: Cmd) -> Permission {
        Permission {
            command: "evalsha".to_owned(),
            on: Resource::Keys("the keys of a change".to_owned()),
            call,
        }
    }

    /// Whether the server works without it.
    pub fn is_optional(&self) -> bool {
        let optional = [CONFIG, SCAN, EXISTS];
        optional
            .iter()
            .any(|permission| self.command == command(permission))
    }
}

/// As people write it: `SCRIPT LOAD`, `XADD on pizza:events`.
impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.command.replace('|', " ").to_uppercase();
        match &self.on {
            Resource::Nothing => f.write_str(&name),
            Resource::Keys(on) | Resource::Channel(on) => write!(f, "{name} on {on}"),
        }
    }
}

fn command(permission: &str) -> String {
    let mut words = permission.split(' ');
    let first = words.next().unwrap_or_default().to_lowercase();
    let second = words.next().unwrap_or_default().to_lowercase();
    match first.as_str() {
        "script" | "config" => format!("{first}|{second}"),
        _ => first,
    }
}

fn parse(permission: &str, keys: &Keys) -> Permission {
    let mut words = permission.split(' ');
    let mut call = cmd(words.next().unwrap_or_default());
    let mut on = Resource::Nothing;
    for word in words {
        match resource(word, keys) {
            None => call.arg(word),
            Some((name, resource)) => {
                on = resource;
                call.arg(name)
            }
        };
    }
    Permission {
        command: command(permission),
        on,
        call,
    }
}

/// A name of the kind that a word in braces stands for, and the pattern of all names of that kind.
fn resource(word: &str, keys: &Keys) -> Option<(String, Resource)> {
    let order = |id: &str| Key(format!("order:{id}"));
    let own = |id: &str| Key(format!("{OWN_DOCUMENT}{id}"));
    let unused = "00000000-0000-0000-0000-000000000000";
    let (name, pattern) = match word {
        "{meta}" => (keys.meta(), keys.meta()),
        "{log}" => (keys.log(), keys.log()),
        "{document}" => (keys.document(&order(unused)), keys.document(&order("*"))),
        "{own_document}" => (keys.document(&own(unused)), keys.document(&own("*"))),
        "{idempotency}" => (keys.idempotency(unused), keys.idempotency("*")),
        "{history}" => (
            keys.history(&order(unused)),
            keys.history(&Key("*".to_owned())),
        ),
        "{index}" => (
            keys.index(&Index("none".to_owned())),
            keys.index(&Index("*".to_owned())),
        ),
        "{channel}" => return Some((keys.channel(), Resource::Channel(keys.channel()))),
        _ => return None,
    };
    Some((name, Resource::Keys(pattern)))
}
