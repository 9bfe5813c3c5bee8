//! The browser's storage: values stay on the device, or in the window alone, and are never sent. Some browsers are set to
//! store nothing.

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

/// What is kept until the window is closed.
#[cfg(target_arch = "wasm32")]
pub mod window {
    use leptos::{prelude::window, web_sys::Storage};

    fn storage() -> Option<Storage> {
        window().session_storage().ok()?
    }

    pub fn kept(name: &str) -> Option<String> {
        storage()?.get_item(name).ok()?
    }

    pub fn keep(name: &str, value: &str) {
        // A full or forbidden storage stores nothing.
        let _ = storage().map(|storage| storage.set_item(name, value));
    }
}
