//! How many more orders there are than a list holds, and the way to them: it is read on as one scrolls, or with a press.

use super::basics::{Icon, changing, icon, text};
use crate::{
    domain::Status,
    ui::{
        i18n::locale::say,
        live::{reactive::memo, store::LiveStore},
        route::{OrdersQuery, Route},
    },
};
use leptos::{ev, prelude::*, web_sys};

/// A list is read on when its view is nearer to its end than this, in pixels.
const NEAR: i32 = 600;

/// How many orders there are of some statuses, and not on the board.
pub fn beyond(of: &'static [Status]) -> Memo<usize> {
    LiveStore::from_context().view(move |board| {
        let beyond = of.iter().map(|status| board.beyond(*status));
        beyond.sum::<u64>() as usize
    })
}

/// How many orders there are of some statuses: those on the board, while it holds all of them.
pub fn total(
    of: &'static [Status],
    listed: impl Fn() -> usize + Send + Sync + 'static,
) -> Memo<usize> {
    let beyond = beyond(of);
    memo(move |_| listed() + beyond.get())
}

/// `12 more`: reads them. On a page that is not hydrated, it leads to the list of all orders like these.
pub fn more(beyond: Memo<usize>, status: Status, kitchen: Option<String>) -> AnyView {
    let store = LiveStore::from_context();
    let (any, number) = (
        memo(move |_| beyond.get() > 0),
        text(move || {
            let n = beyond.get();
            say!("{n} more", "{n} weitere")
        }),
    );
    let query = OrdersQuery {
        status: Some(status),
        supplier: kitchen,
        ..OrdersQuery::default()
    };
    let (open, at) = (None, None);
    let to = Route::Orders { query, open, at }.address();
    let read_on = move |event: ev::MouseEvent| {
        if store.is_live_untracked() {
            event.prevent_default();
            event.stop_propagation();
            store.read_on();
        }
    };
    changing(move || {
        let to = to.clone();
        any.get().then(|| {
            view! { <p class="more"><a class="button" href=to on:click=read_on>{icon(Icon::Down)} {number}</a></p> }
                .into_any()
        })
    })
}

/// Handles the scrolling of a list: near its end, the page reads on.
pub fn read_on_near_end(event: &web_sys::Event, beyond: Memo<usize>) {
    let list: web_sys::Element = event_target(event);
    let left = list.scroll_height() - list.scroll_top() - list.client_height();
    if left < NEAR && beyond.get_untracked() > 0 {
        LiveStore::from_context().read_on();
    }
}
