//! The document around a page: its head, and what wakes it up.

use crate::ui::{App, Opening, Place, title};
use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::HashedStylesheet;

/// Needs the page's `Place` and `Opening` as context.
pub fn document(options: LeptosOptions) -> impl IntoView {
    let board = use_context::<Opening>().and_then(|opening| opening.snapshot);
    let title = title(
        &use_context().unwrap_or(Place::Nowhere),
        board.as_ref().map(|snapshot| &snapshot.board),
    );
    // As text: a view would mark where it begins and ends.
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="description" content="A real-time market for pizza: kitchens, customers and drivers on one live board."/>
                <meta name="theme-color" content="#fdfbf6" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#2a211c" media="(prefers-color-scheme: dark)"/>
                <title inner_html=title></title>
                <link rel="icon" type="image/svg+xml" href="/brand.svg"/>
                <HashedStylesheet options=options.clone() id="leptos"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
