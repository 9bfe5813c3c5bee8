//! The kitchen's bell: the sound that follows from what hangs there, and the word of this device on it.
//!
//! A browser lets a page be heard only after somebody has touched it, or not at all. Whether it does is asked once,
//! with the silent end of a chime; where it does not, the page says so.

use super::Whose;
use crate::{
    domain::{Chime, Heard, Order, OrderId, Status, Time, hangs, rings, stroke},
    ui::{
        device,
        locale::t,
        market::Market,
        parts::{
            form::Forms,
            list,
            small::{Icon, changing, icon, mark},
            ticket::which,
        },
        place::when_awake,
        words::is_of,
    },
};
use js_sys::futures::JsFuture;
use leptos::{
    ev, html,
    leptos_dom::helpers::IntervalHandle,
    prelude::*,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
    web_sys,
};
use std::time::Duration;

const TAKEN: &str = "/taken.wav?v=1";
const CANCELLED: &str = "/cancelled.wav?v=1";
/// Its last hundredths of a second are silent.
const SILENCE: &str = "/taken.wav?v=1#t=0.87";
const PAUSE: Duration = Duration::from_secs(4);
/// What the device keeps: what it has heard of, and whether it wants to hear.
const HEARD: &str = "heard";
const SOUND: &str = "sound";
const OFF: &str = "off";

#[derive(Clone, Copy)]
pub struct Bell {
    /// When a kitchen was first looked at on this page.
    opened: StoredValue<Option<Time>>,
    heard: RwSignal<Heard>,
    muted: RwSignal<bool>,
    blocked: RwSignal<bool>,
    /// One for all sounds: some browsers allow them player by player.
    player: NodeRef<html::Audio>,
}

impl Bell {
    pub fn new() -> Bell {
        Bell {
            opened: StoredValue::new(None),
            heard: RwSignal::default(),
            muted: RwSignal::new(false),
            // Until a browser has shown otherwise: most are, and a word that comes later would push the board down.
            blocked: RwSignal::new(true),
            player: NodeRef::new(),
        }
    }

    pub fn here() -> Bell {
        expect_context()
    }

    fn opened(self) -> Time {
        self.opened.get_value().unwrap_or_default()
    }

    /// Rings for what hangs in a kitchen, for as long as that is looked at.
    pub fn watch(self, whose: Whose) {
        let market = Market::here();
        self.opened
            .update_value(|opened| *opened = opened.or(Some(market.now_untracked())));
        when_awake(move || {
            self.recall();
            if !self.muted.get_untracked() {
                self.play(SILENCE);
            }
        });
        // Another window of this device may have heard.
        let others = window_event_listener_untyped("storage", move |_| self.recall());
        let calls = self.calls(whose);
        let turn = StoredValue::new(0);
        let strike = move || {
            turn.update_value(|turn| *turn += 1);
            match untrack(|| calls(turn.get_value())) {
                Some(Chime::Taken) => self.play(TAKEN),
                Some(Chime::Cancelled) => self.play(CANCELLED),
                None => {}
            }
        };
        let ringing = Memo::new(move |_| calls(0).is_some());
        let timer = StoredValue::new(None::<IntervalHandle>);
        let stop = move || {
            let timer = timer.try_update_value(Option::take).flatten();
            timer.inspect(IntervalHandle::clear);
        };
        Effect::new(move |_| {
            stop();
            if ringing.get() && !self.muted.get() {
                strike();
                timer.set_value(set_interval_with_handle(strike, PAUSE).ok());
            }
        });
        on_cleanup(move || {
            stop();
            others.remove();
        });
    }

