//! What ends a right: at once where it was asked, exactly for commits and frames.

use crate::{
    on_both_engines,
    support::{
        Instance, Market, SOON, Socket,
        accounts::{Person, required},
    },
};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

on_both_engines! {
    what_is_disabled_gets_no_frame_and_commits_nothing,
    a_key_that_is_wrong_is_never_a_guest,
    a_socket_ends_at_the_date_of_its_key,
}

async fn what_is_disabled_gets_no_frame_and_commits_nothing(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let integrator = market.key("integrator", &["--role", "integrator"]);
    let supplier = market.key(
        "supplier",
        &["--role", "supplier", "--supplier", "Bella Napoli"],
    );
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let url = instance.socket_url("?since=");
        let mut socket = Socket::open(supplier.upgrade(&url)).await.unwrap();
        socket.signal("stream.heartbeat").await;
        sockets.push(socket);
    }
    let path = offer(&instance, &integrator).await;
    for socket in &mut sockets {
        let event = socket.event().await;
        assert_eq!(event["order"]["id"], path.rsplit('/').next().unwrap());
        assert_eq!(event["actor"]["role"], "integrator");
    }
    market.account(&["disable", supplier.id.as_deref().unwrap()]);
    let call = format!("{path}/supplier-respond");
    let refused = instance
        .as_(
            &supplier,
            Method::POST,
            &call,
            Some(&json!({"accept": true})),
        )
        .await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    assert_eq!(
        refused.headers["www-authenticate"],
        "Bearer realm=\"pizza-market\""
    );
    offer(&instance, &integrator).await;
    for mut socket in sockets {
        // No event comes before the end.
        let closed = socket.closed_without_event(SOON).await;
        assert_eq!(u16::from(closed.code), 4401);
        assert_eq!(closed.reason, "Sign in, and come back with since.");
    }
    let order = instance
        .as_(&integrator, Method::GET, &path, None)
        .await
        .json();
    assert_eq!(order["status"], "pending_supplier");
}

async fn a_key_that_is_wrong_is_never_a_guest(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let key = market.key("integrator", &["--role", "integrator"]);
    let right = key.token.clone().unwrap();
    for wrong in [
        "",
        "x",
        &right[1..],
        &format!("{right}x"),
        &right.replace("pmk_", "pmk-"),
        "a.b.c",
    ] {
        let wrong = Person {
            token: Some(wrong.to_owned()),
            ..key.clone()
        };
        let answer = instance.as_(&wrong, Method::GET, "/api/orders", None).await;
        assert_eq!(answer.status, 401, "{wrong:?}: {}", answer.text);
        let url = instance.socket_url("");
        assert_eq!(Socket::refused(wrong.upgrade(&url)).await, 401);
    }
    let answer = instance.as_(&key, Method::GET, "/api/orders", None).await;
    assert_eq!(answer.status, 200);
    let log = instance.said();
    assert!(!log.contains(&right[30..]), "the key is in the log");
}

async fn a_socket_ends_at_the_date_of_its_key(market: Market) {
    let market = required(market);
    let instance = market.open().await;
    let until = chrono::Utc::now() + chrono::TimeDelta::seconds(4);
    let until = until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let key = market.key("till", &["--role", "integrator", "--until", &until]);
    let url = instance.socket_url("?since=");
    let mut socket = Socket::open(key.upgrade(&url)).await.unwrap();
    // Long before the next heartbeat.
    let closed = socket.closed_without_event(Duration::from_secs(12)).await;
    assert_eq!(u16::from(closed.code), 4401);
    assert_eq!(Socket::refused(key.upgrade(&url)).await, 401);
}

async fn offer(instance: &Instance, by: &Person) -> String {
    let offer =
        json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5});
    let order = instance.done_as(by, "/api/orders", &offer).await;
    format!("/api/orders/{}", order["id"].as_str().unwrap())
}
