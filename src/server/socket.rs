//! `/ws`: a socket is one task and one cursor. It wakes when the feed moves, sends what is new, flushes once.
//!
//! It holds no queue: what a client has not read yet is in the feed's ring, or in the ledger. Whoever reads
//! too slowly for that is closed, and may come back with `since`.

use super::{
    desk::Desk,
    feed::{self, Next},
    ledger::{self, Tail},
    metrics::{FRAMES, SOCKETS_CLOSED},
    now,
    openapi::{components::Since as SinceParameter, responses::Upgraded},
    query,
    rest::problem::Problem,
    state::App,
};
use crate::domain::{Cursor, Field, Frame, Kind, Signal, What};
use axum::{
    extract::{
        ConnectInfo, Extension, RawQuery, State,
        ws::{
            CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade,
            rejection::WebSocketUpgradeRejection,
        },
    },
    response::Response,
};
use bytes::Bytes;
use futures::SinkExt;
use metrics::{Counter, counter};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    select,
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tower_http::request_id::RequestId;
use tracing::{Instrument, Span};

const BEAT: Duration = Duration::from_secs(15);
/// How long after a ping a peer may be silent.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a peer may take to read what has been sent at once.
const FLUSH: Duration = Duration::from_secs(10);
/// How long a closing peer may take to say so.
const GOODBYE: Duration = Duration::from_secs(4);
/// A client that comes from an instance that is ahead of this one waits so long for this one to follow.
const CATCH_UP: Duration = Duration::from_secs(1);
/// Frames that are sent at once.
const CHUNK: usize = 128;
/// The library's own buffers are 128 KiB for each socket.
const BUFFER: usize = 4 * 1024;
const LARGEST_MESSAGE: usize = 4 * 1024;

/// Where a client wants to begin.
enum Since {
    /// From now on, with signals.
    Now,
    After(Cursor),
}

impl Field for Since {
    const KIND: Kind = Kind::Text;

    fn parse(text: &str) -> Result<Self, What> {
        if text.is_empty() {
            Ok(Since::Now)
        } else {
            text.parse().map(Since::After)
        }
    }
}

/// Why a socket ends.
enum End {
    /// It is gone.
    Gone,
    /// It has said goodbye; the library has an answer ready.
    Goodbye,
    Close(u16, &'static str),
}

impl End {
    const NAMES: [&str; 7] = [
        "gone",
        "goodbye",
        "too_slow",
        "silent",
        "stopping",
        "too_large",
        "malformed",
    ];

    /// The stable name of its kind.
    fn name(&self) -> &'static str {
        let [
            gone,
            goodbye,
            too_slow,
            silent,
            stopping,
            too_large,
            malformed,
        ] = End::NAMES;
        match self {
            End::Gone => gone,
            End::Goodbye => goodbye,
            End::Close(4008, _) => too_slow,
            End::Close(4012, _) => silent,
            End::Close(1012, _) => stopping,
            End::Close(1009, _) => too_large,
            End::Close(..) => malformed,
        }
    }
}

/// What has never happened is 0, not unknown.
pub fn begin_counting() {
    for reason in End::NAMES {
        counter!(SOCKETS_CLOSED, "reason" => reason).absolute(0);
    }
}

const TOO_SLOW: End = End::Close(4008, "You read too slowly. Come back with since.");
const SILENT: End = End::Close(4012, "You did not answer a ping. Come back with since.");
const STOPPING: End = End::Close(1012, "The server stops. Come back with since.");
const NO_TEXT: End = End::Close(1007, "That text is not valid UTF-8.");
const MALFORMED: End = End::Close(1002, "That is no WebSocket frame.");
const TOO_LARGE: End = End::Close(1009, "Messages to this socket hold at most 4 KiB.");

/// How the server closes a socket: code and reason.
pub fn closes() -> impl Iterator<Item = (u16, &'static str)> {
    let all = [MALFORMED, NO_TEXT, TOO_LARGE, STOPPING, TOO_SLOW, SILENT];
    all.into_iter().filter_map(|end| match end {
        End::Close(code, reason) => Some((code, reason)),
        End::Gone | End::Goodbye => None,
    })
}

