//! Every route, on one page.

use super::{docs, health, layers, pages, rest, settings, socket, state::App};
use axum::{
    Extension, Router,
    routing::{any, post},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn router(app: App) -> Router {
    let (described, description) = described().split_for_parts();
    let routes = described
        .nest("/api", rest::routes().into())
        // Which a nested router does not see.
        .route("/api/", any(rest::unknown_path))
        .merge(docs::routes())
        .route("/settings", post(settings::change))
        .merge(pages::routes(&app))
        .fallback(pages::elsewhere)
        .method_not_allowed_fallback(rest::wrong_method)
        .layer(Extension(docs::Docs::of(rest::finish(description))));
    layers::around(routes, &app).with_state(app)
}

/// What integrators and operators may rely on. The description of the API is made from this, and from nothing else.
fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(rest::beginning())
        // `/api` is the same surface.
        .nest("/api/v1", rest::routes())
        .routes(routes!(socket::open))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
}
