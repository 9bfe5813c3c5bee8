//! What the Redis engine needs of its Redis: every command that it and its scripts use, on the names that they use
//! it on. Only to be queued and never to be run: whoever sends one of these to a transaction learns whether it would
//! be allowed, and nothing happens. A test compares the list with what a running market has used.

use super::keys::Keys;
use super::{Index, Key};
use redis::{Cmd, cmd};

/// One command.
#[derive(Clone, Debug)]
pub struct Need {
    /// As Redis names it in `INFO commandstats`: `xadd`, `script|load`.
    pub command: String,
    pub on: On,
    pub call: Cmd,
}

/// What a command is used on, as an access list has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    Nothing,
    /// All keys of this pattern.
    Keys(String),
    Channel(String),
}

/// The word in braces stands for a name.
const NEEDS: [&str; 27] = [
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
    "GET {once}",
    "SET {once} 0 PX 1",
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

/// Only to know how often this Redis syncs.
const CONFIG: &str = "CONFIG GET appendfsync";
/// Only to notice orders of others.
const SCAN: &str = "SCAN 0 MATCH order:* COUNT 1";
const EXISTS: &str = "EXISTS {history}";

/// All of them.
pub fn needs(keys: &Keys) -> Vec<Need> {
    NEEDS.iter().map(|need| read(need, keys)).collect()
}

/// The names of all commands, as `INFO commandstats` has them.
pub fn commands() -> Vec<String> {
    let mut names: Vec<_> = NEEDS.iter().map(|need| command(need)).collect();
    names.sort();
    names.dedup();
    names
}

impl Need {
    /// Whether the market does without, where it has to.
    pub fn is_optional(&self) -> bool {
        let optional = [CONFIG, SCAN, EXISTS];
        optional.iter().any(|need| self.command == command(need))
    }
}

fn command(need: &str) -> String {
    let mut words = need.split(' ');
    let first = words.next().unwrap_or_default().to_lowercase();
    let second = words.next().unwrap_or_default().to_lowercase();
    match first.as_str() {
        "script" | "config" => format!("{first}|{second}"),
        _ => first,
    }
}

fn read(need: &str, keys: &Keys) -> Need {
    let mut words = need.split(' ');
    let mut call = cmd(words.next().unwrap_or_default());
    let mut on = On::Nothing;
    for word in words {
        match place(word, keys) {
            None => call.arg(word),
            Some((name, place)) => {
                on = place;
                call.arg(name)
            }
        };
    }
    Need {
        command: command(need),
        on,
        call,
    }
}

/// A name of the kind that a word in braces asks for, and the pattern of all names of its kind.
fn place(word: &str, keys: &Keys) -> Option<(String, On)> {
    let any = |id: &str| Key(format!("order:{id}"));
    let nobody = "00000000-0000-0000-0000-000000000000";
    let (name, pattern) = match word {
        "{meta}" => (keys.meta(), keys.meta()),
        "{log}" => (keys.log(), keys.log()),
        "{document}" => (keys.document(&any(nobody)), keys.document(&any("*"))),
        "{once}" => (keys.once(nobody), keys.once("*")),
        "{history}" => (
            keys.history(&any(nobody)),
            keys.history(&Key("*".to_owned())),
        ),
        "{index}" => (
            keys.index(&Index("none".to_owned())),
            keys.index(&Index("*".to_owned())),
        ),
        "{channel}" => return Some((keys.channel(), On::Channel(keys.channel()))),
        _ => return None,
    };
    Some((name, On::Keys(pattern)))
}
