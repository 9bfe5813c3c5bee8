//! The site's files: program, style, pictures. Where a name changes with its content, browsers keep it permanently.

use crate::server::{
    config::{self, Config},
    web::state::AppState,
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode, Uri,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY},
    },
    response::Response,
};
use std::sync::OnceLock;
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// A year: for what never changes under its address.
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "no-cache";
/// A drawing has its colours in a style of its own, and some browsers hold it to its own policy wherever it is shown.
const DRAWING_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
);

/// Where the browser's program is.
#[derive(Clone)]
pub struct Program {
    pub script: String,
    pub wasm: String,
}

/// The names of its files do not change while the server runs. `None` without a build of the site.
pub fn program(config: &Config) -> Option<Program> {
    static PROGRAM: OnceLock<Option<Program>> = OnceLock::new();
    let find = || {
        let options = &config.leptos;
        let hashes = options.hash_files.then(|| config::hashes(options));
        let hashes = hashes.flatten();
        let file = |kind: &str| {
            let file = config::package_file(options, hashes.as_deref(), kind);
            file.map(|file| format!("/{file}"))
        };
        Some(Program {
            script: file("js")?,
            wasm: file("wasm")?,
        })
    };
    PROGRAM.get_or_init(find).clone()
}

/// Program and style: immutable where their names have a hash.
pub async fn package(State(app): State<AppState>, request: Request) -> Response {
    let cache_control = match app.config.leptos.hash_files {
        true => IMMUTABLE,
        false => REVALIDATE,
    };
    serve(&app, request, cache_control).await
}

/// A file of the site. One that is asked for with a version (`?v=`) is immutable.
pub async fn file(app: &AppState, request: Request) -> Response {
    let has_version = |uri: &Uri| uri.query().is_some_and(|query| query.starts_with("v="));
    let cache_control = match has_version(request.uri()) {
        true => IMMUTABLE,
        false => REVALIDATE,
    };
    serve(app, request, cache_control).await
}

async fn serve(app: &AppState, request: Request, cache_control: &'static str) -> Response {
    let files =
        ServeDir::new(&*app.config.leptos.site_root).append_index_html_on_directories(false);
    let Ok(response) = files
        .precompressed_br()
        .precompressed_gzip()
        .oneshot(request)
        .await;
    let mut response = response.map(Body::new);
    let headers = response.headers_mut();
    if headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "image/svg+xml")
    {
        headers.insert(CONTENT_SECURITY_POLICY, DRAWING_POLICY);
    }
    if response.status() != StatusCode::NOT_FOUND {
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
        // A cache must not give one browser what was compressed for another.
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}
