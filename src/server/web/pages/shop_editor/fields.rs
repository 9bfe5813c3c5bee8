//! Fields that forms of these pages have in common.

use super::shop::KEY;
use leptos::prelude::*;
use uuid::Uuid;

/// The field that makes a form act once.
pub fn key() -> AnyView {
    hidden(KEY, Uuid::now_v7().to_string())
}

pub fn hidden(name: &'static str, value: String) -> AnyView {
    view! { <input type="hidden" name=name value=value/> }.into_any()
}
