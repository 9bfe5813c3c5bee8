//! Whether the server lives, and whether it can work. Health follows delivered data, not open connections.

use crate::server::{store::TroubleKind, web::state::AppState};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// What asks them, again and again, decides whether this server is restarted.
pub const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// The server lives.
#[derive(Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "alive")]
    status: &'static str,
}

/// Whether the server can work.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// `ready` or `not ready`.
    #[schema(example = "ready")]
    status: &'static str,
    store: StoreHealth,
    feed: FeedHealth,
    /// How far the log of events has been read.
    #[schema(required)]
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct StoreHealth {
    /// `embedded` or `redis`.
    #[schema(example = "embedded")]
    engine: &'static str,
    /// What survives a crash of the machine, as far as it is known.
    #[schema(required, example = "fsync")]
    durability: Option<String>,
    available: bool,
    /// What is wrong, where something is: one sentence for each kind.
    #[schema(required, example = json!(null))]
    trouble: Option<&'static str>,
    /// The stable name of what is wrong, for example `unreachable`; the cause is in the log of the server. New kinds may
    /// be added.
    #[schema(required, example = json!(null))]
    kind: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct FeedHealth {
    /// Whether nothing is missing in what sockets are sent.
    current: bool,
    /// How often it had to start again since the server started.
    restarts: u64,
}

/// Does the server live?
#[utoipa::path(
    get, path = "/healthz", tag = "Operation", operation_id = "healthz",
    responses((status = 200, description = "It lives.", body = Health)),
)]
pub async fn healthz() -> impl IntoResponse {
    (
        [(header::CACHE_CONTROL, "no-store")],
        Json(Health { status: "alive" }),
    )
}

/// Can the server work?
#[utoipa::path(
    get, path = "/readyz", tag = "Operation", operation_id = "readyz",
    responses(
        (status = 200, description = "It can work.", body = Readiness),
        (status = 503, description = "It cannot, and says why.", body = Readiness,
            headers(("Retry-After" = u64, description = "Seconds until trying again makes sense."))),
    ),
)]
pub async fn readyz(State(app): State<AppState>) -> Response {
    let readiness = app.orders.readiness();
    let stopping = app.stopping.is_cancelled().then_some(TroubleKind::Stopping);
    let trouble = readiness.trouble().or(stopping);
    let (ready, store) = (trouble.is_none(), readiness.store);
    let body = Readiness {
        status: if ready { "ready" } else { "not ready" },
        store: StoreHealth {
            engine: store.engine,
            durability: store.durability.map(|durability| durability.to_string()),
            available: ready,
            trouble: trouble.map(TroubleKind::sentence),
            kind: trouble.map(TroubleKind::name),
        },
        feed: FeedHealth {
            current: readiness.current,
            restarts: readiness.restarts,
        },
        cursor: readiness.cursor.map(|cursor| cursor.to_string()),
    };
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let again = (!ready).then_some([(header::RETRY_AFTER, "1")]);
    (
        status,
        [(header::CACHE_CONTROL, "no-store")],
        again,
        Json(body),
    )
        .into_response()
}
