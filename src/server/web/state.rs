//! What every request can reach.

use super::{
    auth::wrong_credentials::WrongCredentials, connection_limit::ConnectionLimit,
    middleware::rate_limit::RateLimit, openapi::docs::Docs, pages::flash::FlashCookie,
};
use crate::server::{
    config::Config,
    services::{
        accounts::AccountService, credentials::Credentials, orders::OrderService,
        shops::ShopService,
    },
    telemetry::metrics::Metrics,
};
use std::{ops::Deref, sync::Arc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A pointer to the parts: it is cloned several times for each request.
#[derive(Clone)]
pub struct AppState(Arc<AppParts>);

pub struct AppParts {
    pub orders: Arc<OrderService>,
    pub shops: Arc<ShopService>,
    pub accounts: Arc<AccountService>,
    pub credentials: Arc<Credentials>,
    pub config: Config,
    pub rate_limit: RateLimit,
    pub metrics_rate_limit: RateLimit,
    pub wrong_credentials: WrongCredentials,
    pub flash: FlashCookie,
    /// The open connections of the site's address.
    pub connections: Arc<ConnectionLimit>,
    pub sockets: Sockets,
    pub metrics: Metrics,
    pub docs: Docs,
    /// Cancelled when the server is told to stop: from then on it is not ready.
    pub stopping: CancellationToken,
}

impl From<AppParts> for AppState {
    fn from(parts: AppParts) -> AppState {
        AppState(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

/// The open sockets: counted, so that a stop can wait for them, and told when it comes.
#[derive(Clone)]
pub struct Sockets {
    pub limit: Arc<ConnectionLimit>,
    pub open: TaskTracker,
    pub stop: CancellationToken,
}

impl Sockets {
    pub fn new(limit: ConnectionLimit) -> Sockets {
        Sockets {
            limit: Arc::new(limit),
            open: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }
}
