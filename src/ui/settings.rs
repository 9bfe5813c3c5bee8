//! How somebody wants their pages: language, look, and what their device keeps for them. All of it stands in
//! cookies, so that the server renders the first page right.

use super::{
    components::basics::{Icon, icon},
    i18n::{
        locale::{Language, Locale, Text, t},
        messages,
    },
    place::{Kitchen, decode},
};
use crate::domain::{Field as _, Name, named};
use leptos::prelude::*;

named! {
    Theme {
        System = "system",
        Light = "light",
        Dark = "dark",
        Contrast = "contrast",
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub locale: Locale,
    pub theme: Theme,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            locale: Locale::default(),
            theme: Theme::System,
        }
    }
}

/// The cookie with the kitchen that a device belongs to.
const KITCHEN: &str = "kitchen";
/// The cookie with the reader's time zone, in minutes east of UTC.
const ZONE: &str = "zone";
/// How long a cookie is kept, in seconds: a year.
const KEPT: u32 = 31_536_000;

fn cookie(name: &str, value: &str, age: u32) -> String {
    format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax")
}

/// The cookie that stores, or removes, the kitchen that a device belongs to. Where none was chosen, it stays as it is.
pub fn kitchen_cookie(kitchen: &Kitchen) -> Option<String> {
    let (name, age) = match kitchen {
        Kitchen::Own => return None,
        Kitchen::All => (String::new(), 0),
        // A text that cannot be the name of a kitchen is not stored.
        Kitchen::One(name) => (messages::in_address(&Name::parse(name).ok()?), KEPT),
    };
    Some(cookie(KITCHEN, &name, age))
}

/// Stores the reader's time zone, so that the server renders the next page in the reader's time.
pub fn store_zone(zone: i32) {
    set_cookie(&cookie(ZONE, &zone.to_string(), KEPT));
}

/// The kitchen that this device belongs to, as its cookie says.
pub fn kitchen_of_device() -> Option<String> {
    let cookies = js_sys::Reflect::get(&document(), &"cookie".into()).ok()?;
    let cookies = cookies.as_string()?;
    let mut pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    let (_, name) = pairs.find(|(name, _)| *name == KITCHEN)?;
    Some(name).filter(|name| !name.is_empty()).map(decode)
}

/// From now on, the next page is rendered with it. Where a browser keeps no cookies, each page begins anew.
pub fn set_cookie(cookie: &str) {
    let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
}

const TITLE: Text = ["Look and language", "Aussehen und Sprache"];

/// The button that opens them.
pub fn open_settings() -> AnyView {
    view! { <button class="button square quiet" type="button" popovertarget="look" aria-label=t(TITLE)>{icon(Icon::Settings)}</button> }.into_any()
}

/// The settings themselves: one plain form that comes back to its page. They stand beside the page: only the
/// server renders them.
pub fn settings(settings: Settings) -> AnyView {
    let title = t(TITLE);
    let themes: Vec<_> = Theme::ALL
        .iter()
        .map(|&theme| {
            let word = t(match theme {
                Theme::System => ["As the device", "Wie das Gerät"],
                Theme::Light => ["Light", "Hell"],
                Theme::Dark => ["Dark", "Dunkel"],
                Theme::Contrast => ["More contrast", "Mehr Kontrast"],
            });
            choice("theme", theme.name(), word, theme == settings.theme)
        })
        .collect();
    let languages: Vec<_> = Language::ALL
        .iter()
        .map(|&language| {
            const OWN: Text = ["English", "Deutsch"];
            let chosen = language == settings.locale.language;
            let word = OWN[language as usize];
            view! { <span lang=language.name()>{choice("language", language.name(), word, chosen)}</span> }.into_any()
        })
        .collect();
    view! {
        <aside class="look" id="look" popover="auto" aria-label=title>
            <h2>{title}</h2>
            <form class="stack" method="post" action="/settings">
                <div class="row">{themes}</div>
                <div class="row">{languages}</div>
            </form>
            <button class="button" type="button" popovertarget="keys">{t(["Work by keyboard", "Mit der Tastatur"])} <kbd>"?"</kbd></button>
        </aside>
    }
    .into_any()
}

fn choice(name: &'static str, value: &'static str, word: &'static str, chosen: bool) -> AnyView {
    let pressed = if chosen { "true" } else { "false" };
    view! { <button class="button" name=name value=value aria-pressed=pressed>{word}</button> }
        .into_any()
}
