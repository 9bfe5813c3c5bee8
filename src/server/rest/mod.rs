//! The HTTP surface for integrators. Its routes stand here; `orders` answers them.

mod call;
mod orders;
mod problem;

pub use call::{LARGEST_BODY, read_body};
pub use problem::{unknown_path, wrong_method};

use super::state::App;
use axum::{
    Router,
    routing::{get, post},
};

/// Everything under `/api`.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/orders", get(orders::list).post(orders::create))
        .route("/orders/{id}", get(orders::read))
        .route("/orders/{id}/events", get(orders::events))
        .route(
            "/orders/{id}/supplier-respond",
            post(orders::supplier_respond),
        )
        .route(
            "/orders/{id}/customer-accept",
            post(orders::customer_accept),
        )
        .route("/orders/{id}/dispatch", post(orders::dispatch))
        .route("/orders/{id}/status", post(orders::status))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
}