/// Follow every change
///
/// A WebSocket: each text frame is a `Frame` (see the schemas). What it sends, and when it is closed, stands at the
/// beginning of this page.
#[utoipa::path(
    get,
    path = "/ws",
    tag = "Live",
    operation_id = "follow",
    params(SinceParameter),
    responses(Upgraded)
)]
pub async fn open(
    State(app): State<App>,
    from: ConnectInfo<SocketAddr>,
    Extension(id): Extension<RequestId>,
    RawQuery(query): RawQuery,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let mut fields = query::read(query.as_deref().unwrap_or_default());
    let since = fields.optional::<Since>("since");
    let since = fields.finish(|| Some(since))?;
    let upgrade = upgrade.map_err(|_| Problem::NotAWebSocket)?;
    let upgrade = upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_write_buffer_size(64 * BUFFER)
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE);
    let seat = app.sockets.seats.take(from.ip())?;
    let open = app.sockets.open.clone();
    let id = id.header_value().to_str().unwrap_or_default();
    // On its own: the request ends now.
    let log = tracing::error_span!(parent: None, "socket", request_id = id);
    Ok(upgrade.on_upgrade(move |socket| {
        open.track_future(async move {
            serve(app, socket, since, log).await;
            drop(seat);
        })
    }))
}

async fn serve(app: App, socket: WebSocket, since: Option<Since>, log: Span) {
    let mut viewer = Viewer::new(app, socket, since, log);
    let end = viewer.run().await;
    counter!(SOCKETS_CLOSED, "reason" => end.name()).increment(1);
    match end {
        End::Gone => {}
        End::Goodbye => viewer.hang_up().await,
        End::Close(code, reason) => viewer.close(code, reason).await,
    }
}

struct Viewer {
    app: App,
    socket: WebSocket,
    /// Everything up to here has been sent. `None` until this instance knows where the log is.
    cursor: Option<Cursor>,
    /// Whether the client asked for signals beside the events.
    signals: bool,
    /// It had everything once. From then on it must not fall behind what is held in memory.
    caught_up: bool,
    /// What it was told last: that nothing is missing, or that nobody knows.
    vouched: Option<bool>,
    moved: watch::Receiver<u64>,
    beat: Interval,
    answer_by: Option<Instant>,
    /// Counts what all sockets send.
    frames: Counter,
    /// The id of the request that it began with, for the log. It is not entered with every step.
    log: Span,
}

