//! Refusals as RFC 9457 problem+json: the one place where an error gets its HTTP form.

use crate::{domain::Error, server::commands::TurnedAway};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

#[derive(Serialize)]
struct Problem<'a> {
    /// Where this kind of problem is explained.
    r#type: String,
    title: &'a str,
    status: u16,
    detail: String,
    /// Each value that is not valid, for status 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    field: &'a str,
    message: String,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let face = self.face();
        let errors = match &self {
            Error::Invalid(faults) => faults
                .iter()
                .map(|fault| Field {
                    field: &fault.field,
                    message: fault.what.to_string(),
                })
                .collect(),
            _ => Vec::new(),
        };
        let problem = Problem {
            r#type: format!("/problems/{}", self.name()),
            title: face.title,
            status: face.status,
            detail: self.to_string(),
            errors,
        };
        let status = StatusCode::from_u16(face.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body,
        )
            .into_response();
        if self == Error::NotAWebSocket {
            let websocket = HeaderValue::from_static("websocket");
            response.headers_mut().insert(header::UPGRADE, websocket);
        }
        if let Some(seconds) = self.retry_after() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(TurnedAway(self));
        response
    }
}

pub async fn unknown_path() -> Error {
    Error::UnknownPath
}

/// The `Allow` header is added by the router.
pub async fn wrong_method() -> Error {
    Error::WrongMethod
}
