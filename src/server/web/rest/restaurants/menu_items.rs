//! The calls about the items of a menu.

use super::{
    menu_answers::SavedItem,
    respond::{marked, named, tag},
};
use crate::{
    domain::shop::{code::Code, menu::read},
    server::{
        services::shops::menus::MenuCall,
        web::{
            auth::{Door, Interface},
            openapi::{
                components::IdempotencyKey,
                menus::{AddedItem, ChangedItem, ItemAnswer, ItemBody, ItemInPath, NewItemBody},
                restaurants::{RestaurantInPath, Version},
            },
            problem::Problem,
            rest::extract::{Query, QueryAndBody, Request, no_parameters},
            state::AppState,
        },
    },
};
use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// Add an item to a menu
///
/// It is shown in the `category`, at the `place` counted from 0, or as the last one there; in no category it is not shown, and cannot be ordered. Without an `id` it gets a code. The code of an item that was taken off brings that one back.
#[utoipa::path(
    post, path = "/restaurants/{r}/items", tag = "Menus", operation_id = "addItem",
    params(RestaurantInPath, IdempotencyKey), request_body = NewItemBody, responses(AddedItem),
)]
pub async fn add(
    State(app): State<AppState>,
    door: Door,
    OriginalUri(uri): OriginalUri,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    let request = request.without_precondition();
    let named = named(&request);
    let (item, place) = read::placed_item(request.fields)?;
    let call = MenuCall {
        shop: &named?,
        by: &door.authority(Interface::Rest),
        request: request.request.as_ref(),
    };
    let added = app.shops.add_item(call, &item, place.as_ref());
    let (added, replayed) = added.await?;
    let (code, version) = (&added.content.id, tag(added.content.version));
    let location = [(header::LOCATION, format!("{}/{code}", uri.path()))];
    let answer = (
        StatusCode::CREATED,
        location,
        version,
        Json(SavedItem::from(added)),
    );
    Ok(marked(answer, replayed))
}

/// Look at an item
#[utoipa::path(
    get,
    path = "/restaurants/{r}/items/{code}",
    tag = "Menus",
    operation_id = "item",
    params(RestaurantInPath, ItemInPath),
    responses(ItemAnswer)
)]
pub async fn read(State(app): State<AppState>, Query(request): Query) -> Result<Response, Problem> {
    let request = request.without_precondition();
    let (named, code) = (named(&request), code(&request));
    no_parameters(request.fields)?;
    let shop = app.shops.find(&named?).await?;
    let item = app.shops.item(&shop, &code?).await?;
    Ok((tag(item.version), Json(item)).into_response())
}

/// Change an item
///
/// It takes what `GET` answers; `id`, `gone` and `version` are read over. Without `If-Match` it is refused with 428.
#[utoipa::path(
    put, path = "/restaurants/{r}/items/{code}", tag = "Menus", operation_id = "changeItem",
    params(RestaurantInPath, ItemInPath, Version, IdempotencyKey), request_body = ItemBody, responses(ChangedItem),
)]
pub async fn change(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(mut request): QueryAndBody,
) -> Result<Response, Problem> {
    let (named, code) = (named(&request), code(&request));
    let item = read::item(std::mem::take(&mut request.fields))?;
    let code = code?;
    let call = MenuCall {
        shop: &named?,
        by: &door.authority(Interface::Rest),
        request: request.request.as_ref(),
    };
    let changed = app
        .shops
        .change_item(call, request.expected(), &code, &item);
    let (changed, replayed) = changed.await?;
    let version = tag(changed.content.version);
    Ok(marked((version, Json(SavedItem::from(changed))), replayed))
}

/// Take an item off a menu
///
/// Also out of its category. Its code stays its own: it can be brought back. Without `If-Match` it is refused with 428.
#[utoipa::path(
    delete,
    path = "/restaurants/{r}/items/{code}",
    tag = "Menus",
    operation_id = "takeItemOff",
    params(RestaurantInPath, ItemInPath, Version, IdempotencyKey),
    responses(ChangedItem)
)]
pub async fn take_off(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(mut request): QueryAndBody,
) -> Result<Response, Problem> {
    let (named, code) = (named(&request), code(&request));
    no_parameters(std::mem::take(&mut request.fields))?;
    let code = code?;
    let call = MenuCall {
        shop: &named?,
        by: &door.authority(Interface::Rest),
        request: request.request.as_ref(),
    };
    let taken = app.shops.take_item_off(call, request.expected(), &code);
    let (taken, replayed) = taken.await?;
    let version = tag(taken.content.version);
    Ok(marked((version, Json(SavedItem::from(taken))), replayed))
}

/// The item in the path. What is wrong with it is recorded in the fields, which are read before.
fn code(request: &Request) -> Result<Code, Problem> {
    request.item.clone().ok_or(Problem::UnknownPath)
}
