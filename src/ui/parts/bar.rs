//! The market's awning: brand, panels with what waits there, and the lamp.

use super::small::{Icon, changing, count, icon, icon_of, mark, text};
use crate::{
    domain::{Board, Status},
    ui::{
        live::hurry,
        locale::{Text, say, t},
        market::{Lamp, Market},
        place::{Here, Kitchen, Panel, Place, Wanted},
        settings::open_settings,
        words,
    },
};
use leptos::{ev, prelude::*};

pub fn bar() -> AnyView {
    view! {
        <header class="bar">
            <a class="brand" href="/"><img src="/brand.svg" alt="" width="34" height="34"/>"Pizza Market"</a>
            <nav class="panels" aria-label=t(["Panels", "Bereiche"])>
                <ul>
                    {panel(Place::Supplier { kitchen: Kitchen::Own }, ["Supplier", "Küche"], to_answer, ["to answer", "zu beantworten"], true)}
                    {panel(Place::offers(), ["Customer", "Kunde"], |board, _| waits(board, Status::SupplierAccepted), ["on offer", "im Angebot"], false)}
                    {panel(Place::Dispatch, ["Dispatch", "Auslieferung"], |board, _| waits(board, Status::Ready), ["waiting for a driver", "warten auf einen Fahrer"], true)}
                    {panel(Place::Orders { wanted: Wanted::default(), open: None, at: None }, ["Orders", "Bestellungen"], |board, _| board.counts().all() as usize, ["in all", "insgesamt"], false)}
                </ul>
            </nav>
            {lamp()}
            {open_settings()}
        </header>
        {stale_banner()}
    }
    .into_any()
}

fn waits(board: &Board, status: Status) -> usize {
    board.counts().of(status) as usize
}

/// Of the kitchen that is looked at, or of all.
fn to_answer(board: &Board, kitchen: Option<&str>) -> usize {
    let Some(kitchen) = kitchen else {
        return waits(board, Status::PendingSupplier);
    };
    let waits = board.orders().filter(|order| {
        order.status == Status::PendingSupplier && words::is_of(order, Some(kitchen))
    });
    waits.count()
}

/// A panel's link, with what is there. Where `calls`, a number above zero calls somebody.
fn panel(
    place: Place,
    word: Text,
    read: fn(&Board, Option<&str>) -> usize,
    of_what: Text,
    calls: bool,
) -> AnyView {
    let kitchen = Here::now().memo(|place| match place {
        Place::Supplier { kitchen } => kitchen.name().map(str::to_owned),
        _ => None,
    });
    let number = Market::here().view(move |board| read(board, kitchen.get().as_deref()));
    let (own, now) = (place.panel(), Here::now().memo(|place| place.panel()));
    let current = mark(move || {
        let is_here = now.get() == own || (own, now.get()) == (Panel::Customer, Panel::Track);
        is_here.then_some("page")
    });
    view! {
        <li>
            <a href=place.address() aria-current=current>
                {t(word)} " " {count(number, calls)} <span class="unseen">" " {t(of_what)}</span>
            </a>
        </li>
    }
    .into_any()
}

fn lamp() -> AnyView {
    let market = Market::here();
    let face = move || match market.lamp() {
        Lamp::Page => ("page", Icon::Clock, ["As of ", "Stand "]),
        Lamp::Live => ("live", Icon::Live, ["Live", "Live"]),
        Lamp::Reconnecting => (
            "reconnecting",
            Icon::Reconnecting,
            ["Reconnecting…", "Verbinde neu\u{a0}…"],
        ),
        Lamp::Stale => ("stale", Icon::Stale, ["Stale", "Veraltet"]),
    };
    let state = mark(move || Some(face().0));
    // The word is read out when it changes; the age beside it is not, with every second.
    let word = text(move || t(face().2).to_owned());
    let age = text(move || match market.lamp() {
        Lamp::Page => words::clock(market.verified_at(), market),
        Lamp::Reconnecting | Lamp::Stale if market.is_loaded() => {
            let age = words::seconds(market.age());
            say!(" · {age} old", " · {age} alt")
        }
        _ => String::new(),
    });
    view! {
        <p class="lamp" data-state=state>
            {icon_of(move || face().1)}
            <span role="status">{word}</span>
            <span>{age}</span>
        </p>
    }
    .into_any()
}

/// Reads this page again: in place, once it is awake.
pub fn read_again(class: &'static str, word: &'static str) -> AnyView {
    let market = Market::here();
    let hurry = move |event: ev::MouseEvent| {
        if !market.is_asleep() {
            event.prevent_default();
            hurry();
        }
    };
    view! { <a class=class href="" rel="external" on:click=hurry>{icon(Icon::Undo)} {word}</a> }
        .into_any()
}

/// Says what a stale page means, and offers the way on.
fn stale_banner() -> AnyView {
    let market = Market::here();
    let stale = Memo::new(move |_| market.lamp() == Lamp::Stale && market.is_loaded());
    let from = text(move || words::clock(market.verified_at(), market));
    changing(move || {
        stale.get().then(|| {
            view! {
                <div class="banner" data-tone="bad" role="alert">
                    {icon(Icon::Stale)}
                    <p>
                        <strong>{t(["This is from ", "Das ist von "])} {from} "."</strong> " "
                        {t([
                            "The connection is gone and we keep trying. What you send now is still safe: it is either stored or refused.",
                            "Die Verbindung ist weg, wir versuchen es weiter. Was du jetzt schickst, ist trotzdem sicher: Es wird gespeichert oder abgelehnt.",
                        ])}
                    </p>
                    {read_again("button", t(["Try now", "Jetzt versuchen"]))}
                </div>
            }
            .into_any()
        })
    })
}
