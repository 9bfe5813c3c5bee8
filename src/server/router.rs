//! Every route, on one page.

use super::{
    health, layers, metrics,
    openapi::{self, page},
    pages, rest,
    rest::problem,
    settings, socket,
    state::App,
};
use axum::{
    Extension, Router,
    routing::{any, get, post},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn router(app: App) -> Router {
    let (described, description) = described(&app).split_for_parts();
    let routes = described
        .nest("/api", rest::routes().into())
        // Which a nested router does not see.
        .route("/api/", any(problem::unknown_path))
        .merge(page::routes())
        .route("/settings", post(settings::change))
        .merge(pages::routes(&app))
        .fallback(pages::elsewhere)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(Extension(page::Docs::of(openapi::finish(description))));
    layers::around(routes, &app).with_state(app)
}

/// What integrators and operators may rely on. The description of the API is made from this, and from nothing else.
fn described(app: &App) -> OpenApiRouter<App> {
    let described = OpenApiRouter::with_openapi(openapi::beginning())
        // `/api` is the same surface.
        .nest("/api/v1", rest::routes())
        .routes(routes!(socket::open))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz));
    match app.config.metrics {
        None => described.routes(routes!(metrics::show)),
        // It has an address of its own.
        Some(_) => described,
    }
}

/// What is measured, and nothing else: for an address that the public does not see.
pub fn metrics_alone(app: App) -> Router {
    Router::new()
        .route("/metrics", get(metrics::show))
        .with_state(app)
}
