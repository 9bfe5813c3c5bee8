//! All words that depend on something: statuses, refusals, times, money. One place, one voice.

use super::locale::{Locale, Text, plural, say, t};
use crate::domain::{Board, Cents, Error, FieldError, Order, Refusal, Status, Time};
use crate::ui::{live::store::LiveStore, place::Route};
use chrono::TimeDelta;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A status as kitchens, dispatch and the order book call it.
pub fn status(status: Status) -> &'static str {
    t(match status {
        Status::PendingSupplier => ["To answer", "Zu beantworten"],
        Status::SupplierAccepted => ["On offer", "Im Angebot"],
        Status::SupplierRejected => ["Rejected", "Abgelehnt"],
        Status::CustomerAccepted => ["To prepare", "Zu backen"],
        Status::Preparing => ["In the oven", "Im Ofen"],
        Status::Ready => ["Ready", "Fertig"],
        Status::Dispatched => ["With driver", "Beim Fahrer"],
        Status::InTransit => ["On the way", "Unterwegs"],
        Status::Delivered => ["Delivered", "Geliefert"],
        Status::Cancelled => ["Cancelled", "Storniert"],
    })
}

/// A status as the customer lives it.
pub fn customer_status(status: Status) -> &'static str {
    t(match status {
        Status::SupplierAccepted => ["Hot right now", "Jetzt zu haben"],
        Status::CustomerAccepted => ["Taken", "Bestellt"],
        Status::Dispatched => ["With the driver", "Beim Fahrer"],
        Status::Delivered => ["At your door", "An deiner Tür"],
        other => return self::status(other),
    })
}

/// What has become of an order that somebody wanted to do something else with.
fn already(status: Status) -> &'static str {
    t(match status {
        Status::PendingSupplier => [
            "it still waits for the kitchen’s answer",
            "die Küche hat noch nicht geantwortet",
        ],
        Status::SupplierAccepted => ["it is already on offer", "sie ist schon im Angebot"],
        Status::SupplierRejected => ["the kitchen has rejected it", "die Küche hat sie abgelehnt"],
        Status::CustomerAccepted => ["it is already taken", "sie ist schon vergeben"],
        Status::Preparing => ["it is already in the oven", "sie ist schon im Ofen"],
        Status::Ready => [
            "it is already out of the oven",
            "sie ist schon aus dem Ofen",
        ],
        Status::Dispatched => ["a driver already has it", "ein Fahrer hat sie schon"],
        Status::InTransit => ["it is already on its way", "sie ist schon unterwegs"],
        Status::Delivered => ["it is already delivered", "sie ist schon geliefert"],
        Status::Cancelled => ["it has been cancelled", "sie ist storniert"],
    })
}

/// A refusal as one sentence for whoever pressed the button.
pub fn refusal(error: &Error) -> String {
    let sentence = match error {
        Error::Refused(Refusal { status, .. }) | Error::PreconditionFailed { status, .. } => {
            let already = already(*status);
            return say!(
                "Somebody was faster: {already}.",
                "Jemand war schneller: {already}."
            );
        }
        Error::TooMany(seconds) => {
            return say!(
                "That was a lot at once. Try again in {seconds} s.",
                "Das war viel auf einmal. In {seconds} s geht es wieder."
            );
        }
        Error::Invalid(_) => [
            "Something is missing or not right. Look at the marked fields.",
            "Etwas fehlt oder stimmt nicht. Es ist an den Feldern markiert.",
        ],
        Error::UnknownOrder(_) => ["There is no such order.", "Diese Bestellung gibt es nicht."],
        Error::StoreUnavailable => [
            "The market’s store does not answer. Nothing was changed; try again in a moment.",
            "Der Speicher des Markts antwortet nicht. Nichts wurde geändert; versuch es gleich noch einmal.",
        ],
        Error::NoAnswer => [
            "No answer came yet. It is sent again when the connection is back, and done only once.",
            "Noch keine Antwort. Es wird noch einmal geschickt, sobald die Verbindung steht, und nur einmal getan.",
        ],
        // What a panel asks is well formed: the rest is for integrators.
        _ => [
            "Something went wrong on our side. It has been noted.",
            "Bei uns ist etwas schiefgegangen. Es ist notiert.",
        ],
    };
    t(sentence).to_owned()
}

/// Why something cannot be read right now.
pub fn unread(error: &Error) -> String {
    match error {
        Error::NoAnswer | Error::StoreUnavailable => t([
            "This cannot be read right now. It shows up as soon as the market answers.",
            "Das ist gerade nicht zu lesen. Es erscheint, sobald der Markt antwortet.",
        ])
        .to_owned(),
        other => refusal(other),
    }
}

