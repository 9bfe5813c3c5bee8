//! Asking the server from a live page: the server functions' addresses, with one way to call them all.

use super::live::sleep;
use crate::domain::Error;
use futures::{FutureExt, select_biased};
use gloo_net::http::{Request, RequestBuilder};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The server answers within 5 s. Whoever does not, is not there.
const PATIENCE: Duration = Duration::from_secs(10);

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
    let address = if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    };
    read(ask(Request::get(&address), None).await?)
}

/// Sends a form, as a browser itself would encode it.
pub async fn post<T: DeserializeOwned>(path: &str, form: String) -> Result<T, Error> {
    let request = Request::post(path).header("Content-Type", "application/x-www-form-urlencoded");
    read(ask(request, Some(form)).await?)
}

fn read<T: DeserializeOwned>(text: String) -> Result<T, Error> {
    serde_json::from_str(&text).map_err(|_| Error::NoAnswer)
}

async fn ask(request: RequestBuilder, body: Option<String>) -> Result<String, Error> {
    let work = async {
        let request = request.header("Accept", "application/json");
        let request = match body {
            Some(body) => request.body(body),
            None => request.build(),
        };
        let answer = request
            .map_err(|_| Error::Internal)?
            .send()
            .await
            .map_err(|_| Error::NoAnswer)?;
        let text = answer.text().await.map_err(|_| Error::NoAnswer)?;
        match (answer.ok(), answer.status()) {
            (true, _) => Ok(text),
            // The layers in front refuse everybody in the integrators' way.
            (false, 429) => Err(Error::TooMany(1)),
            (false, _) => Err(serde_json::from_str(&text).unwrap_or(Error::Internal)),
        }
    };
    select_biased! {
        answer = work.boxed_local().fuse() => answer,
        () = sleep(PATIENCE).boxed_local().fuse() => Err(Error::NoAnswer),
    }
}
