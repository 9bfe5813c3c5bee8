//! Pizza Market: the browser's program, and the map of the crate.
//!
//! One crate makes two programs. This library is the browser's (WebAssembly, feature `hydrate`); `main.rs` declares
//! the same modules, and `server` beside them, for the server's (feature `ssr`).
//!
//! ```text
//!  panels ──────► api ──► pages::forms ─┐
//!                                       ├─► services::orders ─► store ─► live_feed ─┬─► pages, REST lists
//!  integrators ─► rest ─────────────────┘    rules: domain                          └─► websocket ─► ui::live ─► panels
//! ```
//!
//! - [`domain`]: the rules, without clock, I/O or framework. `TRANSITIONS` is the lifecycle, `Board` the fold of events
//!   that every screen shows.
//! - [`api`]: the server functions. They name the fields of a form and hold no rule.
//! - [`ui`]: the pages, rendered on the server and hydrated in the browser.
//! - `server`: `services` has the use-cases, `store` the two engines, `web` every way in and out.
//!
//! `docs/ARCHITECTURE.md` has the layers, a row for each folder, a change and a read step by step, and the glossary.
#![recursion_limit = "256"]
// Code that only the server calls is unused here; the server's build reports what is dead.
#![allow(dead_code, unused_imports)]

mod api;
mod domain;
mod ui;

/// Hydrates the page that the server has rendered.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| {
        leptos::logging::error!("{panic}");
        ui::stop();
    }));
    wasm_bindgen_futures::spawn_local(ui::start_page());
}

/// What an item of a menu costs as its form is, as JSON, for the script of its page. Empty for what cannot be read.
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn price_item(data: String, form: String, sold_out: String) -> String {
    ui::price_item(data, form, sold_out).await
}
