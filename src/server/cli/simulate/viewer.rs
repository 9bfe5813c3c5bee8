//! Somebody who watches the market: one socket, and another one after it where the last one left off.

use super::{
    history::{Client, Cursor, Heard},
    market::{Frames, Market},
    scene::Scene,
};
use futures::StreamExt;
use rustls::ClientConfig;
use serde_json::Value;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    select,
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config, tungstenite::Message,
};
use tokio_util::sync::CancellationToken;

/// How long a connection may take to open.
const OPEN: Duration = Duration::from_secs(6);
/// How long it may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// The server says something every 15 s. Whoever hears nothing for longer is not connected.
const SILENCE: Duration = Duration::from_secs(40);

pub struct Viewer {
    pub number: usize,
    pub market: Arc<Market>,
    pub frames: Arc<Frames>,
    pub scene: Arc<Scene>,
    pub tls: Arc<ClientConfig>,
}

/// What one viewer has heard in the end.
#[derive(Default)]
pub struct Watched {
    pub client: Client,
    /// When each of what it heard came.
    pub times: Vec<Instant>,
    /// How often it was connected.
    pub connections: u32,
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

impl Viewer {
    /// Watches until it has heard everything up to `head`, as soon as that is known, or until it is told that it
    /// is late enough. Says so when it is there.
    pub async fn watch(
        self,
        here: mpsc::Sender<()>,
        head: watch::Receiver<Option<Cursor>>,
        enough: CancellationToken,
    ) -> Watched {
        let mut watched = Watched::default();
        select! {
            () = self.follow(&mut watched, here, head) => {}
            () = enough.cancelled() => {}
        }
        watched
    }

    async fn follow(
        &self,
        watched: &mut Watched,
        here: mpsc::Sender<()>,
        mut head: watch::Receiver<Option<Cursor>>,
    ) {
        let mut at: Option<Cursor> = None;
        let mut rng = fastrand::Rng::with_seed(self.number as u64);
        loop {
            if let Some(mut socket) = self.open(at.as_ref()).await {
                watched.connections += 1;
                // Phones fall asleep: every second one leaves by itself now and then.
                let awake = match self.number % 2 {
                    0 => Duration::MAX,
                    _ => Duration::from_millis(rng.u64(1_000..20_000)),
                };
                // Either way it comes back, unless it has heard everything.
                let _ = timeout(
                    awake,
                    self.hear(&mut socket, watched, &mut at, &here, &mut head),
                )
                .await;
                // Where it was not the connection that broke: goodbye.
                let _ = timeout(GOODBYE, socket.close(None)).await;
            }
            if has_reached(&head, at.as_ref()) {
                return;
            }
            sleep(Duration::from_millis(rng.u64(50..1_000))).await;
        }
    }

    async fn open(&self, at: Option<&Cursor>) -> Option<Socket> {
        let urls = &self.market.urls;
        let url = urls[fastrand::usize(..urls.len())].replacen("http", "ws", 1);
        let since = at.map(Cursor::to_string).unwrap_or_default();
        let address = format!("{url}/ws?since={since}");
        let tls = Some(Connector::Rustls(self.tls.clone()));
        let open = timeout(
            OPEN,
            connect_async_tls_with_config(address, None, true, tls),
        );
        open.await.ok()?.ok().map(|(socket, _)| socket)
    }

    /// Hears what comes until the connection breaks, or everything has been heard.
    async fn hear(
        &self,
        socket: &mut Socket,
        watched: &mut Watched,
        at: &mut Option<Cursor>,
        here: &mpsc::Sender<()>,
        head: &mut watch::Receiver<Option<Cursor>>,
    ) {
        while !has_reached(head, at.as_ref()) {
            let message = select! {
                message = timeout(SILENCE, socket.next()) => message,
                known = head.changed() => match known {
                    Ok(()) => continue,
                    Err(_) => return,
                },
            };
            match message {
                Ok(Some(Ok(Message::Text(text)))) => match self.take(&text, watched, here).await {
                    Some(id) => *at = id.or(at.take()),
                    None => return,
                },
                Ok(Some(Ok(_))) => {}
                _ => return,
            }
        }
    }

    /// Takes in one frame: the cursor that it moves on to, if it does; `None` where it cannot be made sense of.
    async fn take(
        &self,
        text: &str,
        watched: &mut Watched,
        here: &mpsc::Sender<()>,
    ) -> Option<Option<Cursor>> {
        let (frame, new) = self.frames.read(text)?;
        let id = Cursor::read(&frame["id"])?;
        match frame["event_type"].as_str()? {
            "stream.reset" => {
                watched.push(Heard::Reset(id.clone(), self.everything().await?));
            }
            "stream.heartbeat" if watched.client.from.is_none() => {
                watched.client.from = Some(id.clone());
                // Whoever waits for it may have gone.
                let _ = here.send(()).await;
            }
            "stream.heartbeat" => {}
            signal if signal.starts_with("stream.") => return Some(None),
            _ => {
                self.scene.heard(&frame, new);
                watched.push(Heard::Event(frame));
            }
        }
        Some(Some(id))
    }

    /// All orders, as somebody reads them who no longer knows what to believe.
    async fn everything(&self) -> Option<Vec<Value>> {
        let server = fastrand::usize(..self.market.urls.len());
        let (mut all, mut next) = (Vec::new(), Some("/api/orders".to_owned()));
        while let Some(path) = next {
            let page = self.market.page(server, &path, OPEN).await.ok()?;
            all.extend(page.orders);
            next = page.next;
        }
        Some(all)
    }
}

impl Watched {
    fn push(&mut self, heard: Heard) {
        self.client.heard.push(heard);
        self.times.push(Instant::now());
    }
}

fn has_reached(head: &watch::Receiver<Option<Cursor>>, at: Option<&Cursor>) -> bool {
    match (&*head.borrow(), at) {
        (Some(head), Some(at)) => head.epoch == at.epoch && head.seq <= at.seq,
        _ => false,
    }
}
