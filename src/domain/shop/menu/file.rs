//! A whole menu as one text of JSON: what is exported can be imported.

use super::{
    Category, Group, Halves, Item, Menu, Size,
    read::{read_item, read_outline},
};
use crate::domain::{Error, Field, FieldError, Fields, ValueKind};
use serde::Serialize;

/// The name of the format.
pub const FORMAT: &str = "pizza-market/menu-1";

/// A menu at a revision, to be written.
#[derive(Clone, Debug, Serialize)]
pub struct MenuFile<'a> {
    pub format: &'static str,
    pub revision: u32,
    pub sizes: &'a [Size],
    pub categories: &'a [Category],
    pub groups: &'a [Group],
    pub halves: &'a Halves,
    pub items: &'a [Item],
}

impl<'a> MenuFile<'a> {
    pub fn new(menu: &'a Menu, revision: u32) -> MenuFile<'a> {
        MenuFile {
            format: FORMAT,
            revision,
            sizes: &menu.outline.sizes,
            categories: &menu.outline.categories,
            groups: &menu.outline.groups,
            halves: &menu.outline.halves,
            items: &menu.items,
        }
    }
}

/// The format of what is read.
struct Format;

impl Field for Format {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Format, FieldError> {
        let why = || FieldError::fault(format!("This must be {FORMAT}."));
        (text == FORMAT).then_some(Format).ok_or_else(why)
    }
}

/// Reads a menu. Its revision and the versions in it are not read.
pub fn read_file(mut fields: Fields) -> Result<Menu, Error> {
    let format = fields.required::<Format>("format");
    fields.ignore(&["revision"]);
    let outline = read_outline(&mut fields);
    let items = fields.objects("items", Menu::MAX_ITEMS, read_item);
    fields.finish(|| {
        format?;
        Some(Menu { outline, items })
    })
}
