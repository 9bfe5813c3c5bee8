//! When an order arrives: the head of its page, and the reason where that is not as it was told.

use crate::{
    domain::{Arrival, Order, Punctuality, Status, Time, arrival, upcoming_stages},
    ui::{
        components::{
            basics::{Detail, Icon, badge, changing, icon, moment, name, pizza, text},
            ticket::ALMOST,
        },
        i18n::{
            domain_texts, format,
            locale::{plural, say, t},
        },
        live::{reactive::memo, store::LiveStore},
    },
};
use leptos::prelude::*;

/// The order from which the arrival is estimated, again with each tick of the clock.
#[derive(Clone, Copy)]
pub struct Forecast {
    order: StoredValue<Order>,
    status: Status,
    store: LiveStore,
}

impl Forecast {
    pub fn of(order: &Order) -> Forecast {
        Forecast {
            order: StoredValue::new(order.clone()),
            status: order.status,
            store: LiveStore::from_context(),
        }
    }

    /// Whether a customer still waits for the order.
    pub fn is_open(self) -> bool {
        self.order
            .with_value(|order| arrival(order, order.since()).is_some())
    }

    /// The arrival as estimated now, and now. Nothing where it is not on its way.
    fn arrival(self) -> Option<(Arrival, Time)> {
        let now = self.store.now();
        let arrival = self.order.with_value(|order| arrival(order, now))?;
        Some((arrival, now))
    }

    /// When a step that is still to come begins, as estimated now: `19:48`.
    pub fn begins(self, step: Status) -> Option<String> {
        let (arrival, now) = self.arrival()?;
        let since = self.order.with_value(Order::since);
        let ahead = upcoming_stages(self.status, since, &arrival, now);
        let (_, time) = ahead.into_iter().find(|(status, _)| *status == step)?;
        Some(format::clock(time, self.store.zone().as_ref()))
    }

    /// The status, and the reason where the arrival is not as it was told.
    pub fn in_short(self) -> String {
        let course = self.arrival().map(|(arrival, _)| arrival.punctuality);
        let reason = course.and_then(|course| reason(self.status, course));
        let reason = reason.unwrap_or_default();
        format!("{} {reason}", domain_texts::customer_status(self.status))
    }

    /// A text about the arrival that follows the clock.
    fn text(self, read: fn(Arrival, Time, LiveStore) -> String) -> Signal<String> {
        text(move || {
            let arrival = self.arrival();
            let text = arrival.map(|(arrival, now)| read(arrival, now, self.store));
            text.unwrap_or_default()
        })
    }
}

pub fn hero(order: &Order, forecast: Forecast) -> AnyView {
    let is_open = forecast.is_open();
    view! {
        <section class="hero" aria-labelledby="h">
            <div>
                {badge(order.status, domain_texts::customer_status(order.status))}
                <h1 id="h" translate="no">{name(&order.pizza_name)} {headline(order.status)}</h1>
                {is_open.then(|| when(forecast))}
            </div>
            {pizza(&order.pizza_name, Detail::Card)}
            {is_open.then(|| why(forecast))}
        </section>
    }
    .into_any()
}

/// The heading after the pizza's name.
fn headline(status: Status) -> &'static str {
    t(match status {
        Status::PendingSupplier => [" waits for its kitchen", " wartet auf ihre Küche"],
        Status::SupplierAccepted => [" is on offer", " ist im Angebot"],
        Status::SupplierRejected => [" will not be made", " wird nicht gebacken"],
        Status::Cancelled => [" was cancelled", " wurde storniert"],
        Status::Delivered => [" has arrived", " ist angekommen"],
        _ => [" arrives about", " kommt etwa"],
    })
}

/// `19:46–19:54`, and how long that is from now.
fn when(forecast: Forecast) -> AnyView {
    let first =
        forecast.text(|arrival, _, store| format::clock(arrival.from, store.zone().as_ref()));
    let last = forecast
        .text(|arrival, _, store| format::clock(arrival.to + ALMOST, store.zone().as_ref()));
    let (first_at, last_at) = (
        forecast.text(|arrival, _, _| arrival.from.to_string()),
        forecast.text(|arrival, _, _| arrival.to.to_string()),
    );
    let left = forecast.text(|arrival, now, _| {
        let (from, to) = (arrival.from - now, arrival.to - now + ALMOST);
        let (from, to) = (from.num_minutes(), to.num_minutes());
        match from {
            ..=0 => say!("within {to} min", "in den nächsten {to} min"),
            _ => say!("in {from} to {to} min", "in {from} bis {to} min"),
        }
    });
    view! {
        <p class="when" translate="no"><time datetime=first_at>{first}</time>"–"<time datetime=last_at>{last}</time></p>
        <p class="on-screen" translate="no">{left}</p>
    }
    .into_any()
}

/// Why it arrives at another time than was told. It renders again when that changes, not with every tick.
fn why(forecast: Forecast) -> AnyView {
    let course = memo(move |_| forecast.arrival().map(|(arrival, _)| arrival.punctuality));
    let why = changing(move || {
        let course = course.get()?;
        let reason = reason(forecast.status, course)?;
        let promised = forecast.order.with_value(Order::promised).map(moment);
        let promised = promised.map(|promised| {
            let how = match course {
                Punctuality::Later(_) => t([", running late.", ", verspätet."]),
                _ => t([", and earlier.", ", und früher."]),
            };
            view! { <strong>{t(["Promised for ", "Zugesagt für "])} {promised} {how}</strong> " " }
                .into_any()
        });
        Some(view! { {icon(Icon::Info)} <span>{promised} {reason}</span> }.into_any())
    });
    view! { <p class="why">{why}</p> }.into_any()
}

/// Why the arrival is not as it was told, and by how much; nothing where it is.
fn reason(status: Status, course: Punctuality) -> Option<String> {
    let of = |n: i64| plural(n as usize, ["minute", "Minute"], ["minutes", "Minuten"]);
    match course {
        Punctuality::AsTold => None,
        Punctuality::Later(n) => Some(late(status, of(n))),
        Punctuality::Earlier(n) => Some(early(status, of(n))),
    }
}

fn late(status: Status, n: String) -> String {
    match status {
        Status::CustomerAccepted => say!(
            "The kitchen needs {n} more before it starts.",
            "Die Küche braucht {n} mehr, bis sie anfängt."
        ),
        Status::Preparing => say!("The kitchen needs {n} more.", "Die Küche braucht {n} mehr."),
        Status::Ready => say!(
            "It waits for a driver: {n} more.",
            "Sie wartet auf einen Fahrer: {n} mehr."
        ),
        Status::Dispatched => say!(
            "The driver has it, and leaves {n} late.",
            "Der Fahrer hat sie und fährt {n} zu spät los."
        ),
        _ => say!("The driver needs {n} more.", "Der Fahrer braucht {n} mehr."),
    }
}

fn early(status: Status, n: String) -> String {
    match status {
        Status::Preparing => say!(
            "The kitchen started {n} early.",
            "Die Küche hat {n} früher angefangen."
        ),
        Status::Ready => say!("It was ready {n} early.", "Sie war {n} früher fertig."),
        Status::Dispatched => say!("The driver came {n} early.", "Der Fahrer kam {n} früher."),
        _ => say!(
            "The driver left {n} early.",
            "Der Fahrer ist {n} früher losgefahren."
        ),
    }
}
