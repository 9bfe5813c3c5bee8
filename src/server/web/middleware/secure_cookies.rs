//! Where the site is reached by HTTPS, no browser sends a cookie of ours over plain HTTP.

use crate::server::config::Config;
use axum::http::{HeaderMap, HeaderValue, header};

/// Adds `Secure` to every cookie of an answer.
pub fn add(config: &Config, headers: &mut HeaderMap) {
    if !config.are_cookies_secure() {
        return;
    }
    if let header::Entry::Occupied(mut cookies) = headers.entry(header::SET_COOKIE) {
        for cookie in cookies.iter_mut() {
            let secure = [cookie.as_bytes(), b"; Secure"].concat();
            if let Ok(secure) = HeaderValue::from_bytes(&secure) {
                *cookie = secure;
            }
        }
    }
}
