//! The cookie that carries a refusal back to its form. It holds what was typed, names and addresses among it, so it is
//! sealed: nobody reads it but the instances of this market.

use crate::{
    api::form::Flash,
    server::{
        services::shared_value,
        store::{Store, StoreError},
    },
};
use axum::{
    http::{HeaderMap, HeaderValue, header::SET_COOKIE},
    response::IntoResponse,
};
use axum_extra::extract::cookie::{Cookie, CookieJar, Key, PrivateCookieJar, SameSite};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;
use time::Duration;
use tokio::{sync::OnceCell, time::timeout};

const NAME: &str = "refused";
/// The name of its key among the values that instances share.
const KEY: &str = "flash-key";
/// How long a refusal waits for its page.
const AGE: Duration = Duration::minutes(1);
/// Bytes of the header: browsers drop cookies larger than 4 KiB.
const LARGEST: usize = 3_900;
/// How long a form waits for the key, beyond the time of its own request.
const KEY_TIMEOUT: std::time::Duration = std::time::Duration::from_millis(300);

/// Seals and opens the cookie.
pub struct FlashCookie {
    store: Arc<dyn Store>,
    /// The key of all instances, once the store has given it.
    shared: OnceCell<Key>,
    /// Of this process alone: with it a refusal that the store's own absence caused finds its way back, too.
    own: Key,
}

impl FlashCookie {
    pub fn new(store: Arc<dyn Store>) -> FlashCookie {
        FlashCookie {
            store,
            shared: OnceCell::new(),
            own: Key::generate(),
        }
    }

    /// The header that carries a refusal back. What does not fit is left out: first what was typed, then refusals.
    pub async fn write(&self, flash: &Flash) -> Option<HeaderValue> {
        let mut flash = flash.clone();
        loop {
            if let Some(header) = self.seal(&flash).await {
                return Some(header);
            }
            flash.typed.clear();
            // Only the first refusal is left, and it does not fit either.
            flash.refused.pop()?;
        }
    }

    /// The header that carries something to the next page of the browser, which alone shows it; `None` for what does not
    /// fit.
    pub async fn seal(&self, shown_once: &impl Serialize) -> Option<HeaderValue> {
        let key = self.key_to_seal().await.unwrap_or(&self.own);
        let json = serde_json::to_string(shown_once).ok()?;
        sealed(key, cookie(json, AGE)).filter(|header| header.len() <= LARGEST)
    }

    /// The refusal that a plain form was sent back with.
    pub async fn read(&self, headers: &HeaderMap) -> Option<Flash> {
        self.open(headers).await
    }

    /// Whether a request has something to show once.
    pub fn is_in(headers: &HeaderMap) -> bool {
        CookieJar::from_headers(headers).get(NAME).is_some()
    }

    /// What a request has to show once.
    pub async fn open<T: DeserializeOwned>(&self, headers: &HeaderMap) -> Option<T> {
        CookieJar::from_headers(headers).get(NAME)?;
        let keys = [self.key_to_open().await, Some(&self.own)];
        let mut opened = keys
            .into_iter()
            .flatten()
            .filter_map(|key| PrivateCookieJar::from_headers(headers, key.clone()).get(NAME));
        serde_json::from_str(opened.next()?.value()).ok()
    }

    /// The header that removes the refusal: it is shown once.
    pub fn shown() -> Option<HeaderValue> {
        HeaderValue::from_str(&cookie(String::new(), Duration::ZERO).to_string()).ok()
    }

    /// The key of all instances, made now if there is none; `None` while the store does not answer.
    async fn key_to_seal(&self) -> Option<&Key> {
        let made = self.shared.get_or_try_init(|| async {
            let own = serde_json::to_string(self.own.master())?;
            let agreed = shared_value::agree(&*self.store, KEY, own.into()).await?;
            read_key(&agreed)
        });
        timeout(KEY_TIMEOUT, made).await.ok()?.ok()
    }

    /// The key of all instances, if there is one: what a client sends makes none.
    async fn key_to_open(&self) -> Option<&Key> {
        let found = self.shared.get_or_try_init(|| async {
            let found = shared_value::find(&*self.store, KEY).await?;
            read_key(&found.ok_or(KeyError::Missing)?)
        });
        timeout(KEY_TIMEOUT, found).await.ok()?.ok()
    }
}

#[derive(Debug, thiserror::Error)]
enum KeyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Unreadable(#[from] serde_json::Error),
    #[error("the stored key is too short")]
    TooShort,
    #[error("no key is stored")]
    Missing,
}

fn read_key(text: &str) -> Result<Key, KeyError> {
    let bytes: Vec<u8> = serde_json::from_str(text)?;
    Key::try_from(&*bytes).map_err(|_| KeyError::TooShort)
}

fn cookie(value: String, age: Duration) -> Cookie<'static> {
    let cookie = Cookie::build((NAME, value)).max_age(age).path("/");
    cookie.http_only(true).same_site(SameSite::Lax).build()
}

fn sealed(key: &Key, cookie: Cookie<'static>) -> Option<HeaderValue> {
    let jar = PrivateCookieJar::new(key.clone()).add(cookie);
    jar.into_response().headers_mut().remove(SET_COOKIE)
}
