//! A field of a form: what connects its control with its label, its hint and its error.

use super::state::Form;
use crate::{
    api::form::field_id,
    domain::{Error, FieldError, InvalidField},
    ui::{
        components::basics::{Icon, changing, following, icon, mark},
        i18n::domain_texts,
        live::store::LiveStore,
    },
};
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct FieldState {
    name: &'static str,
    form: Form,
}

impl Form {
    pub fn field(self, name: &'static str) -> FieldState {
        FieldState { name, form: self }
    }
}

impl FieldState {
    pub fn id(self) -> String {
        field_id(&self.form.id(), self.name)
    }

    pub fn hint_id(self) -> String {
        format!("{}-hint", self.id())
    }

    fn error(self) -> Option<String> {
        let error = self.form.error.get()?;
        error
            .field_error(self.name)
            .map(|error| domain_texts::field_error(self.name, error))
    }

    /// Shows what is wrong with the field before the form is sent. An empty field is not wrong yet.
    pub fn check(self, wrong: Option<FieldError>) {
        let wrong = wrong.filter(|error| *error != FieldError::Empty);
        // A browser may report a change of a field that is gone with its form.
        let Some(error) = self.form.error.try_get_untracked() else {
            return;
        };
        let mut invalid = match error {
            Some(Error::Invalid(invalid)) => invalid,
            _ => Vec::new(),
        };
        invalid.retain(|invalid| invalid.field != self.name);
        invalid.extend(wrong.map(|error| InvalidField {
            field: self.name.to_owned(),
            error,
        }));
        let error = (!invalid.is_empty()).then_some(Error::Invalid(invalid));
        self.form.error.set(error);
    }

    /// Removes an error that is shown, as soon as the field is valid.
    pub fn recheck(self, wrong: impl FnOnce() -> Option<FieldError>) {
        if untrack(|| self.error()).is_some() {
            self.check(wrong());
        }
    }

    /// What was typed and not sent, or what the form came back with, or else `first`.
    pub fn value(self, first: &str) -> String {
        let typed = self.form.forms.typed(&self.id());
        typed.unwrap_or_else(|| first.to_owned())
    }

    /// The value that the server has rendered, until the page is hydrated; then as [`FieldState::value`]. For a text that
    /// other parts of the page follow: these are as the server has rendered them, too.
    pub fn rendered_value(self, first: &str) -> String {
        if !cfg!(target_arch = "wasm32") || LiveStore::from_context().is_hydrated_untracked() {
            return self.value(first);
        }
        let returned = self.form.forms.returned(&self.id());
        returned.unwrap_or_else(|| first.to_owned())
    }

    /// Keeps a value that the user has entered without typing it.
    pub fn keep(self, value: &str) {
        self.form.forms.keep(&self.id(), value);
    }

    /// Whether the field has such a value or an error, so that it must not stay folded.
    pub fn needs_attention(self) -> Signal<bool> {
        let is_filled = !self.value("").is_empty();
        following(move || is_filled || self.error().is_some())
    }

    /// The attributes of the control itself.
    pub fn attributes(self) -> impl leptos::attr::Attribute {
        let described = format!("{0}-error {0}-hint", self.id());
        let invalid = mark(move || self.error().map(|_| "true"));
        view! { <{..} id=self.id() name=self.name aria-describedby=described aria-invalid=invalid/> }
    }

    pub fn error_message(self) -> AnyView {
        let id = format!("{}-error", self.id());
        changing(move || {
            let error = self.error()?;
            Some(view! { <p class="error" role="alert" id=id.clone()>{icon(Icon::Alert)} {error}</p> }.into_any())
        })
    }

    /// The control with its label above, and its error and its hint below.
    pub fn labelled(
        self,
        label: &'static str,
        hint: Option<&'static str>,
        control: AnyView,
    ) -> AnyView {
        let hint =
            hint.map(|hint| view! { <p class="hint" id=self.hint_id()>{hint}</p> }.into_any());
        view! { <div class="field"><label for=self.id()>{label}</label> {control} {self.error_message()} {hint}</div> }.into_any()
    }
}
