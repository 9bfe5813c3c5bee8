//! One simulated evening: every story is played at its time while subscribers listen; at the end everything is read
//! back and checked.

use super::{
    checker::{AcknowledgedChange, Cursor, History, Invariant, Received, Verdict, hundredths},
    client::Client,
    display::Display,
    final_state::FinalState,
    plan::{Act, Plan},
    player::StoryPlayer,
    shops::Shops,
    subscriber::{FrameCache, Shared, SocketRecord, Subscriber},
    tally::{Tally, micros},
};
use crate::{domain::Status, server::cli::output};
use futures::future::join_all;
use reqwest::header::HeaderValue;
use rustls::ClientConfig;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    select,
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long all subscribers together may take to receive their first frame, and later to reach the head.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(15);
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the head is asked for, and how long one server may take while there may be others.
const READ_TIMEOUT: Duration = Duration::from_secs(20);
const PAGE_TIMEOUT: Duration = Duration::from_secs(1);

/// How an evening is run.
#[derive(Clone, Copy)]
pub struct Options {
    /// How much faster than real time.
    pub speed: f64,
    pub subscribers: usize,
    /// Whether other clients may use the market, too.
    pub shared: bool,
}

/// How subscribers reach the live channel.
#[derive(Clone)]
pub struct Access {
    pub tls: Arc<ClientConfig>,
    /// By which right they listen.
    pub authorization: Option<HeaderValue>,
}

/// The result of an evening.
pub struct EveningResult {
    pub verdict: Verdict,
    pub sockets: Vec<SocketStats>,
    /// Microseconds from the moment at which a command was to be sent until a socket received its event.
    pub delivery_latencies: Vec<u32>,
    pub totals: Totals,
    /// Remarks for the reader of the report.
    pub notes: Vec<String>,
}

/// What one socket received.
#[derive(Clone, Copy, Default)]
pub struct SocketStats {
    pub expected: u64,
    pub received: u64,
    pub connections: u32,
    pub resets: u64,
}

/// The orders of each status, and what the delivered ones have brought, in cents.
#[derive(Default)]
pub struct Totals {
    pub statuses: BTreeMap<Status, u64>,
    pub kitchens: u64,
    pub market: u64,
}

/// An evening whose subscribers are connected.
pub struct Evening {
    shared: Arc<Shared>,
    /// The pizzerias as they are before it.
    shops: Arc<Shops>,
    options: Options,
    subscribers: Vec<JoinHandle<SocketRecord>>,
    /// Tells the subscribers which cursor is the last.
    head: watch::Sender<Option<Cursor>>,
    give_up: CancellationToken,
}

impl Evening {
    /// Connects all subscribers. An error is a sentence for the user.
    pub async fn open(
        client: Arc<Client>,
        plan: &Plan,
        shops: Shops,
        Access { tls, authorization }: Access,
        options: Options,
    ) -> Result<Evening, String> {
        let shared = Arc::new(Shared {
            client,
            frames: FrameCache::default(),
            display: Arc::new(Display::new(plan.steps(), options.speed)),
            tls,
            authorization,
        });
        let (head, give_up) = (watch::Sender::new(None), CancellationToken::new());
        let (subscribed, mut reports) = mpsc::channel(options.subscribers.max(1));
        let subscribers = (0..options.subscribers).map(|number| {
            let shared = shared.clone();
            let subscriber = Subscriber { number, shared };
            tokio::spawn(subscriber.run(subscribed.clone(), head.subscribe(), give_up.clone()))
        });
        let subscribers = subscribers.collect();
        let all_subscribed = async {
            for _ in 0..options.subscribers {
                reports.recv().await;
            }
        };
        if timeout(SUBSCRIBE_TIMEOUT, all_subscribed).await.is_err() {
            give_up.cancel();
            return Err(format!(
                "the live channel does not open: is {}/ws reachable?",
                shared.client.urls[0]
            ));
        }
        Ok(Evening {
            shared,
            shops: Arc::new(shops),
            options,
            subscribers,
            head,
            give_up,
        })
    }

    /// Plays all stories to their end, or until Ctrl-C, and checks the result.
    pub async fn play(self, plan: Plan) -> Result<EveningResult, String> {
        let (client, display) = (&self.shared.client, &self.shared.display);
        let player = StoryPlayer {
            client: client.clone(),
            display: display.clone(),
            begun: Instant::now(),
            speed: self.options.speed,
        };
        let stories = plan.stories.into_iter();
        let stories = stories.map(|story| tokio::spawn(player.clone().play(story)));
        let acts = by_restaurant(plan.acts).into_iter().map(|acts| {
            let (player, shops) = (player.clone(), self.shops.clone());
            tokio::spawn(player.play_acts(acts, shops))
        });
        let players = join_all(stories.chain(acts).collect::<Vec<_>>());
        let ended = select! {
            ended = players => ended,
            never = display.run(client) => match never {},
        };
        if let Some(error) = ended.into_iter().find_map(Result::err) {
            return Err(format!(
                "a story's task panicked, so that nothing can be checked: {error}"
            ));
        }
        if client.stop.is_cancelled() {
            output::note("Interrupted; the report follows.");
        }
        self.finish().await
    }

