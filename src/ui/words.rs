//! All words that depend on something: statuses, refusals, times, money. One place, one voice.

use super::{market::Market, place::Place};
use crate::domain::{Board, Cents, Error, Order, Refusal, Status, Time, What};
use chrono::TimeDelta;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A status as kitchens, dispatch and the order book call it.
pub fn status(status: Status) -> &'static str {
    match status {
        Status::PendingSupplier => "To answer",
        Status::SupplierAccepted => "On offer",
        Status::SupplierRejected => "Rejected",
        Status::CustomerAccepted => "To prepare",
        Status::Preparing => "In the oven",
        Status::Ready => "Ready",
        Status::Dispatched => "With driver",
        Status::InTransit => "On the way",
        Status::Delivered => "Delivered",
        Status::Cancelled => "Cancelled",
    }
}

/// A status as the customer lives it.
pub fn customer_status(status: Status) -> &'static str {
    match status {
        Status::SupplierAccepted => "Hot right now",
        Status::CustomerAccepted => "Taken",
        Status::Dispatched => "With the driver",
        Status::Delivered => "At your door",
        other => self::status(other),
    }
}

/// What has become of an order that somebody wanted to do something else with.
fn already(status: Status) -> &'static str {
    match status {
        Status::PendingSupplier => "it still waits for the kitchen’s answer",
        Status::SupplierAccepted => "it is already on offer",
        Status::SupplierRejected => "the kitchen has rejected it",
        Status::CustomerAccepted => "it is already taken",
        Status::Preparing => "it is already in the oven",
        Status::Ready => "it is already out of the oven",
        Status::Dispatched => "a driver already has it",
        Status::InTransit => "it is already on its way",
        Status::Delivered => "it is already delivered",
        Status::Cancelled => "it has been cancelled",
    }
}

/// A refusal as one sentence for whoever pressed the button.
pub fn refusal(error: &Error) -> String {
    match error {
        Error::Refused(Refusal { status, .. }) | Error::Outdated { status, .. } => {
            format!("Somebody was faster: {}.", already(*status))
        }
        Error::Invalid(_) => {
            "Something is missing or not right. Look at the marked fields.".to_owned()
        }
        Error::UnknownOrder(_) => "There is no such order.".to_owned(),
        Error::Away => {
            "The market’s store does not answer. Nothing was changed; try again in a moment."
                .to_owned()
        }
        Error::NoAnswer => {
            "No answer came yet. It is sent again when the connection is back, and done only once."
                .to_owned()
        }
        Error::TooMany(seconds) => format!("That was a lot at once. Try again in {seconds} s."),
        // What a panel asks is well formed: the rest is for integrators.
        _ => "Something went wrong on our side. It has been noted.".to_owned(),
    }
}

/// Why something cannot be read right now.
pub fn unread(error: &Error) -> String {
    match error {
        Error::NoAnswer | Error::Away => {
            "This cannot be read right now. It shows up as soon as the market answers.".to_owned()
        }
        other => refusal(other),
    }
}

/// What is wrong with one field, and how it would be right.
pub fn fault(field: &str, what: &What) -> String {
    match (field, what) {
        ("delivery_address", What::Missing | What::Empty) => {
            "The address is empty. Where should the driver go?".to_owned()
        }
        ("customer_name", What::Missing | What::Empty) => {
            "The name is empty. Whom should the driver ask for?".to_owned()
        }
        ("pizza_name", What::Missing | What::Empty) => "The pizza has no name yet.".to_owned(),
        ("supplier_name", What::Missing | What::Empty) => "Which kitchen is it?".to_owned(),
        ("notes", What::Missing) => "Why? Pick a reason, or write one.".to_owned(),
        ("driver_name", What::Missing | What::Empty) => "Who drives?".to_owned(),
        ("supplier_price", What::Missing | What::Empty) => {
            "The price is empty. Write it like 9.50.".to_owned()
        }
        ("supplier_price", What::NotANumber { given }) => {
            format!("“{given}” is no price. Write it like 9.50.")
        }
        ("markup_percentage", What::NotANumber { given }) => {
            format!("“{given}” is no percentage. Write it like 30.")
        }
        ("estimated_time", What::NotANumber { given }) => {
            format!("“{given}” is no number of minutes. Write it like 25.")
        }
        (_, what) => what.to_string(),
    }
}

