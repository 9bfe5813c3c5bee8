//! The calls of the contract, each a sentence: read what was given, ask the desk, answer.

use super::{
    call::{Call, Given, Look},
    description::{
        AnswerBody, Changed, DispatchBody, History, InPath, Known, Listed, OfferBody, Offered,
        Once, One, Precondition, StatusBody, TakeBody, Wanted as WantedParameters,
    },
};
use crate::{
    domain::{Command, Error, Expected, Field, Fields, Kind, Offer, Order, OrderId, What, Whole},
    server::{
        commands::Settled,
        desk::{Filter, OrdersPage},
        ledger::Text,
        once::Answer,
        state::App,
    },
};
use axum::{
    extract::{OriginalUri, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use std::fmt::Write;

/// Offer a pizza
///
/// A supplier's new order. Its state is `pending_supplier`; the parameters come as JSON.
#[utoipa::path(
    post, path = "/orders", tag = "Orders", operation_id = "offer",
    params(Once), request_body = OfferBody, responses(Offered),
)]
pub async fn create(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Call(given): Call,
) -> Result<Response, Error> {
    let given = given.without_precondition();
    let offer = Offer::read(given.fields)?;
    let answer = app.desk.offer(offer, None, given.sending.as_ref()).await;
    Ok(told(answer, |order| {
        let location = [(header::LOCATION, format!("{}/{}", uri.path(), order.id))];
        (StatusCode::CREATED, location, Tagged(order)).into_response()
    }))
}

/// Accept or reject an order, as its supplier
///
/// From `pending_supplier` to `supplier_accepted` or `supplier_rejected`. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/supplier-respond", tag = "Orders", operation_id = "supplierRespond",
    params(InPath, Precondition, Once), request_body = AnswerBody, responses(Changed),
)]
pub async fn supplier_respond(
    State(app): State<App>,
    Call(given): Call,
) -> Result<Response, Error> {
    act(&app, given, Command::read_answer).await
}

/// Take an offer, as a customer
///
/// From `supplier_accepted` to `customer_accepted`; the customer's price is set. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/customer-accept", tag = "Orders", operation_id = "customerAccept",
    params(InPath, Precondition, Once), request_body = TakeBody, responses(Changed),
)]
pub async fn customer_accept(State(app): State<App>, Call(given): Call) -> Result<Response, Error> {
    act(&app, given, Command::read_take).await
}

/// Send a driver
///
/// From `ready` to `dispatched`. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/dispatch", tag = "Orders", operation_id = "dispatch",
    params(InPath, Precondition, Once), request_body = DispatchBody, responses(Changed),
)]
pub async fn dispatch(State(app): State<App>, Call(given): Call) -> Result<Response, Error> {
    act(&app, given, Command::read_dispatch).await
}

/// Take the next step, or cancel
///
/// A state that has a call of its own is refused with 422, and that call is named. The parameters come as JSON, or with the same names in the query.
#[utoipa::path(
    post, path = "/orders/{id}/status", tag = "Orders", operation_id = "status",
    params(InPath, Precondition, Once), request_body = StatusBody, responses(Changed),
)]
pub async fn status(State(app): State<App>, Call(given): Call) -> Result<Response, Error> {
    act(&app, given, Command::read_status).await
}

async fn act(
    app: &App,
    given: Given,
    read: fn(Fields) -> Result<Command, Error>,
) -> Result<Response, Error> {
    let (id, command, expected, sending) = given.read(read)?;
    let answer = app
        .desk
        .act(id, command, None, &expected, sending.as_ref())
        .await;
    Ok(told(answer, |order| Tagged(order).into_response()))
}

/// An answer, and whether it was given before.
fn told(answer: Answer, done: impl FnOnce(Order) -> Response) -> Response {
    let mut response = answer.result.map_or_else(IntoResponse::into_response, done);
    response.extensions_mut().insert(Settled);
    if answer.replayed {
        let replayed = HeaderValue::from_static("true");
        response
            .headers_mut()
            .insert("idempotent-replayed", replayed);
    }
    response
}

