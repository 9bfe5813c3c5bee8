//! The HTTP surface for integrators: its routes. `orders` answers them, `extract` reads what a request holds, and
//! `params` names the parameters that are not the domain's.

pub mod extract;
mod orders;
pub mod params;

use super::{openapi::page, problem, state::AppState};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Everything under `/api`, and under `/api/v1`.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(orders::list, orders::create))
        .routes(routes!(orders::read))
        .routes(routes!(orders::events))
        .routes(routes!(orders::supplier_respond))
        .routes(routes!(orders::customer_accept))
        .routes(routes!(orders::dispatch))
        .routes(routes!(orders::status))
        .routes(routes!(orders::recall))
        .routes(routes!(page::description))
        .fallback(problem::unknown_path)
}