    /// What is to be heard of a kitchen's tickets now, as one of many strokes.
    fn calls(self, whose: Whose) -> impl Fn(usize) -> Option<Chime> + Copy + Send + Sync + 'static {
        let (market, forms) = (Market::here(), Forms::here());
        move |turn| {
            let (kitchen, opened) = (whose.get(), self.opened());
            self.heard.with(|heard| {
                let calls = |order: &&Order| {
                    is_of(order, kitchen.as_deref())
                        && rings(order, heard, opened).is_some()
                        // What is done here right now need not be told here.
                        && !forms.is_sending(order.id)
                };
                market.with(|board| stroke(board?.orders().filter(calls), heard, opened, turn))
            })
        }
    }

    fn recall(self) {
        self.heard
            .set(Heard::read(&device::kept(HEARD).unwrap_or_default()));
        self.muted.set(device::kept(SOUND).is_some());
    }

    /// Somebody here knows of it.
    pub fn hear(self, order: &Order) {
        self.heard.update(|heard| heard.add(order));
        device::keep(HEARD, &self.heard.with_untracked(Heard::write));
    }

    fn mute(self, muted: bool) {
        self.muted.set(muted);
        device::keep(SOUND, if muted { OFF } else { "" });
        if !muted {
            self.play(TAKEN);
        }
    }

    fn play(self, sound: &str) {
        let Some(player) = self.player.get_untracked() else {
            return;
        };
        player.set_src(sound);
        let Ok(playing) = player.play() else { return };
        spawn_local(async move {
            match JsFuture::from(playing).await {
                Ok(_) => self.blocked.set(false),
                Err(error) if is_refusal(&error) => self.blocked.set(true),
                // Another one came before its end.
                Err(_) => {}
            }
        });
    }

    /// Whether a ticket rings.
    pub fn rings(self, order: Memo<Order>) -> Signal<bool> {
        let (market, opened) = (Market::here(), self.opened());
        Signal::derive(move || {
            !market.is_asleep()
                && self
                    .heard
                    .with(|heard| order.with(|order| rings(order, heard, opened).is_some()))
        })
    }

    /// Why a ticket rings, and an end to it.
    pub fn why(self, order: Memo<Order>, rings: Signal<bool>) -> AnyView {
        changing(move || {
            let silence = move |event: ev::MouseEvent| {
                // The button goes, and the ticket stays.
                let ticket = event_target::<web_sys::Element>(&event).closest("article");
                self.hear(&order.get_untracked());
                if let Some(ticket) = ticket.ok().flatten() {
                    // It takes it: it has a tabindex.
                    let _ = ticket.unchecked_into::<web_sys::HtmlElement>().focus();
                }
            };
            let which = which(&order.get_untracked());
            rings.get().then(|| {
                view! {
                    <p class="rings">
                        {icon(Icon::Bell)} <span>{t(["Taken", "Bestellt"])}</span>
                        <button type="button" on:click=silence>{t(["Silence", "Still"])} {which}</button>
                    </p>
                }
                .into_any()
            })
        })
    }

    /// What was cancelled while it hung in a column, and has not been taken down here.
    pub fn gone(self, from: Status, whose: Whose) -> Memo<Vec<OrderId>> {
        let (forms, opened) = (Forms::here(), self.opened());
        Market::here().view(move |board| {
            let kitchen = whose.get();
            self.heard.with(|heard| {
                let gone = board.orders().filter(|order| {
                    order.cancelled_from() == Some(from)
                        && is_of(order, kitchen.as_deref())
                        && hangs(order, heard, opened)
                        && !forms.is_sending(order.id)
                });
                list::by_time(gone.map(|order| (order.updated_at, order.id)))
            })
        })
    }

    /// What plays, unseen.
    pub fn player(self) -> AnyView {
        view! { <audio node_ref=self.player></audio> }.into_any()
    }

    /// A word where the browser plays nothing.
    pub fn banner(self) -> AnyView {
        let asleep = asleep();
        changing(move || {
            (self.blocked.get() && !self.muted.get()).then(|| {
                view! {
                    <div class="banner" role="region" data-asleep=asleep aria-label=t(["Sound", "Ton"])>
                        {icon(Icon::Mute)}
                        <p>
                            <strong>{t(["Sound is off in this browser.", "Der Ton ist in diesem Browser aus."])}</strong> " "
                            {t([
                                "Switch it on to hear a chime when a pizza is taken.",
                                "Schalte ihn ein, um zu hören, wenn eine Pizza bestellt wird.",
                            ])}
                        </p>
                        <button class="button" type="button" data-asleep=asleep on:click=move |_| self.play(TAKEN)>
                            {icon(Icon::Bell)} {t(["Switch on and test", "Einschalten und testen"])}
                        </button>
                        <button class="button quiet" type="button" data-asleep=asleep on:click=move |_| self.mute(true)>
                            {t(["Stay silent", "Ohne Ton"])}
                        </button>
                    </div>
                }
                .into_any()
            })
        })
    }

    /// Sound or none, for this device.
    pub fn switch(self) -> AnyView {
        let asleep = asleep();
        changing(move || {
            let muted = self.muted.get();
            let (symbol, word) = if muted {
                (Icon::Bell, ["Turn sound on", "Ton einschalten"])
            } else {
                (Icon::Mute, ["Turn sound off", "Ton ausschalten"])
            };
            let press = move |_| self.mute(!muted);
            Some(view! { <button class="button quiet" type="button" data-asleep=asleep on:click=press>{icon(symbol)} {t(word)}</button> }.into_any())
        })
    }
}

/// For what would do nothing yet: it keeps its place, unseen.
fn asleep() -> Signal<Option<&'static str>> {
    let market = Market::here();
    mark(move || market.is_asleep().then_some(""))
}

/// Whether the browser plays nothing, as long as nobody has touched the page.
fn is_refusal(error: &JsValue) -> bool {
    js_sys::Reflect::get(error, &"name".into()).is_ok_and(|name| name == "NotAllowedError")
}
