//! Asking the server from a live page: the server functions' addresses, with one way to call them all.

use crate::domain::Error;
use crate::ui::live::connection::sleep;
use futures::{FutureExt, select_biased};
use js_sys::futures::JsFuture;
use leptos::{
    prelude::window,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{RequestInit, Response, UrlSearchParams},
};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The server answers within 5 s. Whoever does not, is not there.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A name for a form that is sent. (It needs to be new, not secret.)
pub fn fresh_key() -> String {
    #[cfg(not(target_arch = "wasm32"))]
    return uuid::Uuid::now_v7().to_string();
    #[cfg(target_arch = "wasm32")]
    format!(
        "{:x}-{:x}",
        js_sys::Date::now() as u64,
        (js_sys::Math::random() * 1e15) as u64
    )
}

/// Reads something.
pub async fn get<T: DeserializeOwned>(path: &str, query: &str) -> Result<T, Error> {
    read(ask(format!("{path}?{query}"), RequestInit::new()).await?)
}

/// Sends a form, as a browser itself would.
pub async fn post<T: DeserializeOwned>(path: &str, form: &str) -> Result<T, Error> {
    let request = RequestInit::new();
    request.set_method("POST");
    let body = UrlSearchParams::new_with_str(form).map_err(|_| Error::Internal)?;
    request.set_body(&body);
    read(ask(path.to_owned(), request).await?)
}

fn read<T: DeserializeOwned>(text: String) -> Result<T, Error> {
    serde_json::from_str(&text).map_err(|_| Error::NoAnswer)
}

async fn ask(address: String, request: RequestInit) -> Result<String, Error> {
    let work = async {
        let answer = JsFuture::from(window().fetch_with_str_and_init(&address, &request)).await?;
        let answer: Response = answer.dyn_into()?;
        let text = JsFuture::from(answer.text()?).await?;
        Ok::<_, JsValue>((answer.status(), text.as_string().unwrap_or_default()))
    };
    let answer = select_biased! {
        answer = work.boxed_local().fuse() => answer.map_err(|_| Error::NoAnswer)?,
        () = sleep(REQUEST_TIMEOUT).boxed_local().fuse() => return Err(Error::NoAnswer),
    };
    match answer {
        (200..=299, text) => Ok(text),
        // The layers in front refuse everybody in the integrators' way.
        (429, _) => Err(Error::TooMany(1)),
        (_, text) => Err(serde_json::from_str(&text).unwrap_or(Error::Internal)),
    }
}
