//! The one place where an error gets its HTTP form: status, title, and problem+json (RFC 9457). What only HTTP can
//! refuse is listed here as well; the market's own errors come from the domain.

use super::headers::{BEARER, IDEMPOTENT_REPLAYED, TRUE};
use crate::{
    domain::{CommandKind, Error, FieldError, InvalidField},
    server::services::shops::refusal::{Refused, ShopRefusal},
};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;
use utoipa::ToSchema;

/// Why a request is not answered as it asked. The response carries it as an extension, for the log.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Market(#[from] Error),
    /// Of a pizzeria, with members for programs.
    #[error("{}", .refusal.sentence())]
    Shop {
        refusal: ShopRefusal,
        /// It is the stored answer to an earlier sending.
        replayed: bool,
    },
    #[error("There is nothing at this address.")]
    UnknownPath,
    #[error("This address does not take that method.")]
    WrongMethod,
    #[error(
        "This server does not answer for that host. Call it by an address that it takes: the host of its SITE_ORIGIN, \
         or on its own machine 127.0.0.1 or localhost."
    )]
    WrongHost,
    #[error("Requests from that origin are not allowed.")]
    ForeignOrigin,
    #[error("The body is too large: 64 KiB fit, and 2 MiB of a whole menu.")]
    TooLarge,
    #[error("Send the body as application/json; a whole menu also as text/csv.")]
    NotJson,
    #[error("Open this address as a WebSocket.")]
    NotAWebSocket,
    #[error("This instance has no room for another connection. Try again in a moment.")]
    ConnectionLimitReached,
    #[error("As many exports as may run at once are running. Try again in a moment.")]
    ExportLimitReached,
}

impl Problem {
    /// The stable name of its kind, its status, and the title of its kind.
    fn row(&self) -> (&'static str, StatusCode, &'static str) {
        use StatusCode as S;
        match self {
            Problem::Market(error) => {
                let (status, title) = market(error);
                (error.name(), status, title)
            }
            Problem::Shop { refusal, .. } => {
                let (status, title) = shop(refusal);
                (refusal.name(), status, title)
            }
            Problem::UnknownPath => ("unknown-path", S::NOT_FOUND, "No such address"),
            Problem::WrongMethod => ("wrong-method", S::METHOD_NOT_ALLOWED, "Method not allowed"),
            Problem::WrongHost => ("wrong-host", S::MISDIRECTED_REQUEST, "Host not served"),
            Problem::ForeignOrigin => ("foreign-origin", S::FORBIDDEN, "Origin not allowed"),
            Problem::TooLarge => ("too-large", S::PAYLOAD_TOO_LARGE, "Body too large"),
            Problem::NotJson => ("not-json", S::UNSUPPORTED_MEDIA_TYPE, "Not JSON"),
            Problem::NotAWebSocket => ("not-a-websocket", S::UPGRADE_REQUIRED, "Upgrade required"),
            Problem::ConnectionLimitReached => ("full", S::SERVICE_UNAVAILABLE, "No room"),
            Problem::ExportLimitReached => (
                "too-many-exports",
                S::SERVICE_UNAVAILABLE,
                "Too many exports",
            ),
        }
    }

    pub fn name(&self) -> &'static str {
        self.row().0
    }

    pub fn status(&self) -> StatusCode {
        self.row().1
    }

    pub fn title(&self) -> &'static str {
        self.row().2
    }

    /// Where this kind of problem is explained.
    pub fn address(&self) -> String {
        format!("/problems/{}", self.name())
    }

    fn body(&self) -> Vec<u8> {
        serde_json::to_vec(&ProblemDetails::from(self)).unwrap_or_default()
    }

    /// Seconds after which trying again makes sense, where it does.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Problem::Market(error) => error.retry_after(),
            Problem::ConnectionLimitReached => Some(1),
            Problem::ExportLimitReached => Some(5),
            _ => None,
        }
    }
}

/// The status and the title of each of the market's own errors.
fn market(error: &Error) -> (StatusCode, &'static str) {
    use StatusCode as S;
    match error {
        Error::Invalid(_) => (S::UNPROCESSABLE_ENTITY, "Not valid"),
        Error::UnknownOrder(_) => (S::NOT_FOUND, "No such order"),
        Error::Refused(_) => (S::CONFLICT, "Not possible in this state"),
        Error::TooLate => (S::CONFLICT, "Too late"),
        Error::PreconditionFailed { .. } => (S::PRECONDITION_FAILED, "Changed in the meantime"),
        Error::WeakPrecondition { .. } => (S::PRECONDITION_FAILED, "Weak tag"),
        Error::NotSignedIn => (S::UNAUTHORIZED, "Not signed in"),
        Error::WrongCredentials => (S::UNAUTHORIZED, "Wrong credentials"),
        Error::CodeNeeded => (S::UNAUTHORIZED, "Code needed"),
        Error::NotAllowed => (S::FORBIDDEN, "Not allowed"),
        Error::NotYours => (S::FORBIDDEN, "Not yours"),
        Error::Account(_) => (S::CONFLICT, "Not possible with this account"),
        Error::TooMany(_) => (S::TOO_MANY_REQUESTS, "Too many requests"),
        Error::Busy => (S::SERVICE_UNAVAILABLE, "Busy"),
        Error::StoreUnavailable => (S::SERVICE_UNAVAILABLE, "Store not available"),
        Error::NoAnswer => (S::GATEWAY_TIMEOUT, "No answer"),
        Error::Internal => (S::INTERNAL_SERVER_ERROR, "Internal error"),
    }
}

