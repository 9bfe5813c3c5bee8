//! The document of these pages: the way between them, what was just done, and the bar of the counter.

use super::{
    counter_bar,
    fields::key,
    notice::{Done, Notice},
    refusals,
    shop::EditedShop,
};
use crate::{
    domain::shop::menu::Outline,
    server::{
        services::shops::refusal::ShopRefusal,
        web::{
            middleware::security_headers::content_policy,
            pages::account::{Document, Visit, render},
            problem::Problem,
        },
    },
    ui::{
        Icon, Kitchen, Route, empty,
        i18n::locale::{Text, t},
        icon, name, paths,
    },
};
use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use leptos::prelude::*;

/// What a page is beside its content.
pub struct Page<'a> {
    pub title: Text,
    pub shop: Option<&'a EditedShop>,
    pub notice: Option<&'a Notice>,
    pub refusal: Option<&'a ShopRefusal>,
    /// Of the menu that the page is about: what is wrong names its parts.
    pub outline: Option<&'a Outline>,
}

/// Renders a page. Where its form was refused, it says so, with the status of the refusal.
pub async fn page(visit: &Visit, page: Page<'_>, content: impl FnOnce() -> AnyView) -> Response {
    let status = page.refusal.map_or(StatusCode::OK, |refusal| {
        Problem::from(refusal.clone()).status()
    });
    let html = render(visit, || (document(&page), body(visit, &page, content()))).await;
    let value = HeaderValue::from_static;
    let head = [
        (CONTENT_TYPE, value("text/html; charset=utf-8")),
        (CACHE_CONTROL, value("no-store")),
        (CONTENT_SECURITY_POLICY, content_policy(None)),
    ];
    let mut response = (status, head, html).into_response();
    if let Some(cookie) = visit.shown_notice() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn document(page: &Page<'_>) -> Document {
    let shop = page.shop.map(|shop| format!("{} · ", shop.profile().name));
    Document {
        title: format!("{}{}", shop.unwrap_or_default(), t(page.title)),
        panel: "editor",
        script: paths::EDITOR_SCRIPT,
        head: Some(view! { <meta name="robots" content="noindex"/> }.into_any()),
    }
}

fn body(visit: &Visit, page: &Page<'_>, content: AnyView) -> AnyView {
    let head = page.shop.map(|shop| head(visit, shop, page.title));
    let toast = page.notice.map(|notice| toast(page.shop, notice));
    let refusal = page
        .refusal
        .map(|refusal| refusals::refusal(refusal, page.outline));
    view! { {head} {toast} {refusal} {content} }.into_any()
}

fn head(visit: &Visit, shop: &EditedShop, title: Text) -> AnyView {
    let kitchen = Route::supplier(Kitchen::One(shop.profile().name.to_string())).address();
    let at = visit.address.split('?').next().unwrap_or_default();
    let link = |to: String, word: Text| {
        let current = (to == at).then_some("page");
        view! { <li><a href=to aria-current=current>{t(word)}</a></li> }.into_any()
    };
    let shown = format!("{}/{}", paths::SHOPS, shop.profile().slug);
    view! {
        <h1>{name(&shop.profile().name)} " · " {t(title)}</h1>
        <nav class="tabs" aria-label=t(["Pages of the pizzeria", "Seiten der Pizzeria"])>
            <ul>
                {link(kitchen, ["Kitchen", "Küche"])}
                {link(shop.menu_path(), ["Menu", "Karte"])}
                {link(shop.settings_path(), ["Settings", "Einstellungen"])}
                {link(shown, ["As customers see it", "Wie Kunden sie sehen"])}
            </ul>
        </nav>
        {counter_bar::bar(shop)}
    }
    .into_any()
}

/// What was just done, and what undoes it.
fn toast(shop: Option<&EditedShop>, notice: &Notice) -> AnyView {
    let words = t(match notice.done {
        Done::Saved => ["Saved.", "Gespeichert."],
        Done::Added => ["Added.", "Hinzugefügt."],
        Done::TakenOff => ["Taken off the menu.", "Von der Karte genommen."],
        Done::Imported => ["The menu is imported.", "Die Karte ist importiert."],
        Done::Undone => ["Undone.", "Rückgängig gemacht."],
        Done::Redone => ["Done again.", "Wiederhergestellt."],
        Done::Unchanged => ["Nothing has changed.", "Es hat sich nichts geändert."],
    });
    let undo = serde_json::to_string(&notice.undo).unwrap_or_default();
    let undo = shop.filter(|_| !notice.undo.is_empty()).map(|shop| {
        let (act, word) = match notice.done {
            Done::Undone => ("redo", ["Redo", "Wiederherstellen"]),
            _ => ("undo", ["Undo", "Rückgängig"]),
        };
        view! {
            <form id="undo" method="post" action=shop.menu_path()>
                {key()}
                <input type="hidden" name="undo" value=undo/>
                <button class="button" name="act" value=act>{icon(Icon::Undo)} {t(word)}</button>
            </form>
        }
        .into_any()
    });
    let done = notice.done.name();
    view! { <div class="paper row saved" role="status" data-done=done><p>{icon(Icon::Check)} {words}</p> {undo}</div> }
        .into_any()
}

/// The page of a pizzeria that is not there, or is not the viewer's.
pub async fn unknown(visit: &Visit, refusal: &ShopRefusal) -> Response {
    let heading = ["This page is not here", "Diese Seite gibt es hier nicht"];
    let layout = Page {
        title: heading,
        shop: None,
        notice: None,
        refusal: Some(refusal),
        outline: None,
    };
    page(visit, layout, || {
        let next = [
            "Your kitchen has a link to its menu, where a new offer is made.",
            "Deine Küche hat bei „Neues Angebot“ einen Link zu ihrer Karte.",
        ];
        let way_on = (t(["To the kitchens", "Zu den Küchen"]), "/supplier".to_owned());
        view! { <h1 class="unseen">{t(heading)}</h1> {empty(Icon::Shop, t(heading), t(next), Some(way_on))} }
            .into_any()
    })
    .await
}
