//! What every request can reach.

use super::{config::Config, desk::Desk, limits::Limits, metrics::Metrics, seats::Seats};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

#[derive(Clone, FromRef)]
pub struct App {
    pub desk: Arc<Desk>,
    pub config: Arc<Config>,
    pub leptos: LeptosOptions,
    pub limits: Arc<Limits>,
    pub sockets: Sockets,
    pub metrics: Metrics,
}

/// The open sockets: counted, so that a stop can wait for them, and told when it comes.
#[derive(Clone)]
pub struct Sockets {
    pub seats: Arc<Seats>,
    pub open: TaskTracker,
    pub stop: CancellationToken,
}

impl Sockets {
    pub fn new(seats: Seats) -> Sockets {
        Sockets {
            seats: Arc::new(seats),
            open: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }
}
