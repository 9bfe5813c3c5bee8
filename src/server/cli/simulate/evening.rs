//! An evening as it runs: everybody does what they mean to do when they mean to do it, watched by sockets; in the end
//! everything that was seen is read back and judged.

use super::{
    history::{Change, Client, Cursor, Heard, History, Lists, Rule, Verdict, hundredths},
    market::{Answer, Frames, Market, micros},
    plan::{Plan, Step, Story},
    scene::Scene,
    viewer::{Viewer, Watched},
};
use crate::{domain::Status, server::cli::out};
use futures::{StreamExt, future::join_all, stream};
use rustls::ClientConfig;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem::take,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    select,
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long sockets may take to open, and to hear the end.
const HERE: Duration = Duration::from_secs(15);
const HEARD: Duration = Duration::from_secs(20);
/// How long it is tried to read what there is in the end.
const READ: Duration = Duration::from_secs(20);
/// How long one server is waited for while there may be others.
const SHORT: Duration = Duration::from_secs(1);
/// Requests at the same time while everything is read back.
const AT_ONCE: usize = 16;

/// How an evening is run.
#[derive(Clone, Copy)]
pub struct Manner {
    /// How much faster than life.
    pub speed: f64,
    pub viewers: usize,
    /// Whether others may use the market, too.
    pub shared: bool,
}

/// What came of an evening.
pub struct Outcome {
    pub verdict: Verdict,
    /// Frames received and expected, and connections, of each socket.
    pub sockets: Vec<Heeded>,
    /// Microseconds from the moment in which something was to be asked until a socket had heard of it.
    pub told: Vec<u32>,
    pub statuses: BTreeMap<Status, u64>,
    /// Cents that delivered pizzas have brought: to the kitchens, and to the market.
    pub kitchens: u64,
    pub market: u64,
    /// What whoever reads the report should know.
    pub notes: Vec<String>,
}

/// What came to one socket.
#[derive(Clone, Copy, Default)]
pub struct Heeded {
    pub expected: u64,
    pub received: u64,
    pub connections: u32,
    pub resets: u64,
}

pub struct Evening {
    market: Arc<Market>,
    scene: Arc<Scene>,
    frames: Arc<Frames>,
    manner: Manner,
    viewers: Vec<JoinHandle<Watched>>,
    head: watch::Sender<Option<Cursor>>,
    enough: CancellationToken,
}

impl Evening {
    /// Everybody who watches is there. An error is a sentence for whoever wanted to see it.
    pub async fn open(
        market: Arc<Market>,
        plan: &Plan,
        tls: Arc<ClientConfig>,
        manner: Manner,
    ) -> Result<Evening, String> {
        let evening = Evening {
            scene: Arc::new(Scene::new(plan.steps(), manner.speed)),
            frames: Arc::default(),
            manner,
            viewers: Vec::new(),
            head: watch::Sender::new(None),
            enough: CancellationToken::new(),
            market,
        };
        let (here, mut come) = mpsc::channel(manner.viewers.max(1));
        let viewers = (0..manner.viewers).map(|number| {
            let viewer = Viewer {
                number,
                market: evening.market.clone(),
                frames: evening.frames.clone(),
                scene: evening.scene.clone(),
                tls: tls.clone(),
            };
            tokio::spawn(viewer.watch(
                here.clone(),
                evening.head.subscribe(),
                evening.enough.clone(),
            ))
        });
        let viewers = viewers.collect();
        let all_here = async {
            for _ in 0..manner.viewers {
                come.recv().await;
            }
        };
        if timeout(HERE, all_here).await.is_err() {
            evening.enough.cancel();
            return Err(format!(
                "the live channel does not open: is {}/ws reachable?",
                evening.market.urls[0]
            ));
        }
        Ok(Evening { viewers, ..evening })
    }