impl Viewer {
    fn new(app: App, socket: WebSocket, since: Option<Since>, log: Span) -> Viewer {
        let mut beat = interval_at(Instant::now() + BEAT, BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let signals = since.is_some();
        let cursor = match since {
            Some(Since::After(cursor)) => Some(cursor),
            Some(Since::Now) | None => app.desk.feed().cursor(),
        };
        let moved = app.desk.feed().watch();
        Viewer {
            app,
            socket,
            cursor,
            signals,
            caught_up: false,
            vouched: None,
            moved,
            beat,
            answer_by: None,
            frames: counter!(FRAMES),
            log,
        }
    }

    async fn run(&mut self) -> End {
        self.wait_for_a_slower_instance().await;
        let stop = self.app.sockets.stop.clone();
        loop {
            let turn = async {
                self.catch_up().await?;
                self.vouch().await?;
                self.wait().await
            };
            let end = select! {
                end = turn => end,
                () = stop.cancelled() => Err(STOPPING),
            };
            if let Err(end) = end {
                return end;
            }
        }
    }

    async fn wait_for_a_slower_instance(&mut self) {
        let (Some(cursor), Some(head)) = (&self.cursor, self.app.desk.feed().cursor()) else {
            return;
        };
        if cursor.epoch == head.epoch && cursor.seq > head.seq {
            // It never existed, if it does not come.
            let _ = timeout(CATCH_UP, self.app.desk.feed().reached(cursor)).await;
        }
    }

    /// Sends everything that is there.
    async fn catch_up(&mut self) -> Result<(), End> {
        loop {
            let Some(cursor) = &self.cursor else {
                self.cursor = self.app.desk.feed().cursor();
                return Ok(());
            };
            match self.app.desk.feed().next(cursor, CHUNK) {
                Next::Frames(frames, _) if frames.is_empty() => {
                    self.caught_up = true;
                    return Ok(());
                }
                Next::Frames(frames, cursor) => {
                    self.send(frames).await?;
                    self.cursor = Some(cursor);
                }
                Next::Elsewhere { newest, .. } if self.signals => self.reset(newest).await?,
                // It cannot be told, and wants what happens from now on: of this history, everything.
                Next::Elsewhere { oldest, .. } => self.cursor = Some(oldest),
                Next::Older if self.caught_up => return Err(TOO_SLOW),
                Next::Older => match older(&self.app.desk, cursor, &self.log).await {
                    Ok(Tail::Entries(entries)) if !entries.is_empty() => {
                        let cursor = Cursor {
                            seq: cursor.seq + entries.len() as u64,
                            ..cursor.clone()
                        };
                        self.send(
                            entries
                                .iter()
                                .map(|entry| feed::frame(&entry.text))
                                .collect(),
                        )
                        .await?;
                        self.cursor = Some(cursor);
                    }
                    Ok(_) => match self.app.desk.feed().cursor() {
                        Some(head) => self.reset(head).await?,
                        None => return Ok(()),
                    },
                    // The store is away: the feed moves when it is back.
                    Err(_) => return Ok(()),
                },
                Next::Nothing => return Ok(()),
            }
        }
    }

    /// What the client has is not what is here.
    async fn reset(&mut self, head: Cursor) -> Result<(), End> {
        if self.signals {
            self.signal(Signal::Reset, &head).await?;
        }
        self.cursor = Some(head);
        Ok(())
    }

    /// Says when what was vouched for begins or ceases to be.
    async fn vouch(&mut self) -> Result<(), End> {
        let current = self.caught_up && self.app.desk.feed().is_current();
        if self.vouched == Some(current) {
            Ok(())
        } else {
            self.say(current).await
        }
    }

    async fn say(&mut self, current: bool) -> Result<(), End> {
        self.vouched = Some(current);
        let Some(cursor) = self.cursor.clone().filter(|_| self.signals) else {
            return Ok(());
        };
        self.signal(
            if current {
                Signal::Heartbeat
            } else {
                Signal::Away
            },
            &cursor,
        )
        .await
    }

    async fn signal(&mut self, signal: Signal, cursor: &Cursor) -> Result<(), End> {
        let text = Frame::signal(signal, now(), cursor);
        self.send(vec![text.into()]).await
    }

    /// Sends texts, without a copy of any.
    async fn send(&mut self, texts: Vec<Bytes>) -> Result<(), End> {
        let count = texts.len() as u64;
        let all = async {
            for text in texts {
                let frame = Utf8Bytes::try_from(text).map_err(axum::Error::new)?;
                self.socket.feed(Message::Text(frame)).await?;
            }
            self.socket.flush().await
        };
        match timeout(FLUSH, all).await {
            Ok(sent) => sent.map_err(|_| End::Gone)?,
            Err(_) => return Err(TOO_SLOW),
        }
        // Once for all of them: there may be ten thousand sockets.
        self.frames.increment(count);
        Ok(())
    }

    /// Returns when there may be something to do.
    async fn wait(&mut self) -> Result<(), End> {
        let silent = async |by: Option<Instant>| match by {
            Some(by) => sleep_until(by).await,
            None => std::future::pending().await,
        };
        select! {
            // Its sender lives as long as the server.
            _ = self.moved.changed() => Ok(()),
            message = self.socket.recv() => self.received(message),
            () = silent(self.answer_by) => Err(SILENT),
            _ = self.beat.tick() => self.pulse().await,
        }
    }

    async fn pulse(&mut self) -> Result<(), End> {
        self.answer_by = Some(Instant::now() + ANSWER);
        let ping = self.socket.send(Message::Ping(Default::default()));
        timeout(FLUSH, ping)
            .await
            .map_err(|_| TOO_SLOW)?
            .map_err(|_| End::Gone)?;
        // Said after catching up: meanwhile there may be news, or another history.
        self.vouched = None;
        Ok(())
    }

    /// Whatever it is shows that the peer is there; what it says is ignored.
    fn received(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.answer_by = None;
        match message {
            None => Err(End::Gone),
            Some(Ok(Message::Close(_))) => Err(End::Goodbye),
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(fault(&error)),
        }
    }

    async fn close(&mut self, code: u16, reason: &'static str) {
        tracing::info!(parent: &self.log, code, "closing a socket");
        let frame = CloseFrame {
            code,
            reason: Utf8Bytes::from_static(reason),
        };
        // It is closed either way.
        if let Ok(Ok(())) = timeout(GOODBYE, self.socket.send(Message::Close(Some(frame)))).await {
            self.hang_up().await;
        }
    }

    /// Reads until the other side has hung up, too.
    async fn hang_up(&mut self) {
        let rest = async {
            // What was left to be sent, first.
            let _ = self.socket.flush().await;
            while let Some(Ok(_)) = self.socket.recv().await {}
        };
        let _ = timeout(GOODBYE, rest).await;
    }
}

/// What the feed no longer holds.
async fn older(desk: &Desk, cursor: &Cursor, log: &Span) -> ledger::Result<Tail> {
    let older = desk.older(cursor, CHUNK);
    older.instrument(log.clone()).await
}

/// What to say to a peer that does not keep to the protocol (RFC 6455, section 7.4.1).
fn fault(error: &axum::Error) -> End {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    match cause {
        Some(tungstenite::Error::Capacity(_)) => TOO_LARGE,
        Some(tungstenite::Error::Utf8(_)) => NO_TEXT,
        // It has left without a word, as many do.
        Some(tungstenite::Error::Protocol(
            tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        )) => End::Gone,
        Some(tungstenite::Error::Protocol(_)) => MALFORMED,
        _ => End::Gone,
    }
}
