//! The page of a menu: its categories and their items like a sheet, and below them what adds to it.

use super::{
    fields::{hidden, key},
    import_view, item_page,
    layout::{Page, page},
    menu_rows::{Sheet, section},
    notice::shown,
    open::open,
    shop::EditedShop,
    shown::Shown,
};
use crate::{
    domain::{
        Field,
        shop::{code::Code, menu::Menu},
    },
    server::web::{pages::account::Visit, query_string},
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
    match item(&visit) {
        Some(code) => item_page::render(&visit, &edited, &code, of).await,
        None => render(&visit, &edited, of).await,
    }
}

/// The item that the address names: then the page is about that one.
fn item(visit: &Visit) -> Option<Code> {
    query_string::pairs(&visit.query).find_map(|(name, pair)| {
        let value = pair.split_once('=')?.1;
        (name.as_deref() == Some("item")).then(|| Code::parse(value).ok())?
    })
}

/// Renders the menu as it stands now.
pub async fn render(visit: &Visit, edited: &EditedShop, shown: Shown<'_>) -> Response {
    let menu = match visit.app.shops.menu_at_revision(&edited.known).await {
        Ok((menu, _)) => menu,
        Err(refusal) => {
            let layout = Page {
                title: TITLE,
                shop: Some(edited),
                notice: shown.notice,
                refusal: Some(&refusal),
            };
            return page(visit, layout, || ().into_any()).await;
        }
    };
    let layout = Page {
        title: TITLE,
        shop: Some(edited),
        notice: shown.notice,
        refusal: shown.refusal,
    };
    page(visit, layout, || sheet(edited, &menu, &shown)).await
}

fn sheet(edited: &EditedShop, menu: &Menu, shown: &Shown<'_>) -> AnyView {
    let sheet = Sheet {
        edited,
        menu,
        sent: shown.sent,
    };
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
        {outline(edited, menu)}
        {import_view::form(edited, shown.sent)}
    }
    .into_any()
}

/// The field that narrows the rows: of the script, which shows it.
fn find() -> AnyView {
    let label = t(["Find on the menu", "Auf der Karte suchen"]);
    view! { <p hidden><input class="input" id="find" type="search" aria-label=label placeholder=label/></p> }
        .into_any()
}

/// The forms that add a category or a size.
fn outline(edited: &EditedShop, menu: &Menu) -> AnyView {
    let version = menu.outline.version;
    let add = |act: &'static str, label: Text, word: Text| {
        let id = format!("{act}-name");
        view! {
            <form class="row" method="post" action=edited.menu_path()>
                {key()} {hidden("version", version.to_string())}
                <label for=id.clone()>{t(label)}</label>
                <input class="input narrow" id=id.clone() name="name" maxlength="60" required/>
                <button class="button" name="act" value=act>{t(word)}</button>
            </form>
        }
        .into_any()
    };
    let sizes: Vec<_> = menu
        .outline
        .sizes
        .iter()
        .map(|size| view! { <li><bdi translate="no">{size.name.to_string()}</bdi></li> }.into_any())
        .collect();
    let none = sizes.is_empty().then(|| {
        let said = t([
            "Without sizes, everything has one price.",
            "Ohne Größen hat alles einen Preis.",
        ]);
        view! { <p class="soft">{said}</p> }.into_any()
    });
    view! {
        <section class="paper stack" aria-labelledby="outline">
            <h2 id="outline">{t(["Categories and sizes", "Kategorien und Größen"])}</h2>
            {add("add-category", ["New category", "Neue Kategorie"], ["Add", "Hinzufügen"])}
            <ul class="row">{sizes}</ul> {none}
            {add("add-size", ["New size", "Neue Größe"], ["Add", "Hinzufügen"])}
            <p class="hint">
                {t([
                    "Groups of toppings and the rule for halves come in with an import.",
                    "Gruppen von Belägen und die Regel für Hälften kommen mit einem Import.",
                ])}
            </p>
        </section>
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
