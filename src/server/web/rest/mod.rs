//! The HTTP surface for integrators: its routes. `orders` answers them, `extract` reads what a request holds, and
//! `params` names the parameters that are not the domain's.

pub mod answers;
mod auth;
pub mod extract;
mod lists;
mod orders;
pub mod params;
pub mod restaurants;
pub mod rights;

use super::{openapi::page, problem, state::AppState};
use crate::server::config::Config;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Everything under `/api`, and under `/api/v1`. Where nobody signs in there are no tokens.
pub fn routes(config: &Config) -> OpenApiRouter<AppState> {
    let tokens = match config.auth.is_required() {
        true => OpenApiRouter::new()
            .routes(routes!(auth::token))
            .routes(routes!(auth::sign_out))
            .routes(routes!(auth::me)),
        false => OpenApiRouter::new(),
    };
    OpenApiRouter::new()
        .routes(routes!(orders::list, orders::create))
        .routes(routes!(orders::read))
        .routes(routes!(orders::events))
        .routes(routes!(orders::supplier_respond))
        .routes(routes!(orders::customer_accept))
        .routes(routes!(orders::dispatch))
        .routes(routes!(orders::status))
        .routes(routes!(orders::recall))
        .routes(routes!(orders::cancel))
        .routes(routes!(orders::delay))
        .routes(routes!(orders::check))
        .merge(restaurants::routes())
        .merge(tokens)
        .routes(routes!(page::description))
        .fallback(problem::unknown_path)
}
