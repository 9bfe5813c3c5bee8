//! What operators see of a running server: the log, traces, and metrics.

pub mod handles;
pub mod metrics;
mod setup;
pub mod trace;

pub use setup::{Telemetry, TelemetryError, report_start_failure};

use std::time::Instant;

/// Milliseconds with one decimal, for the log.
pub fn millis(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 10_000.0).round() / 10.0
}
