//! One order, as its customer follows it. Whoever has the address of this page can see it.

use crate::{
    api,
    domain::{Error, Event, EventType, Order, OrderId, Role, Status, Time, Verb},
    ui::{
        market::Market,
        parts::{
            form::{ActForm, Refused, Send},
            small::{Detail, Icon, badge, icon, moment, name, pizza, sum},
        },
        words,
    },
};
use chrono::TimeDelta;
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_params_map};

#[component]
pub fn Track() -> impl IntoView {
    let market = Market::here();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params
            .read()
            .get("id")
            .and_then(|id| id.parse::<OrderId>().ok())
    });
    // Read again with every change of this one order.
    let version = move |id| market.view(move |board| board.get(id).map(|order| order.version));
    let seen = Memo::new(move |_| id.get().map(|id| (id, version(id).get())));
    let events = Resource::new(
        move || seen.get(),
        async |seen| match seen {
            Some((id, _)) => api::history(id).await,
            None => Err(Error::UnknownPath),
        },
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match events.await {
                    Ok(events) if !events.is_empty() => Either::Left(view! { <Story events/> }),
                    Ok(_) => Either::Right(view! { <Missing error=Error::UnknownPath/> }),
                    Err(error) => Either::Right(view! { <Missing error/> }),
                }
            })}
        </Transition>
    }
}

#[component]
fn Missing(error: Error) -> impl IntoView {
    let sentence = match error {
        Error::UnknownOrder(_) | Error::UnknownPath => "There is no such order".to_owned(),
        error => words::refusal(&error),
    };
    view! {
        <Title text="No order · Pizza Market"/>
        <main id="main">
            <div class="empty">
                {icon(Icon::Search)}
                <h1>{sentence}</h1>
                <p>"The address of an order’s page is in the browser that took it."</p>
                <A href="/customer" attr:class="button">"See what is hot"</A>
            </div>
        </main>
    }
}

/// All that is known of one order: it is never empty.
#[component]
fn Story(events: Vec<Event>) -> impl IntoView {
    let Some(order) = events.last().map(|event| event.order.clone()) else {
        return Either::Right(());
    };
    let title = format!(
        "{} · {}",
        words::customer_status(order.status),
        order.pizza_name
    );
    let may_cancel = order
        .status
        .after(Verb::Cancel, Some(Role::Customer))
        .is_some();
    Either::Left(view! {
        <Title text=words::title(0, &title)/>
        <main id="main" class="track">
            {hero(&order, &events)}
            <div class="stack">
                <section class="paper stack" aria-labelledby="steps">
                    <h2 id="steps">"Where it is"</h2>
                    {steps(&order, &events)}
                </section>
                <section class="paper stack" aria-labelledby="bill">
                    <h2 id="bill">"What it costs"</h2>
                    {sum(&order, order.supplier_name.to_string(), "You pay")}
                </section>
            </div>
            <div class="stack">
                {facts(&order)}
                {may_cancel.then(|| view! { <CancelMine order=order.clone()/> })}
                <Refused order=order.id/>
            </div>
        </main>
    })
}

fn hero(order: &Order, events: &[Event]) -> impl IntoView + use<> {
    let pizza_name = order.pizza_name.to_string();
    let (says, when) = match order.status {
        Status::PendingSupplier => ("waits for its kitchen", None),
        Status::SupplierAccepted => ("is on offer", None),
        Status::SupplierRejected => ("will not be made", None),
        Status::Cancelled => ("was cancelled", None),
        Status::Delivered => ("has arrived", None),
        _ => ("arrives about", promise(order, events)),
    };
    view! {
        <section class="hero" aria-labelledby="h">
            <div>
                {badge(order.status, words::customer_status(order.status))}
                <h1 id="h"><bdi>{pizza_name}</bdi> " " {says}</h1>
                {when.map(|when| view! { <p class="when">{moment(when)}</p> <p>{how_long(when)}</p> })}
            </div>
            {pizza(&order.pizza_name, Detail::Card)}
        </section>
    }
}

