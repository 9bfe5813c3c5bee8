//! Percent-encoding, as in the values of a query string.

use super::FieldError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub fn percent_encode(text: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The inverse of [`percent_encode`]. A `+` is a space, as forms send it.
///
/// # Errors
/// [`FieldError::NotUnicode`] for an escape that is not whole, and for what is not UTF-8.
pub fn percent_decode(text: &str) -> Result<String, FieldError> {
    let is_whole = |escape: &str| {
        let digits = escape.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_whole) {
        return Err(FieldError::NotUnicode);
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(|text| text.into_owned())
        .map_err(|_| FieldError::NotUnicode)
}
