//! A word about something that is not to be seen where one is, and the way to it. It goes by itself, and is read
//! out without taking the focus.

use super::{
    basics::{Icon, icon, name},
    list,
};
use crate::{domain::OrderId, ui::i18n::locale::t};
use leptos::prelude::*;
use std::time::Duration;

/// Long enough to read it twice.
const SHOWN: Duration = Duration::from_secs(8);
/// So many at once: more would cover what one works with.
const MOST: usize = 2;

#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<Vec<Toast>>);

#[derive(Clone, PartialEq)]
struct Toast {
    about: OrderId,
    says: String,
    /// Where it can be seen.
    address: String,
}

impl Toasts {
    pub fn new() -> Toasts {
        Toasts(RwSignal::default())
    }

    pub fn here() -> Toasts {
        expect_context()
    }

    /// Shows a word about an order, instead of what was said of it before.
    pub fn show(self, about: OrderId, says: String, address: String) {
        let toast = Toast {
            about,
            says,
            address,
        };
        let gone = toast.clone();
        self.0.update(|toasts| {
            toasts.retain(|toast| toast.about != about);
            toasts.push(toast);
            let over = toasts.len().saturating_sub(MOST);
            toasts.drain(..over);
        });
        set_timeout(
            move || {
                self.0
                    .update(|toasts| toasts.retain(|toast| *toast != gone))
            },
            SHOWN,
        );
    }

    /// What was said about an order is not so any more.
    pub fn forget(self, about: OrderId) {
        let said = |toast: &Toast| toast.about == about;
        if self.0.with_untracked(|toasts| toasts.iter().any(said)) {
            self.0.update(|toasts| toasts.retain(|toast| !said(toast)));
        }
    }
}

impl Toast {
    fn key(&self) -> String {
        format!("{}\n{}", self.address, self.says)
    }
}

/// Where they show up.
pub fn toasts() -> AnyView {
    let toasts = Toasts::here();
    let keys = Memo::new(move |_| {
        toasts
            .0
            .with(|toasts| toasts.iter().map(Toast::key).collect())
    });
    let toast = move |key: String| {
        let (address, says) = key.split_once('\n').unwrap_or_default();
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
                {icon(Icon::Info)} <p>{name(says)}</p>
                <a class="button" href=address.to_owned()>{t(["Show it", "Zeigen"])}</a>
                <button class="button square" type="button" aria-label=t(["Close", "Schließen"]) on:click=close>{icon(Icon::Close)}</button>
            </div>
        }
        .into_any()
    };
    view! { <div class="toasts" role="status" aria-label=t(["News", "Neues"])>{list::names(keys, toast)}</div> }.into_any()
}
