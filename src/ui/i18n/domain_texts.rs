//! The texts that depend on a value of the domain: statuses, refusals, invalid fields.

use super::locale::{Text, say, t};
use crate::domain::{AccountRefusal, Error, FieldError, Refusal, Status};

/// A status for kitchens, dispatch and the list of orders.
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

/// A status for the customer.
pub fn customer_status(status: Status) -> &'static str {
    t(match status {
        Status::SupplierAccepted => ["Hot right now", "Jetzt frisch"],
        Status::CustomerAccepted => ["Taken", "Bestellt"],
        Status::Dispatched => ["With the driver", "Beim Fahrer"],
        Status::Delivered => ["At your door", "An deiner Tür"],
        other => return self::status(other),
    })
}

/// The status of an order as the reason for a refusal.
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

/// A refusal as one sentence for the person who sent the form.
pub fn refusal(error: &Error) -> String {
    let sentence = match error {
        Error::Refused(Refusal { status, .. })
        | Error::PreconditionFailed { status, .. }
        | Error::WeakPrecondition { status, .. } => {
            let already = already(*status);
            return say!(
                "Somebody was faster: {already}.",
                "Jemand war schneller: {already}."
            );
        }
        Error::TooLate => [
            "The time to answer is over: the market cancels this order.",
            "Die Zeit für die Antwort ist um: Der Markt storniert diese Bestellung.",
        ],
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
        Error::NotSignedIn => ["Sign in first.", "Melde dich zuerst an."],
        Error::WrongCredentials => [
            "That e-mail address, password or code is not right.",
            "E-Mail-Adresse, Passwort oder Code stimmt nicht.",
        ],
        Error::CodeNeeded => [
            "This account signs in with a code as well.",
            "Dieses Konto meldet sich auch mit einem Code an.",
        ],
        Error::NotAllowed => [
            "Your role may not do that.",
            "Mit deiner Rolle geht das nicht.",
        ],
        Error::NotYours => ["That is not yours.", "Das gehört dir nicht."],
        // What a panel meets of the refusals of accounts; the pages of accounts have words for all.
        Error::Account(AccountRefusal::PersonLeft) => [
            "Who worked here may do so no longer. Nothing was done; the device itself acts from now on.",
            "Wer hier gearbeitet hat, darf es nicht mehr. Nichts wurde getan; ab jetzt handelt das Gerät selbst.",
        ],
        Error::Account(_) => [
            "Your account has changed. Load the page again.",
            "Dein Konto hat sich geändert. Lade die Seite neu.",
        ],
        Error::StoreUnavailable => [
            "The market does not answer right now. Nothing was changed; try again in a moment.",
            "Der Markt antwortet gerade nicht. Nichts wurde geändert; versuch es gleich noch einmal.",
        ],
        Error::NoAnswer => [
            "No answer came yet. It is sent again when the connection is back, and done only once.",
            "Noch keine Antwort. Es wird noch einmal geschickt, sobald die Verbindung steht, und nur einmal getan.",
        ],
        // The requests of panels are well formed: the other errors are for integrators.
        _ => [
            "Something went wrong on our side. It has been noted.",
            "Bei uns ist etwas schiefgegangen. Es ist notiert.",
        ],
    };
    t(sentence).to_owned()
}

/// Why data cannot be read right now.
pub fn unread(error: &Error) -> String {
    match error {
        Error::NoAnswer | Error::StoreUnavailable => t([
            "This cannot be read right now. It shows up as soon as the market answers.",
            "Gerade nicht abrufbar. Es erscheint, sobald der Markt antwortet.",
        ])
        .to_owned(),
        other => refusal(other),
    }
}

