//! Why an edit is refused, in words for who edits.

use super::hours_text::weekday;
use crate::{
    domain::{
        Error, FieldError, InvalidField,
        shop::{HoursRefusal, Weekday},
    },
    server::services::shops::refusal::ShopRefusal,
    ui::{
        Icon,
        i18n::{
            domain_texts,
            locale::{say, t},
        },
        icon,
    },
};
use leptos::prelude::*;

pub fn fault(field: &str, why: &str) -> ShopRefusal {
    ShopRefusal::from(vec![InvalidField::fault(field, why)])
}

/// The refusal above the form, with each thing that is wrong in a line of its own.
pub fn refusal(refusal: &ShopRefusal) -> AnyView {
    let faults: Vec<_> = match refusal {
        ShopRefusal::Market(Error::Invalid(invalid)) => invalid.iter().map(line).collect(),
        _ => Vec::new(),
    };
    view! {
        <div class="refusal" id="refusal" role="alert" tabindex="-1">
            {icon(Icon::Alert)}
            <div><p>{sentence(refusal)}</p> <ul>{faults}</ul></div>
        </div>
    }
    .into_any()
}

fn line(one: &InvalidField) -> AnyView {
    let (place, why) = (place(&one.field), why(one));
    view! { <li><bdi translate="no"><b>{place}</b></bdi> ": " {why}</li> }.into_any()
}

/// What is wrong with a value. The sentences of a menu's rules are made where the rules are, in one language.
fn why(one: &InvalidField) -> String {
    match &one.error {
        FieldError::Fault { why } => why.clone(),
        // A form has them as text, not as JSON.
        FieldError::Hours {
            refusal: HoursRefusal::NotASpan,
        } => t([
            "Write the hours like 11:30-14:00.",
            "Schreib die Zeiten wie 11:30-14:00.",
        ])
        .to_owned(),
        error @ FieldError::Hours { .. } => error.to_string(),
        FieldError::Twice => t(["This is there twice.", "Das steht zweimal da."]).to_owned(),
        _ if one.field == "key" => t([
            "This form was sent before with something else in it. Look once more, then send it again.",
            "Dieses Formular wurde schon einmal mit anderem Inhalt geschickt. Sieh noch einmal nach und schick es dann wieder.",
        ])
        .to_owned(),
        error => domain_texts::field_error(&one.field, error),
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
    let day = Weekday::from_name(part);
    let word = match part {
        "orders" | "point" | "rates" | "address" => return None,
        "name" => ["Name", "Name"],
        "about" => ["About", "Über"],
        "prices" => ["Price", "Preis"],
        "price" => return None,
        "category" | "categories" => ["Category", "Kategorie"],
        "sizes" => ["Size", "Größe"],
        "halves" => ["Half in", "Hälfte in"],
        "row" => ["Row", "Zeile"],
        "key" => ["Form", "Formular"],
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
        _ => return Some(day.map_or_else(|| part.to_owned(), |day| t(weekday(day)).to_owned())),
    };
    Some(t(word).to_owned())
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
        let html = Owner::new().with(|| refusal(&fields.into()).to_html());
        for said in [
            "Price, 2",
            "Large is missing a price.",
            "Hours, Friday, 2",
            "This is there twice.",
            "groups, top",
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
