//! What operators see of a running server: its log, its traces, its figures.

use super::prometheus::{Exposition, Sample};
use crate::support::{
    proxy::{Line, Proxy},
    redis_server::RedisServer,
    world::{Answer, Instance, Market, SOON, Socket, Store, day, offer, program, until},
};
use futures::future::join_all;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{Span, status::StatusCode},
};
use prost::Message;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// What people have told this market, and nobody reads in its log.
const PERSONAL: [&str; 6] = [
    "Ximena",
    "Quellenweg",
    "Zitronengras",
    "Yorick",
    "ximena",
    "yorick",
];

/// What the program has logged as JSON, line by line.
fn lines(instance: &Instance) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    instance.said().lines().map(read).collect()
}

/// What became of commands.
fn commands(instance: &Instance) -> Vec<Value> {
    let mut lines = lines(instance);
    lines.retain(|line| line["message"] == "command");
    lines
}

/// A form as a browser sends it.
fn filled(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

fn json_market() -> Market {
    Market::embedded().with("LOG_FORMAT", "json")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_the_id_of_its_request() {
    let market = Market::embedded().open().await;
    let ask = async |method: Method, path: &str, id: &str| -> Answer {
        let request = market.request(method, path).header("x-request-id", id);
        market.send(request).await
    };
    let calls = [
        (Method::GET, "/api/orders", 200),
        (Method::GET, "/api/nothing", 404),
        (Method::DELETE, "/api/orders", 405),
        (Method::POST, "/api/orders", 422),
        (Method::GET, "/supplier", 200),
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/healthz", 200),
        (Method::GET, "/metrics", 200),
        (Method::GET, "/ws", 426),
        (Method::GET, "/ws?since=x", 422),
    ];
    for (method, path, status) in calls {
        let id = "Root=1-67891233-abcdef/a.b_c:d+e";
        let answer = ask(method.clone(), path, id).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("x-request-id"), Some(id), "{path}");
        for strange in ["", "a b", "\"quoted\"", &"x".repeat(129)] {
            let answer = ask(method.clone(), path, strange).await;
            let made = answer.header("x-request-id").unwrap();
            assert_eq!(made.len(), 36, "{path} {strange:?}: {made}");
        }
    }
    // Refused by a layer: a foreign origin, too large a body.
    let foreign = market
        .request(Method::POST, "/api/orders")
        .header("origin", "https://evil.example");
    let large = market
        .request(Method::POST, "/api/orders")
        .body(vec![b' '; 70_000]);
    for (request, status) in [(foreign, 403), (large, 413)] {
        let answer = market.send(request.header("x-request-id", "mine")).await;
        answer.problem(status);
        assert_eq!(answer.header("x-request-id"), Some("mine"));
    }
    // Two ids are none.
    let twice = market
        .request(Method::GET, "/healthz")
        .header("x-request-id", "a")
        .header("x-request-id", "b");
    let answer = market.send(twice).await;
    assert_eq!(answer.header("x-request-id").unwrap().len(), 36);

    let limited = Market::embedded().with("RATE_LIMIT", "1").open().await;
    let answers = join_all((0..20).map(|_| limited.get("/api/orders"))).await;
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert!(refused.header("x-request-id").is_some());

    let url = market.url.replace("http", "ws");
    let mut request = format!("{url}/ws").into_client_request().unwrap();
    let id = "from-a-socket".parse().unwrap();
    request.headers_mut().insert("x-request-id", id);
    let (_, response) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "from-a-socket");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_is_logged_once_with_what_became_of_it() {
    let market = json_market().open().await;
    let sent = Mutex::new(Vec::new());
    let ask = async |path: &str, headers: &[(&str, &str)], body: Value| {
        let id = format!("ask-{}", sent.lock().unwrap().len());
        sent.lock().unwrap().push(id.clone());
        let mut request = market.request(Method::POST, path).json(&body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        market.send(request.header("x-request-id", id)).await
    };
    let made = ask("/api/orders", &[], offer("Diavola")).await;
    let path = made.header("location").unwrap().to_owned();
    let order = path.rsplit('/').next().unwrap();
    let accept = format!("{path}/supplier-respond");
    let once = [("idempotency-key", "k1")];
    ask(&accept, &once, json!({"accept": true})).await;
    ask(&accept, &once, json!({"accept": true})).await;
    ask(&accept, &[], json!({"accept": true})).await;
    ask(&accept, &[("if-match", "\"1\"")], json!({"accept": true})).await;
    ask("/api/orders", &[], json!({"pizza_name": 7})).await;
    let unknown = "/api/orders/0198c0de-1234-7abc-8def-0123456789ab/dispatch";
    ask(unknown, &[], json!({"driver_name": "Yorick"})).await;
    // A panel's: who does it has a role.
    let form = market
        .request(Method::POST, "/act/offer")
        .header("x-request-id", "form-1");
    let fields = [
        ("supplier_name", "Bella Napoli"),
        ("pizza_name", "Diavola"),
        ("supplier_price", "9.50"),
    ];
    assert_eq!(market.send(filled(form, &fields)).await.status, 200);
    let form = market
        .request(Method::POST, "/act/offer")
        .header("x-request-id", "form-2");
    let form = filled(form, &[("supplier_name", "Bella Napoli")]);
    assert_eq!(market.send(form).await.status, 422);

    until(async || commands(&market).len() == 9).await;
    let commands = commands(&market);
    let told: Vec<_> = commands
        .iter()
        .map(|line| {
            let word = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
            let id = line["span"]["request_id"].as_str().unwrap().to_owned();
            [
                id,
                word("command"),
                word("actor"),
                word("outcome"),
                word("problem"),
            ]
        })
        .collect();
    let expected = [
        ["ask-0", "offer", "integrator", "done", "-"],
        ["ask-1", "accept", "integrator", "done", "-"],
        ["ask-2", "accept", "integrator", "replayed", "-"],
        ["ask-3", "accept", "integrator", "refused", "refused"],
        ["ask-4", "accept", "integrator", "conflict", "outdated"],
        ["ask-5", "-", "-", "refused", "invalid"],
        [
            "ask-6",
            "dispatch",
            "integrator",
            "refused",
            "unknown-order",
        ],
        ["form-1", "offer", "supplier", "done", "-"],
        ["form-2", "-", "supplier", "refused", "invalid"],
    ];
    assert_eq!(told, expected.map(|line| line.map(str::to_owned)));
    for line in &commands {
        assert!(line["duration_ms"].is_number(), "{line}");
        assert!(line["timestamp"].is_string(), "{line}");
        assert_eq!(line["level"], "INFO");
    }
    assert_eq!(
        (&commands[1]["order"], &commands[1]["version"]),
        (&json!(order), &json!(2))
    );
    assert_eq!(
        commands[1]["span"]["route"],
        "/api/orders/{id}/supplier-respond"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_the_store_did_not_answer_is_logged_as_away() {
    let mut market = Market::redis().with("LOG_FORMAT", "json");
    let instance = market.open().await;
    let path = instance.offer("Diavola").await;
    market.server().kill();
    let path = format!("{path}/status?status=cancelled");
    let request = instance.request(Method::POST, &path);
    instance
        .send(request.header("x-request-id", "in-vain"))
        .await
        .problem(503);
    let away = |line: &Value| line["outcome"] == "away" && line["span"]["request_id"] == "in-vain";
    assert!(commands(&instance).iter().any(away));
    // What the store said about it belongs to the same request.
    let noted = |line: &Value| line["level"] == "WARN" && line["span"]["request_id"] == "in-vain";
    assert!(lines(&instance).iter().any(noted), "{}", instance.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_logged_under_the_id_that_it_came_with() {
    let mut instance = json_market().open().await;
    let url = format!("{}/ws", instance.url.replace("http", "ws"));
    let mut request = url.into_client_request().unwrap();
    let id = "from-a-socket".parse().unwrap();
    request.headers_mut().insert("x-request-id", id);
    let mut socket = Socket::open(request).await.unwrap();
    instance.signal("-TERM");
    assert_eq!(u16::from(socket.closed(SOON).await.code), 1012);
    assert!(instance.ended(Duration::from_secs(10)).success());
    let closing =
        |line: &Value| line["span"]["request_id"] == "from-a-socket" && line["code"] == 1012;
    assert!(lines(&instance).iter().any(closing), "{}", instance.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_nobody_waited_for_is_logged_as_abandoned() {
    let server = RedisServer::start();
    let line = Proxy::to(server.port).await;
    let mut command = program();
    command
        .env("LOG_FORMAT", "json")
        .env("REDIS_URL", line.url());
    let instance = Instance::start(command);
    instance.until_ready().await;
    line.now(Line::NoAnswers);
    let request = instance
        .request(Method::POST, "/api/orders")
        .json(&offer("Diavola"));
    let request = request.header("x-request-id", "hung-up");
    let impatient = request.timeout(Duration::from_millis(200)).send().await;
    assert!(impatient.unwrap_err().is_timeout());
    until(async || !commands(&instance).is_empty()).await;
    let line = &commands(&instance)[0];
    assert_eq!(line["outcome"], "abandoned");
    assert_eq!(line["span"]["request_id"], "hung-up");
}

/// A day with names, through every way in and out: what goes well, what is refused, what cannot be read.
async fn a_day_with_names(market: &Instance) {
    let mut socket = market.follow().await;
    let path = market.offer("Zitronengras").await;
    let calls = day().map(|(_, call, body)| {
        let text = body.to_string();
        let text = text.replace("Ana", "Ximena").replace("Jonas", "Yorick");
        let text = text
            .replace("Kurze Gasse", "Quellenweg")
            .replace("Hot", "Zitronengras");
        (call, serde_json::from_str::<Value>(&text).unwrap())
    });
    for (call, body) in calls {
        // Too early or too late, with something unknown, of another type, broken off; and as it should be.
        market
            .post(
                &format!("{path}/customer-accept"),
                &json!({"customer_name": "Ximena"}),
            )
            .await;
        market
            .post(
                &format!("{path}/{call}"),
                &json!({"Ximena": "Quellenweg", "driver_name": 7}),
            )
            .await;
        market
            .post(
                &format!("{path}/dispatch?driver_name=Yorick&driver_name=Yorick"),
                &json!({}),
            )
            .await;
        let broken = market
            .request(Method::POST, &format!("{path}/{call}"))
            .header("content-type", "application/json");
        market
            .send(broken.body("{\"customer_name\": \"Ximena\", \"delivery_address\": Quellenweg"))
            .await;
        market.done(&format!("{path}/{call}"), &body).await;
        socket.event().await;
    }
    for path in [
        "/orders?q=Ximena&driver=Yorick",
        "/orders.csv?q=Ximena",
        "/customer?q=Zitronengras",
        "/Ximena",
        "/api/Ximena",
        "/api/orders/Ximena",
        "/api/orders?supplier_name=Ximena",
        "/ws?since=Ximena",
        &path.replace("/api", ""),
        "/supplier?kitchen=Ximena",
    ] {
        market.get(path).await;
    }
    // The panels' forms, with JavaScript and without.
    let path = market.order_in("supplier_accepted").await;
    let id = path.rsplit('/').next().unwrap();
    for version in ["9", "2", "2"] {
        let form = market
            .request(Method::POST, "/act/take")
            .header("accept", "text/html")
            .header("referer", format!("{}/customer?q=Ximena", market.url))
            .header("cookie", "kitchen=Ximena; refused=Ximena");
        let fields = [
            ("id", id),
            ("version", version),
            ("customer_name", "Ximena"),
            ("delivery_address", "Quellenweg 7"),
            ("key", &format!("Ximena-{version}")),
        ];
        market.send(filled(form, &fields)).await;
    }
    let order = market.get(&path).await.json();
    assert_eq!(order["customer_name"], "Ximena");
}

crate::on_both_engines! { the_log_of_a_day_names_nobody, figures_follow_the_rules, figures_count_what_happens, }

async fn the_log_of_a_day_names_nobody(market: Market) {
    let market = market.with("LOG_FORMAT", "json").with("RUST_LOG", "debug");
    let mut instance = market.open().await;
    a_day_with_names(&instance).await;
    instance.signal("-TERM");
    assert!(instance.ended(Duration::from_secs(10)).success());
    let said = instance.said();
    for line in said.lines() {
        let named = PERSONAL.iter().find(|name| line.contains(**name));
        assert!(named.is_none(), "{line}");
    }
    // It was not silent either: seven steps, and an offer.
    let done = |line: &&Value| line["outcome"] == "done" && line["version"].as_u64() > Some(1);
    assert!(commands(&instance).iter().filter(done).count() >= 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_for_people_or_for_programs() {
    let pretty = Market::embedded().open().await;
    pretty
        .send(
            pretty
                .request(Method::POST, "/api/orders")
                .json(&offer("Diavola"))
                .header("x-request-id", "mine"),
        )
        .await;
    until(async || pretty.said().contains("command")).await;
    let said = pretty.said();
    let line = said
        .lines()
        .find(|line| line.contains("command command=offer"))
        .unwrap();
    assert!(
        line.contains("INFO")
            && line.contains("request_id=\"mine\"")
            && line.contains("outcome=\"done\""),
        "{line}"
    );
    // No terminal: a program reads it.
    let mut command = program();
    let folder = tempfile::tempdir().unwrap();
    command
        .env_remove("LOG_FORMAT")
        .env("DATA_DIR", folder.path());
    let plain = Instance::start(command);
    assert!(lines(&plain).iter().all(|line| line["level"].is_string()));
    // Warnings have the id of their request, too, where nothing else is logged.
    let mut market = Market::redis()
        .with("LOG_FORMAT", "json")
        .with("RUST_LOG", "info");
    let quiet = market.open().await;
    market.server().kill();
    let request = quiet.request(Method::GET, "/api/orders");
    quiet.send(request.header("x-request-id", "mine")).await;
    until(async || {
        lines(&quiet)
            .iter()
            .any(|line| line["span"]["request_id"] == "mine")
    })
    .await;
}

/// A collector that takes traces, or does not answer at all.
struct Collector {
    port: u16,
    spans: Arc<Mutex<Vec<Span>>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    fn start(answers: bool) -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let collector = Collector {
            port: listener.local_addr().unwrap().port(),
            spans: Arc::default(),
            heads: Arc::default(),
        };
        let (spans, heads) = (collector.spans.clone(), collector.heads.clone());
        thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                if !answers {
                    kept.push(stream);
                    continue;
                }
                let (spans, heads) = (spans.clone(), heads.clone());
                thread::spawn(move || while take(&stream, &spans, &heads).is_some() {});
            }
        });
        collector
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }
}

/// Reads one request with spans, and answers it.
fn take(
    mut stream: &TcpStream,
    spans: &Mutex<Vec<Span>>,
    heads: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let request = ExportTraceServiceRequest::decode(&*body).unwrap();
    let scopes = request
        .resource_spans
        .into_iter()
        .flat_map(|r| r.scope_spans);
    spans
        .lock()
        .unwrap()
        .extend(scopes.flat_map(|scope| scope.spans));
    heads.lock().unwrap().push(head);
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        .ok()
}

fn attribute(span: &Span, name: &str) -> Option<String> {
    let found = span
        .attributes
        .iter()
        .find(|attribute| attribute.key == name)?;
    Some(format!("{:?}", found.value.as_ref()?.value.as_ref()?))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_goes_on_from_the_request_to_the_feed() {
    let collector = Collector::start(true);
    let market = json_market()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url())
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
    // Whoever asked not to be traced is not.
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
        // Whoever has waited for it to be ready may have been told that it is not.
        assert!(!failed || span.name == "GET /readyz", "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_goes_on_in_the_feeds_of_other_instances() {
    let collector = Collector::start(true);
    let market = Market::redis().with("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url());
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
async fn a_dead_collector_costs_spans_and_nothing_else() {
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
async fn without_a_collector_nothing_is_traced() {
    let exporters = |instance: &Instance| {
        let mut threads = instance.threads();
        threads.retain(|name| name.starts_with("OpenTelemetry"));
        threads.len()
    };
    let collector = Collector::start(true);
    let plain = json_market().open().await;
    assert_eq!(exporters(&plain), 0);
    // The log names the trace of whoever asked all the same, and nothing of spans that nobody takes.
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

/// The figures now.
pub async fn figures(instance: &Instance) -> Exposition {
    let answer = instance.get("/metrics").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let kind = answer.header("content-type").unwrap();
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    Exposition::read(&answer.text)
}

/// Uses a server in every way that leaves a figure.
pub async fn use_it(instance: &Instance) {
    a_day_with_names(instance).await;
    for status in ["supplier_rejected", "cancelled", "ready", "in_transit"] {
        instance.order_in(status).await;
    }
    let path = instance.order_in("pending_supplier").await;
    for _ in 0..2 {
        let request = instance
            .request(Method::POST, &format!("{path}/supplier-respond"))
            .header("idempotency-key", "again")
            .json(&json!({"accept": true}));
        assert_eq!(instance.send(request).await.status, 200);
    }
    instance.get(&format!("{path}/events")).await;
    instance.get("/healthz").await;
    drop(instance.follow().await);
}

async fn figures_follow_the_rules(market: Market) {
    let instance = market.open().await;
    use_it(&instance).await;
    let figures = figures(&instance).await;
    assert_eq!(figures.faults(), Vec::<String>::new());
    // Bounded: nothing that a client makes up is a label, or a part of one.
    for Sample { name, labels, .. } in &figures.samples {
        for (label, value) in labels {
            let known = label == "le" || value.len() < 40;
            let made_up = PERSONAL.iter().any(|name| value.contains(name))
                || value.contains("0198")
                || value.contains("Bella");
            assert!(known && !made_up, "{name} {label}={value}");
        }
    }
    assert!(figures.samples.len() < 1_500, "{}", figures.samples.len());
}

async fn figures_count_what_happens(market: Market) {
    let engine = match &market.store {
        Store::Embedded(_) => "embedded",
        Store::Redis(_) => "redis",
    };
    let instance = market.open().await;
    let socket = instance.follow().await;
    let mut other = instance.follow().await;
    let delivered = instance.order_in("delivered").await;
    instance.order_in("ready").await;
    instance.get(&delivered).await;
    instance
        .get("/api/orders/0198c0de-1234-7abc-8def-0123456789ab")
        .await
        .problem(404);
    instance.get("/wp-login.php").await;
    instance.get("/.env").await;
    instance
        .post(&format!("{delivered}/status"), &json!({"status": "ready"}))
        .await
        .problem(409);
    for _ in 0..13 {
        other.event().await;
    }
    drop(socket);
    until(async || figures(&instance).await.value("pizza_sockets_open", &[]) == Some(1.0)).await;

    let now = figures(&instance).await;
    let value = |name: &str, labels: &[(&str, &str)]| {
        now.value(name, labels)
            .unwrap_or_else(|| panic!("no {name} {labels:?}"))
    };
    let requests = |route: &str, method: &str, status: &str| {
        value(
            "pizza_http_request_duration_seconds_count",
            &[("route", route), ("method", method), ("status", status)],
        )
    };
    assert_eq!(requests("/api/orders", "POST", "201"), 2.0);
    assert_eq!(requests("/api/orders/{id}", "GET", "200"), 1.0);
    assert_eq!(requests("/api/orders/{id}", "GET", "404"), 1.0);
    assert_eq!(requests("/api/orders/{id}/status", "POST", "409"), 1.0);
    assert_eq!(requests("unmatched", "GET", "404"), 2.0);
    assert_eq!(requests("/ws", "GET", "101"), 2.0);
    let counted = |sample: &&Sample| sample.labels.iter().any(|(_, value)| value == "/metrics");
    assert_eq!(now.samples.iter().filter(counted).count(), 0);
    assert_eq!(
        value(
            "pizza_commands_total",
            &[
                ("command", "offer"),
                ("actor", "integrator"),
                ("outcome", "done")
            ]
        ),
        2.0
    );
    assert_eq!(
        value("pizza_commands_refused_total", &[("problem", "refused")]),
        1.0
    );
    assert_eq!(
        value(
            "pizza_commits_total",
            &[("engine", engine), ("outcome", "done")]
        ),
        13.0
    );
    assert_eq!(
        value(
            "pizza_ledger_operation_duration_seconds_count",
            &[("engine", engine), ("operation", "commit")]
        ),
        13.0
    );
    assert_eq!(value("pizza_orders", &[("status", "delivered")]), 1.0);
    assert_eq!(value("pizza_orders", &[("status", "ready")]), 1.0);
    assert_eq!(
        value(
            "pizza_order_stage_duration_seconds_count",
            &[("stage", "preparing")]
        ),
        2.0
    );
    assert!(value("pizza_order_oldest_wait_seconds", &[("status", "ready")]) > 0.0);
    assert_eq!(
        value(
            "pizza_order_oldest_wait_seconds",
            &[("status", "preparing")]
        ),
        0.0
    );
    assert_eq!(value("pizza_feed_position", &[]), 13.0);
    assert_eq!(
        value("pizza_feed_oldest_position", &[]) + value("pizza_feed_held_events", &[]),
        13.0
    );
    assert_eq!(value("pizza_feed_delay_seconds_count", &[]), 13.0);
    assert_eq!(
        (
            value("pizza_feed_behind_events", &[]),
            value("pizza_feed_current", &[])
        ),
        (0.0, 1.0)
    );
    assert!(value("pizza_feed_proof_age_seconds", &[]) < 2.0);
    assert_eq!(value("pizza_store_available", &[("engine", engine)]), 1.0);
    // Two heartbeats at the beginning, and thirteen events each.
    assert!(value("pizza_socket_frames_sent_total", &[]) >= 15.0);
    assert_eq!(value("pizza_sockets_limit", &[]), 10_000.0);
    let ended: f64 = ["gone", "goodbye"]
        .iter()
        .map(|reason| value("pizza_sockets_closed_total", &[("reason", reason)]))
        .sum();
    assert_eq!(ended, 1.0);
    assert_eq!(
        value(
            "pizza_build_info",
            &[("version", env!("CARGO_PKG_VERSION"))]
        ),
        1.0
    );
    assert!(value("process_resident_memory_bytes", &[]) > 1e6);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_there_when_the_store_is_not_and_are_no_load() {
    let mut market = Market::redis().with("RATE_LIMIT", "1");
    let limited = market.open().await;
    market.server().kill();
    until(async || {
        let now = figures(&limited).await;
        now.value("pizza_store_available", &[("engine", "redis")]) == Some(0.0)
            && now.value("pizza_feed_current", &[]) == Some(0.0)
            && now.value("pizza_store_connections_total", &[("outcome", "away")]) > Some(0.0)
    })
    .await;
    let answers = join_all((0..20).map(|_| limited.get("/metrics"))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    join_all((0..20).map(|_| limited.get("/healthz"))).await;
    assert_eq!(
        figures(&limited)
            .await
            .value("pizza_http_rate_limited_total", &[]),
        Some(0.0)
    );
    let many = offer("Diavola");
    join_all((0..20).map(|_| limited.post("/api/orders", &many))).await;
    let now = figures(&limited).await;
    assert!(now.value("pizza_http_rate_limited_total", &[]) > Some(10.0));
    let refused = now.value("pizza_commands_refused_total", &[("problem", "too-many")]);
    assert!(refused > Some(10.0));
    // They are counted, and do not fill the log.
    assert!(!limited.said().contains("too-many"));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_may_have_an_address_of_their_own() {
    let instance = Market::embedded()
        .with("METRICS_ADDR", "127.0.0.1:0")
        .open()
        .await;
    let said = instance.said();
    let (_, address) = said.split_once("metrics on ").unwrap();
    let address = address.lines().next().unwrap().trim();
    let text = instance
        .http
        .get(address)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        Exposition::read(&text)
            .value(
                "pizza_build_info",
                &[("version", env!("CARGO_PKG_VERSION"))]
            )
            .is_some()
    );
    assert_eq!(instance.get("/metrics").await.status, 404);
    let elsewhere = instance
        .http
        .get(address.replace("/metrics", "/api/orders"));
    assert_eq!(elsewhere.send().await.unwrap().status(), 404);
}
