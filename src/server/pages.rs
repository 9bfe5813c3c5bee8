//! The pages: each rendered from the board as it is now, under a strict content policy; and the site's files.

use super::{
    document::document,
    drawing, export,
    posted::{FLASH_SHOWN, read_cookie, read_flash},
    rest::{
        extract::LARGEST_BODY,
        problem::{self, Problem},
    },
    settings,
    state::App,
};
use crate::{
    domain::Error,
    ui::{Opening, Place},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, SET_COOKIE, VARY},
    },
    response::{IntoResponse, Response},
    routing::{MethodFilter, get, on},
};
use leptos::{
    nonce::use_nonce,
    prelude::{expect_context, provide_context},
    server_fn::axum::server_fn_paths,
};
use leptos_axum::{
    ResponseOptions, handle_server_fns_with_context, render_app_async_with_context,
    site_pkg_dir_service_route_path,
};
use tower::ServiceExt;
use tower_http::services::ServeDir;

const FOREVER: &str = "public, max-age=31536000, immutable";

pub fn routes(app: &App) -> Router<App> {
    let routes = Router::new()
        .route("/pizza.svg", get(drawing::picture))
        .route("/orders.csv", get(export::orders))
        .route(&site_pkg_dir_service_route_path(&app.leptos), get(package));
    server_fn_paths().fold(routes, |routes, (path, method)| {
        let filter = MethodFilter::try_from(method).unwrap_or(MethodFilter::POST);
        routes.route(path, on(filter, act))
    })
}

/// A server function. Where its arguments cannot be read, it is never called, and sets no status: the error has one.
async fn act(State(app): State<App>, request: Request) -> Response {
    let answer =
        handle_server_fns_with_context(move || provide_context(app.clone()), request).await;
    let answer = answer.into_response();
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

/// Program and style. Where their names change with their contents, what is under a name never changes.
async fn package(State(app): State<App>, request: Request) -> Response {
    let keep = if app.leptos.hash_files {
        FOREVER
    } else {
        "no-cache"
    };
    file(&app, request, keep).await
}

/// A page; or a file of the site; or else the page that says that there is nothing here.
pub async fn elsewhere(State(app): State<App>, request: Request) -> Response {
    let place = Place::read(request.uri().path(), request.uri().query().unwrap_or(""));
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match place {
        Place::Nowhere if !reads => Problem::UnknownPath.into_response(),
        Place::Nowhere => {
            let (parts, _) = request.into_parts();
            let again = || Request::from_parts(parts.clone(), Body::empty());
            // Whoever names a version gets what never changes.
            let keep = match parts.uri.query() {
                Some(query) if query.starts_with("v=") => FOREVER,
                _ => "no-cache",
            };
            let file = file(&app, again(), keep).await;
            match file.status() {
                StatusCode::NOT_FOUND => page(app, Place::Nowhere, again()).await,
                _ => file,
            }
        }
        _ if !reads => ([(ALLOW, "GET,HEAD")], Problem::WrongMethod).into_response(),
        place => page(app, place, request).await,
    }
}

async fn file(app: &App, request: Request, keep: &'static str) -> Response {
    let files = ServeDir::new(&*app.leptos.site_root).append_index_html_on_directories(false);
    let Ok(response) = files
        .precompressed_br()
        .precompressed_gzip()
        .oneshot(request)
        .await;
    let mut response = response.map(Body::new);
    if response.status() != StatusCode::NOT_FOUND {
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static(keep));
        // A cache between must not give one browser what was packed for another.
        response
            .headers_mut()
            .append(VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

/// Renders the page of a place.
async fn page(app: App, place: Place, request: Request) -> Response {
    let headers = request.headers();
    if let Some(elsewhere) = settings::own_kitchen(&place, headers) {
        return elsewhere;
    }
    let remembered = settings::remembered(&place);
    let snapshot = app.desk.snapshot().await;
    let own = settings::of(headers, &app);
    let zone = zone(headers);
    let opening = Opening {
        address: request
            .uri()
            .path_and_query()
            .map_or_else(String::new, |address| address.to_string()),
        snapshot: snapshot.as_ref().ok().cloned(),
        story: match place.story() {
            Some(id) => Some(app.desk.events(id).await),
            None => None,
        },
        past: match place.past() {
            Some((wanted, below)) => Some(app.desk.search(&wanted.sought(zone), Some(below)).await),
            None => None,
        },
        pace: match place {
            Place::Orders { .. } => app.desk.pace().ok(),
            _ => None,
        },
        flash: read_flash(headers),
        locale: own.locale,
        zone,
    };
    let (status, flashes) = (
        status(&place, &opening, snapshot.err()),
        opening.flash.is_some(),
    );
    let reload = std::env::var_os("LEPTOS_WATCH").map(|_| app.leptos.reload_port);
    let context = move || {
        provide_context(place.clone());
        provide_context(opening.clone());
        provide_context(own);
        expect_context::<ResponseOptions>().insert_header(CONTENT_SECURITY_POLICY, policy(reload));
    };
    let document = move || document(app.leptos.clone());
    let mut response = render_app_async_with_context(context, document)(request).await;
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if flashes {
        headers.append(SET_COOKIE, FLASH_SHOWN);
    }
    if let Some(cookie) = remembered {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

/// A page says what is wrong, and so does its status.
fn status(place: &Place, opening: &Opening, unread: Option<Error>) -> StatusCode {
    if *place == Place::Nowhere {
        return Problem::UnknownPath.status();
    }
    let story = opening
        .story
        .as_ref()
        .and_then(|story| story.as_ref().err());
    let past = opening.past.as_ref().and_then(|past| past.as_ref().err());
    let error = story.or(past).or(unread.as_ref());
    error.map_or(StatusCode::OK, problem::status)
}

/// How many minutes east of UTC a reader's clock is, if the browser has said so: from 12 hours behind to 14 ahead.
pub fn zone(headers: &HeaderMap) -> Option<i32> {
    read_cookie(headers, "zone")
        .and_then(|zone| zone.parse().ok())
        .filter(|minutes| (-720..=840).contains(minutes))
}

/// Scripts only from here, styles only from files, no frames, no plug-ins. `reload` is where `cargo leptos watch`
/// tells pages to reload.
pub fn policy(reload: Option<u32>) -> HeaderValue {
    let nonce = use_nonce()
        .map(|nonce| format!(" 'nonce-{nonce}'"))
        .unwrap_or_default();
    let reload = reload
        .map(|port| format!(" ws://127.0.0.1:{port} ws://localhost:{port}"))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self'{nonce} 'wasm-unsafe-eval'; connect-src 'self'{reload}; img-src 'self' data:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"))
}
