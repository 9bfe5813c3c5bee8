//! Why an edit is refused, in words for who edits.

use crate::{
    domain::{Error, FieldError, InvalidField},
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
        error @ FieldError::Hours { .. } => error.to_string(),
        error => domain_texts::field_error(&one.field, error),
    }
}

/// A path in words, as far as its beginning is one of the fields of the forms.
fn place(path: &str) -> String {
    let (first, rest) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
    let word = match first {
        "name" => ["Name", "Name"],
        "about" => ["About", "Über"],
        "prices" => ["Price", "Preis"],
        "category" | "categories" => ["Category", "Kategorie"],
        "sizes" => ["Size", "Größe"],
        "hours" => ["Hours", "Öffnungszeiten"],
        "exceptions" => ["Exceptions", "Ausnahmen"],
        "areas" => ["Areas", "Liefergebiete"],
        "orders" => ["Orders", "Bestellungen"],
        "address" => ["Address", "Adresse"],
        "phone" => ["Phone", "Telefon"],
        "time_zone" => ["Time zone", "Zeitzone"],
        "tags" => ["Tags", "Stichwörter"],
        "slug" => ["Address of the page", "Adresse der Seite"],
        _ => return path.to_owned(),
    };
    format!("{}{rest}", t(word))
}

pub fn sentence(refusal: &ShopRefusal) -> String {
    let words = match refusal {
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
        ];
        let html = Owner::new().with(|| refusal(&fields.into()).to_html());
        for said in [
            "Price[1]",
            "Large is missing a price.",
            "Hours.fri[1]",
            "groups.top",
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
