//! The fields of a plain form, as the forms of the panels have them: the label above, and below it the error and the
//! hint.

use super::notice::Notice;
use crate::{
    api::form::field_id,
    domain::{Error, FieldError},
    ui::{
        Icon,
        i18n::{
            domain_texts,
            locale::{Text, say, t},
        },
        icon, refusal,
    },
};
use leptos::prelude::*;

/// A form that a page is rendered with.
#[derive(Clone, Copy)]
pub struct Form<'a> {
    id: &'static str,
    /// What it came back with, if it did.
    notice: Option<&'a Notice>,
}

/// What a field takes: the attributes by which browsers and password managers know it.
#[derive(Clone, Copy)]
pub enum Kind {
    Email,
    /// Of somebody else.
    OthersEmail,
    CurrentPassword,
    NewPassword,
    /// Of an authenticator; or a recovery code.
    Code,
    PairingCode,
    Pin,
    /// The name of a person or a thing.
    Name(&'static str),
    Date,
}

struct Attributes {
    input_type: &'static str,
    autocomplete: &'static str,
    inputmode: Option<&'static str>,
    longest: usize,
}

impl Kind {
    fn attributes(self) -> Attributes {
        let (input_type, autocomplete, inputmode, longest) = match self {
            Kind::Email => ("email", "username", Some("email"), 254),
            Kind::OthersEmail => ("email", "off", Some("email"), 254),
            Kind::CurrentPassword => ("password", "current-password", None, 128),
            Kind::NewPassword => ("password", "new-password", None, 128),
            Kind::Code => ("text", "one-time-code", Some("numeric"), 40),
            Kind::PairingCode => ("text", "one-time-code", Some("text"), 20),
            Kind::Pin => ("password", "off", Some("numeric"), 8),
            Kind::Name(autocomplete) => ("text", autocomplete, None, 100),
            Kind::Date => ("date", "off", None, 10),
        };
        Attributes {
            input_type,
            autocomplete,
            inputmode,
            longest,
        }
    }
}

impl<'a> Form<'a> {
    /// The notice counts for the form that it names.
    pub fn new(id: &'static str, notice: Option<&'a Notice>) -> Form<'a> {
        let notice = notice.filter(|notice| notice.form == id);
        Form { id, notice }
    }

    pub fn id(self) -> &'static str {
        self.id
    }

    fn error(self) -> Option<&'a Error> {
        self.notice?.error.as_ref()
    }

    pub fn value(self, name: &str) -> Option<String> {
        self.notice?.value(name).map(str::to_owned)
    }

    /// Whether it has come back: then it is not folded.
    pub fn is_open(self) -> bool {
        self.notice.is_some()
    }

    /// What was refused about no field in particular.
    pub fn refusal(self) -> Option<AnyView> {
        let error = self.error()?;
        let sentence = match error {
            // Of the code that is asked for now.
            Error::CodeNeeded => return Some(hint_of_code()),
            error => sentence(error),
        };
        Some(refusal(sentence))
    }

    pub fn field(self, name: &'static str, label: Text, hint: Option<Text>, kind: Kind) -> AnyView {
        self.field_with(name, label, hint, kind, None, true)
    }

    /// A field that may be left empty.
    pub fn optional(
        self,
        name: &'static str,
        label: Text,
        hint: Option<Text>,
        kind: Kind,
    ) -> AnyView {
        self.field_with(name, label, hint, kind, None, false)
    }

    /// A field that begins with a value.
    pub fn filled(self, name: &'static str, label: Text, kind: Kind, value: &str) -> AnyView {
        self.field_with(name, label, None, kind, Some(value.to_owned()), true)
    }

    fn field_with(
        self,
        name: &'static str,
        label: Text,
        hint: Option<Text>,
        kind: Kind,
        first: Option<String>,
        required: bool,
    ) -> AnyView {
        let id = field_id(self.id, name);
        let Attributes {
            input_type,
            autocomplete,
            inputmode,
            longest,
        } = kind.attributes();
        let fault = self.error().and_then(|error| error.field_error(name));
        let invalid = fault.map(|_| "true");
        let described = format!("{id}-fault {id}-hint");
        // Passwords do not come back.
        let value = self
            .value(name)
            .or(first)
            .filter(|_| input_type != "password");
        let fault = fault.map(|fault| error_message(format!("{id}-fault"), words(name, fault)));
        let hint = hint
            .map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{t(hint)}</p> }.into_any());
        view! {
            <div class="field">
                <label for=id.clone()>{t(label)}</label>
                <input
                    class="input" id=id.clone() name=name type=input_type value=value autocomplete=autocomplete inputmode=inputmode
                    maxlength=longest.to_string() required=required autocapitalize="none" spellcheck="false"
                    aria-describedby=described aria-invalid=invalid
                />
                {fault} {hint}
            </div>
        }
        .into_any()
    }

    /// A choice of several values, with their words.
    pub fn choice(self, name: &'static str, label: Text, values: &[(String, String)]) -> AnyView {
        let id = field_id(self.id, name);
        let chosen = self.value(name);
        let fault = self.error().and_then(|error| error.field_error(name));
        let fault = fault.map(|fault| error_message(format!("{id}-fault"), words(name, fault)));
        let options: Vec<_> = values
            .iter()
            .map(|(value, word)| {
                let selected = chosen.as_ref() == Some(value);
                view! { <option value=value.clone() selected=selected>{word.clone()}</option> }
                    .into_any()
            })
            .collect();
        view! {
            <div class="field">
                <label for=id.clone()>{t(label)}</label>
                <select class="input" id=id.clone() name=name>{options}</select>
                {fault}
            </div>
        }
        .into_any()
    }
}