    /// Plays it to its end, or until it is told to stop, and judges it.
    pub async fn play(self, plan: Plan) -> Result<Outcome, String> {
        let begun = Instant::now();
        let play = plan.stories.into_iter().map(|story| {
            let (market, scene) = (self.market.clone(), self.scene.clone());
            let speed = self.manner.speed;
            tokio::spawn(async move {
                Stage {
                    market,
                    scene,
                    begun,
                    speed,
                }
                .tell(story)
                .await
            })
        });
        let play = join_all(play.collect::<Vec<_>>());
        let told = select! {
            told = play => told,
            never = self.scene.show(&self.market) => match never {},
        };
        if let Some(error) = told.into_iter().find_map(Result::err) {
            return Err(format!(
                "a story broke off, so that nothing can be checked: {error}"
            ));
        }
        if self.market.stop.is_cancelled() {
            out::note("Everybody goes home; the report follows.");
        }
        self.settle().await
    }

    /// Waits until every socket has heard the end, reads everything back, and judges.
    async fn settle(self) -> Result<Outcome, String> {
        let head = self.head().await?;
        self.head.send_replace(Some(head.clone()));
        let enough = self.enough.clone();
        let late = tokio::spawn(async move {
            sleep(HEARD).await;
            enough.cancel();
        });
        let mut watched = Vec::new();
        for viewer in self.viewers {
            watched.push(
                viewer
                    .await
                    .map_err(|_| "a socket's task broke".to_owned())?,
            );
        }
        late.abort();
        let (asked, acknowledged, checked, faults) = {
            let mut notes = self.market.notes();
            let (asked, acknowledged) = (take(&mut notes.asked), take(&mut notes.acknowledged));
            (
                asked,
                acknowledged,
                take(&mut notes.answers),
                take(&mut notes.faults),
            )
        };
        let told = told(&watched, &acknowledged);
        let sockets = watched.iter().map(|one| Heeded::of(one, &head)).collect();
        let clients: Vec<_> = watched.into_iter().map(|one| one.client).collect();
        let ids = ids(&clients, &acknowledged);
        let (orders, events) = read_back(&self.market, &ids).await?;
        let (lists, mut notes) = read_lists(&self.market, &ids, &orders, &head).await?;
        let history = History {
            asked,
            acknowledged,
            clients,
            head: Some(head),
            orders,
            events,
            lists,
            forgetful: false,
            shared: self.manner.shared,
        };
        let mut verdict = history.verdict();
        verdict.add(Verdict {
            checked: [(Rule::Answers, checked)].into(),
            faults,
        });
        if verdict.faults.iter().any(|fault| fault.rule == Rule::Asked) {
            notes.push("where others use the market, too, say --shared".to_owned());
        }
        let mine: BTreeSet<_> = history
            .acknowledged
            .iter()
            .map(|change| change.order["id"].as_str())
            .collect();
        let mine = history
            .orders
            .iter()
            .filter(|order| mine.contains(&order["id"].as_str()));
        let (statuses, kitchens, market) = sums(mine);
        Ok(Outcome {
            verdict,
            sockets,
            told,
            statuses,
            kitchens,
            market,
            notes,
        })
    }

    /// The newest change that there is.
    async fn head(&self) -> Result<Cursor, String> {
        let begun = Instant::now();
        loop {
            let mut why = String::new();
            for server in 0..self.market.urls.len() {
                match self.market.page(server, "/api/orders?limit=1", SHORT).await {
                    Ok(page) => return Ok(page.at),
                    Err(error) => why = format!("{}: {error}", self.market.urls[server]),
                }
            }
            if begun.elapsed() > READ {
                return Err(format!(
                    "nobody answers any more, so that nothing can be checked. {why}"
                ));
            }
            sleep(Duration::from_millis(200)).await;
        }
    }
}

/// Where stories are told: the clock of the evening, and the market.
struct Stage {
    market: Arc<Market>,
    scene: Arc<Scene>,
    begun: Instant,
    speed: f64,
}

impl Stage {
    /// Tells a story until it is over, or until the market has decided otherwise.
    async fn tell(self, story: Story) {
        let mut order = None;
        for (n, step) in story.steps.iter().enumerate() {
            let intended = self.begun + step.at.div_f64(self.speed);
            select! {
                () = sleep_until(intended.into()) => {}
                () = self.market.stop.cancelled() => return,
            }
            order = self.take(step, order, intended).await;
            self.scene.step(1);
            let status = order
                .as_ref()
                .and_then(|order| Status::from_name(order["status"].as_str()?));
            if status.is_none_or(Status::is_final) {
                return self.scene.step(story.steps.len() - n - 1);
            }
        }
    }

