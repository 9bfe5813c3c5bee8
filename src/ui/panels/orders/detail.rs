//! One order: its facts as they were at any of its events, and the slider that chooses the event.

use super::{
    query::query,
    timeline::{self, address_at},
};
use crate::{
    domain::{Event, Order, OrderId, Status},
    ui::{
        components::{
            basics::{Detail, Icon, badge, changing, fact, icon, mark, name, pizza, refusal, text},
            bill::sum,
            lines::lines,
        },
        i18n::{
            domain_texts, format,
            locale::{say, t},
        },
        live::{page_queries::PageQueries, store::LiveStore},
        navigation::Navigator,
        route::Route,
    },
};
use leptos::prelude::*;

/// The open order, at the event that the address names.
#[derive(Clone, Copy)]
struct Replay {
    id: OrderId,
    navigator: Navigator,
    queries: PageQueries,
    store: LiveStore,
}

impl Replay {
    fn of(id: OrderId) -> Replay {
        Replay {
            id,
            navigator: Navigator::from_context(),
            queries: PageQueries::from_context(),
            store: LiveStore::from_context(),
        }
    }

    /// All events of the order; none while they are not read.
    fn events(self) -> Vec<Event> {
        let events = self.queries.story(self.id);
        events.and_then(Result::ok).unwrap_or_default()
    }

    /// The number of the event that is shown, from 1: the last, unless the address names another one.
    fn position(self, events: usize) -> Option<usize> {
        let at = self.navigator.get().at();
        let at = at.unwrap_or(events).clamp(1, events.max(1));
        (events > 0).then_some(at)
    }

    fn event(self) -> Option<Event> {
        let events = self.events();
        let at = self.position(events.len())?;
        events.into_iter().nth(at.checked_sub(1)?)
    }
}

pub fn one(id: OrderId) -> AnyView {
    let replay = Replay::of(id);
    let close = address_at(None, |_| None);
    let head = changing(move || match replay.queries.story(id) {
        None => {
            Some(view! { <span class="bone half"></span> <span class="bone"></span> }.into_any())
        }
        Some(Err(error)) => Some(refusal(domain_texts::unread(&error))),
        Some(Ok(events)) => events.last().map(|now| heading(&now.order)),
    });
    let state = changing(move || {
        replay
            .event()
            .map(|event| state(event.order.status, replay))
    });
    let timeline = changing(move || timeline::timeline(id, &replay.events()));
    let facts = changing(move || replay.event().map(|event| facts(&event.order)));
    view! {
        <aside class="paper stack" id="order" tabindex="-1" aria-label=t(["One order", "Eine Bestellung"])>
            <a class="button square close" href=close aria-label=t(["Close this order", "Diese Bestellung schließen"])>{icon(Icon::Close)}</a>
            {head}
            {state}
            {slider(replay)}
            {timeline}
            {facts}
        </aside>
    }
    .into_any()
}

fn heading(order: &Order) -> AnyView {
    view! {
        <header class="head one">
            {pizza(&order.pizza_name, Detail::Card)}
            <div>
                <h2>{name(&order.pizza_name)}</h2>
                <p class="soft">{order.id.number()} " · " {name(&order.supplier_name)}</p>
            </div>
        </header>
    }
    .into_any()
}

fn state(status: Status, replay: Replay) -> AnyView {
    let as_it_was = changing(move || as_it_was(replay));
    view! { <div class="row spread">{badge(status, domain_texts::status(status))} {as_it_was}</div> }
        .into_any()
}

/// `as it was at 19:31`, at any event but the last.
fn as_it_was(replay: Replay) -> Option<AnyView> {
    let events = replay.events();
    let at = replay.position(events.len())?;
    let clock = format::clock(
        events.get(at - 1)?.order.updated_at,
        replay.store.zone().as_ref(),
    );
    let words = say!("as it was at {clock}", "wie um {clock}");
    (at < events.len()).then(|| view! { <p><strong>{words}</strong></p> }.into_any())
}

/// One stop for each event. It renders once, so that it stays under the finger that drags it.
fn slider(replay: Replay) -> AnyView {
    let last = text(move || replay.events().len().max(1).to_string());
    let value = text(move || {
        let at = replay.position(replay.events().len());
        at.unwrap_or(1).to_string()
    });
    let said = text(move || position_in_words(replay));
    // Before the page is hydrated, the links of the events do the same.
    let idle =
        mark(move || (!replay.store.is_hydrated() || replay.events().len() < 2).then_some(""));
    let slide = move |event| slide_to(replay, event_target_value(&event).parse().ok());
    let made = text(move || {
        let first = replay.events().first().map(|event| event.order.created_at);
        let clock = first
            .map(|time| format::clock(time, replay.store.zone().as_ref()))
            .unwrap_or_default();
        say!("{clock} made", "{clock} gemacht")
    });
    view! {
        <div class="field">
            <label for="then">{t(["Replay", "Verlauf abspielen"])}</label>
            <input class="range" id="then" type="range" min="1" max=last step="1" disabled=idle value=value prop:value=value aria-valuetext=said on:input=slide/>
            <p class="row spread hint back"><span>{made}</span> {back_to_now(replay)}</p>
        </div>
    }
    .into_any()
}

/// `Event 2 of 5: Accepted, 19:31`
fn position_in_words(replay: Replay) -> String {
    let events = replay.events();
    let at = replay.position(events.len()).unwrap_or(1);
    let (word, clock) = events
        .get(at - 1)
        .map(|event| {
            let clock = format::clock(event.order.updated_at, replay.store.zone().as_ref());
            (timeline::event_word(event), clock)
        })
        .unwrap_or_default();
    let all = events.len();
    say!(
        "Event {at} of {all}: {word}, {clock}",
        "Ereignis {at} von {all}: {word}, {clock}"
    )
}

/// The last event is the address without one: the page follows the order from there.
fn slide_to(replay: Replay, at: Option<usize>) {
    let all = replay.events().len();
    let query = query(&replay.navigator.get_untracked());
    let (open, at) = (Some(replay.id), at.filter(|at| *at < all));
    replay.navigator.correct(Route::Orders { query, open, at });
}

fn back_to_now(replay: Replay) -> AnyView {
    changing(move || {
        replay.navigator.get().at()?;
        let to = address_at(Some(replay.id), |_| None);
        let word = t(["Back to now", "Zurück zu jetzt"]);
        Some(view! { <a class="button quiet" href=to>{word}</a> }.into_any())
    })
}

fn facts(order: &Order) -> AnyView {
    let customer = order.customer_name.as_ref().map(|name| name.to_string());
    let address = order
        .delivery_address
        .as_ref()
        .map(|address| address.to_string());
    let driver = order.driver_name.as_ref().map(|driver| driver.to_string());
    let pays = match order.status.is_void() {
        true => ["Would have cost", "Hätte gekostet"],
        false => ["Customer pays", "Kunde zahlt"],
    };
    view! {
        {order.basket.as_ref().map(|basket| lines(basket))}
        {sum(order, &order.supplier_name, t(pays))}
        <dl class="facts">
            {fact(Icon::Person, t(["Customer", "Kunde"]), customer)}
            {fact(Icon::Pin, t(["Address", "Adresse"]), address)}
            {fact(Icon::Of(Status::InTransit), t(["Driver", "Fahrer"]), driver)}
        </dl>
    }
    .into_any()
}
