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

/// Whatever refuses a request, before or inside the router.
#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_complete() {
    let market = Market::embedded().open().await;
    let ask = |method, path| market.request(method, path);
    let limited = Market::embedded().with("RATE_LIMIT", "1").open().await;
    let mut refusals = vec![
        (
            421,
            ask(Method::GET, "/api/orders").header("host", "evil.example"),
        ),
        (
            403,
            ask(Method::POST, "/api/orders").header("origin", "https://evil.example"),
        ),
        (
            413,
            ask(Method::POST, "/api/orders").body(vec![b' '; 70_000]),
        ),
        (
            413,
            ask(Method::POST, "/act/offer").body(vec![b' '; 70_000]),
        ),
        (405, ask(Method::DELETE, "/api/orders")),
        (404, ask(Method::GET, "/api/nothing")),
        (404, ask(Method::POST, "/nowhere")),
        (405, ask(Method::POST, "/supplier")),
        (422, ask(Method::GET, "/ws?since=x")),
    ];
    refusals.extend((0..9).map(|_| (429, limited.request(Method::GET, "/api/orders"))));
    let mut rejected = 0;
    for (status, request) in refusals {
        let answer = market.send(request).await;
        if answer.status == 200 && status == 429 {
            continue;
        }
        rejected += 1;
        answer.problem(status);
        assert_shut(&answer, &status.to_string());
        let policy = answer.header("content-security-policy");
        assert_eq!(policy, Some(NO_PAGE), "{status}");
        assert_eq!(answer.header("cache-control"), Some(PRIVATE), "{status}");
        let id = answer.header("x-request-id").unwrap();
        assert_eq!(id.len(), 36, "{status}: {id}");
        // A page of a host that is not ours reads nothing.
        let exposed = answer.header("access-control-expose-headers");
        assert_eq!(exposed.is_some(), status != 421, "{status}");
    }
    assert!(rejected > 9, "the rate limit let all pass");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_listed_origin_may_ask_and_read() {
    let market = Market::embedded().open().await;
    let vary = "origin, access-control-request-method, access-control-request-headers";
    for (origin, allowed) in [
        ("http://localhost:5173", Some("http://localhost:5173")),
        ("https://evil.example", None),
    ] {
        let ask = |method| {
            let request = market.request(method, "/api/orders");
            market.send(request.header("origin", origin))
        };
        let question = ask(Method::OPTIONS).await;
        assert_eq!((question.status, &*question.text), (200, ""));
        for (name, value) in [
            ("access-control-allow-origin", allowed),
            ("access-control-allow-methods", Some("GET,POST,PUT,DELETE")),
            (
                "access-control-allow-headers",
                Some(
                    "content-type,if-match,if-none-match,idempotency-key,traceparent,tracestate,x-request-id",
                ),
            ),
            ("access-control-max-age", Some("600")),
            ("access-control-expose-headers", None),
            ("vary", Some(vary)),
        ] {
            assert_eq!(question.header(name), value, "{origin}: {name}");
        }
        let answer = ask(Method::GET).await;
        let exposed =
            "etag,link,location,retry-after,last-event-id,idempotent-replayed,x-request-id";
        for (name, value) in [
            ("access-control-allow-origin", allowed),
            ("access-control-allow-methods", None),
            ("access-control-expose-headers", Some(exposed)),
            ("vary", Some(vary)),
        ] {
            assert_eq!(answer.header(name), value, "{origin}: {name}");
        }
    }
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
