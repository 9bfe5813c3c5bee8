//! The sound of the panel: its player, and the controls that switch it.
//!
//! A browser lets a page play only after the user has touched it, or not at all. The page finds out by playing the
//! silent end of a chime, and where the browser refuses, the switch says so.

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
            // Most browsers block sound at first.
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

    /// The button that says whether sound is on, and changes that.
    pub fn switch(self) -> AnyView {
        let not_hydrated = not_hydrated();
        changing(move || {
            let (symbol, word, tone) = match (self.muted.get(), self.blocked.get()) {
                (true, _) => (Icon::Mute, ["Sound off", "Ton aus"], None),
                (false, false) => (Icon::Bell, ["Sound on", "Ton an"], None),
                // The browser waits for a press.
                (false, true) => (
                    Icon::Mute,
                    ["Switch sound on", "Ton einschalten"],
                    Some("soon"),
                ),
            };
            let press = move |_| match self.blocked.get_untracked() && !self.muted.get_untracked() {
                true => self.play(TAKEN),
                false => self.mute(!self.muted.get_untracked()),
            };
            let is_on = if symbol == Icon::Bell {
                "true"
            } else {
                "false"
            };
            Some(view! {
                <button class="button quiet sound" type="button" data-not-hydrated=not_hydrated data-tone=tone aria-pressed=is_on on:click=press>
                    {icon(symbol)} <span translate="no">{t(word)}</span>
                </button>
            }
            .into_any())
        })
    }
}

/// Whether the browser blocks sound until the user touches the page.
fn is_refusal(error: &JsValue) -> bool {
    js_sys::Reflect::get(error, &"name".into()).is_ok_and(|name| name == "NotAllowedError")
}
