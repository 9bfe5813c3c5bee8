//! The smallest parts: icons, pizzas, badges, times, sums.

use crate::{
    domain::{Status, Time},
    ui::{
        i18n::{format, locale::t},
        live::{reactive::unsubscribe_on_cleanup, store::LiveStore},
        route::percent::encode,
    },
};
use chrono::TimeDelta;
use leptos::prelude::*;

/// A hash of the sprite, in its address, so that browsers cache it until it changes.
const SPRITE: u32 = {
    let (bytes, mut hash, mut at) = (
        include_bytes!("../../../public/icons.svg"),
        0x811c_9dc5_u32,
        0,
    );
    // FNV-1a.
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
};

/// What stands in a `<textarea>`. On the server, Leptos writes the text of this element as it is, so that `<` could end
/// it; in the browser it is set as text.
pub fn textarea_text(text: &str) -> String {
    match cfg!(feature = "ssr") {
        true => text.replace('&', "&amp;").replace('<', "&lt;"),
        false => text.to_owned(),
    }
}

/// The symbols of `public/icons.svg`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Icon {
    Of(Status),
    Alert,
    Bell,
    Check,
    Clock,
    Close,
    Down,
    Download,
    Filter,
    Hourglass,
    Info,
    Live,
    Minus,
    More,
    Mute,
    Person,
    Pin,
    Plus,
    Print,
    Reconnecting,
    Search,
    Settings,
    Share,
    Shop,
    Slice,
    Stale,
    Undo,
}

impl Icon {
    fn address(self) -> String {
        format!("/icons.svg?v={:x}#{}", SPRITE, self.symbol())
    }

    fn symbol(self) -> &'static str {
        match self {
            Icon::Of(status) => status.name(),
            Icon::Alert => "alert",
            Icon::Bell => "bell",
            Icon::Check => "check",
            Icon::Clock => "clock",
            Icon::Close => "close",
            Icon::Down => "down",
            Icon::Download => "download",
            Icon::Filter => "filter",
            Icon::Hourglass => "hourglass",
            Icon::Info => "info",
            Icon::Live => "live",
            Icon::Minus => "minus",
            Icon::More => "more",
            Icon::Mute => "mute",
            Icon::Person => "person",
            Icon::Pin => "pin",
            Icon::Plus => "plus",
            Icon::Print => "print",
            Icon::Reconnecting => "reconnecting",
            Icon::Search => "search",
            Icon::Settings => "settings",
            Icon::Share => "share",
            Icon::Shop => "shop",
            Icon::Slice => "slice",
            Icon::Stale => "stale",
            Icon::Undo => "undo",
        }
    }
}

/// An icon that screen readers skip: a word stands beside it.
pub fn icon(icon: Icon) -> AnyView {
    drawn(icon.address().into())
}

/// As [`icon`], for one that changes.
pub fn icon_of(read: impl Fn() -> Icon + Send + Sync + 'static) -> AnyView {
    drawn(text(move || read().address()))
}

fn drawn(address: Signal<String>) -> AnyView {
    view! { <svg class="icon" aria-hidden="true"><use href=address></use></svg> }.into_any()
}

/// How much of a pizza is drawn.
#[derive(Clone, Copy)]
pub enum Detail {
    /// For tickets: fewer, larger toppings.
    Ticket,
    /// For cards and pages.
    Card,
}

/// The version of the drawings. It is part of their address, since they are cached permanently.
pub const PIZZA_RECIPE: u16 = 1;

/// The drawing that belongs to a pizza's name.
pub fn pizza(name: &str, detail: Detail) -> AnyView {
    let source = drawing(name, detail);
    view! { <img class="pizza" src=source alt="" width="100" height="100"/> }.into_any()
}

/// The same in a long list: it is fetched when it comes near the view. Browsers do that with JavaScript alone: without it,
/// the list has no drawings.
pub fn listed_pizza(name: &str, detail: Detail) -> AnyView {
    let source = drawing(name, detail);
    view! {
        <picture>
            <source media="(scripting: enabled)" srcset=source/>
            <img class="pizza listed" src="/brand.svg" alt="" width="100" height="100" loading="lazy"/>
        </picture>
    }
    .into_any()
}

fn drawing(name: &str, detail: Detail) -> String {
    let slots = match detail {
        Detail::Ticket => 9,
        Detail::Card => 17,
    };
    format!(
        "/pizza.svg?slots={slots}&recipe={PIZZA_RECIPE}&name={}",
        encode(name)
    )
}

/// A name that a user typed, isolated so that right-to-left text does not reorder its surroundings.
pub fn name(text: &str) -> AnyView {
    view! { <bdi translate="no">{text.to_owned()}</bdi> }.into_any()
}

pub fn badge(status: Status, word: &'static str) -> AnyView {
    view! { <span class="badge" translate="no" data-status=status.name()>{icon(Icon::Of(status))} {word}</span> }
        .into_any()
}

/// A view that changes, or is absent at times.
pub fn changing(view: impl Fn() -> Option<AnyView> + Send + Sync + 'static) -> AnyView {
    fn boxed(view: Box<dyn Fn() -> Option<AnyView> + Send + Sync>) -> AnyView {
        let follow = move || {
            unsubscribe_on_cleanup();
            view()
        };
        follow.into_any()
    }
    boxed(Box::new(view))
}

