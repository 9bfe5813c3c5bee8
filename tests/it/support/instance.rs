//! A running server, and what a test asks of it.

use crate::support::{
    Answer, Socket,
    description::{Description, described},
    tls, until,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// The statuses of an order, as the contract lists them.
pub const STATUSES: [&str; 10] = [
    "pending_supplier",
    "supplier_accepted",
    "supplier_rejected",
    "customer_accepted",
    "preparing",
    "ready",
    "dispatched",
    "in_transit",
    "delivered",
    "cancelled",
];

/// A running server.
pub struct Instance {
    process: Child,
    pub url: String,
    pub http: reqwest::Client,
    said: Arc<Mutex<String>>,
    /// The folder of its embedded store: a server without its file takes no changes.
    pub folder: Option<Arc<TempDir>>,
    /// What it says about itself.
    pub description: OnceCell<Option<&'static Description>>,
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
                let address = address.split('"').next().unwrap().trim();
                // One that listens everywhere has a certificate of this machine.
                url = Some(address.replace("//0.0.0.0:", "//127.0.0.1:"));
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
        // The program's own library, which leaves the choice to its user.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = tls::http().timeout(Duration::from_secs(30));
        Instance {
            process,
            url,
            http: http.build().unwrap(),
            said,
            folder: None,
            description: OnceCell::new(),
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
        if let Some(description) = described(self).await {
            description.check_answer(&method, &path, &answer);
        }
        answer
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// All events of the order at a path.
    pub async fn history(&self, path: &str) -> Vec<Value> {
        let events = self.get(&format!("{path}/events")).await.json();
        events.as_array().unwrap().clone()
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

    /// `http` or `https`.
    pub fn scheme(&self) -> &str {
        self.url.split_once("://").unwrap().0
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        address_of(&self.url)
    }

    /// The address of its WebSocket.
    pub fn socket_url(&self, query: &str) -> String {
        format!("{}/ws{query}", self.url.replace("http", "ws"))
    }

    pub async fn socket(&self, query: &str) -> Socket {
        Socket::open(&self.socket_url(query)).await.unwrap()
    }

    /// A socket from now on, with signals: the one that says that it has begun has been read.
    pub async fn follow(&self) -> Socket {
        let mut socket = self.socket("?since=").await;
        assert_eq!(socket.any_frame().await["event_type"], "stream.heartbeat");
        socket
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
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

    pub fn has_ended(&mut self) -> bool {
        self.process.try_wait().unwrap().is_some()
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

/// Where the server of a URL listens.
pub fn address_of(url: &str) -> &str {
    url.split_once("://").unwrap().1
}

impl Drop for Instance {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("its end: {:?}\n{}", self.process.try_wait(), self.said());
        }
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
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
