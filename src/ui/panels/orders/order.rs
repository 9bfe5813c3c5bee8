//! One order: all that has happened to it, and how it was at any moment of that.

use super::wanted;
use crate::{
    domain::{Event, EventType, Order, OrderId, Role, Status},
    ui::{
        locale::{Text, plural, say, t},
        market::Market,
        parts::{
            reading::Reading,
            small::{
                Detail, Icon, badge, changing, exact_moment, fact, icon, mark, name, pizza,
                refusal, sum, text,
            },
        },
        place::{Here, Place},
        words,
    },
};
use leptos::prelude::*;

pub fn one(id: OrderId) -> AnyView {
    let (here, reading, market) = (Here::now(), Reading::here(), Market::here());
    let close = at_place(None, |_| None);
    let story = changing(move || match reading.story(id) {
        None => {
            Some(view! { <span class="bone half"></span> <span class="bone"></span> }.into_any())
        }
        Some(Err(error)) => Some(refusal(words::unread(&error))),
        Some(Ok(events)) => events.last().map(|now| heading(&now.order)),
    });
    let events = move || reading.story(id).and_then(Result::ok).unwrap_or_default();
    let then = move || {
        let events = events();
        let at = moment_of(&here.get(), events.len());
        events.into_iter().nth(at?.checked_sub(1)?)
    };
    let state = changing(move || {
        let event = then()?;
        let as_it_was = changing(move || {
            let events = events();
            let at = moment_of(&here.get(), events.len())?;
            let clock = words::clock(events.get(at - 1)?.order.updated_at, market);
            let words = say!("as it was at {clock}", "wie um {clock}");
            (at < events.len()).then(|| view! { <p><strong>{words}</strong></p> }.into_any())
        });
        let status = event.order.status;
        Some(
            view! { <div class="row spread">{badge(status, words::status(status))} {as_it_was}</div> }
                .into_any(),
        )
    });
    let happened = changing(move || {
        let events = events();
        let before = std::iter::once(None).chain(events.iter().map(Some));
        let rows: Vec<_> = events
            .iter()
            .zip(before)
            .enumerate()
            .map(|(n, (event, before))| happened(id, n + 1, events.len(), event, before))
            .collect();
        let label = t(["What happened", "Was geschehen ist"]);
        (!rows.is_empty())
            .then(|| view! { <ol class="timeline" aria-label=label>{rows}</ol> }.into_any())
    });
    let facts = changing(move || then().map(|event| facts(&event.order)));
    view! {
        <aside class="paper stack" id="order" tabindex="-1" aria-label=t(["One order", "Eine Bestellung"])>
            <a class="button square close" href=close aria-label=t(["Close this order", "Diese Bestellung schließen"])>{icon(Icon::Close)}</a>
            {story}
            {state}
            {slider(id)}
            {happened}
            {facts}
        </aside>
    }
    .into_any()
}

/// The address of this page with this order open, or none, at one of its events.
fn at_place(
    open: Option<OrderId>,
    at: impl Fn(usize) -> Option<usize> + Send + Sync + 'static,
) -> Signal<String> {
    let here = Here::now();
    text(move || {
        let place = here.get();
        let at = at(place.at().unwrap_or(0));
        let wanted = wanted(&place);
        Place::Orders { wanted, open, at }.address()
    })
}

/// Which of so many events a place stands at: the last, unless it says otherwise.
fn moment_of(place: &Place, events: usize) -> Option<usize> {
    let at = place.at().unwrap_or(events).clamp(1, events.max(1));
    (events > 0).then_some(at)
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

/// One stop for each event. It stays while one drags it, whatever it shows.
fn slider(id: OrderId) -> AnyView {
    let (here, reading, market) = (Here::now(), Reading::here(), Market::here());
    let events = move || reading.story(id).and_then(Result::ok).unwrap_or_default();
    let last = text(move || events().len().max(1).to_string());
    let value = text(move || {
        let at = moment_of(&here.get(), events().len());
        at.unwrap_or(1).to_string()
    });
    let said = text(move || {
        let events = events();
        let at = moment_of(&here.get(), events.len()).unwrap_or(1);
        let (word, clock) = events
            .get(at - 1)
            .map(|event| {
                (
                    event_word(event),
                    words::clock(event.order.updated_at, market),
                )
            })
            .unwrap_or_default();
        let all = events.len();
        say!(
            "Event {at} of {all}: {word}, {clock}",
            "Ereignis {at} von {all}: {word}, {clock}"
        )
    });
    // Without a program behind it, the links at the events do the same.
    let idle = mark(move || (market.is_asleep() || events().len() < 2).then_some(""));
    let slide = move |event| {
        let at: Option<usize> = event_target_value(&event).parse().ok();
        let all = reading
            .story(id)
            .and_then(Result::ok)
            .unwrap_or_default()
            .len();
        let wanted = wanted(&here.get_untracked());
        let (open, at) = (Some(id), at.filter(|at| *at < all));
        here.correct(Place::Orders { wanted, open, at });
    };
    let made = text(move || {
        let first = events().first().map(|event| event.order.created_at);
        let clock = first
            .map(|time| words::clock(time, market))
            .unwrap_or_default();
        say!("{clock} made", "{clock} gemacht")
    });
    let back = changing(move || {
        here.get().at()?;
        let to = at_place(Some(id), |_| None);
        let word = t(["Back to now", "Zurück zu jetzt"]);
        Some(view! { <a class="button quiet" href=to>{word}</a> }.into_any())
    });
    view! {
        <div class="field">
            <label for="then">{t(["Move through its time", "Durch ihre Zeit gehen"])}</label>
            <input class="range" id="then" type="range" min="1" max=last step="1" disabled=idle value=value prop:value=value aria-valuetext=said on:input=slide/>
            <p class="row spread hint back"><span>{made}</span> {back}</p>
        </div>
    }
    .into_any()
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
        {sum(order, &order.supplier_name, t(pays))}
        <dl class="facts">
            {fact(Icon::Person, t(["Customer", "Kunde"]), customer)}
            {fact(Icon::Pin, t(["Address", "Adresse"]), address)}
            {fact(Icon::Of(Status::InTransit), t(["Driver", "Fahrer"]), driver)}
        </dl>
    }
    .into_any()
}

