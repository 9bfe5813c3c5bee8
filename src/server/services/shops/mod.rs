//! The use-cases of pizzerias: what they say of themselves, their menus, and orders from them.

pub mod catalog;
pub mod checkout;
pub mod counter;
pub mod documents;
mod edit;
pub mod expiry;
pub mod history;
pub mod list;
mod order_request;
mod placing;
mod pricing;
pub mod quote;
mod quote_request;
pub mod refusal;
pub mod restaurants;
mod windows;

use super::{accounts::AccountService, live_feed::LiveFeed, orders::OrderService};
use crate::{
    domain::{Currency, Cursor, shop::gazetteer::Gazetteer},
    server::store::Store,
};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// How long a change waits for this instance's own view to show it.
const CATCH_UP: Duration = Duration::from_secs(1);

pub struct ShopService {
    store: Arc<dyn Store>,
    feed: Arc<LiveFeed>,
    orders: Arc<OrderService>,
    accounts: Arc<AccountService>,
    places: Gazetteer,
    currency: Currency,
}

impl ShopService {
    pub fn new(
        store: Arc<dyn Store>,
        feed: Arc<LiveFeed>,
        orders: Arc<OrderService>,
        accounts: Arc<AccountService>,
        places: Gazetteer,
        currency: Currency,
    ) -> ShopService {
        ShopService {
            store,
            feed,
            orders,
            accounts,
            places,
            currency,
        }
    }

    /// Waits for the feed to have what was stored here, so that who has written it reads it, but not for long.
    async fn catch_up(&self, cursor: &Cursor) {
        let _ = timeout(CATCH_UP, self.feed.reached(cursor)).await;
    }
}