/// Why a field is invalid, and how to correct it.
pub fn field_error(field: &str, error: &FieldError) -> String {
    match error {
        FieldError::Missing | FieldError::Empty => t(empty(field, error)).to_owned(),
        FieldError::NotANumber { given } => not_a_number(field, given),
        FieldError::TooLong { max, length } => say!(
            "{length} characters are too many: {max} fit.",
            "{length} Zeichen sind zu viele: {max} passen."
        ),
        FieldError::TooShort { min, length } => say!(
            "{length} characters are too few: at least {min} are needed.",
            "{length} Zeichen sind zu wenige: mindestens {min} sind nötig."
        ),
        FieldError::TooWeak => t([
            "This is too easy to guess. A few words that have nothing to do with each other are a good password.",
            "Das ist zu leicht zu erraten. Einige Wörter, die nichts miteinander zu tun haben, sind ein gutes Passwort.",
        ])
        .to_owned(),
        FieldError::NotAnEmail => t([
            "This is no e-mail address.",
            "Das ist keine E-Mail-Adresse.",
        ])
        .to_owned(),
        FieldError::OutOfRange { to, .. } if field == "order" => say!(
            "Select at least one pizza, and at most {to}.",
            "Wähl mindestens eine Pizza aus, und höchstens {to}."
        ),
        FieldError::OutOfRange { from, to } => say!(
            "This must be from {from} to {to}.",
            "Das muss von {from} bis {to} sein."
        ),
        FieldError::NotADriver => t([
            "That is no driver who drives here now.",
            "Das ist niemand, der hier gerade fährt.",
        ])
        .to_owned(),
        FieldError::SeveralDrivers => t([
            "Several drivers have that name.",
            "So heißen mehrere, die hier fahren.",
        ])
        .to_owned(),
        FieldError::TooPrecise => t([
            "At most two decimals fit.",
            "Höchstens zwei Stellen nach dem Komma passen.",
        ])
        .to_owned(),
        FieldError::NotWhole => t([
            "This must be a whole number.",
            "Das muss eine ganze Zahl sein.",
        ])
        .to_owned(),
        FieldError::ControlCharacter | FieldError::NotUnicode => t([
            "This holds a character that cannot be written.",
            "Darin steckt ein Zeichen, das sich nicht schreiben lässt.",
        ])
        .to_owned(),
        // The requests of panels are well formed: the other errors are for integrators.
        _ => t(["This is not right.", "Das stimmt so nicht."]).to_owned(),
    }
}

fn empty(field: &str, error: &FieldError) -> Text {
    match field {
        "delivery_address" => [
            "The address is empty. Where should the driver go?",
            "Die Adresse ist leer. Wohin soll es gehen?",
        ],
        "customer_name" => [
            "The name is empty. Whom should the driver ask for?",
            "Der Name ist leer. Nach wem soll gefragt werden?",
        ],
        "pizza_name" => [
            "The pizza has no name yet.",
            "Die Pizza hat noch keinen Namen.",
        ],
        "supplier_name" => ["Which kitchen is it?", "Welche Küche ist es?"],
        "notes" if *error == FieldError::Missing => [
            "Why? Pick a reason, or write one.",
            "Warum? Such einen Grund aus oder schreib einen.",
        ],
        "driver_name" => ["Pick a driver.", "Wähl einen Fahrer."],
        "new_driver" => [
            "The new driver has no name yet.",
            "Der neue Fahrer hat noch keinen Namen.",
        ],
        "supplier_price" => [
            "The price is empty. Write it like 9.50.",
            "Der Preis ist leer. Schreib ihn wie 9,50.",
        ],
        _ => ["This is empty.", "Das ist leer."],
    }
}

fn not_a_number(field: &str, given: &str) -> String {
    match field {
        "supplier_price" => say!(
            "“{given}” isn’t a price. Write it like 9.50.",
            "„{given}“ ist kein Preis. Schreib ihn wie 9,50."
        ),
        "markup_percentage" => say!(
            "“{given}” isn’t a percentage. Write it like 30.",
            "„{given}“ ist keine Prozentzahl. Schreib sie wie 30."
        ),
        "estimated_time" => say!(
            "“{given}” isn’t a number of minutes. Write it like 25.",
            "„{given}“ ist keine Minutenzahl. Schreib sie wie 25."
        ),
        _ => say!("“{given}” is no number.", "„{given}“ ist keine Zahl."),
    }
}

/// A text that a person wrote.
pub fn quoted(text: &str) -> String {
    say!("“{text}”", "„{text}“")
}
