//! What this device keeps for its user: only here, never sent. Where a browser keeps nothing, nothing is kept.

use leptos::{prelude::window, web_sys::Storage};

fn storage() -> Option<Storage> {
    if !cfg!(target_arch = "wasm32") {
        return None;
    }
    window().local_storage().ok()?
}

pub fn kept(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// An empty value is forgotten.
pub fn keep(name: &str, value: &str) {
    let Some(storage) = storage() else { return };
    // A full or forbidden storage keeps nothing.
    let _ = if value.is_empty() {
        storage.remove_item(name)
    } else {
        storage.set_item(name, value)
    };
}
