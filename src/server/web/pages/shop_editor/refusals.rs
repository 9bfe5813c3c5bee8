//! Why an edit is refused, in words for who edits.

use super::{hours_text::weekday, menu_faults};
use crate::{
    domain::{
        Error, FieldError, InvalidField,
        shop::{HoursRefusal, Weekday, menu::Outline},
    },
    server::services::shops::refusal::ShopRefusal,
    ui::{
        Icon,
        i18n::{
            domain_texts,
            locale::{Text, say, t},
        },
        icon,
    },
};
use leptos::prelude::*;

pub fn fault(field: &str, why: &str) -> ShopRefusal {
    ShopRefusal::from(vec![InvalidField::fault(field, why)])
}

/// The refusal above the form, with each thing that is wrong in a line of its own.
pub fn refusal(refusal: &ShopRefusal, outline: Option<&Outline>) -> AnyView {
    let faults: Vec<_> = match refusal {
        ShopRefusal::Market(Error::Invalid(invalid)) => {
            invalid.iter().map(|one| line(one, outline)).collect()
        }
        _ => Vec::new(),
    };
    let is_outdated = matches!(refusal, ShopRefusal::PreconditionFailed { .. });
    let outdated = is_outdated.then_some("");
    view! {
        <div class="refusal" id="refusal" role="alert" tabindex="-1" data-outdated=outdated>
            {icon(Icon::Alert)}
            <div><p>{sentence(refusal)}</p> <ul>{faults}</ul></div>
        </div>
    }
    .into_any()
}

fn line(one: &InvalidField, outline: Option<&Outline>) -> AnyView {
    let (place, why) = (place(&one.field), why(one, outline));
    view! { <li><bdi translate="no"><b>{place}</b></bdi> ": " {why}</li> }.into_any()
}

/// What is wrong with a value. `outline` has the names of codes.
pub fn why(one: &InvalidField, outline: Option<&Outline>) -> String {
    match &one.error {
        FieldError::Fault { why } => why.clone(),
        FieldError::Menu { fault } => menu_faults::words(fault, outline),
        FieldError::Hours { refusal } => t(hours(*refusal)).to_owned(),
        // A form has texts alone, and a number is read from one.
        FieldError::WrongType { .. } => t([
            "Write a number like 9.50.",
            "Schreib eine Zahl wie 9,50.",
        ])
        .to_owned(),
        FieldError::Twice => t(["This is there twice.", "Das steht zweimal da."]).to_owned(),
        _ if one.field == "key" => t([
            "This form was sent before with something else in it. Look once more, then send it again.",
            "Dieses Formular wurde schon einmal mit anderem Inhalt geschickt. Sieh noch einmal nach und schick es dann wieder.",
        ])
        .to_owned(),
        error => domain_texts::field_error(&one.field, error),
    }
}

/// What is wrong with hours, which a form has as text.
fn hours(refusal: HoursRefusal) -> Text {
    match refusal {
        HoursRefusal::NotASpan => [
            "Write the hours like 11:30-14:00.",
            "Schreib die Zeiten wie 11:30-14:00.",
        ],
        HoursRefusal::NotATime => [
            "Write a time from 00:00 to 23:59; only an end may be 24:00.",
            "Schreib eine Zeit von 00:00 bis 23:59; nur ein Ende darf 24:00 sein.",
        ],
        HoursRefusal::EqualEnds => [
            "This ends when it begins. All day is 00:00-24:00.",
            "Das endet, wenn es anfängt. Der ganze Tag ist 00:00-24:00.",
        ],
        HoursRefusal::TooShort => ["At least 15 minutes.", "Mindestens 15 Minuten."],
        HoursRefusal::TooManySpans => [
            "At most 4 times on one day.",
            "Höchstens 4 Zeiten an einem Tag.",
        ],
        HoursRefusal::Overlap => [
            "This begins before another one ends, which may be of the night before.",
            "Das beginnt, bevor eine andere Zeit endet, vielleicht eine vom Vorabend.",
        ],
        HoursRefusal::TooManyExceptions => ["At most 60 exceptions.", "Höchstens 60 Ausnahmen."],
        HoursRefusal::NotADate => [
            "Write a date like 2026-12-24.",
            "Schreib ein Datum wie 2026-12-24.",
        ],
        HoursRefusal::UnknownZone => [
            "There is no such time zone. Write one like Europe/Berlin.",
            "Diese Zeitzone gibt es nicht. Schreib eine wie Europe/Berlin.",
        ],
    }
}

/// A path in words, as far as the forms have fields for its parts: `hours.fri[0]` is Hours, Friday, 1.
fn place(path: &str) -> String {
    let parts = path.split(['.', '[', ']']).filter(|part| !part.is_empty());
    // The rows of a table are counted from 1, all else from 0.
    let first = usize::from(!path.starts_with("row["));
    let words: Vec<_> = parts.filter_map(|one| part(one, first)).collect();
    match words.is_empty() {
        true => path.to_owned(),
        false => words.join(", "),
    }
}

