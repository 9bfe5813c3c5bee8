//! The smallest parts: icons, pizzas, badges, times, sums.

use crate::{
    domain::{Order, Status, Time},
    ui::{market::Market, words},
};
use chrono::SecondsFormat;
use leptos::prelude::*;

/// The symbols of `public/icons.svg`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Icon {
    Of(Status),
    Alert,
    Check,
    Clock,
    Close,
    Down,
    Hourglass,
    Live,
    Minus,
    Next,
    Person,
    Pin,
    Plus,
    Reconnecting,
    Search,
    Shop,
    Slice,
    Stale,
    Undo,
}

impl Icon {
    pub fn symbol(self) -> &'static str {
        match self {
            Icon::Of(status) => status.name(),
            Icon::Alert => "alert",
            Icon::Check => "check",
            Icon::Clock => "clock",
            Icon::Close => "close",
            Icon::Down => "down",
            Icon::Hourglass => "hourglass",
            Icon::Live => "live",
            Icon::Minus => "minus",
            Icon::Next => "next",
            Icon::Person => "person",
            Icon::Pin => "pin",
            Icon::Plus => "plus",
            Icon::Reconnecting => "reconnecting",
            Icon::Search => "search",
            Icon::Shop => "shop",
            Icon::Slice => "slice",
            Icon::Stale => "stale",
            Icon::Undo => "undo",
        }
    }
}

/// A picture without a meaning of its own: the word stands beside it.
pub fn icon(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=format!("/icons.svg#{}", icon.symbol())></use>
        </svg>
    }
}

/// How much of a pizza is drawn.
#[derive(Clone, Copy)]
pub enum Detail {
    /// For tickets: fewer, larger toppings.
    Ticket,
    /// For cards and pages.
    Card,
}

/// The drawing that belongs to a pizza's name.
pub fn pizza(name: &str, detail: Detail) -> impl IntoView + use<> {
    let slots = match detail {
        Detail::Ticket => 9,
        Detail::Card => 17,
    };
    let name = words::in_address(name);
    view! { <img class="pizza" src=format!("/pizza.svg?slots={slots}&recipe=1&name={name}") alt="" width="100" height="100"/> }
}

/// A name from anywhere: its direction is its own.
pub fn name(text: &str) -> impl IntoView + use<> {
    view! { <bdi>{text.to_owned()}</bdi> }
}

pub fn badge(status: Status, word: &'static str) -> impl IntoView {
    view! {
        <span class="badge" data-status=status.name()>
            {icon(Icon::Of(status))}
            {word}
        </span>
    }
}

/// A moment, in the reader's own time.
pub fn moment(time: Time) -> impl IntoView {
    let market = Market::here();
    view! { <time datetime=machine(time)>{move || words::clock(time, market)}</time> }
}

/// A moment, to the second.
pub fn exact_moment(time: Time) -> impl IntoView {
    let market = Market::here();
    view! { <time datetime=machine(time)>{move || words::exact_clock(time, market)}</time> }
}

/// How long ago something was, as the clock ticks.
pub fn since(time: Time) -> impl IntoView {
    let market = Market::here();
    let words = Memo::new(move |_| words::duration(market.now() - time));
    view! { <time datetime=machine(time)>{words}</time> }
}

fn machine(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The parts of a price, and the whole that they add up to.
pub fn sum(order: &Order, whose: String, pays: &'static str) -> impl IntoView + use<> {
    let market_part = format!("Market’s part, {} %", order.markup_percentage);
    view! {
        <dl class="sum">
            <div class="part"><dt>{whose}</dt><dd>{words::money(order.supplier_price.cents())}</dd></div>
            <div class="part"><dt>{market_part}</dt><dd>{words::money(order.market_part())}</dd></div>
            <div class="total"><dt>{pays}</dt><dd>{words::money(order.total())}</dd></div>
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_in_the_sprite() {
        let sprite = include_str!("../../../public/icons.svg");
        use Icon::*;
        let others = [
            Alert,
            Check,
            Clock,
            Close,
            Down,
            Hourglass,
            Live,
            Minus,
            Next,
            Person,
            Pin,
            Plus,
            Reconnecting,
            Search,
            Shop,
            Slice,
            Stale,
            Undo,
        ];
        let all = Status::ALL.iter().map(|&status| Of(status)).chain(others);
        for icon in all {
            assert!(
                sprite.contains(&format!("<symbol id=\"{}\"", icon.symbol())),
                "{icon:?}"
            );
        }
    }
}
