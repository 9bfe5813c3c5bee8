//! The calls of the contract. Each reads its request, calls the service, and answers.

use super::{
    extract::{Query, QueryAndBody, Request, is_known, no_parameters},
    lists::{array, ascii, next_page},
    params::OrdersQuery,
};
use crate::{
    domain::{Command, Error, Fields, Offer, Order, Precondition},
    server::{
        services::{accounts::Authority, command_log::Logged, idempotency::Answer},
        web::{
            auth::{Door, Interface, door::check_take},
            headers::{IDEMPOTENT_REPLAYED, LAST_EVENT_ID, TRUE},
            openapi::{
                components::{
                    self, AnswerBody, CancelBody, CheckBody, DelayBody, DispatchBody,
                    IdempotencyKey, IfMatch, InPath, KnownVersion, OfferBody, StatusBody, TakeBody,
                },
                responses::{Changed, History, Listed, Offered, OrdersPage},
            },
            problem::Problem,
            state::AppState,
        },
    },
};
use axum::{
    extract::{ConnectInfo, OriginalUri, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::net::SocketAddr;

/// Offer a pizza
///
/// A supplier's new order. Its state is `pending_supplier`; the parameters come as JSON.
#[utoipa::path(
    post, path = "/orders", tag = "Orders", operation_id = "offer",
    params(IdempotencyKey), request_body = OfferBody, responses(Offered),
)]
pub async fn create(
    State(app): State<AppState>,
    door: Door,
    OriginalUri(uri): OriginalUri,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    let mut request = request.without_precondition();
    let by = authority(&door, &mut request);
    let offer = Offer::read(request.fields)?;
    let request = request.request.as_ref();
    let answer = app.orders.offer(offer, None, &by, request).await;
    Ok(respond(answer, |order| {
        let location = [(header::LOCATION, format!("{}/{}", uri.path(), order.id))];
        (StatusCode::CREATED, location, Tagged(order)).into_response()
    }))
}

/// Accept or reject an order, as its supplier
///
/// From `pending_supplier` to `supplier_accepted` or `supplier_rejected`. An order from a menu stays in `customer_accepted`, or is `supplier_rejected`: it is answered once, and accepted before its `answer_by`. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/supplier-respond", tag = "Orders", operation_id = "supplierRespond",
    params(InPath, IfMatch, IdempotencyKey), request_body = AnswerBody, responses(Changed),
)]
pub async fn supplier_respond(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    act(&app, &door, request, Command::read_answer).await
}

/// Take an offer, as a customer
///
/// From `supplier_accepted` to `customer_accepted`; the customer's price is set. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/customer-accept", tag = "Orders", operation_id = "customerAccept",
    params(InPath, IfMatch, IdempotencyKey), request_body = TakeBody, responses(Changed),
)]
pub async fn customer_accept(
    State(app): State<AppState>,
    door: Door,
    from: ConnectInfo<SocketAddr>,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    check_take(&app, &door.viewer, request.id, from.ip()).await?;
    act(&app, &door, request, Command::read_take).await
}

/// Send a driver
///
/// From `ready` to `dispatched`. A driver whom the market knows is spelled as it knows them: capitals and Unicode forms make no difference. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/dispatch", tag = "Orders", operation_id = "dispatch",
    params(InPath, IfMatch, IdempotencyKey), request_body = DispatchBody, responses(Changed),
)]
pub async fn dispatch(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(mut request): QueryAndBody,
) -> Result<Response, Problem> {
    if door.viewer.is_open() {
        return act(&app, &door, request, Command::read_dispatch).await;
    }
    let by = authority(&door, &mut request);
    let (id, (driver_name, driver_id), expected, request) = request.read(Command::read_driver)?;
    let command = app.orders.assignment(driver_name, driver_id).await?;
    let request = request.as_ref();
    let answer = app.orders.act(id, command, &by, &expected, request).await;
    Ok(respond(answer, |order| Tagged(order).into_response()))
}

/// Take the next step, or cancel
///
/// A state that has a call of its own is refused with 422, and that call is named. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/status", tag = "Orders", operation_id = "status",
    params(InPath, IfMatch, IdempotencyKey), request_body = StatusBody, responses(Changed),
)]
pub async fn status(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    act(&app, &door, request, Command::read_status).await
}

/// Take the last step back
///
/// From `preparing` to `customer_accepted`, from `ready` to `preparing`, from `dispatched` to `ready` (the driver is taken off), from `in_transit` to `dispatched`. The event is named after the state that it leads to. There are no parameters.
#[utoipa::path(
    post,
    path = "/orders/{id}/recall",
    tag = "Orders",
    operation_id = "recall",
    params(InPath, IfMatch, IdempotencyKey),
    responses(Changed)
)]
pub async fn recall(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    act(&app, &door, request, Command::read_recall).await
}

