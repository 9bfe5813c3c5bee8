//! One order, as its customer follows it. Whoever has the address of this page can see it.

use crate::{
    api,
    domain::{Actor, Arrival, Course, Error, Order, Role, Status, Time, Verb, ahead, arrival},
    ui::{
        locale::{Text, say, t},
        market::Market,
        parts::{
            form::{Act, refused},
            reading::Reading,
            small::{
                Detail, Icon, badge, changing, empty, fact, icon, moment, name, pizza, sum, text,
            },
            ticket::ALMOST,
        },
        place::{Here, Place},
        share::share,
        words,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

pub fn track() -> AnyView {
    let (reading, id) = (Reading::here(), Here::now().memo(|place| place.story()));
    let story = changing(move || {
        let Some(id) = id.get() else {
            return Some(loading());
        };
        Some(match reading.story(id) {
            None => loading(),
            Some(Ok(events)) => match events.last() {
                Some(now) => story(&now.order),
                None => missing(&Error::UnknownOrder(id)),
            },
            Some(Err(error)) => missing(&error),
        })
    });
    let said = Memo::new(move |_| match id.get().and_then(|id| reading.story(id)) {
        Some(Ok(events)) => events
            .last()
            .map_or_else(String::new, |now| Way::of(&now.order).in_short()),
        _ => String::new(),
    });
    view! {
        <main id="main" class="track" tabindex="-1">
            {story}
            // For those who do not see it: said when it changes, and not with every minute.
            <p class="unseen" role="status">{said}</p>
        </main>
    }
    .into_any()
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
                "Diese Bestellung ist gerade nicht zu lesen",
            ],
            [
                "Nothing is lost. It is shown as soon as the market answers.",
                "Nichts ist verloren. Sie erscheint, sobald der Markt antwortet.",
            ],
        ),
    };
    let offers = Place::offers().address();
    let way_on = (t(["See what is hot", "Sehen, was es gibt"]), offers);
    empty(Icon::Search, t(heading), t(next), Some(way_on))
}

fn story(order: &Order) -> AnyView {
    let way = Way::of(order);
    let may_cancel = may_cancel(order);
    let too_late = !may_cancel && way.is_open();
    let too_late = too_late.then(|| {
        let why = t([
            "The kitchen has started, so it cannot be cancelled any more.",
            "Die Küche hat angefangen, darum lässt sie sich nicht mehr stornieren.",
        ]);
        view! { <p class="small soft">{why}</p> }.into_any()
    });
    view! {
        {hero(order, &way)}
        <div class="stack">
            <section class="paper stack" aria-labelledby="steps">
                <h2 id="steps">{t(["Where it is", "Wo sie ist"])}</h2>
                <ol class="steps">{steps(order, &way)}</ol>
            </section>
            <section class="paper stack" aria-labelledby="bill">
                <h2 id="bill">{t(["What it costs", "Was sie kostet"])}</h2>
                {bill(order)}
            </section>
        </div>
        <div class="stack">{facts(order)} {may_cancel.then(|| cancel(order))} {too_late} {refused(order.id)}</div>
    }
    .into_any()
}

/// What it costs; and where it is no longer to come, that it costs nothing, and what there is instead.
fn bill(order: &Order) -> AnyView {
    if !order.status.is_void() {
        return sum(order, &order.supplier_name, t(["You pay", "Du zahlst"]));
    }
    let (nothing, others) = (
        t(["Nothing is charged.", "Es kostet nichts."]),
        t(["See what is hot", "Sehen, was es gibt"]),
    );
    view! { <p><strong>{nothing}</strong></p> <a class="button" href=Place::offers().address()>{others}</a> }
        .into_any()
}

/// What is known of an order's way to the door.
#[derive(Clone, Copy)]
struct Way {
    status: Status,
    since: Time,
    promised: Option<Time>,
    market: Market,
}

