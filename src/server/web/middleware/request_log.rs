//! What is recorded of every request: its id, its place in the log and in a trace, and its metrics.

use crate::{
    api::form::ACT,
    domain::Error,
    server::{
        clock::now,
        services::command_log::{self, Logged},
        telemetry::{
            handles::Handles,
            metrics::{REQUEST_SECONDS, REQUESTS_RUNNING},
            millis, trace,
        },
        web::problem::Problem,
    },
    ui::Route,
};
use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method},
    response::Response,
};
use bytes::Bytes;
use metrics::{Gauge, Histogram, gauge, histogram};
use std::{
    hash::{Hash, Hasher},
    ops::Deref,
    sync::LazyLock,
    time::Instant,
};
use tracing::{Instrument, Span, field::Empty};
use uuid::{Builder, fmt::Hyphenated};

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is accepted from a client, in bytes.
const LONGEST_ID: usize = 128;
/// The label of every path that is neither a route of the router nor a page.
const UNMATCHED: &str = "unmatched";
/// It is requested all the time, and is not observed.
const METRICS: &str = "/metrics";

static DURATIONS: LazyLock<Handles<(RouteLabel, &'static str, u16), Histogram>> =
    LazyLock::new(|| {
        Handles::new(|(route, method, status)| {
            let labels = [
                ("route", route.to_string()),
                ("method", (*method).to_owned()),
                ("status", status.to_string()),
            ];
            histogram!(REQUEST_SECONDS, &labels)
        })
    });
static RUNNING: LazyLock<Gauge> = LazyLock::new(|| gauge!(REQUESTS_RUNNING));

/// The id of a request, among its extensions.
#[derive(Clone)]
pub struct RequestId(HeaderValue);

impl RequestId {
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// Gives a request its id: the client's own, or a new one. A malformed one is replaced: a client must not write
/// arbitrary text into the log.
pub fn identify(request: &mut Request) -> HeaderValue {
    let mut ids = request.headers().get_all(REQUEST_ID).iter();
    let id = match (ids.next(), ids.next()) {
        (Some(id), None) if is_well_formed(id) => id.clone(),
        _ => new_id(),
    };
    request.extensions_mut().insert(RequestId(id.clone()));
    id
}

/// A UUID of version 7. It need not be hard to guess, so that its randomness costs no call of the system.
fn new_id() -> HeaderValue {
    let random = fastrand::u128(..).to_le_bytes();
    let [random @ .., _, _, _, _, _, _] = random;
    let millis = u64::try_from(now().millis()).unwrap_or_default();
    let mut text = [0; Hyphenated::LENGTH];
    let id = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    id.hyphenated().encode_lower(&mut text);
    // Its letters and digits are a header's value.
    HeaderValue::from_maybe_shared(Bytes::from_owner(text)).unwrap_or(HeaderValue::from_static(""))
}

/// ASCII letters and digits, and the punctuation that usual formats of ids have.
fn is_well_formed(id: &HeaderValue) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:=+/".contains(byte);
    (1..=LONGEST_ID).contains(&id.len()) && id.as_bytes().iter().all(plain)
}

/// A request that is being answered.
pub struct Observed {
    began: Instant,
    route: RouteLabel,
    method: &'static str,
    /// Its place in a trace.
    span: Span,
    /// Its place in the log.
    log: Span,
    _running: Running,
}

impl Observed {
    /// `None` for what is not observed. `is_trusted`: whether its sender decides what is sampled.
    pub fn begin(
        is_trusted: impl FnOnce() -> bool,
        id: &HeaderValue,
        request: &Request,
    ) -> Option<Observed> {
        let (route, method) = (RouteLabel::of(request), method(request.method()));
        if &*route == METRICS {
            return None;
        }
        let (began, running) = (Instant::now(), Running::begin());
        let (id, label) = (id.to_str().unwrap_or_default(), &*route);
        let span = tracing::info_span!(
            target: trace::TARGET, "request", otel.name = format!("{method} {label}"), otel.kind = "server",
            otel.status_code = Empty, http.request.method = method, http.route = label,
            http.response.status_code = Empty, request_id = id,
        );
        let trace_id = trace::join(&span, request.headers(), is_trusted);
        let trace_id = trace_id.map(tracing::field::display);
        // At the highest level, so that no log filter removes it.
        let log = tracing::error_span!("request", request_id = id, method, route = label, trace_id);
        Some(Observed {
            began,
            route,
            method,
            span,
            log,
            _running: running,
        })
    }

    /// Waits for the answer, and records it.
    pub async fn until_answered(self, answering: impl Future<Output = Response>) -> Response {
        let logged = async {
            let response = answering.await;
            self.log_answer(&response);
            response
        };
        let logged = logged.instrument(self.span.clone());
        let response = logged.instrument(self.log.clone()).await;
        let status = response.status();
        self.span
            .record("http.response.status_code", i64::from(status.as_u16()));
        if status.is_server_error() {
            self.span.record("otel.status_code", "ERROR");
        }
        DURATIONS
            .get((self.route, self.method, status.as_u16()))
            .record(self.began.elapsed().as_secs_f64());
        response
    }

    /// Logs an answer, and records a command that was rejected before it had an actor.
    fn log_answer(&self, response: &Response) {
        let (status, began) = (response.status().as_u16(), self.began);
        tracing::debug!(status, duration_ms = millis(began), "answered");
        let is_command =
            self.method == "POST" && ["/api/", ACT].iter().any(|all| self.route.starts_with(all));
        let known = response.extensions();
        if !is_command || known.get::<Logged>().is_some() {
            return;
        }
        match known.get() {
            None => {}
            Some(problem @ Problem::Market(Error::TooMany(_))) => {
                command_log::rate_limited(problem.name(), began);
            }
            Some(problem) => command_log::record_rejection(None, problem.name(), began),
        }
    }
}

/// The path pattern of the router, or the page: it holds no text of the client.
#[derive(Clone)]
enum RouteLabel {
    Matched(MatchedPath),
    Page(&'static str),
}

impl RouteLabel {
    fn of(request: &Request) -> RouteLabel {
        if let Some(path) = request.extensions().get::<MatchedPath>() {
            return RouteLabel::Matched(path.clone());
        }
        let page = Route::read(request.uri().path(), "");
        RouteLabel::Page(page.pattern().unwrap_or(UNMATCHED))
    }
}

impl Deref for RouteLabel {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            RouteLabel::Matched(path) => path.as_str(),
            RouteLabel::Page(pattern) => pattern,
        }
    }
}