/// Cancel an order, and say why
///
/// From any state up to `ready`. A supplier's `notes` become those of the order. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/cancel", tag = "Orders", operation_id = "cancel",
    params(InPath, IfMatch, IdempotencyKey), request_body = CancelBody, responses(Changed),
)]
pub async fn cancel(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    act(&app, &door, request, Command::read_cancellation).await
}

/// Say that the kitchen needs longer
///
/// Of an order from a menu that is answered, in `customer_accepted` or `preparing`: its promise moves by so much. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/delay", tag = "Orders", operation_id = "delay",
    params(InPath, IfMatch, IdempotencyKey), request_body = DelayBody, responses(Changed),
)]
pub async fn delay(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    act(&app, &door, request, Command::read_delay).await
}

/// Tick pieces of a line
///
/// Of an order from a menu, in `preparing`. `done` is how many pieces of the line are ticked then: if so many are, nothing changes. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/check", tag = "Orders", operation_id = "check",
    params(InPath, IfMatch, IdempotencyKey), request_body = CheckBody, responses(Changed),
)]
pub async fn check(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    act(&app, &door, request, Command::read_check).await
}

async fn act(
    app: &AppState,
    door: &Door,
    mut request: Request,
    read: fn(Fields) -> Result<Command, Error>,
) -> Result<Response, Problem> {
    let by = authority(door, &mut request);
    let (id, command, expected, request) = request.read(read)?;
    let request = request.as_ref();
    let answer = app.orders.act(id, command, &by, &expected, request).await;
    Ok(respond(answer, |order| Tagged(order).into_response()))
}

/// By what right a call acts: an admin has to say why, in a parameter that others do not have.
pub(super) fn authority(door: &Door, request: &mut Request) -> Authority {
    let mut by = door.authority(Interface::Rest);
    if by.is_admin() {
        by.admin_reason = request.fields.required("admin_reason");
    }
    by
}

/// The response, marked if it is a replay.
fn respond(answer: Answer, done: impl FnOnce(Order) -> Response) -> Response {
    let mut response = answer.result.map_or_else(IntoResponse::into_response, done);
    response.extensions_mut().insert(Logged);
    if answer.replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, TRUE);
    }
    response
}

/// Look at an order
#[utoipa::path(
    get,
    path = "/orders/{id}",
    tag = "Orders",
    operation_id = "order",
    params(InPath, IfMatch, KnownVersion),
    responses(OrdersPage)
)]
pub async fn read(
    State(app): State<AppState>,
    door: Door,
    headers: HeaderMap,
    Query(request): Query,
) -> Result<Response, Problem> {
    let (id, (), expected, _) = request.read(no_parameters)?;
    let order = app.orders.order(id, &door.viewer).await?;
    order.check(&expected)?;
    Ok(if is_known(&headers, &etag(&order)) {
        (StatusCode::NOT_MODIFIED, [(header::ETAG, etag(&order))]).into_response()
    } else {
        Tagged(order).into_response()
    })
}

/// Look at what happened to an order
#[utoipa::path(
    get,
    path = "/orders/{id}/events",
    tag = "Orders",
    operation_id = "events",
    params(InPath, IfMatch),
    responses(History)
)]
pub async fn events(
    State(app): State<AppState>,
    door: Door,
    Query(request): Query,
) -> Result<Response, Problem> {
    let (id, (), expected, _) = request.read(no_parameters)?;
    if expected != Precondition::Any {
        let order = app.orders.order(id, &door.viewer).await?;
        order.check(&expected)?;
    }
    Ok(array(&app.orders.history(id, &door.viewer).await?))
}

/// Look at all orders
///
/// Newest first, in pages.
#[utoipa::path(
    get,
    path = "/orders",
    tag = "Orders",
    operation_id = "orders",
    params(components::OrdersQuery),
    responses(Listed)
)]
pub async fn list(
    State(app): State<AppState>,
    OriginalUri(uri): OriginalUri,
    door: Door,
    Query(request): Query,
) -> Result<Response, Problem> {
    let OrdersQuery {
        filter,
        before,
        limit,
    } = OrdersQuery::read(request.without_precondition().fields)?;
    let page = app
        .orders
        .orders(&filter, before, limit, &door.viewer)
        .await?;
    let mut response = array(&page.orders);
    let headers = response.headers_mut();
    headers.insert(LAST_EVENT_ID, ascii(page.cursor.to_string()));
    if let Some(next) = &page.next {
        headers.insert(header::LINK, next_page(&uri, next));
    }
    Ok(response)
}

/// An order with its version as `ETag`.
pub struct Tagged(pub Order);

impl IntoResponse for Tagged {
    fn into_response(self) -> Response {
        ([(header::ETAG, etag(&self.0))], axum::Json(self.0)).into_response()
    }
}

fn etag(order: &Order) -> String {
    format!("\"{}\"", order.version)
}
