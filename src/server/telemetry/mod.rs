//! What operators see of a running server: the log, traces, and metrics.

pub mod metrics;
mod setup;
pub mod trace;

pub use setup::{Telemetry, TelemetryError, report_start_failure};
