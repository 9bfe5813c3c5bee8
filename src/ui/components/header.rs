//! The header of every page: the brand, a link to each panel with the number of its orders, and the state of the
//! connection.

use super::basics::{Icon, changing, count, icon, icon_of, mark, text};
use crate::{
    domain::{AccountKind, AccountRole, Status, Viewer},
    ui::{
        i18n::{
            format,
            locale::{Text, say, t},
        },
        live::{
            connection::hurry, connection_state::StatusIndicator, reactive::memo, store::LiveStore,
        },
        navigation::Navigator,
        route::{Panel, Route, paths},
        settings::open_settings,
        viewer::{has_team, own_panels, viewer},
    },
};
use leptos::{ev, prelude::*};

/// With the numbers of tickets that want somebody now: in the kitchen, and in dispatch.
pub fn site_header([kitchen, dispatch]: [Memo<usize>; 2]) -> AnyView {
    let store = LiveStore::from_context();
    let offers = store.view(|board| board.market().of(Status::SupplierAccepted) as usize);
    let all = store.view(|board| board.market().all() as usize);
    let wanting = ["to do now", "jetzt zu tun"];
    let viewer = viewer();
    let link = |(route, word): (Route, Text)| match route.panel() {
        Panel::Supplier => panel_link(route, word, kitchen, wanting, true),
        Panel::Dispatch => panel_link(route, word, dispatch, wanting, true),
        Panel::Orders => panel_link(route, word, all, ["in all", "insgesamt"], false),
        _ => panel_link(route, word, offers, ["on offer", "im Angebot"], false),
    };
    let links: Vec<_> = own_panels(&viewer).into_iter().map(link).collect();
    view! {
        <header class="bar">
            {brand()}
            <nav class="panels" aria-label=t(PANELS)><ul>{links} {still_links(&viewer, "")}</ul></nav>
            {status_indicator()}
            {account_button(&viewer)}
            {open_settings()}
        </header>
        {stale_banner()}
        {time_on_paper()}
    }
    .into_any()
}

/// What screen readers call the navigation.
pub const PANELS: Text = ["Panels", "Bereiche"];

pub fn brand() -> AnyView {
    view! { <a class="brand" href="/"><img src="/brand.svg" alt="" width="34" height="34"/><span>"Pizza Market"</span></a> }.into_any()
}

/// The pages in the navigation that are still, and no panels: a driver's own, and the team of those who have one. `path` is
/// that of a still page which shows them.
pub fn still_links(viewer: &Viewer, path: &str) -> Option<AnyView> {
    let (address, word) = if viewer.identity()?.role == AccountRole::Driver {
        (paths::DRIVER, ["My orders", "Meine Bestellungen"])
    } else if has_team(viewer) {
        (paths::TEAM, ["Team", "Team"])
    } else {
        return None;
    };
    let current = (path == address).then_some("page");
    Some(
        view! { <li><a href=address rel="external" aria-current=current>{t(word)}</a></li> }
            .into_any(),
    )
}

/// Opens the menu of the account, which only the server renders, beside the page that is hydrated. Who has not signed in
/// finds the way there. In the open mode there is neither.
pub fn account_button(viewer: &Viewer) -> Option<AnyView> {
    let identity = viewer.identity()?;
    if identity.kind == AccountKind::Guest {
        let word = t(["Sign in", "Anmelden"]);
        return Some(view! { <a class="button quiet who" href=paths::SIGN_IN rel="external">{icon(Icon::Person)} <span>{word}</span></a> }.into_any());
    }
    let name = identity.name.as_deref().unwrap_or_default().to_owned();
    let label = say!("Account: {name}", "Konto: {name}");
    Some(
        view! {
            <button class="button quiet who" type="button" popovertarget=ACCOUNT aria-label=label>
                {icon(Icon::Person)} <span><bdi translate="no">{name.clone()}</bdi></span>
            </button>
        }
        .into_any(),
    )
}

/// The element of the account's menu.
pub const ACCOUNT: &str = "account";

