//! Why a page of a pizzeria says no, and what comes next.

use super::{
    layout::{Page, page, path_of},
    times::Clocks,
    view::Elsewhere,
};
use crate::{
    domain::{Error, FieldError, InvalidField, Time},
    server::{
        services::shops::refusal::{OfferedSlot, ShopRefusal},
        web::{
            pages::{account::Visit, redirect::location},
            problem::Problem,
        },
    },
    ui::{
        Icon, empty,
        i18n::{
            domain_texts,
            format::money,
            locale::{Text, say, t},
        },
        paths,
    },
};
use axum::{
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use leptos::prelude::*;

/// The answer instead of a page of a pizzeria.
pub async fn elsewhere(visit: &Visit, elsewhere: Elsewhere) -> Response {
    match elsewhere {
        Elsewhere::Refused(refusal) => page_of(visit, &refusal).await,
        Elsewhere::Moved(slug) => {
            // The same page below the new name: what follows the old one stays.
            let below = visit.address.strip_prefix(paths::SHOPS).unwrap_or_default();
            let below = below.strip_prefix('/').unwrap_or_default();
            let rest = below.find(['/', '?']).map_or("", |at| &below[at..]);
            let to = location(&format!("{}{rest}", path_of(&slug)));
            (StatusCode::PERMANENT_REDIRECT, [(LOCATION, to)]).into_response()
        }
    }
}

/// The page that says why there is no other one.
pub async fn page_of(visit: &Visit, refusal: &ShopRefusal) -> Response {
    let (heading, next): (Text, Text) = match refusal {
        ShopRefusal::UnknownRestaurant => (
            ["There is no such pizzeria", "Diese Pizzeria gibt es nicht"],
            [
                "All that can be ordered from are in the list.",
                "Alle, bei denen man bestellen kann, stehen in der Liste.",
            ],
        ),
        ShopRefusal::Market(Error::UnknownOrder(_)) => (
            ["There is no such order", "Diese Bestellung gibt es nicht"],
            [
                "Choose from the menu of a pizzeria.",
                "Such dir etwas aus der Karte einer Pizzeria aus.",
            ],
        ),
        ShopRefusal::UnknownItem => (
            [
                "This is not on the menu any more",
                "Das steht nicht mehr auf der Karte",
            ],
            [
                "The menu has changed. Choose something else.",
                "Die Karte hat sich geändert. Such dir etwas anderes aus.",
            ],
        ),
        _ => (
            [
                "The market does not answer right now",
                "Der Markt antwortet gerade nicht",
            ],
            [
                "Nothing is lost. Try again in a moment.",
                "Nichts ist verloren. Versuch es gleich noch einmal.",
            ],
        ),
    };
    let status = Problem::from(refusal.clone()).status();
    page(visit, status, || {
        let way_on = match refusal {
            ShopRefusal::UnknownItem => (t(["To the menu", "Zur Karte"]), menu_address(visit)),
            _ => (
                t(["To the pizzerias", "Zu den Pizzerien"]),
                paths::SHOPS.to_owned(),
            ),
        };
        let content = view! {
            <h1 class="unseen">{t(heading)}</h1>
            {empty(Icon::Info, t(heading), t(next), Some(way_on))}
        };
        Page::new(t(heading), content.into_any())
    })
    .await
}

/// The menu of the pizzeria below whose address a page was asked for.
fn menu_address(visit: &Visit) -> String {
    let below = visit.address.strip_prefix(paths::SHOPS).unwrap_or_default();
    let slug = below.split(['/', '?']).nth(1).unwrap_or_default();
    format!("{}/{slug}", paths::SHOPS)
}

/// A refusal of an order, as one sentence.
pub fn sentence(refusal: &ShopRefusal, clocks: &Clocks) -> String {
    match refusal {
        ShopRefusal::QuoteChanged { .. } => t([
            "Something has changed since you looked, and nothing is ordered yet. Is it right like this?",
            "Seit du nachgesehen hast, hat sich etwas geändert. Es ist noch nichts bestellt. Ist es so recht?",
        ])
        .to_owned(),
        ShopRefusal::Paused { until } => {
            let pause = clocks.pause(*until);
            say!("The pizzeria {pause}. Nothing is ordered.", "Die Pizzeria {pause}. Es ist nichts bestellt.")
        }
        ShopRefusal::NotOpen { slots, opens_at } => {
            let words = t([
                "The pizzeria does not take an order for that time. ",
                "Für diese Zeit nimmt die Pizzeria keine Bestellung an. ",
            ]);
            format!("{words}{}", next_times(slots, *opens_at, clocks))
        }
        ShopRefusal::SlotFull { slots, opens_at } => {
            let words = t([
                "The kitchen has no room left at that time. ",
                "Zu dieser Zeit hat die Küche keinen Platz mehr. ",
            ]);
            format!("{words}{}", next_times(slots, *opens_at, clocks))
        }
        ShopRefusal::SoldOut { .. } => t([
            "Something in your cart has just been sold out. See the lines below.",
            "Etwas in deinem Warenkorb ist gerade ausgegangen. Sieh unten nach.",
        ])
        .to_owned(),
        ShopRefusal::BelowMinimum { missing } => {
            let missing = money(*missing);
            say!(
                "{missing} more are needed for a delivery there.",
                "Für eine Lieferung dorthin fehlen noch {missing}."
            )
        }
        ShopRefusal::NotDeliveredThere => t([
            "The pizzeria does not deliver to that postcode.",
            "Zu dieser Postleitzahl liefert die Pizzeria nicht.",
        ])
        .to_owned(),
        ShopRefusal::Market(Error::Invalid(invalid)) => invalid_sentence(invalid),
        ShopRefusal::Market(error) => domain_texts::refusal(error),
        other => other.sentence(),
    }
}

/// `Next: 19:45–20:05, …`
fn next_times(slots: &[OfferedSlot], opens_at: Option<Time>, clocks: &Clocks) -> String {
    let ranges = slots
        .iter()
        .map(|slot| clocks.day_and_range(slot.from, slot.to));
    let ranges: Vec<_> = ranges.collect();
    let ranges = ranges.join("; ");
    match (slots.is_empty(), opens_at) {
        (false, _) => say!("Next: {ranges}.", "Als Nächstes: {ranges}."),
        (true, Some(opens)) => {
            let opens = clocks.moment(opens);
            say!("It opens {opens}.", "Sie öffnet {opens}.")
        }
        (true, None) => t(["Choose another time.", "Wähl eine andere Zeit."]).to_owned(),
    }
}

fn invalid_sentence(invalid: &[InvalidField]) -> String {
    let is_of_lines = invalid.iter().any(|one| one.field.starts_with("lines"));
    let is_key = invalid.iter().any(|one| one.field == "key");
    let words: Text = match (is_of_lines, is_key) {
        (_, true) => [
            "The form has changed since it was sent. Look once more, then order.",
            "Das Formular hat sich geändert, seit es geschickt wurde. Sieh noch einmal nach und bestell dann.",
        ],
        (true, _) => [
            "Something in your cart cannot be had at that time. See the lines, or choose another time.",
            "Etwas in deinem Warenkorb gibt es zu dieser Zeit nicht. Sieh die Zeilen durch, oder wähl eine andere Zeit.",
        ],
        _ => [
            "Nothing is ordered yet: something is missing below.",
            "Es ist noch nichts bestellt: Unten fehlt etwas.",
        ],
    };
    t(words).to_owned()
}

/// What is wrong with a field of the checkout, and how to correct it.
pub fn field_words(name: &str, error: &FieldError) -> String {
    let is_empty = matches!(error, FieldError::Missing | FieldError::Empty);
    let words: Text = match name {
        "phone" if is_empty => [
            "The phone number is empty. Whom should the driver call?",
            "Die Telefonnummer ist leer. Wen soll man anrufen?",
        ],
        "phone" => [
            "A phone number has 5 to 20 digits, blanks and +-()/ only.",
            "Eine Telefonnummer hat 5 bis 20 Ziffern, Leerzeichen und +-()/.",
        ],
        "street" if is_empty => [
            "The street is empty. Where should the driver go?",
            "Die Straße ist leer. Wohin soll es gehen?",
        ],
        "postcode" if is_empty => ["The postcode is empty.", "Die Postleitzahl ist leer."],
        "town" if is_empty => ["The town is empty.", "Der Ort ist leer."],
        _ => return domain_texts::field_error(name, error),
    };
    t(words).to_owned()
}