/// Text that changes with what it reads.
pub fn text(read: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    following(read)
}

/// An attribute that changes, or is absent at times.
pub fn mark(
    read: impl Fn() -> Option<&'static str> + Send + Sync + 'static,
) -> Signal<Option<&'static str>> {
    following(read)
}

/// A value that is read again with each change. It unsubscribes when its owner goes.
pub fn following<T: Send + Sync + 'static>(
    read: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<T> {
    Signal::derive(move || {
        unsubscribe_on_cleanup();
        read()
    })
}

/// A time of day, in the reader's time zone.
pub fn moment(time: Time) -> AnyView {
    let store = LiveStore::from_context();
    time_element(
        time,
        text(move || format::clock(time, store.zone().as_ref())),
    )
}

/// As [`moment`], on a page that has a [`zone_note`].
pub fn short_moment(time: Time) -> AnyView {
    let store = LiveStore::from_context();
    time_element(
        time,
        text(move || format::short_clock(time, store.zone().as_ref())),
    )
}

/// `Times in UTC`, until the reader's zone is known: once for all tickets of a page.
pub fn zone_note() -> AnyView {
    let store = LiveStore::from_context();
    changing(move || {
        let words = t(["Times in UTC", "Zeiten in UTC"]);
        (store.zone().is_none())
            .then(|| view! { <span class="small soft zone">{words}</span> }.into_any())
    })
}

/// As [`moment`], to the second.
pub fn exact_moment(time: Time) -> AnyView {
    let store = LiveStore::from_context();
    time_element(
        time,
        text(move || format::exact_clock(time, store.zone().as_ref())),
    )
}

/// How long ago a time was, as the clock ticks, between words. On paper, where it does not tick, that time.
pub fn since(time: Time, [ago, at]: [&'static str; 2], after: &'static str) -> AnyView {
    let store = LiveStore::from_context();
    let long = text(move || format::duration(store.about_now(time) - time));
    let long = view! { {ago} {time_element(time, long)} {after} };
    or_on_paper(
        long.into_any(),
        view! { {at} {short_moment(time)} {after} }.into_any(),
    )
}

/// Words that hold now; and others for paper, which hold longer.
pub fn or_on_paper(now: AnyView, on_paper: AnyView) -> AnyView {
    view! { <span class="on-screen">{now}</span> <span class="on-paper">{on_paper}</span> }
        .into_any()
}

/// `4:05`, to the second. On paper there is nothing that counts.
pub fn countdown(to: Time) -> AnyView {
    let store = LiveStore::from_context();
    let left = text(move || {
        let left = (to - store.now()).max(TimeDelta::zero());
        let (minutes, seconds) = (left.num_minutes(), left.num_seconds() % 60);
        format!("{minutes}:{seconds:02}")
    });
    or_on_paper(view! { {left} }.into_any(), ().into_any())
}

fn time_element(time: Time, words: Signal<String>) -> AnyView {
    view! { <time translate="no" datetime=time.to_string()>{words}</time> }.into_any()
}

/// A number. Where it `calls`, it is marked while it is above zero.
pub fn count(number: Memo<usize>, calls: bool) -> AnyView {
    let waiting = mark(move || (calls && number.get() > 0).then_some(""));
    view! { <span class="count" translate="no" data-waits=waiting>{digits(number)}</span> }
        .into_any()
}

pub fn digits(number: Memo<usize>) -> Signal<String> {
    text(move || number.get().to_string())
}

/// A person or a place, with an icon, and a word for screen readers.
pub fn fact(symbol: Icon, what: &'static str, text: Option<String>) -> Option<AnyView> {
    text.map(|text| {
        view! { <div><dt>{icon(symbol)} <span class="unseen">{what}</span></dt><dd><bdi translate="no">{text}</bdi></dd></div> }.into_any()
    })
}

/// What an empty list shows: an icon, a heading, what to expect, and a link.
pub fn empty(
    symbol: Icon,
    heading: &'static str,
    next: &'static str,
    way_on: Option<(&'static str, String)>,
) -> AnyView {
    let way_on = way_on
        .map(|(word, address)| view! { <a class="button" href=address>{word}</a> }.into_any());
    view! { <div class="empty">{icon(symbol)} <h2>{heading}</h2> <p>{next}</p> {way_on}</div> }
        .into_any()
}

/// A sentence about an error.
pub fn refusal(sentence: String) -> AnyView {
    view! { <p class="refusal" role="alert">{icon(Icon::Alert)} <span>{sentence}</span></p> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_in_the_sprite() {
        use Icon::*;
        let sprite = include_str!("../../../public/icons.svg");
        let others = [
            Alert,
            Bell,
            Check,
            Clock,
            Close,
            Down,
            Download,
            Filter,
            Hourglass,
            Info,
            Live,
            Minus,
            More,
            Mute,
            Person,
            Pin,
            Plus,
            Print,
            Reconnecting,
            Search,
            Settings,
            Share,
            Shop,
            Slice,
            Stale,
            Undo,
        ];
        for icon in Status::ALL.iter().map(|&status| Of(status)).chain(others) {
            assert!(
                sprite.contains(&format!("<symbol id=\"{}\"", icon.symbol())),
                "{icon:?}"
            );
        }
    }
}
