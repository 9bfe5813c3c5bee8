//! The pages: each is rendered from the board as it is now, under a strict content policy.

mod account;
mod assets;
mod cookies;
mod csv_export;
pub mod flash;
mod follow;
pub mod forms;
pub mod pizza_image;
mod preferences;
pub mod redirect;
mod rights;
mod send_back;
mod shell;
mod shop;
mod shop_editor;

use super::{
    auth::{Door, cookies::prefix},
    headers::wants_page,
    middleware::{body_limit::LARGEST_BODY, security_headers::content_policy},
    problem::{self, Problem},
    state::AppState,
};
use crate::{
    domain::{
        Counts, Error, MAX_TOPICS, Name, Names, OrderId, OrdersPage, Snapshot, Viewer, Zone,
        shop::kitchen_shop::KitchenShop,
    },
    ui::{FIRST_ROWS, OrdersQuery, PageData, Route, first_query},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{
        Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri, Version,
        header::{
            ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
            RETRY_AFTER, SET_COOKIE,
        },
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::{MethodFilter, get, on, post},
};
use leptos::{
    prelude::{expect_context, provide_context},
    server_fn::axum::server_fn_paths,
};
use leptos_axum::{
    ResponseOptions, handle_server_fns_with_context, render_app_async_with_context,
    site_pkg_dir_service_route_path,
};
use redirect::{came_from, to_sign_in};
use rights::Access;
use shell::shell;
use std::time::Duration;
use tokio::time::timeout;
use tower_http::compression::CompressionLayer;

/// How long a page waits for who is on duty: it reads that again at once.
const DUTY_DEADLINE: Duration = Duration::from_millis(300);

/// How many drivers a page of dispatch names beside those of its tickets.
const LARGEST_CHOICE: usize = 40;

/// The pages, and what belongs to them: files, pictures, server functions, preferences.
pub fn routes(app: &AppState) -> Router<AppState> {
    // Compressed as they are sent: files are compressed already.
    let compression = CompressionLayer::new().compress_when(is_compressed);
    let routes = Router::new()
        .fallback(fallback)
        .merge(shop::routes())
        .merge(shop_editor::routes())
        .route("/pizza.svg", get(pizza_image::image))
        .layer(compression)
        .route("/orders.csv", get(csv_export::orders))
        .route("/settings", post(preferences::change))
        .route(
            &site_pkg_dir_service_route_path(&app.config.leptos),
            get(assets::package),
        )
        // Not compressed: their pages hold secrets.
        .merge(account::routes(app));
    server_fn_paths().fold(routes, |routes, (path, method)| {
        let filter = MethodFilter::try_from(method).unwrap_or(MethodFilter::POST);
        routes.route(path, on(filter, server_function))
    })
}

/// Marks a page that holds a key. Beside text that somebody else has chosen, its compressed size would tell of the key.
#[derive(Clone)]
struct HoldsKey;

fn is_compressed(_: StatusCode, _: Version, headers: &HeaderMap, extensions: &Extensions) -> bool {
    let kind = headers.get(CONTENT_TYPE);
    let is_drawn = kind.is_some_and(|kind| {
        let kind = kind.as_bytes();
        kind.starts_with(b"text/html") || kind == b"image/svg+xml"
    });
    is_drawn && extensions.get::<HoldsKey>().is_none()
}

/// A server function. Where its arguments cannot be read it is never called, and sets no status: then the error has
/// one.
async fn server_function(State(app): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut request = Request::from_parts(parts.clone(), body);
    // What is read is no form: it is not answered with a way back, which a page elsewhere would name as its `Referer`.
    if app.config.auth.is_required() && request.method().is_safe() {
        request.headers_mut().remove(ACCEPT);
    }
    let context = app.clone();
    let context = move || provide_context(context.clone());
    let answer = handle_server_fns_with_context(context, request).await;
    let answer = answer.into_response();
    if answer.status() == StatusCode::TOO_MANY_REQUESTS && wants_page(&parts.headers) {
        return at_limit(&app, &parts, answer.headers()).await;
    }
    if answer.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return Error::Internal.into_response();
    };
    if let Ok(error) = serde_json::from_slice::<Error>(&body) {
        parts.status = problem::status(&error);
    }
    Response::from_parts(parts, Body::from(body))
}

