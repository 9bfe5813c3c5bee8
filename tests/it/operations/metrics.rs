//! Metrics: by the rules of their format, bounded, and true.

use super::prometheus::{Exposition, Sample};
use crate::support::{
    Instance, Market, Store,
    log::{PERSONAL, a_day_with_names},
    offer, until,
};
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

crate::on_both_engines! {
    metrics_follow_the_naming_rules,
    metrics_count_what_happens,
}

/// The metrics now, or as soon as the rate limit allows.
pub async fn scrape(instance: &Instance) -> Exposition {
    let mut answer = instance.get("/metrics").await;
    until(async || {
        if answer.status == 429 {
            answer = instance.get("/metrics").await;
        }
        answer.status != 429
    })
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let kind = answer.header("content-type").unwrap();
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    Exposition::read(&answer.text)
}

/// Uses a server in every way that leaves a measurement.
pub async fn use_it(instance: &Instance) {
    a_day_with_names(instance).await;
    for status in ["supplier_rejected", "cancelled", "ready", "in_transit"] {
        instance.order_in(status).await;
    }
    let path = instance.order_in("pending_supplier").await;
    for _ in 0..2 {
        let request = instance
            .request(Method::POST, &format!("{path}/supplier-respond"))
            .header("idempotency-key", "again")
            .json(&json!({"accept": true}));
        assert_eq!(instance.send(request).await.status, 200);
    }
    instance.get(&format!("{path}/events")).await;
    instance.get("/healthz").await;
    drop(instance.follow().await);
}

async fn metrics_follow_the_naming_rules(market: Market) {
    let instance = market.open().await;
    use_it(&instance).await;
    let exposition = scrape(&instance).await;
    assert_eq!(exposition.faults(), Vec::<String>::new());
    // Bounded: nothing that a client makes up is a label, or a part of one.
    for Sample { name, labels, .. } in &exposition.samples {
        for (label, value) in labels {
            let known = label == "le" || value.len() < 40;
            let made_up = PERSONAL.iter().any(|name| value.contains(name))
                || value.contains("0198")
                || value.contains("Bella");
            assert!(known && !made_up, "{name} {label}={value}");
        }
    }
    assert!(
        exposition.samples.len() < 1_500,
        "{}",
        exposition.samples.len()
    );
}

async fn metrics_count_what_happens(market: Market) {
    let engine = match &market.store {
        Store::Embedded(_) => "embedded",
        Store::Redis(_) => "redis",
    };
    let instance = market.open().await;
    let socket = instance.follow().await;
    let mut other = instance.follow().await;
    let delivered = instance.order_in("delivered").await;
    instance.order_in("ready").await;
    instance.get(&delivered).await;
    instance
        .get("/api/orders/0198c0de-1234-7abc-8def-0123456789ab")
        .await
        .problem(404);
    instance.get("/wp-login.php").await;
    instance.get("/.env").await;
    instance
        .post(&format!("{delivered}/status"), &json!({"status": "ready"}))
        .await
        .problem(409);
    for _ in 0..13 {
        other.event().await;
    }
    drop(socket);
    until(async || scrape(&instance).await.value("pizza_sockets_open", &[]) == Some(1.0)).await;

    let now = scrape(&instance).await;
    requests_are_counted(&now);
    commands_and_orders_are_counted(&now, engine);
    the_feed_and_sockets_are_counted(&now, engine);
    assert_eq!(
        now.of(
            "pizza_build_info",
            &[("version", env!("CARGO_PKG_VERSION"))]
        ),
        1.0
    );
    assert!(now.of("process_resident_memory_bytes", &[]) > 1e6);
}

fn requests_are_counted(now: &Exposition) {
    let requests = |route: &str, method: &str, status: &str| {
        now.of(
            "pizza_http_request_duration_seconds_count",
            &[("route", route), ("method", method), ("status", status)],
        )
    };
    assert_eq!(requests("/api/orders", "POST", "201"), 2.0);
    assert_eq!(requests("/api/orders/{id}", "GET", "200"), 1.0);
    assert_eq!(requests("/api/orders/{id}", "GET", "404"), 1.0);
    assert_eq!(requests("/api/orders/{id}/status", "POST", "409"), 1.0);
    assert_eq!(requests("unmatched", "GET", "404"), 2.0);
    assert_eq!(requests("/ws", "GET", "101"), 2.0);
    let counted = |sample: &&Sample| sample.labels.iter().any(|(_, value)| value == "/metrics");
    assert_eq!(now.samples.iter().filter(counted).count(), 0);
}

