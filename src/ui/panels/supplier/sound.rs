//! The sound of the panel: its player, and the controls that switch it.
//!
//! A browser lets a page play only after the user has touched it, or not at all. The page finds out by playing the
//! silent end of a chime, and where the browser refuses, a banner says so.

use crate::{
    domain::KitchenAlert,
    ui::{
        browser::storage,
        components::{
            basics::{Icon, changing, icon},
            before_hydration::not_hydrated,
        },
        i18n::locale::t,
    },
};
use js_sys::futures::JsFuture;
use leptos::{html, prelude::*, task::spawn_local, wasm_bindgen::JsValue};

const TAKEN: &str = "/taken.wav?v=1";
const CANCELLED: &str = "/cancelled.wav?v=1";
/// The last hundredths of a second of the chime are silent.
const SILENCE: &str = "/taken.wav?v=1#t=0.87";
/// The name and the value under which the device stores that it is muted.
const SOUND: &str = "sound";
const OFF: &str = "off";

#[derive(Clone, Copy)]
pub struct Sound {
    muted: RwSignal<bool>,
    blocked: RwSignal<bool>,
    /// One player for all sounds: some browsers give their permission for each player.
    player: NodeRef<html::Audio>,
}

impl Sound {
    pub fn new() -> Sound {
        Sound {
            muted: RwSignal::new(false),
            // Most browsers block sound at first, and a banner that appears later would push the columns down.
            blocked: RwSignal::new(true),
            player: NodeRef::new(),
        }
    }

    pub fn is_muted(self) -> bool {
        self.muted.get()
    }

    pub fn load(self) {
        self.muted.set(storage::kept(SOUND).is_some());
    }

    /// Finds out whether the browser blocks sound.
    pub fn probe(self) {
        if !self.muted.get_untracked() {
            self.play(SILENCE);
        }
    }

    pub fn chime(self, chime: KitchenAlert) {
        self.play(match chime {
            KitchenAlert::Ordered => TAKEN,
            KitchenAlert::Cancelled => CANCELLED,
        });
    }

    fn mute(self, muted: bool) {
        self.muted.set(muted);
        storage::keep(SOUND, if muted { OFF } else { "" });
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
                // The next sound began before the end of this one.
                Err(_) => {}
            }
        });
    }

    /// The element that plays. It shows nothing.
    pub fn player(self) -> AnyView {
        view! { <audio node_ref=self.player></audio> }.into_any()
    }

    pub fn banner(self) -> AnyView {
        let not_hydrated = not_hydrated();
        changing(move || {
            (self.blocked.get() && !self.muted.get()).then(|| self.blocked_banner(not_hydrated))
        })
    }

    fn blocked_banner(self, not_hydrated: Signal<Option<&'static str>>) -> AnyView {
        view! {
            <div class="banner" role="region" data-not-hydrated=not_hydrated aria-label=t(["Sound", "Ton"])>
                {icon(Icon::Mute)}
                <p>
                    <strong>{t(["Sound is off in this browser.", "Der Ton ist in diesem Browser aus."])}</strong> " "
                    {t([
                        "Switch it on to hear a chime when a pizza is taken.",
                        "Schalte ihn ein, um zu hören, wenn eine Pizza bestellt wird.",
                    ])}
                </p>
                <button class="button" type="button" data-not-hydrated=not_hydrated on:click=move |_| self.play(TAKEN)>
                    {icon(Icon::Bell)} {t(["Switch on and test", "Einschalten und testen"])}
                </button>
                <button class="button quiet" type="button" data-not-hydrated=not_hydrated on:click=move |_| self.mute(true)>
                    {t(["Stay silent", "Ohne Ton"])}
                </button>
            </div>
        }
        .into_any()
    }

    /// The button that turns sound on or off for this device.
    pub fn switch(self) -> AnyView {
        let not_hydrated = not_hydrated();
        changing(move || {
            let muted = self.muted.get();
            let (symbol, word) = if muted {
                (Icon::Bell, ["Turn sound on", "Ton einschalten"])
            } else {
                (Icon::Mute, ["Turn sound off", "Ton ausschalten"])
            };
            let press = move |_| self.mute(!muted);
            Some(view! { <button class="button quiet" type="button" data-not-hydrated=not_hydrated on:click=press>{icon(symbol)} {t(word)}</button> }.into_any())
        })
    }
}

/// Whether the browser blocks sound until the user touches the page.
fn is_refusal(error: &JsValue) -> bool {
    js_sys::Reflect::get(error, &"name".into()).is_ok_and(|name| name == "NotAllowedError")
}