/// What an event is called, after it has happened.
fn event_word(event: &Event) -> &'static str {
    t(match event.event_type {
        EventType::Created => ["Offered", "Angeboten"],
        EventType::SupplierAccepted => ["Accepted", "Angenommen"],
        EventType::CustomerAccepted => ["Taken", "Bestellt"],
        _ => return words::status(event.order.status),
    })
}

fn happened(id: OrderId, n: usize, all: usize, event: &Event, before: Option<&Event>) -> AnyView {
    let here = Here::now();
    let order = &event.order;
    let at = move || here.get().at().unwrap_or(all);
    let current = mark(move || (here.get().at() == Some(n)).then_some("true"));
    let later = mark(move || (n > at()).then_some(""));
    let later_word = changing(move || {
        let word = t(["(later)", "(später)"]);
        (n > at()).then(|| view! { <span class="small">{word}</span> }.into_any())
    });
    let to = at_place(Some(id), move |_| Some(n).filter(|n| *n < all));
    let word = event_word(event);
    let as_it_was = say!("{word}: as it was then", "{word}: wie es da war");
    let changes: Vec<_> = changes(before.map(|before| &before.order), order)
        .into_iter()
        .map(|what| view! { <p><bdi>{what}</bdi></p> }.into_any())
        .collect();
    view! {
        <li data-status=order.status.name() data-later=later aria-current=current>
            {icon(Icon::Of(order.status))}
            <strong>{word} " " {later_word}</strong>
            <a class="then" href=to aria-label=as_it_was>{exact_moment(event.timestamp)}</a>
            {who(event).map(|who| view! { <p>{who}</p> }.into_any())}
            {changes}
        </li>
    }
    .into_any()
}

/// Whose doing it was, as far as that is known, and how long after what was before.
fn who(event: &Event) -> Option<String> {
    let who = event.event_type.by().map(|role| {
        t(match role {
            Role::Supplier => ["Kitchen", "Küche"],
            Role::Customer => ["Customer", "Kunde"],
            Role::Dispatch => ["Dispatch", "Auslieferung"],
        })
    });
    let after = event.order.last_stage().map(|(_, lasted)| {
        let time = words::seconds(lasted);
        say!("after {time}", "nach {time}")
    });
    let parts: Vec<_> = who.map(str::to_owned).into_iter().chain(after).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Each field that is not as it was: what it was, if it was anything, and what it is.
fn changes(before: Option<&Order>, after: &Order) -> Vec<String> {
    type Field = (Text, fn(&Order) -> Option<String>);
    const FIELDS: [Field; 7] = [
        (["Price", "Preis"], |order| {
            let price = words::money(order.supplier_price.cents());
            let markup = order.markup_percentage.to_string();
            Some(say!(
                "{price} with {markup} % markup",
                "{price} mit {markup} % Aufschlag"
            ))
        }),
        (["Promised", "Versprochen"], |order| {
            let minutes = order.estimated_delivery_time?.get();
            Some(plural(
                minutes.into(),
                ["minute", "Minute"],
                ["minutes", "Minuten"],
            ))
        }),
        (["Says", "Sagt"], |order| {
            let notes = order.supplier_notes.as_ref()?;
            Some(say!("“{notes}”", "„{notes}“"))
        }),
        (["Pays", "Zahlt"], |order| {
            order.customer_price.map(words::money)
        }),
        (["Customer", "Kunde"], |order| {
            order.customer_name.as_ref().map(|name| name.to_string())
        }),
        (["Address", "Adresse"], |order| {
            order
                .delivery_address
                .as_ref()
                .map(|address| address.to_string())
        }),
        (["Driver", "Fahrer"], |order| {
            order.driver_name.as_ref().map(|driver| driver.to_string())
        }),
    ];
    let changed = FIELDS.iter().filter_map(|(word, read)| {
        let (was, is) = (before.and_then(read), read(after));
        if was == is {
            return None;
        }
        let (word, is) = (t(*word), is.unwrap_or("–".to_owned()));
        Some(match was {
            Some(was) => format!("{word}: {was} → {is}"),
            None => format!("{word}: {is}"),
        })
    });
    changed.collect()
}
