//! The calls of pizzerias: their routes.

mod counter;
mod orders;
mod profiles;
mod quote;
pub mod respond;
mod slots;

use crate::server::web::state::AppState;
use utoipa_axum::{router::OpenApiRouter, routes};

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(profiles::list, profiles::create))
        .routes(routes!(profiles::read, profiles::save))
        .routes(routes!(profiles::events))
        .routes(routes!(counter::pause))
        .routes(routes!(counter::resume))
        .routes(routes!(counter::busy))
        .routes(routes!(counter::sold_out))
        .routes(routes!(slots::slots))
        .routes(routes!(quote::quote))
        .routes(routes!(orders::order))
}
