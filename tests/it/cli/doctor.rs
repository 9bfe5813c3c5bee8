//! `doctor`: Redis, the file, the settings and the site are broken one by one, and it names each in its words.

use crate::support::{
    proxy::{Line, Proxy},
    redis_server::RedisServer,
    world::{Instance, Market, SOON, Store, program, until},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

/// A folder with all files that pages link.
static SITE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pkg")).unwrap();
    for file in [
        "pkg/pizza-market.css",
        "pkg/pizza-market.js",
        "pkg/pizza-market.wasm",
        "manifest.webmanifest",
        "apple-touch-icon.png",
        "brand.svg",
    ] {
        fs::write(folder.path().join(file), "something").unwrap();
    }
    folder
});

/// Settings, for a doctor in a folder of its own.
fn patient(settings: &[(&str, &str)]) -> Command {
    let mut command = program();
    command
        .arg("doctor")
        .current_dir(SITE.path())
        .env("LEPTOS_SITE_ROOT", SITE.path())
        .envs(settings.iter().copied());
    command
}

/// What it says for scripts, how it ends, and how long it took.
struct Report {
    exit: i32,
    checks: Vec<Value>,
    took: Duration,
    whole: String,
}

async fn examine(mut command: Command) -> Report {
    let start = Instant::now();
    command.arg("--json");
    let output = spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = output;
    let (whole, stderr) = (
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    );
    assert_eq!(stderr, "", "it speaks on a pipe");
    let said: Value =
        serde_json::from_str(&whole).unwrap_or_else(|error| panic!("{error}: {whole}"));
    let exit = status.code().unwrap();
    let result = ["ok", "warning", "error"][exit as usize];
    assert_eq!(
        (&said["exit"], &said["result"]),
        (&json!(exit), &json!(result))
    );
    Report {
        exit,
        checks: said["checks"].as_array().unwrap().clone(),
        took: start.elapsed(),
        whole,
    }
}

async fn with(settings: &[(&str, &str)]) -> Report {
    examine(patient(settings)).await
}

async fn at(url: &str) -> Report {
    with(&[("REDIS_URL", url)]).await
}

impl Report {
    fn check(&self, name: &str) -> &Value {
        let found = self.checks.iter().find(|check| check["name"] == name);
        found.unwrap_or_else(|| panic!("no check {name}: {}", self.whole))
    }

    /// That a check ended so, and says these words, in the finding or in what to do.
    fn says(&self, name: &str, state: &str, words: &[&str]) {
        let check = self.check(name);
        let text = format!("{} → {}", check["says"], check["remedy"]);
        assert_eq!(check["state"], state, "{name}: {text}");
        for word in words {
            assert!(text.contains(word), "{name} does not say {word}: {text}");
        }
        let bad = ["warning", "error"].contains(&state);
        assert_eq!(check["remedy"].is_string(), bad, "{name}: {text}");
    }

    /// That this is the only error, and what follows from it was left out.
    fn names(&self, name: &str, words: &[&str]) {
        self.says(name, "error", words);
        assert_eq!(self.exit, 2);
        let errors: Vec<_> = self.of("error").collect();
        assert_eq!(errors, [name], "{}", self.whole);
        assert!(self.took < Duration::from_secs(10), "{:?}", self.took);
    }

