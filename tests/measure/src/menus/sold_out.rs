//! How soon the windows of customers hear that something is sold out: from the request of the kitchen to the frame.

use super::Shop;
use crate::{
    Release,
    http::Client,
    process::{Redis, Server, Store},
};
use anyhow::{Context, Result, ensure};
use futures::StreamExt;
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_tungstenite::{WebSocketStream, client_async};

const TAPS: usize = 200;
/// How long a frame may take.
const DEADLINE: Duration = Duration::from_secs(20);

pub async fn measure(release: &Release) -> Result<()> {
    let folder = TempDir::new()?;
    let server = Server::start(release, Store::Embedded(folder.path())).await?;
    taps(release, "embedded", &server, &server).await?;
    drop(server);
    let redis = Redis::start().await?;
    let one = Server::start(release, Store::Redis(&redis.url)).await?;
    let other = Server::start(release, Store::Redis(&redis.url)).await?;
    taps(release, "Redis, window at another instance", &one, &other).await
}

async fn taps(release: &Release, how: &str, kitchen: &Server, window: &Server) -> Result<()> {
    let shop = Shop::open(release, kitchen, json!({})).await?;
    let url = format!(
        "ws://{}/ws?since=&about=restaurant:{}",
        window.address, shop.id
    );
    let stream = TcpStream::connect(window.address).await?;
    stream.set_nodelay(true)?;
    let (mut socket, _) = client_async(url, stream).await.context("/ws")?;
    let mut client = Client::connect(kitchen.address).await?;
    let call = format!("{}/sold-out", shop.path);
    let mut took = Histogram::<u64>::new(3)?;
    for tap in 0..TAPS {
        let item = format!("i{tap}");
        let began = Instant::now();
        let tap = json!({"item": item, "sold_out": true}).to_string();
        let heard = heard(&mut socket, &item);
        let (answer, heard) = tokio::join!(client.post(&call, tap), timeout(DEADLINE, heard));
        answer?;
        heard??;
        took.record(began.elapsed().as_micros() as u64)?;
        // It fits into the list of what is sold out again, and the next one comes to a server at rest.
        let back = json!({"item": item, "sold_out": false});
        client.post(&call, back.to_string()).await?;
        sleep(Duration::from_millis(10)).await;
    }
    let at = |quantile| took.value_at_quantile(quantile) as f64 / 1e3;
    println!(
        "| tap on “sold out” until the frame in another window ({how}) | p50 {:.1} ms, p99 {:.1} ms | | | p50 < 100 ms |",
        at(0.5),
        at(0.99)
    );
    Ok(())
}

/// Waits for the counter on which an item is sold out.
async fn heard(socket: &mut WebSocketStream<TcpStream>, item: &str) -> Result<()> {
    while let Some(message) = socket.next().await {
        let message = message?;
        let Ok(frame) = serde_json::from_str::<Value>(message.to_text()?) else {
            continue;
        };
        let sold_out = frame["counter"]["sold_out"].as_array();
        if sold_out.is_some_and(|all| all.iter().any(|one| one["item"] == item)) {
            return Ok(());
        }
    }
    ensure!(false, "the socket was closed");
    Ok(())
}
