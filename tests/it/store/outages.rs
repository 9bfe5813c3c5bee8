//! Redis goes away, and comes back.

use crate::support::{Market, program, redis_server::RedisServer, refuses_to_start, until};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn without_the_store_every_request_fails_in_time() {
    let mut market = Market::redis();
    let instance = market.open().await;
    let path = instance.offer("Diavola").await;
    let mut socket = instance.follow().await;
    let mut plain = instance.socket("").await;

    market.server().kill();
    let calls = [
        (Method::GET, "/api/orders".to_owned()),
        (Method::GET, path.clone()),
        (Method::GET, format!("{path}/events")),
        (Method::POST, format!("{path}/status?status=cancelled")),
    ];
    for (method, path) in &calls {
        let asked = Instant::now();
        let answer = instance.send(instance.request(method.clone(), path)).await;
        answer.problem(503);
        assert!(answer.header("retry-after").is_some());
        assert!(
            asked.elapsed() < Duration::from_secs(5),
            "{path} took {:?}",
            asked.elapsed()
        );
    }
    until(async || instance.get("/readyz").await.status == 503).await;
    let state = instance.get("/readyz").await.json();
    assert_eq!(
        (&state["status"], &state["store"]["engine"]),
        (&json!("not ready"), &json!("redis"))
    );
    // Anybody may read it: the cause, with its address, is in the log alone.
    let sentence = "The store cannot be reached, or does not answer in time.";
    let told = (&state["store"]["kind"], &state["store"]["trouble"]);
    assert_eq!(told, (&json!("unreachable"), &json!(sentence)));
    until(async || instance.said().contains("cannot connect to Redis")).await;
    assert_eq!(instance.get("/healthz").await.status, 200);
    // A page shows what was last known, and how old it is; the live channel says that it vouches for nothing.
    assert_eq!(socket.signal("stream.away").await["order"], json!(null));
    assert_eq!(instance.get("/supplier").await.status, 200);

    market.server().start_again();
    instance.until_ready().await;
    assert_eq!(instance.get(&path).await.json()["version"], 1);
    instance
        .done(&format!("{path}/status"), &json!({"status": "cancelled"}))
        .await;
    // The sockets stayed open. A Redis that was restarted may have forgotten something: who can be told, is.
    assert_eq!(socket.any_frame().await["event_type"], "stream.reset");
    assert_eq!(socket.event().await["event_type"], "order.cancelled");
    assert_eq!(plain.any_frame().await["event_type"], "order.cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_the_store_is_logged_once() {
    let mut market = Market::redis().with("LOG_FORMAT", "json");
    let instance = market.open().await;
    let path = instance.offer("Diavola").await;
    market.server().kill();
    let requests = [
        (Method::GET, "/api/orders".to_owned()),
        (Method::GET, format!("{path}/events")),
        (Method::POST, format!("{path}/status?status=cancelled")),
        (Method::POST, format!("{path}/dispatch?driver_name=Jonas")),
    ];
    for (n, (method, path)) in requests.iter().enumerate() {
        let request = instance.request(method.clone(), path);
        let request = request.header("x-request-id", format!("lost-{n}"));
        instance.send(request).await.problem(503);
    }
    let failures = |n: usize| {
        let said = instance.said();
        let lines = said
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let failures = lines.filter(|line| line["message"] == "the store is unavailable");
        failures
            .filter(|line| line["span"]["request_id"] == format!("lost-{n}"))
            .count()
    };
    until(async || failures(requests.len() - 1) > 0).await;
    let failures: Vec<_> = (0..requests.len()).map(failures).collect();
    assert_eq!(failures, [1; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_starts_without_redis_and_reconnects() {
    let mut market = Market::redis();
    market.server().kill();
    let instance = market.start();
    let state = instance.get("/readyz").await;
    assert_eq!(state.status, 503);
    assert_eq!(state.json()["store"]["kind"], "unreachable");
    instance
        .post("/api/orders", &crate::support::offer("Diavola"))
        .await
        .problem(503);
    let page = instance.get("/supplier").await;
    assert_eq!(page.status, 503);
    assert!(page.text.contains("does not answer"));
    let mut socket = instance.socket("?since=").await;

    market.server().start_again();
    instance.until_ready().await;
    instance.offer("Diavola").await;
    assert_eq!(socket.event().await["event_type"], "order.created");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_stop_the_start_and_name_the_setting() {
    let server = RedisServer::with(&["--requirepass", "right"]);
    let mut with_url = program();
    with_url.env(
        "REDIS_URL",
        format!("redis://:wrong-secret@127.0.0.1:{}", server.port),
    );
    let said = refuses_to_start(with_url);
    assert!(
        said.contains("REDIS_URL") && !said.contains("wrong-secret"),
        "{said}"
    );
    let mut with_parts = program();
    with_parts
        .env("REDIS_PORT", server.port.to_string())
        .env("REDIS_PASSWORD", "wrong-secret");
    let said = refuses_to_start(with_parts);
    assert!(
        said.contains("REDIS_PASSWORD") && !said.contains("wrong-secret"),
        "{said}"
    );
    let mut none = program();
    none.env("REDIS_URL", format!("redis://127.0.0.1:{}", server.port));
    assert!(refuses_to_start(none).contains("REDIS_URL"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_signs_in_and_reports_durability() {
    let server = RedisServer::with(&["--requirepass", "s3cret", "--appendonly", "no"]);
    let port = server.port.to_string();
    let mut command = program();
    command
        .env("REDIS_HOST", "127.0.0.1")
        .env("REDIS_PORT", port)
        .env("REDIS_PASSWORD", "s3cret")
        .env("REDIS_DB", "3");
    let instance = crate::support::Instance::start(command);
    instance.until_ready().await;
    assert_eq!(
        instance.get("/readyz").await.json()["store"]["durability"],
        "memory"
    );
    instance.offer("Diavola").await;
    assert!(!instance.said().contains("s3cret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn resp3_is_supported() {
    let server = RedisServer::start();
    let mut command = program();
    command.env("REDIS_URL", format!("{}?protocol=resp3", server.url()));
    let instance = crate::support::Instance::start(command);
    instance.until_ready().await;
    assert_eq!(
        instance.get("/readyz").await.json()["store"]["durability"],
        "always"
    );
    let mut socket = instance.follow().await;
    let path = instance.offer("Diavola").await;
    assert_eq!(socket.event().await["event_type"], "order.created");
    assert_eq!(instance.orders().await[0]["pizza_name"], "Diavola");
    assert_eq!(
        instance.get(&format!("{path}/events")).await.json()[0]["event_type"],
        "order.created"
    );
    let mut verify = program();
    verify.env("REDIS_URL", format!("{}?protocol=resp3", server.url()));
    let verified = verify.arg("verify").output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
}
