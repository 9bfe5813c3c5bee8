//! What an edit adds, changes and removes, part by part.

use super::{Group, Item, Menu};
use crate::domain::named_enum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

named_enum! {
    MenuKind {
        Size = "size",
        Category = "category",
        Group = "group",
        Option = "option",
        Halves = "halves",
        Item = "item",
    }
}

/// A part of a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuEntry {
    pub kind: MenuKind,
    /// Its code; of an option with that of its group: `group.option`.
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub added: Vec<MenuEntry>,
    pub changed: Vec<MenuEntry>,
    pub removed: Vec<MenuEntry>,
}

/// A part by its kind and id, with its name and its content but for the parts within.
type Parts = BTreeMap<(MenuKind, String), (String, String)>;

pub fn difference(before: &Menu, after: &Menu) -> Difference {
    let (before, after) = (parts(before), parts(after));
    let mut difference = Difference::default();
    for (key, part) in &after {
        match before.get(key) {
            None => difference.added.push(entry(key, part)),
            Some(old) if old != part => difference.changed.push(entry(key, part)),
            Some(_) => {}
        }
    }
    let removed = before.iter().filter(|(key, _)| !after.contains_key(*key));
    let removed = removed.map(|(key, part)| entry(key, part));
    difference.removed = removed.collect();
    difference
}

fn entry((kind, id): &(MenuKind, String), (name, _): &(String, String)) -> MenuEntry {
    MenuEntry {
        kind: *kind,
        id: id.clone(),
        name: name.clone(),
    }
}

fn parts(menu: &Menu) -> Parts {
    let mut parts = Parts::new();
    let mut add = |kind, id: String, name: &str, content: String| {
        parts.insert((kind, id), (name.to_owned(), content));
    };
    let outline = &menu.outline;
    for size in &outline.sizes {
        add(
            MenuKind::Size,
            size.id.to_string(),
            &size.name,
            String::new(),
        );
    }
    for category in &outline.categories {
        let content = content(category);
        add(
            MenuKind::Category,
            category.id.to_string(),
            &category.name,
            content,
        );
    }
    for group in &outline.groups {
        let own = Group {
            options: Vec::new(),
            ..group.clone()
        };
        add(
            MenuKind::Group,
            group.id.to_string(),
            &group.name,
            content(&own),
        );
        for option in &group.options {
            let id = format!("{}.{}", group.id, option.id);
            add(MenuKind::Option, id, &option.name, content(option));
        }
    }
    let halves = &outline.halves;
    add(
        MenuKind::Halves,
        "halves".to_owned(),
        halves.rule.name(),
        content(halves),
    );
    for item in &menu.items {
        let own = Item {
            version: 0,
            ..item.clone()
        };
        add(
            MenuKind::Item,
            item.id.to_string(),
            &item.name,
            content(&own),
        );
    }
    parts
}

/// What is compared: the JSON text.
fn content<T: Serialize>(part: &T) -> String {
    serde_json::to_string(part).unwrap_or_default()
}
