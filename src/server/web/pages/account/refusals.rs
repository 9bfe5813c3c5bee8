//! Why a form was refused: as one sentence, and beside a field.

use crate::{
    domain::{AccountRefusal, Error, FieldError},
    ui::i18n::{
        domain_texts,
        locale::{say, t},
    },
};

/// The form that takes a pairing code.
pub const PAIR: &str = "pair";

/// A refusal, as one sentence.
pub fn sentence(error: &Error) -> String {
    match error {
        Error::TooMany(seconds @ 60..) => {
            let minutes = seconds.div_ceil(60);
            say!(
                "Too many attempts. Try again in {minutes} min.",
                "Zu viele Versuche. In {minutes} min geht es wieder."
            )
        }
        Error::Busy => t([
            "Many people sign in right now. Try again in a moment.",
            "Gerade melden sich viele an. Versuch es gleich noch einmal.",
        ])
        .to_owned(),
        Error::Account(refusal) => account_refusal(*refusal),
        other => domain_texts::refusal(other),
    }
}

fn account_refusal(refusal: AccountRefusal) -> String {
    use AccountRefusal::*;
    t(match refusal {
        LastAdmin => [
            "This is the last admin. Invite another one first.",
            "Das ist die letzte Person mit Verwaltung. Lade erst noch jemanden ein.",
        ],
        TwoKeys => [
            "There are two keys already. End one first.",
            "Es gibt schon zwei Schlüssel. Beende erst einen.",
        ],
        OtherRights => [
            "Its first key has other rights. Give this one another name.",
            "Der erste Schlüssel hat andere Rechte. Gib diesem einen anderen Namen.",
        ],
        NoPassword => [
            "This account has no password.",
            "Dieses Konto hat kein Passwort.",
        ],
        NotActive => [
            "This account is not active.",
            "Dieses Konto ist nicht aktiv.",
        ],
        Closed => ["This account is closed.", "Dieses Konto ist geschlossen."],
        Unknown => ["There is no such account.", "Dieses Konto gibt es nicht."],
        PersonLeft => [
            "Whoever was working here is no longer on the team. From now on the device itself acts.",
            "Wer hier gearbeitet hat, ist nicht mehr im Team. Ab jetzt handelt das Gerät selbst.",
        ],
    })
    .to_owned()
}

/// What is wrong with a field, and how to correct it.
pub fn field_sentence(form: &str, name: &str, error: &FieldError) -> String {
    let empty = matches!(error, FieldError::Empty | FieldError::Missing);
    let words = match (name, error) {
        ("code", FieldError::WrongCode) if form == PAIR => [
            "That code is not right, or its ten minutes are over. Ask for a new one.",
            "Dieser Code stimmt nicht, oder seine zehn Minuten sind um. Lass dir einen neuen zeigen.",
        ],
        ("email", _) if empty => ["Type the e-mail address.", "Tipp die E-Mail-Adresse ein."],
        ("password" | "new_password", _) if empty => {
            ["Type the password.", "Tipp das Passwort ein."]
        }
        ("code", _) if empty => ["Type the code.", "Tipp den Code ein."],
        ("name", _) if empty => ["The name is empty.", "Der Name ist leer."],
        ("pin", _) if empty => ["Type the PIN.", "Tipp die PIN ein."],
        (_, FieldError::NotAnEmail) => [
            "That is no e-mail address. Write it like ana@example.org.",
            "Das ist keine E-Mail-Adresse. Schreib sie wie ana@example.org.",
        ],
        (_, FieldError::NotAPin) => ["A PIN has 4 to 8 digits.", "Eine PIN hat 4 bis 8 Ziffern."],
        (_, FieldError::TooShort { min, .. }) => {
            return say!(
                "At least {min} characters. A short sentence does well.",
                "Mindestens {min} Zeichen. Ein kurzer Satz ist gut."
            );
        }
        (_, FieldError::TooWeak) => [
            "That is easy to guess. Add some words that nobody expects.",
            "Das ist leicht zu erraten. Nimm ein paar Wörter dazu, die niemand erwartet.",
        ],
        ("pin", FieldError::WrongCode) => ["That PIN is not right.", "Diese PIN stimmt nicht."],
        (_, FieldError::WrongCode) => [
            "That code is not right, or was used before. Type the one that is shown now.",
            "Dieser Code stimmt nicht oder wurde schon benutzt. Tipp den ein, der jetzt angezeigt wird.",
        ],
        (_, FieldError::WrongPassword) => [
            "That password is not right.",
            "Dieses Passwort stimmt nicht.",
        ],
        (_, FieldError::NotAKind) => [
            "Nobody is invited as this. Pick one of the list.",
            "Als das wird niemand eingeladen. Wähl etwas aus der Liste.",
        ],
        (_, FieldError::NotAnId | FieldError::NotADriver) => [
            "Choose a driver who works here.",
            "Wähl jemanden, der hier fährt.",
        ],
        ("driver_id", _) if empty => [
            "Choose the driver for whom it acts.",
            "Wähl, für wen es fährt.",
        ],
        ("supplier_name", _) if empty => [
            "Type the name of the kitchen.",
            "Tipp den Namen der Küche ein.",
        ],
        (_, FieldError::InUse) => [
            "Another account has this address.",
            "Ein anderes Konto hat diese Adresse.",
        ],
        (_, other) => return domain_texts::field_error(name, other),
    };
    t(words).to_owned()
}
