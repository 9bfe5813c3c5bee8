//! The metrics: the name, type and meaning of every one, and the recorder that keeps them.
//!
//! Label values are bounded: statuses, commands, roles, routes of the router, and nothing that a client chooses.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::time::Duration;

pub const REQUEST_SECONDS: &str = "pizza_http_request_duration_seconds";
pub const REQUESTS_RUNNING: &str = "pizza_http_requests_in_flight";
pub const RATE_LIMITED: &str = "pizza_http_rate_limited_total";
pub const COMMANDS: &str = "pizza_commands_total";
pub const COMMAND_SECONDS: &str = "pizza_command_duration_seconds";
pub const REFUSED: &str = "pizza_commands_refused_total";
pub const COMMITS: &str = "pizza_commits_total";
pub const STORE_OPERATION_SECONDS: &str = "pizza_ledger_operation_duration_seconds";
pub const STORE_FAILURES: &str = "pizza_ledger_failures_total";
pub const STORE_CONNECTIONS: &str = "pizza_store_connections_total";
pub const STORE_AVAILABLE: &str = "pizza_store_available";
pub const STORE_DURABILITY: &str = "pizza_store_durability";
pub const STORE_FILE_SIZE: &str = "pizza_store_file_size_bytes";
pub const STORE_DISK_AVAILABLE: &str = "pizza_store_disk_available_bytes";
pub const FEED_CURRENT: &str = "pizza_feed_current";
pub const FEED_PROOF: &str = "pizza_feed_proof_age_seconds";
pub const FEED_BEHIND: &str = "pizza_feed_behind_events";
pub const FEED_DELAY: &str = "pizza_feed_delay_seconds";
pub const FEED_RESTARTS: &str = "pizza_feed_restarts_total";
pub const FEED_POSITION: &str = "pizza_feed_position";
pub const FEED_OLDEST: &str = "pizza_feed_oldest_position";
pub const FEED_HELD: &str = "pizza_feed_held_events";
pub const CONNECTIONS: &str = "pizza_connections_open";
pub const CONNECTIONS_LIMIT: &str = "pizza_connections_limit";
pub const CONNECTIONS_REFUSED: &str = "pizza_connections_refused_total";
pub const SOCKETS: &str = "pizza_sockets_open";
pub const SOCKETS_LIMIT: &str = "pizza_sockets_limit";
pub const SOCKETS_CLOSED: &str = "pizza_sockets_closed_total";
pub const FRAMES: &str = "pizza_socket_frames_sent_total";
pub const ORDERS: &str = "pizza_orders";
pub const STAGE_SECONDS: &str = "pizza_order_stage_duration_seconds";
pub const OLDEST_WAIT: &str = "pizza_order_oldest_wait_seconds";
pub const QUOTES: &str = "pizza_quotes_total";
pub const ORDERED: &str = "pizza_orders_placed_total";
pub const SLOT_FILL: &str = "pizza_slot_fill_ratio";
pub const ANSWER_SECONDS: &str = "pizza_order_answer_duration_seconds";
pub const EXPIRED: &str = "pizza_orders_expired_total";
pub const SIGN_INS: &str = "pizza_sign_ins_total";
pub const CREDENTIALS_REFUSED: &str = "pizza_credentials_refused_total";
pub const RIGHTS_REFUSED: &str = "pizza_rights_refused_total";
pub const ACCOUNT_CHANGES: &str = "pizza_account_changes_total";
pub const MENU_READS: &str = "pizza_menu_reads_total";
pub const TRACE_SPANS: &str = "pizza_trace_spans_total";
pub const BUILD: &str = "pizza_build_info";

/// Bucket bounds in seconds, for requests, which time out after 4.5 s.
const FAST: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];
/// Bucket bounds in seconds, for people's work: from half a minute to two hours.
const SLOW: &[f64] = &[
    30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_200.0, 1_800.0, 2_700.0, 3_600.0, 7_200.0,
];

/// Bucket bounds of shares. What is above the last but one is full.
const SHARES: &[f64] = &[0.1, 0.25, 0.5, 0.75, 0.9, 0.999, 1.0];

const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

