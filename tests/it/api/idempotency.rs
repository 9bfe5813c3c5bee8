//! Requests with a key act once: sent again, at the same time, elsewhere, or after the server has gone.

use crate::support::{Answer, Instance, Market, day, offer, until};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_repeated_request_gets_the_first_response,
    a_repeated_request_gets_the_first_refusal,
    a_key_belongs_to_one_request,
    concurrent_requests_with_one_key_act_once,
    a_key_survives_a_kill,
    a_form_acts_once,
}

async fn send(market: &Instance, path: &str, key: &str, body: &Value) -> Answer {
    let request = market.request(Method::POST, path).json(body);
    market.send(request.header("idempotency-key", key)).await
}

async fn a_repeated_request_gets_the_first_response(market: Market) {
    let market = market.open().await;
    let first = send(&market, "/api/orders", "one", &offer("Diavola")).await;
    assert_eq!(
        (first.status, first.header("idempotent-replayed")),
        (201, None)
    );
    let path = first.header("location").unwrap().to_owned();
    for (_, call, body) in day() {
        let path = format!("{path}/{call}");
        let key = format!("{call} {body}").replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let done = send(&market, &path, &key, &body).await;
        let again = send(&market, &path, &key, &body).await;
        assert_eq!(
            (done.status, done.header("idempotent-replayed")),
            (200, None)
        );
        assert_eq!((again.status, &again.text), (200, &done.text));
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.header("etag"), done.header("etag"));
    }
    // However the order has moved on: the first answer.
    let again = send(&market, "/api/orders", "one", &offer("Diavola")).await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("location"), Some(&*path));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(market.orders().await.len(), 1);
    let events = market.get(&format!("{path}/events")).await.json();
    assert_eq!(events.as_array().unwrap().len(), 8);
}

async fn a_repeated_request_gets_the_first_refusal(market: Market) {
    let market = market.open().await;
    let path = market.offer("Diavola").await;
    let status = format!("{path}/status");
    let early = send(&market, &status, "early", &json!({"status": "ready"})).await;
    early.problem(409);
    let stale = |key: &'static str| {
        let request = market
            .request(Method::POST, &status)
            .json(&json!({"status": "cancelled"}));
        request
            .header("idempotency-key", key)
            .header("if-match", "\"7\"")
    };
    market.send(stale("stale")).await.problem(412);
    // What is refused before the order is looked at is not kept.
    send(&market, &status, "later", &json!({"status": "burnt"}))
        .await
        .problem(422);
    let nobody = "/api/orders/01900000-0000-7000-8000-000000000000/status";
    send(&market, nobody, "nobody", &json!({"status": "ready"}))
        .await
        .problem(404);

    for (_, call, body) in &day()[..3] {
        market.done(&format!("{path}/{call}"), body).await;
    }
    let again = send(&market, &status, "early", &json!({"status": "ready"})).await;
    assert_eq!((again.status, &again.text), (409, &early.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    market.send(stale("stale")).await.problem(412);
    assert_eq!(
        send(&market, &status, "later", &json!({"status": "ready"}))
            .await
            .status,
        200
    );
}

async fn a_key_belongs_to_one_request(market: Market) {
    let market = market.open().await;
    let path = market.order_in("supplier_accepted").await;
    send(&market, "/api/orders", "mine", &offer("Diavola")).await;
    let take = json!({"customer_name": "Ana", "delivery_address": "Kurze Gasse 1"});
    let take_path = format!("{path}/customer-accept");
    let nobody = "/api/orders/01900000-0000-7000-8000-000000000000/customer-accept";
    for (path, body) in [
        ("/api/orders", &offer("Margherita")),
        ("/api/orders?markup_percentage=30", &offer("Diavola")),
        (&take_path, &take),
        (nobody, &take),
    ] {
        let answer = send(&market, path, "mine", body).await;
        assert_eq!(answer.faults(), ["Idempotency-Key"], "{path}");
    }
    assert_eq!(
        market.get(&path).await.json()["status"],
        "supplier_accepted"
    );
    for key in ["", "two words", "\u{e4}", &"x".repeat(256)] {
        let answer = send(&market, "/api/orders", key, &offer("Diavola")).await;
        assert_eq!(answer.faults(), ["Idempotency-Key"], "{key:?}");
    }
    assert_eq!(
        send(&market, "/api/orders", &"~".repeat(255), &offer("Diavola"))
            .await
            .status,
        201
    );
    let twice = market
        .request(Method::POST, "/api/orders")
        .json(&offer("Diavola"));
    let twice = twice
        .header("idempotency-key", "a")
        .header("idempotency-key", "b");
    assert_eq!(market.send(twice).await.faults(), ["Idempotency-Key"]);
}

async fn concurrent_requests_with_one_key_act_once(market: Market) {
    let market = market.open().await;
    let pizza = offer("Diavola");
    let sent = (0..32).map(|_| send(&market, "/api/orders", "rush", &pizza));
    let answers = futures::future::join_all(sent).await;
    assert!(
        answers
            .iter()
            .all(|a| (a.status, &a.text) == (201, &answers[0].text))
    );
    let first = answers
        .iter()
        .filter(|a| a.header("idempotent-replayed").is_none());
    assert_eq!(first.count(), 1);
    assert_eq!(market.orders().await.len(), 1);
}

async fn a_key_survives_a_kill(market: Market) {
    let mut instance = market.open().await;
    let first = send(&instance, "/api/orders", "kept", &offer("Diavola")).await;
    instance.kill();
    let instance = market.open().await;
    let again = send(&instance, "/api/orders", "kept", &offer("Diavola")).await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
}

async fn a_form_acts_once(market: Market) {
    let market = market.open().await;
    let post = |key: &'static str, pizza: &'static str| {
        let body = format!(
            "supplier_name=S&pizza_name={pizza}&supplier_price=9&markup_percentage=30&key={key}"
        );
        let request = market.request(Method::POST, "/act/offer").body(body);
        market.send(request.header("content-type", "application/x-www-form-urlencoded"))
    };
    let first = post("k1", "Diavola").await;
    let again = post("k1", "Diavola").await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    assert_eq!(post("k1", "Hawaii").await.status, 422);
    assert_eq!(market.orders().await.len(), 1);
    assert_eq!(post("k2", "Diavola").await.status, 200);
    assert_eq!(market.orders().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_on_two_instances_acts_once() {
    let market = Market::redis();
    let (one, other) = (market.open().await, market.open().await);
    for round in 0..20 {
        let key = format!("round-{round}");
        let pizza = offer(&key);
        let (a, b) = tokio::join!(
            send(&one, "/api/orders", &key, &pizza),
            send(&other, "/api/orders", &key, &pizza)
        );
        assert_eq!((a.status, &a.text), (b.status, &b.text));
    }
    until(async || other.orders().await.len() == 20).await;
}
