//! The pizzeria of the kitchen that a page shows: it comes with the page, is read for another kitchen, and follows the
//! live channel.

use super::{page_board::with_shop, store::LiveStore};
use crate::{
    api,
    domain::{
        BoardQuery,
        shop::{basket::RestaurantId, counter::Counter, kitchen_shop::KitchenShop},
    },
    ui::{browser::http, navigation::Navigator, route::Route},
};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

impl LiveStore {
    /// What `read` takes of the pizzeria of a kitchen: none where it has none, or its viewer does not work at its counter.
    pub fn with_shop<T>(
        self,
        kitchen: Option<&str>,
        read: impl FnOnce(&KitchenShop) -> T,
    ) -> Option<T> {
        self.shop.with(|shop| {
            let shop = shop.as_ref()?;
            (kitchen == Some(&*shop.kitchen)).then(|| read(shop))
        })
    }

    /// The same of the pizzeria with an id, if it is that of the page.
    pub fn shop_of<T>(self, id: RestaurantId, read: impl FnOnce(&KitchenShop) -> T) -> Option<T> {
        self.shop.with(|shop| {
            let shop = shop.as_ref().filter(|shop| shop.id() == id)?;
            Some(read(shop))
        })
    }

    pub fn set_shop(self, shop: Option<KitchenShop>) {
        self.shop.set(shop);
    }

    /// What a kitchen's page shows, with what it takes by its pizzeria.
    pub(super) fn with_shop_of(self, kitchen: Option<&str>, query: BoardQuery) -> BoardQuery {
        let by_id = self.viewer.with_value(|viewer| viewer.is_open());
        let with = |shop: &KitchenShop| with_shop(query.clone(), Some(shop), by_id);
        self.with_shop(kitchen, with).unwrap_or(query)
    }

    /// Takes what the live channel tells of a counter.
    pub(super) fn hear_counter(self, counter: Counter) {
        let is_news = self.shop.try_maybe_update(|shop| {
            let is_news = shop.as_mut().is_some_and(|shop| shop.hear(counter));
            (is_news, is_news)
        });
        let now = self.now_untracked();
        let lacks_names = self.shop.with_untracked(|shop| {
            shop.as_ref().is_some_and(|shop| {
                let mut sold_out = shop.counter.sold_out_at(now);
                sold_out.any(|sold_out| shop.name_of(&sold_out.what).is_none())
            })
        });
        if is_news == Some(true) && lacks_names {
            self.read_shop_again();
        }
    }

    /// Reads the pizzeria of the page again: what has happened before its board was read is not told.
    pub(super) fn read_shop_again(self) {
        spawn_local(self.renew_shop());
    }

    /// The same, for who waits for it.
    pub async fn renew_shop(self) {
        let kitchen = |shop: &Option<KitchenShop>| Some(shop.as_ref()?.kitchen.to_string());
        if let Some(kitchen) = self.shop.with_untracked(kitchen) {
            self.read_shop(kitchen).await;
        }
    }

    async fn read_shop(self, kitchen: String) {
        let parameters = http::query([("kitchen", Some(kitchen))]);
        // A failure does not replace what is known.
        let Ok(read) = http::get(api::ReadKitchenShop::PATH, &parameters).await else {
            return;
        };
        let read: Option<KitchenShop> = read;
        self.shop.update(|shop| match (shop.as_mut(), read) {
            (Some(shop), Some(read)) => shop.renew(read),
            (_, read) => *shop = read,
        });
    }

    /// Reads the pizzeria of each kitchen that the page shows. The first page has brought its own.
    pub(super) fn follow_shop(self, navigator: Navigator) {
        let kitchen = navigator.memo(|route| match route {
            Route::Supplier { kitchen, .. } => kitchen.name().map(str::to_owned),
            _ => None,
        });
        Effect::new(move |before: Option<()>| {
            let kitchen = kitchen.get();
            let is_here =
                |kitchen: &str| untrack(|| self.with_shop(Some(kitchen), |_| ()).is_some());
            match kitchen {
                Some(kitchen) if before.is_some() && !is_here(&kitchen) => {
                    spawn_local(self.read_shop(kitchen));
                }
                _ => {}
            }
        });
    }
}
