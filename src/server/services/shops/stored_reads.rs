//! How the documents of a pizzeria are read from the store.

use super::{
    ShopService, documents,
    refusal::{ShopFailure, ShopRefusal},
    stored::{Read, StoredMenu, StoredShop, decode},
};
use crate::{
    domain::{
        ShopKind,
        shop::{
            basket::RestaurantId,
            code::Code,
            menu::{Item, Outline},
        },
    },
    server::store::{Key, Query, Result as Stored},
};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

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
