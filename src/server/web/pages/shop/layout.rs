//! The document of these pages, and the links between them.

use super::words::{HOT, PIZZERIAS};
use crate::{
    domain::shop::slug::Slug,
    server::web::{
        middleware::security_headers::{PERMISSIONS, WITH_POSITION, content_policy},
        pages::account::{Document, Visit, render},
    },
    ui::{Route, i18n::locale::t, paths},
};
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use leptos::prelude::*;

/// The path of a pizzeria's page.
pub fn path_of(slug: &Slug) -> String {
    format!("{}/{slug}", paths::SHOPS)
}

/// A page, made in the language of its reader.
pub struct Page {
    pub title: String,
    /// What its head has beside that of all pages.
    pub head: Option<AnyView>,
    pub content: AnyView,
}

impl Page {
    pub fn new(title: impl Into<String>, content: AnyView) -> Page {
        Page {
            title: title.into(),
            head: None,
            content,
        }
    }
}

/// Renders a page. Names and addresses do not stay on a device that others use.
pub async fn page(visit: &Visit, status: StatusCode, make: impl FnOnce() -> Page) -> Response {
    let html = render(visit, || {
        let Page {
            title,
            head,
            content,
        } = make();
        let document = Document {
            title,
            panel: "shops",
            script: paths::SHOPS_SCRIPT,
            head,
        };
        (document, content)
    });
    let value = HeaderValue::from_static;
    let head = [
        (CONTENT_TYPE, value("text/html; charset=utf-8")),
        (CACHE_CONTROL, value("no-store")),
        (CONTENT_SECURITY_POLICY, content_policy(None)),
        (PERMISSIONS, WITH_POSITION.clone()),
    ];
    (status, head, html.await).into_response()
}

/// The two ways to a pizza: from a menu, and what is on offer.
pub fn tabs() -> AnyView {
    let offers = Route::offers().address();
    let label = t(["Ways to order", "Bestellwege"]);
    view! {
        <nav class="tabs" aria-label=label>
            <ul>
                <li><a href=paths::SHOPS aria-current="page">{t(PIZZERIAS)}</a></li>
                <li><a href=offers>{t(HOT)}</a></li>
            </ul>
        </nav>
    }
    .into_any()
}

/// The way up.
pub fn back(address: String, word: AnyView) -> AnyView {
    view! { <p class="back"><a href=address><span aria-hidden="true">"‹ "</span>{word}</a></p> }
        .into_any()
}
