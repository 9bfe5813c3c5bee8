//! The calls that came with orders from a menu: on offers, and on an order that was made from one.

use crate::support::{Instance, Market, store::ask};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    an_end_says_why,
    offers_are_neither_delayed_nor_ticked,
}

async fn an_end_says_why(market: Market) {
    let market = market.open().await;
    for (call, body, code, notes) in [
        (
            "status",
            json!({"status": "cancelled"}),
            "other",
            Value::Null,
        ),
        ("cancel", json!({}), "other", Value::Null),
        ("cancel", json!({"reason": "closed"}), "closed", Value::Null),
        (
            "cancel",
            json!({"reason": "too_busy", "notes": "Oven broken"}),
            "too_busy",
            json!("Oven broken"),
        ),
        (
            "supplier-respond",
            json!({"accept": false, "reason": "sold_out"}),
            "sold_out",
            Value::Null,
        ),
        (
            "supplier-respond",
            json!({"accept": false}),
            "other",
            Value::Null,
        ),
    ] {
        let path = market.order_in("pending_supplier").await;
        let order = market.done(&format!("{path}/{call}"), &body).await;
        let ended = json!({"code": code, "by": null, "from": "pending_supplier"});
        assert_eq!(order["cancellation"], ended, "{call} {body}");
        assert_eq!(order["supplier_notes"], notes, "{call} {body}");
        assert_eq!(market.get(&path).await.json(), order);
    }
    let path = market.order_in("pending_supplier").await;
    for (call, body) in [
        ("cancel", json!({"reason": "no_answer"})),
        ("cancel", json!({"reason": "bored"})),
        (
            "supplier-respond",
            json!({"accept": true, "reason": "closed"}),
        ),
        ("supplier-respond", json!({"accept": false, "reason": 1})),
    ] {
        let refused = market.post(&format!("{path}/{call}"), &body).await;
        assert_eq!(refused.faults(), ["reason"], "{call} {body}");
    }
    let delivered = market.order_in("delivered").await;
    let refused = market
        .post(&format!("{delivered}/cancel"), &json!({}))
        .await;
    refused.problem(409);
}

async fn offers_are_neither_delayed_nor_ticked(market: Market) {
    let market = market.open().await;
    for status in ["customer_accepted", "preparing"] {
        let path = market.order_in(status).await;
        let before = market.get(&path).await.json();
        assert_eq!(
            (&before["basket"], &before["restaurant_id"]),
            (&Value::Null, &Value::Null)
        );
        for (call, body) in [
            ("delay", json!({"minutes": 10})),
            ("check", json!({"line": 0, "done": 1})),
        ] {
            let refused = market.post(&format!("{path}/{call}"), &body).await;
            let problem = refused.problem(409);
            assert_eq!(problem["type"], "/problems/refused");
        }
        for (call, query, faults) in [
            ("delay", "minutes=4", &["minutes"][..]),
            ("delay", "minutes=121", &["minutes"]),
            ("delay", "", &["minutes"]),
            ("check", "line=-1&done=100", &["line", "done"]),
            ("check", "line=0", &["done"]),
        ] {
            let request = market.request(Method::POST, &format!("{path}/{call}?{query}"));
            let mut found = market.send(request).await.faults();
            let mut faults = faults.to_vec();
            found.sort_unstable();
            faults.sort_unstable();
            assert_eq!(found, faults, "{call} {query}");
        }
        assert_eq!(market.get(&path).await.json(), before);
    }
}

/// An order from a menu, as a store has it, whose kitchen has until then to answer.
fn ordered(id: &str, answer_by: &str) -> String {
    let bill = json!({
        "goods": 30.0, "deposit": 0.5, "delivery": 2.0, "discount": 0.0, "tax_added": 0.0, "service": 3.25,
        "total": 35.75, "tip": 0.0, "to_pay": 35.75, "taxes": [], "mode": "included", "currency": "EUR",
    });
    let line = concat!(
        r#"{"item":"diavola","name":"Diavola","size":"Large","quantity":2,"half":null,"options":[],"without":[],"#,
        r#""note":null,"base":15.0,"unit":15.0,"total":30.0,"deposit":0.0,"pieces":1,"allergens":["milk"],"done":0}"#
    );
    // The members stand in the order of the contract, as a commit expects them.
    let fields = [
        "goods",
        "deposit",
        "delivery",
        "discount",
        "tax_added",
        "service",
        "total",
        "tip",
        "to_pay",
        "taxes",
        "mode",
        "currency",
    ];
    let bill: Vec<_> = fields
        .iter()
        .map(|field| format!("\"{field}\":{}", bill[field]))
        .collect();
    let bill = bill.join(",");
    format!(
        concat!(
            r#"{{"id":"{id}","supplier_name":"Bella Napoli","pizza_name":"2× Diavola","supplier_price":32.5,"#,
            r#""customer_price":35.75,"markup_percentage":10.0,"status":"customer_accepted","customer_name":"Ana","#,
            r#""delivery_address":"Kurze Gasse 1\n10115 Berlin","driver_name":null,"estimated_delivery_time":40,"#,
            r#""supplier_notes":null,"created_at":"2026-05-28T20:26:40.000Z","updated_at":"2026-05-28T20:26:40.000Z","#,
            r#""version":1,"times":{{"customer_accepted":"2026-05-28T20:26:40.000Z"}},"customer_id":null,"#,
            r#""driver_id":null,"restaurant_id":"0198c0de-0000-7abc-8def-000000009127","cancellation":null,"#,
            r#""basket":{{"lines":[{line}],"bill":{{{bill}}},"notes":null,"phone":"030 1234567","#,
            r#""place":{{"street":"Kurze Gasse 1","postcode":"10115","town":"Berlin","area":"Mitte","point":null}},"#,
            r#""promise":{{"from":"2026-05-28T20:46:40.000Z","to":"2026-05-28T21:06:40.000Z","asap":true}},"#,
            r#""kitchen_slots":["2026-05-28T20:15:00.000Z"],"answer_by":"{answer_by}","answered_at":null,"#,
            r#""menu_revision":7}}}}"#
        ),
        id = id,
        line = line,
        bill = bill,
        answer_by = answer_by,
    )
}

