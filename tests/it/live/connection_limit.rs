//! The limits of connections, and of WebSockets among them.

use crate::support::{Instance, Market, SOON, Socket, tls, until};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    time::timeout,
};
use tokio_tungstenite::tungstenite::{self, Message};

#[tokio::test(flavor = "multi_thread")]
async fn sockets_are_limited_and_health_checks_are_not() {
    let market = Market::embedded()
        .with("MAX_SOCKETS", "3")
        .with("MAX_SOCKETS_PER_ADDRESS", "2");
    let instance = market.open().await;
    let first = instance.follow().await;
    let _second = instance.follow().await;
    let refused = Socket::open(&instance.socket_url("")).await;
    let Err(tungstenite::Error::Http(answer)) = refused else {
        panic!("there was room");
    };
    assert_eq!(answer.status(), 429);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(instance.get("/healthz").await.status, 200);
    drop(first);
    until(async || Socket::open(&instance.socket_url("")).await.is_ok()).await;
}

/// What a new connection is answered: its status, and the whole text.
async fn answer(instance: &Instance, path: &str) -> (u16, String) {
    let mut stream = tls::connect(&instance.url).await;
    let host = instance.address();
    let ask = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let status = text.split(' ').nth(1).expect("an answer").parse().unwrap();
    (status, text)
}

fn is_refused((status, text): (u16, String)) {
    assert_eq!(status, 503, "{text}");
    let head = text.to_lowercase();
    for line in ["retry-after: 1", "connection: close", "x-request-id: "] {
        assert!(head.contains(line), "{line}: {text}");
    }
    assert!(text.contains("/problems/full"), "{text}");
}

/// Idle connections, and sockets, are connections like any other.
#[tokio::test(flavor = "multi_thread")]
async fn connections_are_limited_by_address_and_probes_are_answered() {
    let market = Market::embedded()
        .with("MAX_CONNECTIONS", "100")
        .with("MAX_CONNECTIONS_PER_ADDRESS", "3");
    let instance = market.start();
    // The clients of the tests keep their connections.
    let _socket = Socket::open(&instance.socket_url("")).await.unwrap();
    let idle = [
        tls::connect(&instance.url).await,
        tls::connect(&instance.url).await,
    ];
    is_refused(answer(&instance, "/api/orders").await);
    is_refused(answer(&instance, "/metrics").await);
    assert_eq!(answer(&instance, "/healthz").await.0, 200);
    until(async || answer(&instance, "/readyz").await.0 == 200).await;
    drop(idle);
    until(async || answer(&instance, "/api/orders").await.0 == 200).await;
    // The socket, and the one that asks.
    until(async || {
        let (_, metrics) = answer(&instance, "/metrics").await;
        assert!(metrics.contains("pizza_connections_limit 100"), "{metrics}");
        assert!(
            metrics.contains("pizza_connections_refused_total "),
            "{metrics}"
        );
        metrics.contains("pizza_connections_open 2\n")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_limited_in_all() {
    let market = Market::embedded()
        .with("MAX_CONNECTIONS", "2")
        .with("TRUSTED_PROXIES", "127.0.0.1");
    let instance = market.start();
    let idle = [
        tls::connect(&instance.url).await,
        tls::connect(&instance.url).await,
    ];
    is_refused(answer(&instance, "/").await);
    is_refused(answer(&instance, "/healthz").await);
    drop(idle);
    until(async || answer(&instance, "/healthz").await.0 == 200).await;
}

/// A proxy has the connections of all of its clients.
#[tokio::test(flavor = "multi_thread")]
async fn trusted_proxies_are_exempt_from_the_limit_by_address() {
    let market = Market::embedded()
        .with("MAX_CONNECTIONS_PER_ADDRESS", "1")
        .with("MAX_SOCKETS_PER_ADDRESS", "1")
        .with("TRUSTED_PROXIES", "127.0.0.1");
    let instance = market.start();
    let open = async || Socket::open(&instance.socket_url("")).await.unwrap();
    let _sockets = [open().await, open().await, open().await];
    assert_eq!(answer(&instance, "/healthz").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_head_is_limited_to_32_kib() {
    let instance = Market::embedded().open().await;
    let status = async |length: usize| {
        let path = format!("/healthz?{}", "x".repeat(length));
        answer(&instance, &path).await.0
    };
    assert_eq!(status(31 * 1024).await, 200);
    assert_eq!(status(64 * 1024 - 100).await, 431);
}

/// A client that takes something now and then is served to the end.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_reads_nothing_is_closed() {
    let market = Market::embedded().open().await;
    for n in 0..20 {
        market.offer(&format!("{n} {}", "x".repeat(90))).await;
    }
    let open = async || {
        let stream = TcpSocket::new_v4().unwrap();
        stream.set_recv_buffer_size(4 * 1024).unwrap();
        let stream = stream.connect(market.address().parse().unwrap()).await;
        let mut stream = tls::wrap(&market.url, stream.unwrap()).await;
        let ask = format!(
            "GET /api/orders HTTP/1.1\r\nHost: {}\r\n\r\n",
            market.address()
        );
        // More than all buffers on the way hold; each is asked for before the one before is answered.
        let all = ask.repeat(400);
        let asked = timeout(SOON, stream.write_all(all.as_bytes())).await;
        asked.unwrap().unwrap();
        stream
    };
    let connections = async || {
        loop {
            // The metrics have a rate limit.
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            let metrics = market.get("/metrics").await.text;
            let open = metrics
                .lines()
                .find_map(|line| line.strip_prefix("pizza_connections_open "));
            if let Some(open) = open {
                break open.parse::<u32>().unwrap();
            }
        }
    };
    // The one that asks; another that made the offers may still be idle.
    until(async || connections().await == 1).await;
    let (silent, mut slow) = (open().await, open().await);
    until(async || connections().await == 3).await;
    let gone = async { while connections().await > 2 {} };
    let reading = async {
        let mut bytes = vec![0; 16 * 1024];
        loop {
            let n = slow.read(&mut bytes).await.unwrap();
            assert!(n > 0, "it was hung up on");
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    };
    tokio::select! {
        gone = timeout(2 * SOON, gone) => gone.expect("it is hung up on"),
        () = reading => {}
    }
    drop(silent);
    // The other one is still there.
    assert_eq!(connections().await, 2);
}

/// Pings are frames, too.
#[tokio::test(flavor = "multi_thread")]
async fn more_than_fifty_frames_a_second_close_a_socket() {
    let market = Market::embedded().open().await;
    for frame in [Message::text("x"), Message::Ping("x".into())] {
        let mut socket = market.socket("").await;
        // In one second or another, more than fifty of these arrive.
        for _ in 0..200 {
            socket.say(frame.clone()).await;
        }
        let closed = socket.closed(SOON).await;
        assert_eq!(u16::from(closed.code), 1008);
        assert!(closed.reason.contains("50 frames"), "{}", closed.reason);
    }
    let closed = "pizza_sockets_closed_total{reason=\"too_many\"} 2";
    until(async || market.get("/metrics").await.text.contains(closed)).await;
}
