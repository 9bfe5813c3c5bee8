//! Ordering from a menu.

use super::respond::{marked, named};
use crate::{
    domain::{Error, Order},
    server::{
        services::{
            accounts::Authority,
            command_log::Logged,
            idempotency::IdempotentRequest,
            shops::{checkout::OrderRequest, refusal::ShopRefusal},
        },
        web::{
            auth::{Door, door::check_take},
            openapi::{
                checkout::{DirectOrderBody, Ordered},
                components::IdempotencyKey,
                restaurants::RestaurantInPath,
            },
            problem::Problem,
            rest::{
                extract::QueryAndBody,
                orders::{Tagged, authority},
            },
            state::AppState,
        },
    },
};
use axum::{
    extract::{ConnectInfo, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use std::net::SocketAddr;

/// Order from a menu
///
/// What a quote said is what you agree to: no more than `agreed_total`, no later than `agreed_until`. Where it would be more or later now, nothing is ordered, and the answer is 409 with the new quote. The order is `customer_accepted`, and its kitchen has until `answer_by` to answer. The parameters come as JSON.
#[utoipa::path(
    post, path = "/restaurants/{r}/orders", tag = "Pizzerias", operation_id = "orderFromMenu",
    params(RestaurantInPath, IdempotencyKey), request_body = DirectOrderBody, responses(Ordered),
)]
pub async fn order(
    State(app): State<AppState>,
    door: Door,
    from: ConnectInfo<SocketAddr>,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    let mut request = request.without_precondition();
    let by = authority(&door, &mut request);
    if let Err(refusal) = check_take(&app, &door.viewer, None, from.ip()).await {
        return again(&app, &by, request.request.as_ref(), refusal).await;
    }
    let (named, once) = (named(&request), request.request);
    let wanted = OrderRequest::read(request.fields)?;
    let shop = app.shops.find(&named?).await?;
    let (id, once) = (shop.profile.id, once.as_ref());
    let done = app.shops.order_or_refusal(id, wanted, &by, once).await;
    let (result, replayed) = done.unwrap_or_else(|refusal| (Err(refusal), false));
    Ok(answer(result, replayed))
}

/// A guest that is not let in gets the answer that its request had before, if it had one.
async fn again(
    app: &AppState,
    by: &Authority,
    once: Option<&IdempotentRequest>,
    refusal: Error,
) -> Result<Response, Problem> {
    let before = match once {
        Some(once) => app.shops.order_before(by, once).await?,
        None => None,
    };
    let (result, replayed) = before.ok_or(refusal)?;
    Ok(answer(result, replayed))
}

fn answer(result: Result<Order, ShopRefusal>, replayed: bool) -> Response {
    let answer = match result {
        Ok(order) => {
            let location = [(header::LOCATION, format!("/api/orders/{}", order.id))];
            (StatusCode::CREATED, location, Tagged(order)).into_response()
        }
        Err(refusal) => Problem::from(refusal).into_response(),
    };
    let mut response = marked(answer, replayed);
    response.extensions_mut().insert(Logged);
    response
}
