//! The page on which a customer follows one order. Everyone who has its address can see it; where people sign in, the
//! address that is shared has a key.

mod arrival;
mod cancel;
mod direct;
mod steps;

use crate::{
    domain::{Actor, CommandKind, Error, Event, Order, Permission, Role, Status, Time},
    ui::{
        browser::url::{page_address, site_address},
        components::{
            basics::{Icon, changing, empty, fact},
            bill::sum,
            form::refused,
        },
        i18n::{domain_texts, locale::t},
        live::{page_queries::PageQueries, reactive::memo},
        navigation::Navigator,
        route::Route,
        share::share,
        viewer::viewer,
    },
};
use arrival::Forecast;
use cancel::cancel;
use leptos::prelude::*;

pub fn track() -> AnyView {
    let (queries, id) = (
        PageQueries::from_context(),
        Navigator::from_context().memo(|route| route.order_id()),
    );
    let story = changing(move || {
        let Some(id) = id.get() else {
            return Some(loading());
        };
        Some(match queries.story(id) {
            None => loading(),
            Some(Ok(events)) => match events.last() {
                Some(now) => story(&now.order, told_first(&events)),
                None => missing(&Error::UnknownOrder(id)),
            },
            Some(Err(error)) => missing(&error),
        })
    });
    // A memo, so that screen readers hear what changes, and not the same words with every minute.
    let announced = memo(move |_| match id.get().and_then(|id| queries.story(id)) {
        Some(Ok(events)) => events
            .last()
            .map_or_else(String::new, |now| Forecast::of(&now.order).in_short()),
        _ => String::new(),
    });
    view! {
        <main id="main" class="track" tabindex="-1">
            {story}
            <p class="unseen" translate="no" role="status">{announced}</p>
        </main>
    }
    .into_any()
}

/// Until when the order was promised first, where it was ordered from a menu.
fn told_first(events: &[Event]) -> Option<Time> {
    let basket = events.first()?.order.basket.as_ref()?;
    Some(basket.promise.to)
}

fn loading() -> AnyView {
    view! {
        <section class="paper stack" aria-busy="true" aria-label=t(["Loading", "Lädt"])>
            <span class="bone half"></span> <span class="bone"></span> <span class="bone"></span>
        </section>
    }
    .into_any()
}

fn missing(error: &Error) -> AnyView {
    let (heading, next) = match error {
        Error::UnknownOrder(_) => (
            ["There is no such order", "Diese Bestellung gibt es nicht"],
            [
                "The address of an order’s page is in the browser that took it.",
                "Die Adresse ihrer Seite steht im Browser, in dem bestellt wurde.",
            ],
        ),
        _ => (
            [
                "This order cannot be read right now",
                "Diese Bestellung ist gerade nicht abrufbar",
            ],
            [
                "Nothing is lost. It is shown as soon as the market answers.",
                "Nichts ist verloren. Sie erscheint, sobald der Markt antwortet.",
            ],
        ),
    };
    let offers = Route::offers().address();
    let way_on = (t(["See what is hot", "Sehen, was es gibt"]), offers);
    empty(Icon::Search, t(heading), t(next), Some(way_on))
}

fn story(order: &Order, told_first: Option<Time>) -> AnyView {
    let forecast = Forecast::of(order);
    view! {
        {arrival::hero(order, forecast)}
        <div class="stack">
            {direct::state(order, told_first)}
            {direct::contents(order)}
            <section class="paper stack" aria-labelledby="steps">
                <h2 id="steps">{t(["Where it is", "Wo sie ist"])}</h2>
                <ol class="steps">{steps::steps(order, forecast)}</ol>
            </section>
            <section class="paper stack" aria-labelledby="bill">
                <h2 id="bill">{t(["What it costs", "Was sie kostet"])}</h2>
                {bill(order)}
            </section>
        </div>
        <div class="stack">
            {direct::again(order)} {facts(order)} {may_cancel(order).then(|| cancel(order))} {too_late(order, forecast)} {refused(order.id)}
        </div>
    }
    .into_any()
}

