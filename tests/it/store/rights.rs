//! A Redis that takes no changes, or only some commands of one: nothing is stored by half, and `/readyz` is red with the
//! kind of trouble for as long as it lasts.

use super::permissions::server_rights;
use crate::support::{
    Answer, Instance, Market, Store, offer, redis_server::RedisServer, store::sound, until,
};
use ::redis::from_redis_value;
use reqwest::Method;
use serde_json::json;
use std::{collections::BTreeMap, fs};

/// Rights that a server does without, and groups of them.
const OPTIONAL: [&str; 6] = [
    "+@connection",
    "-@dangerous",
    "+config|get",
    "+scan",
    "+multi",
    "+exec",
];
/// The keys of the operators' page, each kind by itself.
const KEYS: [&str; 7] = [
    "~order:*",
    "~pizza:document:*",
    "~pizza:meta",
    "~pizza:events",
    "~pizza:history:*",
    "~pizza:index:*",
    "~pizza:once:*",
];

/// Every right without which a server takes no changes.
fn needed() -> Vec<String> {
    let given = server_rights().into_iter();
    let given = given.filter(|right| !right.starts_with('~') && !OPTIONAL.contains(&&**right));
    given.chain(KEYS.map(str::to_owned)).collect()
}

/// A market whose account can lose rights.
struct Restricted(Market);

impl Restricted {
    fn new() -> Restricted {
        let restricted = Restricted(Market::redis());
        restricted.give(&needed());
        restricted
    }

    fn start(&self) -> Instance {
        let url = self.server().url().replace("://", "://market:word@");
        let mut command = self.0.command();
        command.env("REDIS_URL", url);
        Instance::start(command)
    }

    async fn open(&self) -> Instance {
        let instance = self.start();
        instance.until_ready().await;
        instance
    }

    fn server(&self) -> &RedisServer {
        server(&self.0)
    }

    /// Makes these the rights of the account.
    fn give(&self, rights: &[String]) {
        let mut words = vec!["ACL", "SETUSER", "market", "reset", "on", ">word"];
        words.extend(OPTIONAL);
        words.extend(rights.iter().map(String::as_str));
        self.server().cli(&words);
    }

    fn give_all_but(&self, missing: &str) {
        let rights = needed().into_iter().filter(|right| right != missing);
        self.give(&rights.collect::<Vec<_>>());
    }
}

fn server(market: &Market) -> &RedisServer {
    match &market.store {
        Store::Redis(server) => server,
        Store::Embedded(_) => panic!("no Redis"),
    }
}

/// Everything that is stored, byte by byte, without the records that expire while a test runs.
fn contents(server: &RedisServer) -> BTreeMap<String, Vec<u8>> {
    let mut connection = server.connection();
    let keys: Vec<String> = ::redis::cmd("KEYS")
        .arg("*")
        .query(&mut connection)
        .unwrap();
    let keys = keys
        .into_iter()
        .filter(|key| !key.starts_with("pizza:once:own:"));
    let dump = |key: String| {
        let value = ::redis::cmd("DUMP")
            .arg(&key)
            .query(&mut connection)
            .unwrap();
        (key, value)
    };
    keys.map(dump).collect()
}

async fn keyed(instance: &Instance, path: &str, body: &serde_json::Value) -> Answer {
    let request = instance.request(Method::POST, path).json(body);
    let key = uuid::Uuid::now_v7().to_string();
    instance.send(request.header("idempotency-key", key)).await
}

async fn cancel(instance: &Instance, path: &str) -> Answer {
    keyed(
        instance,
        &format!("{path}/status"),
        &json!({"status": "cancelled"}),
    )
    .await
}

async fn new_offer(instance: &Instance) -> Answer {
    keyed(instance, "/api/orders", &offer("Diavola")).await
}

/// That a change is refused: whether it is, where it may still be made.
fn is_refused(answer: &Answer) -> bool {
    if answer.status < 300 {
        return false;
    }
    answer.problem(503);
    assert!(answer.header("retry-after").is_some());
    true
}

async fn kind(instance: &Instance) -> Option<String> {
    let state = instance.get("/readyz").await;
    let kind = state.json()["store"]["kind"].as_str().map(str::to_owned);
    assert_eq!(state.status == 200, kind.is_none(), "{}", state.text);
    kind
}

