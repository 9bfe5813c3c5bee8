//! What is measured, and how Prometheus reads it: every name, its type and its meaning stand on this page.
//!
//! Labels are bounded: states, verbs, roles, routes of the router, and nothing that a client makes up. What can be
//! asked for is asked for when somebody looks ([`Metrics::render`]); the rest is counted where it happens.

use super::{ledger::Durability, state::App};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::{path::Path, sync::Arc, time::Duration};

pub const REQUEST_SECONDS: &str = "pizza_http_request_duration_seconds";
pub const REQUESTS_RUNNING: &str = "pizza_http_requests_in_flight";
pub const RATE_LIMITED: &str = "pizza_http_rate_limited_total";
pub const COMMANDS: &str = "pizza_commands_total";
pub const COMMAND_SECONDS: &str = "pizza_command_duration_seconds";
pub const REFUSED: &str = "pizza_commands_refused_total";
pub const COMMITS: &str = "pizza_commits_total";
pub const LEDGER_SECONDS: &str = "pizza_ledger_operation_duration_seconds";
pub const LEDGER_FAILURES: &str = "pizza_ledger_failures_total";
pub const STORE_CONNECTIONS: &str = "pizza_store_connections_total";
pub const STORE_AVAILABLE: &str = "pizza_store_available";
pub const STORE_DURABILITY: &str = "pizza_store_durability";
pub const STORE_FILE: &str = "pizza_store_file_size_bytes";
pub const STORE_ROOM: &str = "pizza_store_disk_available_bytes";
pub const FEED_CURRENT: &str = "pizza_feed_current";
pub const FEED_PROOF: &str = "pizza_feed_proof_age_seconds";
pub const FEED_BEHIND: &str = "pizza_feed_behind_events";
pub const FEED_DELAY: &str = "pizza_feed_delay_seconds";
pub const FEED_RESTARTS: &str = "pizza_feed_restarts_total";
pub const FEED_POSITION: &str = "pizza_feed_position";
pub const FEED_OLDEST: &str = "pizza_feed_oldest_position";
pub const FEED_HELD: &str = "pizza_feed_held_events";
pub const SOCKETS: &str = "pizza_sockets_open";
pub const SOCKETS_MOST: &str = "pizza_sockets_limit";
pub const SOCKETS_CLOSED: &str = "pizza_sockets_closed_total";
pub const FRAMES: &str = "pizza_socket_frames_sent_total";
pub const ORDERS: &str = "pizza_orders";
pub const STAGE_SECONDS: &str = "pizza_order_stage_duration_seconds";
pub const OLDEST_WAIT: &str = "pizza_order_oldest_wait_seconds";
pub const TRACE_SPANS: &str = "pizza_trace_spans_total";
pub const BUILD: &str = "pizza_build_info";

/// Bounds of buckets, in seconds: around what a request may take, whose patience ends at 4.5 s.
const FAST: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];
/// The same for people's work: from half a minute to two hours.
const SLOW: &[f64] = &[
    30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_200.0, 1_800.0, 2_700.0, 3_600.0, 7_200.0,
];

enum Kind {
    Counter,
    Gauge,
    Histogram(&'static [f64]),
}

use Kind::{Counter, Gauge, Histogram};

#[rustfmt::skip]
const ALL: &[(&str, Kind, &str)] = &[
    (REQUEST_SECONDS, Histogram(FAST), "How long requests took until their answer began, by the router's path, method and status."),
    (REQUESTS_RUNNING, Gauge, "Requests that are being answered now."),
    (RATE_LIMITED, Counter, "Requests that were refused because their address had sent too many."),
    (COMMANDS, Counter, "Commands that were looked at, by what was wanted, who wanted it, and what became of it."),
    (COMMAND_SECONDS, Histogram(FAST), "How long commands took, by what became of them."),
    (REFUSED, Counter, "Commands that were refused, by the kind of problem; also those that never were looked at."),
    (COMMITS, Counter, "Batches given to the ledger, by what became of them. A conflict is tried again."),
    (LEDGER_SECONDS, Histogram(FAST), "How long the ledger took, by operation. Waiting for news is not counted."),
    (LEDGER_FAILURES, Counter, "What the ledger did not do, by operation and reason."),
    (STORE_CONNECTIONS, Counter, "Attempts to connect to Redis, by what became of them."),
    (STORE_AVAILABLE, Gauge, "1 where the store can be used, else 0."),
    (STORE_DURABILITY, Gauge, "1 for the class that says what an answered change survives, else 0."),
    (STORE_FILE, Gauge, "How large the file of the embedded store is."),
    (STORE_ROOM, Gauge, "How much room is left on the disk of the embedded store."),
    (FEED_CURRENT, Gauge, "1 where this instance vouches that its view misses nothing, else 0."),
    (FEED_PROOF, Gauge, "How long ago the log last proved that nothing is missing."),
    (FEED_BEHIND, Gauge, "Events that were stored through this instance and have not come back in its feed."),
    (FEED_DELAY, Histogram(FAST), "From an event's timestamp to its arrival in the feed. Of another instance's events, by its clock."),
    (FEED_RESTARTS, Counter, "How often the log did not deliver, or was lost, and reading it began anew."),
    (FEED_POSITION, Gauge, "The number of the newest event in the feed."),
    (FEED_OLDEST, Gauge, "The number after which all events can be resumed from memory."),
    (FEED_HELD, Gauge, "Events that are held in memory."),
    (SOCKETS, Gauge, "Live connections."),
    (SOCKETS_MOST, Gauge, "How many live connections there may be (MAX_SOCKETS)."),
    (SOCKETS_CLOSED, Counter, "Live connections that have ended, by why."),
    (FRAMES, Counter, "Frames sent on live connections."),
    (ORDERS, Gauge, "Orders in the whole market, by status. Every instance says the same."),
    (STAGE_SECONDS, Histogram(SLOW), "How long orders stood in a status before they left it, cancelled ones aside. Every instance measures the same."),
    (OLDEST_WAIT, Gauge, "How long the order that has stood longest in a status has stood there; 0 where there is none."),
    (TRACE_SPANS, Counter, "Spans handed to the collector, by whether it took them. Only where traces are exported."),
    (BUILD, Gauge, "Always 1: which version this is."),
];

/// The figures of this process. One for each process: they are kept globally.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    process: metrics_process::Collector,
    /// The file of the embedded store.
    file: Option<Arc<Path>>,
}

