//! The live connection: the one file that knows a WebSocket.
//!
//! It connects with the cursor that the page was rendered at, folds the events, and reconnects by itself. After a gap, a
//! reset or a heartbeat with another cursor it reads the board again; it never guesses.

use super::store::{ConnectionState, LiveStore};
use crate::{
    api,
    domain::{FoldResult, Frame, Signal, Time},
    ui::browser::{
        cookies, http,
        timer::{browser_time, browser_zone, sleep},
        url,
    },
};
use chrono::TimeDelta;
use futures::{FutureExt, StreamExt, channel::mpsc, select_biased};
use gloo_net::websocket::{Message, futures::WebSocket};
use leptos::{
    prelude::*,
    server_fn::ServerFn,
    task::{spawn_local, tick},
    web_sys,
};
use std::time::Duration;

/// The server sends a heartbeat every 15 s. A connection without a frame for longer than this is dead.
const SILENCE: TimeDelta = TimeDelta::seconds(18);
/// Frames that arrive within this time are shown together: at a high rate the page changes ten times a second instead of
/// fifty.
const TOGETHER: Duration = Duration::from_millis(100);
/// After this time of work on frames, the page gets the chance to handle a click.
const LONGEST_WORK: TimeDelta = TimeDelta::milliseconds(10);
/// The pause before another attempt is a random part of the first, then of twice as much, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why a connection ended.
enum Ended {
    /// It broke, or was silent for too long.
    Lost,
    /// The board may have missed an event.
    Gap,
}

/// What interrupts a wait.
enum Interrupt {
    /// A second has passed.
    Tick,
    /// The page is visible again, or the device is online again.
    Resume,
}

type Interrupts = mpsc::UnboundedReceiver<Interrupt>;

/// Keeps the store live, from when the page is hydrated and for as long as it is open.
pub fn keep(store: LiveStore) {
    Effect::new(move |_| {
        let zone = browser_zone();
        // The server renders the next page in the reader's time.
        let zone_text = zone.to_string();
        cookies::set(&cookies::cookie(
            cookies::ZONE,
            &zone_text,
            cookies::PREFERENCE_AGE,
        ));
        store.hydrate(zone);
        let (interrupt, interrupts) = mpsc::unbounded();
        window_event_listener_untyped("offline", move |_| {
            store.set_connection(ConnectionState::Lost)
        });
        for event in ["online", "pageshow", "visibilitychange"] {
            let interrupt = interrupt.clone();
            // It fails only when the page is closed.
            window_event_listener_untyped(event, move |_| {
                drop(interrupt.unbounded_send(Interrupt::Resume));
            });
        }
        let tick = move || {
            store.tick(browser_time());
            drop(interrupt.unbounded_send(Interrupt::Tick));
        };
        drop(set_interval_with_handle(tick, Duration::from_secs(1)));
        spawn_local(follow(store, interrupts));
    });
}

async fn follow(store: LiveStore, mut interrupts: Interrupts) {
    let mut pause = FIRST_PAUSE;
    loop {
        let before = store.cursor();
        let mut ready = before.is_some();
        if ready && matches!(hold(store, &mut interrupts).await, Ended::Gap) {
            ready = false;
        }
        store.set_connection(ConnectionState::Lost);
        if store.cursor() != before {
            pause = FIRST_PAUSE;
        }
        if !ready && let Ok(snapshot) = http::get(api::Board::PATH, "").await {
            store.replace(snapshot);
            continue;
        }
        let part = js_sys::Math::random() * pause.as_millis() as f64;
        wait(Duration::from_millis(part as u64), &mut interrupts).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Holds one connection until it ends.
async fn hold(store: LiveStore, interrupts: &mut Interrupts) -> Ended {
    let Some(socket) = store
        .cursor()
        .and_then(|cursor| WebSocket::open(&url::web_socket(&format!("/ws?since={cursor}"))).ok())
    else {
        return Ended::Lost;
    };
    let mut socket = socket.fuse();
    let mut last_frame = browser_time();
    loop {
        select_biased! {
            mut frame = socket.next() => {
                // All frames that have arrived by now.
                let mut worked_since = browser_time();
                loop {
                    let Some(Ok(Message::Text(text))) = frame else { return Ended::Lost };
                    last_frame = browser_time();
                    if let Some(ended) = apply(store, &text, last_frame) {
                        return ended;
                    }
                    // One after the other: a list that changes in two places at once would move the rows between them.
                    tick().await;
                    if is_visible() && browser_time() - worked_since > LONGEST_WORK {
                        sleep(Duration::ZERO).await;
                        worked_since = browser_time();
                    }
                    match socket.next().now_or_never() {
                        Some(next) => frame = next,
                        None => break,
                    }
                }
                if is_visible() {
                    sleep(TOGETHER).await;
                }
            }
            interrupt = interrupts.next() => {
                // After the device was offline the connection may be dead without an error.
                let is_back = matches!(interrupt, Some(Interrupt::Resume)) && store.is_lost();
                if is_back || browser_time() - last_frame > SILENCE {
                    return Ended::Lost;
                }
            }
        }
    }
}

/// The timers of a hidden page are slow: nothing there may wait for one.
fn is_visible() -> bool {
    !document().hidden()
}

/// Applies one frame, and returns why the connection has to end, if it does.
fn apply(store: LiveStore, text: &str, now: Time) -> Option<Ended> {
    match serde_json::from_str(text) {
        Ok(Frame::Event(event)) if store.fold(&event) == FoldResult::Gap => {
            return Some(Ended::Gap);
        }
        Ok(Frame::Event(_)) => store.touch(now),
        Ok(Frame::Signal {
            signal: Signal::Heartbeat,
            at,
            id,
        }) => {
            if store.cursor() != Some(id) {
                return Some(Ended::Gap);
            }
            store.confirm(at, now);
        }
        Ok(Frame::Signal {
            signal: Signal::StoreUnavailable,
            ..
        }) => store.set_connection(ConnectionState::StoreUnavailable),
        Ok(Frame::Signal {
            signal: Signal::Reset,
            ..
        })
        | Err(_) => return Some(Ended::Gap),
        Ok(Frame::Unknown) => {}
    }
    None
}

/// Waits, unless the page or the device comes back earlier.
async fn wait(pause: Duration, interrupts: &mut Interrupts) {
    let mut over = sleep(pause).boxed_local().fuse();
    loop {
        select_biased! {
            () = over => return,
            interrupt = interrupts.next() => if matches!(interrupt, Some(Interrupt::Resume)) { return },
        }
    }
}

/// Tries again now, as if the device had just come online.
pub fn hurry() {
    if let Ok(online) = web_sys::Event::new("online") {
        // No listener cancels it.
        let _ = window().dispatch_event(&online);
    }
}