    /// Waits until every socket has reached the head, reads everything back, and checks it.
    async fn finish(self) -> Result<EveningResult, String> {
        let client = self.shared.client.clone();
        let (options, shops, head) = (self.options, self.shops.clone(), head(&client).await?);
        let records = self.records(&head).await?;
        let Tally {
            requested,
            acknowledged,
            answers,
            violations,
            shops: seen,
            ..
        } = client.tally().take_observations();
        let delivery_latencies = delivery_latencies(&records, &acknowledged);
        let stats = records.iter().map(|record| SocketStats::of(record, &head));
        let stats = stats.collect();
        let sockets: Vec<_> = records.into_iter().map(|record| record.log).collect();
        let FinalState {
            orders,
            events,
            lists,
            mut notes,
        } = FinalState::read(&client, &sockets, &acknowledged, &head).await?;
        let history = History {
            requested,
            acknowledged,
            sockets,
            head: Some(head),
            orders,
            events,
            lists,
            shops: shops.history(seen),
            forgetful: false,
            shared: options.shared,
        };
        let mut verdict = history.verdict();
        let checked = [(Invariant::Answers, answers)].into();
        verdict.merge(Verdict {
            checked,
            violations,
        });
        let mut violations = verdict.violations.iter();
        if violations.any(|one| one.invariant == Invariant::Asked) {
            notes.push("if other clients use the market, too, pass --shared".to_owned());
        }
        Ok(EveningResult {
            verdict,
            sockets: stats,
            delivery_latencies,
            totals: Totals::of(&history),
            notes,
        })
    }

    /// What each subscriber received, when it has reached the head or the time for that is over.
    async fn records(self, head: &Cursor) -> Result<Vec<SocketRecord>, String> {
        self.head.send_replace(Some(head.clone()));
        let timer = tokio::spawn(async move {
            sleep(CATCH_UP_TIMEOUT).await;
            self.give_up.cancel();
        });
        let records = join_all(self.subscribers).await;
        timer.abort();
        let records = records.into_iter().collect::<Result<_, _>>();
        records.map_err(|_| "a subscriber's task panicked".to_owned())
    }
}

/// The acts of each pizzeria.
fn by_restaurant(acts: Vec<Act>) -> Vec<Vec<Act>> {
    let mut all: BTreeMap<String, Vec<Act>> = BTreeMap::new();
    for act in acts {
        all.entry(act.restaurant.clone()).or_default().push(act);
    }
    all.into_values().collect()
}

/// The cursor of the newest change.
async fn head(client: &Client) -> Result<Cursor, String> {
    let begun = Instant::now();
    loop {
        let mut why = String::new();
        for (server, url) in client.urls.iter().enumerate() {
            match client
                .page(server, "/api/orders?limit=1", PAGE_TIMEOUT)
                .await
            {
                Ok(page) => return Ok(page.at),
                Err(error) => why = format!("{url}: {error}"),
            }
        }
        if begun.elapsed() > READ_TIMEOUT {
            return Err(format!(
                "no server answers any more, so that nothing can be checked. {why}"
            ));
        }
        sleep(Duration::from_millis(200)).await;
    }
}

impl SocketStats {
    fn of(record: &SocketRecord, head: &Cursor) -> SocketStats {
        let (received, expected) = record.log.frames(head);
        SocketStats {
            expected,
            received,
            connections: record.connections,
            resets: record.log.resets(),
        }
    }

    pub fn add(&mut self, other: SocketStats) {
        self.expected += other.expected;
        self.received += other.received;
        self.connections += other.connections;
        self.resets += other.resets;
    }
}

/// From the moment at which each command was to be sent until sockets had received its event: those that stayed
/// connected.
fn delivery_latencies(records: &[SocketRecord], acknowledged: &[AcknowledgedChange]) -> Vec<u32> {
    let version = |order: &Value| {
        let id = order["id"].as_str().map(str::to_owned);
        order["version"].as_u64().zip(id)
    };
    let mut requested: HashMap<_, Instant> = HashMap::new();
    for change in acknowledged {
        let first = requested
            .entry(version(&change.order))
            .or_insert(change.requested_at);
        *first = (*first).min(change.requested_at);
    }
    let stayed = records.iter().filter(|record| record.connections == 1);
    let received = stayed.flat_map(|record| record.log.received.iter().zip(&record.times));
    let latencies = received.filter_map(|(received, time)| match received {
        Received::Event(event) => {
            let requested = requested.get(&version(&event["order"]))?;
            Some(time.saturating_duration_since(*requested))
        }
        Received::Skip(..) | Received::Reset(..) => None,
    });
    latencies.map(micros).collect()
}

impl Totals {
    /// Of the orders that this run has changed.
    fn of(history: &History) -> Totals {
        let own: BTreeSet<_> = (history.acknowledged.iter())
            .map(|change| change.order["id"].as_str())
            .collect();
        let mut totals = Totals::default();
        for order in &history.orders {
            if own.contains(&order["id"].as_str()) {
                totals.count(order);
            }
        }
        totals
    }

    fn count(&mut self, order: &Value) {
        let Some(status) = order["status"].as_str().and_then(Status::from_name) else {
            return;
        };
        *self.statuses.entry(status).or_default() += 1;
        if status == Status::Delivered {
            let base = hundredths(&order["supplier_price"]).unwrap_or(0);
            let paid = hundredths(&order["customer_price"]).unwrap_or(0);
            self.kitchens += base;
            self.market += paid.saturating_sub(base);
        }
    }

    pub fn add(&mut self, other: Totals) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.kitchens += other.kitchens;
        self.market += other.market;
    }
}
