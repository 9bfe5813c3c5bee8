//! The order, its lifecycle and its money, over HTTP.

use crate::support::{Market, day, offer};
use serde_json::{Value, json};

crate::on_both_engines! {
    an_order_goes_through_its_lifecycle,
    parameters_come_as_query_or_body,
    money_is_exact,
    text_is_stored_unchanged,
    a_failed_precondition_changes_nothing,
    driver_names_are_normalised,
}

const FIELDS: [&str; 21] = [
    "id",
    "supplier_name",
    "pizza_name",
    "supplier_price",
    "customer_price",
    "markup_percentage",
    "status",
    "customer_name",
    "delivery_address",
    "driver_name",
    "estimated_delivery_time",
    "supplier_notes",
    "created_at",
    "updated_at",
    "version",
    "times",
    "customer_id",
    "driver_id",
    "restaurant_id",
    "cancellation",
    "basket",
];

/// An order's status, and when it got there.
fn moment(order: &Value) -> String {
    format!("{}:{}", order["status"], order["updated_at"])
}

/// The end of an offer as it is sent in the open mode, where it is nobody's, while it has not ended.
fn written(times: &[String]) -> String {
    let times = times.join(",");
    let nobodys = r#""customer_id":null,"driver_id":null"#;
    let no_menu = r#""restaurant_id":null,"cancellation":null,"basket":null"#;
    format!("\"times\":{{{times}}},{nobodys},{no_menu}}}")
}

