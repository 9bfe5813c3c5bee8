//! The description of the API, for programs and for people. Its page loads nothing from other sites, and has the same
//! content policy as all others: Swagger UI comes from files of this program, and is started by one.

use super::{docs::Docs, examples, responses::Limited};
use crate::server::web::{
    middleware::security_headers::content_policy, problem::Problem, state::AppState,
    websocket::close,
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
use std::sync::Arc;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use utoipa::openapi::{OpenApi, path::Operation};

/// The address of the description, on the stable surface that it describes.
const DESCRIPTION: &str = "/api/v1/openapi.json";

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/docs", get(page))
        .route("/docs/{file}", get(file))
        .route("/problems/{name}", get(problem))
        // Swagger UI's program is large, and not compressed beforehand.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
}

/// The description in both its forms.
pub fn docs(api: OpenApi) -> Docs {
    Docs {
        json: api.to_json().unwrap_or_default().into(),
        page: html(&api).into(),
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
        "start.js" => (kind(js), include_str!("page/start.js")).into_response(),
        "swagger-ui.css" => (kind(css), swagger_ui(&name)).into_response(),
        "swagger-ui-bundle.js" => (kind(js), swagger_ui(&name)).into_response(),
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

fn swagger_ui(name: &str) -> Result<Vec<u8>, Problem> {
    match utoipa_swagger_ui::serve(name, Arc::default()) {
        Ok(Some(file)) => Ok(file.bytes.into_owned()),
        Ok(None) | Err(_) => Err(Problem::UnknownPath),
    }
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

fn html(api: &OpenApi) -> String {
    let page = view! {
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>"API · Pizza Market"</title>
                <link rel="icon" type="image/svg+xml" href="/brand.svg"/>
                <link rel="stylesheet" href="/docs/swagger-ui.css"/>
                <link rel="stylesheet" href="/docs/docs.css"/>
                <script src="/docs/swagger-ui-bundle.js" defer></script>
                <script src="/docs/start.js" defer></script>
            </head>
            <body>
                <header>
                    <a href="/">"Pizza Market"</a>
                    <a href=DESCRIPTION>"The description as JSON (OpenAPI 3.1)"</a>
                </header>
                <main>
                    <div id="api">
                        // Swagger UI replaces this, where scripts run.
                        <h1>"Pizza Market: the API"</h1>
                        {calls(api)}
                    </div>
                    {problems()}
                    {closes()}
                </main>
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", page.to_html())
}

fn calls(api: &OpenApi) -> impl IntoView {
    let row = |path: &str, method: &str, call: &Option<Operation>| {
        let says = call.as_ref()?.summary.clone();
        let call = format!("{method} {path}");
        Some(view! { <tr><th scope="row"><code>{call}</code></th><td>{says}</td></tr> })
    };
    let rows = api
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| [row(path, "GET", &item.get), row(path, "POST", &item.post)]);
    view! {
        <table>
            <caption>"Calls"</caption>
            <tbody>{rows.flatten().collect_view()}</tbody>
        </table>
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
