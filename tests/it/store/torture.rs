//! Mixed load while servers and stores are killed, and then the question whether what everybody saw can be true.
//! The short form runs with all tests; `make torture` runs the long one.

use crate::{
    support::checker::{AcknowledgedChange, Cursor, History, Received, RequestedChange, SocketLog},
    support::world::{Instance, Market, SOON, Socket, day, offer, until},
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

/// How often something is killed, unless `TORTURE` says otherwise.
const KILLS: usize = 10;
const WORKERS: usize = 6;
const CLIENTS: usize = 4;
/// Orders that are worked on at the same time.
const OPEN: usize = 40;

fn kills() -> usize {
    let asked = std::env::var("TORTURE").ok();
    asked.map_or(KILLS, |kills| kills.parse().unwrap())
}

/// What all who take part share.
#[derive(Default)]
struct Stage {
    /// Where servers can be reached now.
    urls: RwLock<Vec<String>>,
    over: AtomicBool,
    asked: Mutex<Vec<RequestedChange>>,
    acknowledged: Mutex<Vec<AcknowledgedChange>>,
    orders: Mutex<Vec<Value>>,
}

/// Everybody at work.
struct Play {
    tell: watch::Sender<Option<Cursor>>,
    workers: Vec<JoinHandle<()>>,
    clients: Vec<JoinHandle<SocketLog>>,
}

impl Stage {
    fn url(&self) -> String {
        let urls = self.urls.read().unwrap();
        urls[fastrand::usize(..urls.len())].clone()
    }

    /// Asks until there is an answer, wherever; with one key, so that it acts once.
    async fn ask(&self, http: &reqwest::Client, path: &str, body: &Value) -> Option<Value> {
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
    fn begin(self: &Arc<Self>) -> Play {
        let (tell, head) = watch::channel(None);
        let worker = |_| tokio::spawn(self.clone().work());
        let client = |_| tokio::spawn(self.clone().follow(head.clone()));
        Play {
            tell,
            workers: (0..WORKERS).map(worker).collect(),
            clients: (0..CLIENTS).map(client).collect(),
        }
    }

    async fn look(&self, http: &reqwest::Client, id: &str) -> Option<Value> {
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

    async fn work(self: Arc<Self>) {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(6))
            .build()
            .unwrap();
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
                        None => self.look(&http, &id).await,
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
    async fn follow(self: Arc<Self>, head: watch::Receiver<Option<Cursor>>) -> SocketLog {
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
                        client.from.get_or_insert(id.clone());
                        client.received.push(Received::Reset(id.clone(), orders));
                    }
                    "stream.heartbeat" => drop(client.from.get_or_insert(id.clone())),
                    kind if kind.starts_with("stream.") => continue,
                    _ => client.received.push(Received::Event(frame.into())),
                }
                at = Some(id);
                if *head.borrow() == at {
                    break;
                }
            }
        }
    }
}

