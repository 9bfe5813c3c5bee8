//! When an order arrives: the head of its page, and the reason where that is not as promised.

use crate::{
    domain::{Arrival, Order, Punctuality, Status, Time, arrival, upcoming_stages},
    ui::{
        components::{
            basics::{Detail, Icon, badge, changing, icon, moment, name, pizza, text},
            ticket::ALMOST,
        },
        i18n::{
            domain_texts, format,
            locale::{Text, say, t},
        },
        live::{reactive::memo, store::LiveStore},
    },
};
use leptos::prelude::*;

/// The facts from which the arrival is estimated, again with each tick of the clock.
#[derive(Clone, Copy)]
pub struct Forecast {
    status: Status,
    /// When the order got this status.
    since: Time,
    promised: Option<Time>,
    store: LiveStore,
}

impl Forecast {
    pub fn of(order: &Order) -> Forecast {
        Forecast {
            status: order.status,
            since: order.since(),
            promised: order.promised(),
            store: LiveStore::from_context(),
        }
    }

    /// Whether a customer still waits for the order.
    pub fn is_open(self) -> bool {
        arrival(self.status, self.since, None, self.since).is_some()
    }

    /// The arrival as estimated now, and now. Nothing where it is not on its way.
    fn arrival(self) -> Option<(Arrival, Time)> {
        let now = self.store.now();
        let arrival = arrival(self.status, self.since, self.promised, now)?;
        Some((arrival, now))
    }

    /// When a step that is still to come begins, as estimated now: `19:48`.
    pub fn begins(self, step: Status) -> Option<String> {
        let (arrival, now) = self.arrival()?;
        let ahead = upcoming_stages(self.status, self.since, &arrival, now);
        let (_, time) = ahead.into_iter().find(|(status, _)| *status == step)?;
        Some(format::clock(time, self.store.zone()))
    }

    /// The status, and the reason where the arrival is not as promised.
    pub fn in_short(self) -> String {
        let course = self.arrival().map(|(arrival, _)| arrival.punctuality);
        let (late, early) = (
            course == Some(Punctuality::Later),
            course == Some(Punctuality::Earlier),
        );
        let reason = reason(self.status, late, early).map_or("", |(.., reason)| t(reason));
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
                <h1 id="h">{name(&order.pizza_name)} {headline(order.status)}</h1>
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
    let first = forecast.text(|arrival, _, store| format::clock(arrival.from, store.zone()));
    let last = forecast.text(|arrival, _, store| format::clock(arrival.to + ALMOST, store.zone()));
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
        <p class="when"><time datetime=first_at>{first}</time>"–"<time datetime=last_at>{last}</time></p>
        <p>{left}</p>
    }
    .into_any()
}

/// Why it arrives at another time than promised. It renders again when that changes, not with every minute.
fn why(forecast: Forecast) -> AnyView {
    let course = memo(move |_| {
        forecast
            .arrival()
            .map(|(arrival, _)| arrival.punctuality as u8)
    });
    let (late, early) = (Punctuality::Later as u8, Punctuality::Earlier as u8);
    let why = changing(move || {
        let course = course.get()?;
        let promised = moment(forecast.promised?);
        let (what, how, reason) = reason(forecast.status, course == late, course == early)?;
        Some(view! { {icon(Icon::Info)} <span><strong>{t(what)} {promised} {t(how)}</strong> " " {t(reason)}</span> }.into_any())
    });
    view! { <p class="why">{why}</p> }.into_any()
}

/// How the arrival differs from the promise, and why; nothing where it does not.
fn reason(status: Status, late: bool, early: bool) -> Option<(Text, Text, Text)> {
    Some(match (late, early) {
        (true, _) => (
            ["Promised for ", "Zugesagt für "],
            [", running late.", ", verspätet."],
            reason_late(status),
        ),
        (_, true) => (
            ["Earlier than promised: ", "Früher als zugesagt: "],
            [".", "."],
            reason_early(status),
        ),
        _ => return None,
    })
}

fn reason_late(status: Status) -> Text {
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

fn reason_early(status: Status) -> Text {
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
