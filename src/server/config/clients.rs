//! The settings about clients: browser origins, proxies, and the rate limit.

use super::{
    env::{ConfigError, Result, word},
    settings::{CORS_ALLOWED_ORIGINS, RATE_LIMIT, TRUSTED_PROXIES},
};
use axum::http::{HeaderValue, Uri};
use ipnet::IpNet;
use std::{net::IpAddr, num::NonZeroU32};

/// The origins whose pages may use the API.
pub fn origins() -> Result<Vec<HeaderValue>> {
    let list = CORS_ALLOWED_ORIGINS.text()?;
    list_items(&list).map(origin).collect()
}

fn list_items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

fn origin(text: &str) -> Result<HeaderValue> {
    let value = HeaderValue::from_str(text).ok();
    let value = value.filter(|_| text.parse().is_ok_and(|uri| is_origin(text, &uri)));
    value.ok_or_else(|| invalid_origin(text))
}

/// A scheme and an authority without an account, and nothing else.
fn is_origin(text: &str, uri: &Uri) -> bool {
    let plain = |authority: &str| !authority.contains('@');
    matches!(uri.scheme_str(), Some("http" | "https"))
        && uri.authority().is_some_and(|own| plain(own.as_str()))
        && !text.ends_with('/')
        && uri.path() == "/"
        && uri.query().is_none()
}

fn invalid_origin(text: &str) -> ConfigError {
    CORS_ALLOWED_ORIGINS.invalid_value(
        text,
        "is not an origin. Write it like https://shop.example:8443, without a path",
    )
}

/// Requests per second and address; `None` without a limit.
pub fn rate() -> Result<Option<NonZeroU32>> {
    match word(&RATE_LIMIT.text()?).as_str() {
        "off" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            RATE_LIMIT.invalid_value(
                text,
                "is not valid: write requests per second, like 100, or off",
            )
        }),
    }
}

/// The trusted proxies: networks like 10.0.0.0/8, or single addresses.
pub fn proxies() -> Result<Vec<IpNet>> {
    let list = TRUSTED_PROXIES.value()?.unwrap_or_default();
    list_items(&list).map(proxy).collect()
}

fn proxy(text: &str) -> Result<IpNet> {
    let single = || text.parse().map(|address: IpAddr| address.into());
    text.parse().or_else(|_| single()).map_err(|_| {
        TRUSTED_PROXIES.invalid_value(
            text,
            "is not an address or a network. Write them like 10.0.0.7,10.1.0.0/16",
        )
    })
}
