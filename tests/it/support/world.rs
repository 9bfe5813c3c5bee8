//! What a test stands in: the real program on a port of its own, with a store of its own, and clients for it.

use super::redis_server::RedisServer;
use crate::support::description::{check_frame, description};
use futures::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest, protocol::CloseFrame},
};

/// How long anything may take that should come at once.
pub const SOON: Duration = Duration::from_secs(20);

pub enum Store {
    Embedded(TempDir),
    Redis(RedisServer),
}

/// One market: a store, and as many instances on it as a test starts.
pub struct Market {
    pub store: Store,
    settings: Vec<(String, String)>,
}

impl Market {
    pub fn embedded() -> Market {
        Market {
            store: Store::Embedded(tempfile::tempdir().unwrap()),
            settings: Vec::new(),
        }
    }

    pub fn redis() -> Market {
        Market {
            store: Store::Redis(RedisServer::start()),
            settings: Vec::new(),
        }
    }

    pub fn redis_with(args: &[&str]) -> Market {
        Market {
            store: Store::Redis(RedisServer::with(args)),
            settings: Vec::new(),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Market {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn server(&mut self) -> &mut RedisServer {
        match &mut self.store {
            Store::Redis(server) => server,
            Store::Embedded(_) => panic!("no Redis here"),
        }
    }

    /// Starts an instance, and waits until it can work.
    pub async fn open(&self) -> Instance {
        let instance = self.start();
        instance.until_ready().await;
        instance
    }

    pub fn start(&self) -> Instance {
        Instance::start(self.command())
    }

    /// The program, with the settings of this market.
    pub fn command(&self) -> Command {
        let mut command = program();
        command
            .env("RATE_LIMIT", "off")
            .envs(self.settings.iter().cloned());
        match &self.store {
            Store::Embedded(folder) => command.env("DATA_DIR", folder.path()),
            Store::Redis(server) => command.env("REDIS_URL", server.url()),
        };
        command
    }

    /// Runs a command of the program to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.command().args(args).output().unwrap();
        Ran {
            code: output.status.code().expect("it was not killed"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The program in a folder of its own, with none of the settings of whoever runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pizza-market"));
    for (name, _) in std::env::vars() {
        if [
            "REDIS_", "LEPTOS_", "CORS_", "RATE_", "EVENT_", "DATA_", "MAX_", "TRUSTED_",
            "RUST_LOG", "LOG_", "METRICS_", "OTEL_",
        ]
        .iter()
        .any(|part| name.starts_with(part))
        {
            command.env_remove(name);
        }
    }
    command
        .current_dir(std::env::temp_dir())
        .env("LEPTOS_SITE_ADDR", "127.0.0.1:0")
        .env("LOG_FORMAT", "pretty")
        .env("RUST_LOG", "info");
    command
}

/// A running server.
pub struct Instance {
    process: Child,
    pub url: String,
    pub http: reqwest::Client,
    said: Arc<Mutex<String>>,
}

impl Instance {
    pub fn start(command: Command) -> Instance {
        Instance::start_hearing(command, |_| ())
    }

    /// `hear` is told each line that it says until it listens.
    pub fn start_hearing(mut command: Command, mut hear: impl FnMut(&str)) -> Instance {
        let mut process = command
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let said = Arc::new(Mutex::new(String::new()));
        let mut url = None;
        for line in lines.by_ref() {
            let line = line.unwrap();
            said.lock().unwrap().push_str(&format!("{line}\n"));
            hear(&line);
            if let Some((_, address)) = line.split_once("listening on ") {
                url = Some(address.split('"').next().unwrap().trim().to_owned());
                break;
            }
        }
        let url = url.unwrap_or_else(|| panic!("it did not start:\n{}", said.lock().unwrap()));
        let log = said.clone();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                log.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        // The program's own library, which leaves the choice to whoever uses it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .no_proxy()
            .build()
            .unwrap();
        Instance {
            process,
            url,
            http,
            said,
        }
    }

    pub async fn until_ready(&self) {
        until(async || self.get("/readyz").await.status == 200).await;
    }

    /// Everything that it has logged so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Sends a request, and checks that the description has such an answer for it.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.build().unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = self.http.execute(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let answer = Answer {
            status: status.as_u16(),
            headers,
            text: response.text().await.unwrap(),
        };
        let description = description(self).await;
        description.check_answer(&method, &path, &answer);
        answer
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// A call that must succeed.
    pub async fn done(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, body).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        answer.json()
    }

    /// A new order of this pizza; its path.
    pub async fn offer(&self, pizza: &str) -> String {
        let order = self.done("/api/orders", &offer(pizza)).await;
        format!("/api/orders/{}", order["id"].as_str().unwrap())
    }

    /// A new order, brought to this state; its path.
    pub async fn order_in(&self, status: &str) -> String {
        let path = self.offer("Diavola").await;
        for (reached, call, body) in day() {
            if status == "supplier_rejected" && reached == "supplier_accepted" {
                self.done(
                    &format!("{path}/supplier-respond"),
                    &json!({"accept": false}),
                )
                .await;
                break;
            }
            if status == "pending_supplier" || status == "cancelled" {
                break;
            }
            self.done(&format!("{path}/{call}"), &body).await;
            if reached == status {
                break;
            }
        }
        if status == "cancelled" {
            self.done(&format!("{path}/status"), &json!({"status": "cancelled"}))
                .await;
        }
        path
    }

    /// All orders, newest first, as far as one page goes.
    pub async fn orders(&self) -> Vec<Value> {
        let orders = self.get("/api/orders").await.json();
        orders.as_array().unwrap().clone()
    }

    pub async fn socket(&self, query: &str) -> Socket {
        Socket::open(&format!("{}/ws{query}", self.url.replace("http", "ws")))
            .await
            .unwrap()
    }

    /// A socket from now on, with signals: the one that says that it has begun has been read.
    pub async fn follow(&self) -> Socket {
        let mut socket = self.socket("?since=").await;
        assert_eq!(socket.any_frame().await["event_type"], "stream.heartbeat");
        socket
    }

    /// Resident memory in KiB, and open files.
    pub fn size(&self) -> (u64, usize) {
        let process = format!("/proc/{}", self.process.id());
        let status = std::fs::read_to_string(format!("{process}/status")).unwrap();
        let memory = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        let memory = memory.trim().trim_end_matches(" kB").parse().unwrap();
        (
            memory,
            std::fs::read_dir(format!("{process}/fd")).unwrap().count(),
        )
    }

    /// The names of its threads.
    pub fn threads(&self) -> Vec<String> {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.process.id())).unwrap();
        threads
            .filter_map(|thread| std::fs::read_to_string(thread.unwrap().path().join("comm")).ok())
            .collect()
    }

    pub fn signal(&self, name: &str) {
        let done = Command::new("kill")
            .args([name, &self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(done.success());
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits until it has ended by itself.
    pub fn ended(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            thread::yield_now();
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the program where it must not start; what it says.
pub fn refuses_to_start(mut command: Command) -> String {
    let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + SOON;
    while process.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            process.kill().unwrap();
            panic!("it started");
        }
        thread::yield_now();
    }
    assert!(!process.wait().unwrap().success());
    let mut said = String::new();
    process.stderr.unwrap().read_to_string(&mut said).unwrap();
    said
}

pub fn offer(pizza: &str) -> Value {
    json!({"supplier_name": "Bella Napoli", "pizza_name": pizza, "supplier_price": 9.5})
}

/// The way of an order that goes well: the state reached, the call, its parameters.
pub fn day() -> [(&'static str, &'static str, Value); 7] {
    [
        (
            "supplier_accepted",
            "supplier-respond",
            json!({"accept": true, "notes": "Hot", "estimated_time": 25}),
        ),
        (
            "customer_accepted",
            "customer-accept",
            json!({"customer_name": "Ana", "delivery_address": "Kurze Gasse 1"}),
        ),
        ("preparing", "status", json!({"status": "preparing"})),
        ("ready", "status", json!({"status": "ready"})),
        ("dispatched", "dispatch", json!({"driver_name": "Jonas"})),
        ("in_transit", "status", json!({"status": "in_transit"})),
        ("delivered", "status", json!({"status": "delivered"})),
    ]
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Asserts that it is a problem of this status, and returns it.
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for part in ["type", "title", "detail"] {
            assert!(
                problem[part].as_str().is_some_and(|text| !text.is_empty()),
                "{problem}"
            );
        }
        assert_eq!(problem.get("errors").is_some(), status == 422, "{problem}");
        problem
    }

    /// The fields that a 422 names, in alphabetical order.
    pub fn faults(&self) -> Vec<String> {
        let problem = self.problem(422);
        let errors = problem["errors"].as_array().unwrap();
        assert!(errors.iter().all(|error| error["message"].is_string()));
        let mut fields: Vec<_> = errors
            .iter()
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect();
        fields.sort();
        fields
    }
}

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    pub async fn open(
        request: impl IntoClientRequest + Unpin,
    ) -> Result<Socket, tungstenite::Error> {
        let (stream, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Socket { stream })
    }

    /// The status with which the upgrade was refused.
    pub async fn refused(request: impl IntoClientRequest + Unpin) -> StatusCode {
        match Socket::open(request).await {
            Err(tungstenite::Error::Http(response)) => response.status(),
            other => panic!("not refused: {:?}", other.err()),
        }
    }

    pub async fn say(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// The next frame, whatever it is.
    pub async fn any_frame(&mut self) -> Value {
        loop {
            let message = timeout(SOON, self.stream.next())
                .await
                .expect("a frame comes")
                .expect("it is open")
                .unwrap();
            if let Message::Text(text) = message {
                let frame = serde_json::from_str(&text).unwrap();
                check_frame(&frame);
                return frame;
            }
        }
    }

    /// The next frame, or `None` when it is closed or breaks.
    pub async fn try_frame(&mut self) -> Option<Value> {
        loop {
            match self.stream.next().await? {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    /// The next frame about an order.
    pub async fn event(&mut self) -> Value {
        loop {
            let frame = self.any_frame().await;
            if !frame["event_type"].as_str().unwrap().starts_with("stream.") {
                return frame;
            }
        }
    }

    /// The next signal of this name; whatever comes before it is skipped.
    pub async fn signal(&mut self, name: &str) -> Value {
        loop {
            let frame = self.any_frame().await;
            if frame["event_type"] == name {
                return frame;
            }
        }
    }

    /// How it is closed from the other side.
    pub async fn closed(&mut self, within: Duration) -> CloseFrame {
        let closing = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return frame,
                    Some(Ok(_)) => {}
                    other => panic!("it broke: {other:?}"),
                }
            }
        };
        timeout(within, closing).await.expect("it is closed")
    }
}

/// Whether a tool is here that no test installs. Where it is not, the test says so past the capture of its output, to be
/// counted as skipped, and ends.
pub fn is_installed(tool: &str, args: &[&str]) -> bool {
    let found = Command::new(tool).args(args).output();
    let found = found.is_ok_and(|said| said.status.success());
    if !found {
        let said = format!("skipped: {tool} {} does not work here\n", args.join(" "));
        std::io::stderr().write_all(said.as_bytes()).unwrap();
    }
    found
}

/// Tries again until it is so.
pub async fn until(mut so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !so().await {
        assert!(Instant::now() < deadline, "it does not come true");
        tokio::task::yield_now().await;
    }
}

/// Tests that are the same whatever the store is.
#[macro_export]
macro_rules! on_both_engines {
    ($($test:ident,)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")] async fn $test() { super::$test($crate::support::world::Market::embedded()).await })*
        }
        mod redis {
            $(#[tokio::test(flavor = "multi_thread")] async fn $test() { super::$test($crate::support::world::Market::redis()).await })*
        }
    };
}
