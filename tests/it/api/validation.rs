//! Requests that are not valid: the status, the problem, the field. And that nothing changes.

use crate::support::{Answer, Instance, Market, offer};
use reqwest::Method;
use serde_json::json;

crate::on_both_engines! {
    invalid_offers_name_the_field,
    invalid_parameters_name_the_field,
    invalid_json_is_refused,
    unknown_ids_paths_and_methods_are_refused,
    content_types_and_sizes_are_limited,
    of_several_refusals_the_first_is_answered,
    refusals_are_readable_from_allowed_origins,
}

/// An order that is not there.
const UNKNOWN: &str = "/api/orders/01980000-0000-7000-8000-000000000000";

async fn raw(
    market: &Instance,
    path: &str,
    content_type: &str,
    body: impl Into<reqwest::Body>,
) -> Answer {
    market
        .send(
            market
                .request(Method::POST, path)
                .header("content-type", content_type)
                .body(body),
        )
        .await
}

async fn invalid_offers_name_the_field(market: Market) {
    let market = market.open().await;
    let before = market.get("/api/orders").await.json();
    for (field, bad) in [
        ("supplier_name", json!("")),
        ("supplier_name", json!("  ")),
        ("supplier_name", json!("\u{200b}\u{200e}")),
        ("pizza_name", json!("\u{2060} \u{feff}")),
        ("supplier_name", json!(null)),
        ("supplier_name", json!(1)),
        ("pizza_name", json!("x".repeat(101))),
        ("pizza_name", json!("a\nb")),
        ("pizza_name", json!("a\u{7}b")),
        ("pizza_name", json!("a\u{9b}b")),
        ("pizza_name", json!(["Diavola"])),
        ("supplier_price", json!(0)),
        ("supplier_price", json!(-1)),
        ("supplier_price", json!(10000.01)),
        ("supplier_price", json!(9.999)),
        ("supplier_price", json!("9.50")),
        ("supplier_price", json!(true)),
        ("supplier_price", json!(null)),
        ("markup_percentage", json!(-0.01)),
        ("markup_percentage", json!(1000.01)),
        ("markup_percentage", json!(12.345)),
        ("markup_percentage", json!("30")),
        ("colour", json!("red")),
        ("id", json!("x")),
    ] {
        let mut body = offer("Diavola");
        body[field] = bad.clone();
        assert_eq!(
            market.post("/api/orders", &body).await.faults(),
            [field],
            "{bad}"
        );
    }
    let missing = market.post("/api/orders", &json!({})).await.faults();
    assert_eq!(missing, ["pizza_name", "supplier_name", "supplier_price"]);
    assert_eq!(market.get("/api/orders").await.json(), before);
}

/// Each call, by query and by body.
async fn invalid_parameters_name_the_field(market: Market) {
    let market = market.open().await;
    let path = market.order_in("ready").await;
    let before = market.get(&path).await.json();
    let long = "x".repeat(501);
    for (call, field) in [
        ("supplier-respond", "accept"),
        ("supplier-respond?accept=maybe", "accept"),
        ("supplier-respond?accept=True", "accept"),
        (
            "supplier-respond?accept=true&estimated_time=0",
            "estimated_time",
        ),
        (
            "supplier-respond?accept=true&estimated_time=1441",
            "estimated_time",
        ),
        (
            "supplier-respond?accept=true&estimated_time=25.5",
            "estimated_time",
        ),
        (
            "supplier-respond?accept=true&estimated_time=",
            "estimated_time",
        ),
        (
            "supplier-respond?accept=false&estimated_time=5",
            "estimated_time",
        ),
        ("supplier-respond?accept=true&accept=true", "accept"),
        ("supplier-respond?accept=true&note=x", "note"),
        ("supplier-respond?accept=true&notes=%ff", "notes"),
        (
            &format!("supplier-respond?accept=true&notes={long}"),
            "notes",
        ),
        ("customer-accept?customer_name=Ana", "delivery_address"),
        (
            "customer-accept?customer_name=%20&delivery_address=x",
            "customer_name",
        ),
        (
            "customer-accept?customer_name=Ana&delivery_address=%E2%80%8B",
            "delivery_address",
        ),
        ("dispatch?driver_name=", "driver_name"),
        ("dispatch?driver_name=%E2%80%8F", "driver_name"),
        ("status", "status"),
        ("status?status=eaten", "status"),
        ("status?status=pending_supplier", "status"),
        ("status?status=supplier_accepted", "status"),
        ("status?status=customer_accepted", "status"),
        ("status?status=dispatched", "status"),
    ] {
        let answer = market
            .send(market.request(Method::POST, &format!("{path}/{call}")))
            .await;
        assert_eq!(answer.faults(), [field], "{call}");
    }
    let named = market
        .post(&format!("{path}/status"), &json!({"status": "dispatched"}))
        .await
        .problem(422);
    assert!(
        named["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("/dispatch")
    );
    let twice = market
        .post(
            &format!("{path}/dispatch?driver_name=A"),
            &json!({"driver_name": "A"}),
        )
        .await;
    assert_eq!(twice.faults(), ["driver_name"]);
    assert_eq!(market.get(&path).await.json(), before);
}

async fn invalid_json_is_refused(market: Market) {
    let market = market.open().await;
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"a\":1,}",
        "{\"supplier_name\":\"\\ud800\"}",
        "{} {}",
    ] {
        assert!(
            !raw(&market, "/api/orders", "application/json", body)
                .await
                .faults()
                .is_empty(),
            "{body}"
        );
    }
    let twice = r#"{"supplier_name":"a","supplier_name":"b","pizza_name":"c","supplier_price":1}"#;
    assert_eq!(
        raw(&market, "/api/orders", "application/json", twice)
            .await
            .faults(),
        ["supplier_name"]
    );
    raw(
        &market,
        "/api/orders",
        "application/json",
        vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}'],
    )
    .await
    .problem(422);
    let marked = |mark: &[u8]| [mark, offer("Diavola").to_string().as_bytes()].concat();
    for mark in [&[0xef, 0xbb, 0xbf][..], &[0xff, 0xfe], &[0xfe, 0xff]] {
        let answer = raw(&market, "/api/orders", "application/json", marked(mark)).await;
        let problem = answer.problem(422);
        let message = problem["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("byte-order mark"), "{message}");
    }
    raw(
        &market,
        "/api/orders",
        "application/json",
        "[".repeat(10_000),
    )
    .await
    .problem(422);
    let nearly =
        r#"{"supplier_name":"S","pizza_name":"P","supplier_price":9.000000000000000000001}"#;
    assert_eq!(
        raw(&market, "/api/orders", "application/json", nearly)
            .await
            .faults(),
        ["supplier_price"]
    );
    assert_eq!(market.get("/api/orders").await.json(), json!([]));
}

