//! Short messages about orders that are not in view, with a link. They disappear by themselves, and screen readers
//! announce them without taking the focus.

use super::{
    basics::{Icon, icon, name},
    list,
};
use crate::{
    domain::OrderId,
    ui::{i18n::locale::t, live::reactive::memo},
};
use leptos::prelude::*;
use std::time::Duration;

/// Long enough to read a message twice.
const SHOWN_FOR: Duration = Duration::from_secs(8);
/// At most this many at once: more would cover the page.
const LIMIT: usize = 2;

#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<Vec<Toast>>);

#[derive(Clone, PartialEq)]
struct Toast {
    about: OrderId,
    text: String,
    /// Where the order can be seen.
    address: String,
}

impl Toasts {
    pub fn new() -> Toasts {
        Toasts(RwSignal::default())
    }

    pub fn from_context() -> Toasts {
        expect_context()
    }

    /// Shows a message about an order in place of the order's last one.
    pub fn show(self, about: OrderId, text: String, address: String) {
        let toast = Toast {
            about,
            text,
            address,
        };
        let gone = toast.clone();
        self.0.update(|toasts| {
            toasts.retain(|toast| toast.about != about);
            toasts.push(toast);
            let over = toasts.len().saturating_sub(LIMIT);
            toasts.drain(..over);
        });
        set_timeout(
            move || {
                self.0
                    .update(|toasts| toasts.retain(|toast| *toast != gone))
            },
            SHOWN_FOR,
        );
    }

    /// Removes the message about an order.
    pub fn remove(self, about: OrderId) {
        let is_about = |toast: &Toast| toast.about == about;
        if self.0.with_untracked(|toasts| toasts.iter().any(is_about)) {
            self.0
                .update(|toasts| toasts.retain(|toast| !is_about(toast)));
        }
    }
}

impl Toast {
    fn key(&self) -> String {
        format!("{}\n{}", self.address, self.text)
    }
}

/// The place of the messages.
pub fn toasts() -> AnyView {
    let toasts = Toasts::from_context();
    let keys = memo(move |_| {
        toasts
            .0
            .with(|toasts| toasts.iter().map(Toast::key).collect())
    });
    let toast = move |key: String| {
        let (address, text) = key.split_once('\n').unwrap_or_default();
        let close = {
            let key = key.clone();
            move |_| {
                toasts
                    .0
                    .update(|toasts| toasts.retain(|toast| toast.key() != key))
            }
        };
        view! {
            <div class="toast">
                {icon(Icon::Info)} <p>{name(text)}</p>
                <a class="button" href=address.to_owned()>{t(["Show it", "Zeigen"])}</a>
                <button class="button square" type="button" aria-label=t(["Close", "Schließen"]) on:click=close>{icon(Icon::Close)}</button>
            </div>
        }
        .into_any()
    };
    view! { <div class="toasts" role="status" aria-label=t(["News", "Neues"])>{list::names(keys, toast)}</div> }.into_any()
}
