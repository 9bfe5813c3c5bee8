//! The words of what is ordered from a menu: parts of a pizza, allergens, rows of a bill.

use super::locale::t;
use crate::domain::{
    CancellationCode,
    shop::basket::{Allergen, Part, TaxClass},
};

/// The part of a pizza that a choice is for, as a kitchen calls it.
pub fn part(part: Part) -> &'static str {
    t(match part {
        Part::Whole => ["WHOLE", "GANZ"],
        Part::Left => ["LEFT", "LINKS"],
        Part::Right => ["RIGHT", "RECHTS"],
    })
}

/// What is left out: this stands before its name.
pub fn no() -> &'static str {
    t(["NO", "OHNE"])
}

pub fn allergen(allergen: Allergen) -> &'static str {
    t(match allergen {
        Allergen::Gluten => ["gluten", "Gluten"],
        Allergen::Crustaceans => ["crustaceans", "Krebstiere"],
        Allergen::Eggs => ["eggs", "Eier"],
        Allergen::Fish => ["fish", "Fisch"],
        Allergen::Peanuts => ["peanuts", "Erdnüsse"],
        Allergen::Soybeans => ["soybeans", "Soja"],
        Allergen::Milk => ["milk", "Milch"],
        Allergen::Nuts => ["nuts", "Nüsse"],
        Allergen::Celery => ["celery", "Sellerie"],
        Allergen::Mustard => ["mustard", "Senf"],
        Allergen::Sesame => ["sesame", "Sesam"],
        Allergen::Sulphites => ["sulphites", "Sulfite"],
        Allergen::Lupin => ["lupin", "Lupinen"],
        Allergen::Molluscs => ["molluscs", "Weichtiere"],
    })
}

/// What a tax is on.
pub fn tax_class(class: TaxClass) -> &'static str {
    t(match class {
        TaxClass::Food => ["food", "Speisen"],
        TaxClass::Drink => ["drinks", "Getränke"],
        TaxClass::Delivery => ["delivery", "Lieferung"],
    })
}

/// Why an order ended; nothing where it was said in words, if at all.
pub fn cancellation(code: CancellationCode) -> Option<&'static str> {
    Some(t(match code {
        CancellationCode::ChangedMind => ["Changed their mind", "Anders überlegt"],
        CancellationCode::SoldOut => ["Sold out", "Ausverkauft"],
        CancellationCode::TooBusy => ["Too busy", "Zu viel los"],
        CancellationCode::Closed => ["Closed", "Geschlossen"],
        CancellationCode::CannotDeliver => ["Cannot be delivered", "Nicht lieferbar"],
        CancellationCode::NoAnswer => [
            "The kitchen did not answer",
            "Die Küche hat nicht geantwortet",
        ],
        CancellationCode::Other => return None,
    }))
}
