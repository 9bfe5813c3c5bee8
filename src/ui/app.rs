//! The page: its data, and the panel that it shows.

use super::{
    attention::{wanting_here, wanting_on},
    browser::timer::sleep,
    components::{
        basics::{Icon, icon},
        form::{Forms, refused_elsewhere},
        header::{reload_link, site_header},
        printing::Printing,
        stable_list::Hand,
        toast::{Toasts, toasts},
    },
    i18n::locale::t,
    keys,
    live::{
        connection::{self, query_of_device},
        page_data::PageData,
        page_queries::PageQueries,
        reactive::when_hydrated,
        store::LiveStore,
    },
    navigation::Navigator,
    notifications, panels,
    route::Panel,
    settings::reopen_settings,
    title::title,
    viewer::set_viewer,
};
use futures::FutureExt as _;
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// The parts of the other panels are fetched this long after the page is hydrated, when its own requests are done.
const PREFETCH_DELAY: Duration = Duration::from_secs(10);

#[component]
pub fn App() -> impl IntoView {
    let mut page_data = SharedValue::new(PageData::of_request).into_inner();
    page_data.locale.set();
    set_viewer(std::mem::take(&mut page_data.viewer));
    let navigator = Navigator::new(&page_data.address);
    let store = LiveStore::new(page_data.snapshot.take(), page_data.zone.take());
    store.set_shop(page_data.shop.take());
    navigator.prepare_with(move |route| {
        let (panel, query) = (route.panel(), query_of_device(route, store));
        let prepare = async move { panels::fetch(panel).await && store.prepare(query).await };
        prepare.boxed_local()
    });
    provide_context(navigator);
    provide_context(store);
    let forms = Forms::new(page_data.flash.take(), store.now_untracked());
    provide_context(forms);
    let queries = PageQueries::new(navigator, store, &mut page_data);
    provide_context(queries);
    let toasts_shown = Toasts::new();
    provide_context(toasts_shown);
    store.on_event(move |event| {
        queries.hear(event);
        forms.hear(event);
        notifications::notify(event, navigator, store, forms, toasts_shown);
    });
    let bell = panels::Bell::new();
    provide_context(bell);
    queries.follow_counts(move || bell.opened_at());
    let hand = Hand::new();
    provide_context(hand);
    let printing = Printing::default();
    provide_context(printing);
    connection::keep(store, navigator);
    let wanting = wanting_here();
    let listen = move || {
        navigator.follow();
        forms.listen();
        bell.listen();
        hand.watch();
        printing.listen();
        reopen_settings();
    };
    follow(navigator, store, wanting, listen);

    let shown = shown(navigator, store);
    view! {
        <a class="unseen" href="#main">{t(["Skip to content", "Zum Inhalt"])}</a>
        {site_header([Panel::Supplier, Panel::Dispatch].map(|panel| wanting_on(panel, wanting)))}
        {refused_elsewhere()}
        {move || match shown.get() {
            (panel, true) => panels::show(panel),
            (_, false) => match store.is_outage() {
                true => outage(),
                false => loading(),
            },
        }}
        {toasts()}
    }
}

/// Listens once the page is hydrated, and keeps what is outside of the app in step with it.
fn follow(
    navigator: Navigator,
    store: LiveStore,
    wanting: Memo<Option<usize>>,
    listen: impl Fn() + 'static,
) {
    let panel = navigator.memo(|route| route.panel());
    Effect::new(move |hydrated: Option<()>| {
        if hydrated.is_none() {
            listen();
            spawn_local(async {
                sleep(PREFETCH_DELAY).await;
                panels::fetch_all().await;
            });
        }
        let wanting = wanting.get().unwrap_or_default();
        document().set_title(&store.with(|board| title(&navigator.get(), board, wanting)))
    });
    // Styles select by this attribute instead of by the content of the page.
    Effect::new(move |_| {
        if let Some(body) = document().body() {
            // Setting a well-formed attribute does not fail.
            let _ = body.set_attribute("data-panel", panel.get().name());
        }
    });
    // It has an effect of its own: its state must survive a change of the title.
    when_hydrated(keys::listen);
}

/// The panel of the route, and whether it can be shown: its board is here. It stays while another board of the same
/// panel is read.
fn shown(navigator: Navigator, store: LiveStore) -> Memo<(Panel, bool)> {
    let panel = navigator.memo(|route| route.panel());
    let is_here = Memo::new(move |_| store.is_loaded() && store.is_of_page());
    Memo::new(move |before: Option<&(Panel, bool)>| {
        let panel = panel.get();
        let needs_none = matches!(panel, Panel::Home | Panel::Nowhere);
        let stays = before == Some(&(panel, true)) || needs_none;
        (panel, is_here.get() || stays)
    })
}

/// Shown while the board of a panel is read.
fn loading() -> AnyView {
    view! {
        <main id="main" tabindex="-1" aria-busy="true">
            <span class="bone half"></span> <span class="bone"></span> <span class="bone"></span>
        </main>
    }
    .into_any()
}

/// Shown instead of a panel while no board could be read.
fn outage() -> AnyView {
    view! {
        <main id="main" tabindex="-1">
            <div class="empty">
                {icon(Icon::Stale)}
                <h1>{t(["The market does not answer right now", "Der Markt antwortet gerade nicht"])}</h1>
                <p>{t(["Nothing is lost. We keep trying, and this page fills itself as soon as the store is back.", "Nichts ist verloren. Wir versuchen es weiter, und diese Seite füllt sich, sobald er wieder da ist."])}</p>
                {reload_link("button primary", t(["Try again", "Noch einmal"]))}
            </div>
        </main>
    }
    .into_any()
}
