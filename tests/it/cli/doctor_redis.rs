//! `doctor` on a Redis that it reaches: its settings, its role, its speed.

use crate::support::{
    Market, SOON,
    doctor::{account, at},
    proxy::{Line, Proxy},
    redis_server::RedisServer,
};
use std::{
    io::{Read, Write},
    net::TcpListener,
    time::{Duration, Instant},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_redis_passes() {
    let server = RedisServer::start();
    let report = at(&server.url()).await;
    assert_eq!(report.exit, 0, "{}", report.whole);
    assert_eq!(report.of("skipped").count(), 0, "{}", report.whole);
    report.says("durability", "ok", &["always"]);
    report.says("version", "ok", &["Redis 7", "standalone"]);
    report.says("eviction", "ok", &["noeviction"]);
    for (name, measure) in [
        ("latency", "median_ms"),
        ("latency", "p99_ms"),
        ("commits", "p99_ms"),
        ("events", "median_ms"),
        ("events", "channel_median_ms"),
    ] {
        let measure = &report.check(name)["data"][measure];
        assert!(
            measure.as_f64().is_some_and(|ms| ms > 0.0),
            "{name}: {measure}"
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
async fn redis_settings_that_break_a_guarantee_are_named() {
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
async fn a_replica_is_named_and_a_primary_lists_its_replicas() {
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
async fn a_busy_redis_is_named() {
    let server = RedisServer::with(&["--lua-time-limit", "50"]);
    let url = server.plain_url_of("");
    let busy = std::thread::spawn(move || {
        let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
        redis::cmd("EVAL")
            .arg("while true do end")
            .arg(0)
            .query::<redis::Value>(&mut connection)
    });
    let is_busy = || {
        let mut connection = redis::Client::open(server.plain_url_of(""))
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
async fn a_slow_connection_is_a_warning() {
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
async fn an_old_redis_version_is_named() {
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
async fn orders_that_were_not_imported_are_a_warning() {
    let server = RedisServer::with(&["--appendonly", "yes", "--appendfsync", "always"]);
    let mut connection = ::redis::Client::open(server.plain_url_of(""))
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
async fn another_market_on_the_same_channel_is_a_warning() {
    let server = RedisServer::start();
    let url = |database: u8| format!("{}/{database}", server.url());
    server.cli(&["SET", "of", "others"]);
    at(&url(3)).await.says("channel", "ok", &["alone"]);
    for database in [2, 3] {
        let market = Market::embedded().with("REDIS_URL", &url(database));
        market.open().await.offer("Diavola").await;
    }
    let report = at(&url(3)).await;
    assert_eq!(report.exit, 1, "{}", report.whole);
    let words = ["pizza_orders", "1 other market", "(database 2)", "epoch"];
    report.says("channel", "warning", &words);
    let report = at(&account(&server, &["-select"])).await;
    report.says("channel", "skipped", &["cannot be read"]);
}