pub fn hidden(name: &'static str, value: String) -> AnyView {
    view! { <input type="hidden" name=name value=value/> }.into_any()
}

pub fn checkbox(name: &'static str, word: Text, checked: bool) -> AnyView {
    view! { <label class="check"><input type="checkbox" name=name value="true" checked=checked/> <span>{t(word)}</span></label> }
        .into_any()
}

/// The one button of a form that is the next step.
pub fn submit(word: Text) -> AnyView {
    view! { <button class="button primary">{t(word)}</button> }.into_any()
}

/// A button that says what is to be done.
pub fn act(class: &'static str, value: &'static str, word: Text) -> AnyView {
    view! { <button class=class name="act" value=value formnovalidate>{t(word)}</button> }
        .into_any()
}

fn error_message(id: String, words: String) -> AnyView {
    view! { <p class="error" role="alert" id=id>{icon(Icon::Alert)} {words}</p> }.into_any()
}

fn hint_of_code() -> AnyView {
    let words = t([
        "This account signs in with a code as well. Type the password once more, and the code.",
        "Dieses Konto meldet sich auch mit einem Code an. Tipp das Passwort noch einmal ein, und den Code.",
    ]);
    view! { <p class="refusal" role="alert">{icon(Icon::Info)} <span>{words}</span></p> }.into_any()
}

/// A refusal, as one sentence.
pub fn sentence(error: &Error) -> String {
    match error {
        Error::TooMany(seconds @ 60..) => {
            let minutes = seconds.div_ceil(60);
            say!(
                "That was a lot of attempts. Try again in {minutes} min.",
                "Das waren viele Versuche. In {minutes} min geht es wieder."
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

fn account_refusal(refusal: crate::domain::AccountRefusal) -> String {
    use crate::domain::AccountRefusal::*;
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
            "Who worked here may do so no longer. The device itself acts from now on.",
            "Wer hier gearbeitet hat, darf es nicht mehr. Ab jetzt handelt das Gerät selbst.",
        ],
    })
    .to_owned()
}

/// What is wrong with a field, and how to correct it.
fn words(name: &str, error: &FieldError) -> String {
    let empty = matches!(error, FieldError::Empty | FieldError::Missing);
    let words = match (name, error) {
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
                "At least {min} characters, please. A short sentence does well.",
                "Bitte mindestens {min} Zeichen. Ein kurzer Satz ist gut."
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
            "That is no driver who drives here now.",
            "Das ist niemand, der hier gerade fährt.",
        ],
        (_, FieldError::InUse) => [
            "Another account has this address.",
            "Ein anderes Konto hat diese Adresse.",
        ],
        (_, other) => return domain_texts::fault(name, other),
    };
    t(words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(form: Form, kind: Kind, name: &'static str) -> String {
        Owner::new().with(|| form.field(name, ["Label", "Feld"], None, kind).to_html())
    }

    #[test]
    fn password_managers_know_the_fields() {
        let form = Form::new("sign-in", None);
        for (kind, name, expected) in [
            (Kind::Email, "email", "autocomplete=\"username\""),
            (
                Kind::CurrentPassword,
                "password",
                "autocomplete=\"current-password\"",
            ),
            (
                Kind::NewPassword,
                "password",
                "autocomplete=\"new-password\"",
            ),
            (Kind::Code, "code", "autocomplete=\"one-time-code\""),
            (Kind::Code, "code", "inputmode=\"numeric\""),
        ] {
            let html = shown(form, kind, name);
            assert!(html.contains(expected), "{expected}: {html}");
        }
    }

    #[test]
    fn an_error_stands_beside_its_field_and_no_password_comes_back() {
        let typed = ["email", "password"].map(|name| (name.to_owned(), "typed".to_owned()));
        let mut notice =
            Notice::refused("sign-in", Error::invalid("email", FieldError::NotAnEmail));
        notice.typed = typed.to_vec();
        let form = Form::new("sign-in", Some(&notice));
        let email = shown(form, Kind::Email, "email");
        assert!(
            email.contains("no e-mail address") && email.contains("value=\"typed\""),
            "{email}"
        );
        assert!(email.contains("aria-invalid=\"true\""));
        let password = shown(form, Kind::CurrentPassword, "password");
        assert!(
            !password.contains("typed") && !password.contains("role=\"alert\""),
            "{password}"
        );
        // It is about another form.
        let other = shown(Form::new("sign-up", Some(&notice)), Kind::Email, "email");
        assert!(!other.contains("typed"));
    }
}
