//! Every route, on one page.

use super::{
    listener,
    middleware::{self, security_headers},
    openapi::{self, page},
    operations::{health, metrics},
    pages, problem, rest,
    state::AppState,
    websocket,
};
use axum::{
    Extension, Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn router(app: AppState) -> Router {
    let (described, description) = described(&app).split_for_parts();
    let routes = described
        .nest("/api", rest::routes().into())
        // Which a nested router does not see.
        .route("/api/", any(problem::unknown_path))
        .merge(page::routes())
        .merge(pages::routes(&app))
        .fallback(pages::fallback)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(Extension(page::Docs::of(openapi::finish(description))));
    middleware::around(routes, &app).with_state(app)
}

/// What integrators and operators may rely on. The description of the API is made from this, and from nothing else.
fn described(app: &AppState) -> OpenApiRouter<AppState> {
    let described = OpenApiRouter::with_openapi(openapi::beginning())
        // `/api` is the same surface.
        .nest("/api/v1", rest::routes())
        .routes(routes!(websocket::open))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz));
    match app.config.metrics {
        None => described.routes(routes!(metrics::show)),
        // They have an address of their own.
        Some(_) => described,
    }
}

/// The metrics alone: for an address that the public does not see.
pub fn metrics_alone(app: AppState) -> Router {
    Router::new()
        .route("/metrics", get(metrics::show))
        .layer(from_fn(listener::refuse))
        .layer(from_fn_with_state(app.clone(), security_headers::add))
        .with_state(app)
}
