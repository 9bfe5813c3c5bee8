//! `doctor` beside running servers: this one, another market, another program.

use crate::support::{
    Instance, Market, Store, doctor::with, free_port, program, redis_server::RedisServer,
};
use std::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn doctor_finds_a_running_server_and_does_not_disturb_it() {
    let market = Market::embedded();
    let instance = market.open().await;
    let Store::Embedded(folder) = &market.store else {
        unreachable!()
    };
    let (folder, address) = (folder.path().to_str().unwrap(), instance.address());
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
async fn doctor_finds_a_server_that_is_not_ready() {
    let mut market = Market::redis();
    market.server().kill();
    let instance = market.start();
    let (url, address) = (market.server().url(), instance.address());
    let report = with(&[("REDIS_URL", &url), ("LEPTOS_SITE_ADDR", address)]).await;
    report.names("connection", &["nothing listens"]);
    report.says("address", "warning", &["not ready"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_use_by_another_program_is_named() {
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
    let metrics = async |site: &str, metrics: &str| {
        with(&[
            ("DATA_DIR", data),
            ("LEPTOS_SITE_ADDR", site),
            ("METRICS_ADDR", metrics),
        ])
        .await
    };
    metrics("127.0.0.1:0", &address)
        .await
        .names("figures", &["another program listens", "METRICS_ADDR"]);
    let one = format!("127.0.0.1:{}", free_port());
    let twice = metrics(&one, &one).await;
    twice.names("figures", &["LEPTOS_SITE_ADDR", "another port"]);
    let free = metrics("127.0.0.1:0", "127.0.0.1:0").await;
    free.says("figures", "ok", &["any free port"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_reads_the_metrics_of_a_running_server() {
    let metrics = format!("127.0.0.1:{}", free_port());
    let market = Market::embedded().with("METRICS_ADDR", &metrics);
    let instance = market.open().await;
    let Store::Embedded(folder) = &market.store else {
        unreachable!()
    };
    let report = with(&[
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("LEPTOS_SITE_ADDR", instance.address()),
        ("METRICS_ADDR", &metrics),
    ])
    .await;
    report.says("figures", "ok", &["serves the metrics"]);
}

/// What listens where ours should may be a Pizza Market, and not ours.
#[tokio::test(flavor = "multi_thread")]
async fn another_market_is_not_mistaken_for_this_one() {
    let metrics = format!("127.0.0.1:{}", free_port());
    let market = Market::embedded().with("METRICS_ADDR", &metrics);
    let instance = market.open().await;
    let address = instance.address();
    let there = [("LEPTOS_SITE_ADDR", address), ("METRICS_ADDR", &metrics)];
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
    let address = ("LEPTOS_SITE_ADDR", open.address());
    let at = async |store: &Market| {
        let Store::Redis(redis) = &store.store else {
            unreachable!()
        };
        with(&[address, ("REDIS_URL", &redis.url())]).await
    };
    at(&one).await.says("address", "ok", &["is ready"]);
    at(&other).await.says("address", "error", &[another]);
}
