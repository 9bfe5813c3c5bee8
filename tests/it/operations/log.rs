//! The log: each command once, with the id of its request, and without personal data.

use crate::support::{
    Answer, Instance, Market, SOON, Socket,
    log::{PERSONAL, a_day_with_names, commands, filled, json_market, lines},
    offer, program,
    proxy::{Line, Proxy},
    redis_server::RedisServer,
    until,
};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use std::{sync::Mutex, time::Duration};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

crate::on_both_engines! {
    the_log_holds_no_personal_data,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_has_a_request_id() {
    let market = Market::embedded().open().await;
    let ask = async |method: Method, path: &str, id: &str| -> Answer {
        let request = market.request(method, path).header("x-request-id", id);
        market.send(request).await
    };
    let calls = [
        (Method::GET, "/api/orders", 200),
        (Method::GET, "/api/nothing", 404),
        (Method::DELETE, "/api/orders", 405),
        (Method::POST, "/api/orders", 422),
        (Method::GET, "/supplier", 200),
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/healthz", 200),
        (Method::GET, "/metrics", 200),
        (Method::GET, "/ws", 426),
        (Method::GET, "/ws?since=x", 422),
    ];
    for (method, path, status) in calls {
        let id = "Root=1-67891233-abcdef/a.b_c:d+e";
        let answer = ask(method.clone(), path, id).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("x-request-id"), Some(id), "{path}");
        for strange in ["", "a b", "\"quoted\"", &"x".repeat(129)] {
            let answer = ask(method.clone(), path, strange).await;
            let made = answer.header("x-request-id").unwrap();
            assert_eq!(made.len(), 36, "{path} {strange:?}: {made}");
        }
    }
    // Refused by a layer: a foreign origin, too large a body.
    let foreign = market
        .request(Method::POST, "/api/orders")
        .header("origin", "https://evil.example");
    let large = market
        .request(Method::POST, "/api/orders")
        .body(vec![b' '; 70_000]);
    for (request, status) in [(foreign, 403), (large, 413)] {
        let answer = market.send(request.header("x-request-id", "mine")).await;
        answer.problem(status);
        assert_eq!(answer.header("x-request-id"), Some("mine"));
    }
    // Two ids are none.
    let twice = market
        .request(Method::GET, "/healthz")
        .header("x-request-id", "a")
        .header("x-request-id", "b");
    let answer = market.send(twice).await;
    assert_eq!(answer.header("x-request-id").unwrap().len(), 36);

    let limited = Market::embedded().with("RATE_LIMIT", "1").open().await;
    let answers = join_all((0..20).map(|_| limited.get("/api/orders"))).await;
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert!(refused.header("x-request-id").is_some());

    let mut request = market.socket_url("").into_client_request().unwrap();
    let id = "from-a-socket".parse().unwrap();
    request.headers_mut().insert("x-request-id", id);
    let (_, response) = Socket::answered(request).await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "from-a-socket");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_is_logged_once_with_its_outcome() {
    let market = json_market().open().await;
    let sent = Mutex::new(Vec::new());
    let ask = async |path: &str, headers: &[(&str, &str)], body: Value| {
        let id = format!("ask-{}", sent.lock().unwrap().len());
        sent.lock().unwrap().push(id.clone());
        let mut request = market.request(Method::POST, path).json(&body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        market.send(request.header("x-request-id", id)).await
    };
    let made = ask("/api/orders", &[], offer("Diavola")).await;
    let path = made.header("location").unwrap().to_owned();
    let order = path.rsplit('/').next().unwrap();
    let accept = format!("{path}/supplier-respond");
    let once = [("idempotency-key", "k1")];
    ask(&accept, &once, json!({"accept": true})).await;
    ask(&accept, &once, json!({"accept": true})).await;
    ask(&accept, &[], json!({"accept": true})).await;
    ask(&accept, &[("if-match", "\"1\"")], json!({"accept": true})).await;
    ask("/api/orders", &[], json!({"pizza_name": 7})).await;
    let unknown = "/api/orders/0198c0de-1234-7abc-8def-0123456789ab/dispatch";
    ask(unknown, &[], json!({"driver_name": "Yorick"})).await;
    // A panel's: who does it has a role.
    let form = market
        .request(Method::POST, "/act/offer")
        .header("x-request-id", "form-1");
    let fields = [
        ("supplier_name", "Bella Napoli"),
        ("pizza_name", "Diavola"),
        ("supplier_price", "9.50"),
    ];
    assert_eq!(market.send(filled(form, &fields)).await.status, 200);
    let form = market
        .request(Method::POST, "/act/offer")
        .header("x-request-id", "form-2");
    let form = filled(form, &[("supplier_name", "Bella Napoli")]);
    assert_eq!(market.send(form).await.status, 422);

    until(async || commands(&market).len() == 9).await;
    let commands = commands(&market);
    let told: Vec<_> = commands
        .iter()
        .map(|line| {
            let word = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
            let id = line["span"]["request_id"].as_str().unwrap().to_owned();
            [
                id,
                word("command"),
                word("actor"),
                word("outcome"),
                word("problem"),
            ]
        })
        .collect();
    let expected = [
        ["ask-0", "offer", "integrator", "done", "-"],
        ["ask-1", "accept", "integrator", "done", "-"],
        ["ask-2", "accept", "integrator", "replayed", "-"],
        ["ask-3", "accept", "integrator", "refused", "refused"],
        ["ask-4", "accept", "integrator", "conflict", "outdated"],
        ["ask-5", "-", "-", "refused", "invalid"],
        [
            "ask-6",
            "dispatch",
            "integrator",
            "refused",
            "unknown-order",
        ],
        ["form-1", "offer", "supplier", "done", "-"],
        ["form-2", "-", "supplier", "refused", "invalid"],
    ];
    assert_eq!(told, expected.map(|line| line.map(str::to_owned)));
    for line in &commands {
        assert!(line["duration_ms"].is_number(), "{line}");
        assert!(line["timestamp"].is_string(), "{line}");
        assert_eq!(line["level"], "INFO");
    }
    assert_eq!(
        (&commands[1]["order"], &commands[1]["version"]),
        (&json!(order), &json!(2))
    );
    assert_eq!(
        commands[1]["span"]["route"],
        "/api/orders/{id}/supplier-respond"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_without_an_answer_of_the_store_is_logged_as_away() {
    let mut market = Market::redis().with("LOG_FORMAT", "json");
    let instance = market.open().await;
    let path = instance.offer("Diavola").await;
    market.server().kill();
    let path = format!("{path}/status?status=cancelled");
    let request = instance.request(Method::POST, &path);
    instance
        .send(request.header("x-request-id", "in-vain"))
        .await
        .problem(503);
    let away = |line: &Value| line["outcome"] == "away" && line["span"]["request_id"] == "in-vain";
    // The log may be read a moment after the answer.
    until(async || commands(&instance).iter().any(away)).await;
    // The store's failure is logged under the id of the same request.
    let failure = |line: &Value| line["level"] == "WARN" && line["span"]["request_id"] == "in-vain";
    until(async || lines(&instance).iter().any(failure)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_logged_with_its_request_id() {
    let mut instance = json_market().open().await;
    let url = instance.socket_url("");
    let mut request = url.into_client_request().unwrap();
    let id = "from-a-socket".parse().unwrap();
    request.headers_mut().insert("x-request-id", id);
    let mut socket = Socket::open(request).await.unwrap();
    instance.signal("-TERM");
    assert_eq!(u16::from(socket.closed(SOON).await.code), 1012);
    assert!(instance.ended(Duration::from_secs(10)).success());
    let closing =
        |line: &Value| line["span"]["request_id"] == "from-a-socket" && line["code"] == 1012;
    assert!(lines(&instance).iter().any(closing), "{}", instance.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_command_is_logged() {
    let server = RedisServer::start();
    let line = Proxy::to(server.port).await;
    let mut command = program();
    command
        .env("LOG_FORMAT", "json")
        .env("REDIS_URL", line.url());
    let instance = Instance::start(command);
    instance.until_ready().await;
    line.now(Line::NoAnswers);
    let request = instance
        .request(Method::POST, "/api/orders")
        .json(&offer("Diavola"));
    let request = request.header("x-request-id", "hung-up");
    let impatient = request.timeout(Duration::from_millis(200)).send().await;
    assert!(impatient.unwrap_err().is_timeout());
    until(async || !commands(&instance).is_empty()).await;
    let line = &commands(&instance)[0];
    assert_eq!(line["outcome"], "abandoned");
    assert_eq!(line["span"]["request_id"], "hung-up");
}

async fn the_log_holds_no_personal_data(market: Market) {
    let market = market.with("LOG_FORMAT", "json").with("RUST_LOG", "debug");
    let mut instance = market.open().await;
    a_day_with_names(&instance).await;
    instance.signal("-TERM");
    assert!(instance.ended(Duration::from_secs(10)).success());
    let said = instance.said();
    for line in said.lines() {
        let named = PERSONAL.iter().find(|name| line.contains(**name));
        assert!(named.is_none(), "{line}");
    }
    // It was not silent either: seven steps, and an offer.
    let done = |line: &&Value| line["outcome"] == "done" && line["version"].as_u64() > Some(1);
    assert!(commands(&instance).iter().filter(done).count() >= 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_a_text_and_a_json_format() {
    let pretty = Market::embedded().open().await;
    pretty
        .send(
            pretty
                .request(Method::POST, "/api/orders")
                .json(&offer("Diavola"))
                .header("x-request-id", "mine"),
        )
        .await;
    until(async || pretty.said().contains("command")).await;
    let said = pretty.said();
    let line = said
        .lines()
        .find(|line| line.contains("command command=offer"))
        .unwrap();
    assert!(
        line.contains("INFO")
            && line.contains("request_id=\"mine\"")
            && line.contains("outcome=\"done\""),
        "{line}"
    );
    // No terminal: a program reads it.
    let mut command = program();
    let folder = tempfile::tempdir().unwrap();
    command
        .env_remove("LOG_FORMAT")
        .env("DATA_DIR", folder.path());
    let plain = Instance::start(command);
    assert!(lines(&plain).iter().all(|line| line["level"].is_string()));
    // Warnings have the id of their request, too, where nothing else is logged.
    let mut market = Market::redis()
        .with("LOG_FORMAT", "json")
        .with("RUST_LOG", "info");
    let quiet = market.open().await;
    market.server().kill();
    let request = quiet.request(Method::GET, "/api/orders");
    quiet.send(request.header("x-request-id", "mine")).await;
    until(async || {
        lines(&quiet)
            .iter()
            .any(|line| line["span"]["request_id"] == "mine")
    })
    .await;
}
