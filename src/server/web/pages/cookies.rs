//! The cookies of preferences: their names and ages, reading and writing them.

pub use crate::ui::cookies::{DENSITY, KITCHEN, LANGUAGE, THEME};
use crate::{
    domain::Zone,
    server::{config::Config, web::auth::cookies::name},
    ui::cookies::{PREFERENCE_AGE, ZONE},
};
use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use time::Duration;

/// A cookie's value, decoded.
pub fn read(config: &Config, headers: &HeaderMap, bare: &str) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    let cookie = jar.get(&name(config, bare));
    cookie.map(|cookie| cookie.value().to_owned())
}

/// The reader's time zone, if the browser has sent it.
pub fn zone(config: &Config, headers: &HeaderMap) -> Option<Zone> {
    read(config, headers, ZONE)?.parse().ok()
}

/// The header that keeps a preference.
pub fn preference(config: &Config, bare: &str, value: &'static str) -> Option<HeaderValue> {
    let cookie = Cookie::build((name(config, bare), value))
        .max_age(Duration::seconds(PREFERENCE_AGE.into()));
    header(&cookie.path("/").same_site(SameSite::Lax).build())
}

/// As [`preference`], for what somebody has typed, and for so long.
pub fn of_own(config: &Config, bare: &str, value: &str, age: Duration) -> Option<HeaderValue> {
    let cookie = Cookie::build((name(config, bare), value.to_owned())).max_age(age);
    let cookie = cookie.http_only(true).path("/").same_site(SameSite::Lax);
    header(&cookie.build())
}

/// The header that removes a cookie.
pub fn removed(config: &Config, bare: &str) -> Option<HeaderValue> {
    let cookie = Cookie::build((name(config, bare), "")).max_age(Duration::ZERO);
    header(&cookie.http_only(true).path("/").build())
}

fn header(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    HeaderValue::from_str(&cookie.encoded().to_string()).ok()
}
