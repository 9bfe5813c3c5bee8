//! The pages: each rendered from the board as it is now, under a strict content policy; and the site's files.

use super::{drawing, posted, state::App};
use crate::{
    domain::{Error, Snapshot},
    ui::{self, Opening},
};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY},
        request::Parts,
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use leptos::{
    config::LeptosOptions,
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::{
    LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context,
    site_pkg_dir_service_route_path,
};
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// The live view, read for the page that is about to be rendered.
type Read = Result<Snapshot, Error>;

pub fn routes(app: &App) -> Router<App> {
    let options = app.leptos.clone();
    let shell = move || ui::shell(options.clone());
    Router::new()
        .leptos_routes_with_context(app, generate_route_list(ui::App), open(&app.leptos), shell)
        .route_layer(from_fn_with_state(app.clone(), from_the_board))
        .route("/pizza.svg", get(drawing::picture))
        .route(&site_pkg_dir_service_route_path(&app.leptos), get(package))
}

/// Program and style. Where their names change with their contents, what is under a name never changes.
async fn package(State(app): State<App>, request: Request) -> Response {
    let keep = if app.leptos.hash_files {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    file(&app, request, keep).await
}

/// A file of the site; or else the page that says that there is nothing here.
pub async fn elsewhere(State(app): State<App>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return Error::UnknownPath.into_response();
    }
    let (parts, body) = request.into_parts();
    let file = file(
        &app,
        Request::from_parts(parts.clone(), Body::empty()),
        "no-cache",
    )
    .await;
    if file.status() != StatusCode::NOT_FOUND {
        return file;
    }
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(app.desk.snapshot().await);
    let (options, open) = (app.leptos.clone(), open(&app.leptos));
    let context = move || {
        provide_context(app.clone());
        open();
    };
    let mut page =
        render_app_async_with_context(context, move || ui::shell(options.clone()))(request).await;
    *page.status_mut() = StatusCode::NOT_FOUND;
    page
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
    }
    response
}

/// Reads the board for a page. While there is none, the page says so, and so does its status.
async fn from_the_board(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/act/") {
        return next.run(request).await;
    }
    let read: Read = app.desk.snapshot().await;
    let away = read.is_err();
    request.extensions_mut().insert(read);
    let mut response = next.run(request).await;
    if away && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

/// What a page is rendered from, and the headers that go with it.
fn open(options: &LeptosOptions) -> impl Fn() + Clone + Send + Sync + 'static {
    let reload = std::env::var_os("LEPTOS_WATCH").map(|_| options.reload_port);
    move || {
        let (Some(request), Some(response)) =
            (use_context::<Parts>(), use_context::<ResponseOptions>())
        else {
            return;
        };
        let Some(read) = request.extensions.get::<Read>() else {
            return;
        };
        provide_context(Opening {
            snapshot: read.clone(),
            flash: posted::take_flash(&request.headers, &response),
            zone: posted::read_cookie(&request.headers, "zone")
                .and_then(|zone| zone.parse().ok())
                .filter(is_zone),
        });
        response.insert_header(CONTENT_SECURITY_POLICY, policy(reload));
        response.insert_header(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}

/// From 12 hours behind to 14 hours ahead of UTC.
fn is_zone(minutes: &i32) -> bool {
    (-720..=840).contains(minutes)
}

/// Scripts only from here, styles only from files, no frames, no plug-ins. `reload` is where `cargo leptos watch`
/// tells pages to reload.
fn policy(reload: Option<u32>) -> HeaderValue {
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