impl Way {
    fn of(order: &Order) -> Way {
        Way {
            status: order.status,
            since: order.since(),
            promised: order.promised(),
            market: Market::here(),
        }
    }

    /// Whether somebody waits for it at a door.
    fn is_open(&self) -> bool {
        arrival(self.status, self.since, None, self.since).is_some()
    }

    /// When it arrives, as things stand now. Nothing, where it is not on its way.
    fn arrival(&self) -> Option<(Arrival, Time)> {
        let now = self.market.now();
        let arrival = arrival(self.status, self.since, self.promised, now)?;
        Some((arrival, now))
    }

    /// Where it stands, and why it comes at another time than was promised.
    fn in_short(&self) -> String {
        let pace = self.arrival().map(|(arrival, _)| arrival.pace);
        let (late, early) = (pace == Some(Course::Later), pace == Some(Course::Earlier));
        let reason = reason(self.status, late, early).map_or("", |(_, reason)| t(reason));
        format!("{} {reason}", words::customer_status(self.status))
    }

    /// Something about the arrival, as the clock ticks.
    fn says(self, what: fn(Arrival, Time, Market) -> String) -> Signal<String> {
        text(move || {
            let arrival = self.arrival();
            let said = arrival.map(|(arrival, now)| what(arrival, now, self.market));
            said.unwrap_or_default()
        })
    }
}

fn hero(order: &Order, way: &Way) -> AnyView {
    let says = t(match order.status {
        Status::PendingSupplier => [" waits for its kitchen", " wartet auf ihre Küche"],
        Status::SupplierAccepted => [" is on offer", " ist im Angebot"],
        Status::SupplierRejected => [" will not be made", " wird nicht gebacken"],
        Status::Cancelled => [" was cancelled", " wurde storniert"],
        Status::Delivered => [" has arrived", " ist angekommen"],
        _ => [" arrives about", " kommt etwa"],
    });
    let when = way.is_open().then(|| when(*way));
    view! {
        <section class="hero" aria-labelledby="h">
            <div>
                {badge(order.status, words::customer_status(order.status))}
                <h1 id="h">{name(&order.pizza_name)} {says}</h1>
                {when}
            </div>
            {pizza(&order.pizza_name, Detail::Card)}
            {way.is_open().then(|| why(*way))}
        </section>
    }
    .into_any()
}

/// `19:46–19:54`, and how long that is from now.
fn when(way: Way) -> AnyView {
    let first = way.says(|arrival, _, market| words::clock(arrival.from, market));
    let last = way.says(|arrival, _, market| words::clock(arrival.to + ALMOST, market));
    let (first_at, last_at) = (
        way.says(|arrival, _, _| arrival.from.to_string()),
        way.says(|arrival, _, _| arrival.to.to_string()),
    );
    let left = way.says(|arrival, now, _| {
        let (from, to) = (arrival.from - now, arrival.to - now + ALMOST);
        let (from, to) = (from.num_minutes(), to.num_minutes());
        match from {
            ..=0 => say!("within {to} min", "in den nächsten {to} min"),
            _ => say!("in {from} to {to} min", "in {from} bis {to} min"),
        }
    });
    view! {
        <p class="when"><time datetime=first_at>{first}</time>"–"<time datetime=last_at>{last}</time></p>
        <p>{left}</p>
    }
    .into_any()
}

/// Why it comes at another time than was promised: said when that changes, and not with every minute.
fn why(way: Way) -> AnyView {
    let pace = Memo::new(move |_| way.arrival().map(|(arrival, _)| arrival.pace as u8));
    let (late, early) = (Course::Later as u8, Course::Earlier as u8);
    let why = changing(move || {
        let pace = pace.get()?;
        let promised = moment(way.promised?);
        let (what, reason) = reason(way.status, pace == late, pace == early)?;
        Some(view! { {icon(Icon::Info)} <span><strong>{t(what)} {promised} "."</strong> " " {t(reason)}</span> }.into_any())
    });
    view! { <p class="why">{why}</p> }.into_any()
}