/// The page that answers a form at a limit, with what its refusal keeps for the page of the form.
async fn at_limit(app: &AppState, form: &Parts, refusal: &HeaderMap) -> Response {
    let seconds = refusal.get(RETRY_AFTER);
    let seconds = seconds.and_then(|seconds| seconds.to_str().ok()?.parse().ok());
    let error = Error::TooMany(seconds.unwrap_or(1));
    let mut page = account::limited(app, form, &error, came_from(&form.headers)).await;
    let headers = page.headers_mut();
    headers.extend(error.retry_after().map(|after| (RETRY_AFTER, after.into())));
    for cookie in refusal.get_all(SET_COOKIE) {
        headers.append(SET_COOKIE, cookie.clone());
    }
    page
}

/// A page; or a file of the site; or else the page that says that there is nothing here.
async fn fallback(State(app): State<AppState>, request: Request) -> Response {
    let route = Route::read(request.uri().path(), request.uri().query().unwrap_or(""));
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    match route {
        Route::Nowhere if !is_read => Problem::UnknownPath.into_response(),
        Route::Nowhere => {
            let (parts, _) = request.into_parts();
            let again = || Request::from_parts(parts.clone(), Body::empty());
            let file = assets::file(&app, again()).await;
            match file.status() {
                StatusCode::NOT_FOUND => page(app, Route::Nowhere, again()).await,
                _ => file,
            }
        }
        _ if !is_read => ([(ALLOW, "GET,HEAD")], Problem::WrongMethod).into_response(),
        route => page(app, route, request).await,
    }
}

