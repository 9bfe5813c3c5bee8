//! A market as its clients see it: one or several servers, asked over HTTP until one of them answers.

use super::{
    super::net::reason,
    history::{Asked, Change, Cursor, Fault, Rule},
    latency::Latencies,
    plan::{Ask, reached},
};
use crate::domain::Verb;
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::Value;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::time::{sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// How long one attempt may take: the server answers within 5 s.
const ATTEMPT: Duration = Duration::from_secs(6);
/// How long it is tried.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a server rests that did not answer at all.
const AWAY: Duration = Duration::from_millis(200);
/// So many of the newest latencies are shown.
const NEWEST: usize = 200;
/// How long it is tried when everybody wants to go home.
const LAST_CALL: Duration = Duration::from_secs(10);

pub struct Market {
    pub urls: Vec<String>,
    http: reqwest::Client,
    /// Names this run, so that its keys are those of no other.
    run: uuid::Uuid,
    keys: AtomicUsize,
    turn: AtomicUsize,
    /// When each server wants to be asked again.
    rests: Vec<Mutex<Instant>>,
    notes: Mutex<Notes>,
    pub stop: CancellationToken,
}

/// What was asked and answered.
#[derive(Default)]
pub struct Notes {
    pub asked: Vec<Asked>,
    pub acknowledged: Vec<Change>,
    /// Microseconds from the moment in which it was to be asked until it was answered, by command.
    pub latencies: BTreeMap<Verb, Latencies>,
    /// The newest of them.
    newest: VecDeque<u32>,
    /// Refused by the rules of the market: status and command.
    pub refused: BTreeMap<(u16, Verb), u64>,
    pub again: Again,
    /// Commands that nobody answered within a minute.
    pub unanswered: u64,
    /// All answers that were judged.
    pub answers: u64,
    pub faults: Vec<Fault>,
}

/// Why something was asked again.
#[derive(Clone, Copy, Default)]
pub struct Again {
    /// 429: too many requests.
    pub limited: u64,
    /// 503: the store was away.
    pub away: u64,
    /// The connection broke, or nothing came in time.
    pub lost: u64,
}

impl Again {
    pub fn all(self) -> u64 {
        self.limited + self.away + self.lost
    }
}

impl Notes {
    fn took(&mut self, verb: Verb, micros: u32) {
        self.latencies.entry(verb).or_default().add(micros);
        self.newest.truncate(NEWEST - 1);
        self.newest.push_front(micros);
    }

    pub fn all_latencies(&self) -> Latencies {
        let mut all = Latencies::default();
        self.latencies.values().for_each(|one| all.merge(one));
        all
    }

    /// Commands that were done.
    pub fn acknowledgements(&self) -> u64 {
        let answered: u64 = self.latencies.values().map(Latencies::count).sum();
        answered - self.refused.values().sum::<u64>()
    }

    /// The median of the newest latencies, in milliseconds.
    pub fn newest_median(&self) -> f64 {
        let mut newest: Vec<_> = self.newest.iter().copied().collect();
        newest.sort_unstable();
        newest
            .get(newest.len() / 2)
            .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}

pub enum Answer {
    Done(Value),
    Refused,
    Unanswered,
}

/// One command on its way: the same bytes under the same key, however often it is sent.
struct Sending<'a> {
    ask: &'a Ask,
    path: String,
    key: String,
    version: Option<u64>,
}

/// What came back for one sending.
enum Reply {
    Order(Value),
    Refusal(u16),
    Nothing,
}

/// Whole microseconds: the largest number of them is more than an hour.
pub fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

/// A mutex that somebody died with is as good as any other here.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Market {
    pub fn new(urls: Vec<String>, http: reqwest::Client) -> Market {
        Market {
            rests: urls.iter().map(|_| Mutex::new(Instant::now())).collect(),
            urls,
            http,
            run: uuid::Uuid::now_v7(),
            keys: AtomicUsize::default(),
            turn: AtomicUsize::default(),
            notes: Mutex::default(),
            stop: CancellationToken::new(),
        }
    }

    pub fn notes(&self) -> MutexGuard<'_, Notes> {
        locked(&self.notes)
    }

    /// Does what somebody wants, with the order as it was seen last. `intended` is when it was to be asked: what
    /// is late because something before it was late counts.
    pub async fn ask(&self, ask: &Ask, order: Option<&Value>, intended: Instant) -> Answer {
        let id = order.and_then(|order| order["id"].as_str());
        let sending = Sending {
            ask,
            path: match id {
                None => "/api/orders".to_owned(),
                Some(id) => format!("/api/orders/{id}{}", ask.call()),
            },
            key: format!("{}-{}", self.run, self.keys.fetch_add(1, Relaxed)),
            version: order
                .filter(|_| ask.is_careful())
                .and_then(|order| order["version"].as_u64()),
        };
        self.notes().asked.push(match id {
            None => {
                let part = |name: &str| ask.body[name].as_str().unwrap_or_default().to_owned();
                Asked::New(part("supplier_name"), part("pizza_name"))
            }
            Some(id) => Asked::Move(id.to_owned(), reached(ask.verb).to_string()),
        });
        let reply = if ask.twice {
            let (one, other) = tokio::join!(self.send(&sending), self.send(&sending));
            self.agreed(&sending, one, other)
        } else {
            self.send(&sending).await
        };
        let mut notes = self.notes();
        if !matches!(reply, Reply::Nothing) {
            notes.took(ask.verb, micros(intended.elapsed()));
        }
        match reply {
            Reply::Order(order) => Answer::Done(order),
            Reply::Refusal(status) => {
                *notes.refused.entry((status, ask.verb)).or_default() += 1;
                Answer::Refused
            }
            Reply::Nothing => {
                notes.unanswered += 1;
                Answer::Unanswered
            }
        }
    }

    /// What was sent twice under one key is answered twice with the same.
    fn agreed(&self, sending: &Sending, one: Reply, other: Reply) -> Reply {
        let same = match (&one, &other) {
            (Reply::Nothing, _) | (_, Reply::Nothing) => true,
            (Reply::Order(one), Reply::Order(other)) => one == other,
            (Reply::Refusal(one), Reply::Refusal(other)) => one == other,
            _ => false,
        };
        if !same {
            self.fault(format!(
                "one key, two answers: {} {}",
                sending.ask.verb, sending.path
            ));
        }
        match one {
            Reply::Nothing => other,
            one => one,
        }
    }

    fn fault(&self, what: String) {
        let rule = Rule::Answers;
        self.notes().faults.push(Fault { rule, what });
    }

    /// Sends it until somebody answers.
    async fn send(&self, sending: &Sending<'_>) -> Reply {
        let asked = Instant::now();
        let mut tries = 0;
        while let Some(server) = self.next_server(asked, tries).await {
            tries += 1;
            let mut request = self
                .request(server, Method::POST, &sending.path)
                .header("idempotency-key", &sending.key)
                .json(&sending.ask.body);
            if let Some(version) = sending.version {
                request = request.header(header::IF_MATCH, format!("\"{version}\""));
            }
            let Some((status, order)) = self.answer(server, request).await else {
                continue;
            };
            self.notes().answers += 1;
            match status {
                200 | 201 => {
                    let answered = Instant::now();
                    let change = Change {
                        order: order.clone(),
                        asked,
                        answered,
                    };
                    self.notes().acknowledged.push(change);
                    return Reply::Order(order);
                }
                409 | 412 => return Reply::Refusal(status),
                _ => {
                    let verb = sending.ask.verb;
                    self.fault(format!(
                        "{verb} {} was answered with {status}: {order}",
                        sending.path
                    ));
                    return Reply::Refusal(status);
                }
            }
        }
        Reply::Nothing
    }

    /// Whose turn it is, when it is ready to be asked; `None` when it is time to give up.
    async fn next_server(&self, begun: Instant, tries: u32) -> Option<usize> {
        let over = match self.stop.is_cancelled() {
            true => LAST_CALL,
            false => PATIENCE,
        };
        if tries > 0 && begun.elapsed() > over {
            return None;
        }
        if tries as usize >= self.urls.len() {
            // All of them have been asked.
            sleep(Duration::from_millis(fastrand::u64(
                20..=50 << tries.min(5),
            )))
            .await;
        }
        let (now, many, first) = (
            Instant::now(),
            self.urls.len(),
            self.turn.fetch_add(1, Relaxed),
        );
        let in_turn = (0..many).map(|n| (first + n) % many);
        let ready = in_turn.map(|server| (server, now.max(*locked(&self.rests[server]))));
        let (server, ready) = ready.min_by_key(|(_, ready)| *ready)?;
        if ready > now {
            // Not all in the same moment.
            sleep_until((ready + Duration::from_millis(fastrand::u64(..500))).into()).await;
        }
        Some(server)
    }

    fn request(&self, server: usize, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.urls[server]);
        self.http.request(method, url).timeout(ATTEMPT)
    }

    /// The status and the JSON of an answer; `None` where it is to be asked again.
    async fn answer(&self, server: usize, request: RequestBuilder) -> Option<(u16, Value)> {
        let (status, _, json) = self.response(server, request).await.ok()?;
        Some((status.as_u16(), json))
    }

    /// The answer, or why it is to be asked again.
    async fn response(
        &self,
        server: usize,
        request: RequestBuilder,
    ) -> Result<(StatusCode, header::HeaderMap, Value), String> {
        let response = request.send().await.map_err(|error| {
            self.notes().again.lost += 1;
            self.let_rest(server, AWAY);
            reason(&error)
        })?;
        let (status, headers) = (response.status(), response.headers().clone());
        match status {
            StatusCode::TOO_MANY_REQUESTS => self.notes().again.limited += 1,
            StatusCode::SERVICE_UNAVAILABLE => self.notes().again.away += 1,
            _ => {
                let json = response.json().await.map_err(|error| {
                    self.notes().again.lost += 1;
                    format!("it answers {status}, and then: {}", reason(&error))
                })?;
                return Ok((status, headers, json));
            }
        }
        let seconds = headers.get(header::RETRY_AFTER);
        let seconds = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
        self.let_rest(server, Duration::from_secs(seconds.unwrap_or(1)));
        Err(format!("it answers {status}"))
    }

    /// Nobody asks a server while another one is ready, or before so much time has passed, as far as patience goes.
    fn let_rest(&self, server: usize, time: Duration) {
        let until = Instant::now() + time.min(PATIENCE);
        let mut rest = locked(&self.rests[server]);
        *rest = until.max(*rest);
    }

    /// Reads from whichever server answers; `None`: there is no such thing.
    pub async fn get(&self, path: &str) -> Result<Option<Value>, String> {
        let begun = Instant::now();
        let mut tries = 0;
        while let Some(server) = self.next_server(begun, tries).await {
            tries += 1;
            let request = self.request(server, Method::GET, path);
            match self.answer(server, request).await {
                Some((200, json)) => return Ok(Some(json)),
                Some((404, _)) => return Ok(None),
                _ => {}
            }
        }
        Err("nobody answers any more, so that nothing can be checked".to_owned())
    }

    /// One page of a list of one server: the orders, the cursor that the list is as new as, and the next page.
    pub async fn page(
        &self,
        server: usize,
        path: &str,
        patience: Duration,
    ) -> Result<Page, String> {
        let begun = Instant::now();
        loop {
            let rest = *locked(&self.rests[server]);
            sleep_until(rest.into()).await;
            let request = self.request(server, Method::GET, path);
            let why = match self.response(server, request).await {
                Ok((StatusCode::OK, headers, Value::Array(orders))) => {
                    return Page::read(&headers, orders);
                }
                Ok((status, ..)) => format!("it answers {status} to {path}"),
                Err(why) => why,
            };
            if begun.elapsed() > patience {
                return Err(why);
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}

pub struct Page {
    pub orders: Vec<Value>,
    pub at: Cursor,
    pub next: Option<String>,
}

impl Page {
    fn read(headers: &header::HeaderMap, orders: Vec<Value>) -> Result<Page, String> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let at = header("last-event-id").and_then(|id| Cursor::read(&Value::from(id)));
        let at = at.ok_or("it does not say how new its list is: is this a Pizza Market?")?;
        let link = header("link").and_then(|link| link.strip_prefix('<')?.split_once('>'));
        let next = link.map(|(path, _)| path.to_owned());
        Ok(Page { orders, at, next })
    }
}

/// All frames that sockets have heard, each held once, however many have heard it.
#[derive(Default)]
pub struct Frames {
    known: Mutex<std::collections::HashMap<Box<str>, Arc<Value>>>,
}

impl Frames {
    /// The frame, and whether nobody has heard it before; `None` where it is no JSON.
    pub fn read(&self, text: &str) -> Option<(Arc<Value>, bool)> {
        let mut known = locked(&self.known);
        if let Some(frame) = known.get(text) {
            return Some((frame.clone(), false));
        }
        let frame: Arc<Value> = Arc::new(serde_json::from_str(text).ok()?);
        known.insert(text.into(), frame.clone());
        Some((frame, true))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::net, *};

    #[test]
    fn nobody_waits_for_ever() {
        let http = net::http(&net::tls().unwrap());
        let market = Market::new(vec!["http://one".to_owned()], http.build().unwrap());
        market.let_rest(0, Duration::from_secs(u64::MAX));
        let rest = *locked(&market.rests[0]);
        assert!(rest <= Instant::now() + PATIENCE);
    }
}
