//! The customer's pages of pizzerias: the list, a menu, an item, the cart, the checkout. They are still, as the pages
//! of accounts are: plain links and forms, rendered once, with a script that nothing depends on.

mod again;
mod basket_rows;
mod bill;
mod card;
mod cart;
mod cart_cookie;
mod checkout;
mod checkout_form;
mod checkout_page;
mod dish;
mod item;
mod item_fields;
mod layout;
mod market;
mod market_query;
mod menu;
mod near;
mod refusals;
mod structured_data;
mod times;
mod view;
mod windows;
mod words;

use crate::{server::web::state::AppState, ui::paths};
use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};

pub fn routes() -> Router<AppState> {
    let below = |rest: &str| format!("{}/{{slug}}{rest}", paths::SHOPS);
    Router::new()
        .route(paths::SHOPS, get(market::show).post(market::send))
        .route(paths::ORDER_AGAIN, get(again::lead))
        .route(paths::SHOPS_SCRIPT, get(page_script))
        .route(&below(""), get(menu::show))
        .route(&below("/items/{code}"), get(item::show).post(item::price))
        .route(&below("/cart"), get(cart::show).post(cart::send))
        .route(
            &below("/checkout"),
            get(checkout::show).post(checkout::send),
        )
}

/// What these pages can do with JavaScript, and do not need.
async fn page_script() -> Response {
    let head = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    let script = concat!(include_str!("page.js"), include_str!("item.js"));
    (head, script).into_response()
}
