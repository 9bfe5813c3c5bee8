//! The pages on which a pizzeria edits itself: its menu, its settings, and the bar for its counter. They are still, as the
//! pages of accounts are: plain forms that redirect, with a script that nothing depends on.

mod areas;
mod category_page;
mod counter;
mod counter_bar;
mod edited;
mod example;
mod export;
mod fields;
mod form;
mod group_page;
mod group_values;
mod hours_text;
mod import;
mod import_view;
mod item_move;
mod item_page;
mod item_preview;
mod item_values;
mod layout;
mod menu;
mod menu_change;
mod menu_faults;
mod menu_rows;
mod new_shop;
mod notice;
mod open;
mod outline_change;
mod outline_view;
mod preview;
mod refusals;
mod settings;
mod settings_fields;
mod settings_values;
mod shop;
mod shown;
mod values;

pub use counter_bar::names_of;

use crate::{server::web::state::AppState, ui::paths};
use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};

pub fn routes() -> Router<AppState> {
    let file = |ending: &str| format!("{}.{ending}", paths::SHOP_MENU);
    Router::new()
        .route(
            paths::SHOP_OF_KITCHEN,
            get(new_shop::show).post(new_shop::send),
        )
        .route(paths::SHOP_MENU, get(menu::show).post(menu_change::send))
        .route(&file("json"), get(export::json))
        .route(&file("csv"), get(export::csv))
        .route(
            paths::SHOP_SETTINGS,
            get(settings::show).post(settings::send),
        )
        .route(paths::SHOP_COUNTER, post(counter::send))
        .route(paths::EDITOR_SCRIPT, get(script))
}

async fn script() -> Response {
    let head = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (head, include_str!("page.js")).into_response()
}
