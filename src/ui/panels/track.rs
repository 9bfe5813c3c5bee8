//! One order, as its customer follows it. Whoever has the address of this page can see it.

use crate::ui::parts::ticket::ALMOST;
use crate::{
    api,
    domain::{Error, Event, EventType, Order, Role, Status, Time, Verb},
    ui::{
        market::Market,
        parts::{
            form::{Act, refused},
            reading::Reading,
            small::{
                Detail, Icon, badge, changing, empty, fact, icon, moment, name, pizza, sum, text,
            },
        },
        place::Here,
        words,
    },
};
use chrono::TimeDelta;
use leptos::{prelude::*, server_fn::ServerFn};

pub fn track() -> AnyView {
    let (reading, id) = (Reading::here(), Here::now().memo(|place| place.story()));
    let story = changing(move || {
        Some(match id.get().and_then(|id| reading.story(id)) {
            None => loading(),
            Some(Ok(events)) => match events.last() {
                Some(now) => story(&now.order, &events),
                None => missing(&Error::UnknownPath),
            },
            Some(Err(error)) => missing(&error),
        })
    });
    view! { <main id="main" class="track" tabindex="-1">{story}</main> }.into_any()
}

fn loading() -> AnyView {
    view! {
        <section class="paper stack" aria-busy="true" aria-label="Loading">
            <span class="bone half"></span> <span class="bone"></span> <span class="bone"></span>
        </section>
    }
    .into_any()
}

fn missing(error: &Error) -> AnyView {
    let (heading, next) = match error {
        Error::UnknownOrder(_) | Error::UnknownPath => (
            "There is no such order",
            "The address of an order’s page is in the browser that took it.",
        ),
        _ => (
            "This order cannot be read right now",
            "Nothing is lost. It is shown as soon as the market answers.",
        ),
    };
    empty(
        Icon::Search,
        heading,
        next,
        Some(("See what is hot", "/customer".to_owned())),
    )
}

fn story(order: &Order, events: &[Event]) -> AnyView {
    let may_cancel = order
        .status
        .after(Verb::Cancel, Some(Role::Customer))
        .is_some();
    view! {
        {hero(order, events)}
        <div class="stack">
            <section class="paper stack" aria-labelledby="steps">
                <h2 id="steps">"Where it is"</h2>
                <ol class="steps">{steps(order, events)}</ol>
            </section>
            <section class="paper stack" aria-labelledby="bill">
                <h2 id="bill">"What it costs"</h2>
                {sum(order, &order.supplier_name, "You pay")}
            </section>
        </div>
        <div class="stack">{facts(order)} {may_cancel.then(|| cancel(order))} {refused(order.id)}</div>
    }
    .into_any()
}

fn hero(order: &Order, events: &[Event]) -> AnyView {
    let (says, when) = match order.status {
        Status::PendingSupplier => (" waits for its kitchen", None),
        Status::SupplierAccepted => (" is on offer", None),
        Status::SupplierRejected => (" will not be made", None),
        Status::Cancelled => (" was cancelled", None),
        Status::Delivered => (" has arrived", None),
        _ => (" arrives about", promise(order, events)),
    };
    let when = when.map(|when| {
        view! { <p class="when">{moment(when)}</p> <p>{how_long(when)}</p> }.into_any()
    });
    view! {
        <section class="hero" aria-labelledby="h">
            <div>
                {badge(order.status, words::customer_status(order.status))}
                <h1 id="h">{name(&order.pizza_name)} {says}</h1>
                {when}
            </div>
            {pizza(&order.pizza_name, Detail::Card)}
        </section>
    }
    .into_any()
}

/// When it shall be there: so many minutes after it was taken as the kitchen has said.
fn promise(order: &Order, events: &[Event]) -> Option<Time> {
    let taken = events
        .iter()
        .find(|event| event.event_type == EventType::CustomerAccepted)?;
    let minutes = order.estimated_delivery_time?.get();
    Some(taken.order.updated_at + TimeDelta::minutes(minutes.into()))
}

