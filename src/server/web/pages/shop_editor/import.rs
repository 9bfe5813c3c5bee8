//! Importing a whole menu: what would change is shown first, and then it is one edit, which can be undone.

use super::{
    layout::key,
    menu::hidden,
    menu_change::{Edited, menu_of},
    notice::{Done, Notice},
    shop::{EditedShop, request},
    values::fields_of,
};
use crate::{
    domain::{
        Precondition,
        shop::menu::{
            difference::{self, MenuEntry, MenuKind},
            file::read_file,
        },
    },
    server::{
        services::shops::{menu_csv::MenuCsv, menus::MenuSource, refusal::ShopRefusal},
        web::pages::account::{Sent, Visit},
    },
    ui::i18n::locale::{Text, t},
};
use leptos::prelude::*;
use serde_json::Value;

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

/// A menu as somebody has pasted it: JSON, or the table of a spreadsheet.
fn source(text: &str) -> Result<MenuSource, ShopRefusal> {
    match text.trim_start().starts_with('{') {
        true => {
            let json: Value = serde_json::from_str(text).unwrap_or(Value::Null);
            // What is no object has no format, and its reader says so.
            let fields = match json.is_object() {
                true => fields_of(&json)?,
                false => fields_of(&Value::Object(Default::default()))?,
            };
            Ok(MenuSource::Json(read_file(fields)?))
        }
        false => Ok(MenuSource::Csv(MenuCsv::read(text.as_bytes())?)),
    }
}

/// Says what would change.
pub async fn look(visit: &Visit, edited: &EditedShop, sent: &Sent) -> Result<Edited, ShopRefusal> {
    let source = source(sent.get("text"))?;
    let (_, revision) = menu_of(visit, edited).await?;
    let expected = Some(Precondition::version(revision));
    let call = edited.call(None);
    let shops = &visit.app.shops;
    let (looked, _) = shops
        .import_menu(call, expected.as_ref(), &source, true)
        .await?;
    Ok(Edited::Offered(Difference {
        parts: looked.content,
        revision,
    }))
}

/// Imports what was looked at, if the menu is still the one that it was compared with.
pub async fn import(
    visit: &Visit,
    edited: &EditedShop,
    sent: &Sent,
) -> Result<Edited, ShopRefusal> {
    let source = source(sent.get("text"))?;
    let revision = sent.get("revision").parse().ok();
    put(
        visit,
        edited,
        sent,
        revision.map(Precondition::version).as_ref(),
        &source,
    )
    .await
}

pub async fn put(
    visit: &Visit,
    edited: &EditedShop,
    sent: &Sent,
    expected: Option<&Precondition>,
    source: &MenuSource,
) -> Result<Edited, ShopRefusal> {
    let request = request(sent, "import");
    let call = edited.call(request.as_ref());
    let shops = &visit.app.shops;
    let (imported, _) = shops.import_menu(call, expected, source, false).await?;
    let notice = Notice::undoing(Done::Imported, imported.undo);
    Ok(Edited::Done(notice, edited.menu_path()))
}

/// The form in which a menu is pasted, and the links to the one that there is.
pub fn form(edited: &EditedShop, sent: Option<&Sent>) -> AnyView {
    let is_import = |sent: &&Sent| sent.get("act").starts_with("import");
    let typed = sent
        .filter(is_import)
        .map(|sent| sent.get("text").to_owned());
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
                    <textarea class="input" id="import-text" name="text" rows="8" spellcheck="false" required prop:value=typed.clone()>{typed.clone()}</textarea></div>
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