/// When what is on paper was so.
fn time_on_paper() -> AnyView {
    let store = LiveStore::from_context();
    let clock = text(move || format::day_and_clock(store.verified_at(), 0, store.zone().as_ref()));
    changing(move || {
        let words = t(["Printed as of ", "Gedruckt, Stand "]);
        (store.is_loaded())
            .then(|| view! { <p class="on-paper" translate="no">{words} {clock}</p> }.into_any())
    })
}

/// A panel's link with a number. Where it `calls`, a number above zero is marked.
fn panel_link(
    route: Route,
    word: Text,
    number: Memo<usize>,
    of_what: Text,
    calls: bool,
) -> AnyView {
    let own = route.panel();
    let now = Navigator::from_context().memo(|route| route.panel());
    let current = mark(move || {
        let is_here = now.get() == own || (own, now.get()) == (Panel::Customer, Panel::Track);
        is_here.then_some("page")
    });
    view! {
        <li>
            <a href=route.address() aria-current=current>
                {t(word)} " " {count(number, calls)} <span class="unseen">" " {t(of_what)}</span>
            </a>
        </li>
    }
    .into_any()
}

fn status_indicator() -> AnyView {
    let store = LiveStore::from_context();
    let look = move || match store.status_indicator() {
        StatusIndicator::Page => ("page", Icon::Clock, ["As of ", "Stand "]),
        StatusIndicator::Still => ("still", Icon::Clock, ["As of ", "Stand "]),
        StatusIndicator::Live => ("live", Icon::Live, ["Live", "Live"]),
        StatusIndicator::Reconnecting => (
            "reconnecting",
            Icon::Reconnecting,
            ["Reconnecting…", "Verbinde neu\u{a0}…"],
        ),
        StatusIndicator::Stale => ("stale", Icon::Stale, ["Stale", "Veraltet"]),
    };
    let state = mark(move || Some(look().0));
    // Screen readers announce the word when it changes, and not the age beside it with every second.
    let word = text(move || t(look().2).to_owned());
    let age = text(move || match store.status_indicator() {
        StatusIndicator::Page | StatusIndicator::Still => {
            format::clock(store.verified_at(), store.zone().as_ref())
        }
        StatusIndicator::Reconnecting | StatusIndicator::Stale if store.is_loaded() => {
            let age = format::seconds(store.age());
            say!(" · {age} old", " · {age} alt")
        }
        _ => String::new(),
    });
    view! {
        <p class="status-indicator" data-state=state>
            {icon_of(move || look().1)}
            <span role="status">{word}</span>
            <span>{age}</span>
        </p>
    }
    .into_any()
}

/// Loads the page again. A hydrated page connects again instead.
pub fn reload_link(class: &'static str, word: &'static str) -> AnyView {
    let store = LiveStore::from_context();
    let hurry = move |event: ev::MouseEvent| {
        if store.is_hydrated() {
            event.prevent_default();
            hurry();
        }
    };
    view! { <a class=class href="" rel="external" on:click=hurry>{icon(Icon::Undo)} {word}</a> }
        .into_any()
}

/// What a stale page means, with a link to try again.
fn stale_banner() -> AnyView {
    let store = LiveStore::from_context();
    let stale =
        memo(move |_| store.status_indicator() == StatusIndicator::Stale && store.is_loaded());
    let from = text(move || format::clock(store.verified_at(), store.zone().as_ref()));
    changing(move || {
        stale.get().then(|| {
            view! {
                <div class="banner" data-tone="bad" role="alert">
                    {icon(Icon::Stale)}
                    <p>
                        <strong>{t(["This is from ", "Das ist von "])} {from} "."</strong> " "
                        {t([
                            "The connection is gone and we keep trying. Anything you send now is kept and sent later.",
                            "Die Verbindung ist weg, wir versuchen es weiter. Was du jetzt schickst, wird behalten und später gesendet.",
                        ])}
                    </p>
                    {reload_link("button", t(["Try now", "Jetzt versuchen"]))}
                </div>
            }
            .into_any()
        })
    })
}
