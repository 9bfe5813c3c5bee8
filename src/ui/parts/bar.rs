//! The market's awning: brand, panels with what waits there, and the lamp.

use super::small::{Icon, icon};
use crate::{
    domain::{Counts, Status},
    ui::{
        market::{Lamp, Market},
        words,
    },
};
use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_location};

#[component]
pub fn Bar() -> impl IntoView {
    let counts = Market::here().counts();
    let of = move |status| counts.get().of(status);
    view! {
        <header class="bar">
            <A href="/" attr:class="brand">
                <img src="/brand.svg" alt="" width="34" height="34"/>
                "Pizza Market"
            </A>
            <nav class="panels" aria-label="Panels">
                <ul>
                    {panel("/supplier", "Supplier", Signal::derive(move || of(Status::PendingSupplier)), "to answer", true)}
                    {panel("/customer", "Customer", Signal::derive(move || of(Status::SupplierAccepted)), "on offer", false)}
                    {panel("/dispatch", "Dispatch", Signal::derive(move || of(Status::Ready)), "waiting for a driver", true)}
                    {panel("/orders", "Orders", Signal::derive(move || Counts::all(counts.get())), "in all", false)}
                </ul>
            </nav>
            <LampView/>
        </header>
        <StaleBanner/>
    }
}

/// A panel's link. Where `waits`, a number above zero calls somebody.
fn panel(
    path: &'static str,
    word: &'static str,
    count: Signal<u64>,
    of_what: &'static str,
    waits: bool,
) -> impl IntoView {
    view! {
        <li>
            <A href=path>
                {word}
                " "
                <span class="count" data-waits=move || (waits && count.get() > 0).then_some("")>
                    {count}
                    <span class="unseen">" " {of_what}</span>
                </span>
            </A>
        </li>
    }
}

#[component]
fn LampView() -> impl IntoView {
    let market = Market::here();
    let lamp = Memo::new(move |_| market.lamp());
    let state = move || match lamp.get() {
        Lamp::Page => "page",
        Lamp::Live => "live",
        Lamp::Reconnecting => "reconnecting",
        Lamp::Stale => "stale",
    };
    let symbol = move || match lamp.get() {
        Lamp::Page => Icon::Clock,
        Lamp::Live => Icon::Live,
        Lamp::Reconnecting => Icon::Reconnecting,
        Lamp::Stale => Icon::Stale,
    };
    let word = move || match lamp.get() {
        Lamp::Page => "As of ",
        Lamp::Live => "Live",
        Lamp::Reconnecting => "Reconnecting…",
        Lamp::Stale => "Stale",
    };
    // Read out when the state changes, and not with every second of the age beside it.
    let age = move || match lamp.get() {
        Lamp::Page => words::clock(market.as_of(), market),
        Lamp::Live => String::new(),
        Lamp::Reconnecting | Lamp::Stale if !market.is_loaded() => String::new(),
        Lamp::Reconnecting | Lamp::Stale => format!(" · {} old", words::seconds(market.age())),
    };
    view! {
        <p class="lamp" data-state=state>
            {move || icon(symbol())}
            <span role="status">{word}</span>
            <span>{age}</span>
        </p>
    }
}

/// Says what a stale page means, and offers the way on.
#[component]
fn StaleBanner() -> impl IntoView {
    let market = Market::here();
    let stale = Memo::new(move |_| market.lamp() == Lamp::Stale && market.is_loaded());
    let path = use_location().pathname;
    view! {
        <Show when=move || stale.get()>
            <div class="banner" data-tone="bad" role="alert">
                {icon(Icon::Stale)}
                <p>
                    <strong>"This is from " {move || words::clock(market.as_of(), market)} "."</strong>
                    " The connection is gone and we keep trying. What you send now is still safe: it is either stored or refused."
                </p>
                <a class="button" href=path rel="external">{icon(Icon::Undo)} "Read again"</a>
            </div>
        </Show>
    }
}
