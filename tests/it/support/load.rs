//! Mixed load on a market: workers that change orders, and clients that follow it, while servers and stores are killed.

use crate::support::{
    Socket,
    checker::{AcknowledgedChange, Cursor, Received, RequestedChange, SocketLog},
    day, offer, tls,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex, RwLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};

pub const WORKERS: usize = 6;

pub const CLIENTS: usize = 4;

/// Orders that are worked on at the same time.
pub const OPEN: usize = 40;

/// What all who take part share.
#[derive(Default)]
pub struct Stage {
    /// Where servers can be reached now.
    pub urls: RwLock<Vec<String>>,
    pub over: AtomicBool,
    pub asked: Mutex<Vec<RequestedChange>>,
    pub acknowledged: Mutex<Vec<AcknowledgedChange>>,
    pub orders: Mutex<Vec<Value>>,
}

/// Everybody at work.
pub struct Play {
    pub tell: watch::Sender<Option<Cursor>>,
    pub workers: Vec<JoinHandle<()>>,
    pub clients: Vec<JoinHandle<SocketLog>>,
}

impl Stage {
    pub fn url(&self) -> String {
        let urls = self.urls.read().unwrap();
        urls[fastrand::usize(..urls.len())].clone()
    }

    /// Asks until there is an answer, wherever; with one key, so that it acts once.
    pub async fn ask(&self, http: &reqwest::Client, path: &str, body: &Value) -> Option<Value> {
        let key = format!("{:x}", fastrand::u128(..));
        let asked = Instant::now();
        loop {
            let request = http
                .request(Method::POST, format!("{}{path}", self.url()))
                .header("idempotency-key", &key)
                .json(body);
            match request.send().await {
                Ok(answer) if answer.status().is_success() => {
                    let order: Value = match answer.json().await {
                        Ok(order) => order,
                        Err(_) => continue,
                    };
                    self.acknowledged.lock().unwrap().push(AcknowledgedChange {
                        order: order.clone(),
                        requested_at: asked,
                        answered_at: Instant::now(),
                    });
                    return Some(order);
                }
                // Somebody else was faster.
                Ok(answer) if [404, 409].contains(&answer.status().as_u16()) => return None,
                _ => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Everybody begins; clients end when they are told the head of the log, and have heard everything up to it.
    pub fn begin(self: &Arc<Self>) -> Play {
        let (tell, head) = watch::channel(None);
        let worker = |_| tokio::spawn(self.clone().work());
        let client = |_| tokio::spawn(self.clone().follow(head.clone()));
        Play {
            tell,
            workers: (0..WORKERS).map(worker).collect(),
            clients: (0..CLIENTS).map(client).collect(),
        }
    }

    pub async fn read(&self, http: &reqwest::Client, id: &str) -> Option<Value> {
        let answer = http.get(format!("{}/api/orders/{id}", self.url())).send();
        answer
            .await
            .ok()?
            .error_for_status()
            .ok()?
            .json()
            .await
            .ok()
    }

    pub async fn work(self: Arc<Self>) {
        let http = tls::http().timeout(Duration::from_secs(6)).build().unwrap();
        while !self.over.load(Relaxed) {
            // As many orders are open at any time, so that the load is steady.
            let known = {
                let orders = self.orders.lock().unwrap();
                let enough = orders.len() >= OPEN;
                let pick = enough || (!orders.is_empty() && fastrand::bool());
                pick.then(|| orders[fastrand::usize(..orders.len())].clone())
            };
            let done = match known {
                None => {
                    let name = format!("{:x}", fastrand::u64(..));
                    let new = RequestedChange::Creation("Bella Napoli".to_owned(), name.clone());
                    self.asked.lock().unwrap().push(new);
                    self.ask(&http, "/api/orders", &offer(&name)).await
                }
                Some(order) => {
                    let day = day();
                    let at = day
                        .iter()
                        .position(|(reached, ..)| order["status"] == *reached);
                    let next = day.get(at.map_or(0, |at| at + 1));
                    let (to, call, body) = match next {
                        Some(next) if fastrand::u8(..10) > 0 => next.clone(),
                        _ => ("cancelled", "status", json!({"status": "cancelled"})),
                    };
                    let id = order["id"].as_str().unwrap().to_owned();
                    self.asked
                        .lock()
                        .unwrap()
                        .push(RequestedChange::Transition(id.clone(), to.to_owned()));
                    let done = self
                        .ask(&http, &format!("/api/orders/{id}/{call}"), &body)
                        .await;
                    match done {
                        Some(order) => Some(order),
                        // Somebody was faster: how does it stand?
                        None => self.read(&http, &id).await,
                    }
                }
            };
            let mut orders = self.orders.lock().unwrap();
            if let Some(order) = done {
                let newer = |known: &Value| {
                    known["id"] == order["id"]
                        && known["version"].as_u64() > order["version"].as_u64()
                };
                if orders.iter().any(newer) {
                    continue;
                }
                orders.retain(|known| known["id"] != order["id"]);
                if !["delivered", "cancelled"].contains(&order["status"].as_str().unwrap()) {
                    orders.push(order);
                }
            }
        }
    }

    /// Follows the market through all of it, until it has heard everything up to `head`.
    pub async fn follow(self: Arc<Self>, head: watch::Receiver<Option<Cursor>>) -> SocketLog {
        let (mut client, mut at) = (SocketLog::default(), None::<Cursor>);
        loop {
            if head.borrow().is_some() && *head.borrow() == at {
                return client;
            }
            let url = self.url();
            let since = at
                .as_ref()
                .map_or(String::new(), |at| format!("{}-{}", at.epoch, at.seq));
            let address = format!("{}/ws?since={since}", url.replace("http", "ws"));
            let open = timeout(Duration::from_secs(3), Socket::open(&address));
            let Ok(Ok(mut socket)) = open.await else {
                sleep(Duration::from_millis(20)).await;
                continue;
            };
            // Now and then it leaves by itself.
            let patience = Duration::from_millis(fastrand::u64(200..3_000));
            while let Ok(Some(frame)) = timeout(patience, socket.try_frame()).await {
                let id = Cursor::parse(&frame["id"]).unwrap();
                match frame["event_type"].as_str().unwrap() {
                    "stream.reset" => {
                        let Some(orders) = all_orders(&url).await else {
                            break;
                        };
                        client.begin(&id, false);
                        client.received.push(Received::Reset(id.clone(), orders));
                    }
                    "stream.heartbeat" => drop(client.begin(&id, false)),
                    "stream.skip" => {
                        let after = Cursor::parse(&frame["after"]).unwrap();
                        client.received.push(Received::Skip(after, id.clone()));
                    }
                    kind if kind.starts_with("stream.") => continue,
                    _ => {
                        client.begin(&id, true);
                        client.received.push(Received::Event(frame.into()));
                    }
                }
                at = Some(id);
                if *head.borrow() == at {
                    break;
                }
            }
        }
    }
}

pub async fn all_orders(url: &str) -> Option<Vec<Value>> {
    let (mut all, mut path) = (Vec::new(), Some("/api/orders".to_owned()));
    while let Some(next) = path {
        let http = tls::http().build().ok()?;
        let answer = http
            .get(format!("{url}{next}"))
            .send()
            .await
            .ok()?
            .error_for_status()
            .ok()?;
        let link = answer
            .headers()
            .get("link")
            .map(|link| link.to_str().unwrap().to_owned());
        path = link.map(|link| link[1..link.find('>').unwrap()].to_owned());
        all.extend(answer.json::<Vec<Value>>().await.ok()?);
    }
    Some(all)
}
