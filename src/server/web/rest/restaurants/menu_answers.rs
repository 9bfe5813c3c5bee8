//! What edits of menus answer.

use crate::{
    domain::shop::menu::{Item, Outline, difference::Difference},
    server::services::shops::menus::{MenuEdited, Undo},
};
use serde::Serialize;

/// Of an edit of several documents.
#[derive(Serialize)]
pub struct MenuChanged {
    revision: u32,
    #[serde(flatten)]
    difference: Difference,
    undo: Vec<Undo>,
}

/// Of an edit of the outline.
#[derive(Serialize)]
pub struct SavedOutline {
    #[serde(flatten)]
    outline: Outline,
    revision: u32,
    undo: Vec<Undo>,
}

/// Of an edit of one item.
#[derive(Serialize)]
pub struct SavedItem {
    item: Item,
    revision: u32,
    undo: Vec<Undo>,
}

impl From<MenuEdited<Difference>> for MenuChanged {
    fn from(edited: MenuEdited<Difference>) -> MenuChanged {
        MenuChanged {
            revision: edited.revision,
            difference: edited.content,
            undo: edited.undo,
        }
    }
}

impl From<MenuEdited<Outline>> for SavedOutline {
    fn from(edited: MenuEdited<Outline>) -> SavedOutline {
        SavedOutline {
            outline: edited.content,
            revision: edited.revision,
            undo: edited.undo,
        }
    }
}

impl From<MenuEdited<Item>> for SavedItem {
    fn from(edited: MenuEdited<Item>) -> SavedItem {
        SavedItem {
            item: edited.content,
            revision: edited.revision,
            undo: edited.undo,
        }
    }
}