/// One part of a path; nothing for what only holds others.
fn part(part: &str, first: usize) -> Option<String> {
    if let Ok(at) = part.parse::<usize>() {
        return Some((at + first).to_string());
    }
    let word = match part {
        "orders" | "point" | "rates" | "address" => return None,
        "name" => ["Name", "Name"],
        "about" => ["About", "Über"],
        "prices" => ["Price", "Preis"],
        "price" => return None,
        "category" | "categories" => ["Category", "Kategorie"],
        "sizes" => ["Size", "Größe"],
        "halves" => ["Half in", "Hälfte in"],
        "groups" => ["Group", "Gruppe"],
        "options" => ["Option", "Zutat"],
        "min" => ["At least", "Mindestens"],
        "max" => ["At most", "Höchstens"],
        "free" => ["Free", "Kostenlos"],
        "each" => ["Each at most", "Jede höchstens"],
        "rule" => ["Rule for halves", "Regel für Hälften"],
        "half_percent" => ["A half costs", "Eine Hälfte kostet"],
        "topping_percent" => [
            "A topping on a half costs",
            "Ein Belag auf einer Hälfte kostet",
        ],
        "deposit" => ["Deposit", "Pfand"],
        "amount" => ["What is in one", "Inhalt"],
        "without" => ["Can be left out", "Kann wegbleiben"],
        "pieces" => ["Pieces", "Plätze"],
        "allergens" => ["Allergens", "Allergene"],
        "additives" => ["Additives", "Zusatzstoffe"],
        "row" => ["Row", "Zeile"],
        "key" => ["Form", "Formular"],
        _ => match profile_word(part) {
            Some(word) => word,
            None => {
                let day = Weekday::from_name(part);
                return Some(day.map_or_else(|| part.to_owned(), |day| t(weekday(day)).to_owned()));
            }
        },
    };
    Some(t(word).to_owned())
}

/// What a field of the profile is called.
fn profile_word(part: &str) -> Option<[&'static str; 2]> {
    Some(match part {
        "hours" => ["Hours", "Öffnungszeiten"],
        "exceptions" => ["Exceptions", "Ausnahmen"],
        "date" => ["Date", "Datum"],
        "areas" => ["Areas", "Liefergebiete"],
        "postcodes" => ["Postcodes", "Postleitzahlen"],
        "within" => ["Distance", "Entfernung"],
        "fee" => ["Fee", "Liefergebühr"],
        "minimum" => ["Minimum", "Mindestbestellwert"],
        "free_from" => ["Free from", "Frei ab"],
        "minutes" => ["Minutes", "Minuten"],
        "street" => ["Street", "Straße"],
        "postcode" => ["Postcode", "Postleitzahl"],
        "town" => ["Town", "Ort"],
        "lat" => ["Latitude", "Breitengrad"],
        "lon" => ["Longitude", "Längengrad"],
        "phone" => ["Phone", "Telefon"],
        "time_zone" => ["Time zone", "Zeitzone"],
        "tags" => ["Tags", "Stichwörter"],
        "slug" => ["Address of the page", "Adresse der Seite"],
        "days_ahead" => ["Days ahead", "Tage im Voraus"],
        "answer_minutes" => ["Minutes to answer", "Minuten zum Antworten"],
        "prepare_minutes" => ["Minutes to prepare", "Minuten zum Backen"],
        "slot_minutes" => ["A slot has", "Ein Zeitfenster hat"],
        "slot_orders" => ["Orders in a slot", "Bestellungen je Zeitfenster"],
        "order_pieces" => [
            "Pieces of an order in a slot",
            "Stücke einer Bestellung je Zeitfenster",
        ],
        "tax" => ["Tax", "Steuer"],
        "food" => ["Food", "Essen"],
        "drink" => ["Drinks", "Getränke"],
        "delivery" => ["Delivery", "Lieferung"],
        "markup_percentage" => ["Service fee", "Servicegebühr"],
        _ => return None,
    })
}

pub fn sentence(refusal: &ShopRefusal) -> String {
    let words = match refusal {
        // The faults stand below: no field is marked.
        ShopRefusal::Market(Error::Invalid(_)) => [
            "Nothing is changed yet. This is not right:",
            "Es ist noch nichts geändert. Das stimmt so nicht:",
        ],
        ShopRefusal::Market(error) => return domain_texts::refusal(error),
        ShopRefusal::PreconditionFailed { .. } | ShopRefusal::PreconditionRequired => [
            "Somebody has changed this meanwhile. This is how it is now: look, and try again.",
            "Jemand hat das inzwischen geändert. So ist es jetzt: Sieh nach und versuch es noch einmal.",
        ],
        ShopRefusal::UnknownRestaurant => [
            "There is no such pizzeria.",
            "Diese Pizzeria gibt es nicht.",
        ],
        ShopRefusal::UnknownItem => [
            "This is not on the menu any more.",
            "Das steht nicht mehr auf der Karte.",
        ],
        ShopRefusal::NameTaken { field } if field == "slug" => [
            "Another pizzeria has this address.",
            "Eine andere Pizzeria hat diese Adresse.",
        ],
        ShopRefusal::NameTaken { .. } => [
            "Another pizzeria has this name.",
            "Eine andere Pizzeria heißt schon so.",
        ],
        other => {
            let why = other.sentence();
            return say!("This was refused: {why}", "Das wurde abgelehnt: {why}");
        }
    };
    t(words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_stands_with_its_place() {
        let fields = vec![
            InvalidField::fault("prices[1]", "Large is missing a price."),
            InvalidField::new("hours.fri[1]", FieldError::Twice),
            InvalidField::new("groups.top", FieldError::NotACode),
            InvalidField::new("row[812].kind", FieldError::Empty),
        ];
        let html = Owner::new().with(|| refusal(&fields.into(), None).to_html());
        for said in [
            "Price, 2",
            "Large is missing a price.",
            "Hours, Friday, 2",
            "This is there twice.",
            "Group, top",
            "Row, 812, kind",
        ] {
            assert!(html.contains(said), "{said}: {html}");
        }
    }

    #[test]
    fn an_outdated_form_says_what_to_do() {
        let said = Owner::new().with(|| sentence(&ShopRefusal::PreconditionFailed { version: 7 }));
        assert!(said.contains("meanwhile"), "{said}");
    }
}
