//! The endpoint of the metrics. What has a current value is read when it is scraped; the rest is counted where it
//! happens.

use crate::{
    domain::Error,
    server::{
        store::Durability,
        telemetry::metrics::*,
        web::{openapi::responses::MetricsLimited, state::AppState},
    },
};
use axum::{
    extract::{ConnectInfo, State},
    http::header,
    response::{IntoResponse, Response},
};
use metrics::{counter, gauge};
use std::{net::SocketAddr, num::NonZeroU32};

/// Requests per second and address: many times what a Prometheus sends.
pub const RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// What is measured, for Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "Operation", operation_id = "metrics",
    responses(
        (status = 200, description = "All metrics, as text.", body = String, content_type = "text/plain"),
        MetricsLimited,
        (status = 404, description = "They have an address of their own (`METRICS_ADDR`).", body = String, content_type = "text/html"),
    ),
)]
pub async fn show(
    State(app): State<AppState>,
    from: ConnectInfo<SocketAddr>,
) -> Result<Response, Error> {
    app.metrics_rate_limit.check(from.ip())?;
    store(&app);
    feed(&app);
    gauge!(CONNECTIONS).set(app.connections.count_open() as f64);
    gauge!(CONNECTIONS_LIMIT).set(app.connections.total() as f64);
    gauge!(SOCKETS).set(app.sockets.open.len() as f64);
    gauge!(SOCKETS_LIMIT).set(app.sockets.limit.total() as f64);
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, app.metrics.render()).into_response())
}

/// The state of the store as this instance knows it: the store is not asked.
fn store(app: &AppState) {
    let store = app.orders.readiness().store;
    let available = store.trouble.is_none();
    gauge!(STORE_AVAILABLE, "engine" => store.engine).set(one_if(available));
    for class in Durability::ALL {
        let labels = [
            ("engine", store.engine.to_owned()),
            ("class", class.to_string()),
        ];
        gauge!(STORE_DURABILITY, &labels).set(one_if(store.durability == Some(class)));
    }
    let Some(file) = app.config.store.file() else {
        return;
    };
    if let Ok(about) = file.metadata() {
        gauge!(STORE_FILE_SIZE).set(about.len() as f64);
    }
    if let Ok(disk) = rustix::fs::statvfs(&file) {
        gauge!(STORE_DISK_AVAILABLE).set((disk.f_bavail * disk.f_frsize) as f64);
    }
}

fn one_if(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

fn feed(app: &AppState) {
    let feed = app.orders.feed();
    counter!(FEED_RESTARTS).absolute(feed.restarts());
    gauge!(FEED_CURRENT).set(one_if(feed.is_current()));
    gauge!(FEED_BEHIND).set(app.orders.behind() as f64);
    let Some(metrics) = feed.metrics() else {
        return;
    };
    gauge!(FEED_PROOF).set(metrics.verified_age.as_secs_f64());
    gauge!(FEED_POSITION).set(metrics.position as f64);
    gauge!(FEED_OLDEST).set(metrics.oldest as f64);
    gauge!(FEED_HELD).set((metrics.position - metrics.oldest) as f64);
    for (status, count) in metrics.orders {
        gauge!(ORDERS, "status" => status.name()).set(count as f64);
    }
    for (status, wait) in metrics.waits {
        gauge!(OLDEST_WAIT, "status" => status.name()).set(wait.as_secs_f64());
    }
}
