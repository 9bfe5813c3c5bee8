//! Text in an address or a cookie: percent-encoded, and the name-value pairs of a query string.

pub use crate::domain::percent_encode as encode;
use percent_encoding::percent_decode_str;

/// The inverse of [`encode`], which replaces what it cannot read. A `+` is a space, as forms send it.
pub fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// The first value of this name in a query string, decoded.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query
        .trim_start_matches('?')
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    Some(decode(value))
}

/// The query parameters of an address, with their values.
pub type Parameters = Vec<(&'static str, Option<String>)>;

/// A path with a query string of the parameters that have a value.
pub fn with_query(path: String, parameters: Parameters) -> String {
    let mut address = path;
    let mut separator = '?';
    for (name, value) in parameters {
        if let Some(value) = value {
            address = format!("{address}{separator}{name}={}", encode(&value));
            separator = '&';
        }
    }
    address
}
