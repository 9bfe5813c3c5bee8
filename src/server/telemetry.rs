//! What the server says while it runs: its log, for people or for programs, and traces for a collector.

use super::{
    config::{ConfigError, LogFormat, exports_traces, log_filter, log_format},
    metrics::TRACE_SPANS,
    trace::TARGET,
};
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

/// How long the last spans may take to reach the collector.
const GOODBYE: Duration = Duration::from_secs(2);

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT: {0}")]
    Exporter(#[from] ExporterBuildError),
}

/// What has to be brought to an end when the server stops.
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// From here on there is a log; and traces, where a collector is set.
pub fn begin() -> Result<Telemetry, TelemetryError> {
    let traces = exports_traces()?.then(exporter).transpose()?;
    let mut layers = vec![log()?];
    // An empty place among the layers would want every span.
    layers.extend(traces.as_ref().map(spans));
    tracing_subscriber::registry().with(layers).init();
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(tracing::field::display);
        let words = panic.payload_as_str();
        tracing::error!(place, "panicked: {}", words.unwrap_or("without a word"));
    }));
    Ok(Telemetry { traces })
}

impl Telemetry {
    /// Sends what has not been sent yet, for a moment at most. Not from within the runtime: it waits.
    pub fn end(self) {
        let Some(traces) = self.traces else { return };
        if let Err(error) = traces.shutdown_with_timeout(GOODBYE) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

fn is_trace(about: &Metadata<'_>) -> bool {
    about.target() == TARGET
}

type AnyLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// What goes to the collector.
fn spans(traces: &SdkTracerProvider) -> AnyLayer {
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

/// What is written down.
fn log() -> Result<AnyLayer, ConfigError> {
    let terminal = stderr().is_terminal();
    let words = filter_fn(|about| !is_trace(about)).with_max_level_hint(LevelFilter::TRACE);
    let filter = log_filter()?.and(words);
    let lines = fmt::layer().with_writer(stderr).with_target(false);
    Ok(match log_format(terminal)? {
        LogFormat::Pretty => lines.with_ansi(terminal).with_filter(filter).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_filter(filter)
            .boxed(),
    })
}

/// Spans wait in a bounded queue, and are sent by a thread of its own: a collector that is slow or away costs spans,
/// and nothing else.
fn exporter() -> Result<SdkTracerProvider, ExporterBuildError> {
    // One that was chosen before does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .build()?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(Counted::new(exporter))
        .with_resource(who());
    Ok(provider.build())
}

/// Who says so: as the standard's variables have it, or else this program.
fn who() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let who = Resource::builder().with_attribute(version);
    let attributes = env::var("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
    let named = env::var_os("OTEL_SERVICE_NAME").is_some_and(|name| !name.is_empty())
        || attributes.contains("service.name=");
    match named {
        true => who.build(),
        false => who.with_service_name("pizza-market").build(),
    }
}

/// An exporter that is watched: what it cannot send is counted, and said once.
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
            (Err(error), false) => tracing::warn!(%error, "the collector does not take traces"),
            (Ok(()), true) => tracing::info!("the collector takes traces again"),
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

/// Why the server could not start, for whoever started it.
pub fn last_word(why: &str) {
    use std::io::Write;
    // Nobody is left to tell if this fails.
    let _ = writeln!(stderr(), "pizza-market cannot start. {why}");
}