    /// Everybody asks at once; how the order stands then, as far as anybody knows.
    async fn take(&self, step: &Step, order: Option<Value>, intended: Instant) -> Option<Value> {
        let asks = step
            .asks
            .iter()
            .map(|ask| self.market.ask(ask, order.as_ref(), intended));
        let answers = join_all(asks).await;
        let done = answers.into_iter().filter_map(|answer| match answer {
            Answer::Done(order) => Some(order),
            Answer::Refused | Answer::Unanswered => None,
        });
        match done.max_by_key(|order| order["version"].as_u64()) {
            Some(newest) => Some(newest),
            // Somebody was faster: how does it stand?
            None => {
                let path = format!("/api/orders/{}", order.as_ref()?["id"].as_str()?);
                self.market.get(&path).await.ok().flatten()
            }
        }
    }
}

impl Heeded {
    fn of(watched: &Watched, head: &Cursor) -> Heeded {
        let resets = watched
            .client
            .heard
            .iter()
            .filter(|heard| matches!(heard, Heard::Reset(..)));
        let (received, expected) = watched.client.frames(head);
        Heeded {
            expected,
            received,
            connections: watched.connections,
            resets: resets.count() as u64,
        }
    }
}

/// Every order that was changed or heard of.
fn ids(clients: &[Client], acknowledged: &[Change]) -> BTreeSet<String> {
    let heard = clients.iter().flat_map(|client| &client.heard);
    let heard = heard.filter_map(|heard| match heard {
        Heard::Event(event) => event["order"]["id"].as_str(),
        Heard::Reset(..) => None,
    });
    let changed = acknowledged
        .iter()
        .filter_map(|change| change.order["id"].as_str());
    heard.chain(changed).map(str::to_owned).collect()
}

/// All these orders and their events, each order with its events at one moment.
async fn read_back(
    market: &Market,
    ids: &BTreeSet<String>,
) -> Result<(Vec<Value>, Vec<Value>), String> {
    let reading = ids.iter().map(|id| read_one(market, id));
    let read: Vec<_> = stream::iter(reading).buffered(AT_ONCE).collect().await;
    let (mut orders, mut events) = (Vec::new(), Vec::new());
    for one in read {
        let (order, chain) = one?;
        orders.extend(order);
        events.extend(chain);
    }
    Ok((orders, events))
}

async fn read_one(market: &Market, id: &str) -> Result<(Option<Value>, Vec<Value>), String> {
    let path = format!("/api/orders/{id}");
    let mut tries = 0;
    loop {
        let events = market.get(&format!("{path}/events")).await?;
        let order = market.get(&path).await?;
        let events = match events {
            Some(Value::Array(events)) => events,
            _ => Vec::new(),
        };
        let last = events.last().map(|event| &event["order"]["version"]);
        tries += 1;
        // Somebody else may have changed it in between.
        if tries == 5 || order.as_ref().map(|order| &order["version"]) == last {
            return Ok((order, events));
        }
    }
}

/// What the lists of each server hold of these orders; and what could not be read.
async fn read_lists(
    market: &Market,
    ids: &BTreeSet<String>,
    orders: &[Value],
    head: &Cursor,
) -> Result<(Vec<Lists>, Vec<String>), String> {
    let (mut lists, mut notes) = (Vec::new(), Vec::new());
    let Some(floor) = ids.first() else {
        return Ok((lists, notes));
    };
    let suppliers: BTreeSet<&str> = orders
        .iter()
        .filter_map(|order| order["supplier_name"].as_str())
        .collect();
    for (server, url) in market.urls.iter().enumerate() {
        let reader = Reader {
            market,
            server,
            floor,
            head,
        };
        match timeout(READ, reader.settled(&suppliers)).await {
            Ok(Ok(read)) => lists.push(read),
            Ok(Err(why)) => notes.push(format!("{url} was not there in the end: {why}")),
            Err(_) => notes.push(format!(
                "{url} went on changing, so that its lists could not be compared"
            )),
        }
    }
    Ok((lists, notes))
}

