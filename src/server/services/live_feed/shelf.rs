//! The pizzerias as an instance holds them: the catalogue, and how much of the menus. Profiles and counters are read at the
//! start, a menu where it is needed first, the names of dishes in the background; all of them follow the log from then on.

use crate::{
    domain::{
        Cursor, ShopKind,
        shop::{
            basket::RestaurantId,
            menu::{Item, Menu},
            shelf::{Catalogue, HeldCounter, ShopDocument},
        },
    },
    server::{
        services::{order_documents::unreadable, shops::documents},
        store::{JsonText, Key, Page, Query, Result, Store},
    },
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Documents of each kind that are read at once.
pub const PAGE: usize = 500;

/// What every pizzeria has.
const KINDS: [ShopKind; 2] = [ShopKind::Restaurant, ShopKind::Counter];

pub struct Shelf {
    pub catalogue: Catalogue,
    /// Whether the names of all dishes have been read.
    pub knows_dishes: bool,
    uses: MenuUses,
    /// What the menus may take together, in bytes.
    menu_memory: usize,
}

/// When each menu was used last, by a clock of uses.
#[derive(Default)]
struct MenuUses {
    clock: AtomicU64,
    last: Mutex<HashMap<RestaurantId, u64>>,
}

impl Shelf {
    pub fn new(catalogue: Catalogue, menu_memory: usize) -> Shelf {
        Shelf {
            catalogue,
            knows_dishes: false,
            uses: MenuUses::default(),
            menu_memory,
        }
    }

    pub fn fold(&mut self, document: ShopDocument) {
        self.catalogue.fold(document);
        self.trim();
    }

    /// The menu of a pizzeria, if it is held and no older than this version of the counter: each edit of a menu writes the
    /// counter after it.
    pub fn menu(&self, id: RestaurantId, counter_version: u32) -> Option<Arc<Menu>> {
        let shop = self.catalogue.get(id)?;
        let counter = shop.counter.as_ref()?;
        let menu = shop
            .menu()
            .filter(|_| counter.counter.version >= counter_version)?;
        self.uses.record(id);
        Some(menu.clone())
    }

    /// Keeps a menu that was read, unless newer entries have come.
    pub fn put_menu(&mut self, id: RestaurantId, menu: Arc<Menu>) {
        if self.catalogue.put_menu(id, menu) {
            self.uses.record(id);
            self.trim();
        }
    }

    /// Forgets the menus that were used least recently.
    fn trim(&mut self) {
        while self.catalogue.menu_bytes() > self.menu_memory
            && let Some(id) = self.uses.forget_oldest()
        {
            self.catalogue.drop_menu(id);
        }
    }
}

impl MenuUses {
    fn record(&self, id: RestaurantId) {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(id, now);
    }

    fn forget_oldest(&mut self) -> Option<RestaurantId> {
        let mut last = self.lock();
        let oldest = last.iter().min_by_key(|(_, used)| **used)?;
        let id = *oldest.0;
        last.remove(&id);
        Some(id)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RestaurantId, u64>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What asks for the first pages of profiles and counters.
pub fn first_queries() -> [Query; 2] {
    KINDS.map(|kind| query(kind, None))
}

fn query(kind: ShopKind, before: Option<Key>) -> Query {
    Query {
        index: match kind {
            ShopKind::Counter => documents::counters(),
            _ => documents::restaurants(),
        },
        before,
        limit: PAGE,
    }
}

/// The catalogue without menus: from its first pages, and those that follow.
pub async fn read_catalogue(store: &dyn Store, first: Vec<Page>) -> Result<Catalogue> {
    let mut catalogue = Catalogue::default();
    let mut pages: Vec<_> = KINDS.into_iter().zip(first).collect();
    while !pages.is_empty() {
        let mut next = Vec::new();
        for (kind, page) in pages {
            for text in page.documents {
                if let Some(document) = read(kind, text) {
                    catalogue.fold(document);
                }
            }
            let before = page.next;
            next.extend(before.map(|before| (kind, query(kind, Some(before)))));
        }
        let (kinds, queries): (Vec<_>, Vec<_>) = next.into_iter().unzip();
        let more = match queries.is_empty() {
            true => Vec::new(),
            false => store.list(&queries).await?.pages,
        };
        pages = kinds.into_iter().zip(more).collect();
    }
    Ok(catalogue)
}

/// What the store has, where this instance does not know.
pub async fn stored_catalogue(store: &dyn Store) -> Result<(Catalogue, Cursor)> {
    let first = store.list(&first_queries()).await?;
    Ok((read_catalogue(store, first.pages).await?, first.cursor))
}

/// The items of some menus.
pub async fn read_items(store: &dyn Store, of: &[RestaurantId]) -> Result<Vec<ShopDocument>> {
    let queries = of.iter().map(|id| Query {
        index: documents::menu_index(*id),
        before: None,
        limit: usize::MAX,
    });
    let listing = store.list(&queries.collect::<Vec<_>>()).await?;
    let menus = of.iter().zip(listing.pages);
    let items = menus.flat_map(|(id, page)| {
        // The outline is no item.
        let items = page.documents.into_iter();
        let items = items.filter_map(|text| serde_json::from_str::<Item>(&text).ok());
        items.map(|item| ShopDocument::Item(*id, item))
    });
    Ok(items.collect())
}

/// A profile or a counter; `None` for one that cannot be read.
fn read(kind: ShopKind, text: JsonText) -> Option<ShopDocument> {
    let document = match kind {
        ShopKind::Counter => HeldCounter::read(text).map(ShopDocument::Counter),
        _ => serde_json::from_str(&text).map(ShopDocument::Profile),
    };
    let document = document.map_err(|error| unreadable("a document of a pizzeria", &error));
    if let Err(error) = &document {
        tracing::error!(%error, "a pizzeria is left out: `pizza-market verify` names it");
    }
    document.ok()
}
