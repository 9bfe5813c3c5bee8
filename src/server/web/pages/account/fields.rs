//! The fields of a plain form, as the forms of the panels have them: the label above, and below it the error and the
//! hint.

use super::{
    notice::Notice,
    refusals::{field_sentence, sentence},
};
use crate::{
    api::form::field_id,
    domain::Error,
    ui::{
        Icon,
        i18n::locale::{Text, t},
        icon,
    },
};
use leptos::prelude::*;

/// The fields that show their own errors.
const SHOWN: [&str; 11] = [
    "email",
    "password",
    "new_password",
    "code",
    "name",
    "pin",
    "supplier_name",
    "driver_id",
    "until",
    "kind",
    "role",
];

/// A form that a page is rendered with.
#[derive(Clone, Copy)]
pub struct Form<'a> {
    id: &'static str,
    /// What it came back with, if it did.
    notice: Option<&'a Notice>,
    /// The field with the focus, where there is nothing else to do on the page.
    begins_at: Option<&'static str>,
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
        Form {
            id,
            notice,
            begins_at: None,
        }
    }

    pub fn begins_at(self, field: &'static str) -> Form<'a> {
        let begins_at = Some(field);
        Form { begins_at, ..self }
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

    /// What was refused about no field in particular. It has the focus, unless a field has it.
    pub fn refusal(self) -> Option<AnyView> {
        let error = self.error()?;
        let is_beside_its_field = |error: &Error| match error {
            Error::Invalid(fields) => fields.iter().all(|one| SHOWN.contains(&&*one.field)),
            _ => false,
        };
        if is_beside_its_field(error) {
            return None;
        }
        let (symbol, tone, words) = match error {
            // Of the code that is asked for now.
            Error::CodeNeeded => (Icon::Info, Some("soft"), code_needed().to_owned()),
            error => (Icon::Alert, None, sentence(error)),
        };
        let has_focus = !asks_for_password(error);
        let tab_stop = has_focus.then_some("-1");
        let id = format!("{}-refusal", self.id);
        Some(view! {
            <p class="refusal" id=id data-tone=tone tabindex=tab_stop autofocus=has_focus role="alert">{icon(symbol)} <span>{words}</span></p>
        }.into_any())
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
        let error = self.error();
        let wrong = error.and_then(|error| error.field_error(name));
        let invalid = wrong.map(|_| "true");
        let is_asked_again = name == "password" && error.is_some_and(asks_for_password);
        // Where the form has come back, one goes on here.
        let has_focus = wrong.is_some() || is_asked_again;
        let mut described = format!("{id}-error {id}-hint");
        if is_asked_again {
            described = format!("{}-refusal {described}", self.id);
        }
        // Passwords do not come back.
        let value = self
            .value(name)
            .or(first)
            .filter(|_| input_type != "password");
        let message = wrong.map(|wrong| {
            error_message(format!("{id}-error"), field_sentence(self.id, name, wrong))
        });
        // The error says it as well.
        let hint = hint.filter(|_| wrong.is_none());
        let hint = hint
            .map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{t(hint)}</p> }.into_any());
        view! {
            <div class="field">
                <label for=id.clone()>{t(label)}</label>
                <input
                    class="input" id=id.clone() name=name type=input_type value=value autocomplete=autocomplete inputmode=inputmode
                    maxlength=longest.to_string() required=required autocapitalize="none" spellcheck="false"
                    aria-describedby=described aria-invalid=invalid autofocus=has_focus || self.begins_at == Some(name)
                />
                {message} {hint}
            </div>
        }
        .into_any()
    }

    /// A choice of several values, with their words.
    pub fn choice(self, name: &'static str, label: Text, values: &[(String, String)]) -> AnyView {
        let id = field_id(self.id, name);
        let chosen = self.value(name);
        let wrong = self.error().and_then(|error| error.field_error(name));
        let invalid = wrong.map(|_| "true");
        let described = wrong.map(|_| format!("{id}-error"));
        let message = wrong.map(|wrong| {
            error_message(format!("{id}-error"), field_sentence(self.id, name, wrong))
        });
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
                <select class="input" id=id.clone() name=name aria-describedby=described aria-invalid=invalid>{options}</select>
                {message}
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

/// The button of a form that is one of several.
pub fn step(word: Text) -> AnyView {
    view! { <button class="button">{t(word)}</button> }.into_any()
}

/// A button that says what is to be done.
pub fn act(class: &'static str, value: &'static str, word: Text) -> AnyView {
    view! { <button class=class name="act" value=value formnovalidate>{t(word)}</button> }
        .into_any()
}

fn error_message(id: String, words: String) -> AnyView {
    view! { <p class="error" role="alert" id=id>{icon(Icon::Alert)} {words}</p> }.into_any()
}

fn code_needed() -> &'static str {
    t([
        "Almost there: this account also asks for a code. Type the password again, and the code.",
        "Fast da: Dieses Konto fragt auch nach einem Code. Tipp das Passwort noch einmal ein, und den Code.",
    ])
}

/// Passwords do not come back: where it was refused, it is typed again.
fn asks_for_password(error: &Error) -> bool {
    matches!(error, Error::CodeNeeded | Error::WrongCredentials)
}

/// A step that is easily taken by mistake: it unfolds, says what follows, and is pressed once more.
pub fn unfolding(word: Text, what_follows: Text, content: AnyView) -> AnyView {
    view! {
        <details class="unfolding">
            <summary class="button danger">{t(word)}</summary>
            <div class="stack"><p>{t(what_follows)}</p>{content}</div>
        </details>
    }
    .into_any()
}

/// As [`act`], for what is easily pressed by mistake.
pub fn act_surely(value: &'static str, word: Text, what_follows: Text, sure: Text) -> AnyView {
    unfolding(word, what_follows, act("button danger sure", value, sure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FieldError;

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

    #[test]
    fn a_form_that_comes_back_is_entered_where_it_was_refused() {
        let refused = |error: Error| Notice::refused("sign-in", error);
        let focused = |notice: &Notice, name: &'static str, kind: Kind| {
            shown(Form::new("sign-in", Some(notice)), kind, name).contains("autofocus")
        };
        let refusal = |notice: &Notice| {
            let form = Form::new("sign-in", Some(notice));
            Owner::new().with(|| form.refusal().map(|refusal| refusal.to_html()))
        };
        let email = refused(Error::invalid("email", FieldError::NotAnEmail));
        assert!(focused(&email, "email", Kind::Email));
        assert!(!focused(&email, "password", Kind::CurrentPassword));
        // It is said once.
        assert_eq!(refusal(&email), None);
        for error in [Error::WrongCredentials, Error::CodeNeeded] {
            let password = refused(error);
            assert!(focused(&password, "password", Kind::CurrentPassword));
            assert!(refusal(&password).is_some_and(|html| !html.contains("autofocus")));
        }
        let busy = refusal(&refused(Error::Busy)).unwrap();
        assert!(
            busy.contains("autofocus") && busy.contains("tabindex=\"-1\""),
            "{busy}"
        );
    }
}
