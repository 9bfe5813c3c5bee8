//! The cookies that browser and server share: their names, how the browser reads them, and how it writes them.

use leptos::prelude::{document, window};

/// The kitchen that a device belongs to.
pub const KITCHEN: &str = "kitchen";
pub const LANGUAGE: &str = "language";
pub const THEME: &str = "theme";
pub const DENSITY: &str = "density";
/// The reader's time zone.
pub const ZONE: &str = "zone";
/// How long a preference is kept, in seconds: a year.
pub const PREFERENCE_AGE: u32 = 31_536_000;

/// A cookie with an encoded value. An age of zero seconds removes it.
pub fn cookie(name: &str, value: &str, age: u32) -> String {
    format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax")
}

/// Stores a cookie; the next request sends it, and over plain HTTP none that was stored by a page of HTTPS. Some browsers
/// are set to reject cookies.
pub fn set(cookie: &str) {
    let is_https = window()
        .location()
        .protocol()
        .is_ok_and(|scheme| scheme == "https:");
    let secure = if is_https { "; Secure" } else { "" };
    let cookie = format!("{}{cookie}{secure}", prefix());
    let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
}

/// The value of a cookie, still encoded.
pub fn get(name: &str) -> Option<String> {
    let cookies = js_sys::Reflect::get(&document(), &"cookie".into()).ok()?;
    let cookies = cookies.as_string()?;
    let mut pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    let name = format!("{}{name}", prefix());
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    Some(value.to_owned())
}

/// What the names of cookies begin with, as the page says.
fn prefix() -> String {
    let page = document().document_element();
    page.and_then(|page| page.get_attribute("data-cookies"))
        .unwrap_or_default()
}
