//! The changes of a menu's outline: its categories, sizes and groups, the rule for halves, and where an item is shown.

use super::{
    edited::{Edited, expected, menu_of},
    group_values,
    hours_text::day_json,
    notice::{Done, Notice},
    settings_values::day_field,
    shop::{EditedShop, request},
    values::{fields_of, has_field, json_of, number, text},
};
use crate::{
    domain::{
        Field,
        shop::{
            Weekday,
            code::Code,
            menu::{Menu, Outline, read::read_outline},
        },
    },
    server::{
        services::shops::refusal::ShopRefusal,
        web::pages::account::{Sent, Visit},
    },
};
use serde_json::{Map, Value, json};

/// What a form asks for: `save-group` is to save a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub action: Action,
    pub part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Add,
    Save,
    Drop,
    /// One place up among its like.
    Up,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Category,
    Size,
    Group,
    Halves,
}

impl Part {
    /// Its name, also of the field that has its code.
    pub fn name(self) -> &'static str {
        match self {
            Part::Category => "category",
            Part::Size => "size",
            Part::Group => "group",
            Part::Halves => "halves",
        }
    }

    /// The list in the outline that it is in.
    pub fn list(self) -> &'static str {
        match self {
            Part::Category => "categories",
            Part::Size => "sizes",
            Part::Group => "groups",
            Part::Halves => "halves",
        }
    }
}

pub fn of(act: &str) -> Option<Change> {
    let (action, part) = act.split_once('-')?;
    let action = match action {
        "add" => Action::Add,
        "save" => Action::Save,
        "drop" => Action::Drop,
        "up" => Action::Up,
        _ => return None,
    };
    let parts = [Part::Category, Part::Size, Part::Group, Part::Halves];
    let part = parts.into_iter().find(|one| one.name() == part)?;
    Some(Change { action, part })
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
    let done = match change.action {
        Action::Add => Done::Added,
        Action::Save | Action::Up => Done::Saved,
        Action::Drop => Done::TakenOff,
    };
    let notice = Notice::undoing(done, saved.undo);
    Ok(Edited::Done(
        notice,
        next(edited, sent, change, &saved.content),
    ))
}

/// Where a change leads: a group goes on with its own page, which then has rows for more options.
fn next(edited: &EditedShop, sent: &Sent, change: Change, saved: &Outline) -> String {
    let menu = edited.menu_path();
    match (change.action, change.part) {
        (Action::Save, Part::Group) => {
            let known = Code::parse(sent.get("group")).ok();
            let last = || saved.groups.last().map(|group| group.id.clone());
            let code = known.or_else(last);
            let code = code.map(|code| code.to_string());
            format!("{menu}?group={}", code.unwrap_or_default())
        }
        (Action::Save | Action::Up, Part::Category) => {
            format!("{menu}#category-{}", sent.get("category"))
        }
        (Action::Add, Part::Category) => {
            let last = saved.categories.last();
            let code = last.map(|category| category.id.to_string());
            format!("{menu}#category-{}", code.unwrap_or_default())
        }
        _ => format!("{menu}#outline"),
    }
}

/// The outline after a change. What was shown in a category that is dropped is shown nowhere.
fn changed(outline: &Outline, change: Change, sent: &Sent) -> Result<Outline, ShopRefusal> {
    let mut json = json_of(outline)?;
    let part = change.part;
    if part == Part::Halves {
        json["halves"] = halves(sent);
        return read(&json);
    }
    let Some(all) = json[part.list()].as_array_mut() else {
        return Ok(outline.clone());
    };
    let code = sent.get(part.name());
    let at = all.iter().position(|one| one["id"] == code);
    match (change.action, at) {
        // What is saved without a code is a new one.
        (Action::Add | Action::Save, None) if code.is_empty() => {
            let mut new = json!({});
            write(&mut new, part, sent, outline);
            all.push(new);
        }
        (Action::Save, Some(at)) => write(&mut all[at], part, sent, outline),
        (Action::Drop, Some(at)) => drop(all.remove(at)),
        (Action::Up, Some(at)) if at > 0 => all.swap(at - 1, at),
        _ => {}
    }
    read(&json)
}

