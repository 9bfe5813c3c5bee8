//! A step that is taken back.

use crate::support::{Instance, Market};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_recall_leads_one_step_back,
    from_any_other_status_it_is_refused,
    a_late_duplicate_of_a_step_turns_nothing_back,
    of_several_recalls_at_once_one_wins,
    an_order_goes_on_after_a_recall,
}

/// Where a recall leads to from each status that has one.
const BACK: [(&str, &str); 4] = [
    ("preparing", "customer_accepted"),
    ("ready", "preparing"),
    ("dispatched", "ready"),
    ("in_transit", "dispatched"),
];

async fn recall(market: &Instance, path: &str) -> crate::support::Answer {
    let request = market.request(Method::POST, &format!("{path}/recall"));
    market.send(request).await
}

async fn a_recall_leads_one_step_back(market: Market) {
    let market = market.open().await;
    for (from, to) in BACK {
        let path = market.order_in(from).await;
        let before = market.get(&path).await.json();
        let mut socket = market.follow().await;
        let answer = recall(&market, &path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let version = before["version"].as_u64().unwrap() + 1;
        assert_eq!(answer.header("etag"), Some(&*format!("\"{version}\"")));
        let after = answer.json();
        let mut expected = before.clone();
        for changed in ["updated_at", "times"] {
            expected[changed] = after[changed].clone();
        }
        (expected["status"], expected["version"]) = (json!(to), json!(version));
        if from == "dispatched" {
            expected["driver_name"] = Value::Null;
        }
        assert_eq!(after, expected);
        assert_eq!(after["times"][to], after["updated_at"]);
        assert_eq!(after["times"][from], before["times"][from]);
        let last = format!(
            "\"{to}\":{}}},\"customer_id\":null,\"driver_id\":null,\"restaurant_id\":null,\"cancellation\":null,\"basket\":null}}",
            after["updated_at"]
        );
        assert!(answer.text.ends_with(&last), "{}", answer.text);

        let event = socket.event().await;
        assert_eq!(event["event_type"], format!("order.{to}"));
        assert_eq!(event["order"], after);
        let history = market.get(&format!("{path}/events")).await.json();
        assert_eq!(history.as_array().unwrap().last(), Some(&event));
    }
}

async fn from_any_other_status_it_is_refused(market: Market) {
    let market = market.open().await;
    for (from, possible) in [
        (
            "pending_supplier",
            "supplier_accepted, supplier_rejected or cancelled",
        ),
        ("supplier_accepted", "customer_accepted or cancelled"),
        ("customer_accepted", "preparing or cancelled"),
        ("supplier_rejected", "final"),
        ("delivered", "final"),
        ("cancelled", "final"),
    ] {
        let path = market.order_in(from).await;
        let before = market.get(&path).await.json();
        let problem = recall(&market, &path).await.problem(409);
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(from) && detail.contains(possible),
            "{detail}"
        );
        assert_eq!(market.get(&path).await.json(), before);
    }
    let nowhere = "/api/orders/0198c0de-1234-7abc-8def-0123456789ab";
    recall(&market, nowhere).await.problem(404);
    let path = market.order_in("ready").await;
    let unknown = market
        .post(&format!("{path}/recall"), &json!({"status": "ready"}))
        .await;
    assert_eq!(unknown.faults(), ["status"]);
}

async fn a_late_duplicate_of_a_step_turns_nothing_back(market: Market) {
    let market = market.open().await;
    let path = market.order_in("ready").await;
    let duplicate = market
        .post(&format!("{path}/status"), &json!({"status": "preparing"}))
        .await;
    duplicate.problem(409);
    assert_eq!(market.get(&path).await.json()["status"], "ready");
}

async fn of_several_recalls_at_once_one_wins(market: Market) {
    let market = market.open().await;
    let path = market.order_in("in_transit").await;
    let version = market.get(&path).await.header("etag").unwrap().to_owned();
    let attempts = (0..16).map(|_| {
        let request = market.request(Method::POST, &format!("{path}/recall"));
        market.send(request.header("if-match", &version))
    });
    let mut answers: Vec<_> = join_all(attempts).await.iter().map(|a| a.status).collect();
    answers.sort_unstable();
    assert_eq!(answers[0], 200);
    assert!(
        answers[1..].iter().all(|status| *status == 412),
        "{answers:?}"
    );
    assert_eq!(market.get(&path).await.json()["status"], "dispatched");
}

async fn an_order_goes_on_after_a_recall(market: Market) {
    let market = market.open().await;
    let path = market.order_in("in_transit").await;
    for expected in ["dispatched", "ready", "preparing", "customer_accepted"] {
        assert_eq!(recall(&market, &path).await.json()["status"], expected);
    }
    for (call, body) in [
        ("status", json!({"status": "preparing"})),
        ("status", json!({"status": "ready"})),
        ("dispatch", json!({"driver_name": "Mia"})),
        ("status", json!({"status": "in_transit"})),
        ("status", json!({"status": "delivered"})),
    ] {
        market.done(&format!("{path}/{call}"), &body).await;
    }
    let order = market.get(&path).await.json();
    assert_eq!(
        (&order["driver_name"], &order["version"]),
        (&json!("Mia"), &json!(16))
    );
}