impl PartialEq for RouteLabel {
    fn eq(&self, other: &RouteLabel) -> bool {
        **self == **other
    }
}

impl Eq for RouteLabel {}

impl Hash for RouteLabel {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

/// All methods beyond the common ones have one label.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Counts as a running request until it is dropped.
struct Running;

impl Running {
    fn begin() -> Running {
        RUNNING.increment(1.0);
        Running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_formed_id_of_a_client_is_accepted() {
        let accepted = |id: &[u8]| is_well_formed(&HeaderValue::from_bytes(id).unwrap());
        for good in [
            "a",
            "0198c0de-1234-7abc-8def-0123456789ab",
            "Root=1-67891233-abcdef012345678912345678",
            &"x".repeat(LONGEST_ID),
        ] {
            assert!(accepted(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            "a b",
            "a\tb",
            "\"a\"",
            "{}",
            "<script>",
            &"x".repeat(LONGEST_ID + 1),
        ] {
            assert!(!accepted(bad.as_bytes()), "{bad}");
        }
        assert!(!accepted("Ä".as_bytes()));
    }

    #[test]
    fn a_route_holds_no_text_of_the_client() {
        let route = |path: &str| {
            let request = axum::http::Request::get(path).body(axum::body::Body::empty());
            RouteLabel::of(&request.unwrap()).to_string()
        };
        let id = "0198c0de-1234-7abc-8def-0123456789ab";
        assert_eq!(route("/"), "/");
        assert_eq!(route("/supplier?kitchen=Bella"), "/supplier");
        assert_eq!(route("/orders"), "/orders");
        assert_eq!(route(&format!("/orders/{id}?at=2")), "/orders/{id}");
        assert_eq!(route(&format!("/customer/{id}")), "/customer/{id}");
        for nowhere in ["/wp-login.php", "/orders/Ana", "/brand.svg"] {
            assert_eq!(route(nowhere), UNMATCHED);
        }
    }
}