/// Somebody who reads the lists of one server.
struct Reader<'a> {
    market: &'a Market,
    server: usize,
    /// Nobody looks at orders that are older.
    floor: &'a str,
    head: &'a Cursor,
}

impl Reader<'_> {
    /// All lists, at one moment at which nothing changed: read again until there is one.
    async fn settled(&self, suppliers: &BTreeSet<&str>) -> Result<Lists, String> {
        loop {
            if let Some(lists) = self.once(suppliers).await? {
                return Ok(lists);
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn once(&self, suppliers: &BTreeSet<&str>) -> Result<Option<Lists>, String> {
        let (all, at) = self.list("/api/orders?limit=500", None).await?;
        let Some(at) = at.filter(|at| at.epoch != self.head.epoch || at.seq >= self.head.seq)
        else {
            return Ok(None);
        };
        let statuses = Status::ALL.iter().map(|status| ("status", status.name()));
        let mut parts = Vec::new();
        for (field, value) in statuses.chain(suppliers.iter().map(|name| ("supplier_name", *name)))
        {
            let encoded =
                percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
            let (orders, then) = self
                .list(
                    &format!("/api/orders?limit=500&{field}={encoded}"),
                    Some(&at),
                )
                .await?;
            if then.is_none() {
                return Ok(None);
            }
            parts.push((field, value.to_owned(), orders));
        }
        let of = self.market.urls[self.server].clone();
        Ok(Some(Lists { of, at, all, parts }))
    }

    /// A list down to the oldest order of interest, and when that was; `None` where the market has moved meanwhile.
    async fn list(
        &self,
        path: &str,
        at: Option<&Cursor>,
    ) -> Result<(Vec<Value>, Option<Cursor>), String> {
        let (mut all, mut at) = (Vec::new(), at.cloned());
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.market.page(self.server, &path, SHORT).await?;
            if *at.get_or_insert(page.at.clone()) != page.at {
                return Ok((all, None));
            }
            let is_old = |order: &Value| order["id"].as_str().is_some_and(|id| id < self.floor);
            next = page.next.filter(|_| !page.orders.iter().any(is_old));
            all.extend(page.orders.into_iter().filter(|order| !is_old(order)));
        }
        Ok((all, at))
    }
}

/// Microseconds from each command until sockets had heard of it: those that were there all the time.
fn told(watched: &[Watched], acknowledged: &[Change]) -> Vec<u32> {
    let change = |order: &Value| {
        order["version"]
            .as_u64()
            .zip(order["id"].as_str().map(str::to_owned))
    };
    let mut asked: HashMap<_, Instant> = HashMap::new();
    for one in acknowledged {
        let first = asked.entry(change(&one.order)).or_insert(one.asked);
        *first = (*first).min(one.asked);
    }
    let there = watched.iter().filter(|one| one.connections == 1);
    let heard = there.flat_map(|one| one.client.heard.iter().zip(&one.times));
    let told = heard.filter_map(|(heard, time)| match heard {
        Heard::Event(event) => {
            Some(time.saturating_duration_since(*asked.get(&change(&event["order"]))?))
        }
        Heard::Reset(..) => None,
    });
    told.map(micros).collect()
}

/// How many orders stand where, and what the delivered ones have brought, in cents: to kitchens, and to the market.
fn sums<'a>(orders: impl Iterator<Item = &'a Value>) -> (BTreeMap<Status, u64>, u64, u64) {
    let (mut statuses, mut kitchens, mut market) = (BTreeMap::new(), 0, 0);
    for order in orders {
        let Some(status) = order["status"].as_str().and_then(Status::from_name) else {
            continue;
        };
        *statuses.entry(status).or_default() += 1;
        if status == Status::Delivered {
            let base = hundredths(&order["supplier_price"]).unwrap_or(0);
            kitchens += base;
            market += hundredths(&order["customer_price"])
                .unwrap_or(0)
                .saturating_sub(base);
        }
    }
    (statuses, kitchens, market)
}