fn read(json: &Value) -> Result<Outline, ShopRefusal> {
    let mut fields = fields_of(json)?;
    let read = read_outline(&mut fields);
    Ok(fields.finish(|| Some(read))?)
}

/// Writes what a form says of a part into it.
fn write(one: &mut Value, part: Part, sent: &Sent, outline: &Outline) {
    one["name"] = text(sent.get("name"));
    match part {
        Part::Category => {
            one["about"] = text(sent.get("about"));
            if has_field(sent, &day_field(Weekday::Monday)) {
                one["hours"] = hours(sent);
            }
        }
        Part::Group => group_values::write(one, sent, outline),
        Part::Size | Part::Halves => {}
    }
}

/// The hours of a category; nothing where no day has any.
fn hours(sent: &Sent) -> Value {
    let days = Weekday::ALL.iter();
    let days = days.map(|&day| (day.name().to_owned(), day_json(sent.get(&day_field(day)))));
    let days: Map<String, Value> = days.collect();
    let is_closed = |day: &Value| day.as_array().is_some_and(Vec::is_empty);
    match days.values().all(is_closed) {
        true => Value::Null,
        false => Value::Object(days),
    }
}

fn halves(sent: &Sent) -> Value {
    json!({
        "rule": text(sent.get("rule")), "half_percent": number(sent.get("half_percent")),
        "topping_percent": number(sent.get("topping_percent")), "fee": number(sent.get("fee")),
    })
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
    use crate::domain::{Cents, shop::menu::samples};

    fn sent(fields: &[(&str, &str)]) -> Sent {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sent(fields.iter().map(pair).collect())
    }

    fn act(name: &str) -> Change {
        of(name).unwrap()
    }

    #[test]
    fn a_category_is_added_renamed_and_dropped() {
        let outline = samples::menu().outline;
        let count = outline.categories.len();
        let added = changed(&outline, act("add-category"), &sent(&[("name", "Lunch")])).unwrap();
        assert_eq!(added.categories.len(), count + 1);
        assert_eq!(&*added.categories[count].name, "Lunch");
        let id = outline.categories[0].id.to_string();
        let form = sent(&[("category", &id), ("name", "Pizze"), ("about", " ")]);
        let renamed = changed(&outline, act("save-category"), &form).unwrap();
        assert_eq!(&*renamed.categories[0].name, "Pizze");
        assert_eq!(renamed.categories[0].items, outline.categories[0].items);
        let dropped = changed(&outline, act("drop-category"), &form).unwrap();
        assert_eq!(dropped.categories.len(), count - 1);
        assert!(changed(&outline, act("add-category"), &sent(&[("name", "")])).is_err());
    }

    #[test]
    fn a_category_has_hours_where_a_day_has_some() {
        let outline = samples::menu().outline;
        let id = outline.categories[0].id.to_string();
        let with = |monday| {
            let form = [("category", &*id), ("name", "Lunch"), ("hours-mon", monday)];
            changed(&outline, act("save-category"), &sent(&form))
        };
        let hours = with("11:30-14").unwrap().categories[0]
            .hours
            .clone()
            .unwrap();
        assert_eq!(hours.on(Weekday::Monday).len(), 1);
        assert!(hours.on(Weekday::Tuesday).is_empty());
        assert_eq!(with("").unwrap().categories[0].hours, None);
        assert!(with("noon").is_err());
    }

    #[test]
    fn sizes_move_up_and_the_rule_for_halves_is_written() {
        let outline = samples::menu().outline;
        let second = outline.sizes[1].id.to_string();
        let up = changed(&outline, act("up-size"), &sent(&[("size", &second)])).unwrap();
        assert_eq!(&*up.sizes[0].id, second);
        let again = changed(&up, act("up-size"), &sent(&[("size", &second)])).unwrap();
        assert_eq!(again, up);
        let form = [
            ("rule", "sum_of_halves"),
            ("half_percent", "55"),
            ("topping_percent", "100"),
            ("fee", "0,50"),
        ];
        let halves = changed(&outline, act("save-halves"), &sent(&form))
            .unwrap()
            .halves;
        assert_eq!((halves.half_percent, halves.fee), (55, Cents::new(50)));
        assert_eq!(of("dance-size"), None);
        assert_eq!(of("save"), None);
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