async fn unknown_ids_paths_and_methods_are_refused(market: Market) {
    let market = market.open().await;
    let path = market.order_in("ready").await;
    for id in ["abc", "123", "%ff", "01980000-0000-7000-8000-00000000000g"] {
        assert_eq!(
            market.get(&format!("/api/orders/{id}")).await.faults(),
            ["id"]
        );
    }
    market.get(UNKNOWN).await.problem(404);
    market.get(&format!("{UNKNOWN}/events")).await.problem(404);
    market
        .post(
            &format!("{UNKNOWN}/dispatch"),
            &json!({"driver_name": "Jonas"}),
        )
        .await
        .problem(404);
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/orders/",
        "/api/v1/nothing",
        "/api/orders/x/y/z",
        "/api/v2/orders",
    ] {
        market.get(path).await.problem(404);
    }
    for (method, path, allow) in [
        (Method::DELETE, "/api/orders", "GET"),
        (Method::PUT, &*path, "GET"),
        (Method::GET, &format!("{path}/dispatch"), "POST"),
        (Method::POST, "/healthz", "GET"),
    ] {
        let answer = market.send(market.request(method, path)).await;
        answer.problem(405);
        assert!(answer.header("allow").unwrap().contains(allow));
    }
}

async fn content_types_and_sizes_are_limited(market: Market) {
    let market = market.open().await;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/jsonx",
    ] {
        raw(&market, "/api/orders", content_type, offer("D").to_string())
            .await
            .problem(415);
    }
    let json = "Application/JSON; charset=utf-8";
    assert_eq!(
        raw(&market, "/api/orders", json, offer("D").to_string())
            .await
            .status,
        201
    );
    raw(
        &market,
        "/api/orders",
        "application/json",
        " ".repeat(64 * 1024 + 1),
    )
    .await
    .problem(413);
    raw(
        &market,
        "/api/orders",
        "application/json",
        vec![b' '; 3_000_000],
    )
    .await
    .problem(413);

    raw(
        &market,
        "/act/offer",
        "application/x-www-form-urlencoded",
        "x".repeat(70_000),
    )
    .await
    .problem(413);
}

/// 413, 415, 422, 404, 409, in this order.
async fn of_several_refusals_the_first_is_answered(market: Market) {
    let market = market.open().await;
    let path = market.order_in("ready").await;
    let before = market.get(&path).await.json();
    raw(
        &market,
        &format!("{path}/dispatch"),
        "text/plain",
        "x".repeat(70_000),
    )
    .await
    .problem(413);
    raw(&market, "/api/orders/abc/dispatch", "text/plain", "x")
        .await
        .problem(415);
    raw(
        &market,
        &format!("{UNKNOWN}/dispatch"),
        "application/json",
        "{}",
    )
    .await
    .problem(422);
    market
        .post(&format!("{UNKNOWN}/status"), &json!({"status": "ready"}))
        .await
        .problem(404);
    assert_eq!(market.get(&path).await.json(), before);
}

async fn refusals_are_readable_from_allowed_origins(market: Market) {
    let market = market.open().await;
    let path = market.order_in("ready").await;
    let before = market.get(&path).await.json();
    let request = market
        .request(Method::GET, "/api/nothing")
        .header("origin", "http://localhost:3000");
    let answer = market.send(request).await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("http://localhost:3000")
    );
    let foreign = market
        .request(Method::GET, "/api/orders")
        .header("origin", "https://evil.example");
    assert_eq!(
        market
            .send(foreign)
            .await
            .header("access-control-allow-origin"),
        None
    );
    let forged = market
        .request(Method::POST, &format!("{path}/status?status=cancelled"))
        .header("origin", "https://evil.example");
    market.send(forged).await.problem(403);
    assert_eq!(market.get(&path).await.json(), before);
}
