//! The orders panel: every order with its status, the stage times, and one order event by event.

mod detail;
mod filters;
mod listed;
mod pace;
mod query;
mod table;
mod timeline;
mod window;

use crate::ui::{
    components::basics::{Icon, changing, icon, mark, text},
    i18n::locale::{plural, t},
    navigation::Navigator,
};
use leptos::prelude::*;
use listed::{Listed, listed};
use query::query;

pub fn orders() -> AnyView {
    let navigator = Navigator::from_context();
    let listed = listed();
    let open = navigator.memo(|route| route.order_id());
    let is_open = mark(move || open.get().map(|_| ""));
    view! {
        <main id="main" tabindex="-1" data-open=is_open>
            <div class="page-head">
                <h1>{t(["Orders", "Bestellungen"])}</h1>
                {export(listed)}
            </div>
            {filters::filters()}
            {filters::by_status(listed)}
            {pace::pace()}
            <div class="orders-list">
                {table::orders_table(listed)}
                {changing(move || open.get().map(detail::one))}
            </div>
        </main>
    }
    .into_any()
}

/// The link to all matching orders as a file, past ones included.
fn export(listed: Memo<Listed>) -> AnyView {
    let navigator = Navigator::from_context();
    let to = text(move || query(&navigator.get()).export());
    let name = text(move || {
        listed.with(|listed| listed.matching).map_or_else(
            || t(["These orders as CSV", "Diese Bestellungen als CSV"]).to_owned(),
            |all| {
                let (one, many) = (
                    ["order as CSV", "Bestellung als CSV"],
                    ["orders as CSV", "Bestellungen als CSV"],
                );
                plural(all, one, many)
            },
        )
    });
    view! { <a class="button" href=to download="" translate="no">{icon(Icon::Download)} {name}</a> }
        .into_any()
}
