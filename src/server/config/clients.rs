//! The settings about clients: origins of other sites, proxies, and the rate limit.

use super::{
    env::{Result, word},
    settings::{CORS_ALLOWED_ORIGINS, RATE_LIMIT, TRUSTED_PROXIES},
    web_origin::{WebOrigin, origin},
};
use ipnet::IpNet;
use std::{net::IpAddr, num::NonZeroU32};

/// The origins whose pages may use the API, beside our own.
pub fn origins() -> Result<Vec<WebOrigin>> {
    let list = CORS_ALLOWED_ORIGINS.text()?;
    let origin = |text| origin(&CORS_ALLOWED_ORIGINS, text);
    list_items(&list).map(origin).collect()
}

fn list_items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
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

/// Whether an address, in its canonical form, is one of these proxies.
pub fn is_proxy(proxies: &[IpNet], address: IpAddr) -> bool {
    proxies.iter().any(|network| network.contains(&address))
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
