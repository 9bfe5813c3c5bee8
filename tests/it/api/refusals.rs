//! Valid requests that are refused: by the lifecycle, in a race, by the rate limit, by a timeout.

use crate::support::{Market, SOON, only_success, tls};
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

crate::on_both_engines! {
    transitions_that_the_lifecycle_refuses_are_409,
    of_concurrent_identical_commands_one_succeeds,
}

async fn transitions_that_the_lifecycle_refuses_are_409(market: Market) {
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

async fn of_concurrent_identical_commands_one_succeeds(market: Market) {
    let market = market.open().await;
    let path = market.order_in("supplier_accepted").await;
    let attempts = (0..32).map(|n| {
        let request = market.request(Method::POST, &format!("{path}/customer-accept"));
        let body =
            json!({"customer_name": format!("Customer {n}"), "delivery_address": "Kurze Gasse 1"});
        market.send(request.json(&body))
    });
    let answers = futures::future::join_all(attempts).await;
    let won = only_success(&answers);
    assert!(
        answers
            .iter()
            .all(|answer| [200, 409].contains(&answer.status))
    );
    assert_eq!(market.get(&path).await.json(), won);
    assert_eq!(market.history(&path).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_get_429_with_retry_after() {
    let market = Market::embedded().with("RATE_LIMIT", "5").open().await;
    // One more is for the description, which each answer is compared with.
    let answers = futures::future::join_all((0..60).map(|_| market.get("/api/orders"))).await;
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status != 200)
        .collect();
    assert!(
        !refused.is_empty() && refused.len() <= 41,
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
async fn idle_connections_are_closed() {
    let market = Market::embedded().open().await;
    let address = market.address();
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
        let mut stream = tls::connect(&market.url).await;
        stream.write_all(says.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        let end = timeout(SOON, stream.read_to_end(&mut heard)).await;
        let heard = String::from_utf8_lossy(&heard);
        assert!(end.is_ok(), "{says:?} is waited for: {heard}");
        assert!(heard.starts_with(answer), "{says:?}: {heard}");
    }))
    .await;
}
