//! The calls about what pizzerias say of themselves: making one, lists, reading and saving one, what has happened to it.

use super::respond::{marked, named, tag};
use crate::{
    domain::{
        Field, Fields, Text,
        shop::{
            area::Destination,
            card::{Card, ProfileNow},
            profile::Tag,
            profile_input::read_destination,
            shelf_search::{ShopCursor, ShopQuery},
        },
    },
    server::services::shops::{history::HistoryPlace, list::ListedShop, restaurants::check},
    server::web::{
        auth::{Door, Interface},
        headers::LAST_EVENT_ID,
        openapi::{
            components::IdempotencyKey,
            restaurants::{
                Created, Listed, Page, Places, ProfileAnswer, RestaurantBody, RestaurantHistory,
                RestaurantInPath, RestaurantsQuery, SavedProfile, Version,
            },
        },
        problem::Problem,
        rest::{
            extract::{Query, QueryAndBody},
            lists::{array, ascii, next_page},
            params::ShopLimit,
        },
        state::AppState,
    },
};
use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

const LIMIT: ShopLimit = ShopLimit::of::<50>();

/// Look at all pizzerias
///
/// By name, in pages; without those that are not listed. Each comes without its hours and areas, and with what holds there now.
#[utoipa::path(
    get,
    path = "/restaurants",
    tag = "Pizzerias",
    operation_id = "restaurants",
    params(RestaurantsQuery, Page),
    responses(Listed)
)]
pub async fn list(
    State(app): State<AppState>,
    OriginalUri(uri): OriginalUri,
    Query(request): Query,
) -> Result<Response, Problem> {
    let mut fields = request.without_precondition().fields;
    let text = fields.optional::<Text<100, false>>("q");
    let is_open = fields.optional("open");
    let postcode = fields.optional("postcode");
    let tag = fields.optional::<Tag>("tag");
    let (limit, after) = page::<ShopCursor>(&mut fields);
    let destination = postcode.map(|postcode| Destination {
        postcode: Some(postcode),
        point: None,
    });
    let query = ShopQuery {
        text: text.map(String::from),
        is_open,
        destination: destination.map(|destination| app.shops.located(destination)),
        tag: tag.map(String::from),
    };
    let (query, limit, after) = fields.finish(|| Some((query, limit, after)))?;
    let page = app.shops.list(&query, after.as_ref(), limit).await?;
    let cards: Vec<Card> = page.shops.iter().map(ListedShop::card).collect();
    let mut response = Json(cards).into_response();
    let headers = response.headers_mut();
    headers.insert(LAST_EVENT_ID, ascii(page.cursor.to_string()));
    if let Some(next) = &page.next {
        headers.insert(header::LINK, next_page(&uri, next));
    }
    Ok(response)
}

/// Open a pizzeria
///
/// With an empty menu. It wants `name`, `address` and `time_zone`; what else is not given has the value that its field describes. A slug that is made from the name gets a number where another pizzeria has it. The parameters come as JSON.
#[utoipa::path(
    post, path = "/restaurants", tag = "Pizzerias", operation_id = "createRestaurant",
    params(IdempotencyKey), request_body = RestaurantBody, responses(Created),
)]
pub async fn create(
    State(app): State<AppState>,
    door: Door,
    OriginalUri(uri): OriginalUri,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    let request = request.without_precondition();
    let by = door.authority(Interface::Rest);
    let once = request.request.as_ref();
    let (profile, replayed) = app.shops.create(request.fields, &by, once).await?;
    let location = [(header::LOCATION, format!("{}/{}", uri.path(), profile.id))];
    let version = tag(profile.version);
    let answer = (StatusCode::CREATED, location, version, Json(profile));
    Ok(marked(answer, replayed))
}

/// Look at a pizzeria
///
/// With what holds there now, and if you say where, for that place. A former slug leads to it, too.
#[utoipa::path(
    get,
    path = "/restaurants/{r}",
    tag = "Pizzerias",
    operation_id = "restaurant",
    params(RestaurantInPath, Places),
    responses(ProfileAnswer)
)]
pub async fn read(State(app): State<AppState>, Query(request): Query) -> Result<Response, Problem> {
    let mut request = request.without_precondition();
    let destination = read_destination(&mut request.fields);
    let named = named(&request);
    let destination = request.fields.finish(|| Some(destination))?;
    let destination = destination.map(|destination| app.shops.located(destination));
    let shop = app.shops.find(&named?).await?;
    let now = app.shops.now(&shop, destination.as_ref())?;
    let profile = &*shop.profile;
    let answer = ProfileNow { profile, now: &now };
    Ok((tag(profile.version), Json(answer)).into_response())
}

/// Save what a pizzeria says of itself
///
/// It takes what `GET` answers: `id`, `former_slugs`, times, `version` and `now` are read over, and what is not given has its default again; the slug stays. Without `If-Match` it is refused with 428. A former slug stays the pizzeria's own. Where nothing is new, nothing changes.
#[utoipa::path(
    put, path = "/restaurants/{r}", tag = "Pizzerias", operation_id = "saveRestaurant",
    params(RestaurantInPath, Version, IdempotencyKey), request_body = RestaurantBody, responses(SavedProfile),
)]
pub async fn save(
    State(app): State<AppState>,
    door: Door,
    QueryAndBody(request): QueryAndBody,
) -> Result<Response, Problem> {
    let by = door.authority(Interface::Rest);
    let expected = request.is_conditional.then_some(&request.expected);
    let once = request.request.as_ref();
    check(&request.fields)?;
    let named = named(&request)?;
    let saved = app
        .shops
        .save_profile(&named, request.fields, expected, &by, once);
    let (profile, replayed) = saved.await?;
    let shop = app.shops.saved(&profile).await?;
    let now = app.shops.now(&shop, None)?;
    let answer = ProfileNow {
        profile: &profile,
        now: &now,
    };
    Ok(marked((tag(profile.version), Json(answer)), replayed))
}

/// Look at what happened to a pizzeria
///
/// To its profile and its counter, newest first, in pages.
#[utoipa::path(
    get,
    path = "/restaurants/{r}/events",
    tag = "Pizzerias",
    operation_id = "restaurantEvents",
    params(RestaurantInPath, Page),
    responses(RestaurantHistory)
)]
pub async fn events(
    State(app): State<AppState>,
    door: Door,
    OriginalUri(uri): OriginalUri,
    Query(request): Query,
) -> Result<Response, Problem> {
    let mut request = request.without_precondition();
    let (limit, from) = page::<HistoryPlace>(&mut request.fields);
    let named = named(&request);
    let from = request.fields.finish(|| Some(from))?;
    let history = app
        .shops
        .history(&named?, from, limit, &door.viewer)
        .await?;
    let mut response = array(&history.entries);
    if let Some(next) = &history.next {
        let link = next_page(&uri, next);
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// How many a page holds, and where it begins.
fn page<T: Field>(fields: &mut Fields) -> (usize, Option<T>) {
    let limit = fields.optional::<ShopLimit>("limit").unwrap_or(LIMIT);
    (limit.get().into(), fields.optional("cursor"))
}
