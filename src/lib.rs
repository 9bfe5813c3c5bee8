//! Pizza Market: the browser's program, and the map of the crate.
//!
//! One crate makes two programs. This library is the browser's (WebAssembly, feature `hydrate`); `main.rs` declares
//! the same modules, and `server` beside them, for the server's (feature `ssr`).
//!
//! ```text
//!  forms, panels ─► api ─┐                                  ┌─► pages, REST lists
//!                        ├─► server::desk ─► store ─► feed ┤
//!  integrators ─► rest ──┘      rules from domain           └─► sockets ─► ui::live ─► ui::market ─► panels
//! ```
//!
//! - [`domain`]: the rules. Pure: no clock, no I/O, no framework. Its `MOVES` is the lifecycle, its `Board` the fold
//!   of events that every screen shows.
//! - [`api`]: the server functions; they name what a form brings and hold no rule.
//! - [`ui`]: what people see, on the server and awake in the browser.
//! - `server`: `desk` has everything that can be done to the market; `store` stores it (embedded or Redis); `feed`
//!   reads the log once per instance, for all pages and sockets; `rest`, `socket` and `pages` are the ways in and out.
//!
//! What always holds:
//!
//! 1. A change is one atomic step of the store: compare, store, index, append to the log, publish. It is
//!    acknowledged after it is stored, and either all of it happened or nothing.
//! 2. The log is dense: every event has the number after the one before, within an epoch that names one history of
//!    one store. Whoever sees a hole, or another epoch, reads again; nobody guesses.
//! 3. A board is the fold of all events up to its cursor, wherever it is: in an instance, in a page, in a browser.
//! 4. Whoever shows data knows how old it may be, and says so when that is more than a moment.
//! 5. Text, numbers and ids enter through the domain's one parser each, and never become HTML.
//! 6. An error is one `domain::Error` from the rule to the screen. Causes that only operators may see stay in the log.
#![recursion_limit = "256"]
// What only the server asks of these modules is idle here; the server's build knows what is dead.
#![allow(dead_code, unused_imports)]

mod api;
mod domain;
mod ui;

/// Wakes up the page that the server has rendered.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| leptos::logging::error!("{panic}")));
    wasm_bindgen_futures::spawn_local(async {
        // Without it the page stays as it was rendered: plain links and forms.
        if ui::fetch_panel_of_page().await {
            leptos::mount::hydrate_body(ui::App);
        }
    });
}
