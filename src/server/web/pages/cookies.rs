//! The cookies of the pages: their names and ages, reading and writing them, and the refusal that one carries back to a
//! form.

pub use crate::ui::cookies::{KITCHEN, LANGUAGE, THEME};
use crate::{
    api::form::Flash,
    ui::cookies::{PREFERENCE_AGE, ZONE},
};
use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use time::Duration;

/// Carries a refusal back to its page.
const FLASH: &str = "refused";

/// How long a refusal waits for its page.
const FLASH_AGE: Duration = Duration::minutes(1);
/// Bytes of a refusal, encoded: browsers drop cookies larger than 4 KiB.
const LARGEST_FLASH: usize = 3_800;

/// A cookie's value, decoded.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(name).map(|cookie| cookie.value().to_owned())
}

/// The reader's time zone in minutes east of UTC, from 12 hours behind to 14 ahead, if the browser has sent it.
pub fn zone(headers: &HeaderMap) -> Option<i32> {
    read(headers, ZONE)
        .and_then(|zone| zone.parse().ok())
        .filter(|minutes| (-720..=840).contains(minutes))
}

/// The header that keeps a preference.
pub fn preference(name: &'static str, value: &'static str) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, value)).max_age(Duration::seconds(PREFERENCE_AGE.into()));
    header(&cookie.path("/").same_site(SameSite::Lax).build())
}

/// The refusal that a plain form was sent back with.
pub fn read_flash(headers: &HeaderMap) -> Option<Flash> {
    serde_json::from_str(&read(headers, FLASH)?).ok()
}

/// The header that carries a refusal back. What does not fit is left out: first what was typed, then refusals.
pub fn flash(flash: &Flash) -> Option<HeaderValue> {
    let mut flash = flash.clone();
    loop {
        let json = serde_json::to_string(&flash).ok()?;
        let cookie = flash_cookie(json, FLASH_AGE);
        if cookie.encoded().to_string().len() <= LARGEST_FLASH {
            return header(&cookie);
        }
        flash.typed.clear();
        // Only the first refusal is left, and it does not fit either.
        flash.refused.pop()?;
    }
}

/// The header that removes the refusal: it is shown once.
pub fn flash_shown() -> Option<HeaderValue> {
    header(&flash_cookie(String::new(), Duration::ZERO))
}

fn flash_cookie(value: String, age: Duration) -> Cookie<'static> {
    let cookie = Cookie::build((FLASH, value)).max_age(age).path("/");
    cookie.http_only(true).same_site(SameSite::Lax).build()
}

fn header(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    HeaderValue::from_str(&cookie.encoded().to_string()).ok()
}
