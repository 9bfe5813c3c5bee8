//! The live channel: the one file that knows a WebSocket.
//!
//! It connects with the cursor that the page was rendered at, folds what comes, and comes back by itself. On any
//! doubt (a gap, a reset, a heartbeat that is elsewhere) it reads the board again; it never guesses.

use super::store::{ConnectionState, LiveStore};
use crate::ui::{browser::http, panels, settings::store_zone};
use crate::{
    api,
    domain::{Cursor, Folded, Frame, Signal, Time},
};
use chrono::TimeDelta;
use futures::{
    FutureExt, StreamExt,
    channel::{mpsc, oneshot},
    select_biased,
};
use gloo_net::websocket::{Message, futures::WebSocket};
use leptos::{
    prelude::*,
    server_fn::ServerFn,
    task::{spawn_local, tick},
    web_sys,
};
use std::time::Duration;

/// The server says something every 15 s. After so long without a word the connection is dead, whatever it claims.
const SILENCE: TimeDelta = TimeDelta::seconds(18);
/// By then a page has settled, and there is time for what it may need next.
const SETTLED: Duration = Duration::from_secs(10);
/// What comes within so long after something has come is shown together. A blink takes longer; and in a rush the page
/// changes ten times a second instead of fifty.
const TOGETHER: Duration = Duration::from_millis(100);
/// After so long at work on what has come, the page gets the chance to answer to a press.
const BREATH: TimeDelta = TimeDelta::milliseconds(10);
/// Before another attempt: a random part of the first, then of twice as much, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why a connection was left.
enum Left {
    /// It broke, or went silent.
    Lost,
    /// What is on the page can no longer be trusted.
    Doubt,
}

/// What may make it look up.
enum Nudge {
    /// A second has passed.
    Tick,
    /// The page is seen again, or the device is online again.
    Wake,
}

type Nudges = mpsc::UnboundedReceiver<Nudge>;

/// Keeps the market live, from when the page wakes up in a browser and for as long as it is open.
pub fn keep(store: LiveStore) {
    Effect::new(move |_| {
        let zone = -(js_sys::Date::new_0().get_timezone_offset() as i32);
        store_zone(zone);
        store.wake(zone);
        let (nudge, nudges) = mpsc::unbounded();
        window_event_listener_untyped("offline", move |_| store.relink(ConnectionState::Lost));
        for event in ["online", "pageshow", "visibilitychange"] {
            let nudge = nudge.clone();
            // Whoever listened is gone with the page.
            window_event_listener_untyped(event, move |_| drop(nudge.unbounded_send(Nudge::Wake)));
        }
        let tick = move || {
            store.tick(browser_time());
            drop(nudge.unbounded_send(Nudge::Tick));
        };
        drop(set_interval_with_handle(tick, Duration::from_secs(1)));
        spawn_local(follow(store, nudges));
        spawn_local(async {
            sleep(SETTLED).await;
            panels::fetch_all().await;
        });
    });
}

async fn follow(store: LiveStore, mut nudges: Nudges) {
    let mut pause = FIRST_PAUSE;
    loop {
        let before = store.cursor();
        let mut ready = before.is_some();
        if ready && matches!(hold(store, &mut nudges).await, Left::Doubt) {
            ready = false;
        }
        store.relink(ConnectionState::Lost);
        if store.cursor() != before {
            pause = FIRST_PAUSE;
        }
        if !ready && let Ok(snapshot) = http::get(api::Board::PATH, "").await {
            store.replace(snapshot);
            continue;
        }
        let part = js_sys::Math::random() * pause.as_millis() as f64;
        rest(Duration::from_millis(part as u64), &mut nudges).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Stays connected for as long as that works.
async fn hold(store: LiveStore, nudges: &mut Nudges) -> Left {
    let Some(socket) = store
        .cursor()
        .and_then(|cursor| WebSocket::open(&address(&cursor)).ok())
    else {
        return Left::Lost;
    };
    let mut socket = socket.fuse();
    let mut heard = browser_time();
    loop {
        select_biased! {
            mut frame = socket.next() => {
                // All that has come by now.
                let mut breath = browser_time();
                loop {
                    let Some(Ok(Message::Text(text))) = frame else { return Left::Lost };
                    heard = browser_time();
                    if let Some(left) = take(store, &text, heard) {
                        return left;
                    }
                    // One after the other: a list that changed in two places at once would move what stands between.
                    tick().await;
                    if is_seen() && browser_time() - breath > BREATH {
                        sleep(Duration::ZERO).await;
                        breath = browser_time();
                    }
                    match socket.next().now_or_never() {
                        Some(next) => frame = next,
                        None => break,
                    }
                }
                if is_seen() {
                    sleep(TOGETHER).await;
                }
            }
            nudge = nudges.next() => {
                // Whoever was offline does not trust what is left of the connection.
                let back = matches!(nudge, Some(Nudge::Wake)) && store.is_lost();
                if back || browser_time() - heard > SILENCE {
                    return Left::Lost;
                }
            }
        }
    }
}

/// The timers of a page that nobody sees are slow: nothing there may wait for one.
fn is_seen() -> bool {
    !document().hidden()
}

/// Takes one frame; says so when that cannot be.
fn take(store: LiveStore, text: &str, now: Time) -> Option<Left> {
    match serde_json::from_str(text) {
        Ok(Frame::Event(event)) if store.fold(&event) == Folded::Gap => return Some(Left::Doubt),
        Ok(Frame::Event(_)) => store.touch(now),
        Ok(Frame::Signal {
            signal: Signal::Heartbeat,
            at,
            id,
        }) => {
            if store.cursor() != Some(id) {
                return Some(Left::Doubt);
            }
            store.vouch(at, now);
        }
        Ok(Frame::Signal {
            signal: Signal::StoreUnavailable,
            ..
        }) => store.relink(ConnectionState::Away),
        Ok(Frame::Signal {
            signal: Signal::Reset,
            ..
        })
        | Err(_) => return Some(Left::Doubt),
        Ok(Frame::Unknown) => {}
    }
    None
}

/// Waits, unless something says that it is worth trying now.
async fn rest(pause: Duration, nudges: &mut Nudges) {
    let mut over = sleep(pause).boxed_local().fuse();
    loop {
        select_biased! {
            () = over => return,
            nudge = nudges.next() => if matches!(nudge, Some(Nudge::Wake)) { return },
        }
    }
}

pub async fn sleep(time: Duration) {
    let (wake, woken) = oneshot::channel();
    set_timeout(move || wake.send(()).unwrap_or_default(), time);
    // Woken, or never: the sender lives in the timer.
    let _ = woken.await;
}

fn address(since: &Cursor) -> String {
    let route = location();
    let scheme = if route.protocol().as_deref() == Ok("https:") {
        "wss"
    } else {
        "ws"
    };
    format!(
        "{scheme}://{}/ws?since={since}",
        route.host().unwrap_or_default()
    )
}

pub fn browser_time() -> Time {
    Time::from_millis(js_sys::Date::now() as i64)
}

/// Tries again now, as if the device had just come online.
pub fn hurry() {
    if let Ok(online) = web_sys::Event::new("online") {
        // Nobody cancels it.
        let _ = window().dispatch_event(&online);
    }
}
