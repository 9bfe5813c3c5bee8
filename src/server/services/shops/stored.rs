//! The documents of a pizzeria as the store has them: each with its text, which an edit expects.

use super::{
    ShopService,
    documents::{self, ShopDocument},
    refusal::{ShopFailure, ShopRefusal},
};
use crate::{
    domain::{
        ShopKind,
        shop::{
            basket::RestaurantId,
            code::Code,
            counter::Counter,
            menu::{Item, Menu, Outline},
            profile::Profile,
        },
    },
    server::{
        services::order_documents::unreadable,
        store::{Batch, JsonText, Key, Query, Result as Stored},
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

impl ShopService {
    /// A pizzeria as the store holds it, with its menu where that is asked for.
    pub(super) async fn read_shop(
        &self,
        id: RestaurantId,
        menu: Option<&[Code]>,
    ) -> Result<StoredShop, ShopFailure> {
        let unknown = || ShopFailure::from(ShopRefusal::UnknownRestaurant);
        // The counter first: what is changed after it was read is a change of the counter, too.
        let counter = self.read(documents::key(ShopKind::Counter, id)).await?;
        let profile = self.read(documents::key(ShopKind::Restaurant, id)).await?;
        Ok(StoredShop {
            profile: profile.ok_or_else(unknown)?,
            counter: counter.ok_or_else(unknown)?,
            menu: match menu {
                Some(codes) => Some(self.read_menu(id, codes).await?),
                None => None,
            },
        })
    }

    /// The menu of a pizzeria, with these items even where they are gone.
    pub(super) async fn read_menu(
        &self,
        id: RestaurantId,
        codes: &[Code],
    ) -> Result<StoredMenu, ShopFailure> {
        let query = Query {
            index: documents::menu_index(id),
            before: None,
            limit: usize::MAX,
        };
        let listing = self.store.list(&[query]).await?;
        let texts = listing.pages.into_iter().flat_map(|page| page.documents);
        let (mut outline, mut items) = (None, BTreeMap::new());
        for text in texts {
            // An item has a name, and the outline has none.
            match serde_json::from_str::<Item>(&text) {
                Ok(document) => {
                    items.insert(document.id.clone(), Read { document, text });
                }
                Err(_) => outline = Some(decode::<Outline>(text)?),
            }
        }
        let outline = outline.ok_or_else(|| ShopFailure::from(ShopRefusal::UnknownRestaurant))?;
        let mut menu = StoredMenu { outline, items };
        self.read_gone(id, &mut menu, codes).await?;
        Ok(menu)
    }

    /// Reads these items of a menu where it does not have them.
    pub(super) async fn read_gone(
        &self,
        id: RestaurantId,
        menu: &mut StoredMenu,
        codes: &[Code],
    ) -> Stored<()> {
        for code in codes {
            if !menu.items.contains_key(code)
                && let Some(item) = self.read::<Item>(documents::item_key(id, code)).await?
            {
                menu.items.insert(code.clone(), item);
            }
        }
        Ok(())
    }

    async fn read<T: DeserializeOwned>(&self, key: Key) -> Stored<Option<Read<T>>> {
        let text = self.store.get(&key).await?;
        text.map(decode).transpose()
    }
}

fn decode<T: DeserializeOwned>(text: JsonText) -> Stored<Read<T>> {
    let document = serde_json::from_str(&text)
        .map_err(|error| unreadable("a document of a pizzeria", &error))?;
    Ok(Read { document, text })
}