/// Look at an order
#[utoipa::path(
    get,
    path = "/orders/{id}",
    tag = "Orders",
    operation_id = "order",
    params(InPath, Precondition, Known),
    responses(One)
)]
pub async fn read(
    State(app): State<App>,
    headers: HeaderMap,
    Look(given): Look,
) -> Result<Response, Error> {
    let (id, (), expected, _) = given.read(nothing)?;
    let order = app.desk.order(id).await?;
    order.check(&expected)?;
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok())
        .is_some_and(|tags| {
            let own = etag(&order);
            // Weakly, as RFC 9110, section 13.1.2, wants it.
            let same = |tag: &str| tag == "*" || tag.trim_start_matches("W/") == own;
            tags.split(',').map(str::trim).any(same)
        });
    Ok(if known {
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
    params(InPath, Precondition),
    responses(History)
)]
pub async fn events(State(app): State<App>, Look(given): Look) -> Result<Response, Error> {
    let (id, (), expected, _) = given.read(nothing)?;
    if expected != Expected::Any {
        app.desk.order(id).await?.check(&expected)?;
    }
    Ok(array(&app.desk.history(id).await?))
}

/// Look at all orders
///
/// Newest first, in pages.
#[utoipa::path(
    get,
    path = "/orders",
    tag = "Orders",
    operation_id = "orders",
    params(WantedParameters),
    responses(Listed)
)]
pub async fn list(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Look(given): Look,
) -> Result<Response, Error> {
    let Wanted {
        filter,
        below,
        most,
    } = Wanted::read(given.without_precondition().fields)?;
    let page = app.desk.orders(&filter, below, most).await?;
    let mut response = array(&page.orders);
    let headers = response.headers_mut();
    headers.insert("last-event-id", ascii(page.cursor.to_string()));
    if let Some(link) = next_page(&uri, &page) {
        headers.insert(header::LINK, ascii(link));
    }
    Ok(response)
}

/// An order with its version as `ETag`.
pub struct Tagged(Order);

impl IntoResponse for Tagged {
    fn into_response(self) -> Response {
        ([(header::ETAG, etag(&self.0))], axum::Json(self.0)).into_response()
    }
}

fn etag(order: &Order) -> String {
    format!("\"{}\"", order.version)
}

/// How many orders a page may hold.
pub type Limit = Whole<1, 500>;

/// Which orders a list shows.
struct Wanted {
    filter: Filter,
    below: Option<OrderId>,
    most: usize,
}

impl Wanted {
    fn read(mut fields: Fields) -> Result<Wanted, Error> {
        let filter = Filter {
            status: fields.optional("status"),
            supplier: fields.optional("supplier_name"),
        };
        let most = fields
            .optional::<Limit>("limit")
            .map_or(500, Whole::get)
            .into();
        let below = fields
            .optional::<PageCursor>("cursor")
            .map(|cursor| cursor.0);
        fields.finish(|| {
            Some(Wanted {
                filter,
                below,
                most,
            })
        })
    }
}

/// Where a page begins: the last order of the one before.
struct PageCursor(OrderId);

impl Field for PageCursor {
    const KIND: Kind = Kind::Text;

    fn parse(text: &str) -> Result<Self, What> {
        text.parse().map(PageCursor).map_err(|_| What::NotACursor)
    }
}

/// The address of the page after this one: this one's own, with another cursor.
fn next_page(uri: &Uri, page: &OrdersPage) -> Option<String> {
    let next = page.next?;
    let mut link = format!("<{}?", uri.path());
    let kept = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    for pair in kept {
        let _ = write!(link, "{pair}&");
    }
    let _ = write!(link, "cursor={next}>; rel=\"next\"");
    Some(link)
}

fn nothing(fields: Fields) -> Result<(), Error> {
    fields.finish(|| Some(()))
}

/// JSON texts as one JSON array.
fn array(texts: &[Text]) -> Response {
    let body = format!("[{}]", texts.join(","));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn ascii(text: String) -> HeaderValue {
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}