/// What has become of the promise, and why; nothing while it stands.
fn reason(status: Status, late: bool, early: bool) -> Option<(Text, Text)> {
    Some(match (late, early) {
        (true, _) => (
            ["Later than promised: ", "Später als zugesagt: "],
            held_up(status),
        ),
        (_, true) => (
            ["Earlier than promised: ", "Früher als zugesagt: "],
            ahead_of_time(status),
        ),
        _ => return None,
    })
}

fn held_up(status: Status) -> Text {
    match status {
        Status::CustomerAccepted => [
            "It still waits in the kitchen.",
            "Sie wartet noch in der Küche.",
        ],
        Status::Preparing => ["It is still in the oven.", "Sie ist noch im Ofen."],
        Status::Ready => [
            "It is ready and waits for a driver.",
            "Sie ist fertig und wartet auf einen Fahrer.",
        ],
        Status::Dispatched => [
            "The driver has it and is about to leave.",
            "Der Fahrer hat sie und fährt gleich los.",
        ],
        _ => ["The driver is on the way.", "Der Fahrer ist unterwegs."],
    }
}

fn ahead_of_time(status: Status) -> Text {
    match status {
        Status::Preparing => ["It is already in the oven.", "Sie ist schon im Ofen."],
        Status::Ready => [
            "It is already out of the oven.",
            "Sie ist schon aus dem Ofen.",
        ],
        Status::Dispatched => ["The driver already has it.", "Der Fahrer hat sie schon."],
        Status::InTransit => [
            "The driver is already on the way.",
            "Der Fahrer ist schon unterwegs.",
        ],
        _ => [
            "The kitchen is quick today.",
            "Die Küche ist heute schnell.",
        ],
    }
}

/// What happens next.
fn next(status: Status) -> Option<&'static str> {
    let next = match status {
        Status::PendingSupplier => [
            "Next: its kitchen says yes or no.",
            "Als Nächstes sagt ihre Küche zu oder ab.",
        ],
        Status::SupplierAccepted => ["Next: somebody takes it.", "Als Nächstes nimmt sie jemand."],
        Status::CustomerAccepted => [
            "Next: the kitchen starts, as soon as an oven is free.",
            "Als Nächstes fängt die Küche an, sobald ein Ofen frei ist.",
        ],
        Status::Preparing => [
            "Next: it comes out of the oven and waits for its driver.",
            "Als Nächstes kommt sie aus dem Ofen und wartet auf ihren Fahrer.",
        ],
        Status::Ready => [
            "Next: a driver picks it up.",
            "Als Nächstes holt sie ein Fahrer ab.",
        ],
        Status::Dispatched => [
            "Next: the driver leaves.",
            "Als Nächstes fährt der Fahrer los.",
        ],
        Status::InTransit => [
            "Next: it rings at your door.",
            "Als Nächstes klingelt es bei dir.",
        ],
        Status::SupplierRejected | Status::Delivered | Status::Cancelled => return None,
    };
    Some(t(next))
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

fn steps(order: &Order, way: &Way) -> Vec<AnyView> {
    let ended = order.status.is_void();
    let mut steps: Vec<_> = WAY
        .iter()
        .map(|&status| (status, order.times.at(status)))
        .filter(|(_, at)| !ended || at.is_some())
        .collect();
    if ended {
        steps.push((order.status, Some(order.since())));
    }
    steps
        .into_iter()
        .map(|(status, at)| step(order, status, at, *way))
        .collect()
}

