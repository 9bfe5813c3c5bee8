//! A subscriber of the live channel: one socket after another, each of which goes on after the last event of the one
//! before it.

use super::{
    checker::{Cursor, Received, SocketLog},
    client::{Client, locked},
    display::Display,
};
use futures::StreamExt;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use rustls::ClientConfig;
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    select,
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{Message, client::IntoClientRequest},
};
use tokio_util::sync::CancellationToken;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(6);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The server sends a heartbeat every 15 s; after this without a frame the connection is lost.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(40);

/// What all subscribers of a run share.
pub struct Shared {
    pub client: Arc<Client>,
    pub frames: FrameCache,
    pub display: Arc<Display>,
    pub tls: Arc<ClientConfig>,
    /// By which right they listen.
    pub authorization: Option<HeaderValue>,
}

pub struct Subscriber {
    pub number: usize,
    pub shared: Arc<Shared>,
}

/// What one subscriber received in the end.
#[derive(Default)]
pub struct SocketRecord {
    pub log: SocketLog,
    /// When each frame of the log arrived.
    pub times: Vec<Instant>,
    pub connections: u32,
}

/// The two sides of a subscriber's end: it reports that it receives, and learns which cursor is the last.
struct Signals {
    subscribed: mpsc::Sender<()>,
    head: watch::Receiver<Option<Cursor>>,
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

impl Subscriber {
    /// Receives everything up to `head`, as soon as that is known, or until `give_up`. Reports on `subscribed` once
    /// the first frame has arrived.
    pub async fn run(
        self,
        subscribed: mpsc::Sender<()>,
        head: watch::Receiver<Option<Cursor>>,
        give_up: CancellationToken,
    ) -> SocketRecord {
        let mut record = SocketRecord::default();
        let signals = Signals { subscribed, head };
        select! {
            () = self.follow(&mut record, signals) => {}
            () = give_up.cancelled() => {}
        }
        record
    }

    async fn follow(&self, record: &mut SocketRecord, mut signals: Signals) {
        let mut at: Option<Cursor> = None;
        let urls = &self.shared.client.urls;
        // Subscribers are spread evenly over the servers, and each goes on to the next one.
        let mut servers = urls.iter().cycle().skip(self.number % urls.len());
        let mut rng = fastrand::Rng::with_seed(self.number as u64);
        loop {
            if let Some(server) = servers.next()
                && let Some(mut socket) = self.open(server, at.as_ref()).await
            {
                record.connections += 1;
                // Like a phone that is locked, every second subscriber disconnects now and then.
                let stay = match self.number % 2 {
                    0 => Duration::MAX,
                    _ => Duration::from_millis(rng.u64(1_000..20_000)),
                };
                let receiving = self.receive(&mut socket, record, &mut at, &mut signals);
                // However it ends, the loop connects again unless the head is reached.
                let _ = timeout(stay, receiving).await;
                // A connection that is lost cannot be closed.
                let _ = timeout(CLOSE_TIMEOUT, socket.close(None)).await;
            }
            if has_reached(&signals.head, at.as_ref()) {
                return;
            }
            sleep(Duration::from_millis(rng.u64(50..1_000))).await;
        }
    }

    async fn open(&self, server: &str, at: Option<&Cursor>) -> Option<Socket> {
        let url = server.replacen("http", "ws", 1);
        let since = at.map(Cursor::to_string).unwrap_or_default();
        let address = format!("{url}/ws?since={since}");
        let tls = Some(Connector::Rustls(self.shared.tls.clone()));
        let mut request = address.into_client_request().ok()?;
        if let Some(authorization) = &self.shared.authorization {
            let headers = request.headers_mut();
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let connecting = connect_async_tls_with_config(request, None, true, tls);
        let connected = timeout(CONNECT_TIMEOUT, connecting).await;
        connected.ok()?.ok().map(|(socket, _)| socket)
    }

    /// Receives frames until the connection is lost, or the head is reached.
    async fn receive(
        &self,
        socket: &mut Socket,
        record: &mut SocketRecord,
        at: &mut Option<Cursor>,
        signals: &mut Signals,
    ) {
        while !has_reached(&signals.head, at.as_ref()) {
            let message = select! {
                message = timeout(SILENCE_TIMEOUT, socket.next()) => message,
                known = signals.head.changed() => match known {
                    Ok(()) => continue,
                    Err(_) => return,
                },
            };
            match message {
                Ok(Some(Ok(Message::Text(text)))) => {
                    match self.take(&text, record, &signals.subscribed).await {
                        Some(id) => *at = id.or(at.take()),
                        None => return,
                    }
                }
                Ok(Some(Ok(_))) => {}
                _ => return,
            }
        }
    }

    /// Records one frame. The cursor that it moves on to, if it does; `None` where the frame makes no sense.
    async fn take(
        &self,
        text: &str,
        record: &mut SocketRecord,
        subscribed: &mpsc::Sender<()>,
    ) -> Option<Option<Cursor>> {
        let (frame, is_new) = self.shared.frames.read(text)?;
        let id = Cursor::parse(&frame["id"])?;
        match frame["event_type"].as_str()? {
            "stream.reset" => {
                record.push(Received::Reset(id.clone(), self.all_orders().await?));
            }
            "stream.heartbeat" => record.begin(&id, false, subscribed).await,
            "stream.skip" => {
                let after = Cursor::parse(&frame["after"])?;
                record.push(Received::Skip(after, id.clone()));
            }
            // An entry of the log that is about no order: the next one has the number after it.
            "stream.shop" => {
                record.begin(&id, true, subscribed).await;
                let seq = id.seq.saturating_sub(1);
                let after = Cursor { seq, ..id.clone() };
                record.push(Received::Skip(after, id.clone()));
            }
            signal if signal.starts_with("stream.") => return Some(None),
            _ => {
                self.shared.display.count_event();
                if is_new {
                    self.shared.display.show_event(&frame);
                }
                record.begin(&id, true, subscribed).await;
                record.push(Received::Event(frame));
            }
        }
        Some(Some(id))
    }

    async fn all_orders(&self) -> Option<Vec<Value>> {
        let client = &self.shared.client;
        let server = fastrand::usize(..client.urls.len());
        let orders = client.all_pages(server, "/api/orders", CONNECT_TIMEOUT);
        orders.await.ok()
    }
}

impl SocketRecord {
    async fn begin(&mut self, first: &Cursor, is_event: bool, subscribed: &mpsc::Sender<()>) {
        if self.log.begin(first, is_event) {
            // The receiver is gone where the run gave up waiting.
            let _ = subscribed.send(()).await;
        }
    }

    fn push(&mut self, received: Received) {
        self.log.received.push(received);
        self.times.push(Instant::now());
    }
}

fn has_reached(head: &watch::Receiver<Option<Cursor>>, at: Option<&Cursor>) -> bool {
    match (&*head.borrow(), at) {
        (Some(head), Some(at)) => head.epoch == at.epoch && head.seq <= at.seq,
        _ => false,
    }
}

/// All frames that sockets have received, each stored once however many received it.
#[derive(Default)]
pub struct FrameCache {
    known: Mutex<HashMap<Box<str>, Arc<Value>>>,
}

impl FrameCache {
    /// The frame, and whether no socket has received it before; `None` where it is not JSON.
    fn read(&self, text: &str) -> Option<(Arc<Value>, bool)> {
        let mut known = locked(&self.known);
        if let Some(frame) = known.get(text) {
            return Some((frame.clone(), false));
        }
        let frame: Arc<Value> = Arc::new(serde_json::from_str(text).ok()?);
        known.insert(text.into(), frame.clone());
        Some((frame, true))
    }
}
