//! What differs until a page is hydrated: it shows the buttons that plain forms need, hides those that have no effect
//! yet, and keeps what is typed in the meantime.

use super::basics::{changing, mark};
use crate::ui::{
    browser::control,
    i18n::locale::t,
    live::{reactive::when_hydrated, store::LiveStore},
};
use leptos::prelude::*;

/// The button of a form that a hydrated page applies as the user types.
pub fn show_button() -> AnyView {
    let store = LiveStore::from_context();
    changing(move || {
        let word = t(["Show", "Zeigen"]);
        (!store.is_hydrated()).then(|| view! { <button class="button">{word}</button> }.into_any())
    })
}

/// For `data-not-hydrated`: the marked element has no effect yet. It is hidden, and keeps its space.
pub fn not_hydrated() -> Signal<Option<&'static str>> {
    let store = LiveStore::from_context();
    mark(move || (!store.is_hydrated()).then_some(""))
}

/// The value of a field that the user may have changed before the page is hydrated.
pub fn typed_early(id: &str) -> Option<String> {
    if !cfg!(target_arch = "wasm32") || LiveStore::from_context().is_hydrated_untracked() {
        return None;
    }
    control::value(&document().get_element_by_id(id)?)
}

/// Applies what was typed in a field before the page was hydrated, where it differs from the page's value.
pub fn take_typed(id: &str, current: String, apply: Box<dyn Fn(String) + Send + Sync>) {
    if let Some(typed) = typed_early(id).filter(|typed| *typed != current) {
        when_hydrated(move || apply(typed.clone()));
    }
}