/// `€12,345.60`
pub fn money(amount: Cents) -> String {
    let plain = amount.to_string();
    let (units, cents) = plain.split_once('.').unwrap_or((&plain, "00"));
    let mut grouped = String::from("€");
    for (i, digit) in units.chars().enumerate() {
        if i > 0 && (units.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{cents}")
}

/// `7 min`, `2 h 5 min`, `3 days`: how long, as one would say it.
pub fn duration(time: TimeDelta) -> String {
    let minutes = time.num_minutes().max(0);
    match minutes {
        0 => "under 1 min".to_owned(),
        1..60 => format!("{minutes} min"),
        60..1_440 if minutes % 60 == 0 => format!("{} h", minutes / 60),
        60..1_440 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => plural(minutes / 1_440, "day", "days"),
    }
}

/// How long exactly, for a short while: `8 s`, else as [`duration`].
pub fn seconds(time: TimeDelta) -> String {
    if time < TimeDelta::minutes(1) {
        format!("{} s", time.num_seconds().max(0))
    } else {
        duration(time)
    }
}

/// A page's title, which counts what waits there.
pub fn title(place: &Place, board: Option<&Board>) -> String {
    let waits = |wanted: &dyn Fn(&Order) -> bool| match board
        .map_or(0, |board| board.orders().filter(|o| wanted(o)).count())
    {
        0 => String::new(),
        n => format!("({n}) "),
    };
    let what = match place {
        Place::Home => return "Pizza Market".to_owned(),
        Place::Nowhere => "Nothing here".to_owned(),
        Place::Supplier { kitchen } => {
            let to_answer = |order: &Order| {
                order.status == Status::PendingSupplier && is_of(order, kitchen.as_deref())
            };
            format!(
                "{}{}",
                waits(&to_answer),
                kitchen.as_deref().unwrap_or("Supplier")
            )
        }
        Place::Customer { .. } => "Hot right now".to_owned(),
        Place::Track(id) => match board.and_then(|board| board.get(*id)) {
            Some(order) => format!("{} · {}", customer_status(order.status), order.pizza_name),
            None => "One order".to_owned(),
        },
        Place::Dispatch => format!("{}Dispatch", waits(&|order| order.status == Status::Ready)),
        Place::Orders { .. } => "Orders".to_owned(),
    };
    format!("{what} · Pizza Market")
}

/// Whether an order is of this kitchen; where none is asked for, all are.
pub fn is_of(order: &Order, kitchen: Option<&str>) -> bool {
    kitchen.is_none_or(|kitchen| *kitchen == *order.supplier_name)
}

/// Text as part of an address.
pub fn in_address(text: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Small letters, for a search. A browser knows them itself; Rust's table of them is large.
pub fn lower(text: &str) -> String {
    if cfg!(target_arch = "wasm32") {
        js_sys::JsString::from(text).to_lower_case().into()
    } else {
        text.to_lowercase()
    }
}

pub fn plural(n: i64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `19:17`, in the reader's time. Where that is not known it says so: `17:17 UTC`.
pub fn clock(time: Time, market: Market) -> String {
    in_zone(time, market, |(hour, minute, _)| {
        format!("{hour:02}:{minute:02}")
    })
}

/// As [`clock`], to the second.
pub fn exact_clock(time: Time, market: Market) -> String {
    in_zone(time, market, |(hour, minute, second)| {
        format!("{hour:02}:{minute:02}:{second:02}")
    })
}

fn in_zone(time: Time, market: Market, write: fn((u32, u32, u32)) -> String) -> String {
    match market.zone() {
        Some(zone) => write((time + TimeDelta::minutes(zone.into())).clock()),
        None => format!("{} UTC", write(time.clock())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped() {
        let says = |cents| money(Cents::new(cents));
        assert_eq!(
            [1, 1_235, 100_000, 1_300_000, 11_000_000].map(says),
            ["€0.01", "€12.35", "€1,000.00", "€13,000.00", "€110,000.00"]
        );
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        let says = |seconds| duration(TimeDelta::seconds(seconds));
        assert_eq!(
            [-5, 59, 60, 3_599, 3_600, 3_660, 86_400, 200_000].map(says),
            [
                "under 1 min",
                "under 1 min",
                "1 min",
                "59 min",
                "1 h",
                "1 h 1 min",
                "1 day",
                "2 days"
            ]
        );
    }
}