    fn of<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a str> {
        let such = self
            .checks
            .iter()
            .filter(move |check| check["state"] == state);
        such.map(|check| check["name"].as_str().unwrap())
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Something that says only this, to everybody.
fn who_says(word: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(word.as_bytes());
            while stream
                .read(&mut [0; 512])
                .is_ok_and(|n| n > 0 && !word.is_empty())
            {
                let _ = stream.write_all(word.as_bytes());
            }
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_as_it_should_be_is_well() {
    let server = RedisServer::start();
    let report = at(&server.url()).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    assert_eq!(report.of("skipped").count(), 0, "{}", report.whole);
    report.says("durability", "ok", &["always"]);
    report.says("version", "ok", &["Redis 7", "standalone"]);
    report.says("eviction", "ok", &["noeviction"]);
    for (name, figure) in [
        ("latency", "median_ms"),
        ("latency", "p99_ms"),
        ("commits", "p99_ms"),
        ("events", "median_ms"),
        ("events", "channel_median_ms"),
    ] {
        let figure = &report.check(name)["data"][figure];
        assert!(
            figure.as_f64().is_some_and(|ms| ms > 0.0),
            "{name}: {figure}"
        );
    }
    assert!(
        report.check("clock")["data"]["difference_ms"]
            .as_i64()
            .unwrap()
            .abs()
            < 1_000
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ways_that_lead_nowhere_are_named() {
    let refused = at(&format!("redis://127.0.0.1:{}", free_port())).await;
    refused.names("connection", &["nothing listens", "REDIS_URL"]);
    refused.says("sign-in", "skipped", &["there is no connection"]);

    let nobody = with(&[("REDIS_HOST", "redis.invalid")]).await;
    nobody.names("name", &["redis.invalid"]);
    nobody.says("connection", "skipped", &["name is not found"]);

    // Its queue is full, so that it takes nobody any more, and says nothing.
    let hole = tokio::net::TcpSocket::new_v4().unwrap();
    hole.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let hole = hole.listen(1).unwrap();
    let address = hole.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(one)) = tokio::time::timeout(
        Duration::from_millis(300),
        tokio::net::TcpStream::connect(address),
    )
    .await
    {
        waiting.push(one);
    }
    let hole = at(&format!("redis://{address}")).await;
    hole.names("connection", &["does not answer in time", "firewall"]);

    let server = RedisServer::start();
    let proxy = Proxy::to(server.port).await;
    proxy.next(Line::Dead);
    let silent = at(&proxy.url()).await;
    silent.names("sign-in", &["does not answer in time"]);

    let closed = at(&who_says("")).await;
    assert_eq!(closed.exit, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_let_in_is_told_why() {
    let server = RedisServer::with(&["--requirepass", "right", "--appendonly", "yes"]);
    let port = server.port;
    let wrong = at(&format!("redis://:wr0ng-secret@127.0.0.1:{port}")).await;
    wrong.names(
        "sign-in",
        &[
            "invalid username-password pair",
            "no user “default”",
            "Correct REDIS_URL",
        ],
    );
    assert!(!wrong.whole.contains("wr0ng-secret"), "{}", wrong.whole);

    let port_text = port.to_string();
    let parts = [
        ("REDIS_PORT", port_text.as_str()),
        ("REDIS_USERNAME", "market"),
        ("REDIS_PASSWORD", "wr0ng-secret"),
    ];
    let parts = with(&parts).await;
    parts.names(
        "sign-in",
        &["no user “market”", "REDIS_USERNAME and REDIS_PASSWORD"],
    );
    assert!(!parts.whole.contains("wr0ng-secret"), "{}", parts.whole);

    let none = at(&format!("redis://127.0.0.1:{port}")).await;
    none.names(
        "sign-in",
        &["wants a password", "user and password into REDIS_URL"],
    );
    let lone = at(&format!("redis://market@127.0.0.1:{port}")).await;
    lone.names("sign-in", &["“market” comes without a password"]);
    let right = at(&format!("redis://:right@127.0.0.1:{port}")).await;
    assert_eq!(right.exit, 0, "{}", right.whole);
    right.says("durability", "ok", &["everysec"]);

    let open = RedisServer::start();
    let needless = at(&format!("redis://:needless@127.0.0.1:{}", open.port)).await;
    needless.names(
        "sign-in",
        &["Redis has none", "Take the password out of REDIS_URL"],
    );
    let number = at(&format!("redis://127.0.0.1:{}/99", open.port)).await;
    number.names("database", &["no database of this number"]);

    for (word, says) in [
        (
            "-DENIED Redis is running in protected mode because protected mode is enabled\r\n",
            "protected mode",
        ),
        (
            "-ERR Client IP address is not in the allowlist.\r\n",
            "address is not allowed",
        ),
        ("-ERR max number of clients reached\r\n", "maxclients"),
    ] {
        at(&who_says(word)).await.names("sign-in", &[says]);
    }
    at(&who_says(
        "-LOADING Redis is loading the dataset in memory\r\n",
    ))
    .await
    .names("answers", &["loading", "Wait"]);
}

/// An account as docs/operate/configure.md recommends it, with something changed.
fn account(server: &RedisServer, change: &[&str]) -> String {
    let rules = [
        "ACL",
        "SETUSER",
        "market",
        "reset",
        "on",
        ">s3cret",
        "~order:*",
        "~pizza:*",
        "&pizza_orders",
        "&pizza:*",
        "+@all",
    ];
    server.cli(&[&rules, change].concat());
    format!("redis://market:s3cret@127.0.0.1:{}", server.port)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_account_may_not_do_is_named_with_the_line_that_allows_it() {
    let server = RedisServer::start();
    for (change, words) in [
        (
            &["-xread", "-script"][..],
            &["XREAD", "SCRIPT LOAD", "+script|load", "+xread"][..],
        ),
        (
            &["resetchannels"],
            &["channel pizza_orders", "ACL SETUSER market &pizza_orders"],
        ),
        (
            &["resetkeys", "~pizza:*"],
            &["keys order:*", "ACL SETUSER market ~order:*"],
        ),
        (&["resetkeys", "~order:*"], &["keys pizza:*", "~pizza:*"]),
        (&["-multi"], &["MULTI", "+multi"]),
        (&["-eval", "-evalsha"], &["EVAL, EVALSHA"]),
        (&["-publish"], &["PUBLISH"]),
    ] {
        let report = at(&account(&server, change)).await;
        report.names("rights", words);
        report.says("commits", "skipped", &["lacks rights"]);
        assert_eq!(keys(&server), Vec::<String>::new());
    }
    // What the market does without is no error; what cannot be tried is said.
    let report = at(&account(&server, &["-config", "-subscribe"])).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("durability", "ok", &["everysec"]);
    let report = at(&account(&server, &["resetchannels", "&pizza_orders"])).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("events", "skipped", &["&pizza:*"]);
    // As docs/operate/runbook.md has it.
    let mut page = include_str!("../../../docs/operate/runbook.md").lines();
    let line = page.rfind(|line| line.starts_with("ACL SETUSER market"));
    let line = line.unwrap().replace(">password", ">s3cret");
    server.cli(&["ACL", "DELUSER", "market"]);
    server.cli(&line.split(' ').collect::<Vec<_>>());
    let report = at(&format!("redis://market:s3cret@127.0.0.1:{}", server.port)).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    assert_eq!(report.of("skipped").count(), 0, "{}", report.whole);
    // Without INFO there is no version, and the server does not start.
    at(&account(&server, &["-info"]))
        .await
        .names("rights", &["INFO"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_redis_that_break_a_promise_are_named() {
    let forgetful = RedisServer::with(&["--appendonly", "no"]);
    let report = at(&forgetful.url()).await;
    assert_eq!(report.exit, 1);
    report.says("durability", "warning", &["memory", "appendonly yes"]);
    assert_eq!(report.check("durability")["data"]["class"], "memory");

    let server = RedisServer::start();
    server.cli(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    at(&server.url()).await.names(
        "eviction",
        &["allkeys-lru", "orders are dropped", "noeviction"],
    );
    server.cli(&["CONFIG", "SET", "maxmemory-policy", "volatile-ttl"]);
    at(&server.url()).await.names("eviction", &["act twice"]);

    let full = RedisServer::with(&["--appendonly", "yes", "--maxmemory", "100kb"]);
    let report = at(&full.url()).await;
    report.says("memory", "error", &["out of memory", "maxmemory"]);
    report.says("commits", "error", &["OOM"]);
    assert_eq!(report.exit, 2);

    let bare = RedisServer::with(&["--appendonly", "yes"]);
    let market = account(&bare, &[]);
    assert_eq!(at(&market).await.exit, 0);
    bare.cli(&["ACL", "SETUSER", "default", "off", "resetkeys", "-@all"]);
    let words = ["default account", "drops every change", "+@all"];
    at(&market).await.names("durability", &words);

    let later = RedisServer::start();
    later.cli(&[
        "HSET",
        "pizza:meta",
        "epoch",
        "00000000000000aa",
        "schema",
        "99",
    ]);
    at(&later.url())
        .await
        .names("schema", &["version is 99", "a later one"]);

    let lonely = RedisServer::with(&["--appendonly", "yes", "--min-replicas-to-write", "1"]);
    at(&lonely.url())
        .await
        .names("commits", &["NOREPLICAS", "min-replicas-to-write"]);

    let cluster = RedisServer::with(&["--cluster-enabled", "yes"]);
    at(&cluster.url())
        .await
        .names("version", &["cluster", "cluster-enabled no"]);

    let renamed = RedisServer::with(&[
        "--appendonly",
        "yes",
        "--rename-command",
        "EVALSHA",
        "other",
    ]);
    at(&renamed.url())
        .await
        .names("rights", &["does not know EVALSHA", "rename-command"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_is_named_and_a_primary_knows_its_replicas() {
    let primary = RedisServer::start();
    let port = primary.port.to_string();
    let replica = RedisServer::with(&["--replicaof", "127.0.0.1", &port]);
    let linked = || {
        let info = replica.cli(&["INFO", "replication"]);
        redis::from_redis_value::<String>(info)
            .unwrap()
            .contains("master_link_status:up")
    };
    let deadline = Instant::now() + SOON;
    while !linked() {
        assert!(Instant::now() < deadline, "it does not follow");
        std::thread::yield_now();
    }
    let report = at(&replica.url()).await;
    report.names(
        "role",
        &[
            "a replica of 127.0.0.1",
            &port,
            "Set REDIS_URL to the primary",
        ],
    );
    report.says("commits", "skipped", &["replica"]);
    let report = at(&primary.url()).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("replicas", "ok", &[&replica.port.to_string(), "online"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_busy_is_named() {
    let server = RedisServer::with(&["--lua-time-limit", "50"]);
    let url = server.url();
    let busy = std::thread::spawn(move || {
        let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
        redis::cmd("EVAL")
            .arg("while true do end")
            .arg(0)
            .query::<redis::Value>(&mut connection)
    });
    let is_busy = || {
        let mut connection = redis::Client::open(server.url())
            .unwrap()
            .get_connection_with_timeout(SOON)
            .unwrap();
        let answer = redis::cmd("PING").query::<redis::Value>(&mut connection);
        answer.is_err_and(|error| error.code() == Some("BUSY"))
    };
    let deadline = Instant::now() + SOON;
    while !is_busy() {
        assert!(Instant::now() < deadline, "it does not become busy");
    }
    at(&server.url())
        .await
        .names("answers", &["BUSY", "SCRIPT KILL"]);
    server.cli(&["SCRIPT", "KILL"]);
    assert!(busy.join().unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_slow_is_a_warning() {
    let server = RedisServer::start();
    let proxy = Proxy::to(server.port).await;
    proxy.next(Line::Slow(Duration::from_millis(60)));
    let report = at(&proxy.url()).await;
    assert_eq!(report.exit, 1, "{}", report.whole);
    report.says("latency", "warning", &["closer together"]);
    assert!(
        report.check("latency")["data"]["median_ms"]
            .as_f64()
            .unwrap()
            >= 60.0
    );
}

/// A Redis that says that it is older than it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_too_old_is_named() {
    let server = RedisServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let target = server.port;
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let redis = std::net::TcpStream::connect(("127.0.0.1", target)).unwrap();
            let (mut asks, mut to) = (client.try_clone().unwrap(), redis.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut asks, &mut to));
            std::thread::spawn(move || age(redis, client));
        }
    });
    let report = at(&format!("redis://{address}")).await;
    report.says("version", "error", &["6.2.", "too old", "7.0 or later"]);
    assert_eq!(report.exit, 2);
}

fn age(mut from: std::net::TcpStream, mut to: std::net::TcpStream) {
    let mut bytes = [0; 64 * 1024];
    while let Ok(n) = from.read(&mut bytes)
        && n > 0
    {
        let mark = b"redis_version:";
        let found = bytes[..n].windows(mark.len()).position(|word| word == mark);
        if let Some(at) = found {
            bytes[at + mark.len()..][..4].copy_from_slice(b"6.2.");
        }
        if to.write_all(&bytes[..n]).is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_where_there_is_none_and_none_where_it_is_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (key, certificate) = (path("key.pem"), path("certificate.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args([
            "-subj",
            "/CN=A Redis of a test",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .args(["-keyout", &key, "-out", &certificate])
        .output()
        .expect("openssl is on the PATH");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let secure = free_port().to_string();
    let server = RedisServer::with(&[
        "--appendonly",
        "yes",
        "--tls-port",
        &secure,
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-ca-cert-file",
        &certificate,
        "--tls-auth-clients",
        "no",
    ]);
    let port = server.port.to_string();

    let plain = at(&format!("rediss://127.0.0.1:{port}")).await;
    plain.names("TLS", &["does not speak TLS", "REDIS_URL"]);
    let parts = with(&[("REDIS_PORT", &secure)]).await;
    parts.names("sign-in", &["speaks TLS alone", "Turn TLS on in REDIS_TLS"]);
    let unknown = at(&format!("rediss://127.0.0.1:{secure}")).await;
    unknown.names("TLS", &["this machine trusts none", "SSL_CERT_FILE"]);
    let trusted = [
        ("SSL_CERT_FILE", certificate.as_str()),
        ("REDIS_PORT", &secure),
        ("REDIS_TLS", "true"),
    ];
    let report = with(&trusted).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("TLS", "ok", &["certificate is good"]);
    let named = [
        ("SSL_CERT_FILE", certificate.as_str()),
        ("REDIS_HOST", "localhost"),
        ("REDIS_PORT", &secure),
        ("REDIS_TLS", "true"),
    ];
    with(&named).await.names("TLS", &["another name"]);
    server.cli(&["CONFIG", "SET", "tls-auth-clients", "yes"]);
    with(&trusted).await.says(
        "sign-in",
        "error",
        &["certificate from its clients", "tls-auth-clients no"],
    );
}

fn keys(server: &RedisServer) -> Vec<String> {
    let mut keys: Vec<String> = redis::from_redis_value(server.cli(&["KEYS", "*"])).unwrap();
    keys.sort();
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn it_leaves_nothing_behind_and_tells_nobody() {
    let mut market = Market::redis();
    let url = market.server().url();
    // It does not let anybody past the fence: the commit script has to be loaded by whoever has passed it.
    assert_eq!(at(&url).await.exit, 0);
    let script = include_str!("../../../src/server/store/redis/commit.lua");
    let name = market
        .server()
        .cli(&["EVAL", "return redis.sha1hex(ARGV[1])", "0", script]);
    let name: String = redis::from_redis_value(name).unwrap();
    let loaded: Vec<bool> =
        redis::from_redis_value(market.server().cli(&["SCRIPT", "EXISTS", &name])).unwrap();
    assert_eq!((loaded, keys(market.server())), (vec![false], vec![]));

    let instance = market.open().await;
    instance.order_in("preparing").await;
    let before = keys(market.server());
    let mut socket = instance.follow().await;
    let client = redis::Client::open(url.clone()).unwrap();
    let mut channel = client.get_async_pubsub().await.unwrap();
    channel.subscribe("pizza_orders").await.unwrap();
    assert_eq!(at(&url).await.exit, 0);
    assert_eq!(keys(market.server()), before);
    // The next that both hear is the next order.
    instance.offer("Hawaii").await;
    assert_eq!(socket.event().await["order"]["pizza_name"], "Hawaii");
    use futures::StreamExt;
    let heard: String = channel
        .on_message()
        .next()
        .await
        .unwrap()
        .get_payload()
        .unwrap();
    assert!(heard.contains("Hawaii"), "{heard}");
}

/// Whatever a market asks of Redis has been tried by the doctor.
#[tokio::test(flavor = "multi_thread")]
async fn it_tries_every_command_that_a_market_uses() {
    let mut market = Market::redis();
    let report = at(&market.server().url()).await;
    let tried: BTreeSet<String> =
        serde_json::from_value(report.check("rights")["data"]["commands"].clone()).unwrap();

    market.server().cli(&["CONFIG", "RESETSTAT"]);
    let instance = market.open().await;
    let mut socket = instance.follow().await;
    let path = instance.order_in("delivered").await;
    instance.order_in("cancelled").await;
    socket.event().await;
    for path in [
        "/api/orders?status=delivered&limit=1",
        &path,
        &format!("{path}/events"),
        "/orders",
        "/readyz",
    ] {
        assert_eq!(instance.get(path).await.status, 200, "{path}");
    }
    for _ in 0..2 {
        let offer = instance
            .request(reqwest::Method::POST, "/api/orders")
            .header("idempotency-key", "one");
        assert_eq!(
            instance
                .send(offer.json(&crate::support::world::offer("Hawaii")))
                .await
                .status,
            201
        );
    }
    // Another one, which finds orders when it starts.
    let _second = market.open().await;
    // One command comes when all is quiet, others when a server looks around.
    until(async || used(market.server()).is_superset(&tried)).await;
    let used = used(market.server());
    assert!(
        used.contains("evalsha") && used.contains("xread"),
        "{used:?}"
    );
    assert_eq!(used, tried);
}

/// The commands that this Redis was asked for, but those that the library adds (it tells its name, and does not mind
/// a refusal) and those of this test.
fn used(server: &RedisServer) -> BTreeSet<String> {
    let stats: String = redis::from_redis_value(server.cli(&["INFO", "commandstats"])).unwrap();
    let names = stats
        .lines()
        .filter_map(|line| line.strip_prefix("cmdstat_")?.split(':').next());
    let ours = names.filter(|name| !["client|setinfo", "config|resetstat"].contains(name));
    ours.map(str::to_owned).collect()
}

/// A market in a file, with something in it, and nobody at it.
async fn kept() -> (TempDir, PathBuf) {
    let market = Market::embedded();
    let mut instance = market.open().await;
    instance.order_in("preparing").await;
    instance.kill();
    let Store::Embedded(folder) = market.store else {
        unreachable!()
    };
    let file = folder.path().join("market.redb");
    (folder, file)
}

async fn of_folder(folder: &Path) -> Report {
    with(&[("DATA_DIR", folder.to_str().unwrap())]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_and_not_touched() {
    let (folder, file) = kept().await;
    let (bytes, beside) = (
        fs::read(&file).unwrap(),
        fs::read_dir(folder.path()).unwrap().count(),
    );
    let report = of_folder(folder.path()).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("integrity", "ok", &["sound, up to event 4"]);
    report.says("schema", "ok", &["version 2"]);
    assert!(
        report.check("space")["data"]["free_bytes"]
            .as_u64()
            .unwrap()
            > 0
    );
    assert!(fs::read(&file).unwrap() == bytes);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), beside);

    let new = folder.path().join("not/yet/there");
    let report = of_folder(&new).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says("file", "ok", &["made at the first start"]);
    assert!(!folder.path().join("not").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_named() {
    for folder in ["/proc", "/dev/null/nowhere"] {
        let report = of_folder(Path::new(folder)).await;
        report.says("folder", "error", &["cannot be written", "DATA_DIR"]);
        report.says("integrity", "skipped", &["folder"]);
        assert_eq!(report.exit, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_named() {
    let (folder, file) = kept().await;
    let whole = fs::read(&file).unwrap();
    let mut bitten = whole.clone();
    let word = b"Diavola";
    for at in 0..bitten.len() - word.len() {
        if bitten[at..].starts_with(word) {
            bitten[at] = b'd';
        }
    }
    assert!(bitten != whole);
    for damage in [b"not a store".to_vec(), vec![0; 100_000], bitten] {
        fs::write(&file, &damage).unwrap();
        let report = of_folder(folder.path()).await;
        report.names("integrity", &["market.redb is damaged", "market.end"]);
        assert!(fs::read(&file).unwrap() == damage);
    }
    fs::write(&file, "").unwrap();
    let report = of_folder(folder.path()).await;
    report.names("file", &["it is empty", "pizza-market restore"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_is_seen_and_not_disturbed() {
    let market = Market::embedded();
    let instance = market.open().await;
    let Store::Embedded(folder) = &market.store else {
        unreachable!()
    };
    let (folder, address) = (
        folder.path().to_str().unwrap(),
        instance.url.trim_start_matches("http://"),
    );
    let report = with(&[("DATA_DIR", folder), ("LEPTOS_SITE_ADDR", address)]).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    report.says(
        "file",
        "ok",
        &["is held by process", "pizza-market", "is ready"],
    );
    report.says("integrity", "skipped", &["in use"]);
    report.says("address", "ok", &["served by a Pizza Market that is ready"]);
    instance.offer("Diavola").await;

    let elsewhere = with(&[("DATA_DIR", folder)]).await;
    elsewhere.names("file", &["is held by process", "LEPTOS_SITE_ADDR"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_ready_is_seen() {
    let mut market = Market::redis();
    market.server().kill();
    let instance = market.start();
    let (url, address) = (
        market.server().url(),
        instance.url.trim_start_matches("http://"),
    );
    let report = with(&[("REDIS_URL", &url), ("LEPTOS_SITE_ADDR", address)]).await;
    report.names("connection", &["nothing listens"]);
    report.says("address", "warning", &["not ready"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_others_have_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let at = async |address: &str| {
        with(&[
            ("DATA_DIR", folder.path().to_str().unwrap()),
            ("LEPTOS_SITE_ADDR", address),
        ])
        .await
    };
    at(&address)
        .await
        .names("address", &["another program listens", "LEPTOS_SITE_ADDR"]);
    at("198.51.100.7:8000")
        .await
        .names("address", &["cannot listen", "an address of this machine"]);

    let data = folder.path().to_str().unwrap();
    let figures = async |site: &str, figures: &str| {
        with(&[
            ("DATA_DIR", data),
            ("LEPTOS_SITE_ADDR", site),
            ("METRICS_ADDR", figures),
        ])
        .await
    };
    figures("127.0.0.1:0", &address)
        .await
        .names("figures", &["another program listens", "METRICS_ADDR"]);
    let one = format!("127.0.0.1:{}", free_port());
    let twice = figures(&one, &one).await;
    twice.names("figures", &["LEPTOS_SITE_ADDR", "another port"]);
    let free = figures("127.0.0.1:0", "127.0.0.1:0").await;
    free.says("figures", "ok", &["any free port"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_a_running_server_are_known() {
    let figures = format!("127.0.0.1:{}", free_port());
    let market = Market::embedded().with("METRICS_ADDR", &figures);
    let instance = market.open().await;
    let Store::Embedded(folder) = &market.store else {
        unreachable!()
    };
    let report = with(&[
        ("DATA_DIR", folder.path().to_str().unwrap()),
        (
            "LEPTOS_SITE_ADDR",
            instance.url.trim_start_matches("http://"),
        ),
        ("METRICS_ADDR", &figures),
    ])
    .await;
    report.says("figures", "ok", &["serves the metrics"]);
}

/// What listens where ours should may be a Pizza Market, and not ours.
#[tokio::test(flavor = "multi_thread")]
async fn another_market_is_not_taken_for_ours() {
    let figures = format!("127.0.0.1:{}", free_port());
    let market = Market::embedded().with("METRICS_ADDR", &figures);
    let instance = market.open().await;
    let address = instance.url.trim_start_matches("http://");
    let there = [("LEPTOS_SITE_ADDR", address), ("METRICS_ADDR", &figures)];
    let another = "another Pizza Market listens";
    let is_seen = async |store: (&str, &str)| {
        let report = with(&[&there[..], &[store]].concat()).await;
        report.says("address", "error", &[another, "LEPTOS_SITE_ADDR"]);
        report.says("figures", "error", &[another, "METRICS_ADDR"]);
    };
    let folder = tempfile::tempdir().unwrap();
    let folder = ("DATA_DIR", folder.path().to_str().unwrap());
    is_seen(folder).await;
    // One that is in use, one that was used before, and a Redis with nothing in it.
    let mut own = program();
    own.env(folder.0, folder.1);
    let own = Instance::start(own);
    own.until_ready().await;
    is_seen(folder).await;
    drop(own);
    is_seen(folder).await;
    is_seen(("REDIS_URL", &RedisServer::start().url())).await;

    let (one, other) = (Market::redis(), Market::redis());
    let (open, _other) = (one.open().await, other.open().await);
    let address = ("LEPTOS_SITE_ADDR", open.url.trim_start_matches("http://"));
    let at = async |store: &Market| {
        let Store::Redis(redis) = &store.store else {
            unreachable!()
        };
        with(&[address, ("REDIS_URL", &redis.url())]).await
    };
    at(&one).await.says("address", "ok", &["is ready"]);
    at(&other).await.says("address", "error", &[another]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_no_redis_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            while stream.read(&mut [0; 512]).is_ok_and(|n| n > 0) {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nserver: x\r\n\r\n");
            }
        }
    });
    let report = at(&url).await;
    report.names("sign-in", &["is not a Redis", "Correct REDIS_URL"]);
    for check in &report.checks {
        assert!(!check["says"].as_str().unwrap().contains('\n'), "{check}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_nobody_sees_are_a_warning() {
    let server = RedisServer::with(&["--appendonly", "yes", "--appendfsync", "always"]);
    let mut connection = ::redis::Client::open(server.url())
        .unwrap()
        .get_connection()
        .unwrap();
    let mut set = ::redis::cmd("SET");
    let set = set
        .arg("order:7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f11")
        .arg("{}");
    set.exec(&mut connection).unwrap();
    let report = at(&server.url()).await;
    report.says("schema", "warning", &["1 order of the Python", "migrate"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn to_trust_everybody_is_a_warning() {
    for all in ["0.0.0.0/0", "10.0.0.1, ::/0"] {
        let report = with(&[("TRUSTED_PROXIES", all)]).await;
        report.says("TRUSTED_PROXIES", "warning", &["your proxies alone"]);
    }
    let report = with(&[("TRUSTED_PROXIES", "10.0.0.0/8")]).await;
    report.says("TRUSTED_PROXIES", "ok", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_is_not_whole_is_named() {
    let data = tempfile::tempdir().unwrap();
    let site = tempfile::tempdir().unwrap();
    let root = site.path().to_str().unwrap();
    let of = async |more: &[(&str, &str)]| {
        let own = [
            ("DATA_DIR", data.path().to_str().unwrap()),
            ("LEPTOS_SITE_ROOT", root),
        ];
        with(&[&own, more].concat()).await
    };
    of(&[]).await.names(
        "site",
        &["pkg/pizza-market.wasm", "brand.svg", "LEPTOS_SITE_ROOT"],
    );
    of(&[("LEPTOS_HASH_FILES", "true")])
        .await
        .names("site", &["hash.txt", "LEPTOS_HASH_FILES"]);
    for entry in ["pkg", "."] {
        let to = site.path().join(entry);
        fs::create_dir_all(&to).unwrap();
        for file in fs::read_dir(SITE.path().join(entry))
            .unwrap()
            .flatten()
            .filter(|file| file.path().is_file())
        {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
    assert_eq!(of(&[]).await.exit, 0);
    fs::write(
        site.path().join("pkg/pizza-market.css"),
        "@import \"./tokens.css\";",
    )
    .unwrap();
    of(&[]).await.names("site", &["lacks pkg/tokens.css"]);
}

/// Whatever the head of a page links is looked for.
#[tokio::test(flavor = "multi_thread")]
async fn every_file_that_a_page_links_is_looked_for() {
    let mut command = program();
    let folder = tempfile::tempdir().unwrap();
    command
        .env("DATA_DIR", folder.path())
        .env("LEPTOS_SITE_ROOT", SITE.path());
    let instance = Instance::start(command);
    let page = instance.get("/").await.text;
    let head = page.split_once("</head>").unwrap().0;
    let linked = head
        .split("href=\"/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap());
    let linked: BTreeSet<_> = linked.map(str::to_owned).collect();
    assert!(linked.len() >= 6, "{linked:?}");
    let report = of_folder(tempfile::tempdir().unwrap().path()).await;
    let looked: BTreeSet<String> =
        serde_json::from_value(report.check("site")["data"]["files"].clone()).unwrap();
    assert!(linked.is_subset(&looked), "{linked:?} {looked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_setting_says_where_it_comes_from_and_keeps_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let server = RedisServer::start();
    let env = format!(
        "REDIS_PASSWORD=\"s3cret one\"\nREDIS_PORT={}\nRATE_LIMIT=7\nEVENT_RETENTION=none\nRATE_LIMITS=s3cret\nMAX_SOCKET=s3cret\n",
        server.port
    );
    fs::write(folder.path().join(".env"), env).unwrap();
    let toml = include_str!("../../../Leptos.toml").replace("127.0.0.1:8000", "127.0.0.1:0");
    fs::write(folder.path().join("Leptos.toml"), toml).unwrap();
    let mut command = patient(&[
        ("RATE_LIMIT", "8"),
        ("REDIS_PASWORD", "s3cret"),
        ("redis_url", "redis://:s3cret@x"),
        ("REDIS_MODE", "s3cret"),
    ]);
    command
        .current_dir(folder.path())
        .env_remove("LEPTOS_SITE_ADDR");
    let report = examine(command).await;
    assert_eq!(report.exit, 2);
    assert!(!report.whole.contains("s3cret"), "{}", report.whole);
    for (name, value, from) in [
        ("RATE_LIMIT", "8", "environment"),
        ("REDIS_PORT", &server.port.to_string(), ".env"),
        ("REDIS_PASSWORD", "(hidden)", ".env"),
        ("REDIS_DB", "0", "default"),
        ("LEPTOS_SITE_ADDR", "127.0.0.1:0", "Leptos.toml"),
        ("CURRENCY", "EUR", "default"),
    ] {
        let data = &report.check(name)["data"];
        assert_eq!(
            (&data["value"], &data["from"]),
            (&json!(value), &json!(from)),
            "{name}"
        );
    }
    report.says(
        "EVENT_RETENTION",
        "error",
        &["none", "Correct EVENT_RETENTION"],
    );
    for (name, meant) in [
        ("RATE_LIMITS", "RATE_LIMIT"),
        ("MAX_SOCKET", "MAX_SOCKETS"),
        ("REDIS_PASWORD", "REDIS_PASSWORD"),
        ("redis_url", "REDIS_URL"),
    ] {
        report.says(name, "warning", &[&format!("Write {meant},")]);
    }
    report.says("REDIS_MODE", "warning", &["not a setting of this program"]);
    // What is wrong with one setting does not hide the store: it wants no password.
    report.says("sign-in", "error", &["Redis has none"]);

    let url = format!("redis://market:s3cret@127.0.0.1:{}/2", server.port);
    let report = with(&[("REDIS_URL", &url), ("REDIS_PORT", "1")]).await;
    assert!(!report.whole.contains("s3cret"), "{}", report.whole);
    report.says(
        "REDIS_URL",
        "ok",
        &["redis://market:(hidden)@127.0.0.1", "/2"],
    );
    report.says("REDIS_PORT", "warning", &["no effect"]);
    let report = with(&[
        ("REDIS_PORT", "tcp://10.0.0.7:6379"),
        ("REDIS_SERVICE_HOST", "10.0.0.7"),
    ])
    .await;
    report.names("REDIS_PORT", &["Kubernetes", "enableServiceLinks"]);
    report.says("store", "skipped", &["REDIS_PORT is wrong"]);
}

/// A line of `.env` that cannot be read may hold a secret.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_line_of_dot_env_is_counted_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join(".env"),
        "RATE_LIMIT=7\nREDIS_PASSWORD=two s3cret words\n",
    )
    .unwrap();
    let mut command = patient(&[]);
    command.current_dir(folder.path());
    let report = examine(command).await;
    report.names(".env", &["line 2", "quotes"]);
    let mut command = program();
    command.current_dir(folder.path());
    let said = crate::support::world::refuses_to_start(command);
    for said in [&report.whole, &said] {
        assert!(
            said.contains("line 2") && !said.contains("s3cret"),
            "{said}"
        );
    }
}

/// The settings that it shows are those that are explained, with the defaults that are explained.
#[tokio::test(flavor = "multi_thread")]
async fn every_setting_is_shown_with_its_default() {
    let mut command = patient(&[]);
    command
        .env_remove("RUST_LOG")
        .env_remove("LEPTOS_SITE_ADDR");
    // A Redis in parts, so that the defaults of the other parts count.
    command.env("REDIS_PORT", free_port().to_string());
    let report = examine(command).await;
    let explained = include_str!("../../../.env.example").lines();
    let explained = explained.filter_map(|line| line.trim_start_matches("# ").split_once('='));
    let explained: Vec<_> = explained
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect();
    assert!(explained.len() > 15);
    let shown = report
        .checks
        .iter()
        .filter(|check| check["group"] == "settings");
    let shown: Vec<_> = shown.map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(
        shown,
        explained.iter().map(|(name, _)| *name).collect::<Vec<_>>()
    );
    for (name, default) in explained {
        let found = report.check(name)["data"]["value"]
            .as_str()
            .unwrap_or_default();
        let depends = [
            "LEPTOS_SITE_ROOT",
            "LEPTOS_HASH_FILES",
            "REDIS_PORT",
            "LOG_FORMAT",
        ]
        .contains(&name);
        assert!(
            depends || found == default,
            "{name}: {found} and not {default}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_one_line_for_each_check() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = patient(&[
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("RATE_LIMTI", "7"),
    ]);
    let output = spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.stderr.is_empty() && !said.contains('\x1b'), "{said}");
    let line = said
        .lines()
        .find(|line| line.contains("RATE_LIMTI"))
        .unwrap();
    assert!(
        line.starts_with("  warning") && line.contains("→ Write RATE_LIMIT"),
        "{line}"
    );
    assert!(
        said.lines().any(|line| line == "Embedded")
            && said.ends_with("(2 checks skipped).\n")
            && said.contains("skipped  2 more checks"),
        "{said}"
    );
    let mut help = program();
    let help = help.args(["doctor", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(
        help.contains("Exit status:") && help.contains("--json"),
        "{help}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_files_are_a_warning() {
    let data = tempfile::tempdir().unwrap();
    let of = async |files: &str, sockets: &str| {
        let settings = [
            ("DATA_DIR", data.path().to_str().unwrap()),
            ("MAX_SOCKETS", sockets),
        ];
        let plain = patient(&settings);
        let mut command = Command::new("bash");
        let run = format!("ulimit -n {files}; exec \"$0\" doctor \"$@\"");
        command.args(["-c", &run]).arg(plain.get_program());
        command.current_dir(SITE.path());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        examine(command).await
    };
    let report = of("1000", "900").await;
    let words = ["1000", "MAX_SOCKETS is 900", "Allow 1156", "to 744"];
    report.says("files", "warning", &words);
    assert_eq!(report.exit, 1, "{}", report.whole);
    of("1000", "744").await.says("files", "ok", &["1000"]);
}
