//! From an order to a cart with the same in it, as far as the menu still has it.

use super::refusals::page_of;
use crate::{
    domain::{
        Field, OrderId,
        shop::cart::{Cart, CartLine},
    },
    server::{
        services::shops::{catalog::ShopRef, refusal::ShopRefusal},
        web::pages::account::{Visit, redirect},
    },
    ui::paths,
};
use axum::{extract::Path, response::Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

pub async fn lead(visit: Visit, Path(id): Path<String>) -> Response {
    match cart_of(&visit, &id).await {
        Ok(address) => redirect(&address),
        Err(refusal) => page_of(&visit, &refusal).await,
    }
}

/// The address of the cart that it becomes.
async fn cart_of(visit: &Visit, id: &str) -> Result<String, ShopRefusal> {
    // What is no id is the id of no order.
    let id = OrderId::parse(id).unwrap_or(OrderId(Uuid::nil()));
    let order = visit.app.orders.order(id, &visit.door.viewer).await?;
    let shop = order.restaurant_id.zip(order.basket);
    let (restaurant, basket) = shop.ok_or(ShopRefusal::UnknownRestaurant)?;
    let shops = &visit.app.shops;
    let known = shops.find(&ShopRef::Id(restaurant)).await?;
    let menu = shops.menu(&known).await?;
    let mut cart = Cart::default();
    let lines = basket.lines.iter();
    for line in lines.filter_map(|line| CartLine::again(line, &menu)) {
        // An order fits into a cart. What does not is left out.
        let _ = cart.add(line);
    }
    let slug = &known.profile.slug;
    let text = cart.to_string();
    let text = utf8_percent_encode(&text, NON_ALPHANUMERIC);
    Ok(format!("{}/{slug}/cart?add={text}", paths::SHOPS))
}
