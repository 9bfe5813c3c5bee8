//! Pizza Market, the browser's program.
#![recursion_limit = "256"]

#[allow(dead_code, unused_imports)]
mod api;
// What only the server asks of the rules, or of the pages, is idle here; the server's build knows what is dead.
#[allow(dead_code, unused_imports)]
mod domain;
#[allow(dead_code, unused_imports)]
mod ui;

/// Wakes up the page that the server has rendered.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(ui::App);
}
