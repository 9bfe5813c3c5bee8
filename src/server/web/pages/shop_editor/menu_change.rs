//! What the forms of a menu do. Each is one edit, or two where an item also moves to another category, and leads back to
//! its page with what undoes it.

use super::{
    edited::{Edited, expected, menu_of},
    example, group_values, import,
    import_view::Offered,
    item_move::{Direction, one_further},
    item_values::{WHOLE, item_of},
    menu::render,
    notice::{Done, Notice, at_item, lead_to},
    open::open,
    outline_change,
    shop::{EditedShop, no_such_act, request},
    shown::{Shown, Subject},
};
use crate::{
    domain::{
        Error, Field, FieldError, Precondition,
        shop::{
            code::Code,
            menu::edit::{self, Place},
        },
    },
    server::{
        services::shops::{menus::Undo, refusal::ShopRefusal},
        web::pages::account::{Sent, Visit, redirect},
    },
};
use axum::{extract::Path, http::StatusCode, response::Response};

pub async fn send(visit: Visit, Path(named): Path<String>, sent: Sent) -> Response {
    let edited = match open(&visit, &named, false).await {
        Ok(edited) => edited,
        Err(answer) => return *answer,
    };
    let (refusal, offered) = match act(&visit, &edited, &sent).await {
        Ok(Edited::Done(notice, to)) => match lead_to(&visit, &to, &notice).await {
            Some(response) => return response,
            None => return done_here(&visit, &edited, &notice).await,
        },
        Ok(Edited::Offered(difference)) => (None, Some(difference)),
        Ok(Edited::Looked) => (None, None),
        Err(refusal) => (Some(refusal), None),
    };
    // What was refused is shown with what was typed, beside the menu as it is now.
    let edited = match open(&visit, &named, false).await {
        Ok(edited) => edited,
        Err(answer) => return *answer,
    };
    let import = offered.map(|difference| Offered {
        difference,
        sent: &sent,
    });
    let shown = Shown {
        refusal: refusal.as_ref(),
        sent: Some(&sent),
        import,
        ..Shown::default()
    };
    let mut response = render(&visit, &edited, Subject::of(&sent), shown).await;
    // What is looked at may be incomplete while somebody types.
    if sent.get("act") == "preview" && response.status() == StatusCode::UNPROCESSABLE_ENTITY {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

/// The page itself as the answer: what undoes the edit does not fit into a cookie.
async fn done_here(visit: &Visit, edited: &EditedShop, notice: &Notice) -> Response {
    let known = visit.app.shops.find(&edited.named).await;
    let Ok(known) = known else {
        return redirect(&edited.menu_path());
    };
    let now = EditedShop {
        named: edited.named.clone(),
        known,
        by: edited.by.clone(),
    };
    let shown = Shown {
        notice: Some(notice),
        ..Shown::default()
    };
    render(visit, &now, Subject::Menu, shown).await
}

async fn act(visit: &Visit, edited: &EditedShop, sent: &Sent) -> Result<Edited, ShopRefusal> {
    match group_values::act(sent) {
        "save" => save(visit, edited, sent, None).await,
        "move-up" => save(visit, edited, sent, Some(Direction::Up)).await,
        "move-down" => save(visit, edited, sent, Some(Direction::Down)).await,
        "preview" => look(visit, edited, sent).await,
        "add" => add(visit, edited, sent).await,
        "take-off" => take_off(visit, edited, sent).await,
        "undo" => undo(visit, edited, sent, Done::Undone).await,
        "redo" => undo(visit, edited, sent, Done::Redone).await,
        "example" => example::start(visit, edited, sent).await,
        "import" => import::look(visit, edited, sent).await,
        "import-now" => import::import(visit, edited, sent).await,
        act => match outline_change::of(act) {
            Some(change) => outline_change::make(visit, edited, sent, change).await,
            None => Err(no_such_act()),
        },
    }
}

fn code(sent: &Sent, name: &str) -> Result<Code, ShopRefusal> {
    Code::parse(sent.get(name)).map_err(|error| ShopRefusal::invalid(name, error))
}

/// Whether an item would be saved as it is typed. Nothing changes.
async fn look(visit: &Visit, edited: &EditedShop, sent: &Sent) -> Result<Edited, ShopRefusal> {
    let code = code(sent, "item")?;
    let (menu, _) = menu_of(visit, edited).await?;
    let before = menu.item(&code).ok_or(ShopRefusal::UnknownItem)?;
    let item = item_of(sent, Some(before), &menu.outline)?;
    edit::put_item(&menu, &[], item, None)?;
    Ok(Edited::Looked)
}

/// Changes an item, and moves it: where another category is chosen, or by one row.
async fn save(
    visit: &Visit,
    edited: &EditedShop,
    sent: &Sent,
    direction: Option<Direction>,
) -> Result<Edited, ShopRefusal> {
    let code = code(sent, "item")?;
    let (menu, _) = menu_of(visit, edited).await?;
    let before = menu.item(&code).ok_or(ShopRefusal::UnknownItem)?;
    let item = item_of(sent, Some(before), &menu.outline)?;
    let (shops, expected) = (&visit.app.shops, expected(sent));
    let first = request(sent, "item");
    let call = edited.call(first.as_ref());
    let (changed, _) = shops
        .change_item(call, expected.as_ref(), &code, &item)
        .await?;
    let mut undo = changed.undo;
    let moved = match direction {
        Some(direction) => one_further(&menu.outline, &code, direction),
        None => outline_change::moved(&menu, &code, sent.get("category")),
    };
    if let Some(outline) = moved {
        let second = request(sent, "place");
        let call = edited.call(second.as_ref());
        let at = Some(Precondition::version(menu.outline.version));
        let (moved, _) = shops.put_outline(call, at.as_ref(), &outline).await?;
        undo.extend(moved.undo);
    }
    let to = match sent.has(WHOLE) {
        true => format!("{}?item={code}", edited.menu_path()),
        false => at_item(edited, &code),
    };
    Ok(Edited::Done(Notice::undoing(Done::Saved, undo), to))
}

async fn add(visit: &Visit, edited: &EditedShop, sent: &Sent) -> Result<Edited, ShopRefusal> {
    let (menu, _) = menu_of(visit, edited).await?;
    let item = item_of(sent, None, &menu.outline)?;
    let place = Place {
        category: code(sent, "category")?,
        place: None,
    };
    let request = request(sent, "item");
    let call = edited.call(request.as_ref());
    let (added, _) = visit.app.shops.add_item(call, &item, Some(&place)).await?;
    let to = at_item(edited, &added.content.id);
    Ok(Edited::Done(Notice::undoing(Done::Added, added.undo), to))
}

async fn take_off(visit: &Visit, edited: &EditedShop, sent: &Sent) -> Result<Edited, ShopRefusal> {
    let (code, expected) = (code(sent, "item")?, expected(sent));
    let request = request(sent, "item");
    let call = edited.call(request.as_ref());
    let (gone, _) = visit
        .app
        .shops
        .take_item_off(call, expected.as_ref(), &code)
        .await?;
    let notice = Notice::undoing(Done::TakenOff, gone.undo);
    Ok(Edited::Done(notice, edited.menu_path()))
}

async fn undo(
    visit: &Visit,
    edited: &EditedShop,
    sent: &Sent,
    done: Done,
) -> Result<Edited, ShopRefusal> {
    let malformed = |error: serde_json::Error| {
        let why = error.to_string();
        ShopRefusal::from(Error::invalid("undo", FieldError::Malformed { why }))
    };
    let undo: Vec<Undo> = serde_json::from_str(sent.get("undo")).map_err(malformed)?;
    let request = request(sent, "undo");
    let call = edited.call(request.as_ref());
    let (restored, _) = visit.app.shops.restore_menu(call, &undo).await?;
    let notice = Notice::undoing(done, restored.undo);
    Ok(Edited::Done(notice, edited.menu_path()))
}
