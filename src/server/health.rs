//! Whether the server lives, and whether it can work. Health follows delivered data, not open connections.

use super::state::App;
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

pub async fn healthz() -> impl IntoResponse {
    (
        [(header::CACHE_CONTROL, "no-store")],
        Json(json!({ "status": "alive" })),
    )
}

pub async fn readyz(State(app): State<App>) -> Response {
    let readiness = app.desk.readiness();
    let store = readiness.store;
    let ready = store.trouble.is_none() && readiness.current;
    let trouble =
        store.trouble.or((!readiness.current)
            .then(|| "the feed of events does not prove to be complete".to_owned()));
    let body = json!({
        "status": if ready { "ready" } else { "not ready" },
        "store": {
            "engine": store.engine,
            "durability": store.durability.map(|durability| durability.to_string()),
            "available": trouble.is_none(),
            "trouble": trouble,
        },
        "feed": { "current": readiness.current, "restarts": readiness.restarts },
        "cursor": readiness.cursor.map(|cursor| cursor.to_string()),
    });
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
