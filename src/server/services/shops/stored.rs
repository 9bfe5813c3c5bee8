//! The documents of a pizzeria as the store has them: each with its text, which an edit expects.

use super::documents::{self, ShopDocument};
use crate::{
    domain::{
        Cursor, ShopKind,
        shop::{
            code::Code,
            counter::Counter,
            menu::{Item, Menu, Outline},
            profile::Profile,
        },
    },
    server::{
        services::order_documents::unreadable,
        store::{Batch, JsonText, Key, Result as Stored},
    },
};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// A document, and its text as it was read.
#[derive(Clone, Debug)]
pub struct Read<T> {
    pub document: T,
    pub text: JsonText,
}

/// A pizzeria as the store holds it.
pub struct StoredShop {
    pub profile: Read<Profile>,
    pub counter: Read<Counter>,
    /// `None` where nobody has asked for it.
    pub menu: Option<StoredMenu>,
}

pub struct StoredMenu {
    pub outline: Read<Outline>,
    /// Those that are listed, those that were asked for by code though they are gone, and those that went meanwhile.
    pub items: BTreeMap<Code, Read<Item>>,
}

impl StoredShop {
    /// That nothing of it has changed.
    pub fn expected(&self) -> Batch {
        let key = |kind| documents::key(kind, self.profile.document.id);
        let profile = (key(ShopKind::Restaurant), Some(self.profile.text.clone()));
        let counter = (key(ShopKind::Counter), Some(self.counter.text.clone()));
        Batch {
            expect: vec![profile, counter],
            ..Batch::default()
        }
    }

    /// Takes a document over that has changed since. What is of another pizzeria, or not newer, changes nothing.
    pub fn fold(&mut self, key: &Key, text: &JsonText) -> Stored<()> {
        match documents::parts(&key.0) {
            Some((_, id, _)) if id != self.profile.document.id => {}
            Some((ShopKind::Restaurant, ..)) => self.profile.fold(text)?,
            Some((ShopKind::Counter, ..)) => self.counter.fold(text)?,
            Some((ShopKind::Menu, ..)) => {
                if let Some(menu) = &mut self.menu {
                    menu.outline.fold(text)?;
                }
            }
            Some((ShopKind::Item, _, Some(code))) => {
                if let Some(menu) = &mut self.menu {
                    match menu.items.get_mut(&code) {
                        Some(item) => item.fold(text)?,
                        None => {
                            menu.items.insert(code, decode(text.clone())?);
                        }
                    }
                }
            }
            Some((ShopKind::Item, _, None)) | None => {}
        }
        Ok(())
    }
}

impl<T: ShopDocument + DeserializeOwned> Read<T> {
    fn fold(&mut self, text: &JsonText) -> Stored<()> {
        let newer: Read<T> = decode(text.clone())?;
        if newer.document.version() > self.document.version() {
            *self = newer;
        }
        Ok(())
    }
}

impl StoredMenu {
    /// Whether an item is on it.
    pub fn has(&self, code: &Code) -> bool {
        let item = self.items.get(code);
        item.is_some_and(|item| !item.document.gone)
    }

    /// The outline, and the items that are not gone.
    pub fn menu(&self) -> Menu {
        let items = self.items.values().map(|item| &item.document);
        Menu {
            outline: self.outline.document.clone(),
            items: items.filter(|item| !item.gone).cloned().collect(),
        }
    }
}

/// A pizzeria as it was at a cursor, or at a later one. Whether it is still so is for the commit to find out.
pub struct Held {
    pub shop: StoredShop,
    /// `None` where it cannot follow.
    pub cursor: Option<Cursor>,
}

impl Held {
    /// Takes over what was committed here. As its counter was as expected, nothing of it has changed before that.
    pub fn take_over(&mut self, put: &[(Key, JsonText)], cursor: &Option<Cursor>) -> Stored<()> {
        let Some(cursor) = cursor else {
            return Ok(());
        };
        if !put.is_empty() && self.cursor.is_some() {
            self.cursor = Some(cursor.clone());
        }
        put.iter()
            .try_for_each(|(key, text)| self.shop.fold(key, text))
    }

    pub fn has(&self, menu: Option<&[Code]>) -> bool {
        menu.is_none() || self.shop.menu.is_some()
    }
}

/// # Errors
/// It cannot be read.
pub fn decode<T: DeserializeOwned>(text: JsonText) -> Stored<Read<T>> {
    let document = serde_json::from_str(&text)
        .map_err(|error| unreadable("a document of a pizzeria", &error))?;
    Ok(Read { document, text })
}
