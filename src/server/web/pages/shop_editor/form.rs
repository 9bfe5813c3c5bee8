//! A form of these pages: its fields with what was typed, where it has come back, and each fault at its field.

use super::values::all_of;
use crate::{
    domain::InvalidField,
    server::web::pages::account::Sent,
    ui::{
        Icon,
        i18n::locale::{Text, t},
        icon, textarea_text,
    },
};
use leptos::prelude::*;

/// What is wrong with a form, by the name of the field.
#[derive(Default)]
pub struct Faults(Vec<(String, String)>);

impl Faults {
    /// `place` is the field of a fault, if this form has it, and `words` what is said there.
    pub fn of(
        invalid: &[InvalidField],
        place: impl Fn(&InvalidField) -> Option<String>,
        words: impl Fn(&InvalidField) -> String,
    ) -> Faults {
        let placed = invalid
            .iter()
            .filter_map(|one| Some((place(one)?, words(one))));
        Faults(placed.collect())
    }

    pub const fn none() -> Faults {
        Faults(Vec::new())
    }

    fn at(&self, name: &str) -> Option<String> {
        let own = self.0.iter().filter(|(field, _)| field == name);
        let words: Vec<_> = own.map(|(_, words)| words.as_str()).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

/// A form with the names of its fields: their ids begin with its own.
pub struct Form<'a> {
    pub id: &'a str,
    /// As it was sent.
    pub sent: Option<&'a Sent>,
    pub faults: &'a Faults,
}

impl Form<'_> {
    pub fn value(&self, name: &str, now: String) -> String {
        self.sent.map_or(now, |sent| sent.get(name).to_owned())
    }

    fn id(&self, name: &str) -> String {
        format!("{}-{name}", self.id)
    }

    /// What `aria-invalid` and `aria-describedby` say of a field.
    pub fn marks(&self, name: &str) -> (Option<&'static str>, Option<String>) {
        let fault = self.faults.at(name);
        let described = fault.is_some().then(|| format!("{}-error", self.id(name)));
        (fault.map(|_| "true"), described)
    }

    /// What is wrong with a field.
    pub fn message(&self, name: &str) -> Option<AnyView> {
        let words = self.faults.at(name)?;
        let id = format!("{}-error", self.id(name));
        Some(
            view! { <p class="error" id=id>{icon(Icon::Alert)} <span>{words}</span></p> }
                .into_any(),
        )
    }

    pub fn field(&self, name: &str, label: Text, now: impl ToString) -> AnyView {
        self.labelled(name, t(label).to_owned(), now.to_string())
    }

    pub fn labelled(&self, name: &str, label: String, now: String) -> AnyView {
        let (id, value) = (self.id(name), self.value(name, now));
        let (invalid, described) = self.marks(name);
        let message = self.message(name);
        let name = name.to_owned();
        view! {
            <div class="field"><label for=id.clone()>{label}</label>
                <input class="input" id=id.clone() name=name value=value aria-invalid=invalid aria-describedby=described/> {message}</div>
        }
        .into_any()
    }

    /// A field of a row, with its label in it while it is empty.
    pub fn bare(&self, name: &str, label: String, class: &'static str, now: String) -> AnyView {
        let (id, value) = (self.id(name), self.value(name, now));
        let (invalid, described) = self.marks(name);
        let message = self.message(name);
        let name = name.to_owned();
        let field = view! {
            <input class=class id=id name=name aria-label=label.clone() placeholder=label value=value
                aria-invalid=invalid aria-describedby=described/>
        };
        with_error(field.into_any(), message)
    }

    /// A price in a row. Several stand beside each other, so that what each is for stands above it.
    pub fn price(&self, name: &str, label: String, now: String) -> AnyView {
        let (id, value) = (self.id(name), self.value(name, now));
        let (invalid, described) = self.marks(name);
        let message = self.message(name);
        let name = name.to_owned();
        let field = view! {
            <label class="of-price"><bdi>{label}</bdi>
                <input class="input price" id=id name=name inputmode="decimal" value=value
                    aria-invalid=invalid aria-describedby=described/></label>
        };
        with_error(field.into_any(), message)
    }

    pub fn lines(
        &self,
        name: &'static str,
        label: Text,
        hint: Option<Text>,
        now: String,
    ) -> AnyView {
        let id = self.id(name);
        let value = textarea_text(&self.value(name, now));
        let (invalid, described) = self.marks(name);
        let message = self.message(name);
        let hint = hint.map(|hint| view! { <p class="hint">{t(hint)}</p> }.into_any());
        view! {
            <div class="field"><label for=id.clone()>{t(label)}</label>
                <textarea class="input" id=id.clone() name=name rows="4" aria-invalid=invalid aria-describedby=described>{value}</textarea>
                {hint} {message}</div>
        }
        .into_any()
    }

    pub fn check(&self, name: &str, word: Text, now: bool) -> AnyView {
        let checked = self.sent.map_or(now, |sent| sent.has(name));
        let name = name.to_owned();
        view! { <label class="check"><input type="checkbox" name=name value="true" checked=checked/> <span>{t(word)}</span></label> }
            .into_any()
    }

    pub fn choice(
        &self,
        name: &'static str,
        label: Text,
        now: String,
        all: &[(&str, Text)],
    ) -> AnyView {
        let id = self.id(name);
        let chosen = self.value(name, now);
        let options: Vec<_> = all
            .iter()
            .map(|(value, word)| {
                let (value, selected) = ((*value).to_owned(), *value == chosen);
                view! { <option value=value selected=selected>{t(*word)}</option> }.into_any()
            })
            .collect();
        let message = self.message(name);
        view! {
            <div class="field"><label for=id.clone()>{t(label)}</label>
                <select class="input" id=id.clone() name=name>{options}</select> {message}</div>
        }
        .into_any()
    }

    /// Boxes to tick, each with its value, its word, and whether it is ticked now.
    pub fn boxes(
        &self,
        name: &str,
        legend: Text,
        all: impl Iterator<Item = (String, String, bool)>,
    ) -> Option<AnyView> {
        let ticked = self.sent.map(|sent| all_of(sent, name));
        let one = |(value, word, now): (String, String, bool)| {
            let is_ticked = |ticked: &Vec<&str>| ticked.contains(&&*value);
            let checked = ticked.as_ref().map_or(now, is_ticked);
            let name = name.to_owned();
            view! { <label class="check"><input type="checkbox" name=name value=value checked=checked/> <span><bdi>{word}</bdi></span></label> }
                .into_any()
        };
        let boxes: Vec<_> = all.map(one).collect();
        let (_, described) = self.marks(name);
        let message = self.message(name);
        (!boxes.is_empty()).then(|| {
            view! { <fieldset class="row" aria-describedby=described><legend>{t(legend)}</legend> {message} {boxes}</fieldset> }
                .into_any()
        })
    }
}

fn with_error(field: AnyView, message: Option<AnyView>) -> AnyView {
    match message {
        None => field,
        Some(message) => view! { <span class="with-error">{field} {message}</span> }.into_any(),
    }
}
