//! The state of one form, and what shows it: its button, and the refusal of the form as a whole.

use super::page_forms::Forms;
use crate::{
    domain::{Error, OrderId},
    ui::{
        browser::{dom::focus_soon, http},
        components::basics::{Icon, changing, icon, mark, refusal},
        i18n::domain_texts,
    },
};
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct Form {
    id: StoredValue<String>,
    /// The idempotency key: a form that is sent again after a lost answer acts once.
    key: RwSignal<String>,
    pub(super) error: RwSignal<Option<Error>>,
    pub(super) busy: RwSignal<bool>,
    pub(super) forms: Forms,
}

impl Form {
    /// Of a form with this id: about one order, or about none.
    pub(super) fn new(id: String, order: Option<OrderId>) -> Form {
        let forms = Forms::from_context();
        Form {
            key: RwSignal::new(http::fresh_key()),
            error: RwSignal::new(forms.error_of(&id, order)),
            busy: RwSignal::new(false),
            id: StoredValue::new(id),
            forms,
        }
    }

    pub fn id(self) -> String {
        self.id.get_value()
    }

    pub(super) fn key(self) -> String {
        self.key.get()
    }

    /// What is sent next is another command.
    pub(super) fn renew_key(self) {
        // The form may be gone.
        let _ = self.key.try_set(http::fresh_key());
    }

    pub(super) fn is_busy_untracked(self) -> bool {
        self.busy.get_untracked()
    }

    /// The form has been sent.
    pub(super) fn start(self) {
        self.busy.set(true);
        self.error.set(None);
    }

    pub(super) fn show_retry(self) {
        // The form may be gone.
        let _ = self.error.try_set(Some(Error::NoAnswer));
    }

    /// The form has been answered. It may be gone with its ticket.
    pub(super) fn finish(self, error: Option<Error>) {
        let _ = self.busy.try_set(false);
        self.renew_key();
        let is_refused = error.is_some();
        let _ = self.error.try_set(error);
        if is_refused {
            focus_soon("[aria-invalid=true]");
        }
    }

    /// A button that sends the form.
    pub fn submit_button(
        self,
        class: &'static str,
        symbol: Option<Icon>,
        word: AnyView,
    ) -> AnyView {
        let busy = mark(move || self.busy.get().then_some("true"));
        let symbol = changing(move || {
            let busy = self.busy.get().then_some(Icon::Reconnecting);
            busy.or(symbol).map(icon)
        });
        view! { <button class=class aria-busy=busy>{symbol} {word}</button> }.into_any()
    }

    /// The refusal of a form that is about no order. Invalid fields show their errors themselves.
    pub(super) fn error_message(self) -> AnyView {
        changing(move || {
            let error = self.error.get();
            let error = error.filter(|error| !matches!(error, Error::Invalid(_)))?;
            Some(refusal(domain_texts::refusal(&error)))
        })
    }
}
