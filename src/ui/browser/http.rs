//! Requests to the server from a hydrated page: one way to call every server function.

use super::timer::sleep;
use crate::{domain::Error, ui::route::percent::encode};
use futures::{FutureExt, select_biased};
use js_sys::{Reflect, futures::JsFuture};
use leptos::{
    prelude::window,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{RequestInit, Response, UrlSearchParams},
};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The server answers within 5 s; after twice that time it is not reachable.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A new idempotency key. It must be unique, not secret.
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

/// Reads with a query string.
pub async fn get<T: DeserializeOwned>(path: &str, query: &str) -> Result<T, Error> {
    read(request(format!("{path}?{query}"), RequestInit::new()).await?)
}

/// Sends an encoded form, as a browser itself would.
pub async fn post<T: DeserializeOwned>(path: &str, form: &str) -> Result<T, Error> {
    let init = RequestInit::new();
    // So that it arrives where the page is left. Setting a member of a new object does not fail.
    let _ = Reflect::set(&init, &"keepalive".into(), &true.into());
    init.set_method("POST");
    let body = UrlSearchParams::new_with_str(form).map_err(|_| Error::Internal)?;
    init.set_body(&body);
    read(request(path.to_owned(), init).await?)
}

fn read<T: DeserializeOwned>(text: String) -> Result<T, Error> {
    serde_json::from_str(&text).map_err(|_| Error::NoAnswer)
}

async fn request(address: String, init: RequestInit) -> Result<String, Error> {
    let work = async {
        let answer = JsFuture::from(window().fetch_with_str_and_init(&address, &init)).await?;
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
        // The rate limit answers with a problem document, as for integrators.
        (429, _) => Err(Error::TooMany(1)),
        (_, text) => Err(serde_json::from_str(&text).unwrap_or(Error::Internal)),
    }
}

/// The query string of the parameters that have a value.
pub fn query<const N: usize>(parameters: [(&str, Option<String>); N]) -> String {
    let pair = |(name, value): (&str, Option<String>)| Some(format!("{name}={}", encode(&value?)));
    let pairs: Vec<_> = parameters.into_iter().filter_map(pair).collect();
    pairs.join("&")
}
