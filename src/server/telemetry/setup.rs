//! Sets up the log, for people or for programs, and the export of traces to a collector.

use super::{metrics::TRACE_SPANS, trace::TARGET};
use crate::server::config::{ConfigError, LogFormat, exports_traces, log_filter, log_format};
use metrics::counter;
use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use std::{
    env,
    io::{IsTerminal, stderr},
    panic,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tracing::{Metadata, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, Registry,
    filter::{FilterExt, filter_fn},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// How long sending the last spans may take.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The library's error names the variable.
    #[error("traces cannot be exported: {0}")]
    Exporter(#[from] ExporterBuildError),
}

/// What must be shut down when the server stops.
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts the log; and the export of traces, if a collector is set.
    pub fn begin() -> Result<Telemetry, TelemetryError> {
        let traces = exports_traces()?.then(exporter).transpose()?;
        let mut layers = vec![log_layer()?];
        // `Option<Layer>` is not used here: its `None` enables every span.
        layers.extend(traces.as_ref().map(trace_layer));
        tracing_subscriber::registry().with(layers).init();
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(tracing::field::display);
            let message = panic.payload_as_str();
            tracing::error!(place, "panicked: {}", message.unwrap_or("no message"));
        }));
        Ok(Telemetry { traces })
    }

    /// Sends the remaining spans, within [`SHUTDOWN_TIMEOUT`]. It blocks: it must not run inside the runtime.
    pub fn end(self) {
        let Some(traces) = self.traces else { return };
        if let Err(error) = traces.shutdown_with_timeout(SHUTDOWN_TIMEOUT) {
            tracing::warn!(%error, "could not send the last traces");
        }
    }
}

fn is_trace(about: &Metadata<'_>) -> bool {
    about.target() == TARGET
}

type AnyLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Sends the spans of traces to the collector.
fn trace_layer(traces: &SdkTracerProvider) -> AnyLayer {
    tracing_opentelemetry::layer()
        .with_tracer(traces.tracer("pizza-market"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_level(false)
        .with_target(false)
        .with_filter(filter_fn(is_trace).with_max_level_hint(LevelFilter::INFO))
        .boxed()
}

/// Writes the log to standard error.
fn log_layer() -> Result<AnyLayer, ConfigError> {
    let terminal = stderr().is_terminal();
    let no_traces = filter_fn(|about| !is_trace(about)).with_max_level_hint(LevelFilter::TRACE);
    let filter = log_filter()?.and(no_traces);
    let lines = fmt::layer()
        .with_writer(stderr)
        .with_target(false)
        // Standard error may be closed, and a report of that on standard error would panic.
        .log_internal_errors(false);
    let default = if terminal {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    };
    Ok(match log_format()?.unwrap_or(default) {
        LogFormat::Pretty => lines.with_ansi(terminal).with_filter(filter).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_filter(filter)
            .boxed(),
    })
}

/// Spans wait in a bounded queue, and a separate thread sends them: a slow or unreachable collector costs spans, and
/// nothing else.
fn exporter() -> Result<SdkTracerProvider, ExporterBuildError> {
    // A provider that is already installed is fine, too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .build()?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(Counted::new(exporter))
        .with_resource(resource());
    Ok(provider.build())
}

/// The service that the spans belong to: from the standard's variables, or else this program.
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_attribute(version);
    let attributes = env::var("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
    let named = env::var_os("OTEL_SERVICE_NAME").is_some_and(|name| !name.is_empty())
        || attributes.contains("service.name=");
    match named {
        true => resource.build(),
        false => resource.with_service_name("pizza-market").build(),
    }
}

/// An exporter whose spans are counted, and whose first failure is logged.
#[derive(Debug)]
struct Counted {
    exporter: opentelemetry_otlp::SpanExporter,
    failing: AtomicBool,
}

impl Counted {
    fn new(exporter: opentelemetry_otlp::SpanExporter) -> Counted {
        Counted {
            exporter,
            failing: AtomicBool::new(false),
        }
    }
}

impl SpanExporter for Counted {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        let count = spans.len() as u64;
        let sent = self.exporter.export(spans).await;
        let outcome = if sent.is_ok() { "sent" } else { "lost" };
        counter!(TRACE_SPANS, "outcome" => outcome).increment(count);
        match (&sent, self.failing.swap(sent.is_err(), Ordering::Relaxed)) {
            (Err(error), false) => tracing::warn!(%error, "the collector does not accept traces"),
            (Ok(()), true) => tracing::info!("the collector accepts traces again"),
            _ => {}
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// Tells the operator why the server could not start.
pub fn report_start_failure(why: &str) {
    use std::io::Write;
    // There is no other place to report to if this fails.
    let _ = writeln!(stderr(), "pizza-market cannot start. {why}");
}
