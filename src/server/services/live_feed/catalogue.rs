//! What the feed tells of pizzerias. No quote asks the store.

use super::{
    LiveFeed, SILENCE,
    shop_index::{self, ShopIndex},
};
use crate::{
    domain::{
        Cursor, Time,
        shop::{basket::RestaurantId, menu::Menu, shelf::Catalogue},
    },
    server::store::Store,
};
use std::{collections::BTreeMap, convert::Infallible, future, sync::Arc};
use tokio::{sync::MutexGuard, time::sleep};

/// Menus whose dishes are read at once for the search.
const DISHES: usize = 8;

impl LiveFeed {
    /// A feed that holds menus up to so many bytes.
    pub fn new(menu_memory: usize) -> LiveFeed {
        LiveFeed {
            menu_memory,
            ..LiveFeed::default()
        }
    }

    /// Reads something of the pizzerias, if they have been read.
    pub fn read_catalogue<T>(&self, read: impl FnOnce(&Catalogue) -> T) -> Option<T> {
        self.read_shops(|shops| read(&shops.catalogue))
    }

    /// Whether a search finds dishes: until then it knows the names of pizzerias only.
    pub fn knows_dishes(&self) -> bool {
        self.read_shops(|shops| shops.knows_dishes)
            .unwrap_or_default()
    }

    /// The menu of a pizzeria, if it is held and no older than this version of its counter.
    pub fn menu(&self, id: RestaurantId, counter_version: u32) -> Option<Arc<Menu>> {
        self.read_shops(|shops| shops.menu(id, counter_version))
            .flatten()
    }

    /// Waits for the requests that read this menu from the store before.
    pub async fn menu_turn(&self, id: RestaurantId) -> MutexGuard<'_, ()> {
        let place = id.as_u128() as usize % self.menu_turns.len();
        self.menu_turns[place].lock().await
    }

    /// Keeps a menu that was read after the feed was at `cursor`, unless it is of a history that is lost. It follows the log
    /// from then on.
    pub fn put_menu(&self, id: RestaurantId, menu: Arc<Menu>, cursor: &Cursor) {
        if let Some(view) = &mut self.write().view
            && view.index.cursor().epoch == cursor.epoch
        {
            view.shops.put_menu(id, menu);
        }
    }

    /// How many orders the slots of a pizzeria have, by the beginnings of the slots.
    pub fn taken(&self, id: RestaurantId) -> BTreeMap<Time, u32> {
        self.read_index(|index| index.taken(id)).unwrap_or_default()
    }

    fn read_shops<T>(&self, read: impl FnOnce(&ShopIndex) -> T) -> Option<T> {
        self.read().view.as_ref().map(|view| read(&view.shops))
    }

    fn change_shops(&self, change: impl FnOnce(&mut ShopIndex)) {
        if let Some(view) = &mut self.write().view {
            change(&mut view.shops);
        }
    }

    /// Reads the names of all dishes, for the search. What comes with the log meanwhile is newer.
    pub(super) async fn read_dishes(&self, store: &dyn Store) -> Infallible {
        let ids = self.read_shops(|shops| shops.catalogue.ids().collect::<Vec<_>>());
        for ids in ids.unwrap_or_default().chunks(DISHES) {
            let items = loop {
                match shop_index::read_items(store, ids).await {
                    Ok(items) => break items,
                    Err(error) => {
                        tracing::debug!(%error, "cannot read the names of dishes");
                        sleep(SILENCE).await;
                    }
                }
            };
            self.change_shops(|shops| items.into_iter().for_each(|item| shops.fold(item)));
        }
        self.change_shops(|shops| shops.knows_dishes = true);
        future::pending().await
    }
}
