//! What the page of a menu shows of imports: the form in which one is pasted, and what it would change.

use super::{
    fields::{hidden, key},
    shop::EditedShop,
};
use crate::{
    domain::shop::menu::difference::{self, MenuEntry, MenuKind},
    server::web::pages::account::Sent,
    ui::{
        i18n::locale::{Text, t},
        textarea_text,
    },
};
use leptos::prelude::*;

/// What an import would change, and of which revision of the menu.
pub struct Difference {
    pub parts: difference::Difference,
    pub revision: u32,
}

/// The same with the form that asks for it.
pub struct Offered<'a> {
    pub difference: Difference,
    pub sent: &'a Sent,
}

/// The form in which a menu is pasted, and the links to the one that there is.
pub fn form(edited: &EditedShop, sent: Option<&Sent>) -> AnyView {
    let is_import = |sent: &&Sent| sent.get("act").starts_with("import");
    let typed = sent
        .filter(is_import)
        .map(|sent| textarea_text(sent.get("text")));
    let is_open = typed.is_some();
    let file = |ending: &str| format!("{}.{ending}", edited.menu_path());
    let heading = t(["Import and export", "Import und Export"]);
    let label = t([
        "A menu as JSON, or as CSV from a spreadsheet",
        "Eine Karte als JSON, oder als CSV aus einer Tabelle",
    ]);
    view! {
        <details class="paper stack" id="import" open=is_open>
            <summary>{heading}</summary>
            <p class="row">
                <a class="button" href=file("json") download="menu.json">{t(["Export as JSON", "Als JSON exportieren"])}</a>
                <a class="button" href=file("csv") download="menu.csv">{t(["Export as CSV", "Als CSV exportieren"])}</a>
            </p>
            <form class="stack" method="post" action=edited.menu_path()>
                {key()}
                <div class="field"><label for="import-text">{label}</label>
                    <textarea class="input" id="import-text" name="text" rows="8" spellcheck="false" required>{typed}</textarea></div>
                <button class="button" name="act" value="import">{t(["Show what would change", "Zeigen, was sich ändert"])}</button>
            </form>
        </details>
    }
    .into_any()
}

/// What would change, and the button that does it.
pub fn difference(edited: &EditedShop, offered: &Offered<'_>) -> AnyView {
    let Difference { parts, revision } = &offered.difference;
    let lists = [
        (["Added", "Neu"], &parts.added),
        (["Changed", "Geändert"], &parts.changed),
        (["Taken off", "Entfernt"], &parts.removed),
    ];
    let is_empty = lists.iter().all(|(_, all)| all.is_empty());
    let lists: Vec<_> = lists
        .into_iter()
        .filter_map(|(word, all)| entries(word, all))
        .collect();
    let sure = (!is_empty).then(|| {
        view! {
            <form method="post" action=edited.menu_path()>
                {key()} {hidden("revision", revision.to_string())} {hidden("text", offered.sent.get("text").to_owned())}
                <button class="button primary" name="act" value="import-now">{t(["Import this menu", "Diese Karte importieren"])}</button>
            </form>
        }
        .into_any()
    });
    let none = is_empty.then(|| t(["Nothing would change.", "Es würde sich nichts ändern."]));
    view! {
        <section class="paper stack" aria-labelledby="difference">
            <h2 id="difference">{t(["What the import changes", "Was der Import ändert"])}</h2>
            {none.map(|none| view! { <p>{none}</p> }.into_any())} {lists} {sure}
        </section>
    }
    .into_any()
}

fn entries(word: Text, all: &[MenuEntry]) -> Option<AnyView> {
    let entry = |one: &MenuEntry| {
        let kind = t(kind(one.kind));
        let name = one.name.clone();
        view! { <li>{kind} " " <bdi translate="no">{name}</bdi></li> }.into_any()
    };
    let rows: Vec<_> = all.iter().map(entry).collect();
    (!rows.is_empty()).then(|| view! { <div><h3>{t(word)}</h3> <ul>{rows}</ul></div> }.into_any())
}

fn kind(kind: MenuKind) -> Text {
    match kind {
        MenuKind::Size => ["size", "Größe"],
        MenuKind::Category => ["category", "Kategorie"],
        MenuKind::Group => ["group", "Gruppe"],
        MenuKind::Option => ["choice", "Zutat"],
        MenuKind::Halves => ["rule for halves", "Regel für Hälften"],
        MenuKind::Item => ["item", "Eintrag"],
    }
}
