//! Importing a whole menu: what would change is shown first, and then it is one edit, which can be undone.

use super::{
    edited::{Edited, menu_of},
    import_view::Difference,
    notice::{Done, Notice},
    shop::{EditedShop, request},
    values::fields_of,
};
use crate::{
    domain::{Precondition, shop::menu::file::read_file},
    server::{
        services::shops::{menu_csv::MenuCsv, menus::MenuSource, refusal::ShopRefusal},
        web::pages::account::{Sent, Visit},
    },
};
use serde_json::Value;

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