fn commands_and_orders_are_counted(now: &Exposition, engine: &str) {
    let value = |name: &str, labels: &[(&str, &str)]| now.of(name, labels);
    assert_eq!(
        value(
            "pizza_commands_total",
            &[
                ("command", "offer"),
                ("actor", "integrator"),
                ("outcome", "done")
            ]
        ),
        2.0
    );
    assert_eq!(
        value("pizza_commands_refused_total", &[("problem", "refused")]),
        1.0
    );
    assert_eq!(
        value(
            "pizza_commits_total",
            &[("engine", engine), ("outcome", "done")]
        ),
        13.0
    );
    assert_eq!(
        value(
            "pizza_ledger_operation_duration_seconds_count",
            &[("engine", engine), ("operation", "commit")]
        ),
        13.0
    );
    assert_eq!(value("pizza_orders", &[("status", "delivered")]), 1.0);
    assert_eq!(value("pizza_orders", &[("status", "ready")]), 1.0);
    assert_eq!(
        value(
            "pizza_order_stage_duration_seconds_count",
            &[("stage", "preparing")]
        ),
        2.0
    );
    assert!(value("pizza_order_oldest_wait_seconds", &[("status", "ready")]) > 0.0);
    assert_eq!(
        value(
            "pizza_order_oldest_wait_seconds",
            &[("status", "preparing")]
        ),
        0.0
    );
}

fn the_feed_and_sockets_are_counted(now: &Exposition, engine: &str) {
    let value = |name: &str, labels: &[(&str, &str)]| now.of(name, labels);
    assert_eq!(value("pizza_feed_position", &[]), 13.0);
    assert_eq!(
        value("pizza_feed_oldest_position", &[]) + value("pizza_feed_held_events", &[]),
        13.0
    );
    assert_eq!(value("pizza_feed_delay_seconds_count", &[]), 13.0);
    assert_eq!(
        (
            value("pizza_feed_behind_events", &[]),
            value("pizza_feed_current", &[])
        ),
        (0.0, 1.0)
    );
    assert!(value("pizza_feed_proof_age_seconds", &[]) < 2.0);
    assert_eq!(value("pizza_store_available", &[("engine", engine)]), 1.0);
    // Two heartbeats at the beginning, and thirteen events each.
    assert!(value("pizza_socket_frames_sent_total", &[]) >= 15.0);
    assert_eq!(value("pizza_sockets_limit", &[]), 10_000.0);
    let ended: f64 = ["gone", "goodbye"]
        .iter()
        .map(|reason| value("pizza_sockets_closed_total", &[("reason", reason)]))
        .sum();
    assert_eq!(ended, 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_work_without_the_store_and_cost_little() {
    let mut market = Market::redis().with("RATE_LIMIT", "1");
    let limited = market.open().await;
    market.server().kill();
    until(async || {
        let now = scrape(&limited).await;
        now.value("pizza_store_available", &[("engine", "redis")]) == Some(0.0)
            && now.value("pizza_feed_current", &[]) == Some(0.0)
            && now.value("pizza_store_connections_total", &[("outcome", "away")]) > Some(0.0)
    })
    .await;
    join_all((0..20).map(|_| limited.get("/healthz"))).await;
    assert_eq!(
        scrape(&limited)
            .await
            .value("pizza_http_rate_limited_total", &[]),
        Some(0.0)
    );
    let many = offer("Diavola");
    join_all((0..20).map(|_| limited.post("/api/orders", &many))).await;
    let now = scrape(&limited).await;
    assert!(now.value("pizza_http_rate_limited_total", &[]) > Some(10.0));
    let refused = now.value("pizza_commands_refused_total", &[("problem", "too-many")]);
    assert!(refused > Some(10.0));
    // They are counted, and do not fill the log.
    assert!(!limited.said().contains("too-many"));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_have_a_rate_limit_of_their_own() {
    let instance = Market::embedded().open().await;
    let mut refused = instance.get("/metrics").await;
    until(async || {
        if refused.status != 429 {
            refused = instance.get("/metrics").await;
        }
        refused.status == 429
    })
    .await;
    assert!(refused.problem(429)["type"] == "/problems/too-many");
    assert!(refused.header("retry-after").is_some());
    for path in ["/healthz", "/readyz", "/api/orders"] {
        assert_eq!(instance.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_can_have_their_own_address() {
    let instance = Market::embedded()
        .with("METRICS_ADDR", "127.0.0.1:0")
        .open()
        .await;
    let said = instance.said();
    let (_, address) = said.split_once("metrics on ").unwrap();
    let address = address.lines().next().unwrap().trim();
    let text = instance
        .http
        .get(address)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        Exposition::read(&text)
            .value(
                "pizza_build_info",
                &[("version", env!("CARGO_PKG_VERSION"))]
            )
            .is_some()
    );
    assert_eq!(instance.get("/metrics").await.status, 404);
    let elsewhere = instance
        .http
        .get(address.replace("/metrics", "/api/orders"));
    assert_eq!(elsewhere.send().await.unwrap().status(), 404);
}
