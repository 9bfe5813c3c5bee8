//! The page of a menu: its categories and their items like a sheet, and below them what adds to it.

use super::{
    category_page,
    fields::key,
    group_page, import_view, item_page,
    layout::{Page, page},
    menu_rows::{Sheet, section},
    notice::shown,
    open::open,
    outline_view,
    shop::EditedShop,
    shown::{Shown, Subject},
};
use crate::{
    domain::shop::{code::Code, menu::Menu},
    server::web::pages::account::Visit,
    ui::i18n::locale::{Text, t},
};
use axum::{extract::Path, response::Response};
use leptos::prelude::*;

pub const TITLE: Text = ["Menu", "Karte"];

pub async fn show(visit: Visit, Path(named): Path<String>) -> Response {
    let edited = match open(&visit, &named, false).await {
        Ok(edited) => edited,
        Err(answer) => return *answer,
    };
    let notice = shown(&visit).await;
    let notice = notice.as_ref();
    let of = Shown {
        notice,
        ..Shown::default()
    };
    render(&visit, &edited, Subject::in_query(&visit.query), of).await
}

/// Renders the menu as it stands now, or the part of it that the page is about.
pub async fn render(
    visit: &Visit,
    edited: &EditedShop,
    subject: Subject,
    shown: Shown<'_>,
) -> Response {
    if let Subject::Item(code) = &subject {
        return item_page::render(visit, edited, code, shown).await;
    }
    let read = visit.app.shops.menu_at_revision(&edited.known).await;
    let (menu, unread) = match read {
        Ok((menu, _)) => (Some(menu), None),
        Err(refusal) => (None, Some(refusal)),
    };
    let layout = Page {
        title: TITLE,
        shop: Some(edited),
        notice: shown.notice,
        refusal: shown.refusal.or(unread.as_ref()),
        outline: menu.as_ref().map(|menu| &menu.outline),
    };
    page(visit, layout, || match &menu {
        Some(menu) => content(edited, menu, &subject, &shown),
        None => ().into_any(),
    })
    .await
}

/// A part that is not there any more leads to the whole menu.
fn content(edited: &EditedShop, menu: &Menu, subject: &Subject, shown: &Shown<'_>) -> AnyView {
    let outline = &menu.outline;
    match subject {
        Subject::Category(code) => {
            let mut categories = outline.categories.iter();
            let category = categories.find(|one| one.id == *code);
            category.map(|one| category_page::form(edited, menu, one, shown))
        }
        Subject::Group(None) => Some(group_page::form(edited, menu, None, shown)),
        Subject::Group(Some(code)) => {
            let group = outline.group(code);
            group.map(|_| group_page::form(edited, menu, group, shown))
        }
        Subject::Menu | Subject::Item(_) => None,
    }
    .unwrap_or_else(|| sheet(edited, menu, shown))
}

fn sheet(edited: &EditedShop, menu: &Menu, shown: &Shown<'_>) -> AnyView {
    let sheet = Sheet::new(edited, menu, shown);
    let categories = &menu.outline.categories;
    let sections: Vec<_> = categories
        .iter()
        .map(|one| section(&sheet, Some(one)))
        .collect();
    let is_shown = |code: &Code| menu.outline.category_of(code).is_some();
    let has_drafts = menu
        .items
        .iter()
        .any(|item| !item.gone && !is_shown(&item.id));
    let drafts = has_drafts.then(|| section(&sheet, None));
    let is_empty = categories.is_empty() && menu.items.is_empty();
    let first = is_empty.then(|| first_run(edited));
    view! {
        {shown.import.as_ref().map(|offered| import_view::difference(edited, offered))}
        {first}
        {find()}
        {sections}
        {drafts}
        {outline_view::view(edited, menu, shown)}
        {import_view::form(edited, shown.sent)}
    }
    .into_any()
}

/// The field that narrows the rows, and the keys: both of the script, which shows them.
fn find() -> AnyView {
    let label = t(["Find on the menu", "Auf der Karte suchen"]);
    let key = |keys: &'static str, does: Text| {
        view! { <li><kbd>{keys}</kbd> " " {t(does)}</li> }.into_any()
    };
    view! {
        <div class="stack" hidden data-script="">
            <input class="input" id="find" type="search" aria-label=label placeholder=label/>
            <ul class="row keys small" aria-label=t(["Keys", "Tasten"])>
                {key("Enter", ["saves and goes on", "speichert und geht weiter"])}
                {key("n", ["new", "neu"])}
                {key("/", ["finds", "sucht"])}
                {key("Alt+↑ ↓", ["moves a row", "verschiebt eine Zeile"])}
                {key("Ctrl+Z", ["undoes, up to 20 times", "macht rückgängig, bis zu 20-mal"])}
                {key("Esc", ["leaves a field", "verlässt ein Feld"])}
            </ul>
        </div>
    }
    .into_any()
}

/// The first run: from the example, or from nothing.
fn first_run(edited: &EditedShop) -> AnyView {
    let said = t([
        "There is nothing on this menu yet. Start from an example and change it, paste a menu below, or begin with a category of your own.",
        "Auf dieser Karte steht noch nichts. Fang mit einem Beispiel an und ändere es, füg unten eine Karte ein, oder beginne mit einer eigenen Kategorie.",
    ]);
    view! {
        <section class="paper stack" aria-labelledby="first">
            <h2 id="first">{t(["An empty menu", "Eine leere Karte"])}</h2>
            <p>{said}</p>
            <form method="post" action=edited.menu_path()>
                {key()}
                <button class="button primary" name="act" value="example">{t(["Start from the example", "Mit dem Beispiel anfangen"])}</button>
            </form>
        </section>
    }
    .into_any()
}
