//! Every route, on one page.

use super::{health, layers, pages, rest, settings, socket, state::App};
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
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .merge(pages::routes(&app))
        .fallback(pages::elsewhere)
        .method_not_allowed_fallback(rest::wrong_method);
    layers::around(routes, &app).with_state(app)
}
