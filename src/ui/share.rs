//! Sharing the address of a page: with the device's share sheet, else by copying it to the clipboard.

use super::{
    components::basics::{Icon, icon, mark, text},
    i18n::locale::t,
    live::store::LiveStore,
};
use js_sys::{Array, Function, Object, Promise, Reflect, futures::JsFuture};
use leptos::{
    prelude::*,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
};

/// The button and the result of pressing it, for an address that is complete. It is marked until the page is hydrated: it
/// needs the program.
pub fn share(title: &str, address: impl Fn() -> String + 'static) -> AnyView {
    let store = LiveStore::from_context();
    let not_hydrated = mark(move || (!store.is_hydrated()).then_some(""));
    let done = RwSignal::new(None);
    let title = title.to_owned();
    let press = move |_| {
        // The share sheet shows its own result.
        let address = address();
        let shared = open_share_sheet(&title, &address);
        let copies = shared.is_none();
        let promise = shared.or_else(|| copy(&address));
        spawn_local(async move {
            let succeeded = match promise {
                Some(promise) => JsFuture::from(promise).await.is_ok(),
                None => false,
            };
            if copies {
                let _ = done.try_set(Some(succeeded));
            }
        });
    };
    let result = text(move || {
        t(match done.get() {
            None => ["", ""],
            Some(true) => ["The address is copied.", "Die Adresse ist kopiert."],
            Some(false) => [
                "Copy it from the address bar.",
                "Kopiere sie aus der Adresszeile.",
            ],
        })
        .to_owned()
    });
    view! {
        <p class="row">
            <button class="button" type="button" data-not-hydrated=not_hydrated on:click=press>
                {icon(Icon::Share)} {t(["Share this page", "Seite teilen"])}
            </button>
            <span class="small" role="status">{result}</span>
        </p>
    }
    .into_any()
}

/// Opens the share sheet, if the device has one.
fn open_share_sheet(title: &str, address: &str) -> Option<Promise> {
    let data = Object::new();
    let set = |name: &str, value: &str| Reflect::set(&data, &name.into(), &value.into()).ok();
    set("title", title)?;
    set("url", address)?;
    call(&navigator()?, "share", &data)
}

fn copy(address: &str) -> Option<Promise> {
    let clipboard = get(&navigator()?, "clipboard")?;
    call(&clipboard, "writeText", &address.into())
}

fn navigator() -> Option<JsValue> {
    get(&window(), "navigator")
}

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok()
}

/// Calls a method, if the object has it.
fn call(of: &JsValue, name: &str, with: &JsValue) -> Option<Promise> {
    let method: Function = get(of, name)?.dyn_into().ok()?;
    let answer = method.apply(of, &Array::of1(with)).ok()?;
    answer.dyn_into().ok()
}