async fn an_order_goes_through_its_lifecycle(market: Market) {
    let market = market.open().await;
    let created = market.post("/api/orders", &offer("Diavola")).await;
    assert_eq!(created.status, 201);
    let mut order = created.json();
    let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(created.header("location"), Some(&*path));
    assert_eq!(created.header("etag"), Some("\"1\""));
    assert_eq!(order["status"], "pending_supplier");
    assert_eq!(order["markup_percentage"], 30.0);
    assert_eq!(order["customer_price"], Value::Null);
    let places: Vec<_> = FIELDS
        .iter()
        .map(|field| created.text.find(&format!("\"{field}\":")).unwrap())
        .collect();
    assert!(places.is_sorted(), "{}", created.text);

    let mut events = vec!["order.created".to_owned()];
    let mut times = vec![moment(&order)];
    assert!(created.text.ends_with(&written(&times)), "{}", created.text);
    for (n, (status, call, body)) in day().into_iter().enumerate() {
        let answer = market.post(&format!("{path}/{call}"), &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let version = n + 2;
        assert_eq!(answer.header("etag"), Some(&*format!("\"{version}\"")));
        let next = answer.json();
        assert_eq!(
            (&next["status"], &next["version"]),
            (&json!(status), &json!(version))
        );
        assert_eq!(next["created_at"], order["created_at"]);
        assert!(next["updated_at"].as_str() >= order["updated_at"].as_str());
        times.push(moment(&next));
        assert!(answer.text.ends_with(&written(&times)), "{}", answer.text);
        events.push(format!("order.{status}"));
        order = next;
        // A client that has its answer reads it.
        let read = market.get(&path).await;
        assert_eq!((read.status, read.json()), (200, order.clone()));
    }
    assert_eq!(order["customer_price"], 12.35);
    assert_eq!(order["supplier_notes"], "Hot");
    assert_eq!(order["driver_name"], "Jonas");
    for time in ["created_at", "updated_at"] {
        assert!(order[time].as_str().unwrap().ends_with('Z'));
    }

    let history = market.get(&format!("{path}/events")).await;
    assert_eq!(history.status, 200);
    let history = history.json();
    let history = history.as_array().unwrap();
    let types: Vec<_> = history
        .iter()
        .map(|event| event["event_type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(types, events);
    let versions: Vec<_> = history
        .iter()
        .map(|event| event["order"]["version"].as_u64().unwrap())
        .collect();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(history[7]["order"], order);
    assert!(
        history
            .iter()
            .all(|event| event["timestamp"].is_string() && event["id"].is_string())
    );
    // The same under its stable name.
    assert_eq!(
        market.get(&path.replace("/api/", "/api/v1/")).await.json(),
        order
    );
}

async fn parameters_come_as_query_or_body(market: Market) {
    let market = market.open().await;
    let path = market.offer("Diavola").await;
    let post = async |call: &str| {
        market
            .send(market.request(reqwest::Method::POST, &format!("{path}/{call}")))
            .await
    };
    let accepted =
        post("supplier-respond?accept=true&notes=Caf%C3%A9+%26+more&estimated_time=2.5e1")
            .await
            .json();
    assert_eq!(accepted["supplier_notes"], "Café & more");
    assert_eq!(accepted["estimated_delivery_time"], 25);
    let split = market
        .post(
            &format!("{path}/customer-accept?customer_name=Ana"),
            &json!({"delivery_address": " A 1\nB "}),
        )
        .await
        .json();
    assert_eq!(split["delivery_address"], "A 1\nB");
    assert_eq!(post("status?status=preparing").await.status, 200);
    assert_eq!(post("status?status=ready").await.status, 200);
    assert_eq!(
        post("dispatch?driver_name=%20Jonas%20").await.json()["driver_name"],
        "Jonas"
    );

    // `null` for an optional parameter means absent, and so do blank notes.
    let other = market.offer("Hawaii").await;
    let body = json!({"accept": true, "notes": " \n ", "estimated_time": null});
    let answer = market
        .done(&format!("{other}/supplier-respond"), &body)
        .await;
    assert_eq!(
        (
            &answer["supplier_notes"],
            &answer["estimated_delivery_time"]
        ),
        (&Value::Null, &Value::Null)
    );
    let rejected = market.offer("Tonno").await;
    let answer = market
        .done(
            &format!("{rejected}/supplier-respond"),
            &json!({"accept": false, "notes": "Sold out"}),
        )
        .await;
    assert_eq!(
        (&answer["status"], &answer["supplier_notes"]),
        (&json!("supplier_rejected"), &json!("Sold out"))
    );
}

async fn money_is_exact(market: Market) {
    let market = market.open().await;
    for (price, markup, total) in [
        ("9.50", "30", "12.35"),
        ("9.9", "15", "11.39"),
        ("0.01", "50", "0.02"),
        ("0.01", "49.99", "0.01"),
        ("1e1", "0", "10.0"),
        ("10.000", "12.5", "11.25"),
        ("10000", "1000.00", "110000.0"),
        ("1.15", "0.01", "1.15"),
        ("8.35", "10", "9.19"),
    ] {
        let body = format!(
            r#"{{"supplier_name":"S","pizza_name":"P","supplier_price":{price},"markup_percentage":{markup}}}"#
        );
        let request = market
            .request(reqwest::Method::POST, "/api/orders")
            .header("content-type", "application/json")
            .body(body);
        let order = market.send(request).await.json();
        let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
        market
            .done(
                &format!("{path}/supplier-respond"),
                &json!({"accept": true}),
            )
            .await;
        let taken = market
            .post(
                &format!("{path}/customer-accept"),
                &json!({"customer_name": "A", "delivery_address": "B"}),
            )
            .await;
        assert!(
            taken.text.contains(&format!("\"customer_price\":{total},")),
            "{price} + {markup} %: {}",
            taken.text
        );
    }
}

async fn text_is_stored_unchanged(market: Market) {
    let market = market.open().await;
    for name in [
        "照り焼きチキン",
        "<script>alert(1)</script>",
        "a\"b\\c",
        "e\u{301}",
        "🍕".repeat(100).as_str(),
        "محمد\u{200f}",
        "a\u{2028}x",
    ] {
        let order = market.done("/api/orders", &json!({"supplier_name": "S", "pizza_name": format!("  {name}\t"), "supplier_price": 1})).await;
        let read = market
            .get(&format!("/api/orders/{}", order["id"].as_str().unwrap()))
            .await
            .json();
        assert_eq!(read["pizza_name"], name);
    }
}

async fn a_failed_precondition_changes_nothing(market: Market) {
    let market = market.open().await;
    let path = market.offer("Diavola").await;
    let cancel = async |tag: &str| {
        let request = market.request(
            reqwest::Method::POST,
            &format!("{path}/status?status=cancelled"),
        );
        market.send(request.header("if-match", tag)).await
    };
    for stale in ["\"2\"", "\"0\"", "\"abc\"", "\"2\", \"3\""] {
        let problem = cancel(stale).await.problem(412);
        assert_eq!(problem["type"], "/problems/outdated");
    }
    // What a proxy that compresses makes of the tag: the order has not changed, and that is not said.
    for weak in ["W/\"1\"", "W/\"2\"", "\"2\", W/\"1\""] {
        let problem = cancel(weak).await.problem(412);
        assert_eq!(problem["type"], "/problems/weak-tag");
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.contains("changed: it is"), "{detail}");
        for said in ["weak", "proxy", "pending_supplier", "\"1\""] {
            assert!(detail.contains(said), "{said}: {detail}");
        }
    }
    for malformed in ["1", "\"1", "", "\"1\" \"2\""] {
        assert_eq!(cancel(malformed).await.faults(), ["If-Match"]);
    }
    assert_eq!(market.get(&path).await.json()["version"], 1);
    assert_eq!(cancel("\"7\", W/\"2\", \"1\"").await.status, 200);
    // Where the order does not allow it either, the precondition speaks first; `*` always holds.
    cancel("\"1\"").await.problem(412);
    cancel("*").await.problem(409);
    let read = market
        .request(reqwest::Method::GET, &path)
        .header("if-none-match", "\"2\"");
    assert_eq!(market.send(read).await.status, 304);
}

/// Whatever the way in, and at once: what was answered before is known to the next request.
async fn driver_names_are_normalised(market: Market) {
    let market = market.open().await;
    let send = async |path: &str, body: &Value, key: &str| {
        let request = market.request(reqwest::Method::POST, &format!("{path}/dispatch"));
        let request = request.json(body).header("idempotency-key", key);
        market.send(request).await
    };
    for (n, (sent, spelled)) in [
        ("Jonas", "Jonas"),
        ("jonas", "Jonas"),
        ("\u{a0}jONAS ", "Jonas"),
        ("Zo\u{eb} \u{c9}mile", "Zo\u{eb} \u{c9}mile"),
        ("ZOE\u{308} e\u{301}MILE", "Zo\u{eb} \u{c9}mile"),
        ("Zoe Emile", "Zoe Emile"),
        ("Jon", "Jon"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = market.order_in("ready").await;
        let (body, key) = (json!({"driver_name": sent}), format!("key-{n}"));
        let done = send(&path, &body, &key).await;
        assert_eq!(done.json()["driver_name"], spelled, "{sent}");
        // The key stands for what was sent, not for what became of it.
        let again = send(&path, &body, &key).await;
        assert_eq!((again.status, &again.text), (200, &done.text));
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        let other = send(&path, &json!({"driver_name": format!("{sent}.")}), &key).await;
        assert_eq!(other.faults(), ["Idempotency-Key"]);
    }
    // A form of the panel follows the same rule.
    let path = market.order_in("ready").await;
    let id = path.rsplit('/').next().unwrap();
    let request = market
        .request(reqwest::Method::POST, "/act/dispatch")
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("id={id}&version=5&driver_name=JONAS"));
    assert_eq!(market.send(request).await.json()["driver_name"], "Jonas");
}
