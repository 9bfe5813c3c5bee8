//! `/ws`: live events, coming back with `since`, signals, and how sockets end.

use crate::support::{
    Instance, Market, SOON, Socket, day,
    tls::{self, Wire},
    until,
};
use futures::StreamExt;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::net::TcpSocket;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};

crate::on_both_engines! {
    every_socket_gets_every_event_in_order,
    a_client_resumes_from_its_cursor,
    an_unusable_cursor_is_reset,
    a_thousand_events_arrive_exactly_once,
}

async fn every_socket_gets_every_event_in_order(market: Market) {
    let market = market.open().await;
    let mut plain = market.socket("").await;
    let mut signals = market.follow().await;
    let path = market.offer("Diavola").await;
    for (_, call, body) in day() {
        market.done(&format!("{path}/{call}"), &body).await;
    }
    let history = market.get(&format!("{path}/events")).await.json();
    for expected in history.as_array().unwrap() {
        // Without `since` there are order events and nothing else.
        assert_eq!(&plain.any_frame().await, expected);
        assert_eq!(&signals.event().await, expected);
    }
}

async fn a_client_resumes_from_its_cursor(market: Market) {
    let market = market.open().await;
    let mut socket = market.follow().await;
    let path = market.offer("Diavola").await;
    let first = socket.event().await;
    drop(socket);
    for (_, call, body) in day() {
        market.done(&format!("{path}/{call}"), &body).await;
    }
    let history = market.get(&format!("{path}/events")).await.json();
    for (n, event) in history.as_array().unwrap().iter().enumerate() {
        let mut again = market
            .socket(&format!("?since={}", event["id"].as_str().unwrap()))
            .await;
        for expected in &history.as_array().unwrap()[n + 1..] {
            assert_eq!(&again.any_frame().await, expected);
        }
        // Nothing between what was missed and what is live.
        let heartbeat = again.any_frame().await;
        assert_eq!(
            (&heartbeat["event_type"], &heartbeat["order"]),
            (&json!("stream.heartbeat"), &Value::Null)
        );
        assert_eq!(heartbeat["id"], history[7]["id"]);
    }
    assert_eq!(first, history[0]);
}

async fn an_unusable_cursor_is_reset(market: Market) {
    let market = market.open().await;
    market.offer("Diavola").await;
    let newest = newest_cursor(&market).await;
    let (epoch, seq) = newest.split_once('-').unwrap();
    let never_issued = format!("{epoch}-{}", seq.parse::<u64>().unwrap() + 1_000);
    for since in [never_issued.as_str(), "0123456789abcdef-1"] {
        let newest = newest_cursor(&market).await;
        let mut socket = market.socket(&format!("?since={since}")).await;
        let reset = socket.any_frame().await;
        assert_eq!(
            (&reset["event_type"], &reset["order"]),
            (&json!("stream.reset"), &Value::Null)
        );
        assert_eq!(reset["id"], newest);
        // From there it goes on.
        assert_eq!(socket.any_frame().await["event_type"], "stream.heartbeat");
        market.order_in("cancelled").await;
        assert_eq!(socket.event().await["event_type"], "order.created");
    }
    for malformed in ["x", "-1", "a-", "a-01", "A-1", "a-1-1", "a b-1"] {
        let url = format!("{}/ws?since={}", market.url, malformed.replace(' ', "%20"));
        let answer = market.send(upgrade(&market, &url)).await;
        assert_eq!(answer.faults(), ["since"], "{malformed}");
    }
    market.get("/ws").await.problem(426);
}

async fn newest_cursor(market: &Instance) -> String {
    let list = market.get("/api/orders?limit=1").await;
    list.header("last-event-id").unwrap().to_owned()
}

/// A request that asks for a WebSocket as a browser would.
fn upgrade(market: &Instance, url: &str) -> reqwest::RequestBuilder {
    let request = market
        .http
        .get(url)
        .header("connection", "upgrade")
        .header("upgrade", "websocket");
    request
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
}