/// When it shall be there: so many minutes after it was taken as the kitchen has said.
fn promise(order: &Order, events: &[Event]) -> Option<Time> {
    let taken = events
        .iter()
        .find(|event| event.event_type == EventType::CustomerAccepted)?;
    let minutes = order.estimated_delivery_time?.get();
    Some(taken.order.updated_at + TimeDelta::minutes(minutes.into()))
}

fn how_long(when: Time) -> impl IntoView {
    let market = Market::here();
    let words = Memo::new(move |_| match when - market.now() {
        left if left.num_minutes() == 0 => "any moment now".to_owned(),
        left if left < TimeDelta::zero() => {
            format!("{} later than promised", words::duration(-left))
        }
        left => format!("in {}", words::duration(left)),
    });
    view! { <output>{words}</output> }
}

/// The way of an order that goes well.
const WAY: [(Status, &str); 7] = [
    (Status::SupplierAccepted, "On offer"),
    (Status::CustomerAccepted, "Taken"),
    (Status::Preparing, "In the oven"),
    (Status::Ready, "Ready"),
    (Status::Dispatched, "With the driver"),
    (Status::InTransit, "On the way"),
    (Status::Delivered, "At your door"),
];

fn steps(order: &Order, events: &[Event]) -> impl IntoView + use<> {
    let ended = matches!(order.status, Status::Cancelled | Status::SupplierRejected);
    let seen = |status| {
        events
            .iter()
            .find(|event| event.order.status == status)
            .map(|event| event.order.updated_at)
    };
    let mut steps: Vec<_> = WAY
        .into_iter()
        .map(|(status, word)| (status, word, seen(status)))
        .filter(|(_, _, at)| !ended || at.is_some())
        .collect();
    if ended {
        steps.push((
            order.status,
            words::customer_status(order.status),
            Some(order.updated_at),
        ));
    }
    let now = order.status;
    let reason = order
        .supplier_notes
        .as_ref()
        .filter(|_| now == Status::SupplierRejected)
        .map(|notes| format!("“{notes}”"));
    let steps = steps.into_iter().map(move |(status, word, at)| {
        let done = at.is_some() && (status != now || now == Status::Delivered);
        let symbol = if done { Icon::Check } else { Icon::Of(status) };
        let current = (status == now && !done).then_some("step");
        let reason = reason.clone().filter(|_| status == now);
        view! {
            <li data-step=done.then_some("done") aria-current=current>
                <span class="dot">{icon(symbol)}</span>
                <strong>{word}</strong>
                {match at { Some(at) => Either::Left(moment(at)), None => Either::Right(view! { <span></span> }) }}
                {reason.map(|reason| view! { <p>{reason}</p> })}
            </li>
        }
    });
    view! { <ol class="steps">{steps.collect_view()}</ol> }
}

fn facts(order: &Order) -> impl IntoView + use<> {
    let fact = |symbol, what: &'static str, text: Option<String>| {
        text.map(|text| view! {
            <div><dt>{icon(symbol)} <span class="unseen">{what}</span></dt><dd><bdi>{text}</bdi></dd></div>
        })
    };
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
}

#[component]
fn CancelMine(order: Order) -> impl IntoView {
    let (id, pizza) = (order.id, order.pizza_name.to_string());
    view! {
        <section class="paper" id=format!("o{id}")>
            <details>
                <summary class="button quiet wide">"Cancel this order…"</summary>
                <ActForm act="cancel" order=Signal::stored(order) class="stack">
                    <input type="hidden" name="by" value=Role::Customer.name()/>
                    <p><strong>"The kitchen stops and nothing is charged."</strong> " The offer does not come back: somebody else may get the pizza."</p>
                    <Send class="button danger sure wide">"Cancel my " {name(&pizza)}</Send>
                </ActForm>
            </details>
        </section>
    }
}
