//! The use-cases of pizzerias: what they say of themselves, their menus, and orders from them.

pub mod catalog;
pub mod checkout;
pub mod counter;
pub mod documents;
mod edit;
mod edit_queue;
pub mod expiry;
pub mod history;
pub mod kitchen;
pub mod list;
pub mod menu_csv;
mod menu_restore;
mod menu_texts;
pub mod menus;
mod order_request;
mod placing;
mod pricing;
pub mod quote;
mod quote_request;
pub mod refusal;
pub mod restaurants;
mod stored;
mod stored_reads;
mod windows;

use super::{accounts::AccountService, live_feed::LiveFeed, orders::OrderService, turns::Turns};
use crate::{
    domain::{
        Currency, Cursor,
        shop::{basket::RestaurantId, gazetteer::Gazetteer},
    },
    server::store::Store,
};
use std::{sync::Arc, time::Duration};
use stored::Held;
use tokio::time::timeout;

/// How long a change waits for this instance's own view to show it.
const CATCH_UP: Duration = Duration::from_secs(1);

pub struct ShopService {
    store: Arc<dyn Store>,
    feed: Arc<LiveFeed>,
    orders: Arc<OrderService>,
    accounts: Arc<AccountService>,
    places: Arc<Gazetteer>,
    currency: Currency,
    menu_texts: menu_texts::MenuTexts,
    /// Of each pizzeria that is edited.
    edits: Turns<RestaurantId, Option<Held>>,
}

impl ShopService {
    pub fn new(
        store: Arc<dyn Store>,
        feed: Arc<LiveFeed>,
        orders: Arc<OrderService>,
        accounts: Arc<AccountService>,
        places: impl Into<Arc<Gazetteer>>,
        currency: Currency,
    ) -> ShopService {
        ShopService {
            store,
            feed,
            orders,
            accounts,
            places: places.into(),
            currency,
            menu_texts: menu_texts::MenuTexts::default(),
            edits: Turns::default(),
        }
    }

    /// Where the log is, as this instance knows it: what is read from now on is not older.
    pub fn cursor(&self) -> Option<Cursor> {
        self.feed.cursor()
    }

    /// Waits for the feed to have what was stored here, so that who has written it reads it, but not for long.
    async fn catch_up(&self, cursor: &Cursor) {
        let _ = timeout(CATCH_UP, self.feed.reached(cursor)).await;
    }
}
