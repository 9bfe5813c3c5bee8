//! Refusals as RFC 9457 problem+json: the one place where an error gets its HTTP form.

use crate::{domain::Error, server::commands::TurnedAway};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a call did not go through (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// The stable name of this kind of problem, and where it is explained.
    #[schema(format = "uri-reference")]
    r#type: String,
    /// What kind of problem it is, in a few words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened, and what to do: for people.
    detail: String,
    /// Each value that is not valid, for status 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<InvalidValue>,
}

#[derive(Serialize, ToSchema)]
struct InvalidValue {
    /// The parameter's name, `id`, `query`, `body`, or a header's name.
    field: String,
    message: String,
}

impl Problem {
    pub fn of(error: &Error) -> Problem {
        let face = error.face();
        let errors = match error {
            Error::Invalid(faults) => faults
                .iter()
                .map(|fault| InvalidValue {
                    field: fault.field.clone(),
                    message: fault.what.to_string(),
                })
                .collect(),
            _ => Vec::new(),
        };
        Problem {
            r#type: Problem::address(error),
            title: face.title,
            status: face.status,
            detail: error.to_string(),
            errors,
        }
    }

    /// Where this kind of problem is explained.
    pub fn address(error: &Error) -> String {
        format!("/problems/{}", error.name())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let problem = Problem::of(&self);
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
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