/// Renders the page of a route.
async fn page(app: AppState, route: Route, request: Request) -> Response {
    let headers = request.headers();
    let door = Door::of(request.extensions());
    if let Some(answer) = instead(&app, &route, &door, headers, request.uri()).await {
        return answer;
    }
    let kitchen = preferences::kitchen_to_keep(&app.config, &route);
    let (page_data, unread) =
        page_data(&app, &route, door.viewer.clone(), headers, request.uri()).await;
    let preferences = preferences::of(headers, &app);
    let (status, has_flash) = (
        status(&route, &page_data, unread),
        page_data.flash.is_some(),
    );
    let cache_control = match route.order_id() {
        // Names and addresses do not stay on a device that others use.
        Some(_) => "no-store",
        None => "private, no-cache",
    };
    let holds_key = page_data.follow_key.is_some();
    let reload = std::env::var_os("LEPTOS_WATCH").map(|_| app.config.leptos.reload_port);
    let context = move || {
        provide_context(route.clone());
        provide_context(page_data.clone());
        provide_context(preferences);
        let policy = content_policy(reload);
        expect_context::<ResponseOptions>().insert_header(CONTENT_SECURITY_POLICY, policy);
    };
    let flash = app.flash.shown().filter(|_| has_flash);
    let beside = account::beside(&app, &door.viewer).await;
    let document = move || shell(app.config.leptos.clone(), prefix(&app.config), &beside);
    let mut response = render_app_async_with_context(context, document)(request).await;
    *response.status_mut() = status;
    if holds_key {
        response.extensions_mut().insert(HoldsKey);
        let none = HeaderValue::from_static("no-referrer");
        response.headers_mut().insert(REFERRER_POLICY, none);
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
    for cookie in [flash, kitchen].into_iter().flatten() {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

/// What is answered instead of a page: another address, or that it is not the viewer's.
async fn instead(
    app: &AppState,
    route: &Route,
    door: &Door,
    headers: &HeaderMap,
    uri: &Uri,
) -> Option<Response> {
    if !app.config.auth.is_required() {
        return preferences::own_kitchen(&app.config, route, headers);
    }
    if let Some(answer) = follow::follow(app, route, headers, uri).await {
        return Some(answer);
    }
    match rights::access(door, route) {
        Access::Granted => rights::own_kitchen(door, route),
        Access::AfterSignIn => Some(to_sign_in(uri)),
        Access::Denied => Some(account::denied(app, door, headers, uri).await),
    }
}

/// What a page is rendered from; and why the board could not be read, where it could not.
async fn page_data(
    app: &AppState,
    route: &Route,
    viewer: Viewer,
    headers: &HeaderMap,
    uri: &Uri,
) -> (PageData, Option<Error>) {
    let zone = cookies::zone(&app.config, headers);
    let flash = app.flash.read(headers).await;
    // A refusal names its order, which may have left what the page is about.
    let refused = flash.iter().flat_map(|flash| &flash.refused);
    let refused: Vec<_> = refused.map(|(id, _)| *id).take(MAX_TOPICS - 1).collect();
    let kitchen = preferences::kitchen(&app.config, headers);
    let counts = app.orders.counts(kitchen.as_ref(), None, &viewer);
    let (market, wanting) = counts.map_or_else(
        |_| Default::default(),
        |(_, market, wanting)| (market, wanting),
    );
    let (shop, board) = board_of_page(app, route, &refused, market, &viewer).await;
    let (snapshot, unread) = match board {
        Ok(snapshot) => (Some(snapshot), None),
        Err(error) => (None, Some(error)),
    };
    let end = snapshot.as_ref().and_then(|snapshot| snapshot.board.end());
    let beyond = route.beyond(end).filter(|_| route.begins_beyond());
    let address = uri.path_and_query();
    let story = match route.order_id() {
        Some(id) => Some(app.orders.events(id, &viewer).await),
        None => None,
    };
    let newest = story.as_ref().and_then(|story| story.as_ref().ok()?.last());
    let follow_key =
        newest.and_then(|event| follow::key_to_share(&app.credentials, &viewer, &event.order));
    let page_data = PageData {
        follow_key: follow_key.filter(|_| matches!(route, Route::Track(_))),
        address: address.map_or_else(String::new, |address| address.to_string()),
        snapshot,
        shop,
        story,
        past: match beyond {
            Some(query) => Some(past(app, &query, zone.as_ref(), &viewer).await),
            None => None,
        },
        wanting,
        names: names(app, route, &viewer),
        duty: match route {
            // The page does not wait for a store that is away.
            Route::Dispatch { .. } => timeout(DUTY_DEADLINE, app.orders.duty(&viewer))
                .await
                .ok()
                .and_then(Result::ok),
            _ => None,
        },
        pace: match route {
            Route::Orders { .. } => app.orders.pace(&viewer).ok(),
            _ => None,
        },
        flash,
        locale: preferences::of(headers, app).locale,
        viewer,
        zone,
    };
    (page_data, unread)
}

/// What a search finds beyond the board of a page. What is not searched for has no end that a reader waits for.
async fn past(
    app: &AppState,
    query: &OrdersQuery,
    zone: Option<&Zone>,
    viewer: &Viewer,
) -> Result<OrdersPage, Error> {
    let filter = query.filter(zone);
    let found = app.orders.search(&filter, query.below, viewer).await?;
    Ok(match filter.is_narrow() {
        true => found,
        false => found.first(FIRST_ROWS),
    })
}

/// The board of a page, and the pizzeria of its kitchen.
async fn board_of_page(
    app: &AppState,
    route: &Route,
    refused: &[OrderId],
    market: Counts,
    viewer: &Viewer,
) -> (Option<KitchenShop>, Result<Snapshot, Error>) {
    let shop = kitchen_shop(app, route, viewer).await;
    let query = first_query(route, refused, market, shop.as_ref(), viewer.is_open());
    let board = app.orders.snapshot(&query, None, viewer).await;
    // What happens after the board was read is told; until then it may have changed.
    let shop = match shop {
        Some(_) => kitchen_shop(app, route, viewer).await,
        None => None,
    };
    (shop, board)
}

/// The pizzeria of the kitchen that the page of a route shows. The page does without where it is not known now.
async fn kitchen_shop(app: &AppState, route: &Route, viewer: &Viewer) -> Option<KitchenShop> {
    let Route::Supplier { kitchen, .. } = route else {
        return None;
    };
    let kitchen = Name::try_from(kitchen.name()?.to_owned()).ok()?;
    app.shops.of_kitchen(&kitchen, viewer).await.ok()?
}

/// The kitchens and drivers that can be chosen on the page of a route.
fn names(app: &AppState, route: &Route, viewer: &Viewer) -> Names {
    Names {
        kitchens: match route {
            Route::Supplier { .. } | Route::Orders { .. } => app.orders.kitchens(viewer),
            _ => Vec::new(),
        },
        drivers: match route {
            Route::Orders { .. } => app.orders.drivers(viewer),
            // Each ticket has the choice of them.
            Route::Dispatch { .. } => {
                let drivers = app.orders.drivers(viewer).into_iter();
                drivers.take(LARGEST_CHOICE).collect()
            }
            _ => Vec::new(),
        },
    }
}

/// The status of a page is that of the first error that it shows.
fn status(route: &Route, page_data: &PageData, unread: Option<Error>) -> StatusCode {
    if *route == Route::Nowhere {
        return Problem::UnknownPath.status();
    }
    let story = page_data
        .story
        .as_ref()
        .and_then(|story| story.as_ref().err());
    let past = page_data.past.as_ref().and_then(|past| past.as_ref().err());
    let error = story.or(past).or(unread.as_ref());
    error.map_or(StatusCode::OK, problem::status)
}
