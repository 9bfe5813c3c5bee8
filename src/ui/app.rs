//! The page around the panels: its head, its routes, and what all panels share.

use super::{
    live,
    market::Market,
    panels::{Customer, Dispatch, Home, NotFound, OneOrder, Orders, Supplier, Track},
    parts::{
        bar::Bar,
        form::{Flash, Forms},
        outage::Outage,
    },
};
use crate::domain::{Error, Snapshot};
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Outlet, ParentRoute, Route, Router, Routes},
    path,
};
use serde::{Deserialize, Serialize};

/// What a page is rendered from. It travels with the page, so that the browser begins where the server ended.
#[derive(Clone, Serialize, Deserialize)]
pub struct Opening {
    pub snapshot: Result<Snapshot, Error>,
    /// The refusal that a plain form was sent back with.
    pub flash: Option<Flash>,
    /// Minutes east of UTC where the reader is, if the browser has said so before.
    pub zone: Option<i32>,
}

impl Opening {
    /// As the server provides it for this request. There is none while routes are being listed.
    fn of_request() -> Opening {
        use_context().unwrap_or(Opening {
            snapshot: Err(Error::Away),
            flash: None,
            zone: None,
        })
    }
}

pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="description" content="A real-time market for pizza: kitchens, customers and drivers on one live board."/>
                <meta name="theme-color" content="#fdfbf6" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#2a211c" media="(prefers-color-scheme: dark)"/>
                <link rel="icon" type="image/svg+xml" href="/brand.svg"/>
                <AutoReload options=options.clone()/>
                <HashedStylesheet options=options.clone() id="leptos"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let opening = SharedValue::new(Opening::of_request).into_inner();
    let market = Market::new(opening.snapshot, opening.zone);
    provide_context(market);
    provide_context(Forms::new(opening.flash, market.now_untracked()));
    live::keep(market);

    view! {
        <Router>
            <a class="unseen" href="#main">"Skip to content"</a>
            <Bar/>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Home ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=Floor>
                    <Route path=path!("/supplier") view=Supplier ssr=SsrMode::Async/>
                    <Route path=path!("/customer") view=Customer ssr=SsrMode::Async/>
                    <Route path=path!("/customer/:id") view=Track ssr=SsrMode::Async/>
                    <Route path=path!("/dispatch") view=Dispatch ssr=SsrMode::Async/>
                    <ParentRoute path=path!("/orders") view=Orders ssr=SsrMode::Async>
                        <Route path=path!("") view=|| () ssr=SsrMode::Async/>
                        <Route path=path!("/:id") view=OneOrder ssr=SsrMode::Async/>
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Where the panels stand: they need a board, and there is none while the store has never answered.
#[component]
fn Floor() -> impl IntoView {
    let market = Market::here();
    view! {
        <Show when=move || market.is_loaded() fallback=Outage>
            <Outlet/>
        </Show>
    }
}
