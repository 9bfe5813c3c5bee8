//! The live connection: the one file that knows a WebSocket.
//!
//! It connects with the cursor that the page was rendered at, folds the events, and reconnects by itself. After a gap, a
//! reset or a heartbeat with another cursor it reads the board again; it never guesses. It also reads the board when the
//! page shows something else, and a larger one when the page reads on.

use super::{connection_state::ConnectionState, store::LiveStore};
use crate::{
    api,
    domain::{BoardQuery, Error, FoldResult, Frame, Signal, Snapshot, Time},
    ui::{
        browser::{
            cookies,
            dom::{ScrollAnchor, fragment_target, is_page_visible, scroll_to_fragment},
            http,
            timer::{browser_time, browser_zone, sleep},
            url,
        },
        my_orders,
        navigation::Navigator,
        route::{Panel, Route, percent::encode},
    },
};
use chrono::TimeDelta;
use futures::{FutureExt, StreamExt, channel::mpsc, select_biased};
use gloo_net::websocket::{Message, State, WebSocketError, futures::WebSocket};
use leptos::{
    prelude::*,
    server_fn::ServerFn,
    task::{spawn_local, tick},
    web_sys,
};
use std::time::Duration;

/// The server sends a heartbeat every 15 s. A connection without a frame for longer than this is dead.
const SILENCE: TimeDelta = TimeDelta::seconds(18);
/// The code with which a socket is closed whose session has ended.
const SIGNED_OUT: u16 = 4401;
/// How long a page whose session has ended waits for the answer to a form of its own.
const LEAVING: Duration = Duration::from_secs(2);
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
    /// The page shows something else.
    Left,
}

/// What interrupts a wait.
enum Interrupt {
    /// A second has passed.
    Tick,
    /// The page is visible again, or the device is online again.
    Resume,
    /// The page may need another board.
    OtherBoard,
}

type Interrupts = mpsc::UnboundedReceiver<Interrupt>;

/// Keeps the store live, from when the page is hydrated and for as long as it is open.
pub fn keep(store: LiveStore, navigator: Navigator) {
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
        let wanted = interrupt.clone();
        let tick = move || {
            store.tick(browser_time());
            drop(interrupt.unbounded_send(Interrupt::Tick));
        };
        drop(set_interval_with_handle(tick, Duration::from_secs(1)));
        follow_wishes(store, navigator, wanted);
        spawn_local(follow(store, interrupts));
    });
}

/// What the page of a route shows on this device.
pub fn query_of_device(route: &Route, store: LiveStore) -> BoardQuery {
    match route.panel() {
        Panel::Customer => store.query_of(route, &my_orders::orders()),
        _ => store.query_of(route, &[]),
    }
}

/// Follows what the route shows, and how much of it the page needs.
fn follow_wishes(
    store: LiveStore,
    navigator: Navigator,
    interrupt: mpsc::UnboundedSender<Interrupt>,
) {
    store.follow_shop(navigator);
    Effect::new(move |_| store.show(query_of_device(&navigator.get(), store)));
    let needed = Memo::new(move |_| {
        store.track();
        store.board_to_read()
    });
    Effect::new(move |_| {
        if needed.with(Option::is_some) {
            drop(interrupt.unbounded_send(Interrupt::OtherBoard));
        }
    });
}

