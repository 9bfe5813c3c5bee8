//! The browser's storage, which is never sent: of the device, and of one tab until it is closed. Some browsers are set
//! to store nothing.

use leptos::{prelude::window, web_sys::Storage};

/// The orders that were taken on this device.
pub const ORDERS: &str = "orders";

fn of_device() -> Option<Storage> {
    if !cfg!(target_arch = "wasm32") {
        return None;
    }
    window().local_storage().ok()?
}

fn of_tab() -> Option<Storage> {
    if !cfg!(target_arch = "wasm32") {
        return None;
    }
    window().session_storage().ok()?
}

pub fn kept(name: &str) -> Option<String> {
    of_device()?.get_item(name).ok()?
}

/// An empty value removes the entry.
pub fn keep(name: &str, value: &str) {
    put(of_device(), name, value);
}

pub fn kept_in_tab(name: &str) -> Option<String> {
    of_tab()?.get_item(name).ok()?
}

/// As [`keep`], until the tab is closed.
pub fn keep_in_tab(name: &str, value: &str) {
    put(of_tab(), name, value);
}

fn put(storage: Option<Storage>, name: &str, value: &str) {
    let Some(storage) = storage else { return };
    // A full or forbidden storage stores nothing.
    let _ = if value.is_empty() {
        storage.remove_item(name)
    } else {
        storage.set_item(name, value)
    };
}
