//! Fan-out: how long an event takes to every socket that it concerns, from the moment at which its request was due.

use crate::{
    Release,
    http::Client,
    process::{Server, Store},
    seed,
};
use anyhow::{Context, Result};
use futures::{StreamExt, future::try_join_all};
use hdrhistogram::Histogram;
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config, tungstenite::protocol::WebSocketConfig,
};

const KITCHENS: usize = 1_000;
const LASTS: usize = 15;
/// How long the last frames may take.
const DEADLINE: Duration = Duration::from_secs(20);
/// Connections that are opened at the same time.
const OPENED_AT_ONCE: usize = 64;
/// Connections that send requests, at most.
const SENDERS: usize = 32;

/// Who listens, and to how many events a second.
struct Case {
    sockets: usize,
    /// Whether each socket is about one kitchen, or about the market.
    scoped: bool,
    rate: usize,
}

pub async fn measure(release: &Release) -> Result<()> {
    for (sockets, scoped, rate) in [
        (1_000, false, 20),
        (1_000, true, 50),
        (10_000, false, 3),
        (10_000, true, 50),
    ] {
        let folder = TempDir::new()?;
        let server = Server::start(release, Store::Embedded(folder.path())).await?;
        let case = Case {
            sockets,
            scoped,
            rate,
        };
        fan_out(&server, &case).await?;
    }
    Ok(())
}

/// What sockets have received.
#[derive(Default)]
struct Received {
    /// For each order: when its move was due, in microseconds since the beginning.
    due: HashMap<String, AtomicU64>,
    frames: AtomicUsize,
    /// In microseconds; the number of those that took as long.
    took: Vec<AtomicU64>,
}

/// The longest time that is told apart, in steps of 100 µs.
const STEPS: usize = 200_000;

async fn fan_out(server: &Server, case: &Case) -> Result<()> {
    let events = case.rate * LASTS;
    let ids = seed::orders(server.address, events, KITCHENS, |_| 0).await?;
    let received = Arc::new(Received {
        due: ids
            .iter()
            .map(|id| (id.clone(), AtomicU64::new(0)))
            .collect(),
        took: (0..STEPS).map(|_| AtomicU64::new(0)).collect(),
        ..Received::default()
    });
    let began = Instant::now();
    let memory = server.process.memory()?;
    let sockets = open(server.address, case).await?;
    // The server's own work on a new socket ends after its answer.
    sleep(Duration::from_secs(1)).await;
    let held = server.process.memory()?.saturating_sub(memory) / case.sockets as u64;
    let mut listeners = JoinSet::new();
    for socket in sockets {
        listeners.spawn(listen(socket, received.clone(), began));
    }
    let used = server.process.processor_time()?;
    send(server.address, case, &ids, &received, began).await?;
    let expected = expected(case, events);
    let last = Instant::now();
    while received.frames.load(Ordering::Relaxed) < expected && last.elapsed() < DEADLINE {
        sleep(Duration::from_millis(10)).await;
    }
    let used = server.process.processor_time()? - used;
    report(case, &received, expected, used, held)
}

/// The frames that all sockets together have to receive.
fn expected(case: &Case, events: usize) -> usize {
    if case.scoped {
        // Each kitchen has as many sockets, and each order is of one.
        events * (case.sockets / KITCHENS)
    } else {
        events * case.sockets
    }
}

fn report(
    case: &Case,
    received: &Received,
    expected: usize,
    used: Duration,
    held: u64,
) -> Result<()> {
    let mut took = Histogram::<u64>::new(3)?;
    for (steps, count) in received.took.iter().enumerate() {
        took.record_n(steps as u64 + 1, count.load(Ordering::Relaxed))?;
    }
    let at = |quantile| took.value_at_quantile(quantile) as f64 / 10.0;
    let frames = received.frames.load(Ordering::Relaxed);
    println!(
        "{} sockets about {}, {} events a second: {frames} of {expected} frames, p50 {:.1} ms, p99 {:.1} ms, \
         {:.1} µs of processor time a frame, {:.1} kB a socket",
        case.sockets,
        if case.scoped {
            "a kitchen each"
        } else {
            "the market"
        },
        case.rate,
        at(0.5),
        at(0.99),
        used.as_secs_f64() * 1e6 / frames.max(1) as f64,
        held as f64 / 1e3
    );
    Ok(())
}

async fn open(address: SocketAddr, case: &Case) -> Result<Vec<WebSocketStream<TcpStream>>> {
    let next = AtomicUsize::new(0);
    let opening = async || {
        let mut opened = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= case.sockets {
                return anyhow::Ok(opened);
            }
            let about = match case.scoped {
                true => format!("&about=supplier:Kitchen%20{}", number % KITCHENS),
                false => String::new(),
            };
            let url = format!("ws://{address}/ws?since={about}");
            let stream = TcpStream::connect(address).await?;
            // The library's buffers are made for few connections.
            let small = WebSocketConfig::default()
                .read_buffer_size(4096)
                .write_buffer_size(0);
            let (socket, _) = client_async_with_config(url, stream, Some(small))
                .await
                .context("/ws")?;
            opened.push(socket);
        }
    };
    Ok(try_join_all((0..OPENED_AT_ONCE).map(|_| opening()))
        .await?
        .into_iter()
        .flatten()
        .collect())
}

/// Counts each event of an order that is measured, and how long it took.
async fn listen(mut socket: WebSocketStream<TcpStream>, received: Arc<Received>, began: Instant) {
    const BEFORE: &str = r#""order":{"id":""#;
    while let Some(Ok(message)) = socket.next().await {
        let Ok(text) = message.to_text() else {
            continue;
        };
        let id = text
            .split_once(BEFORE)
            .and_then(|(_, after)| after.get(..36));
        let Some(due) = id.and_then(|id| received.due.get(id)) else {
            continue;
        };
        let took = began.elapsed().as_micros() as u64 - due.load(Ordering::Relaxed);
        let steps = (took / 100).min(STEPS as u64 - 1);
        received.took[steps as usize].fetch_add(1, Ordering::Relaxed);
        received.frames.fetch_add(1, Ordering::Relaxed);
    }
}

/// Moves each order once, at the rate of the case.
async fn send(
    address: SocketAddr,
    case: &Case,
    ids: &[String],
    received: &Received,
    began: Instant,
) -> Result<()> {
    let (first, next) = (Instant::now(), AtomicUsize::new(0));
    let sender = async || {
        let mut client = Client::connect(address).await?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(id) = ids.get(number) else {
                return anyhow::Ok(());
            };
            let due = first + Duration::from_secs_f64(number as f64 / case.rate as f64);
            sleep_until(due).await;
            received.due[id].store((due - began).as_micros() as u64, Ordering::Relaxed);
            seed::step(&mut client, id, 0).await?;
        }
    };
    // Each sends often enough that its connection is not closed as an idle one.
    let senders = SENDERS.min(case.rate);
    try_join_all((0..senders).map(|_| sender())).await?;
    Ok(())
}
