//! The calls at the counter of a pizzeria. Each answers how it is then.

use super::respond::{marked, named};
use crate::{
    domain::{Error, Fields, shop::counter_input::CounterCommand},
    server::web::{
        auth::{Door, Interface},
        openapi::{
            components::IdempotencyKey,
            restaurants::{BusyBody, CounterAnswer, PauseBody, RestaurantInPath, SoldOutBody},
        },
        problem::Problem,
        rest::extract::{QueryAndBody, Request},
        state::AppState,
    },
};
use axum::{Json, extract::State, response::Response};

/// Take no orders for a while
///
/// For `minutes`, or without them until it is resumed. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/restaurants/{r}/pause", tag = "Pizzerias", operation_id = "pause",
    params(RestaurantInPath, IdempotencyKey), request_body = PauseBody, responses(CounterAnswer),
)]
pub async fn pause(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    act(&app, &door, request, CounterCommand::read_pause).await
}

/// Take orders again
///
/// Orders that were left unanswered are forgotten. There are no parameters.
#[utoipa::path(
    post,
    path = "/restaurants/{r}/resume",
    tag = "Pizzerias",
    operation_id = "resume",
    params(RestaurantInPath, IdempotencyKey),
    responses(CounterAnswer)
)]
pub async fn resume(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    act(&app, &door, request, CounterCommand::read_resume).await
}

/// Need more minutes
///
/// Each order gets `extra_minutes` more, for `for_minutes`; 0 ends it. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/restaurants/{r}/busy", tag = "Pizzerias", operation_id = "busy",
    params(RestaurantInPath, IdempotencyKey), request_body = BusyBody, responses(CounterAnswer),
)]
pub async fn busy(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    act(&app, &door, request, CounterCommand::read_busy).await
}

/// Sell something out, or put it back
///
/// An `item`, or an `option` of a `group`. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/restaurants/{r}/sold-out", tag = "Pizzerias", operation_id = "soldOut",
    params(RestaurantInPath, IdempotencyKey), request_body = SoldOutBody, responses(CounterAnswer),
)]
pub async fn sold_out(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    act(&app, &door, request, CounterCommand::read_sold_out).await
}

async fn act(
    app: &AppState,
    door: &Door,
    request: Request,
    read: fn(Fields) -> Result<CounterCommand, Error>,
) -> Result<Response, Problem> {
    let request = request.without_precondition();
    let by = door.authority(Interface::Rest);
    let named = named(&request);
    let command = read(request.fields)?;
    let (named, once) = (named?, request.request.as_ref());
    let done = app.shops.at_the_counter(&named, &command, &by, once);
    let (counter, replayed) = done.await?;
    Ok(marked(Json(counter), replayed))
}
