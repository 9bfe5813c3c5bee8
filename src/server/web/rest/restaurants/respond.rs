//! What the calls of pizzerias have in common: which pizzeria they are about, and the marks of their answers.

use crate::server::{
    services::shops::catalog::ShopRef,
    web::{
        headers::{IDEMPOTENT_REPLAYED, TRUE},
        problem::Problem,
        rest::extract::Request,
    },
};
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

/// The pizzeria in the path. What is wrong with it is recorded in the fields, which have been read before.
pub fn named(request: &Request) -> Result<ShopRef, Problem> {
    request.restaurant.clone().ok_or(Problem::UnknownPath)
}

/// Marks an answer that was given before.
pub fn marked(answer: impl IntoResponse, replayed: bool) -> Response {
    let mut response = answer.into_response();
    if replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, TRUE);
    }
    response
}

/// The version of a document as its `ETag`.
pub fn tag(version: u32) -> [(header::HeaderName, HeaderValue); 1] {
    let quoted = HeaderValue::from_str(&format!("\"{version}\""));
    let tag = quoted.unwrap_or(HeaderValue::from_static(""));
    [(header::ETAG, tag)]
}
