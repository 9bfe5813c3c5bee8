//! What hangs on the rails of kitchen and dispatch: name first, then time, then people, then the one next step.

use super::small::{Detail, Icon, icon, moment, name, pizza};
use crate::{
    domain::{Order, Time},
    ui::{market::Market, words},
};
use chrono::TimeDelta;
use leptos::prelude::*;

/// A promise that is nearer than this is about to break.
const SOON: TimeDelta = TimeDelta::minutes(5);

/// How late something is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    Fine,
    Soon,
    Late,
}

impl Level {
    fn of(promised: Time, now: Time) -> Level {
        match promised - now {
            left if left < TimeDelta::zero() => Level::Late,
            left if left < SOON => Level::Soon,
            _ => Level::Fine,
        }
    }

    fn attribute(self) -> Option<&'static str> {
        match self {
            Level::Fine => None,
            Level::Soon => Some("soon"),
            Level::Late => Some("late"),
        }
    }

    fn icon(self) -> Icon {
        match self {
            Level::Fine => Icon::Clock,
            Level::Soon => Icon::Hourglass,
            Level::Late => Icon::Alert,
        }
    }
}

/// How late an order is, if anything was promised.
pub fn level(order: &Order) -> Memo<Level> {
    let market = Market::here();
    let promised = market.promised(order);
    Memo::new(move |_| promised.map_or(Level::Fine, |promised| Level::of(promised, market.now())))
}

/// The frame of a ticket.
#[component]
pub fn Ticket(
    order: Memo<Order>,
    #[prop(optional)] slim: bool,
    children: Children,
) -> impl IntoView {
    let (id, level) = order.with_untracked(|order| (order.id, level(order)));
    let class = if slim { "ticket slim" } else { "ticket" };
    view! {
        <article class=class id=format!("o{id}") data-level=move || level.get().attribute()>
            {children()}
        </article>
    }
}

/// Drawing, name, number, and what `more` says.
pub fn head<M: IntoView>(order: &Order, more: M) -> impl IntoView + use<M> {
    view! {
        <header class="head">
            {pizza(&order.pizza_name, Detail::Ticket)}
            <h3>{name(&order.pizza_name)}</h3>
            <p class="meta"><b class="number">{order.id.number()}</b> " " {more}</p>
        </header>
    }
}

/// When it is due: how long, and when. Nothing where nothing was promised.
pub fn due(order: &Order) -> impl IntoView + use<> {
    let market = Market::here();
    let level = level(order);
    market.promised(order).map(|promised| {
        let words = Memo::new(move |_| match promised - market.now() {
            left if left.num_minutes() == 0 => "Due now".to_owned(),
            left if left < TimeDelta::zero() => format!("{} late", words::duration(-left)),
            left => format!("In {}", words::duration(left)),
        });
        view! {
            <p class="due">
                {move || icon(level.get().icon())}
                <span><b>{words}</b> " " <span>"promised " {moment(promised)}</span></span>
            </p>
        }
    })
}