/// What is wrong with one field, and how it would be right.
pub fn fault(field: &str, what: &FieldError) -> String {
    let sentence = match (field, what) {
        ("delivery_address", FieldError::Missing | FieldError::Empty) => [
            "The address is empty. Where should the driver go?",
            "Die Adresse ist leer. Wohin soll es gehen?",
        ],
        ("customer_name", FieldError::Missing | FieldError::Empty) => [
            "The name is empty. Whom should the driver ask for?",
            "Der Name ist leer. Nach wem soll gefragt werden?",
        ],
        ("pizza_name", FieldError::Missing | FieldError::Empty) => [
            "The pizza has no name yet.",
            "Die Pizza hat noch keinen Namen.",
        ],
        ("supplier_name", FieldError::Missing | FieldError::Empty) => {
            ["Which kitchen is it?", "Welche Küche ist es?"]
        }
        ("notes", FieldError::Missing) => [
            "Why? Pick a reason, or write one.",
            "Warum? Such einen Grund aus oder schreib einen.",
        ],
        ("order", FieldError::OutOfRange { to, .. }) => {
            return say!(
                "Select at least one pizza, and at most {to}.",
                "Wähl mindestens eine Pizza aus, und höchstens {to}."
            );
        }
        ("driver_name", FieldError::Missing | FieldError::Empty) => {
            ["Pick a driver.", "Wähl einen Fahrer."]
        }
        ("supplier_price", FieldError::Missing | FieldError::Empty) => [
            "The price is empty. Write it like 9.50.",
            "Der Preis ist leer. Schreib ihn wie 9,50.",
        ],
        ("supplier_price", FieldError::NotANumber { given }) => {
            return say!(
                "“{given}” is no price. Write it like 9.50.",
                "„{given}“ ist kein Preis. Schreib ihn wie 9,50."
            );
        }
        ("markup_percentage", FieldError::NotANumber { given }) => {
            return say!(
                "“{given}” is no percentage. Write it like 30.",
                "„{given}“ ist keine Prozentzahl. Schreib sie wie 30."
            );
        }
        ("estimated_time", FieldError::NotANumber { given }) => {
            return say!(
                "“{given}” is no number of minutes. Write it like 25.",
                "„{given}“ ist keine Minutenzahl. Schreib sie wie 25."
            );
        }
        (_, FieldError::Missing | FieldError::Empty) => ["This is empty.", "Das ist leer."],
        (_, FieldError::TooLong { max, length }) => {
            return say!(
                "{length} characters are too many: {max} fit.",
                "{length} Zeichen sind zu viele: {max} passen."
            );
        }
        (_, FieldError::OutOfRange { from, to }) => {
            return say!(
                "This must be from {from} to {to}.",
                "Das muss von {from} bis {to} sein."
            );
        }
        (_, FieldError::NotANumber { given }) => {
            return say!("“{given}” is no number.", "„{given}“ ist keine Zahl.");
        }
        (_, FieldError::TooPrecise) => [
            "At most two decimals fit.",
            "Höchstens zwei Stellen nach dem Komma passen.",
        ],
        (_, FieldError::NotWhole) => [
            "This must be a whole number.",
            "Das muss eine ganze Zahl sein.",
        ],
        (_, FieldError::ControlCharacter | FieldError::NotUnicode) => [
            "This holds a character that cannot be written.",
            "Darin steckt ein Zeichen, das sich nicht schreiben lässt.",
        ],
        // What a panel asks is well formed: the rest is for integrators.
        _ => ["This is not right.", "Das stimmt so nicht."],
    };
    t(sentence).to_owned()
}

/// Somebody’s own words.
pub fn quoted(text: &str) -> String {
    say!("“{text}”", "„{text}“")
}

/// `€12,345.60`
pub fn money(amount: Cents) -> String {
    Locale::here().money(&amount.to_string())
}

