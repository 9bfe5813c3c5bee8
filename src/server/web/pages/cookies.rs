//! The cookies of preferences: their names and ages, reading and writing them.

pub use crate::ui::cookies::{DENSITY, KITCHEN, LANGUAGE, THEME};
use crate::{
    domain::Zone,
    ui::cookies::{PREFERENCE_AGE, ZONE},
};
use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use time::Duration;

/// A cookie's value, decoded.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(name).map(|cookie| cookie.value().to_owned())
}

/// The reader's time zone, if the browser has sent it.
pub fn zone(headers: &HeaderMap) -> Option<Zone> {
    read(headers, ZONE)?.parse().ok()
}

/// The header that keeps a preference.
pub fn preference(name: &'static str, value: &'static str) -> Option<HeaderValue> {
    let cookie = Cookie::build((name, value)).max_age(Duration::seconds(PREFERENCE_AGE.into()));
    header(&cookie.path("/").same_site(SameSite::Lax).build())
}

fn header(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    HeaderValue::from_str(&cookie.encoded().to_string()).ok()
}
