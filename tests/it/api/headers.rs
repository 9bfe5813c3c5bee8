//! What answers tell browsers and caches: what they may not do with them, and for how long they keep them.

use crate::support::{Answer, Instance, Market, free_port};
use reqwest::Method;

const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";
const PRIVATE: &str = "private, no-cache, no-transform";

fn assert_shut(answer: &Answer, path: &str) {
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{path}: {name}");
    }
    let permissions = answer.header("permissions-policy").unwrap();
    let parts: Vec<_> = permissions.split(", ").collect();
    for own in [
        "autoplay",
        "clipboard-write",
        "fullscreen",
        "screen-wake-lock",
    ] {
        assert!(parts.contains(&&*format!("{own}=(self)")), "{path}: {own}");
    }
    let off = parts.iter().filter(|part| part.ends_with("=()")).count();
    assert_eq!(off, parts.len() - 4, "{path}: {permissions}");
    for off in [
        "camera=()",
        "geolocation=()",
        "microphone=()",
        "payment=()",
        "usb=()",
    ] {
        assert!(parts.contains(&off), "{path}: {off}");
    }
}

async fn answers(market: &Instance, paths: &[&str]) -> Vec<(String, Answer)> {
    let mut answers = Vec::new();
    for path in paths {
        answers.push(((*path).to_owned(), market.get(path).await));
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_shut() {
    let market = Market::embedded().open().await;
    let order = market.offer("Diavola").await;
    let pages = ["/", "/supplier", "/orders", "/nowhere", "/docs"];
    for (path, page) in answers(&market, &pages).await {
        assert_shut(&page, &path);
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert_eq!(page.header("strict-transport-security"), None);
    }
    let events = format!("{order}/events");
    let others = [
        &*order,
        &events,
        "/api/orders",
        "/api/v1/openapi.json",
        "/api/nowhere",
        "/api/orders/x",
        "/act/board",
        "/orders.csv",
        "/pizza.svg?slots=9&recipe=1&name=Diavola",
        "/pizza.svg",
        "/pkg/pizza-market.css",
        "/manifest.webmanifest",
        "/docs/docs.css",
        "/docs/nothing",
        "/healthz",
        "/readyz",
        "/metrics",
        "/ws",
    ];
    for (path, answer) in answers(&market, &others).await {
        assert_shut(&answer, &path);
        assert_eq!(
            answer.header("content-security-policy"),
            Some(NO_PAGE),
            "{path}"
        );
    }
    let foreign = market
        .request(Method::POST, "/api/orders")
        .header("origin", "https://evil.example");
    let foreign = market.send(foreign).await;
    assert_shut(&foreign, "a foreign origin");
    assert_eq!(foreign.header("content-security-policy"), Some(NO_PAGE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_of_https_says_so_to_browsers() {
    for (origin, hsts) in [
        ("https://127.0.0.1", Some("max-age=31536000")),
        ("http://127.0.0.1", None),
    ] {
        let market = Market::embedded().with("SITE_ORIGIN", origin).open().await;
        for path in ["/", "/api/orders", "/brand.svg", "/healthz"] {
            let answer = market.get(path).await;
            assert_eq!(
                answer.header("strict-transport-security"),
                hsts,
                "{origin}{path}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_of_an_own_address_are_shut_too() {
    let address = format!("127.0.0.1:{}", free_port());
    let market = Market::embedded().with("METRICS_ADDR", &address);
    let market = market.with("SITE_ORIGIN", "https://127.0.0.1").open().await;
    let response = market
        .http
        .get(format!("{}://{address}/metrics", market.scheme()))
        .send()
        .await
        .unwrap();
    let answer = Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: String::new(),
    };
    assert_eq!(answer.status, 200);
    assert_shut(&answer, "METRICS_ADDR");
    assert_eq!(answer.header("content-security-policy"), Some(NO_PAGE));
    assert!(answer.header("strict-transport-security").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_stay_in_no_shared_cache_and_are_not_transformed() {
    let market = Market::embedded().open().await;
    let order = market.offer("Diavola").await;
    let events = format!("{order}/events");
    let private = [
        &*order,
        &events,
        "/api/orders",
        "/api/v1/orders",
        "/api/orders/x",
        "/act/board",
    ];
    for (path, answer) in answers(&market, &private).await {
        assert_eq!(answer.header("cache-control"), Some(PRIVATE), "{path}");
    }
    let known = market
        .request(Method::GET, &order)
        .header("if-none-match", "\"1\"");
    let known = market.send(known).await;
    assert_eq!(
        (known.status, known.header("cache-control")),
        (304, Some(PRIVATE))
    );
    let accepted = market.request(Method::POST, &format!("{order}/supplier-respond"));
    let accepted = market
        .send(accepted.json(&serde_json::json!({"accept": true})))
        .await;
    assert_eq!(
        (accepted.status, accepted.header("cache-control")),
        (200, Some(PRIVATE))
    );
    let csv = market.get("/orders.csv").await;
    let csv = csv.header("cache-control").unwrap();
    assert!(
        csv.starts_with(PRIVATE) && csv.ends_with("no-store"),
        "{csv}"
    );
    let id = order.rsplit('/').next().unwrap();
    for (path, kept) in [
        (format!("/orders/{id}"), "no-store"),
        (format!("/customer/{id}"), "no-store"),
        ("/orders".to_owned(), "private, no-cache"),
        ("/dispatch".to_owned(), "private, no-cache"),
    ] {
        assert_eq!(
            market.get(&path).await.header("cache-control"),
            Some(kept),
            "{path}"
        );
    }
    // The description is the same for everybody.
    let description = market.get("/api/v1/openapi.json").await;
    assert_eq!(
        description.header("cache-control"),
        Some("no-cache, no-transform")
    );
}