/// The status and the title of what a pizzeria refuses.
fn shop(refusal: &ShopRefusal) -> (StatusCode, &'static str) {
    use StatusCode as S;
    match refusal {
        ShopRefusal::Market(error) => market(error),
        ShopRefusal::UnknownRestaurant => (S::NOT_FOUND, "No such pizzeria"),
        ShopRefusal::UnknownItem => (S::NOT_FOUND, "No such item"),
        ShopRefusal::PreconditionRequired => (S::PRECONDITION_REQUIRED, "If-Match is missing"),
        ShopRefusal::PreconditionFailed { .. } => {
            (S::PRECONDITION_FAILED, "Changed in the meantime")
        }
        ShopRefusal::NameTaken { .. } => (S::CONFLICT, "Taken"),
        ShopRefusal::Paused { .. } => (S::CONFLICT, "Paused"),
        ShopRefusal::NotOpen { .. } => (S::CONFLICT, "Not open then"),
        ShopRefusal::SoldOut { .. } => (S::CONFLICT, "Sold out"),
        ShopRefusal::SlotFull { .. } => (S::CONFLICT, "No room then"),
        ShopRefusal::QuoteChanged { .. } => (S::CONFLICT, "The quote has changed"),
        ShopRefusal::BelowMinimum { .. } => (S::UNPROCESSABLE_ENTITY, "Below the minimum"),
        ShopRefusal::NotDeliveredThere => (S::UNPROCESSABLE_ENTITY, "Not delivered there"),
    }
}

impl From<ShopRefusal> for Problem {
    fn from(refusal: ShopRefusal) -> Problem {
        Refused::from(refusal).into()
    }
}

impl From<Refused> for Problem {
    fn from(Refused { refusal, replayed }: Refused) -> Problem {
        match refusal {
            ShopRefusal::Market(error) => Problem::Market(error),
            refusal => Problem::Shop { refusal, replayed },
        }
    }
}

/// The status of an error of the market.
pub fn status(error: &Error) -> StatusCode {
    market(error).0
}

/// Why a call did not go through (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDetails {
    /// The stable name of this kind of problem, and where it is explained. Others may come: go by the status, then.
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
    /// What else programs need: which there are stands in the schema.
    #[serde(flatten)]
    #[schema(ignore)]
    members: Map<String, Value>,
}

#[derive(Serialize, ToSchema)]
struct InvalidValue {
    /// The parameter's name, `id`, `query`, `body`, or a header's name.
    field: String,
    message: String,
}

impl From<&Problem> for ProblemDetails {
    fn from(problem: &Problem) -> ProblemDetails {
        let errors: Vec<_> = match problem {
            Problem::Market(Error::Invalid(invalid)) => {
                invalid.iter().map(InvalidValue::from).collect()
            }
            Problem::Shop { refusal, .. } => InvalidValue::of_shop(refusal).into_iter().collect(),
            _ => Vec::new(),
        };
        let each: Vec<_> = errors.iter().map(InvalidValue::to_string).collect();
        ProblemDetails {
            r#type: problem.address(),
            title: problem.title(),
            status: problem.status().as_u16(),
            detail: match each.is_empty() {
                true => problem.to_string(),
                false => each.join(" "),
            },
            errors,
            members: match problem {
                Problem::Shop { refusal, .. } => refusal.members(),
                _ => Map::new(),
            },
        }
    }
}

impl From<&InvalidField> for InvalidValue {
    fn from(invalid: &InvalidField) -> InvalidValue {
        let message = match &invalid.error {
            FieldError::HasItsOwnCall { command } => {
                format!("This status has a call of its own: {}.", call(*command))
            }
            error => error.to_string(),
        };
        InvalidValue {
            field: invalid.field.clone(),
            message,
        }
    }
}

impl InvalidValue {
    /// What of an order a pizzeria does not accept.
    fn of_shop(refusal: &ShopRefusal) -> Option<InvalidValue> {
        let field = match refusal {
            ShopRefusal::BelowMinimum { .. } => "lines",
            ShopRefusal::NotDeliveredThere => "place",
            _ => return None,
        };
        Some(InvalidValue {
            field: field.to_owned(),
            message: refusal.sentence(),
        })
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// The call that carries out a command.
fn call(command: CommandKind) -> &'static str {
    match command {
        CommandKind::Offer => "POST /api/orders",
        CommandKind::Accept | CommandKind::Reject => "POST /api/orders/{id}/supplier-respond",
        CommandKind::Take => "POST /api/orders/{id}/customer-accept",
        CommandKind::Dispatch => "POST /api/orders/{id}/dispatch",
        CommandKind::Prepare
        | CommandKind::MarkReady
        | CommandKind::SetOff
        | CommandKind::Deliver
        | CommandKind::Cancel => "POST /api/orders/{id}/status",
        CommandKind::Recall => "POST /api/orders/{id}/recall",
        CommandKind::Order => "POST /api/restaurants/{r}/orders",
        CommandKind::Delay => "POST /api/orders/{id}/delay",
        CommandKind::Check => "POST /api/orders/{id}/check",
        CommandKind::Expire => "none: the market does it",
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.body();
        let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status(), content_type, body).into_response();
        let headers = response.headers_mut();
        if self == Problem::NotAWebSocket {
            // `Upgrade` counts for this connection alone, and so it is named in `Connection` (RFC 9110, section 7.8).
            headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(
                header::SEC_WEBSOCKET_VERSION,
                HeaderValue::from_static("13"),
            );
        }
        if matches!(self, Problem::Shop { replayed: true, .. }) {
            headers.insert(IDEMPOTENT_REPLAYED, TRUE);
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, BEARER);
        }
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

pub async fn unknown_path() -> Problem {
    Problem::UnknownPath
}

/// The `Allow` header is added by the router.
pub async fn wrong_method() -> Problem {
    Problem::WrongMethod
}
