//! What hangs on the rails of kitchen and dispatch: name first, then time, then people, then the one next step.

use super::small::{Detail, Icon, icon_of, mark, moment, name, pizza, text};
use crate::{
    domain::{Order, SOON, Time},
    ui::{
        locale::{say, t},
        market::Market,
        words,
    },
};
use chrono::TimeDelta;
use leptos::prelude::*;

/// What is left is counted in minutes begun: of 25, all 25 are left at first.
pub const ALMOST: TimeDelta = TimeDelta::seconds(59);

/// How late something is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Level {
    Fine,
    Soon,
    Late,
}

impl Level {
    fn of(promised: Option<Time>, now: Time) -> Level {
        match promised.map(|promised| promised - now) {
            Some(left) if left < TimeDelta::zero() => Level::Late,
            Some(left) if left < SOON => Level::Soon,
            _ => Level::Fine,
        }
    }

    fn face(self) -> (Option<&'static str>, Icon) {
        match self {
            Level::Fine => (None, Icon::Clock),
            Level::Soon => (Some("soon"), Icon::Hourglass),
            Level::Late => (Some("late"), Icon::Alert),
        }
    }
}

fn level(order: &Order) -> impl Fn() -> Level + Copy + Send + Sync + 'static {
    let market = Market::here();
    let promised = market.promised(order);
    move || Level::of(promised, market.now())
}

/// A ticket with what stands on it.
pub fn ticket<const N: usize>(order: &Order, class: &'static str, parts: [AnyView; N]) -> AnyView {
    hang(order, class, parts.into())
}

fn hang(order: &Order, class: &'static str, parts: Vec<AnyView>) -> AnyView {
    let level = level(order);
    let late = mark(move || level().face().0);
    view! { <article class=class id=format!("o{}", order.id) tabindex="-1" data-level=late>{parts}</article> }
        .into_any()
}

/// Drawing, name, number, and what `more` says.
pub fn head(order: &Order, more: AnyView) -> AnyView {
    view! {
        <header class="head">
            {pizza(&order.pizza_name, Detail::Ticket)}
            <h3>{name(&order.pizza_name)}</h3>
            <p class="meta"><b class="number">{order.id.number()}</b> " " {more}</p>
        </header>
    }
    .into_any()
}

/// When it is due: how long, and when. Nothing where nothing was promised.
pub fn due(order: &Order) -> AnyView {
    let market = Market::here();
    let Some(promised) = market.promised(order) else {
        return ().into_any();
    };
    let level = level(order);
    let words = text(move || match promised - market.now() {
        left if left.num_minutes() == 0 => t(["Due now", "Jetzt fällig"]).to_owned(),
        left if left < TimeDelta::zero() => {
            let late = words::duration(-left);
            say!("{late} late", "{late} zu spät")
        }
        left => {
            let left = words::duration(left + ALMOST);
            say!("In {left}", "In {left}")
        }
    });
    let symbol = icon_of(move || level().face().1);
    view! {
        <p class="due">
            {symbol}
            <span><b>{words}</b> " " <span>{t(["promised ", "zugesagt "])} {moment(promised)}</span></span>
        </p>
    }
    .into_any()
}

/// Tells one button from the next, for those who do not see where it stands.
pub fn which(order: &Order) -> AnyView {
    view! { <span class="unseen">{format!(": {} {}", order.pizza_name, order.id.number())}</span> }
        .into_any()
}