async fn all_orders(url: &str) -> Option<Vec<Value>> {
    let (mut all, mut path) = (Vec::new(), Some("/api/orders".to_owned()));
    while let Some(next) = path {
        let answer = reqwest::get(format!("{url}{next}"))
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

async fn settle(
    instance: &Instance,
    stage: &Stage,
    clients: Vec<SocketLog>,
    head: Cursor,
    forgetful: bool,
) -> History {
    let orders = all_orders(&instance.url).await.unwrap();
    let mut events = Vec::new();
    for order in &orders {
        let path = format!("/api/orders/{}/events", order["id"].as_str().unwrap());
        events.extend(instance.get(&path).await.json().as_array().unwrap().clone());
    }
    History {
        requested: stage.asked.lock().unwrap().clone(),
        acknowledged: stage.acknowledged.lock().unwrap().clone(),
        sockets: clients,
        head: Some(head),
        orders,
        events,
        lists: Vec::new(),
        forgetful,
        shared: false,
    }
}

/// Kills something again and again while everybody works, and asks at the end.
async fn torture(
    mut market: Market,
    instances: usize,
    what: fn(&mut Market, &mut [Instance]),
    forgetful: bool,
) {
    let stage = Arc::new(Stage::default());
    let mut running = Vec::new();
    for _ in 0..instances {
        running.push(market.open().await);
    }
    let publish = |running: &[Instance]| {
        *stage.urls.write().unwrap() = running
            .iter()
            .map(|instance| instance.url.clone())
            .collect();
    };
    publish(&running);
    let Play {
        tell,
        workers,
        clients,
    } = stage.begin();
    for _ in 0..kills() {
        sleep(Duration::from_millis(fastrand::u64(50..600))).await;
        what(&mut market, &mut running);
        publish(&running);
        for instance in &running {
            instance.until_ready().await;
        }
    }
    sleep(Duration::from_millis(300)).await;
    stage.over.store(true, Relaxed);
    for worker in workers {
        timeout(SOON, worker).await.expect("a worker ends").unwrap();
    }
    let instance = &running[0];
    until(async || instance.get("/api/orders?limit=1").await.status == 200).await;
    let last = instance.get("/api/orders?limit=1").await;
    let last = Cursor::parse(&json!(last.header("last-event-id").unwrap())).unwrap();
    tell.send(Some(last.clone())).unwrap();
    let mut heard = Vec::new();
    for client in clients {
        heard.push(
            timeout(SOON * 2, client)
                .await
                .expect("a client hears everything")
                .unwrap(),
        );
    }
    let history = settle(instance, &stage, heard, last, forgetful).await;
    let verdict = history.verdict();
    println!(
        "{} kills: {} orders, {} events, {} acknowledged, {} frames, {} resets",
        kills(),
        history.orders.len(),
        history.events.len(),
        history.acknowledged.len(),
        history
            .sockets
            .iter()
            .map(|socket| socket.received.len())
            .sum::<usize>(),
        history
            .sockets
            .iter()
            .flat_map(|socket| &socket.received)
            .filter(|received| matches!(received, Received::Reset(..)))
            .count(),
    );
    assert!(verdict.violations.is_empty(), "{verdict}");
    assert!(history.acknowledged.len() > 20, "too little happened");
}

fn kill_a_server(market: &mut Market, running: &mut [Instance]) {
    let n = fastrand::usize(..running.len());
    running[n].kill();
    running[n] = market.start();
}

fn kill_the_store(market: &mut Market, _: &mut [Instance]) {
    market.server().kill();
    market.server().start_again();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_server_is_killed() {
    torture(Market::embedded(), 1, kill_a_server, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_servers_is_killed() {
    torture(Market::redis(), 2, kill_a_server, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_syncs_always_is_killed() {
    torture(Market::redis(), 2, kill_the_store, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_syncs_each_second_is_killed() {
    torture(
        Market::redis_with(&["--appendonly", "yes", "--appendfsync", "everysec"]),
        2,
        kill_the_store,
        true,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_keeps_nothing_is_killed() {
    torture(
        Market::redis_with(&["--appendonly", "no"]),
        2,
        kill_the_store,
        true,
    )
    .await;
}

/// A hundred who want different things of one order at once: one gets it, round after round.
async fn races(market: Market, instances: usize) {
    let mut running = Vec::new();
    for _ in 0..instances {
        running.push(market.open().await);
    }
    for round in 0..kills() {
        let path = running[0].order_in("supplier_accepted").await;
        let moves = (0..100).map(|n| {
            let (call, body) = match n % 2 {
                0 => ("status", json!({"status": "cancelled"})),
                _ => {
                    let name = format!("Customer {n}");
                    (
                        "customer-accept",
                        json!({"customer_name": name, "delivery_address": "Kurze Gasse 1"}),
                    )
                }
            };
            let (instance, path) = (&running[n % instances], format!("{path}/{call}"));
            async move { instance.post(&path, &body).await }
        });
        let answers = futures::future::join_all(moves).await;
        let won: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .collect();
        assert!(
            answers
                .iter()
                .all(|answer| [200, 409].contains(&answer.status))
        );
        // Of the takers one; and whoever cancelled did so before, or after it.
        let takers = won
            .iter()
            .filter(|answer| answer.json()["status"] == "customer_accepted");
        assert!(
            takers.count() <= 1 && !won.is_empty() && won.len() <= 2,
            "round {round}"
        );
        let events = running[0].get(&format!("{path}/events")).await.json();
        assert_eq!(events.as_array().unwrap().len(), 2 + won.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn races_on_the_embedded_store_have_one_winner() {
    races(Market::embedded(), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn races_over_two_instances_have_one_winner() {
    races(Market::redis(), 2).await;
}

/// Ten minutes of steady work: what the server holds must not grow with what it has done.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes ten minutes: make torture runs it"]
async fn memory_and_files_stay_flat() {
    let instance = Market::embedded().open().await;
    let stage = Arc::new(Stage::default());
    *stage.urls.write().unwrap() = vec![instance.url.clone()];
    let Play {
        tell,
        workers,
        clients,
    } = stage.begin();
    let mut measured = Vec::new();
    for minute in 0..10 {
        sleep(Duration::from_secs(60)).await;
        let (memory, files) = instance.size();
        println!("minute {}: {memory} KiB, {files} files", minute + 1);
        measured.push((memory, files));
    }
    stage.over.store(true, Relaxed);
    drop(tell);
    workers.iter().for_each(|worker| worker.abort());
    clients.iter().for_each(|client| client.abort());
    // The ring of the newest events fills up in the first minutes, and is then full.
    let (early, late) = (measured[4], measured[9]);
    assert!(late.0 < early.0 * 5 / 4, "memory grows: {measured:?}");
    assert!(late.1 < early.1 + 20, "files grow: {measured:?}");
}
