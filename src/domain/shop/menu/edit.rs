//! Edits of a menu. Each is a draft of how the menu is to be, and what follows from that is the same for all: codes for
//! what has none, the check, new versions of the documents that change, and what undoes it.

use super::{
    Item, Menu, Outline,
    check::{Edited, check},
    difference::{Difference, difference},
    read::number_codes,
};
use crate::domain::{InvalidField, shop::code::Code};

/// A document of a menu.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MenuDocument {
    Outline,
    Item(Code),
}

/// One document that an edit has written. Restoring version `to` where `from` still stands undoes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuChange {
    pub document: MenuDocument,
    pub from: u32,
    /// 0 where the document was not there.
    pub to: u32,
}

/// A menu after an edit, and what is to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub menu: Menu,
    /// What it has taken off.
    pub gone: Vec<Item>,
    /// Empty if it changes nothing.
    pub changes: Vec<MenuChange>,
    pub difference: Difference,
}

/// What a document is to be again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restored {
    Outline(Outline),
    Item(Item),
    /// It was not there.
    Absent(Code),
}

/// Where an item is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub category: Code,
    /// Its place in the category; the last one unless given.
    pub place: Option<usize>,
}

impl Edit {
    /// An item that it has written.
    pub fn item(&self, code: &Code) -> Option<&Item> {
        let all = self.menu.items.iter().chain(&self.gone);
        all.into_iter().find(|item| item.id == *code)
    }
}

/// Adds an item, or replaces the one of its code. `gone` are items that were taken off, of which this may be one.
pub fn put_item(
    before: &Menu,
    gone: &[Item],
    item: Item,
    place: Option<Place>,
) -> Result<(Code, Edit), Vec<InvalidField>> {
    let mut draft = before.clone();
    let at = draft.items.iter().position(|one| one.id == item.id);
    let at = match at {
        Some(at) => {
            draft.items[at] = item;
            at
        }
        None => {
            draft.items.push(item);
            draft.items.len() - 1
        }
    };
    number_codes(&mut draft);
    let code = draft.items[at].id.clone();
    if let Some(place) = place {
        put_in_category(&mut draft.outline, &code, place)?;
    }
    let edit = edit(before, gone, draft, Edited::Item(&code))?;
    Ok((code, edit))
}

fn put_in_category(
    outline: &mut Outline,
    item: &Code,
    Place { category, place }: Place,
) -> Result<(), Vec<InvalidField>> {
    drop_from_categories(outline, item);
    let mut categories = outline.categories.iter_mut();
    let Some(found) = categories.find(|one| one.id == category) else {
        let why = format!("There is no category {category}.");
        return Err(vec![InvalidField::fault("category", why)]);
    };
    let last = found.items.len();
    let place = place.unwrap_or(last).min(last);
    found.items.insert(place, item.clone());
    Ok(())
}

fn drop_from_categories(outline: &mut Outline, item: &Code) {
    for category in &mut outline.categories {
        category.items.retain(|one| one != item);
    }
}

/// Takes an item off, also out of its category. `None` if it is not there.
pub fn take_off(before: &Menu, code: &Code) -> Option<Result<Edit, Vec<InvalidField>>> {
    before.item(code)?;
    let mut draft = before.clone();
    remove(&mut draft, code);
    Some(edit(before, &[], draft, Edited::Item(code)))
}

fn remove(draft: &mut Menu, code: &Code) {
    draft.items.retain(|item| item.id != *code);
    drop_from_categories(&mut draft.outline, code);
}

/// Replaces the outline.
pub fn put_outline(before: &Menu, outline: Outline) -> Result<Edit, Vec<InvalidField>> {
    let next = before.outline.next;
    let draft = Menu {
        outline: Outline { next, ..outline },
        items: before.items.clone(),
    };
    edit(before, &[], draft, Edited::Outline)
}

/// Replaces the whole menu: what is absent is taken off, and the code of a gone item brings it back.
pub fn import(before: &Menu, gone: &[Item], menu: Menu) -> Result<Edit, Vec<InvalidField>> {
    let next = before.outline.next;
    let draft = Menu {
        outline: Outline {
            next,
            ..menu.outline
        },
        items: menu.items,
    };
    edit(before, gone, draft, Edited::Menu)
}

/// Puts back what documents were. It is an edit like any other, so that it can be undone, too.
pub fn restore(
    before: &Menu,
    gone: &[Item],
    contents: Vec<Restored>,
) -> Result<Edit, Vec<InvalidField>> {
    let mut draft = before.clone();
    let mut absent = Vec::new();
    for content in contents {
        match content {
            Restored::Outline(outline) => {
                let next = before.outline.next;
                draft.outline = Outline { next, ..outline };
            }
            Restored::Item(item) if item.gone => absent.push(item.id),
            Restored::Item(item) => match draft.items.iter_mut().find(|one| one.id == item.id) {
                Some(one) => *one = item,
                None => draft.items.push(item),
            },
            Restored::Absent(code) => absent.push(code),
        }
    }
    absent.iter().for_each(|code| remove(&mut draft, code));
    edit(before, gone, draft, Edited::Menu)
}

/// The version of a document as it stands, 0 for one that is not known.
pub fn version_of(document: &MenuDocument, menu: &Menu, gone: &[Item]) -> u32 {
    match document {
        MenuDocument::Outline => menu.outline.version,
        MenuDocument::Item(code) => {
            let mut all = menu.items.iter().chain(gone);
            all.find(|item| item.id == *code)
                .map_or(0, |item| item.version)
        }
    }
}

/// From one menu to another.
///
/// # Errors
/// What is wrong with the menu that it would become.
fn edit(
    before: &Menu,
    gone: &[Item],
    mut draft: Menu,
    edited: Edited,
) -> Result<Edit, Vec<InvalidField>> {
    number_codes(&mut draft);
    let faults = check(&draft, edited);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut changes = Vec::new();
    raise_outline(&before.outline, &mut draft.outline, &mut changes);
    for item in &mut draft.items {
        raise_item(before, gone, item, &mut changes);
    }
    let stays = |item: &&Item| draft.items.iter().any(|one| one.id == item.id);
    let taken_off = before.items.iter().filter(|item| !stays(item));
    let gone: Vec<Item> = taken_off
        .map(|item| Item {
            gone: true,
            version: item.version + 1,
            ..item.clone()
        })
        .collect();
    changes.extend(gone.iter().map(|item| MenuChange {
        document: MenuDocument::Item(item.id.clone()),
        from: item.version,
        to: item.version - 1,
    }));
    Ok(Edit {
        difference: difference(before, &draft),
        menu: draft,
        gone,
        changes,
    })
}

/// Gives the outline its version: one more, if it is another one.
fn raise_outline(before: &Outline, outline: &mut Outline, changes: &mut Vec<MenuChange>) {
    outline.version = before.version;
    if outline != before {
        outline.version += 1;
        changes.push(MenuChange {
            document: MenuDocument::Outline,
            from: outline.version,
            to: before.version,
        });
    }
}

/// Gives an item its version: one more than it had, also where it was gone.
fn raise_item(before: &Menu, gone: &[Item], item: &mut Item, changes: &mut Vec<MenuChange>) {
    let mut all = before.items.iter().chain(gone);
    let known = all.find(|one| one.id == item.id);
    let to = known.map_or(0, |known| known.version);
    item.gone = false;
    item.version = to;
    if known != Some(item) {
        item.version += 1;
        changes.push(MenuChange {
            document: MenuDocument::Item(item.id.clone()),
            from: item.version,
            to,
        });
    }
}