impl Metrics {
    /// From here on everything is counted.
    pub fn begin(file: Option<Arc<Path>>) -> Result<Metrics, BuildError> {
        let mut builder = PrometheusBuilder::new();
        for (name, kind, _) in ALL {
            if let Histogram(bounds) = kind {
                builder =
                    builder.set_buckets_for_metric(Matcher::Full((*name).to_owned()), bounds)?;
            }
        }
        let metrics = Metrics {
            handle: builder.install_recorder()?,
            process: metrics_process::Collector::default(),
            file,
        };
        for (name, kind, help) in ALL {
            match kind {
                Counter => describe_counter!(*name, *help),
                Gauge => describe_gauge!(*name, *help),
                Histogram(_) => describe_histogram!(*name, *help),
            }
        }
        metrics.process.describe();
        // What has never happened is 0, not unknown: alerts look for changes.
        for name in [RATE_LIMITED, FRAMES, FEED_RESTARTS] {
            counter!(name).absolute(0);
        }
        gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Ok(metrics)
    }

    /// Sorts in, for ever, what has been measured since the last time: else it would pile up until somebody looks.
    pub async fn keep_tidy(self) {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            self.handle.run_upkeep();
        }
    }

    /// Everything as Prometheus reads it. Nothing of it asks the store.
    fn render(&self, app: &App) -> String {
        self.process.collect();
        self.store(app);
        feed(app);
        gauge!(SOCKETS).set(app.sockets.open.len() as f64);
        gauge!(SOCKETS_MOST).set(app.config.sockets as f64);
        self.handle.render()
    }

    fn store(&self, app: &App) {
        let store = app.desk.readiness().store;
        let available = store.trouble.is_none();
        gauge!(STORE_AVAILABLE, "engine" => store.engine).set(one_if(available));
        for class in Durability::ALL {
            let labels = [
                ("engine", store.engine.to_owned()),
                ("class", class.to_string()),
            ];
            gauge!(STORE_DURABILITY, &labels).set(one_if(store.durability == Some(class)));
        }
        let Some(file) = &self.file else { return };
        if let Ok(about) = file.metadata() {
            gauge!(STORE_FILE).set(about.len() as f64);
        }
        if let Ok(disk) = rustix::fs::statvfs(&**file) {
            gauge!(STORE_ROOM).set((disk.f_bavail * disk.f_frsize) as f64);
        }
    }
}

fn one_if(so: bool) -> f64 {
    f64::from(u8::from(so))
}

fn feed(app: &App) {
    let feed = app.desk.feed();
    counter!(FEED_RESTARTS).absolute(feed.restarts());
    gauge!(FEED_CURRENT).set(one_if(feed.is_current()));
    gauge!(FEED_BEHIND).set(app.desk.behind() as f64);
    let Some(reading) = feed.reading() else {
        return;
    };
    gauge!(FEED_PROOF).set(reading.proof_age.as_secs_f64());
    gauge!(FEED_POSITION).set(reading.position as f64);
    gauge!(FEED_OLDEST).set(reading.oldest as f64);
    gauge!(FEED_HELD).set((reading.position - reading.oldest) as f64);
    for (status, count) in reading.orders {
        gauge!(ORDERS, "status" => status.name()).set(count as f64);
    }
    for (status, wait) in reading.waits {
        gauge!(OLDEST_WAIT, "status" => status.name()).set(wait.as_secs_f64());
    }
}

/// What is measured, for Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "Operation", operation_id = "metrics",
    responses(
        (status = 200, description = "All figures, as text.", body = String, content_type = "text/plain"),
        (status = 404, description = "They have an address of their own (`METRICS_ADDR`).", body = String, content_type = "text/html"),
    ),
)]
pub async fn show(State(app): State<App>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, app.metrics.render(&app)).into_response()
}
