//! The document of a still page: the head and the bar of all pages, and no program. What it says is written once, on the
//! server, and its forms are plain.

use super::{
    beside::{Beside, beside},
    refusals::sentence,
    visit::Visit,
};
use crate::{
    domain::{AccountRole, Error, Name},
    server::web::{auth::cookies::prefix, middleware::security_headers::content_policy, problem},
    ui::{
        Density, Icon, PANELS, Panel, Route, Theme, account_button, brand, empty, help,
        i18n::locale::{Text, t},
        open_settings, own_panel, own_panels, paths, settings, still_links,
    },
};
use axum::{
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE,
        },
    },
    response::{IntoResponse, Response},
};
use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::HashedStylesheet;

/// What a page is beside its content.
#[derive(Clone, Copy)]
pub struct Page {
    pub title: Text,
    pub status: StatusCode,
    /// A browser without JavaScript loads it again after so many seconds.
    pub refresh: Option<u16>,
    /// Its address, or what it shows once.
    pub holds_secret: bool,
}

impl Page {
    pub fn new(title: Text) -> Page {
        Page {
            title,
            status: StatusCode::OK,
            refresh: None,
            holds_secret: false,
        }
    }

    /// A page that may show a secret.
    pub fn holding(self, holds_secret: bool) -> Page {
        Page {
            holds_secret,
            ..self
        }
    }
}

/// What a still document is made of, beside its content.
pub struct Document {
    /// As text.
    pub title: String,
    /// Whose pages it is one of: the styles of the body and of its main part go by it.
    pub panel: &'static str,
    pub script: &'static str,
    /// What its head has beside that of all pages.
    pub head: Option<AnyView>,
}

