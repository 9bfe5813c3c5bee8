//! A word about something that is not to be seen where one is, and the way to it. It goes by itself, and is read
//! out without taking the focus.

use super::{
    list,
    small::{Icon, icon, name},
};
use crate::{domain::OrderId, ui::locale::t};
use leptos::prelude::*;
use std::time::Duration;

/// Long enough to read it twice.
const SHOWN: Duration = Duration::from_secs(8);

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
        });
        set_timeout(
            move || {
                self.0
                    .update(|toasts| toasts.retain(|toast| *toast != gone))
            },
            SHOWN,
        );
    }
}

/// Where they show up.
pub fn toasts() -> AnyView {
    let toasts = Toasts::here();
    let keys = Memo::new(move |_| {
        let key = |toast: &Toast| format!("{}\n{}", toast.address, toast.says);
        toasts.0.with(|toasts| toasts.iter().map(key).collect())
    });
    let toast = |key: String| {
        let (address, says) = key.split_once('\n').unwrap_or_default();
        view! {
            <div class="toast">
                {icon(Icon::Info)} <p>{name(says)}</p>
                <a class="button" href=address.to_owned()>{t(["Show it", "Zeigen"])}</a>
            </div>
        }
        .into_any()
    };
    view! { <div class="toasts" role="status" aria-label=t(["News", "Neues"])>{list::names(keys, toast)}</div> }.into_any()
}
