//! The request that opens a WebSocket, in every form that HTTP allows it.

use crate::support::{Instance, Market, tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Lists may be on several lines, and name other protocols, too.
#[tokio::test(flavor = "multi_thread")]
async fn every_legal_form_of_the_upgrade_is_accepted() {
    let market = Market::embedded().open().await;
    for (connection, upgrade) in [
        (&["Upgrade"][..], &["websocket"][..]),
        (&["keep-alive", "Upgrade"], &["WebSocket"]),
        (&["keep-alive, upgrade"], &["h2c, websocket"]),
        (&["Upgrade, HTTP2-Settings"], &["h2c", "websocket"]),
    ] {
        let head = answer_to_upgrade(&market, connection, upgrade, "13").await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{upgrade:?} {head}");
    }
    for (connection, upgrade, version) in [
        (&["close"][..], &["websocket"][..], "13"),
        (&["Upgrade"], &["h2c"], "13"),
        (&["Upgrade"], &["websockets"], "13"),
        (&["Upgrade"], &["websocket"], "8"),
    ] {
        let head = answer_to_upgrade(&market, connection, upgrade, version).await;
        assert!(head.starts_with("HTTP/1.1 426 "), "{upgrade:?} {head}");
        for line in [
            "connection: upgrade",
            "upgrade: websocket",
            "sec-websocket-version: 13",
        ] {
            assert!(head.contains(&format!("\r\n{line}")), "{line} {head}");
        }
    }
}

/// The head of the answer to a request for a WebSocket.
async fn answer_to_upgrade(
    market: &Instance,
    connection: &[&str],
    upgrade: &[&str],
    version: &str,
) -> String {
    let lines = |name: &str, values: &[&str]| -> String {
        let lines = values.iter().map(|value| format!("{name}: {value}\r\n"));
        lines.collect()
    };
    let mut stream = tls::connect(&market.url).await;
    let ask = format!(
        "GET /ws HTTP/1.1\r\nHost: {}\r\n{}{}Sec-WebSocket-Version: {version}\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        market.address(),
        lines("Connection", connection),
        lines("Upgrade", upgrade),
    );
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head)
        .unwrap()
        .to_lowercase()
        .replacen("http", "HTTP", 1)
}
