//! What lists are answered with: an array, and the address of the next page.

use crate::{
    domain::percent_encode,
    server::{store::JsonText, web::query_string},
};
use axum::{
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::fmt::{Display, Write};

/// What a query must not hold as it is (RFC 3986, section 3.4), though some clients send it so. `%` stays: what is
/// escaped already goes back as it came.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The link to the page after this one: the same address with another cursor.
pub fn next_page(uri: &Uri, next: &impl Display) -> HeaderValue {
    let mut link = format!("<{}?", uri.path());
    for (name, pair) in query_string::pairs(uri.query().unwrap_or_default()) {
        if name.as_deref() != Some("cursor") {
            let _ = write!(link, "{}&", utf8_percent_encode(pair, ESCAPED));
        }
    }
    let next = percent_encode(&next.to_string());
    let _ = write!(link, "cursor={next}>; rel=\"next\"");
    ascii(link)
}

/// JSON texts as one JSON array.
pub fn array(texts: &[JsonText]) -> Response {
    let body = format!("[{}]", texts.join(","));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

pub fn ascii(text: String) -> HeaderValue {
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}
