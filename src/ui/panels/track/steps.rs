//! The steps of an order: those done, the one now, and those to come with their estimated times.

use super::arrival::Forecast;
use crate::{
    domain::{Order, Status, Time},
    ui::{
        components::basics::{Icon, icon, moment, text},
        i18n::{domain_texts, locale::t},
    },
};
use leptos::prelude::*;

/// The statuses of an order that goes well. One from a menu has never been on offer.
const STEPS: [Status; 7] = [
    Status::SupplierAccepted,
    Status::CustomerAccepted,
    Status::Preparing,
    Status::Ready,
    Status::Dispatched,
    Status::InTransit,
    Status::Delivered,
];

pub fn steps(order: &Order, forecast: Forecast) -> Vec<AnyView> {
    let ended = order.status.is_void();
    let mut steps: Vec<_> = STEPS
        .iter()
        .map(|&status| (status, order.times.at(status)))
        .filter(|(_, at)| !ended || at.is_some())
        .filter(|(status, _)| order.basket.is_none() || *status != Status::SupplierAccepted)
        .collect();
    if ended {
        steps.push((order.status, Some(order.since())));
    }
    steps
        .into_iter()
        .map(|(status, at)| step(order, status, at, forecast))
        .collect()
}

fn step(order: &Order, status: Status, at: Option<Time>, forecast: Forecast) -> AnyView {
    let done = at.is_some() && (status != order.status || status == Status::Delivered);
    let symbol = if done { Icon::Check } else { Icon::Of(status) };
    let now = status == order.status && !done;
    let word = match status {
        Status::SupplierAccepted => domain_texts::status(status),
        status => domain_texts::customer_status(status),
    };
    let reason = order
        .supplier_notes
        .as_ref()
        .filter(|_| status == Status::SupplierRejected);
    let reason = reason.map(|notes| view! { <p>{domain_texts::quoted(notes)}</p> }.into_any());
    let is_open = now && !order.status.is_final();
    let next = is_open.then(|| next(order.kitchen_stage())).flatten();
    let next = next.map(|next| view! { <p>{next}</p> }.into_any());
    view! {
        <li data-step=done.then_some("done") aria-current=now.then_some("step")>
            <span class="dot">{icon(symbol)}</span> <strong>{word}</strong> {at.map_or_else(|| estimate(status, forecast), moment)} {reason} {next}
        </li>
    }
    .into_any()
}

/// `~19:48`: when a step that is still to come begins. The head of the page shows when the order arrives.
fn estimate(step: Status, forecast: Forecast) -> AnyView {
    let estimate = text(move || match forecast.begins(step) {
        Some(clock) if step != Status::Delivered => format!("~{clock}"),
        _ => String::new(),
    });
    view! { <span class="about">{estimate}</span> }.into_any()
}

/// What happens after a status.
fn next(status: Status) -> Option<&'static str> {
    let next = match status {
        Status::PendingSupplier => [
            "Next: its kitchen says yes or no.",
            "Als Nächstes sagt ihre Küche zu oder ab.",
        ],
        Status::SupplierAccepted => ["Next: somebody takes it.", "Als Nächstes nimmt sie jemand."],
        Status::CustomerAccepted => [
            "Next: the kitchen starts as soon as an oven is free.",
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
            "Next: the driver rings your bell.",
            "Als Nächstes klingelt es bei dir.",
        ],
        Status::SupplierRejected | Status::Delivered | Status::Cancelled => return None,
    };
    Some(t(next))
}
