//! The limit of live connections.

use crate::support::{Market, Socket, until};

#[tokio::test(flavor = "multi_thread")]
async fn sockets_are_limited_and_health_checks_are_not() {
    let market = Market::embedded()
        .with("MAX_SOCKETS", "3")
        .with("MAX_SOCKETS_PER_ADDRESS", "2");
    let instance = market.open().await;
    let first = instance.follow().await;
    let _second = instance.follow().await;
    let refused = Socket::open(&format!("{}/ws", instance.url.replace("http", "ws"))).await;
    let Err(tokio_tungstenite::tungstenite::Error::Http(answer)) = refused else {
        panic!("there was room");
    };
    assert_eq!(answer.status(), 429);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(instance.get("/healthz").await.status, 200);
    drop(first);
    until(async || {
        Socket::open(&format!("{}/ws", instance.url.replace("http", "ws")))
            .await
            .is_ok()
    })
    .await;
}
