//! The calls of pizzerias: their routes.

mod counter;
mod menu;
pub mod menu_answers;
mod menu_items;
mod menu_request;
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
        .routes(routes!(menu::read_menu, menu::import))
        .routes(routes!(menu::read_outline, menu::save_outline))
        .routes(routes!(menu::restore))
        .routes(routes!(menu_items::add))
        .routes(routes!(
            menu_items::read,
            menu_items::change,
            menu_items::take_off
        ))
        .routes(routes!(slots::slots))
        .routes(routes!(quote::quote))
        .routes(routes!(orders::order))
}