/// Refuses each change as a whole, as soon as it knows, and says why.
async fn refuses(
    instance: &Instance,
    server: &RedisServer,
    path: &str,
    expected: &str,
    case: &str,
) {
    let mut first = Some(());
    until(async || {
        let before = contents(server);
        // A right that no commit needs is missed by a probe of the connection.
        let answer = match first.take() {
            Some(()) => cancel(instance, path).await,
            None => new_offer(instance).await,
        };
        let refused = is_refused(&answer);
        assert!(
            !refused || contents(server) == before,
            "{case}: stored by half"
        );
        refused
    })
    .await;
    assert_eq!(kind(instance).await.as_deref(), Some(expected), "{case}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_taken_away_stops_changes_as_a_whole() {
    let restricted = Restricted::new();
    let instance = restricted.open().await;
    for right in needed() {
        let path = instance.offer("Hawaii").await;
        restricted.give_all_but(&right);
        refuses(&instance, restricted.server(), &path, "not-allowed", &right).await;
        // The log names it, at the latest after the next probe.
        let named = right.trim_matches(['+', '~', '&', '*']).replace('|', " ");
        until(async || instance.said().to_lowercase().contains(&named)).await;
        restricted.give(&needed());
        until(async || new_offer(&instance).await.status == 201).await;
        instance.until_ready().await;
    }
    sound(&restricted.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_without_a_right_takes_changes_once_it_has_it() {
    let restricted = Restricted::new();
    let server = restricted.server();
    for right in needed() {
        server.cli(&["FLUSHALL"]);
        restricted.give_all_but(&right);
        let instance = restricted.start();
        until(async || kind(&instance).await.as_deref() == Some("not-allowed")).await;
        let before = contents(server);
        assert!(is_refused(&new_offer(&instance).await), "{right}");
        assert_eq!(contents(server), before, "{right}: stored by half");
        restricted.give(&needed());
        instance.until_ready().await;
        instance.offer("Hawaii").await;
        sound(&restricted.0);
    }
}

/// Rights that differ from one key to the next are found out by the commit itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_only_some_keys_lack_stops_changes_until_it_is_there() {
    let restricted = Restricted::new();
    let instance = restricted.open().await;
    for (missing, given) in [
        ("+set", "(+set ~order:*)"),
        ("+rpush", "(+rpush ~pizza:events)"),
        ("+zadd", "(+zadd ~pizza:index:[n-s]*)"),
        ("~pizza:index:*", "~pizza:index:[n-s]*"),
    ] {
        restricted.give(&needed());
        until(async || new_offer(&instance).await.status == 201).await;
        let path = instance.offer("Hawaii").await;
        let rights = needed().into_iter().filter(|right| right != missing);
        let rights: Vec<_> = rights.chain([given.to_owned()]).collect();
        restricted.give(&rights);
        refuses(&instance, restricted.server(), &path, "not-allowed", given).await;
        let proofs = calls(restricted.server(), "eval");
        until(async || calls(restricted.server(), "eval") > proofs + 4).await;
        assert_eq!(
            kind(&instance).await.as_deref(),
            Some("not-allowed"),
            "{given}"
        );
    }
    restricted.give(&needed());
    instance.until_ready().await;
    sound(&restricted.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_takes_no_changes_is_red_with_the_kind() {
    let market = Market::redis();
    let instance = market.open().await;
    let server = server(&market);
    let folder: Vec<String> = from_redis_value(server.cli(&["CONFIG", "GET", "dir"])).unwrap();
    // A snapshot cannot take the place of a folder.
    fs::create_dir(format!("{}/dump.rdb", folder[1])).unwrap();
    server.cli(&["CONFIG", "SET", "save", "3600 1"]);
    for (expected, fault, cure) in [
        (
            "store-full",
            "CONFIG SET maxmemory 1",
            "CONFIG SET maxmemory 0",
        ),
        (
            "too-few-replicas",
            "CONFIG SET min-replicas-to-write 1",
            "CONFIG SET min-replicas-to-write 0",
        ),
        (
            "disk-failed",
            "BGSAVE",
            "CONFIG SET stop-writes-on-bgsave-error no",
        ),
        ("read-only", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
    ] {
        let path = instance.offer("Hawaii").await;
        let run = |line: &str| server.cli(&line.split(' ').collect::<Vec<_>>());
        run(fault);
        // Nobody has to try a change first.
        until(async || kind(&instance).await.as_deref() == Some(expected)).await;
        refuses(&instance, server, &path, expected, expected).await;
        let another = market.start();
        until(async || kind(&another).await.as_deref() == Some(expected)).await;
        run(cure);
        another.until_ready().await;
        instance.until_ready().await;
        assert_eq!(cancel(&instance, &path).await.status, 200);
    }
    sound(&market);
}

/// What is proved every second nobody else can notice.
#[tokio::test(flavor = "multi_thread")]
async fn the_proof_changes_nothing_and_tells_nobody() {
    let market = Restricted::new();
    let server = market.server();
    server.cli(&["CONFIG", "SET", "notify-keyspace-events", "KEA"]);
    let instance = market.open().await;
    instance.order_in("preparing").await;
    let client = ::redis::Client::open(server.plain_url_of("")).unwrap();
    let mut listener = client.get_async_pubsub().await.unwrap();
    listener.psubscribe("*").await.unwrap();
    let state = || {
        let changes = field(server, "persistence", "rdb_changes_since_last_save:");
        let stats = field(server, "commandstats", "cmdstat_eval:");
        let errors = stats.split("failed_calls=").nth(1).map(str::to_owned);
        let denied: Vec<::redis::Value> = from_redis_value(server.cli(&["ACL", "LOG"])).unwrap();
        (contents(server), changes, errors, denied.len())
    };
    let (before, proofs) = (state(), calls(server, "eval"));
    until(async || calls(server, "eval") > proofs + 6).await;
    assert!(state() == before);
    // The first that is heard is the next change.
    use futures::StreamExt;
    instance.offer("Hawaii").await;
    let heard = listener.on_message().next().await.unwrap();
    let payload: String = heard.get_payload().unwrap();
    let heard = format!("{} {payload}", heard.get_channel_name());
    assert!(
        heard.contains("pizza:") || heard.contains("order:"),
        "{heard}"
    );
}

/// How often a command has been called.
fn calls(server: &RedisServer, command: &str) -> u64 {
    let field = field(server, "commandstats", &format!("cmdstat_{command}:calls="));
    field.split(',').next().unwrap().parse().unwrap()
}

/// The rest of a line of INFO.
fn field(server: &RedisServer, section: &str, name: &str) -> String {
    let info: String = from_redis_value(server.cli(&["INFO", section])).unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or("0").to_owned()
}
