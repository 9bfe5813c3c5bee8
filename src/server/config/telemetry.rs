//! The settings of the log, of traces and of metrics.

use super::{
    env::{Result, invalid, word},
    settings::{
        LOG_FORMAT, METRICS_ADDR, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, OTEL_SDK_DISABLED,
        OTEL_TRACES_EXPORTER, RUST_LOG,
    },
};
use axum::http::Uri;
use std::{env, net::SocketAddr};
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
        return Err(
            RUST_LOG.invalid_value(word, format_args!("is not a level: write one of {levels}"))
        );
    }
    let filter = EnvFilter::try_new(&text);
    filter.map_err(|why| RUST_LOG.invalid_value(&text, format_args!("is not valid: {why}")))
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
    match LOG_FORMAT.value()?.as_deref().map(word).as_deref() {
        None => Ok(None),
        Some("pretty") => Ok(Some(LogFormat::Pretty)),
        Some("json") => Ok(Some(LogFormat::Json)),
        Some(text) => Err(LOG_FORMAT.invalid_value(text, "is not a format: write pretty or json")),
    }
}

/// Whether traces are exported: where a collector is set, unless another setting turns them off. The OpenTelemetry
/// library reads the rest of the standard's variables itself.
pub fn exports_traces() -> Result<bool> {
    let has_collector = has_collector()?;
    let disabled = OTEL_SDK_DISABLED.flag_or_default()?;
    let has_exporter = has_exporter()?;
    if !has_collector || disabled || !has_exporter {
        return Ok(false);
    }
    check_protocol()?;
    check_compression()?;
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
        // The errors do not repeat the value, which may hold a password.
        let uri = text.trim().parse::<Uri>().ok();
        let uri = uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
        let uri =
            uri.ok_or_else(|| setting.invalid("write it like http://collector.example:4318"))?;
        // The exporter would not send the account, and its errors would show it.
        if uri
            .authority()
            .is_some_and(|own| own.as_str().contains('@'))
        {
            let why =
                "write it without user and password: OTEL_EXPORTER_OTLP_HEADERS has room for them";
            return Err(setting.invalid(why));
        }
        found = true;
    }
    Ok(found)
}

fn has_exporter() -> Result<bool> {
    match word(&OTEL_TRACES_EXPORTER.text()?).as_str() {
        "otlp" => Ok(true),
        "none" => Ok(false),
        text => {
            Err(OTEL_TRACES_EXPORTER.invalid_value(text, "is not supported: write otlp or none"))
        }
    }
}

/// The first setting of the protocol that is set counts.
fn check_protocol() -> Result<()> {
    for setting in [
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL,
        OTEL_EXPORTER_OTLP_PROTOCOL,
    ] {
        match setting.value()?.as_deref().map(word).as_deref() {
            None => {}
            Some("http/protobuf") => break,
            Some(text) => {
                return Err(setting.invalid_value(
                    text,
                    "is not supported: write http/protobuf (usually on port 4318)",
                ));
            }
        }
    }
    Ok(())
}

/// The exporter's own error would not name the variable.
fn check_compression() -> Result<()> {
    for name in [
        "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
        "OTEL_EXPORTER_OTLP_COMPRESSION",
    ] {
        match env::var(name).as_deref().map(word).as_deref() {
            Ok("none") => break,
            Ok("gzip" | "zstd") => {
                return Err(invalid(name, "traces are sent as they are: write none"));
            }
            _ => {}
        }
    }
    Ok(())
}
