//! The document around a page: its head, and what hydrates it.

use super::account::Beside;
use crate::domain::Snapshot;
use crate::ui::{
    Density, PageData, Route, Settings, Theme, help, root, settings, t, title, wanting,
};
use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::{HashedStylesheet, MetaTags};

/// Needs the page's `Route`, `PageData` and `Settings` as context.
/// `prefix` is what the names of cookies begin with.
pub fn shell(
    options: LeptosOptions,
    prefix: &'static str,
    beside: &Beside,
) -> impl IntoView + use<> {
    let prefix = (!prefix.is_empty()).then_some(prefix);
    let own: Settings = use_context().unwrap_or_default();
    own.locale.set();
    let theme = (own.theme != Theme::System).then(|| own.theme.name());
    let density = (own.density != Density::Auto).then(|| own.density.name());
    let page_data: Option<PageData> = use_context();
    let holds_key = page_data
        .as_ref()
        .is_some_and(|data| data.follow_key.is_some());
    // Under the header's policy browsers hide the origin of the page's own forms, and where they came from.
    let referrer = holds_key.then(|| view! { <meta name="referrer" content="same-origin"/> });
    let board = page_data.and_then(|page_data| page_data.snapshot);
    // Styles leave room for the strip by it.
    let has_staff = beside.has_staff().then_some("");
    let route = use_context().unwrap_or(Route::Nowhere);
    let wanting = |page: &Snapshot| wanting(&route, &page.board, page.now, |_| false);
    let wanting = board.as_ref().and_then(wanting).unwrap_or_default();
    let title = title(&route, board.as_ref().map(|page| &page.board), wanting);
    // As text: a view would mark where it begins and ends.
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    view! {
        <!DOCTYPE html>
        <html lang=own.locale.language.name() data-theme=theme data-density=density data-cookies=prefix>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="description" content=t(["A real-time market for pizza: kitchens, customers and drivers on one live board.", "Ein Markt für Pizza in Echtzeit: Küchen, Kunden und Fahrer an einem lebendigen Brett."])/>
                <meta name="theme-color" content="#fdfbf6" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#2a211c" media="(prefers-color-scheme: dark)"/>
                <title inner_html=title></title>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="icon" type="image/svg+xml" href="/brand.svg"/>
                <HashedStylesheet options=options.clone() id="leptos"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                {referrer}
                <MetaTags/>
            </head>
            <body data-panel=route.panel().name() data-staff=has_staff>
                {beside.above()}
                {root()}
                {settings(own, &beside.viewer)}
                {help()}
                {beside.menu()}
            </body>
        </html>
    }
}