/// Why an order that is still to come has no button to cancel it.
fn too_late(order: &Order, forecast: Forecast) -> Option<AnyView> {
    let is_told_whole = viewer().is_open() || order.customer_name.is_some();
    (!may_cancel(order) && is_told_whole && forecast.is_open()).then(|| {
        let why = t([
            "The kitchen has started, so it cannot be cancelled any more.",
            "Die Küche hat angefangen, darum lässt sie sich nicht mehr stornieren.",
        ]);
        view! { <p class="small soft">{why}</p> }.into_any()
    })
}

/// The sum; for an order that will not come, that it costs nothing, and the way to the offers.
fn bill(order: &Order) -> AnyView {
    if !order.status.is_void() {
        return sum(order, &order.supplier_name, t(["You pay", "Du zahlst"]));
    }
    let (nothing, others) = (
        t(["Nothing is charged.", "Es kostet nichts."]),
        t(["See what is hot", "Sehen, was es gibt"]),
    );
    view! { <p><strong>{nothing}</strong></p> <a class="button" href=Route::offers().address()>{others}</a> }
        .into_any()
}

/// Whether a customer has taken it and may still cancel it.
fn may_cancel(order: &Order) -> bool {
    let next = order.transition(CommandKind::Cancel, Actor::As(Role::Customer));
    let is_theirs = viewer().may(CommandKind::Cancel, Some(&order.into())) == Permission::Yes;
    order.customer_name.is_some() && next.is_some() && is_theirs
}

/// Where it goes; of an order that nobody has taken, the kitchen's note, if there is one. And who can see the page.
fn facts(order: &Order) -> AnyView {
    let shared = shared(order);
    let heading = match (&order.customer_name, &order.supplier_notes) {
        (Some(_), _) => ["Where it goes", "Wohin sie geht"],
        (None, Some(_)) => ["What the kitchen says", "Was die Küche sagt"],
        (None, None) => return shared,
    };
    view! {
        <section class="paper stack" aria-labelledby="where">
            <h2 id="where">{t(heading)}</h2>
            <dl class="facts">
                {fact(Icon::Person, t(["Name", "Name"]), order.customer_name.as_ref().map(|name| name.to_string()))}
                {fact(Icon::Pin, t(["Address", "Adresse"]), order.delivery_address.as_ref().map(|address| address.to_string()))}
                {fact(Icon::Of(Status::InTransit), t(["Driver", "Fahrer"]), order.driver_name.as_ref().map(|driver| driver.to_string()))}
                {fact(Icon::Shop, t(["Kitchen’s note", "Notiz der Küche"]), order.supplier_notes.as_ref().map(|notes| domain_texts::quoted(notes)))}
            </dl>
            {shared}
        </section>
    }
    .into_any()
}

/// The button that shares the page, and who can see it then. Where people sign in the address alone opens nothing: what
/// is shared has a key, and who has none to give has no button.
fn shared(order: &Order) -> AnyView {
    if viewer().is_open() {
        return view! {
            {share(&order.pizza_name, page_address)}
            <p class="small soft" translate="no">{who_can_see(may_cancel(order))}</p>
        }
        .into_any();
    }
    let (queries, id, title) = (
        PageQueries::from_context(),
        order.id,
        order.pizza_name.clone(),
    );
    changing(move || {
        let key = queries.follow_key(id)?;
        let address = move || {
            let path = Route::Track(id).address();
            format!("{}{path}?key={key}", site_address())
        };
        let who = t([
            "Whoever you share this page with can follow the order, without its name and address.",
            "Mit wem du diese Seite teilst, kann die Bestellung verfolgen, ohne Namen und Adresse.",
        ]);
        let shared = view! { {share(&title, address)} <p class="small soft">{who}</p> };
        Some(shared.into_any())
    })
}

fn who_can_see(may_cancel: bool) -> &'static str {
    t(if may_cancel {
        [
            "Whoever has the address of this page can follow the order, and cancel it.",
            "Wer die Adresse dieser Seite hat, kann die Bestellung verfolgen und stornieren.",
        ]
    } else {
        [
            "Whoever has the address of this page can follow the order.",
            "Wer die Adresse dieser Seite hat, kann die Bestellung verfolgen.",
        ]
    })
}
