//! The browser's local storage: values stay on the device and are never sent. Some browsers are set to store nothing.

use leptos::{prelude::window, web_sys::Storage};

/// The orders that were taken on this device.
pub const ORDERS: &str = "orders";

fn storage() -> Option<Storage> {
    if !cfg!(target_arch = "wasm32") {
        return None;
    }
    window().local_storage().ok()?
}

pub fn kept(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// An empty value removes the entry.
pub fn keep(name: &str, value: &str) {
    let Some(storage) = storage() else { return };
    // A full or forbidden storage stores nothing.
    let _ = if value.is_empty() {
        storage.remove_item(name)
    } else {
        storage.set_item(name, value)
    };
}
