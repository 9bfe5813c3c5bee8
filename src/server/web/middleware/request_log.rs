//! What is recorded of every request: its id, its place in the log and in a trace, and its metrics.

use super::client_ip::is_from_proxy;
use crate::{
    domain::Error,
    server::{
        services::command_log::{self, Logged},
        telemetry::{
            metrics::{REQUEST_SECONDS, REQUESTS_RUNNING},
            millis, trace,
        },
        web::{problem::Problem, state::AppState},
    },
    ui::Route,
};
use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
};
use metrics::{Gauge, gauge, histogram};
use std::{borrow::Cow, time::Instant};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tracing::{Instrument, Span, field::Empty};

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is accepted from a client, in bytes.
const LONGEST_ID: usize = 128;
/// The label of every path that is neither a route of the router nor a page.
const UNMATCHED: &str = "unmatched";
/// It is requested all the time, and is not observed.
const METRICS: &str = "/metrics";

/// The outermost layers: every answer has an id, whatever makes it.
pub fn around(router: Router<AppState>, app: &AppState) -> Router<AppState> {
    // The layer that is added last sees a request first.
    router
        .layer(from_fn_with_state(app.clone(), observe))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewId))
        .layer(from_fn(drop_malformed_ids))
}

#[derive(Clone)]
struct NewId;

impl MakeRequestId for NewId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = HeaderValue::from_str(&uuid::Uuid::now_v7().to_string()).ok()?;
        Some(RequestId::new(id))
    }
}

/// A malformed id is replaced: a client must not write arbitrary text into the log.
async fn drop_malformed_ids(mut request: Request, next: Next) -> Response {
    let mut ids = request.headers().get_all(REQUEST_ID).iter();
    let good = matches!((ids.next(), ids.next()), (Some(id), None) if is_well_formed(id));
    if !good {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// ASCII letters and digits, and the punctuation that usual formats of ids have.
fn is_well_formed(id: &HeaderValue) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:=+/".contains(byte);
    (1..=LONGEST_ID).contains(&id.len()) && id.as_bytes().iter().all(plain)
}

async fn observe(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let route = route(&request);
    if route == METRICS {
        return next.run(request).await;
    }
    let (began, _running) = (Instant::now(), Running::begin());
    let method = method(request.method());
    let is_trusted = is_from_proxy(&app.config.proxies, &request);
    let (span, log) = spans(&request, method, &route, is_trusted);
    let answering = async {
        let response = next.run(request).await;
        log_answer(&response, method, &route, began);
        response
    };
    let response = answering.instrument(span.clone()).instrument(log).await;
    let status = response.status();
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    let labels = [
        ("route", route),
        ("method", method.into()),
        ("status", status.as_u16().to_string().into()),
    ];
    histogram!(REQUEST_SECONDS, &labels).record(began.elapsed().as_secs_f64());
    response
}

/// A request's place in a trace, and in the log.
fn spans(request: &Request, method: &'static str, route: &str, is_trusted: bool) -> (Span, Span) {
    let id = request.extensions().get::<RequestId>();
    let id = id.and_then(|id| id.header_value().to_str().ok());
    let span = tracing::info_span!(
        target: trace::TARGET, "request", otel.name = format!("{method} {route}"), otel.kind = "server",
        otel.status_code = Empty, http.request.method = method, http.route = route,
        http.response.status_code = Empty, request_id = id,
    );
    let trace_id = trace::join(&span, request.headers(), is_trusted).map(tracing::field::display);
    // At the highest level, so that no log filter removes it.
    let log = tracing::error_span!("request", request_id = id, method, route, trace_id);
    (span, log)
}

/// Logs an answer, and records a command that was rejected before it had an actor.
fn log_answer(response: &Response, method: &str, route: &str, began: Instant) {
    let status = response.status().as_u16();
    tracing::debug!(status, duration_ms = millis(began), "answered");
    let is_command =
        method == "POST" && ["/api/", "/act/"].iter().any(|all| route.starts_with(all));
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

/// The path pattern of the router, or the page: it holds no text of the client.
fn route(request: &Request) -> Cow<'static, str> {
    if let Some(path) = request.extensions().get::<MatchedPath>() {
        return path.as_str().to_owned().into();
    }
    let page = Route::read(request.uri().path(), "");
    page.pattern().unwrap_or(UNMATCHED).into()
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
struct Running(Gauge);

impl Running {
    fn begin() -> Running {
        let running = gauge!(REQUESTS_RUNNING);
        running.increment(1.0);
        Running(running)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.decrement(1.0);
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
            super::route(&request.unwrap())
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
