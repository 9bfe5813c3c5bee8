//! What an order would cost, and when it would be at the door.

use super::respond::named;
use crate::server::{
    services::shops::{quote::QuoteRequest, refusal::Quote},
    web::{
        openapi::{
            checkout::{QuoteBody, Quoted},
            restaurants::RestaurantInPath,
        },
        problem::Problem,
        rest::extract::QueryAndBody,
        state::AppState,
    },
};
use axum::{Json, extract::State};

/// Ask what an order would cost
///
/// And when it would be at the door: as soon as possible, in a slot, or without `when` the bill alone. Nothing is stored. The parameters come as JSON.
#[utoipa::path(
    post, path = "/restaurants/{r}/quote", tag = "Pizzerias", operation_id = "quote",
    params(RestaurantInPath), request_body = QuoteBody, responses(Quoted),
)]
pub async fn quote(
    State(app): State<AppState>,
    QueryAndBody(request): QueryAndBody,
) -> Result<Json<Quote>, Problem> {
    let mut request = request.without_precondition();
    let wanted = QuoteRequest::read(&mut request.fields);
    let named = named(&request);
    let wanted = request.fields.finish(|| wanted)?;
    let shop = app.shops.find(&named?).await?;
    Ok(Json(app.shops.quote(&shop, &wanted).await?))
}