enum MetricKind {
    Counter,
    Gauge,
    Histogram(&'static [f64]),
}

use MetricKind::{Counter, Gauge, Histogram};

#[rustfmt::skip]
const ALL: &[(&str, MetricKind, &str)] = &[
    (REQUEST_SECONDS, Histogram(FAST), "Duration of requests until the response begins, by route, method and status."),
    (REQUESTS_RUNNING, Gauge, "Requests that are being processed."),
    (RATE_LIMITED, Counter, "Requests refused by the rate limit."),
    (COMMANDS, Counter, "Commands that were processed, by command, actor and outcome."),
    (COMMAND_SECONDS, Histogram(FAST), "Duration of commands, by outcome."),
    (REFUSED, Counter, "Commands that were refused, by kind of problem, also before they were processed."),
    (COMMITS, Counter, "Batches sent to the store, by outcome. A conflict is retried."),
    (STORE_OPERATION_SECONDS, Histogram(FAST), "Duration of store operations, by operation. Waiting for new events is not counted."),
    (STORE_FAILURES, Counter, "Failed store operations, by operation and reason."),
    (STORE_CONNECTIONS, Counter, "Attempts to connect to Redis, by outcome."),
    (STORE_AVAILABLE, Gauge, "1 if the store is available, else 0."),
    (STORE_DURABILITY, Gauge, "1 for the durability class of committed changes, else 0."),
    (STORE_FILE_SIZE, Gauge, "Size of the embedded store's file."),
    (STORE_DISK_AVAILABLE, Gauge, "Free space on the disk of the embedded store."),
    (FEED_CURRENT, Gauge, "1 if this instance's feed is known to be complete and current, else 0."),
    (FEED_PROOF, Gauge, "Time since the log last proved that nothing is missing."),
    (FEED_BEHIND, Gauge, "Events that this instance has committed and that have not arrived in its feed."),
    (FEED_DELAY, Histogram(FAST), "Time from an event's timestamp to its arrival in the feed. For another instance's events, by that instance's clock."),
    (FEED_RESTARTS, Counter, "How often reading the log began again, because it did not deliver or was lost."),
    (FEED_POSITION, Gauge, "Number of the newest event in the feed."),
    (FEED_OLDEST, Gauge, "Number after which all events can be resumed from memory."),
    (FEED_HELD, Gauge, "Events in the feed's memory."),
    (CONNECTIONS, Gauge, "Open connections to the site's address, of all kinds."),
    (CONNECTIONS_LIMIT, Gauge, "Largest number of open connections (MAX_CONNECTIONS)."),
    (CONNECTIONS_REFUSED, Counter, "Connections refused by MAX_CONNECTIONS or MAX_CONNECTIONS_PER_ADDRESS."),
    (SOCKETS, Gauge, "Live connections."),
    (SOCKETS_LIMIT, Gauge, "Largest number of live connections (MAX_SOCKETS)."),
    (SOCKETS_CLOSED, Counter, "Live connections that have ended, by reason."),
    (FRAMES, Counter, "Frames sent on live connections."),
    (ORDERS, Gauge, "Orders in the whole market, by status. Every instance reports the same."),
    (STAGE_SECONDS, Histogram(SLOW), "How long orders were in a status before they left it, except cancelled ones. Every instance reports the same."),
    (OLDEST_WAIT, Gauge, "How long the oldest order of a status has been in it; 0 if there is none."),
    (QUOTES, Counter, "Quotes that this instance was asked for, by outcome."),
    (ORDERED, Counter, "Orders that customers have made since this instance started, by way in: from a menu, or of an offer. Every instance reports the same."),
    (SLOT_FILL, Histogram(SHARES), "How full the slot of a kitchen was with an order from a menu that this instance has stored, of what it takes."),
    (ANSWER_SECONDS, Histogram(SLOW), "How long orders from menus waited for the answer of their kitchen. Every instance reports the same."),
    (EXPIRED, Counter, "Orders from menus that their kitchen left unanswered. Every instance reports the same."),
    (SIGN_INS, Counter, "Attempts to sign in, by how and by outcome. Only with AUTH=required."),
    (CREDENTIALS_REFUSED, Counter, "Requests with a cookie, token or key that is wrong or has ended, by its kind."),
    (RIGHTS_REFUSED, Counter, "Requests for what the viewer has no right to, by its role and by kind of problem."),
    (ACCOUNT_CHANGES, Counter, "Changes of accounts that this instance has made, by event; those that end something are among them."),
    (MENU_READS, Counter, "Menus of pizzerias that were needed, by where they came from: memory, or the store."),
    (TRACE_SPANS, Counter, "Spans sent to the collector, by outcome. Only if traces are exported."),
    (BUILD, Gauge, "Always 1, labelled with the version."),
];

/// The recorder of this process. There is one per process: the metrics are global.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    process: metrics_process::Collector,
}

impl Metrics {
    /// Installs the recorder: from here on everything is counted.
    pub fn begin() -> Result<Metrics, BuildError> {
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
        };
        for (name, kind, help) in ALL {
            match kind {
                Counter => describe_counter!(*name, *help),
                Gauge => describe_gauge!(*name, *help),
                Histogram(_) => describe_histogram!(*name, *help),
            }
        }
        metrics.process.describe();
        // What has not happened yet is reported as 0, not as missing: alerts look for changes.
        for name in [RATE_LIMITED, FRAMES, FEED_RESTARTS, EXPIRED] {
            counter!(name).absolute(0);
        }
        for outcome in ["done", "refused"] {
            counter!(QUOTES, "outcome" => outcome).absolute(0);
        }
        for way in ["menu", "offer"] {
            counter!(ORDERED, "way" => way).absolute(0);
        }
        for outcome in ["done", "wrong-credentials", "too-many"] {
            counter!(SIGN_INS, "how" => "password", "outcome" => outcome).absolute(0);
        }
        counter!(CREDENTIALS_REFUSED, "how" => "cookie").absolute(0);
        counter!(RIGHTS_REFUSED, "role" => "customer", "problem" => "not-allowed").absolute(0);
        counter!(ACCOUNT_CHANGES, "event" => "account.signed_in").absolute(0);
        gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Ok(metrics)
    }

    /// Aggregates new measurements, permanently: otherwise they would accumulate until the next scrape.
    pub async fn run_upkeep(self) {
        loop {
            tokio::time::sleep(UPKEEP_INTERVAL).await;
            self.handle.run_upkeep();
        }
    }

    /// All metrics in the text format of Prometheus.
    pub fn render(&self) -> String {
        self.process.collect();
        self.handle.render()
    }
}