async fn a_thousand_events_arrive_exactly_once(market: Market) {
    let market = market.open().await;
    let start = newest_cursor(&market).await;
    let offers = async {
        for _ in 0..20 {
            futures::future::join_all(
                (0..50).map(|n| market.offer(if n % 2 == 0 { "A" } else { "B" })),
            )
            .await;
        }
    };
    // Comes back again and again while they are made.
    let client = async {
        let mut seen = Vec::new();
        let mut since = start.clone();
        while seen.len() < 1_000 {
            let mut socket = market.socket(&format!("?since={since}")).await;
            for _ in 0..173.min(1_000 - seen.len()) {
                let event = socket.event().await;
                since = event["id"].as_str().unwrap().to_owned();
                seen.push(since.split_once('-').unwrap().1.parse::<u64>().unwrap());
            }
        }
        seen
    };
    let ((), seen) = tokio::join!(offers, client);
    let first = seen[0];
    assert!(
        seen.iter()
            .enumerate()
            .all(|(n, seq)| *seq == first + n as u64)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_cursor_resumes_and_an_older_one_is_reset() {
    let market = Market::embedded().with("EVENT_RETENTION", "50");
    let mut instance = market.open().await;
    let start = newest_cursor(&instance).await;
    for n in 0..60 {
        instance.offer(&format!("P{n}")).await;
    }
    let (epoch, _) = start.split_once('-').unwrap();
    // A fresh instance holds in memory what the store holds, and no more.
    for _ in 0..2 {
        let mut socket = instance.socket(&format!("?since={epoch}-10")).await;
        assert_eq!(socket.any_frame().await["order"]["pizza_name"], "P10");
        instance.kill();
        instance = market.open().await;
    }
    let mut socket = instance.socket(&format!("?since={start}")).await;
    assert_eq!(socket.any_frame().await["event_type"], "stream.reset");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_is_opened_from_allowed_origins_only() {
    let market = Market::embedded()
        .with("CORS_ALLOWED_ORIGINS", "https://shop.example")
        .open()
        .await;
    let url = market.socket_url("");
    let from = |origin: &str| {
        let mut request = url.as_str().into_client_request().unwrap();
        request
            .headers_mut()
            .insert("origin", origin.parse().unwrap());
        request
    };
    for welcome in [market.url.as_str(), "https://shop.example"] {
        Socket::open(from(welcome)).await.unwrap();
    }
    for foreign in [
        "https://evil.example",
        "null",
        "http://localhost:3000",
        "http://shop.example",
    ] {
        assert_eq!(Socket::refused(from(foreign)).await, StatusCode::FORBIDDEN);
    }
    Socket::open(url.as_str()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_clients_are_ignored_up_to_4_kib() {
    let market = Market::embedded().open().await;
    let mut socket = market.socket("").await;
    for small in [
        Message::text("hello"),
        Message::binary(vec![0; 4096]),
        Message::Ping("x".into()),
    ] {
        socket.say(small).await;
    }
    market.offer("Diavola").await;
    assert_eq!(socket.event().await["event_type"], "order.created");
    socket.say(Message::text("x".repeat(4097))).await;
    assert_eq!(u16::from(socket.closed(SOON).await.code), 1009);
    if tls::is_everywhere() {
        // The connection is reset while the rest is on its way, and the last frame is lost with it.
        return;
    }
    let mut huge = market.socket("").await;
    huge.say(Message::text("x".repeat(1_000_000))).await;
    assert_eq!(u16::from(huge.closed(SOON).await.code), 1009);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_answers_no_ping_is_closed() {
    let market = Market::embedded().open().await;
    let mut answering = market.follow().await;
    let silent = silent_client(&market);
    let heartbeat = answering.signal("stream.heartbeat").await;
    let newest = newest_cursor(&market).await;
    assert_eq!(heartbeat["id"], newest);
    let (code, reason) = tokio::time::timeout(Duration::from_secs(40), silent)
        .await
        .unwrap();
    assert_eq!(code, 4012);
    assert!(!reason.is_empty());
}

/// A peer that reads, and answers nothing, as no library would: the code and reason with which it is closed.
async fn silent_client(market: &Instance) -> (u16, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let host = market.address();
    let mut stream = tls::connect(&market.url).await;
    let ask = format!(
        "GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 1024];
        let n = stream.read(&mut chunk).await.unwrap();
        assert!(n > 0, "it hung up without a word");
        bytes.extend_from_slice(&chunk[..n]);
        // The answer's head, a ping (0x89, empty), and at last a close frame (0x88, length, code, reason).
        let Some(head) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else {
            continue;
        };
        let frames = &bytes[head + 4..];
        if let Some(at) = frames.iter().position(|byte| *byte == 0x88) {
            let length = frames[at + 1] as usize;
            let code = u16::from_be_bytes([frames[at + 2], frames[at + 3]]);
            return (
                code,
                String::from_utf8(frames[at + 4..at + 2 + length].to_vec()).unwrap(),
            );
        }
    }
}

/// A client that connects, and then does not read.
async fn sleeper(market: &Instance) -> WebSocketStream<Box<dyn Wire>> {
    let stream = TcpSocket::new_v4().unwrap();
    stream.set_recv_buffer_size(4 * 1024).unwrap();
    let stream = stream.connect(market.address().parse().unwrap()).await;
    let stream = tls::wrap(&market.url, stream.unwrap()).await;
    tokio_tungstenite::client_async(market.socket_url("?since="), stream)
        .await
        .unwrap()
        .0
}

/// It costs nobody else anything, is closed, and comes back for the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_closed_and_may_resume() {
    const SLEEPERS: u64 = 50;
    let market = Market::embedded().open().await;
    let mut quick = market.follow().await;
    let notes = "x".repeat(500);
    let mut work = async || {
        for _ in 0..100 {
            let path = market.offer("Diavola").await;
            let accept = json!({"accept": true, "notes": notes});
            market
                .done(&format!("{path}/supplier-respond"), &accept)
                .await;
            // A client that reads gets both at once.
            quick.event().await;
            quick.event().await;
        }
    };
    work().await;
    let before = market.size().0;
    work().await;
    // The system may have taken memory back.
    let alone = market.size().0.saturating_sub(before);
    let mut sleepers = Vec::new();
    for _ in 0..SLEEPERS {
        sleepers.push(sleeper(&market).await);
    }
    work().await;
    let together = market.size().0.saturating_sub(before + alone);
    println!(
        "{SLEEPERS} clients that do not read cost {together} KiB, the work beside them {alone}"
    );
    assert!(together < alone + SLEEPERS * 64);
    let mut slow = sleepers.remove(0);
    until(async || market.said().matches("code=4008").count() as u64 == SLEEPERS).await;
    let (mut last, mut closed) = (None, None);
    while let Some(Ok(message)) = slow.next().await {
        match message {
            Message::Text(text) => last = Some(serde_json::from_str::<Value>(&text).unwrap()),
            Message::Close(frame) => closed = frame,
            _ => {}
        }
    }
    let closed = closed.expect("a code and a reason");
    assert_eq!(u16::from(closed.code), 4008);
    assert!(!closed.reason.is_empty());
    let since = format!("?since={}", last.unwrap()["id"].as_str().unwrap());
    let mut back = market.socket(&since).await;
    let mut heard = 0;
    while !back.any_frame().await["order"].is_null() {
        heard += 1;
    }
    assert!(heard > 0);
}

/// Everybody comes back at once after a restart, and is served from memory.
#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_clients_reconnect_at_once() {
    let storm = match std::env::var_os("TORTURE") {
        Some(_) => 5_000,
        // The handshakes of a debug build take milliseconds each.
        None if tls::is_everywhere() => 200,
        None => 1_000,
    };
    let mut market = Market::redis().with("MAX_SOCKETS_PER_ADDRESS", "10000");
    market = market.with("MAX_CONNECTIONS_PER_ADDRESS", "10000");
    let mut instance = market.open().await;
    let first = instance.offer("Margherita").await;
    let since = instance.get(&format!("{first}/events")).await.json()[0]["id"].clone();
    for _ in 0..20 {
        instance.offer("Diavola").await;
    }
    instance.kill();
    let instance = market.open().await;
    let reads = |market: &mut Market| {
        let mut connection = market.server().connection();
        let stats: String = ::redis::cmd("INFO")
            .arg("commandstats")
            .query(&mut connection)
            .unwrap();
        let calls = stats
            .lines()
            .find(|line| line.starts_with("cmdstat_xrange:"));
        let calls = calls
            .and_then(|line| line.split_once("calls="))
            .and_then(|(_, rest)| rest.split(',').next());
        calls.map_or(0, |calls| calls.parse::<usize>().unwrap())
    };
    let before = reads(&mut market);
    let began = Instant::now();
    let query = format!("?since={}", since.as_str().unwrap());
    let clients = (0..storm).map(|_| async {
        let mut socket = instance.socket(&query).await;
        for _ in 0..20 {
            assert_eq!(socket.event().await["order"]["pizza_name"], "Diavola");
        }
        // On a busy machine the feed may be late for a moment, which each client is told.
        let mut frame = socket.any_frame().await;
        while frame["event_type"] == "stream.away" {
            frame = socket.any_frame().await;
        }
        assert_eq!(frame["event_type"], "stream.heartbeat");
        socket
    });
    let sockets = futures::future::join_all(clients).await;
    let took = began.elapsed();
    println!("{storm} clients are current after {took:?}");
    assert!(took < Duration::from_secs(15));
    // The feed itself looks once or twice a second; clients make no reads of their own.
    assert!(reads(&mut market) - before < 100);
    drop(sockets);
}
