//! The settings of the log, of traces and of metrics.

use super::{
    env::Result,
    settings::{
        LOG_FORMAT, METRICS_ADDR, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, OTEL_SDK_DISABLED,
        OTEL_TRACES_EXPORTER, RUST_LOG,
    },
};
use axum::http::Uri;
use std::net::SocketAddr;
use tracing_subscriber::EnvFilter;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The separate address of the metrics, if there is one.
pub fn metrics_addr() -> Result<Option<SocketAddr>> {
    METRICS_ADDR.parsed()
}

/// What is logged. A single word must be a level: the filter would take another word for a module, and log nothing else.
pub fn log_filter() -> Result<EnvFilter> {
    let text = RUST_LOG.text()?;
    let unknown = text.split(',').map(str::trim).find(|part| {
        let plain = part.chars().all(|c| c.is_alphanumeric());
        plain && !LEVELS.contains(&part.to_ascii_lowercase().as_str())
    });
    if let Some(word) = unknown {
        let levels = LEVELS.join(", ");
        return Err(RUST_LOG.invalid(format!("“{word}” is not a level: write one of {levels}")));
    }
    let filter = EnvFilter::try_new(&text);
    filter.map_err(|why| RUST_LOG.invalid(format!("“{text}” is not valid: {why}")))
}

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LogFormat {
    /// Lines for people.
    Pretty,
    /// One JSON object per line.
    Json,
}

/// The format that is set, if one is.
pub fn log_format() -> Result<Option<LogFormat>> {
    match LOG_FORMAT.value()?.as_deref().map(str::trim) {
        None => Ok(None),
        Some("pretty") => Ok(Some(LogFormat::Pretty)),
        Some("json") => Ok(Some(LogFormat::Json)),
        Some(text) => {
            let why = format!("“{text}” is not a format: write pretty or json");
            Err(LOG_FORMAT.invalid(why))
        }
    }
}

/// Whether traces are exported: where a collector is set, unless another setting turns them off. The OpenTelemetry
/// library reads the rest of the standard's variables itself.
pub fn exports_traces() -> Result<bool> {
    let has_collector = has_collector()?;
    let disabled = OTEL_SDK_DISABLED.parsed_or_default::<bool>()?;
    let has_exporter = has_exporter()?;
    if !has_collector || disabled || !has_exporter {
        return Ok(false);
    }
    check_protocol()?;
    Ok(true)
}

fn has_collector() -> Result<bool> {
    let mut found = false;
    for setting in [
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
        OTEL_EXPORTER_OTLP_ENDPOINT,
    ] {
        let Some(text) = setting.value()? else {
            continue;
        };
        let uri = text.trim().parse::<Uri>().ok();
        // The error does not repeat the value, which may hold a password.
        if !matches!(
            uri.as_ref().and_then(Uri::scheme_str),
            Some("http" | "https")
        ) {
            return Err(setting.invalid("write it like http://collector.example:4318"));
        }
        found = true;
    }
    Ok(found)
}

fn has_exporter() -> Result<bool> {
    match OTEL_TRACES_EXPORTER.text()?.trim() {
        "otlp" => Ok(true),
        "none" => Ok(false),
        text => {
            let why = format!("“{text}” is not supported: write otlp or none");
            Err(OTEL_TRACES_EXPORTER.invalid(why))
        }
    }
}

/// The first setting of the protocol that is set counts.
fn check_protocol() -> Result<()> {
    for setting in [
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL,
        OTEL_EXPORTER_OTLP_PROTOCOL,
    ] {
        match setting.value()?.as_deref().map(str::trim) {
            None => {}
            Some("http/protobuf") => break,
            Some(text) => {
                let why = format!(
                    "“{text}” is not supported: write http/protobuf (usually on port 4318)"
                );
                return Err(setting.invalid(why));
            }
        }
    }
    Ok(())
}
