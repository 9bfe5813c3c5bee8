//! The changes of a menu's outline that the page has forms for: categories, sizes, and where an item is shown.

use super::{
    edited::{Edited, expected, menu_of},
    notice::{Done, Notice},
    shop::{EditedShop, request},
    values::{fields_of, json_of, text},
};
use crate::{
    domain::shop::{
        code::Code,
        menu::{Menu, Outline, read::read_outline},
    },
    server::{
        services::shops::refusal::ShopRefusal,
        web::pages::account::{Sent, Visit},
    },
};
use serde_json::{Value, json};

/// What a form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    AddCategory,
    SaveCategory,
    DropCategory,
    AddSize,
}

pub fn of(act: &str) -> Option<Change> {
    match act {
        "add-category" => Some(Change::AddCategory),
        "save-category" => Some(Change::SaveCategory),
        "drop-category" => Some(Change::DropCategory),
        "add-size" => Some(Change::AddSize),
        _ => None,
    }
}

pub async fn make(
    visit: &Visit,
    edited: &EditedShop,
    sent: &Sent,
    change: Change,
) -> Result<Edited, ShopRefusal> {
    let (menu, _) = menu_of(visit, edited).await?;
    let outline = changed(&menu.outline, change, sent)?;
    let request = request(sent, "outline");
    let (call, expected) = (edited.call(request.as_ref()), expected(sent));
    let (saved, _) = visit
        .app
        .shops
        .put_outline(call, expected.as_ref(), &outline)
        .await?;
    let done = match change {
        Change::AddCategory | Change::AddSize => Done::Added,
        Change::SaveCategory => Done::Saved,
        Change::DropCategory => Done::TakenOff,
    };
    let notice = Notice::undoing(done, saved.undo);
    Ok(Edited::Done(notice, edited.menu_path()))
}

/// The outline after a change. What was shown in a category that is dropped is shown nowhere.
fn changed(outline: &Outline, change: Change, sent: &Sent) -> Result<Outline, ShopRefusal> {
    let mut json = json_of(outline)?;
    let category = sent.get("category");
    let list = match change {
        Change::AddSize => "sizes",
        _ => "categories",
    };
    let Some(all) = json[list].as_array_mut() else {
        return Ok(outline.clone());
    };
    let is_it = |one: &Value| one["id"] == category;
    match change {
        Change::AddCategory => all.push(json!({"name": text(sent.get("name")), "items": []})),
        Change::AddSize => all.push(json!({"name": text(sent.get("name"))})),
        Change::DropCategory => all.retain(|one| !is_it(one)),
        Change::SaveCategory => {
            for one in all.iter_mut().filter(|one| is_it(one)) {
                one["name"] = text(sent.get("name"));
                one["about"] = text(sent.get("about"));
            }
        }
    }
    let mut fields = fields_of(&json)?;
    let read = read_outline(&mut fields);
    Ok(fields.finish(|| Some(read))?)
}

/// The outline with an item in another category, or in none. `None` where it is there already.
pub fn moved(menu: &Menu, code: &Code, category: &str) -> Option<Outline> {
    let now = menu.outline.category_of(code).map(|category| &*category.id);
    if now.unwrap_or_default() == category {
        return None;
    }
    let mut outline = menu.outline.clone();
    for one in &mut outline.categories {
        one.items.retain(|item| item != code);
        if &*one.id == category {
            one.items.push(code.clone());
        }
    }
    Some(outline)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Field, shop::menu::samples};

    fn sent(fields: &[(&str, &str)]) -> Sent {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sent(fields.iter().map(pair).collect())
    }

    #[test]
    fn a_category_is_added_renamed_and_dropped() {
        let outline = samples::menu().outline;
        let count = outline.categories.len();
        let added = changed(&outline, Change::AddCategory, &sent(&[("name", "Lunch")])).unwrap();
        assert_eq!(added.categories.len(), count + 1);
        assert_eq!(&*added.categories[count].name, "Lunch");
        let id = outline.categories[0].id.to_string();
        let form = sent(&[("category", &id), ("name", "Pizze"), ("about", " ")]);
        let renamed = changed(&outline, Change::SaveCategory, &form).unwrap();
        assert_eq!(&*renamed.categories[0].name, "Pizze");
        assert_eq!(renamed.categories[0].items, outline.categories[0].items);
        let dropped = changed(&outline, Change::DropCategory, &form).unwrap();
        assert_eq!(dropped.categories.len(), count - 1);
        assert!(changed(&outline, Change::AddCategory, &sent(&[("name", "")])).is_err());
    }

    #[test]
    fn an_item_moves_to_one_category() {
        let menu = samples::menu();
        let from = &menu.outline.categories[0];
        let code = from.items[0].clone();
        assert_eq!(moved(&menu, &code, &from.id), None);
        let away = moved(&menu, &code, "").unwrap();
        assert!(away.category_of(&code).is_none());
        let other = Code::parse(&menu.outline.categories[1].id).unwrap();
        let there = moved(&menu, &code, &other).unwrap();
        assert_eq!(there.category_of(&code).unwrap().id, other);
    }
}