/// Renders a page, which nobody keeps.
pub async fn page(visit: &Visit, page: Page, content: impl FnOnce() -> AnyView) -> Response {
    let html = render(visit, || (account_document(page), content())).await;
    let value = HeaderValue::from_static;
    let head: [(HeaderName, HeaderValue); 3] = [
        (CONTENT_TYPE, value("text/html; charset=utf-8")),
        (CACHE_CONTROL, value("no-store")),
        (CONTENT_SECURITY_POLICY, content_policy(None)),
    ];
    let mut response = (page.status, head, html).into_response();
    if page.holds_secret {
        let headers = response.headers_mut();
        headers.insert(REFERRER_POLICY, value("no-referrer"));
    }
    if let Some(cookie) = visit.shown_notice() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn account_document(page: Page) -> Document {
    // Under the header's policy browsers hide the origin of the page's own form, which would be refused. No other site is
    // told the address either way.
    let referrer = page
        .holds_secret
        .then(|| view! { <meta name="referrer" content="same-origin"/> }.into_any());
    let refresh = page.refresh.map(|seconds| {
        view! { <noscript><meta http-equiv="refresh" content=seconds.to_string()/></noscript> }
            .into_any()
    });
    let head = view! { <meta name="robots" content="noindex"/> {referrer} {refresh} }.into_any();
    Document {
        title: t(page.title).to_owned(),
        panel: "account",
        script: paths::ACCOUNT_SCRIPT,
        head: Some(head),
    }
}

/// The text of a still page, in the language of its reader.
pub async fn render(visit: &Visit, make: impl FnOnce() -> (Document, AnyView)) -> String {
    let beside = beside(&visit.app, &visit.door.viewer).await;
    let options = visit.app.config.leptos.clone();
    Owner::new().with(|| {
        visit.settings.locale.set();
        let (document, content) = make();
        write(visit, document, &beside, options, content)
    })
}

fn write(
    visit: &Visit,
    document: Document,
    beside: &Beside,
    options: LeptosOptions,
    content: AnyView,
) -> String {
    let own = visit.settings;
    let theme = (own.theme != Theme::System).then(|| own.theme.name());
    let density = (own.density != Density::Auto).then(|| own.density.name());
    // As text, which a title is not escaped as.
    let title = format!("{} · Pizza Market", document.title);
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let prefix = Some(prefix(&visit.app.config)).filter(|prefix| !prefix.is_empty());
    let page = view! {
        <html lang=own.locale.language.name() data-theme=theme data-density=density data-cookies=prefix>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="theme-color" content="#fdfbf6" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#2a211c" media="(prefers-color-scheme: dark)"/>
                <title inner_html=title></title>
                <link rel="icon" type="image/svg+xml" href="/brand.svg"/>
                <HashedStylesheet options/>
                {document.head}
                <script src=document.script defer></script>
            </head>
            <body data-panel=document.panel>
                <a class="unseen" href="#main">{t(["Skip to content", "Zum Inhalt"])}</a>
                {visit.door.viewer.is_open().then(|| beside.above())}
                {header(visit)}
                <main id="main" class=document.panel tabindex="-1">{content}</main>
                {settings(own, &beside.viewer)}
                {help()}
                {beside.menu()}
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", page.to_html())
}

/// The bar of all pages, without what only the program keeps up to date.
fn header(visit: &Visit) -> AnyView {
    let viewer = &visit.door.viewer;
    let path = visit.address.split('?').next().unwrap_or_default();
    let in_shops = path.starts_with(paths::SHOPS);
    let link = |(route, word): (Route, Text)| {
        let is_here = in_shops && route.panel() == Panel::Customer;
        let current = is_here.then_some("true");
        view! { <li><a href=route.address() aria-current=current>{t(word)}</a></li> }.into_any()
    };
    let links: Vec<_> = own_panels(viewer).into_iter().map(link).collect();
    view! {
        <header class="bar">
            {brand()}
            <nav class="panels" aria-label=t(PANELS)><ul>{links} {still_links(viewer, path)}</ul></nav>
            {account_button(viewer)}
            {open_settings()}
        </header>
    }
    .into_any()
}

/// The page that says why there is another page than was asked for.
pub async fn refused(visit: &Visit, error: &Error, way_on: (Text, String)) -> Response {
    let heading = match error {
        Error::NotAllowed | Error::NotYours => {
            ["This page is not yours", "Diese Seite ist nicht deine"]
        }
        Error::StoreUnavailable => [
            "The market does not answer right now",
            "Der Markt antwortet gerade nicht",
        ],
        _ => [
            "There is nothing at this address",
            "Unter dieser Adresse ist nichts",
        ],
    };
    let next = match error {
        Error::NotAllowed | Error::NotYours => [
            "It is for another role. Your own pages are in the bar above.",
            "Sie ist für eine andere Rolle. Deine Seiten stehen oben in der Leiste.",
        ],
        Error::StoreUnavailable => [
            "Nothing is lost. Try again in a moment.",
            "Nichts ist verloren. Versuch es gleich noch einmal.",
        ],
        _ => [
            "The panels are in the bar above.",
            "Die Bereiche stehen oben in der Leiste.",
        ],
    };
    let layout = Page {
        status: problem::status(error),
        ..Page::new(heading)
    };
    page(visit, layout, || {
        let (word, address) = way_on;
        view! {
            <h1 class="unseen">{t(heading)}</h1>
            {empty(Icon::Info, t(heading), t(next), Some((t(word), address)))}
        }
        .into_any()
    })
    .await
}

/// The answer to a form at a limit: when it can be sent again, and the way back to its page.
pub async fn limited(visit: &Visit, error: &Error, back: String) -> Response {
    let heading = ["That was a lot at once", "Das war viel auf einmal"];
    let layout = Page {
        status: problem::status(error),
        ..Page::new(heading)
    };
    page(visit, layout, || {
        let way_on = (t(["Back to the page", "Zurück zur Seite"]), back);
        let (word, address) = way_on;
        view! {
            <h1>{t(heading)}</h1>
            <p>{sentence(error)}</p>
            <p><a class="button" href=address>{word}</a></p>
        }
        .into_any()
    })
    .await
}

/// The page of somebody who may not see it, or whose data cannot be read now.
pub async fn not_theirs(visit: &Visit, error: &Error) -> Response {
    let own = visit
        .identity()
        .map(|identity| own_page(identity.role, identity.supplier_name.as_ref()));
    let way_on = own.unwrap_or((["Home", "Zur Startseite"], "/".to_owned()));
    refused(visit, error, way_on).await
}

/// The page that a role works on, and what leads there.
pub fn own_page(role: AccountRole, supplier_name: Option<&Name>) -> (Text, String) {
    let word = match role {
        AccountRole::Supplier => ["To the kitchen", "Zur Küche"],
        AccountRole::Customer => ["See what is hot", "Sehen, was es gibt"],
        AccountRole::Dispatch => ["To dispatch", "Zur Auslieferung"],
        AccountRole::Driver => ["To my orders", "Zu meinen Bestellungen"],
        AccountRole::Admin => ["To the orders", "Zu den Bestellungen"],
        AccountRole::Integrator => ["Home", "Zur Startseite"],
    };
    (word, own_panel(role, supplier_name))
}
