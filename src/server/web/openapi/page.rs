//! The description of the API, for programs and for people. Its page is made of the description, and of the parts of
//! all pages: everything on it can be read without its script, which sends the calls that a reader tries.

mod calls;
mod markdown;
mod types;

use super::{docs::Docs, examples, responses::Limited};
use crate::server::{
    config::Config,
    web::{
        middleware::security_headers::content_policy, problem::Problem, state::AppState,
        websocket::close,
    },
};
use axum::{
    Router,
    extract::{Path, State},
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName},
    },
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use leptos::prelude::*;
use leptos_meta::HashedStylesheet;
use markdown::markdown;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use utoipa::openapi::OpenApi;

/// The address of the description, on the stable surface that it describes.
const DESCRIPTION: &str = "/api/v1/openapi.json";

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/docs", get(page))
        .route("/docs/{file}", get(file))
        .route("/problems/{name}", get(problem))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

/// The description in both its forms.
pub fn docs(api: OpenApi, config: &Config) -> Docs {
    Docs {
        json: api.to_json().unwrap_or_default().into(),
        page: html(&api, config).into(),
    }
}

/// This description
///
/// OpenAPI 3.1, made from the program's own routes and types.
#[utoipa::path(
    get, path = "/openapi.json", tag = "Operation", operation_id = "description",
    responses((status = 200, description = "The description.", body = utoipa::openapi::Object), Limited),
)]
pub async fn description(State(app): State<AppState>) -> Response {
    (
        [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "no-cache, no-transform"),
        ],
        app.docs.json.clone(),
    )
        .into_response()
}

async fn page(State(app): State<AppState>) -> Response {
    let head = [
        (CONTENT_SECURITY_POLICY, content_policy(None)),
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (head, app.docs.page.clone()).into_response()
}

/// A file of the page.
async fn file(Path(name): Path<String>) -> Response {
    let css = "text/css; charset=utf-8";
    let js = "text/javascript; charset=utf-8";
    match &*name {
        "docs.css" => (kind(css), include_str!("page/docs.css")).into_response(),
        "try.js" => (kind(js), include_str!("page/try.js")).into_response(),
        _ => Problem::UnknownPath.into_response(),
    }
}

fn kind(content_type: &'static str) -> [(HeaderName, HeaderValue); 2] {
    let value = HeaderValue::from_static;
    [
        (CONTENT_TYPE, value(content_type)),
        (CACHE_CONTROL, value("public, max-age=3600")),
    ]
}

/// The address that is a problem's `type` redirects to its place on the page.
async fn problem(Path(name): Path<String>) -> Response {
    match examples::problems()
        .iter()
        .find(|problem| problem.name() == name)
    {
        Some(problem) => Redirect::to(&format!("/docs#{}", problem.name())).into_response(),
        None => Problem::UnknownPath.into_response(),
    }
}

fn html(api: &OpenApi, config: &Config) -> String {
    let (options, is_required) = (config.leptos.clone(), config.auth.is_required());
    let page = view! {
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>"API · Pizza Market"</title>
                <link rel="icon" type="image/svg+xml" href="/brand.svg"/>
                <HashedStylesheet options/>
                <link rel="stylesheet" href="/docs/docs.css"/>
                <script src="/docs/try.js" defer></script>
            </head>
            <body>
                <header class="bar">
                    <a class="brand" href="/"><img src="/brand.svg" alt="" width="34" height="34"/><span>"Pizza Market"</span></a>
                    <a href=DESCRIPTION>"The description as JSON (OpenAPI 3.1)"</a>
                </header>
                <main class="docs">
                    <h1>"Pizza Market: the API"</h1>
                    {markdown(api.info.description.as_deref().unwrap_or_default())}
                    {is_required.then(token)}
                    {calls::calls(api)}
                    <section class="stack" aria-labelledby="types">
                        <h2 id="types">"Types"</h2>
                        {types::types(api)}
                    </section>
                    {problems()}
                    {closes()}
                </main>
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", page.to_html())
}

/// With which token the page's forms try calls: never with the reader's own cookies.
fn token() -> impl IntoView {
    view! {
        <p class="field">
            <label for="token">"A token or an API key, with which the forms of this page try the calls"</label>
            <input id="token" type="password" autocomplete="off" spellcheck="false"/>
        </p>
    }
}

/// What the `type` of each problem means.
fn problems() -> impl IntoView {
    let rows = examples::problems().into_iter().map(|problem| {
        view! {
            <tr id=problem.name()>
                <th scope="row"><code>{problem.address()}</code></th>
                <td>{problem.status().as_u16()}</td>
                <td>{problem.title()}</td>
                <td>{problem.to_string()}</td>
            </tr>
        }
    });
    view! {
        <section aria-labelledby="problems">
            <h2 id="problems">"Problems"</h2>
            <table>
                <thead><tr><th>"Type"</th><th>"Status"</th><th>"Title"</th><th>"For example"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
}

/// What the close codes of a WebSocket mean.
fn closes() -> impl IntoView {
    let rows = close::close_codes().map(|(code, reason)| {
        view! { <tr><th scope="row">{code}</th><td>{reason}</td></tr> }
    });
    view! {
        <section aria-labelledby="closes">
            <h2 id="closes">"How the server closes a WebSocket"</h2>
            <table>
                <thead><tr><th>"Code"</th><th>"Reason"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
}