/// `7 min`, `2 h 5 min`, `3 days`: how long, as one would say it.
pub fn duration(time: TimeDelta) -> String {
    let minutes = time.num_minutes().max(0);
    match minutes {
        0 => t(["under 1 min", "unter 1 min"]).to_owned(),
        1..60 => format!("{minutes} min"),
        60..1_440 if minutes % 60 == 0 => format!("{} h", minutes / 60),
        60..1_440 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => plural((minutes / 1_440) as usize, ["day", "Tag"], ["days", "Tage"]),
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
pub fn title(route: &Route, board: Option<&Board>) -> String {
    let waits = |wanted: &dyn Fn(&Order) -> bool| match board
        .map_or(0, |board| board.orders().filter(|o| wanted(o)).count())
    {
        0 => String::new(),
        n => format!("({n}) "),
    };
    let what = match route {
        Route::Home => return "Pizza Market".to_owned(),
        Route::Nowhere => t(["Nothing here", "Hier ist nichts"]).to_owned(),
        Route::Supplier { kitchen } => {
            let to_answer = |order: &Order| {
                order.status == Status::PendingSupplier && is_of(order, kitchen.name())
            };
            format!(
                "{}{}",
                waits(&to_answer),
                kitchen.name().unwrap_or(t(["Supplier", "Küche"]))
            )
        }
        Route::Customer { .. } => t(["Hot right now", "Jetzt zu haben"]).to_owned(),
        Route::Track(id) => match board.and_then(|board| board.get(*id)) {
            Some(order) => format!("{} · {}", customer_status(order.status), order.pizza_name),
            None => t(["One order", "Eine Bestellung"]).to_owned(),
        },
        Route::Dispatch => {
            let dispatch = t(["Dispatch", "Auslieferung"]);
            format!(
                "{}{dispatch}",
                waits(&|order| order.status == Status::Ready)
            )
        }
        Route::Orders { open, .. } => {
            let orders = t(["Orders", "Bestellungen"]);
            match open.and_then(|id| board?.get(id)) {
                Some(order) => {
                    format!("{} · {} · {orders}", order.pizza_name, status(order.status))
                }
                None => orders.to_owned(),
            }
        }
    };
    format!("{what} · Pizza Market")
}

/// Whether an order is of this kitchen; where none is asked for, all are.
pub fn is_of(order: &Order, kitchen: Option<&str>) -> bool {
    kitchen.is_none_or(|kitchen| *kitchen == *order.supplier_name)
}

/// The beginning of a long text.
pub fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Text as part of an address.
pub fn in_address(text: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Small letters, for a search. A browser knows them itself; Rust's table of them is large.
pub fn lower(text: &str) -> String {
    if text.is_ascii() {
        // Most text, and a search looks at all there is.
        text.to_ascii_lowercase()
    } else if cfg!(target_arch = "wasm32") {
        js_sys::JsString::from(text).to_lower_case().into()
    } else {
        text.to_lowercase()
    }
}

/// `19:17`, in the reader's time. Where that is not known it says so: `17:17 UTC`.
pub fn clock(time: Time, store: LiveStore) -> String {
    in_zone(time, store, |(hour, minute, _)| {
        format!("{hour:02}:{minute:02}")
    })
}

/// As [`clock`], with the day where that is not `today`: `21 Nov, 19:17`.
pub fn day_and_clock(time: Time, today: usize, store: LiveStore) -> String {
    const MONTHS: [Text; 12] = [
        ["Jan", "Jan."],
        ["Feb", "Feb."],
        ["Mar", "März"],
        ["Apr", "Apr."],
        ["May", "Mai"],
        ["Jun", "Juni"],
        ["Jul", "Juli"],
        ["Aug", "Aug."],
        ["Sep", "Sept."],
        ["Oct", "Okt."],
        ["Nov", "Nov."],
        ["Dec", "Dez."],
    ];
    let clock = clock(time, store);
    if day(time, store) == today {
        return clock;
    }
    // Year, month, day, and the rest.
    let date = local(time, store).to_string();
    let mut parts = date.split(['-', 'T']).skip(1);
    let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(1);
    let (month, day): (usize, usize) = (number(), number());
    let month = t(MONTHS[(month - 1) % 12]);
    say!("{day} {month}, {clock}", "{day}. {month}, {clock}")
}

/// Days since 1970, as the reader's calendar counts them.
pub fn day(time: Time, store: LiveStore) -> usize {
    local(time, store).millis().div_euclid(86_400_000).max(0) as usize
}

fn local(time: Time, store: LiveStore) -> Time {
    time + TimeDelta::minutes(store.zone().unwrap_or(0).into())
}

/// As [`clock`], to the second.
pub fn exact_clock(time: Time, store: LiveStore) -> String {
    in_zone(time, store, |(hour, minute, second)| {
        format!("{hour:02}:{minute:02}:{second:02}")
    })
}

fn in_zone(time: Time, store: LiveStore, write: fn((u32, u32, u32)) -> String) -> String {
    match store.zone() {
        Some(zone) => write((time + TimeDelta::minutes(zone.into())).clock()),
        None => format!("{} UTC", write(time.clock())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
