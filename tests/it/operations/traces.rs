//! Traces: from the request to the feeds of all instances; a collector that is gone costs spans alone.

use crate::support::{
    Instance, Market,
    accounts::required,
    collector::{Collector, attribute, hex},
    log::{commands, json_market},
    offer, until,
};
use futures::future::join_all;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use reqwest::Method;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_spans_the_request_and_the_feed() {
    let collector = Collector::start(true);
    let market = json_market()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())
        .with("TRUSTED_PROXIES", "127.0.0.1")
        .with("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=rome")
        // Nothing is sent before the end: so the end sends it.
        .with("OTEL_BSP_SCHEDULE_DELAY", "600000");
    let mut instance = market.open().await;
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let request = instance
        .request(Method::POST, "/api/orders")
        .json(&offer("Diavola"));
    let request = request.header("traceparent", format!("00-{trace}-{parent}-01"));
    assert_eq!(instance.send(request).await.status, 201);
    // A client that asks not to be traced is not.
    let (silent, none) = ("5bf92f3577b34da6a3ce929d0e0e4736", "11f067aa0ba902b7");
    let request = instance.request(Method::GET, "/api/orders");
    let request = request.header("traceparent", format!("00-{silent}-{none}-00"));
    assert_eq!(instance.send(request).await.status, 200);
    assert!(collector.spans().is_empty());
    // The log names the trace.
    assert!(
        commands(&instance)
            .iter()
            .any(|line| line["span"]["trace_id"] == trace),
        "{}",
        instance.said()
    );
    instance.signal("-TERM");
    assert!(instance.ended(Duration::from_secs(10)).success());

    let spans = collector.spans();
    assert!(spans.iter().all(|span| hex(&span.trace_id) != silent));
    let in_trace: Vec<_> = spans
        .iter()
        .filter(|span| hex(&span.trace_id) == trace)
        .collect();
    let named = |name: &str| {
        let mut found = in_trace.iter().filter(|span| span.name == name);
        let span = found
            .next()
            .unwrap_or_else(|| panic!("no {name} in {in_trace:?}"));
        assert!(found.next().is_none(), "{name} twice");
        *span
    };
    let request = named("POST /api/orders");
    assert_eq!(hex(&request.parent_span_id), parent);
    assert_eq!(
        attribute(request, "http.response.status_code").unwrap(),
        "IntValue(201)"
    );
    assert_eq!(
        attribute(request, "http.route").unwrap(),
        "StringValue(\"/api/orders\")"
    );
    let command = named("command offer");
    assert_eq!(command.parent_span_id, request.span_id);
    let commit = named("store commit");
    assert_eq!(commit.parent_span_id, command.span_id);
    let delivered = named("deliver");
    assert_eq!(delivered.parent_span_id, command.span_id);
    assert_eq!(attribute(delivered, "cursor"), attribute(commit, "cursor"));
    assert!(attribute(commit, "cursor").is_some());
    let heads = collector.heads.lock().unwrap();
    assert!(
        heads[0].starts_with("POST /v1/traces HTTP/1.1"),
        "{}",
        heads[0]
    );
    assert!(heads[0].contains("x-tenant: rome"));
    for span in &spans {
        let text = format!("{span:?}");
        assert!(
            !text.contains("Diavola") && !text.contains("Bella"),
            "{text}"
        );
        let failed = span
            .status
            .as_ref()
            .is_some_and(|status| status.code() == StatusCode::Error);
        // The wait until it is ready may have been answered that it is not.
        assert!(!failed || span.name == "GET /readyz", "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_spans_the_feeds_of_other_instances() {
    let collector = Collector::start(true);
    let market = Market::redis()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())
        .with("TRUSTED_PROXIES", "127.0.0.1");
    let (mut one, mut other) = (market.open().await, market.open().await);
    let (mut near, mut far) = (one.follow().await, other.follow().await);
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let request = one
        .request(Method::POST, "/api/orders")
        .json(&offer("Diavola"))
        .header("traceparent", format!("00-{trace}-{parent}-01"));
    assert_eq!(one.send(request).await.status, 201);
    let frame = near.event().await;
    assert_eq!(far.event().await, frame);
    for instance in [&mut one, &mut other] {
        instance.signal("-TERM");
        assert!(instance.ended(Duration::from_secs(10)).success());
    }

    let spans = collector.spans();
    let named = |name: &str| -> Vec<_> {
        let all = spans.iter().filter(|span| hex(&span.trace_id) == trace);
        all.filter(|span| span.name == name).collect()
    };
    let [command] = named("command offer")[..] else {
        panic!("not one command in {spans:?}");
    };
    let delivered = named("deliver");
    assert_eq!(delivered.len(), 2, "{spans:?}");
    for span in delivered {
        assert_eq!(span.parent_span_id, command.span_id);
        let cursor = format!("StringValue({})", frame["id"]);
        assert_eq!(attribute(span, "cursor"), Some(cursor));
    }
    // It is of use for a minute, and is in nothing that stays.
    assert!(frame.get("trace").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unlisted_client_does_not_decide_what_is_sampled() {
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    for (ratio, is_sampled) in [("0", false), ("1", true)] {
        let collector = Collector::start(true);
        let market = Market::embedded()
            .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())
            .with("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
            .with("OTEL_TRACES_SAMPLER_ARG", ratio)
            .with("TRUSTED_PROXIES", "192.0.2.1");
        let mut instance = market.open().await;
        for flags in ["01", "00"] {
            let request = instance.request(Method::GET, "/api/orders");
            let request = request
                .header("traceparent", format!("00-{trace}-{parent}-{flags}"))
                .header("x-forwarded-for", "192.0.2.1");
            assert_eq!(instance.send(request).await.status, 200);
        }
        instance.signal("-TERM");
        assert!(instance.ended(Duration::from_secs(10)).success());
        let spans = collector.spans();
        let lists: Vec<_> = spans
            .iter()
            .filter(|span| span.name == "GET /api/orders")
            .collect();
        assert_eq!(lists.len(), if is_sampled { 2 } else { 0 }, "{spans:?}");
        for span in lists {
            // It is a trace of its own, which names theirs.
            assert_ne!(hex(&span.trace_id), trace);
            assert_eq!(hex(&span.parent_span_id), "");
            let linked = [hex(&span.links[0].trace_id), hex(&span.links[0].span_id)];
            assert_eq!(linked, [trace, parent]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_collector_loses_only_spans() {
    let collector = Collector::start(false);
    let market = Market::embedded()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())
        .with("OTEL_BSP_SCHEDULE_DELAY", "10")
        .with("OTEL_BSP_MAX_QUEUE_SIZE", "64");
    let mut instance = market.open().await;
    let asked = Instant::now();
    for _ in 0..5 {
        join_all((0..100).map(|_| instance.get("/api/orders"))).await;
    }
    let many = asked.elapsed();
    assert!(many < Duration::from_secs(10), "{many:?}");
    let path = instance.offer("Diavola").await;
    assert_eq!(instance.get(&path).await.status, 200);
    instance.signal("-TERM");
    assert!(instance.ended(Duration::from_secs(10)).success());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_collector_there_are_no_spans() {
    let exporters = |instance: &Instance| {
        let mut threads = instance.threads();
        threads.retain(|name| name.starts_with("OpenTelemetry"));
        threads.len()
    };
    let collector = Collector::start(true);
    let plain = json_market().open().await;
    assert_eq!(exporters(&plain), 0);
    // The log names the client's trace all the same, and nothing of spans that no collector takes.
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = plain
        .request(Method::POST, "/api/orders")
        .json(&offer("Diavola"));
    let request = request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    plain.send(request).await;
    until(async || !commands(&plain).is_empty()).await;
    let span = commands(&plain)[0]["span"].clone();
    let names: Vec<_> = span.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["method", "name", "request_id", "route", "trace_id"]);
    assert_eq!(span["trace_id"], trace);
    let market = || Market::embedded().with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url());
    assert_eq!(exporters(&market().open().await), 1);
    for (name, value) in [
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_TRACES_EXPORTER", "none"),
    ] {
        assert_eq!(
            exporters(&market().with(name, value).open().await),
            0,
            "{name}"
        );
    }
}

/// Who is signed in decides as a proxy does; who is not, or shows a wrong key, does not.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_decides_what_is_sampled() {
    let collector = Collector::start(true);
    let market = required(Market::embedded())
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())
        .with("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        .with("OTEL_TRACES_SAMPLER_ARG", "0");
    let mut instance = market.open().await;
    let key = market.key("it", &["--role", "integrator"]).token.unwrap();
    let (own, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let strangers = "5bf92f3577b34da6a3ce929d0e0e4736";
    let wrong = format!("{key}x");
    for (trace, token, status) in [
        (own, Some(&key), 200),
        (strangers, Some(&wrong), 401),
        (strangers, None, 200),
    ] {
        let mut request = instance.request(Method::GET, "/api/orders");
        request = request.header("traceparent", format!("00-{trace}-{parent}-01"));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        assert_eq!(instance.send(request).await.status, status);
    }
    instance.signal("-TERM");
    assert!(instance.ended(Duration::from_secs(10)).success());
    let spans = collector.spans();
    let lists: Vec<_> = spans
        .iter()
        .filter(|span| span.name == "GET /api/orders")
        .collect();
    let [list] = lists[..] else {
        panic!("{} were sampled: {spans:?}", lists.len());
    };
    assert_eq!(hex(&list.trace_id), own);
    assert_eq!(hex(&list.parent_span_id), parent);
}