/// Stores an order as another instance would have.
async fn placed(market: &Market, instance: &Instance, number: u32, answer_by: &str) -> String {
    let id = format!("0198c0de-0000-7abc-8def-{number:012}");
    let order = ordered(&id, answer_by);
    ask::<()>(market, &["SET", &format!("order:{id}"), &order]);
    let path = format!("/api/orders/{id}");
    assert_eq!(instance.get(&path).await.text, order);
    path
}

const FUTURE: &str = "2099-01-01T00:00:00.000Z";
const PAST: &str = "2026-05-28T20:31:40.000Z";

#[tokio::test(flavor = "multi_thread")]
async fn an_order_from_a_menu_is_driven_by_the_calls_of_the_contract() {
    let market = Market::redis();
    let instance = market.open().await;
    let path = placed(&market, &instance, 1, FUTURE).await;
    let mut socket = instance.follow().await;
    let early = instance
        .post(&format!("{path}/delay"), &json!({"minutes": 10}))
        .await;
    early.problem(409);
    let take = json!({"customer_name": "Eva", "delivery_address": "Gasse 2"});
    let taken = instance
        .post(&format!("{path}/customer-accept"), &take)
        .await;
    let detail = taken.problem(409)["detail"].to_string();
    assert!(
        detail.contains("preparing, cancelled or supplier_rejected"),
        "{detail}"
    );
    let mut versions = 1;
    for (call, body, event, status) in [
        (
            "supplier-respond",
            json!({"accept": true, "estimated_time": 40, "notes": "Hot"}),
            "order.updated",
            "customer_accepted",
        ),
        (
            "delay",
            json!({"minutes": 10}),
            "order.updated",
            "customer_accepted",
        ),
        (
            "status",
            json!({"status": "preparing"}),
            "order.preparing",
            "preparing",
        ),
        (
            "check",
            json!({"line": 0, "done": 2}),
            "order.updated",
            "preparing",
        ),
        (
            "check",
            json!({"line": 0, "done": 1}),
            "order.updated",
            "preparing",
        ),
        ("status", json!({"status": "ready"}), "order.ready", "ready"),
    ] {
        let order = instance.done(&format!("{path}/{call}"), &body).await;
        versions += 1;
        assert_eq!(
            (&order["status"], &order["version"]),
            (&json!(status), &json!(versions))
        );
        let told = socket.event().await;
        assert_eq!(
            (&told["event_type"], &told["order"]),
            (&json!(event), &order)
        );
    }
    let order = instance.get(&path).await.json();
    assert_eq!(order["estimated_delivery_time"], 50);
    assert_eq!(order["supplier_notes"], "Hot");
    assert!(order["basket"]["answered_at"].is_string());
    assert_eq!(order["basket"]["lines"][0]["done"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_that_changes_nothing_is_no_event() {
    let market = Market::redis();
    let instance = market.open().await;
    let path = placed(&market, &instance, 1, FUTURE).await;
    let begin = json!({"status": "preparing"});
    instance.done(&format!("{path}/status"), &begin).await;
    let check = json!({"line": 0, "done": 2});
    let ticked = instance.done(&format!("{path}/check"), &check).await;
    for key in [None, Some("again"), Some("again")] {
        let mut request = instance
            .request(Method::POST, &format!("{path}/check"))
            .json(&check);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = instance.send(request).await;
        assert_eq!((answer.status, answer.json()), (200, ticked.clone()));
        assert_eq!(answer.header("etag"), Some("\"3\""));
    }
    let history = instance.get(&format!("{path}/events")).await.json();
    assert_eq!(history.as_array().unwrap().len(), 2);
    for (body, field) in [
        (json!({"line": 1, "done": 0}), "line"),
        (json!({"line": 0, "done": 3}), "done"),
    ] {
        let refused = instance.post(&format!("{path}/check"), &body).await;
        assert_eq!(refused.faults(), [field]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_after_its_time_is_too_late() {
    let market = Market::redis();
    let instance = market.open().await;
    for (n, (call, body)) in (1..).zip([
        ("supplier-respond", json!({"accept": true})),
        ("status", json!({"status": "preparing"})),
    ]) {
        let path = placed(&market, &instance, n, PAST).await;
        let late = instance.post(&format!("{path}/{call}"), &body).await;
        assert_eq!(late.problem(409)["type"], "/problems/too-late");
        // The market ends it in the same breath.
        let order = instance.get(&path).await.json();
        let ended = json!({"code": "no_answer", "by": "market", "from": "customer_accepted"});
        assert_eq!(order["cancellation"], ended);
    }
    let path = placed(&market, &instance, 3, PAST).await;
    let reject = json!({"accept": false, "reason": "too_busy", "notes": "Oven full"});
    let rejected = instance
        .done(&format!("{path}/supplier-respond"), &reject)
        .await;
    assert_eq!(rejected["status"], "supplier_rejected");
    let ended = json!({"code": "too_busy", "by": null, "from": "customer_accepted"});
    assert_eq!(rejected["cancellation"], ended);
}