async fn follow(store: LiveStore, mut interrupts: Interrupts) {
    let mut pause = FIRST_PAUSE;
    loop {
        let before = store.cursor();
        let ended = match untrack(|| store.is_of_page()) {
            true => hold(store, &mut interrupts).await,
            false => Ended::Left,
        };
        if !matches!(ended, Ended::Left) {
            store.set_connection(ConnectionState::Lost);
        }
        if store.cursor() != before {
            pause = FIRST_PAUSE;
        }
        if !matches!(ended, Ended::Lost) {
            if let Ok(snapshot) = read_board(store, &store.wanted()).await {
                store.replace(snapshot);
                store.read_shop_again();
                continue;
            }
            store.set_connection(ConnectionState::Lost);
        }
        let part = js_sys::Math::random() * pause.as_millis() as f64;
        wait(Duration::from_millis(part as u64), &mut interrupts).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Reads a board that has everything which this page has, unless the server lags.
async fn read_board(store: LiveStore, query: &BoardQuery) -> Result<Snapshot, Error> {
    let query = serde_json::to_string(query).map_err(|_| Error::Internal)?;
    let after = store.cursor().map(|cursor| format!("&after={cursor}"));
    let parameters = format!("query={}{}", encode(&query), after.unwrap_or_default());
    http::get(api::Board::PATH, &parameters).await
}

/// Reads a larger board beside the connection: what arrives there in the meantime is then known already.
fn read_on(store: LiveStore, query: BoardQuery, reads: StoredValue<bool>) {
    if reads.get_value() {
        return;
    }
    reads.set_value(true);
    spawn_local(async move {
        let snapshot = read_board(store, &query).await;
        reads.set_value(false);
        // After a failure, the next event or the next wish tries again.
        let Ok(snapshot) = snapshot else { return };
        let (anchor, is_linked) = (ScrollAnchor::find(), fragment_target().is_none());
        store.enlarge(snapshot);
        tick().await;
        match fragment_target() {
            // The address names a ticket that the page did not begin with.
            Some(_) if is_linked => scroll_to_fragment(),
            _ => drop(anchor.map(ScrollAnchor::keep)),
        }
    });
}

/// The address of the events of a board.
fn socket_of(store: LiveStore) -> Option<WebSocket> {
    let (cursor, scope) = (store.cursor()?, store.scope()?);
    let about = scope.topics().map(|_| format!("&about={scope}"));
    let path = format!("/ws?since={cursor}{}", about.unwrap_or_default());
    WebSocket::open(&url::web_socket(&path)).ok()
}

/// Holds one connection until it ends.
async fn hold(store: LiveStore, interrupts: &mut Interrupts) -> Ended {
    if store.scope().is_some_and(|scope| scope.is_empty()) {
        return hold_still(store, interrupts).await;
    }
    let Some(socket) = socket_of(store) else {
        return Ended::Lost;
    };
    let mut socket = socket.fuse();
    let mut last_frame = browser_time();
    let reads = StoredValue::new(false);
    loop {
        select_biased! {
            mut frame = socket.next() => {
                // All frames that have arrived by now.
                let mut worked_since = browser_time();
                loop {
                    if let Some(Err(WebSocketError::ConnectionClose(close))) = &frame
                        && close.code == SIGNED_OUT
                    {
                        // Where this page itself signs out, it is on its way to another one.
                        sleep(LEAVING).await;
                        // The server leads to where one signs in. What was typed is kept.
                        url::reload();
                    }
                    let Some(Ok(Message::Text(text))) = frame else { return Ended::Lost };
                    last_frame = browser_time();
                    let anchor = ScrollAnchor::find();
                    if let Some(ended) = apply(store, &text, last_frame) {
                        return ended;
                    }
                    // One after the other: a list that changes in two places at once would move the rows between them.
                    tick().await;
                    if let Some(anchor) = anchor {
                        anchor.keep();
                    }
                    if is_page_visible() && browser_time() - worked_since > LONGEST_WORK {
                        sleep(Duration::ZERO).await;
                        worked_since = browser_time();
                    }
                    match socket.next().now_or_never() {
                        Some(next) => frame = next,
                        None => break,
                    }
                }
                if !untrack(|| store.is_of_page()) {
                    return Ended::Left;
                }
                if is_page_visible() {
                    sleep(TOGETHER).await;
                }
            }
            interrupt = interrupts.next() => {
                // Browsers log a connection that is closed before it is open.
                let is_open = !matches!(socket.get_ref().state(), State::Connecting);
                if let Some(query) = untrack(|| store.board_to_read()) {
                    match untrack(|| store.is_of_page()) {
                        true => read_on(store, query, reads),
                        false if is_open => return Ended::Left,
                        false => {}
                    }
                }
                // After the device was offline the connection may be dead without an error.
                let is_back = matches!(interrupt, Some(Interrupt::Resume)) && store.is_lost();
                if is_back && is_open || browser_time() - last_frame > SILENCE {
                    return Ended::Lost;
                }
            }
        }
    }
}

/// A page without orders has no connection.
async fn hold_still(store: LiveStore, interrupts: &mut Interrupts) -> Ended {
    store.set_connection(ConnectionState::Still);
    while untrack(|| store.is_of_page()) {
        interrupts.next().await;
    }
    Ended::Left
}

/// Applies one frame, and returns why the connection has to end, if it does.
fn apply(store: LiveStore, text: &str, now: Time) -> Option<Ended> {
    match serde_json::from_str(text) {
        Ok(Frame::Event(event)) if store.fold(&event) == FoldResult::Gap => {
            return Some(Ended::Gap);
        }
        Ok(Frame::Skip { after, id, .. }) if store.skip(&after, &id) == FoldResult::Gap => {
            return Some(Ended::Gap);
        }
        Ok(Frame::Shop { id, .. }) if store.skip(&id.before(), &id) == FoldResult::Gap => {
            return Some(Ended::Gap);
        }
        Ok(Frame::Shop { notice, .. }) => {
            if let Some(counter) = notice.counter {
                store.hear_counter(counter);
            }
            store.touch(now);
        }
        Ok(Frame::Event(_) | Frame::Skip { .. }) => store.touch(now),
        Ok(Frame::Signal {
            signal: Signal::Heartbeat,
            at,
            id,
        }) => {
            match store.cursor() {
                Some(own) if own == id => store.confirm(at, now),
                // It was sent before the board was read that is here now.
                Some(own) if own.epoch == id.epoch && own.seq > id.seq => {}
                _ => return Some(Ended::Gap),
            }
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
