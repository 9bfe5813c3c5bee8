//! Every route, on one page.

use super::{
    middleware,
    openapi::{self, docs::Docs, page},
    operations::{health, metrics},
    pages, problem, rest,
    state::AppState,
    websocket,
};
use crate::server::config::Config;
use axum::{
    Router,
    routing::{any, get},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn router(app: AppState) -> Router {
    let (described, _) = described(&app.config).split_for_parts();
    let routes = described
        .nest("/api", rest::routes().into())
        // Which a nested router does not see.
        .route("/api/", any(problem::unknown_path))
        .merge(page::routes())
        .merge(pages::routes(&app))
        .method_not_allowed_fallback(problem::wrong_method);
    middleware::around(routes, &app).with_state(app)
}

/// The description of the API.
pub fn docs(config: &Config) -> Docs {
    let api = openapi::finish(described(config).into_openapi());
    page::docs(api, config.leptos.clone())
}

/// What integrators and operators may rely on. The description of the API is made from this, and from nothing else.
fn described(config: &Config) -> OpenApiRouter<AppState> {
    let described = OpenApiRouter::with_openapi(openapi::beginning())
        // `/api` is the same surface.
        .nest("/api/v1", rest::routes())
        .routes(routes!(websocket::open))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz));
    match config.metrics {
        // Numbers of the whole market are not for everybody.
        None if config.auth.is_required() => described,
        None => described.routes(routes!(metrics::show)),
        // They have an address of their own.
        Some(_) => described,
    }
}

/// The metrics alone: for an address that the public does not see.
pub fn metrics_alone(app: AppState) -> Router {
    let routes = Router::new().route("/metrics", get(metrics::show));
    middleware::around_metrics(routes, &app).with_state(app)
}
