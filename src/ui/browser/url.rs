//! The address bar: the address of the page, as text, and its history.

use leptos::{
    prelude::{location, window},
    wasm_bindgen::JsValue,
};

/// The complete address of this page.
pub fn page_address() -> String {
    location().href().unwrap_or_default()
}

/// The address of this site, without a path.
pub fn site_address() -> String {
    location().origin().unwrap_or_default()
}

/// The path and the query string of this page.
pub fn path_and_query() -> (String, String) {
    let location = location();
    (
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default(),
    )
}

/// The address of a WebSocket of this site.
pub fn web_socket(path: &str) -> String {
    let location = location();
    let scheme = if location.protocol().as_deref() == Ok("https:") {
        "wss"
    } else {
        "ws"
    };
    format!("{scheme}://{}{path}", location.host().unwrap_or_default())
}

/// Loads the document again. A browser that cannot load it stays on the page.
pub fn reload() {
    let _ = location().reload();
}

/// Adds an entry to the history, and returns whether that succeeded. The entry that is left keeps how far the page was
/// scrolled down.
pub fn push(address: &str) -> bool {
    let pushed = window().history().and_then(|history| {
        let scrolled = window().scroll_y().unwrap_or_default();
        history.replace_state(&scrolled.into(), "")?;
        history.push_state_with_url(&JsValue::NULL, "", Some(address))
    });
    pushed.is_ok()
}

/// Replaces the current entry of the history, and returns whether that succeeded.
pub fn replace(address: &str) -> bool {
    let replaced = window()
        .history()
        .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(address)));
    replaced.is_ok()
}
