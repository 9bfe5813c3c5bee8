//! What it costs the store to know who somebody is: nothing, once they are known.

use crate::{
    on_both_engines,
    support::{
        Instance, Market,
        accounts::{Person, required},
        free_port, offer, until,
    },
};
use reqwest::Method;
use serde_json::{Value, json};

on_both_engines! { a_credential_costs_one_read_or_none, }

struct Counted {
    instance: Instance,
    /// Where the metrics are.
    metrics: String,
}

impl Counted {
    async fn open(market: Market) -> (Market, Counted) {
        let address = format!("127.0.0.1:{}", free_port());
        let market = required(market).with("METRICS_ADDR", &address);
        let instance = market.open().await;
        let metrics = format!("{}://{address}/metrics", instance.scheme());
        (market, Counted { instance, metrics })
    }

    /// How often documents and lists were read so far.
    async fn reads(&self) -> u64 {
        let mut text = String::new();
        until(async || {
            let answer = self.instance.http.get(&self.metrics).send().await.unwrap();
            // They have a rate limit of their own.
            let is_read = answer.status() == 200;
            text = answer.text().await.unwrap();
            is_read
        })
        .await;
        let count = |line: &str| {
            let line = line.strip_prefix("pizza_ledger_operation_duration_seconds_count{")?;
            let is_read = ["\"get\"", "\"list\""]
                .iter()
                .any(|name| line.contains(name));
            line.rsplit(' ')
                .next()?
                .parse()
                .ok()
                .filter(|_: &u64| is_read)
        };
        text.lines().filter_map(count).sum()
    }

    /// What a call reads, and its status.
    async fn used(&self, by: &Person, path: &str, body: Option<&Value>) -> (u16, u64) {
        let before = self.reads().await;
        let method = if body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let answer = self.instance.as_(by, method, path, body).await;
        (answer.status, self.reads().await - before)
    }
}

async fn a_credential_costs_one_read_or_none(market: Market) {
    let (market, counted) = Counted::open(market).await;
    let key = market.key("it", &["--role", "integrator"]);
    let diavola = offer("Diavola");
    let order = counted.instance.done_as(&key, "/api/orders", &diavola);
    let path = format!("/api/orders/{}", order.await["id"].as_str().unwrap());
    // The first use of a key in a day is stored.
    counted.used(&key, &path, None).await;
    // That of the order alone.
    assert_eq!(counted.used(&key, &path, None).await, (200, 1));
    let token = key.token.clone().unwrap();
    let nobodys = format!("pmk_{}{}", "A".repeat(22), &token[26..]);
    let wrong = |token: String| Person {
        token: Some(token),
        ..key.clone()
    };
    assert_eq!(counted.used(&wrong(nobodys), &path, None).await, (401, 1));
    let altered = wrong(format!("{}AAA", &token[..token.len() - 3]));
    assert_eq!(counted.used(&altered, &path, None).await, (401, 1));
    let unreadable = wrong("pmk_x".to_owned());
    assert_eq!(counted.used(&unreadable, &path, None).await, (401, 0));

    // All drivers are read once, however many orders are given to one of them by name.
    market.driver(&counted.instance, "Jonas").await;
    let steps = [
        ("supplier-respond", json!({"accept": true})),
        (
            "customer-accept",
            json!({"customer_name": "Ana", "delivery_address": "Kurze Gasse 1"}),
        ),
        ("status", json!({"status": "preparing"})),
        ("status", json!({"status": "ready"})),
    ];
    for (call, body) in &steps {
        counted
            .instance
            .done_as(&key, &format!("{path}/{call}"), body)
            .await;
    }
    let dispatch = format!("{path}/dispatch");
    let jonas = json!({"driver_name": "Jonas"});
    assert_eq!(counted.used(&key, &dispatch, Some(&jonas)).await, (200, 1));
    let recall = format!("{path}/recall");
    assert_eq!(
        counted.used(&key, &recall, Some(&json!({}))).await,
        (200, 0)
    );
    assert_eq!(counted.used(&key, &dispatch, Some(&jonas)).await, (200, 0));
}
