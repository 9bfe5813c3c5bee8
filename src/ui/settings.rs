//! The settings of a reader: language, theme, and the kitchen of the device. All of them are cookies, so that the server
//! renders the first page with them.

use super::{
    browser::{
        cookies,
        dom::fragment_target,
        url::{path_and_query, replace},
    },
    components::basics::{Icon, icon},
    i18n::locale::{Language, Locale, Text, t},
    route::{
        Kitchen,
        percent::{decode, encode},
    },
};
use crate::domain::{Field as _, Name, Viewer, named_enum};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

named_enum! {
    Theme {
        System = "system",
        Light = "light",
        Dark = "dark",
        Contrast = "contrast",
    }
}

named_enum! {
    /// How much room tickets take. `Auto`: little where the screen is short.
    Density {
        Auto = "auto",
        Comfortable = "comfortable",
        Compact = "compact",
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub locale: Locale,
    pub theme: Theme,
    pub density: Density,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            locale: Locale::default(),
            theme: Theme::System,
            density: Density::Auto,
        }
    }
}

/// The cookie that stores the kitchen that a device belongs to; an empty one, that it watches all of them. `Own` does not
/// change it.
pub fn kitchen_cookie(kitchen: &Kitchen) -> Option<String> {
    let name = match kitchen {
        Kitchen::Own => return None,
        Kitchen::All => String::new(),
        // A text that cannot be the name of a kitchen is not stored.
        Kitchen::One(name) => encode(&Name::parse(name).ok()?),
    };
    let age = cookies::PREFERENCE_AGE;
    Some(cookies::cookie(cookies::KITCHEN, &name, age))
}

/// The kitchen that this device belongs to, or that it watches all of them.
pub fn kitchen_of_device() -> Option<Kitchen> {
    cookies::get(cookies::KITCHEN).map(|name| Kitchen::from_value(Some(decode(&name))))
}

const TITLE: Text = ["Look and language", "Aussehen und Sprache"];

/// The element of the settings. As the fragment of an address it opens them.
pub const LOOK: &str = "look";

/// The button that opens the settings.
pub fn open_settings() -> AnyView {
    view! { <button class="button square quiet" type="button" popovertarget=LOOK aria-label=t(TITLE)>{icon(Icon::Settings)}</button> }.into_any()
}

/// Opens the settings on the page that a choice has led back to. Until then its style shows them, as the target of the
/// address.
pub fn reopen_settings() {
    let target = fragment_target().filter(|target| target.id() == LOOK);
    let Some(look) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    // A browser that knows no popovers goes on showing the target.
    if look.show_popover().is_ok() && look.remove_attribute("data-not-hydrated").is_ok() {
        let (path, query) = path_and_query();
        replace(&(path + &query));
    }
}

/// The settings: one plain form, whose answer redirects to the same page. Only the server renders them, beside the page
/// that is hydrated.
pub fn settings(settings: Settings, viewer: &Viewer) -> AnyView {
    let title = t(TITLE);
    let themes = row(cookies::THEME, Theme::ALL, settings.theme, |theme| {
        let word = match theme {
            Theme::System => ["Same as device", "Wie am Gerät"],
            Theme::Light => ["Light", "Hell"],
            Theme::Dark => ["Dark", "Dunkel"],
            Theme::Contrast => ["More contrast", "Mehr Kontrast"],
        };
        (theme.name(), t(word))
    });
    let language = settings.locale.language;
    let languages = row(cookies::LANGUAGE, Language::ALL, language, |language| {
        const OWN: Text = ["English", "Deutsch"];
        (language.name(), OWN[language as usize])
    });
    let densities = row(
        cookies::DENSITY,
        Density::ALL,
        settings.density,
        |density| {
            let word = match density {
                Density::Auto => ["Tickets as they fit", "Zettel, wie sie passen"],
                Density::Comfortable => ["Comfortable", "Bequem"],
                Density::Compact => ["Compact", "Dicht"],
            };
            (density.name(), t(word))
        },
    );
    view! {
        <aside class="look" id=LOOK popover="auto" aria-label=title data-not-hydrated="">
            <h2>{title}</h2>
            <form class="stack" method="post" action="/settings">
                {themes} {languages} {densities}
            </form>
            <button class="button" type="button" popovertarget="keys">{t(["Keyboard shortcuts", "Mit der Tastatur"])} <kbd>"?"</kbd></button>
            {viewer.is_open().then(open_market)}
            <a class="button shut" href="#">{t(["Close", "Schließen"])}</a>
        </aside>
    }
    .into_any()
}

/// What the open mode means, where nobody has to read it twice.
fn open_market() -> AnyView {
    let words = t([
        "Open market: nobody signs in.",
        "Offener Markt: Niemand meldet sich an.",
    ]);
    view! { <p class="small soft">{words}</p> }.into_any()
}

/// A button for each value of a setting, the chosen one pressed. `face` has the name of a value, and its word.
fn row<T: Copy + PartialEq>(
    setting: &'static str,
    values: &[T],
    chosen: T,
    face: fn(T) -> (&'static str, &'static str),
) -> AnyView {
    let button = |value: &T| {
        let pressed = if *value == chosen { "true" } else { "false" };
        let (value, word) = face(*value);
        // A language is named in itself.
        let lang = (setting == cookies::LANGUAGE).then_some(value);
        view! { <button class="button" name=setting value=value lang=lang aria-pressed=pressed>{word}</button> }
            .into_any()
    };
    let buttons: Vec<_> = values.iter().map(button).collect();
    view! { <div class="row">{buttons}</div> }.into_any()
}
