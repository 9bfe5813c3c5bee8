//! The calls about a whole menu: reading and importing it, its outline, and undoing edits.

use super::{
    menu_answers::{MenuChanged, SavedOutline},
    menu_request::{CSV, MenuRequest, read_undo, wants_csv},
    respond::{marked, named, tag},
};
use crate::{
    domain::{Error, shop::menu::read},
    server::{
        services::shops::{menu_csv::write_csv, menus::MenuCall},
        web::{
            auth::{Door, Interface},
            openapi::{
                components::{IdempotencyKey, KnownVersion},
                menus::{
                    DryRun, MenuAnswer, MenuFileBody, MenuSaved, OutlineAnswer, OutlineBody,
                    OutlineSaved, RestoreBody, Restored,
                },
                restaurants::{RestaurantInPath, Version},
            },
            problem::Problem,
            rest::extract::{Query, QueryAndBody, QueryAndLongBody, is_known, no_parameters},
            state::AppState,
        },
    },
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

const VARY: [(header::HeaderName, HeaderValue); 1] =
    [(header::VARY, HeaderValue::from_static("accept"))];

/// Look at a menu
///
/// All of it, as JSON, or as a table where `Accept` asks for `text/csv`. Either can be sent back with `PUT`; the table has no column for the hours of categories and the rule for halves, which stay as they are.
#[utoipa::path(
    get,
    path = "/restaurants/{r}/menu",
    tag = "Menus",
    operation_id = "menu",
    params(RestaurantInPath, KnownVersion),
    responses(MenuAnswer)
)]
pub async fn read_menu(
    State(app): State<AppState>,
    headers: HeaderMap,
    Query(request): Query,
) -> Result<Response, Problem> {
    let request = request.without_precondition();
    let named = named(&request);
    no_parameters(request.fields)?;
    let shop = app.shops.find(&named?).await?;
    let revision = shop.counter.menu_revision;
    if is_known(&headers, &format!("\"{revision}\"")) {
        return Ok((StatusCode::NOT_MODIFIED, tag(revision), VARY).into_response());
    }
    if wants_csv(&headers) {
        let (menu, revision) = app.shops.menu_at_revision(&shop).await?;
        let csv = write_csv(&menu).map_err(|_| Error::Internal)?;
        let name = format!("attachment; filename=\"menu-{}.csv\"", shop.profile.slug);
        let head = [
            (header::CONTENT_TYPE, format!("{CSV}; charset=utf-8")),
            (header::CONTENT_DISPOSITION, name),
        ];
        return Ok((tag(revision), VARY, head, csv).into_response());
    }
    let menu = app.shops.menu_text(&shop).await?;
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((tag(menu.revision), VARY, json, menu.text).into_response())
}

/// Import a menu
///
/// In one step, in place of the one that stands: what is absent is taken off, and the code of an item that was taken off brings it back. What has no `id` gets a code; in a table it is first looked for by its name below its parent. `revision` and the versions in it are read over. An import that changes nothing is no edit. Without `If-Match` it is refused with 428.
#[utoipa::path(
    put, path = "/restaurants/{r}/menu", tag = "Menus", operation_id = "importMenu",
    params(RestaurantInPath, Version, IdempotencyKey, DryRun),
    request_body(content((MenuFileBody = "application/json"), (String = "text/csv"))),
    responses(MenuSaved),
)]
pub async fn import(
    State(app): State<AppState>,
    door: Door,
    MenuRequest {
        request,
        source,
        dry_run,
    }: MenuRequest,
) -> Result<Response, Problem> {
    let call = MenuCall {
        shop: &named(&request)?,
        by: &door.authority(Interface::Rest),
        request: request.request.as_ref(),
    };
    let edited = app
        .shops
        .import_menu(call, request.expected(), &source, dry_run);
    let (edited, replayed) = edited.await?;
    let revision = tag(edited.revision);
    Ok(marked(
        (revision, Json(MenuChanged::from(edited))),
        replayed,
    ))
}

/// Look at the outline of a menu
///
/// Its sizes, categories with the order of their items, groups of options, and the rule for halves.
#[utoipa::path(
    get,
    path = "/restaurants/{r}/menu/outline",
    tag = "Menus",
    operation_id = "outline",
    params(RestaurantInPath),
    responses(OutlineAnswer)
)]
pub async fn read_outline(
    State(app): State<AppState>,
    Query(request): Query,
) -> Result<Response, Problem> {
    let request = request.without_precondition();
    let named = named(&request);
    no_parameters(request.fields)?;
    let shop = app.shops.find(&named?).await?;
    let outline = &app.shops.menu(&shop).await?.outline;
    Ok((tag(outline.version), Json(outline)).into_response())
}

/// Save the outline of a menu
///
/// It takes what `GET` answers; `next` and `version` are read over. What an item still offers cannot be left out. Without `If-Match` it is refused with 428.
#[utoipa::path(
    put, path = "/restaurants/{r}/menu/outline", tag = "Menus", operation_id = "saveOutline",
    params(RestaurantInPath, Version, IdempotencyKey), request_body = OutlineBody, responses(OutlineSaved),
)]
pub async fn save_outline(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(mut request): QueryAndBody,
) -> Result<Response, Problem> {
    let named = named(&request);
    let outline = read::outline(std::mem::take(&mut request.fields))?;
    let call = MenuCall {
        shop: &named?,
        by: &door.authority(Interface::Rest),
        request: request.request.as_ref(),
    };
    let saved = app.shops.put_outline(call, request.expected(), &outline);
    let (saved, replayed) = saved.await?;
    let version = tag(saved.content.version);
    Ok(marked((version, Json(SavedOutline::from(saved))), replayed))
}

/// Undo edits of a menu
///
/// Each edit answers what undoes it: documents with the version `from` at which it has left them, and the version `to` that they had, 0 for none. Where each still is at its `from`, all of them get the contents of `to` again; else the answer is 412, and none does. It is an edit, and can be undone as well.
#[utoipa::path(
    post, path = "/restaurants/{r}/menu/restore", tag = "Menus", operation_id = "restoreMenu",
    params(RestaurantInPath, IdempotencyKey), request_body = RestoreBody, responses(Restored),
)]
pub async fn restore(
    State(app): State<AppState>,
    door: Door,
    QueryAndLongBody(request): QueryAndLongBody,
) -> Result<Response, Problem> {
    let request = request.without_precondition();
    let named = named(&request);
    let undo = read_undo(request.fields)?;
    let call = MenuCall {
        shop: &named?,
        by: &door.authority(Interface::Rest),
        request: request.request.as_ref(),
    };
    let (edited, replayed) = app.shops.restore_menu(call, &undo).await?;
    let revision = tag(edited.revision);
    Ok(marked(
        (revision, Json(MenuChanged::from(edited))),
        replayed,
    ))
}