fn how_long(when: Time) -> AnyView {
    let market = Market::here();
    let words = text(move || match when - market.now() {
        left if left.num_minutes() == 0 => "any moment now".to_owned(),
        left if left < TimeDelta::zero() => {
            format!("{} later than promised", words::duration(-left))
        }
        left => format!("in {}", words::duration(left + ALMOST)),
    });
    view! { <output>{words}</output> }.into_any()
}

/// The way of an order that goes well.
const WAY: [Status; 7] = [
    Status::SupplierAccepted,
    Status::CustomerAccepted,
    Status::Preparing,
    Status::Ready,
    Status::Dispatched,
    Status::InTransit,
    Status::Delivered,
];

fn steps(order: &Order, events: &[Event]) -> Vec<AnyView> {
    let ended = matches!(order.status, Status::Cancelled | Status::SupplierRejected);
    let seen = |status| {
        events
            .iter()
            .find(|event| event.order.status == status)
            .map(|event| event.order.updated_at)
    };
    let mut steps: Vec<_> = WAY
        .iter()
        .map(|&status| (status, seen(status)))
        .filter(|(_, at)| !ended || at.is_some())
        .collect();
    if ended {
        steps.push((order.status, Some(order.updated_at)));
    }
    steps
        .into_iter()
        .map(|(status, at)| step(order, status, at))
        .collect()
}

fn step(order: &Order, status: Status, at: Option<Time>) -> AnyView {
    let done = at.is_some() && (status != order.status || status == Status::Delivered);
    let symbol = if done { Icon::Check } else { Icon::Of(status) };
    let current = (status == order.status && !done).then_some("step");
    let word = match status {
        Status::SupplierAccepted => "On offer",
        status => words::customer_status(status),
    };
    let reason = order
        .supplier_notes
        .as_ref()
        .filter(|_| status == Status::SupplierRejected);
    let reason = reason.map(|notes| view! { <p>{format!("“{notes}”")}</p> }.into_any());
    let at = at.map_or_else(|| view! { <span></span> }.into_any(), moment);
    view! {
        <li data-step=done.then_some("done") aria-current=current>
            <span class="dot">{icon(symbol)}</span> <strong>{word}</strong> {at} {reason}
        </li>
    }
    .into_any()
}

fn facts(order: &Order) -> AnyView {
    view! {
        <section class="paper stack" aria-labelledby="where">
            <h2 id="where">"Where it goes"</h2>
            <dl class="facts">
                {fact(Icon::Person, "Name", order.customer_name.as_ref().map(|name| name.to_string()))}
                {fact(Icon::Pin, "Address", order.delivery_address.as_ref().map(|address| address.to_string()))}
                {fact(Icon::Of(Status::InTransit), "Driver", order.driver_name.as_ref().map(|driver| driver.to_string()))}
                {fact(Icon::Shop, "Kitchen’s note", order.supplier_notes.as_ref().map(|notes| format!("“{notes}”")))}
            </dl>
            <p class="small soft">"Whoever has the address of this page can follow the order, and cancel it."</p>
        </section>
    }
    .into_any()
}

fn cancel(order: &Order) -> AnyView {
    let word = view! { "Cancel my " {name(&order.pizza_name)} }.into_any();
    let form = Act::new(api::Cancel::PATH)
        .on(Signal::stored(order.clone()))
        .class("stack")
        .form(|form| {
            view! {
                <input type="hidden" name="by" value=Role::Customer.name()/>
                <p>
                    <strong>"The kitchen stops and nothing is charged."</strong>
                    " The offer does not come back: somebody else may get the pizza."
                </p>
                {form.send("button danger sure wide", None, word)}
            }
            .into_any()
        });
    view! {
        <section class="paper" id=format!("o{}", order.id)>
            <details><summary class="button quiet wide">"Cancel this order…"</summary> {form}</details>
        </section>
    }
    .into_any()
}
