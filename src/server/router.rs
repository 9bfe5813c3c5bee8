//! Every route, on one page.

use super::{health, layers, metrics, pages, rest, settings, socket, state::App};
use axum::{
    Router,
    routing::{any, get, post},
};

pub fn router(app: App) -> Router {
    let routes = Router::new()
        .nest("/api", rest::routes())
        .nest("/api/v1", rest::routes())
        // Which a nested router does not see.
        .route("/api/", any(rest::unknown_path))
        .route("/ws", get(socket::open))
        .route("/settings", post(settings::change))
        .merge(own_metrics(&app))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .merge(pages::routes(&app))
        .fallback(pages::elsewhere)
        .method_not_allowed_fallback(rest::wrong_method);
    layers::around(routes, &app).with_state(app)
}

/// What is measured, unless it has an address of its own.
fn own_metrics(app: &App) -> Router<App> {
    match app.config.metrics {
        None => Router::new().route("/metrics", get(metrics::show)),
        Some(_) => Router::new(),
    }
}

/// What is measured, and nothing else: for an address that the public does not see.
pub fn metrics_alone(app: App) -> Router {
    Router::new()
        .route("/metrics", get(metrics::show))
        .with_state(app)
}
