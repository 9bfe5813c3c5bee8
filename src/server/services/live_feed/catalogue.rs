//! What the feed tells of pizzerias. No quote asks the store.

use super::{
    LiveFeed, SILENCE,
    shelf::{self, Shelf},
};
use crate::{
    domain::{
        Cursor, Time,
        shop::{basket::RestaurantId, menu::Menu, shelf::Catalogue},
    },
    server::store::Store,
};
use std::{collections::BTreeMap, convert::Infallible, future, sync::Arc};
use tokio::time::sleep;

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
        self.read_shelf(|shelf| read(&shelf.catalogue))
    }

    /// Whether a search finds dishes: until then it knows the names of pizzerias only.
    pub fn knows_dishes(&self) -> bool {
        self.read_shelf(|shelf| shelf.knows_dishes)
            .unwrap_or_default()
    }

    /// The menu of a pizzeria, if it is held and no older than this version of its counter.
    pub fn menu(&self, id: RestaurantId, counter_version: u32) -> Option<Arc<Menu>> {
        self.read_shelf(|shelf| shelf.menu(id, counter_version))
            .flatten()
    }

    /// Keeps a menu that was read after the feed was at `cursor`, unless it is of a history that is lost. It follows the log
    /// from then on.
    pub fn put_menu(&self, id: RestaurantId, menu: Arc<Menu>, cursor: &Cursor) {
        if let Some(view) = &mut self.write().view
            && view.index.cursor().epoch == cursor.epoch
        {
            view.shelf.put_menu(id, menu);
        }
    }

    /// How many orders the slots of a pizzeria have, by the beginnings of the slots.
    pub fn taken(&self, id: RestaurantId) -> BTreeMap<Time, u32> {
        self.read_index(|index| index.taken(id)).unwrap_or_default()
    }

    fn read_shelf<T>(&self, read: impl FnOnce(&Shelf) -> T) -> Option<T> {
        self.read().view.as_ref().map(|view| read(&view.shelf))
    }

    fn change_shelf(&self, change: impl FnOnce(&mut Shelf)) {
        if let Some(view) = &mut self.write().view {
            change(&mut view.shelf);
        }
    }

    /// Reads the names of all dishes, for the search. What comes with the log meanwhile is newer.
    pub(super) async fn read_dishes(&self, store: &dyn Store) -> Infallible {
        let ids = self.read_shelf(|shelf| shelf.catalogue.ids().collect::<Vec<_>>());
        for ids in ids.unwrap_or_default().chunks(DISHES) {
            let items = loop {
                match shelf::read_items(store, ids).await {
                    Ok(items) => break items,
                    Err(error) => {
                        tracing::debug!(%error, "cannot read the names of dishes");
                        sleep(SILENCE).await;
                    }
                }
            };
            self.change_shelf(|shelf| items.into_iter().for_each(|item| shelf.fold(item)));
        }
        self.change_shelf(|shelf| shelf.knows_dishes = true);
        future::pending().await
    }
}
