//! Ends and beginnings: killed, told to stop, started again.

use crate::world::{Market, SOON, Store, offer};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

crate::on_both_engines! {
    everything_survives_a_kill,
    it_stops_when_told_with_sockets_open,
}

async fn everything_survives_a_kill(market: Market) {
    let mut instance = market.open().await;
    let path = instance.order_in("preparing").await;
    let mut socket = instance.follow().await;
    let open = instance.offer("Hawaii").await;
    let cursor = socket.event().await["id"].as_str().unwrap().to_owned();
    instance
        .done(
            &format!("{open}/supplier-respond"),
            &json!({"accept": true}),
        )
        .await;
    let before = [
        &path,
        &open,
        &format!("{path}/events"),
        &"/api/orders".to_owned(),
    ]
    .map(String::clone);
    let mut answers = Vec::new();
    for path in &before {
        answers.push(instance.get(path).await.json());
    }
    instance.kill();

    let instance = market.open().await;
    for (path, answer) in before.iter().zip(answers) {
        assert_eq!(instance.get(path).await.json(), answer);
    }
    // A client comes back where it was, and the order goes on.
    let mut socket = instance.socket(&format!("?since={cursor}")).await;
    assert_eq!(
        socket.any_frame().await["event_type"],
        "order.supplier_accepted"
    );
    instance
        .done(&format!("{path}/status"), &json!({"status": "ready"}))
        .await;
    assert_eq!(socket.event().await["order"]["version"], 5);
    // The pages have it, too.
    assert!(instance.get("/customer").await.text.contains("Hawaii"));
}

async fn it_stops_when_told_with_sockets_open(market: Market) {
    for signal in ["-TERM", "-INT"] {
        let mut instance = market.open().await;
        let mut sockets = Vec::new();
        for _ in 0..20 {
            sockets.push(instance.follow().await);
        }
        // A connection that is kept open and idle.
        assert_eq!(instance.get("/healthz").await.status, 200);
        instance.signal(signal);
        for socket in &mut sockets {
            let frame = socket.closed(SOON).await;
            assert_eq!(u16::from(frame.code), 1012);
            assert!(!frame.reason.is_empty());
        }
        assert!(instance.ended(Duration::from_secs(10)).success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_do_not_share_a_file() {
    let market = Market::embedded();
    let _first = market.open().await;
    let Store::Embedded(folder) = &market.store else {
        unreachable!()
    };
    let mut second = crate::world::program();
    second.env("DATA_DIR", folder.path());
    let said = crate::world::refuses_to_start(second);
    assert!(said.contains("market.redb"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_while_it_stopped_is_stored_and_nothing_else() {
    let market = Market::embedded();
    let mut instance = market.open().await;
    let requests = (0..100).map(|_| {
        instance
            .request(Method::POST, "/api/orders")
            .json(&offer("Hawaii"))
            .send()
    });
    let (answers, ()) = tokio::join!(futures::future::join_all(requests), async {
        instance.signal("-TERM")
    });
    assert!(instance.ended(Duration::from_secs(10)).success());
    let created = answers
        .iter()
        .filter(|answer| answer.as_ref().is_ok_and(|answer| answer.status() == 201))
        .count();
    let instance = market.open().await;
    assert_eq!(
        instance
            .get("/api/orders")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        created
    );
}
