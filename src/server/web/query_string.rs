//! Query strings as input parameters.

use crate::domain::{FieldError, Fields, Value};
use percent_encoding::percent_decode_str;

/// Reads `application/x-www-form-urlencoded`, where what is not valid UTF-8 is a fault and not replaced.
pub fn read(query: &str) -> Fields {
    let mut fields = Fields::default();
    for (name, pair) in pairs(query) {
        let value = pair.split_once('=').map_or("", |(_, value)| value);
        match (name, decode(value)) {
            (Some(name), Some(value)) => fields.add(name, Value::Plain(value)),
            (Some(name), None) => fields.reject(&name, FieldError::NotUnicode),
            (None, _) => fields.reject("query", FieldError::NotUnicode),
        }
    }
    fields
}

/// Each pair as it stands in the query, after its name.
pub fn pairs(query: &str) -> impl Iterator<Item = (Option<String>, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        (decode(name), pair)
    })
}

fn decode(text: &str) -> Option<String> {
    let is_whole = |escape: &str| {
        let digits = escape.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_whole) {
        return None;
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .ok()
        .map(|text| text.into_owned())
}
