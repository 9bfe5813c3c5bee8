//! The page: what it is opened with, and which panel stands on it.

use super::{
    components::{
        basics::{Icon, icon},
        form::{Forms, refused_elsewhere},
        header::{reload_link, site_header},
        toast::{Toasts, toasts},
    },
    i18n::{
        locale::{Locale, t},
        messages,
    },
    keys,
    live::{connection, page_queries::PageQueries, store::LiveStore},
    notifications, panels,
    place::{Navigator, Panel, when_hydrated},
};
use crate::api::form::Flash;
use crate::domain::{Error, Event, OrdersPage, Snapshot, StageTimes};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What a page is rendered from. It travels with the page, so that the browser begins where the server ended.
#[derive(Clone, Serialize, Deserialize)]
pub struct PageData {
    /// The address that it was rendered for. The address bar may have moved on before it wakes up.
    pub address: String,
    /// Nothing, while the store does not answer.
    pub snapshot: Option<Snapshot>,
    /// What the page's place needs beside the board: the story of an order, or a page of the past.
    pub story: Option<Result<Vec<Event>, Error>>,
    pub past: Option<Result<OrdersPage, Error>>,
    /// How fast the market is, where that is shown.
    pub pace: Option<StageTimes>,
    /// The refusal that a plain form was sent back with.
    pub flash: Option<Flash>,
    /// Minutes east of UTC where the reader is, if the browser has said so before.
    pub zone: Option<i32>,
    pub locale: Locale,
}

impl PageData {
    /// As the server provides it for this request.
    fn of_request() -> PageData {
        use_context().unwrap_or(PageData {
            address: "/".to_owned(),
            snapshot: None,
            story: None,
            past: None,
            pace: None,
            flash: None,
            zone: None,
            locale: Locale::default(),
        })
    }
}

#[component]
pub fn App() -> impl IntoView {
    let page_data = SharedValue::new(PageData::of_request).into_inner();
    page_data.locale.settle();
    let navigator = Navigator::new(&page_data.address);
    let store = LiveStore::new(page_data.snapshot, page_data.zone);
    provide_context(navigator);
    provide_context(store);
    let forms = Forms::new(page_data.flash, store.now_untracked());
    provide_context(forms);
    let (story, past, pace) = (page_data.story, page_data.past, page_data.pace);
    provide_context(PageQueries::new(navigator, store, story, past, pace));
    let told = Toasts::new();
    provide_context(told);
    store.hear(move |event| notifications::tell(event, navigator, forms, told));
    provide_context(panels::Bell::new());
    connection::keep(store);
    let panel = navigator.memo(|route| route.panel());
    Effect::new(move |hydrated: Option<()>| {
        if hydrated.is_none() {
            navigator.follow();
            forms.listen();
        }
        document().set_title(&store.with(|board| messages::title(&navigator.get(), board)))
    });
    // So that no style has to look for what the page holds.
    Effect::new(move |_| {
        if let Some(body) = document().body() {
            // Where it cannot be set, it stays as it was.
            let _ = body.set_attribute("data-panel", panel.get().name());
        }
    });

    // On its own: what it keeps must not go when a title changes.
    when_hydrated(keys::listen);

    let loaded = Memo::new(move |_| store.is_loaded());
    view! {
        <a class="unseen" href="#main">{t(["Skip to content", "Zum Inhalt"])}</a>
        {site_header()}
        {refused_elsewhere()}
        {move || match panel.get() {
            Panel::Home | Panel::Nowhere => panels::show(panel.get()),
            _ if !loaded.get() => outage(),
            panel => panels::show(panel),
        }}
        {toasts()}
    }
}

/// What stands in a panel's place while there is nothing true to show.
fn outage() -> AnyView {
    view! {
        <main id="main" tabindex="-1">
            <div class="empty">
                {icon(Icon::Stale)}
                <h1>{t(["The market’s store does not answer", "Der Speicher des Markts antwortet nicht"])}</h1>
                <p>{t(["Nothing is lost. We keep trying, and this page fills itself as soon as the store is back.", "Nichts ist verloren. Wir versuchen es weiter, und diese Seite füllt sich, sobald er wieder da ist."])}</p>
                {reload_link("button primary", t(["Try again", "Noch einmal"]))}
            </div>
        </main>
    }
    .into_any()
}
