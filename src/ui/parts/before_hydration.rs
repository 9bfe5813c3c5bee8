//! What a page does differently until its program has hydrated it: it shows the buttons that plain forms need, hides
//! those that would do nothing, and keeps what was typed in the meantime.

use super::{
    form::typed_early,
    small::{changing, mark},
};
use crate::ui::{locale::t, market::Market, place::when_awake};
use leptos::prelude::*;

/// The button that sends a form which the program, once it runs, applies as one types.
pub fn show_button() -> AnyView {
    let market = Market::here();
    changing(move || {
        let word = t(["Show", "Zeigen"]);
        market
            .is_asleep()
            .then(|| view! { <button class="button">{word}</button> }.into_any())
    })
}

/// For `data-asleep`: what it marks does nothing yet, and is hidden in its place.
pub fn asleep() -> Signal<Option<&'static str>> {
    let market = Market::here();
    mark(move || market.is_asleep().then_some(""))
}

/// Applies what was typed in a field before the program ran, where that differs from what the page has.
pub fn take_typed(id: &str, current: String, apply: Box<dyn Fn(String) + Send + Sync>) {
    if let Some(typed) = typed_early(id).filter(|typed| *typed != current) {
        when_awake(move || apply(typed.clone()));
    }
}