fn step(order: &Order, status: Status, at: Option<Time>, way: Way) -> AnyView {
    let done = at.is_some() && (status != order.status || status == Status::Delivered);
    let symbol = if done { Icon::Check } else { Icon::Of(status) };
    let now = status == order.status && !done;
    let word = match status {
        Status::SupplierAccepted => words::status(status),
        status => words::customer_status(status),
    };
    let reason = order
        .supplier_notes
        .as_ref()
        .filter(|_| status == Status::SupplierRejected);
    let reason = reason.map(|notes| view! { <p>{words::quoted(notes)}</p> }.into_any());
    let next = next(status).filter(|_| now);
    let next = next.map(|next| view! { <p>{next}</p> }.into_any());
    view! {
        <li data-step=done.then_some("done") aria-current=now.then_some("step")>
            <span class="dot">{icon(symbol)}</span> <strong>{word}</strong> {at.map_or_else(|| about(status, way), moment)} {reason} {next}
        </li>
    }
    .into_any()
}

/// `~19:48`: when a step that is still to come begins. When it is at the door, the head of the page says.
fn about(status: Status, way: Way) -> AnyView {
    let begins = move || {
        let (arrival, now) = way.arrival()?;
        let ahead = ahead(way.status, way.since, &arrival, now);
        Some(ahead.into_iter().find(|(of, _)| *of == status)?.1)
    };
    let about = text(move || match begins() {
        Some(time) if status != Status::Delivered => {
            format!("~{}", words::clock(time, way.market))
        }
        _ => String::new(),
    });
    view! { <span class="about">{about}</span> }.into_any()
}

/// Whether its customer may give it up: there is one, and it has not been begun.
fn may_cancel(order: &Order) -> bool {
    let next = order.status.after(Verb::Cancel, Actor::As(Role::Customer));
    order.customer_name.is_some() && next.is_some()
}

fn facts(order: &Order) -> AnyView {
    let share = share(&order.pizza_name);
    view! {
        <section class="paper stack" aria-labelledby="where">
            <h2 id="where">{t(["Where it goes", "Wohin sie geht"])}</h2>
            <dl class="facts">
                {fact(Icon::Person, t(["Name", "Name"]), order.customer_name.as_ref().map(|name| name.to_string()))}
                {fact(Icon::Pin, t(["Address", "Adresse"]), order.delivery_address.as_ref().map(|address| address.to_string()))}
                {fact(Icon::Of(Status::InTransit), t(["Driver", "Fahrer"]), order.driver_name.as_ref().map(|driver| driver.to_string()))}
                {fact(Icon::Shop, t(["Kitchen’s note", "Notiz der Küche"]), order.supplier_notes.as_ref().map(|notes| words::quoted(notes)))}
            </dl>
            {share}
            <p class="small soft">
                {t(if may_cancel(order) {
                    [
                        "Whoever has the address of this page can follow the order, and cancel it.",
                        "Wer die Adresse dieser Seite hat, kann die Bestellung verfolgen und stornieren.",
                    ]
                } else {
                    [
                        "Whoever has the address of this page can follow the order.",
                        "Wer die Adresse dieser Seite hat, kann die Bestellung verfolgen.",
                    ]
                })}
            </p>
        </section>
    }
    .into_any()
}

fn cancel(order: &Order) -> AnyView {
    let pizza = name(&order.pizza_name);
    let word =
        view! { {t(["Cancel my", "Meine"])} " " {pizza} {t(["", " stornieren"])} }.into_any();
    let form = Act::new(api::CustomerCancel::PATH)
        .on(Signal::stored(order.clone()))
        .class("stack")
        .onward(|| Some("main".to_owned()))
        .form(|form| {
            view! {
                <p>
                    <strong>{t(["The kitchen does not start, and nothing is charged.", "Die Küche fängt nicht an, und es kostet nichts."])}</strong>
                    {t([
                        " The offer does not come back: somebody else may get the pizza.",
                        " Das Angebot kommt nicht zurück: Vielleicht bekommt jemand anders die Pizza.",
                    ])}
                </p>
                {form.send("button danger sure wide", None, word)}
            }
            .into_any()
        });
    view! {
        <section class="paper" id=format!("o{}", order.id)>
            <details><summary class="button quiet wide">{t(["Cancel this order…", "Bestellung stornieren\u{a0}…"])}</summary> {form}</details>
        </section>
    }
    .into_any()
}
