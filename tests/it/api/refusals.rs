//! Everything that is refused: the status, the problem, the field. And that it changes nothing.

use crate::support::world::{Answer, Instance, Market, SOON, offer};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

crate::on_both_engines! {
    what_is_not_valid_names_the_field,
    moves_that_the_lifecycle_refuses,
    of_many_identical_moves_one_wins,
}

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

async fn what_is_not_valid_names_the_field(market: Market) {
    let market = market.open().await;
    let path = market.order_in("ready").await;
    let before = market.get(&path).await.json();
    let long = "x".repeat(501);

    // Offers: one value changed, the field that is named.
    for (field, bad) in [
        ("supplier_name", json!("")),
        ("supplier_name", json!("  ")),
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

    // Actions, by query and by body.
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
        ("dispatch?driver_name=", "driver_name"),
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

    // Bodies that are no JSON object.
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

    // Ids, paths, methods, sizes, types.
    for id in ["abc", "123", "%ff", "01980000-0000-7000-8000-00000000000g"] {
        assert_eq!(
            market.get(&format!("/api/orders/{id}")).await.faults(),
            ["id"]
        );
    }
    let unknown = "/api/orders/01980000-0000-7000-8000-000000000000";
    market.get(unknown).await.problem(404);
    market.get(&format!("{unknown}/events")).await.problem(404);
    market
        .post(
            &format!("{unknown}/dispatch"),
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

    // The first of several: 413, 415, 422, 404, 409.
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
        &format!("{unknown}/dispatch"),
        "application/json",
        "{}",
    )
    .await
    .problem(422);
    market
        .post(&format!("{unknown}/status"), &json!({"status": "ready"}))
        .await
        .problem(404);

    // Nothing of all this has changed anything; and refusals can be read from pages on the list.
    assert_eq!(market.get(&path).await.json(), before);
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
}

async fn moves_that_the_lifecycle_refuses(market: Market) {
    let market = market.open().await;
    let calls = [
        ("supplier_accepted", "supplier-respond?accept=true"),
        ("supplier_rejected", "supplier-respond?accept=false"),
        (
            "customer_accepted",
            "customer-accept?customer_name=A&delivery_address=B",
        ),
        ("preparing", "status?status=preparing"),
        ("ready", "status?status=ready"),
        ("dispatched", "dispatch?driver_name=J"),
        ("in_transit", "status?status=in_transit"),
        ("delivered", "status?status=delivered"),
        ("cancelled", "status?status=cancelled"),
    ];
    // What the contract allows; everything else is 409 and names both.
    let allowed = |from: &str| -> &[&str] {
        match from {
            "pending_supplier" => &["supplier_accepted", "supplier_rejected", "cancelled"],
            "supplier_accepted" => &["customer_accepted", "cancelled"],
            "customer_accepted" => &["preparing", "cancelled"],
            "preparing" => &["ready", "cancelled"],
            "ready" => &["dispatched", "cancelled"],
            "dispatched" => &["in_transit"],
            "in_transit" => &["delivered"],
            _ => &[],
        }
    };
    for from in calls
        .iter()
        .map(|(status, _)| *status)
        .chain(["pending_supplier"])
    {
        let path = market.order_in(from).await;
        let before = market.get(&path).await.json();
        assert_eq!(before["status"], from);
        for (to, call) in calls.iter().filter(|(to, _)| !allowed(from).contains(to)) {
            let answer = market
                .send(market.request(Method::POST, &format!("{path}/{call}")))
                .await;
            let detail = answer.problem(409)["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(from), "{from} to {to}: {detail}");
            for possible in allowed(from) {
                assert!(detail.contains(possible), "{from} to {to}: {detail}");
            }
        }
        assert_eq!(market.get(&path).await.json(), before);
        for to in allowed(from) {
            let path = market.order_in(from).await;
            let (_, call) = calls.iter().find(|(status, _)| status == to).unwrap();
            let answer = market
                .send(market.request(Method::POST, &format!("{path}/{call}")))
                .await;
            assert_eq!((answer.status, &answer.json()["status"]), (200, &json!(to)));
        }
    }
}

async fn of_many_identical_moves_one_wins(market: Market) {
    let market = market.open().await;
    let path = market.order_in("supplier_accepted").await;
    let attempts = (0..32).map(|n| {
        let request = market.request(Method::POST, &format!("{path}/customer-accept"));
        let body =
            json!({"customer_name": format!("Customer {n}"), "delivery_address": "Kurze Gasse 1"});
        market.send(request.json(&body))
    });
    let answers = futures::future::join_all(attempts).await;
    let won: Vec<Value> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .map(Answer::json)
        .collect();
    assert_eq!(won.len(), 1);
    assert!(
        answers
            .iter()
            .all(|answer| [200, 409].contains(&answer.status))
    );
    assert_eq!(market.get(&path).await.json(), won[0]);
    assert_eq!(
        market
            .get(&format!("{path}/events"))
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_told_when_to_come_back() {
    let market = Market::embedded().with("RATE_LIMIT", "5").open().await;
    let answers = futures::future::join_all((0..60).map(|_| market.get("/api/orders"))).await;
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status != 200)
        .collect();
    assert!(
        !refused.is_empty() && refused.len() <= 40,
        "{}",
        refused.len()
    );
    for answer in refused {
        answer.problem(429);
        assert!(
            answer
                .header("retry-after")
                .unwrap()
                .parse::<u64>()
                .unwrap()
                >= 1
        );
    }
    assert_eq!(market.get("/healthz").await.status, 200);
}

/// Each connection is a file, and there are only so many.
#[tokio::test(flavor = "multi_thread")]
async fn who_falls_silent_is_hung_up_on() {
    let market = Market::embedded().open().await;
    let address = market.url.strip_prefix("http://").unwrap();
    let post = |path: &str, kind: &str| {
        let headers = format!("host: {address}\r\ncontent-type: {kind}\r\ncontent-length: 50");
        format!("POST {path} HTTP/1.1\r\n{headers}\r\n\r\n{{")
    };
    let form = "application/x-www-form-urlencoded";
    let silent = [
        (String::new(), ""),
        ("GET / HT".to_owned(), ""),
        ("PRI * HTT".to_owned(), ""),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), ""),
        (post("/api/orders", "application/json"), "HTTP/1.1 422 "),
        (post("/act/respond", form), "HTTP/1.1 422 "),
        (post("/nothing", form), "HTTP/1.1 404 "),
    ];
    join_all(silent.map(async |(says, answer)| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(says.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        let end = timeout(SOON, stream.read_to_end(&mut heard)).await;
        let heard = String::from_utf8_lossy(&heard);
        assert!(end.is_ok(), "{says:?} is waited for: {heard}");
        assert!(heard.starts_with(answer), "{says:?}: {heard}");
    }))
    .await;
}
