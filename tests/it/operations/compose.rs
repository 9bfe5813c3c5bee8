//! compose.yaml: its Redis and its instances run here with its commands, settings and accounts.

use crate::repository::source::{read, root};
use crate::support::{
    Instance, Socket, assert_success, day, is_installed, offer, program, redis_server::RedisServer,
};
use serde_yaml_ng::Value;
use std::{collections::BTreeSet, process::Command};

pub fn yaml(file: &str) -> Value {
    let mut value: Value = serde_yaml_ng::from_str(&read(file)).unwrap();
    value.apply_merge().unwrap();
    value
}

pub fn words(list: &Value) -> Vec<String> {
    let list = list.as_sequence().unwrap().iter();
    list.map(|word| {
        word.as_str()
            .expect("a text, in quotes where it looks like something else")
            .to_owned()
    })
    .collect()
}

/// A text of compose.yaml, with what it takes from the environment.
fn filled(text: &str) -> String {
    let mut parts = text.split("${");
    let mut filled = parts.next().unwrap().to_owned();
    for part in parts {
        let (variable, rest) = part.split_once('}').unwrap();
        filled += match variable.split_once(":-") {
            Some((_, default)) => default,
            None if variable.starts_with("AUTH_SECRET:?") => {
                "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA=="
            }
            None if variable.contains("_PASSWORD:?") || variable == "MARKET_PASSWORD" => {
                "a password, with 'all' that $ one > may use"
            }
            None => panic!("{variable} has no value"),
        };
        filled += rest;
    }
    filled
}

fn service(name: &str) -> Value {
    yaml("compose.yaml")["services"][name].clone()
}

/// Redis as compose.yaml starts it, and beside its accounts one that sees everything.
fn start_redis() -> RedisServer {
    let command: Vec<_> = words(&service("redis")["command"])
        .iter()
        .map(|word| filled(word))
        .collect();
    assert_eq!(command[0], "redis-server");
    let mut args: Vec<_> = command[1..].iter().map(String::as_str).collect();
    args.extend(["--user", "watcher", "on", "nopass", "~*", "&*", "+@all"]);
    RedisServer::with(&args)
}

/// An instance as compose.yaml starts it, but on this Redis, where nobody has to sign in, and beside others on this
/// machine.
fn start_market(redis: &RedisServer) -> Instance {
    let mut command = program();
    for (name, value) in service("market-1")["environment"].as_mapping().unwrap() {
        command.env(name.as_str().unwrap(), filled(value.as_str().unwrap()));
    }
    command.envs(redis.parts());
    command
        .env("AUTH", "open")
        .env("METRICS_ADDR", "127.0.0.1:0");
    Instance::start(command)
}

