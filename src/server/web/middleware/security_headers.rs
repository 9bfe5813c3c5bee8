//! What answers forbid browsers and caches to do: the headers of every answer, and the content policy of pages.

use crate::server::{config::Config, web::headers};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use leptos::nonce::use_nonce;
use std::sync::LazyLock;

/// What holds unless an answer says otherwise.
const DEFAULTS: [(HeaderName, HeaderValue); 7] = [
    (
        header::CACHE_CONTROL,
        HeaderValue::from_static(headers::PRIVATE),
    ),
    // What is no page loads nothing, and is shown in no frame.
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (PERMISSIONS, HeaderValue::from_static(PERMISSIONS_POLICY)),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
];

/// All features off, except those that the pages use. (`web-share` is one of them: not every browser knows it, and its
/// default is the site itself.)
const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(self), camera=(), clipboard-read=(), \
    clipboard-write=(self), display-capture=(), encrypted-media=(), fullscreen=(self), gamepad=(), geolocation=(), \
    gyroscope=(), hid=(), idle-detection=(), keyboard-map=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), \
    payment=(), picture-in-picture=(), publickey-credentials-create=(), publickey-credentials-get=(), \
    screen-wake-lock=(self), serial=(), storage-access=(), sync-xhr=(), usb=(), window-management=(), \
    xr-spatial-tracking=()";

/// The header of the features of a page.
pub const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// What a page may do that asks where its reader is.
pub static WITH_POSITION: LazyLock<HeaderValue> = LazyLock::new(|| {
    let policy = PERMISSIONS_POLICY.replace("geolocation=()", "geolocation=(self)");
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(PERMISSIONS_POLICY))
});

/// A year of HTTPS alone, for this host alone.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Whether a request is for a part of the browser's program.
pub fn is_program(request: &Request) -> bool {
    request.uri().path().starts_with("/pkg/")
}

/// Completes the headers of an answer.
pub fn add(config: &Config, is_program: bool, headers: &mut HeaderMap) {
    if is_program {
        // The program is the same for every origin, and comes in many parts: the size of its headers counts.
        headers.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(value);
    }
    if config.hosts.are_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
}

/// An answer that depends on who has signed in: nobody keeps it.
pub fn make_personal(response: &mut Response) {
    let is_unknown = response.status() == StatusCode::UNAUTHORIZED;
    let own = response.headers_mut();
    if is_unknown {
        own.insert(header::WWW_AUTHENTICATE, headers::BEARER);
    }
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    own.append(
        header::VARY,
        HeaderValue::from_static("cookie, authorization"),
    );
}

/// Scripts only from here, styles only from files, no frames, no plug-ins. `reload` is where `cargo leptos watch`
/// tells pages to reload.
pub fn content_policy(reload: Option<u32>) -> HeaderValue {
    let nonce = use_nonce()
        .map(|nonce| format!(" 'nonce-{nonce}'"))
        .unwrap_or_default();
    let reload = reload
        .map(|port| format!(" ws://127.0.0.1:{port} ws://localhost:{port}"))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self'{nonce} 'wasm-unsafe-eval'; connect-src 'self'{reload}; img-src 'self' data:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"))
}
