//! One socket: a task and a cursor. It wakes when the feed moves, sends what is new, and flushes once.
//!
//! It holds no queue: what a client has not read yet is in the feed's ring, or in the store. A client that reads too
//! slowly for that is closed, and may come back with `since`.

use super::{
    close::{self, ENDED, End, SILENT, STOPPING, TOO_MANY, TOO_SLOW},
    frame_rate::FrameRate,
    lease::Lease,
    since::Since,
};
use crate::{
    domain::{Cursor, Frame, Scope, Signal},
    server::{
        clock::now,
        services::live_feed::{Next, Reader, Subscription},
        telemetry::metrics::{FRAMES, SOCKETS_CLOSED},
        web::{auth::Door, state::AppState},
    },
};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures::SinkExt;
use metrics::{Counter, counter};
use std::time::Duration;
use tokio::{
    select,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tracing::{Instrument, Span};

/// The contract's: a ping and a heartbeat every 15 s.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The contract's: how long after a ping a peer may be silent.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a peer may take to read what has been sent at once.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a peer may take to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(4);
/// How long the client of an instance that was ahead waits for this one to follow.
const CATCH_UP: Duration = Duration::from_secs(1);
/// Frames that are sent at once.
const CHUNK: usize = 128;

/// Sends a client what is about a scope, until either side ends.
pub async fn serve(
    app: AppState,
    socket: WebSocket,
    since: Option<Since>,
    about: Scope,
    door: Door,
    log: Span,
) {
    let mut session = WebSocketSession::new(app, socket, since, about, door, log);
    let end = session.run().await;
    counter!(SOCKETS_CLOSED, "reason" => end.name()).increment(1);
    match end {
        End::Gone => {}
        End::Closed => session.finish().await,
        End::Close(code, reason) => session.close(code, reason).await,
    }
}

struct WebSocketSession {
    app: AppState,
    socket: WebSocket,
    /// Everything up to here that is about its scope has been sent. `None` until this instance knows where the log is.
    cursor: Option<Cursor>,
    /// How far the client knows that nothing is missing: from here to the cursor, nothing is about its scope.
    known: u64,
    /// Whether the client asked for signals beside the events.
    signals: bool,
    /// It has been at the head once. From then on it must not fall behind what is held in memory.
    caught_up: bool,
    /// What the client was told last: whether the view is current.
    reported_current: Option<bool>,
    subscription: Subscription,
    lease: Lease,
    heartbeat: Interval,
    /// When the answer to the last ping is due.
    answer_deadline: Option<Instant>,
    received: FrameRate,
    /// Counts the frames of all sockets.
    frames: Counter,
    /// Has the id of the request that it began with, for the log. It is not entered with every step.
    log: Span,
}

impl WebSocketSession {
    fn new(
        app: AppState,
        socket: WebSocket,
        since: Option<Since>,
        about: Scope,
        door: Door,
        log: Span,
    ) -> WebSocketSession {
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let lease = Lease::of(&door);
        let feed = app.orders.feed();
        let signals = since.is_some();
        let subscription = feed.subscribe(Reader {
            scope: about,
            viewer: door.viewer,
            basis: lease.basis(),
            notices: signals,
        });
        let cursor = match since {
            Some(Since::After(cursor)) => Some(cursor),
            Some(Since::Now) | None => app.orders.feed().cursor(),
        };
        WebSocketSession {
            app,
            socket,
            known: cursor.as_ref().map_or(0, |cursor| cursor.seq),
            cursor,
            signals,
            caught_up: false,
            reported_current: None,
            subscription,
            lease,
            heartbeat,
            answer_deadline: None,
            received: FrameRate::new(Instant::now()),
            frames: counter!(FRAMES),
            log,
        }
    }

    async fn run(&mut self) -> End {
        self.wait_for_a_slower_instance().await;
        let stop = self.app.sockets.stop.clone();
        loop {
            // However much there is to send.
            if self.lease.ends.is_some_and(|ends| ends <= Instant::now()) {
                return ENDED;
            }
            if self.lease.idle_at.is_some_and(|due| due <= Instant::now())
                && let Err(end) = self.check_lease().await
            {
                return end;
            }
            let turn = async {
                self.catch_up().await?;
                self.report_currency().await?;
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
        let (Some(cursor), Some(head)) = (&self.cursor, self.app.orders.feed().cursor()) else {
            return;
        };
        if cursor.epoch == head.epoch && cursor.seq > head.seq {
            // A cursor that does not come was never issued.
            let _ = timeout(CATCH_UP, self.app.orders.feed().reached(cursor)).await;
        }
    }

    /// Sends everything after the cursor.
    async fn catch_up(&mut self) -> Result<(), End> {
        loop {
            let Some(cursor) = &self.cursor else {
                if let Some(head) = self.app.orders.feed().cursor() {
                    self.begin_at(head);
                }
                return Ok(());
            };
            match self.subscription.next(cursor, CHUNK) {
                Next::Frames(frames, reached) if frames.is_empty() => {
                    self.caught_up = true;
                    self.cursor = Some(reached);
                    return Ok(());
                }
                Next::Frames(frames, reached) => self.send_events(frames, reached).await?,
                Next::Ended(frames, reached) => {
                    self.send_events(frames, reached).await?;
                    return Err(ENDED);
                }
                Next::OtherHistory { newest, oldest } => {
                    // Its end may be in the history that is not known any more.
                    self.check_lease().await?;
                    match self.signals {
                        true => self.reset(newest).await?,
                        // It cannot be told. It wants the events from now on: of this history, all.
                        false => self.begin_at(oldest),
                    }
                }
                Next::NotHeld if self.caught_up => return Err(TOO_SLOW),
                Next::NotHeld => {
                    if !self.send_from_store(cursor.clone()).await? {
                        return Ok(());
                    }
                }
                Next::NotLoaded => return Ok(()),
            }
        }
    }

    /// Sends entries that the feed does not hold any more; false where there is nothing to send now.
    async fn send_from_store(&mut self, cursor: Cursor) -> Result<bool, End> {
        let reader = self.subscription.reader();
        let read = self.app.orders.older(&cursor, CHUNK, reader);
        match read.instrument(self.log.clone()).await {
            Ok(Some((frames, reached, is_end))) => {
                self.send_events(frames, reached).await?;
                if is_end { Err(ENDED) } else { Ok(true) }
            }
            Ok(None) => match self.app.orders.feed().cursor() {
                Some(head) => self.reset(head).await.map(|()| true),
                None => Ok(false),
            },
            // The store is unavailable: the feed moves when it is back.
            Err(_) => Ok(false),
        }
    }

    /// Ends the socket if what it was opened with is no longer good.
    async fn check_lease(&mut self) -> Result<(), End> {
        match self.lease.is_over(&self.app).await {
            true => Err(ENDED),
            false => Ok(()),
        }
    }

    /// Sends events with their numbers, and before each the stretch that is skipped. There is no other one before
    /// `reached`.
    async fn send_events(&mut self, events: Vec<(u64, Bytes)>, reached: Cursor) -> Result<(), End> {
        let mut texts = Vec::with_capacity(events.len());
        for (seq, text) in events {
            texts.extend(self.skip(&reached, seq - 1));
            texts.push(text);
            self.known = seq;
        }
        self.send(texts).await?;
        self.cursor = Some(reached);
        Ok(())
    }

    /// What tells the client that nothing up to `seq` is about its scope, unless it knows.
    fn skip(&self, cursor: &Cursor, seq: u64) -> Option<Bytes> {
        let at = |seq| Cursor {
            seq,
            ..cursor.clone()
        };
        let text = || Frame::skip(&at(self.known), now(), &at(seq)).into();
        (self.signals && self.known < seq).then(text)
    }

    fn begin_at(&mut self, cursor: Cursor) {
        self.known = cursor.seq;
        self.cursor = Some(cursor);
    }

    /// The client has to read everything again.
    async fn reset(&mut self, head: Cursor) -> Result<(), End> {
        self.begin_at(head.clone());
        if self.signals {
            self.signal(Signal::Reset, &head).await?;
        }
        Ok(())
    }

    /// Tells the client when the view becomes current or ceases to be.
    async fn report_currency(&mut self) -> Result<(), End> {
        let current = self.caught_up && self.app.orders.feed().is_current();
        if self.reported_current == Some(current) {
            Ok(())
        } else {
            self.send_currency(current).await
        }
    }

    async fn send_currency(&mut self, current: bool) -> Result<(), End> {
        self.reported_current = Some(current);
        let Some(cursor) = self.cursor.clone().filter(|_| self.signals) else {
            return Ok(());
        };
        self.signal(
            if current {
                Signal::Heartbeat
            } else {
                Signal::StoreUnavailable
            },
            &cursor,
        )
        .await
    }

    async fn signal(&mut self, signal: Signal, cursor: &Cursor) -> Result<(), End> {
        let mut texts = Vec::from_iter(self.skip(cursor, cursor.seq));
        texts.push(Frame::signal(signal, now(), cursor).into());
        self.known = cursor.seq;
        self.send(texts).await
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
        match timeout(FLUSH_TIMEOUT, all).await {
            Ok(sent) => sent.map_err(|_| End::Gone)?,
            Err(_) => return Err(TOO_SLOW),
        }
        // Counted once for all frames: there may be ten thousand sockets.
        self.frames.increment(count);
        Ok(())
    }

    /// Returns when there may be something to do.
    async fn wait(&mut self) -> Result<(), End> {
        let reached = async |by: Option<Instant>| match by {
            Some(by) => sleep_until(by).await,
            None => std::future::pending().await,
        };
        select! {
            () = self.subscription.changed() => Ok(()),
            message = self.socket.recv() => self.received(message),
            () = reached(self.lease.ends) => Err(ENDED),
            () = reached(self.lease.idle_at) => self.check_lease().await,
            () = reached(self.answer_deadline) => Err(SILENT),
            _ = self.heartbeat.tick() => {
                self.check_lease().await?;
                self.ping().await
            }
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        self.answer_deadline = Some(Instant::now() + RESPONSE_TIMEOUT);
        let ping = self.socket.send(Message::Ping(Default::default()));
        timeout(FLUSH_TIMEOUT, ping)
            .await
            .map_err(|_| TOO_SLOW)?
            .map_err(|_| End::Gone)?;
        // The heartbeat is sent after catching up: there may be events, or another history.
        self.reported_current = None;
        Ok(())
    }

    /// Any frame, pings and pongs included, is counted, and shows that the peer is there; its content is ignored.
    fn received(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.answer_deadline = None;
        match message {
            None => Err(End::Gone),
            Some(Ok(Message::Close(_))) => Err(End::Closed),
            Some(Ok(_)) if !self.received.allows(Instant::now()) => Err(TOO_MANY),
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(close::of_error(&error)),
        }
    }

    async fn close(&mut self, code: u16, reason: &'static str) {
        tracing::info!(parent: &self.log, code, "closing a socket");
        let frame = CloseFrame {
            code,
            reason: Utf8Bytes::from_static(reason),
        };
        // The socket is closed either way.
        if let Ok(Ok(())) =
            timeout(CLOSE_TIMEOUT, self.socket.send(Message::Close(Some(frame)))).await
        {
            self.finish().await;
        }
    }

    /// Reads until the peer has closed its side, too.
    async fn finish(&mut self) {
        let rest = async {
            // What is left to be sent goes first.
            let _ = self.socket.flush().await;
            while let Some(Ok(_)) = self.socket.recv().await {}
        };
        let _ = timeout(CLOSE_TIMEOUT, rest).await;
    }
}