fn as_watcher(redis: &RedisServer) -> ::redis::Connection {
    let url = redis.plain_url_of("watcher:any@");
    ::redis::Client::open(url)
        .unwrap()
        .get_connection()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_redis_account_is_sufficient() {
    let mut server = start_redis();
    let (one, other) = (start_market(&server), start_market(&server));
    one.until_ready().await;
    other.until_ready().await;
    assert_eq!(
        one.get("/readyz").await.json()["store"]["durability"],
        "always"
    );
    let mut socket = other.follow().await;
    let order = one.done("/api/orders", &offer("Diavola")).await;
    let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
    for (_, call, body) in day() {
        one.done(&format!("{path}/{call}"), &body).await;
    }
    for version in 1..=8 {
        assert_eq!(socket.event().await["order"]["version"], version);
    }
    // What is not in the ring any more, or on one instance only: pages, history, an answer that is asked for again.
    assert_eq!(other.history(&path).await.len(), 8);
    assert_eq!(
        other
            .get("/api/orders?status=delivered")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let again = async |instance: &Instance| {
        let call = instance
            .request(reqwest::Method::POST, "/api/orders")
            .json(&offer("Marinara"));
        instance
            .send(call.header("idempotency-key", "once"))
            .await
            .text
    };
    assert_eq!(again(&one).await, again(&other).await);
    Socket::open(one.socket_url("")).await.unwrap();

    // Nothing was refused, not even what the program would do without.
    let refused: Vec<::redis::Value> = ::redis::cmd("ACL")
        .arg("LOG")
        .query(&mut as_watcher(&server))
        .unwrap();
    assert!(refused.is_empty(), "{refused:?}");
    // After a crash, it is there.
    server.kill();
    server.start_again();
    one.until_ready().await;
    assert_eq!(one.get(&path).await.json()["status"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_redis_account_has_no_other_permission() {
    let server = start_redis();
    let plain = ::redis::Client::open(server.plain_url_of(""))
        .unwrap()
        .get_connection();
    let plain = plain.and_then(|mut line| ::redis::cmd("PING").exec(&mut line));
    assert!(plain.is_err(), "without a name");

    let mut watcher = as_watcher(&server);
    let mut tried = |command: &[&str]| {
        let mut try_it = ::redis::cmd("ACL");
        try_it
            .arg("DRYRUN")
            .arg("market")
            .arg(command)
            .query::<String>(&mut watcher)
            .unwrap()
    };
    assert_eq!(tried(&["SET", "order:1", "{}"]), "OK");
    for command in [
        &["FLUSHALL"][..],
        &["SET", "elsewhere", "1"],
        &["DEL", "order:1"],
        &["KEYS", "*"],
        &["CONFIG", "SET", "appendonly", "no"],
        &["SHUTDOWN"],
        &["SCRIPT", "FLUSH"],
        &["CLIENT", "KILL", "ID", "1"],
        &["PUBLISH", "elsewhere", "1"],
        &["ACL", "LIST"],
        &["REPLICAOF", "NO", "ONE"],
    ] {
        assert_ne!(tried(command), "OK", "{command:?}");
    }
}

/// Who has a Redis already is given the same rights for it.
#[test]
fn the_configure_page_has_the_same_permissions() {
    let page = read("docs/operate/configure.md");
    let line = page.split("acl setuser market on ").nth(1).unwrap();
    let line = line.split("\n```").next().unwrap().replace("\\\n", " ");
    let (_, rights) = line.split_once("$password\" ").unwrap();
    let shown: Vec<_> = rights
        .split_whitespace()
        .map(|word| word.trim_matches('\''))
        .collect();
    let command = words(&service("redis")["command"]);
    let of_market = command.iter().skip_while(|word| *word != "market").skip(3);
    let mut given = of_market.take_while(|word| *word != "--user");
    assert!(
        shown
            .iter()
            .all(|word| given.next().is_some_and(|right| right == word)),
        "{shown:?}"
    );
    assert_eq!(given.next(), None);
}

#[test]
fn the_health_check_of_redis_works() {
    let server = start_redis();
    let redis = service("redis");
    let test = words(&redis["healthcheck"]["test"]);
    assert_eq!(test[0], "CMD-SHELL");
    let check = test[1].replace("redis-cli", &format!("redis-cli -p {}", server.port));
    let run = |password: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &check]).env("REDISCLI_AUTH", password);
        shell.status().unwrap().success()
    };
    let password = redis["environment"]["REDISCLI_AUTH"].as_str().unwrap();
    assert!(run(&filled(password)));
    assert!(!run("another"));
}

#[test]
fn compose_services_fit_together() {
    let compose = yaml("compose.yaml");
    let services = compose["services"].as_mapping().unwrap();
    let names = |part: &str| -> BTreeSet<String> {
        let part = compose[part].as_mapping().unwrap();
        part.keys()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    };
    for (name, service) in services {
        let name = name.as_str().unwrap();
        let image = service["image"].as_str().unwrap();
        let own = image == "pizza-market";
        assert!(
            own || image
                .split_once(':')
                .is_some_and(|(_, tag)| tag != "latest"),
            "{image}: which version?"
        );
        for volume in service["volumes"].as_sequence().into_iter().flatten() {
            let from = volume.as_str().unwrap().split(':').next().unwrap();
            match from.strip_prefix("./") {
                Some(path) => assert!(root().join(path).exists(), "{name} mounts {path}"),
                None => assert!(names("volumes").contains(from), "{name} mounts {from}"),
            }
        }
        for port in service["ports"].as_sequence().into_iter().flatten() {
            let port = filled(port.as_str().unwrap());
            assert!(
                port.starts_with("127.0.0.1:"),
                "{name} opens {port} to the world, unasked"
            );
        }
        let waits = &service["depends_on"];
        let waits: Vec<_> = match waits.as_mapping() {
            Some(by_name) => by_name
                .keys()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect(),
            None => waits
                .as_sequence()
                .map(|_| words(waits))
                .unwrap_or_default(),
        };
        for other in waits {
            assert!(
                services.contains_key(other.as_str()),
                "{name} waits for {other}"
            );
        }
    }
    // A peer in the proxies' network is trusted: it is the one that the containers share.
    let network = compose["networks"]["market"]["ipam"]["config"][0]["subnet"].as_str();
    assert_eq!(
        service("market-1")["environment"]["TRUSTED_PROXIES"].as_str(),
        network
    );
    let mut one = service("market-1");
    // It builds the image for both.
    assert!(one.as_mapping_mut().unwrap().remove("build").is_some());
    assert_eq!(one, service("market-2"));
    // Where `restore -` keeps what it is given: the rest can only be read.
    assert_eq!(one["read_only"], true);
    assert_eq!(words(&one["tmpfs"]), ["/tmp"]);
    // The proxy asks the instances that are there.
    let caddyfile = read("ops/caddy/Caddyfile");
    let asked = "{$INSTANCES:market-1:8000 market-2:8000}";
    assert_eq!(
        caddyfile.matches("$INSTANCES").count(),
        caddyfile.matches(asked).count()
    );
}

#[test]
fn docker_compose_accepts_the_file_where_it_is_installed() {
    if !is_installed("docker", &["compose", "version"]) {
        return;
    }
    let mut config = Command::new("docker");
    config
        .args(["compose", "--profile", "observe", "--file"])
        .arg(root().join("compose.yaml"));
    assert_success(
        &config
            .args(["config", "--quiet"])
            .env("MARKET_PASSWORD", "x")
            .env("KEEPER_PASSWORD", "y")
            .env("AUTH_SECRET", "z")
            .output()
            .unwrap(),
    );
}
