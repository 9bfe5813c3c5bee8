//! What every request can reach.

use super::{
    connection_limit::ConnectionLimit, middleware::rate_limit::RateLimit, pages::flash::FlashCookie,
};
use crate::server::{config::Config, services::orders::OrderService, telemetry::metrics::Metrics};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

#[derive(Clone, FromRef)]
pub struct AppState {
    pub orders: Arc<OrderService>,
    pub config: Arc<Config>,
    pub leptos: LeptosOptions,
    pub rate_limit: Arc<RateLimit>,
    #[from_ref(skip)]
    pub metrics_rate_limit: Arc<RateLimit>,
    pub flash: Arc<FlashCookie>,
    /// The open connections of the site's address.
    pub connections: Arc<ConnectionLimit>,
    pub sockets: Sockets,
    pub metrics: Metrics,
    /// Cancelled when the server is told to stop: from then on it is not ready.
    pub stopping: CancellationToken,
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
