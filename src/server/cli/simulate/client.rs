//! The HTTP client of a run: it sends each request to one server after another until one of them answers, and records
//! what was requested and answered.

use super::{
    checker::{AcknowledgedChange, Cursor, Invariant, RequestedChange, Violation},
    plan::PlannedCommand,
    tally::Tally,
};
use crate::server::cli::http_client::root_cause;
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::Value;
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::time::{sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// Of one attempt: the server answers within 5 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(6);
/// How long a request is repeated, while the run goes on and after it was interrupted.
const RETRY_FOR: Duration = Duration::from_secs(60);
const RETRY_FOR_WHEN_STOPPED: Duration = Duration::from_secs(10);
/// How long a server is left alone that did not answer at all.
const REST_WITHOUT_ANSWER: Duration = Duration::from_millis(200);

pub struct Client {
    pub urls: Vec<String>,
    http: reqwest::Client,
    /// Part of each idempotency key, so that no other run has the same.
    run: uuid::Uuid,
    keys: AtomicUsize,
    turn: AtomicUsize,
    /// When each server may be asked again.
    rests: Vec<Mutex<Instant>>,
    tally: Mutex<Tally>,
    /// Set by Ctrl-C.
    pub stop: CancellationToken,
}

/// What a command came to.
pub enum Reply {
    Order(Value),
    Refused(u16),
    Unanswered,
}

/// One command with its key: the same bytes however often they are sent.
struct IdempotentRequest<'a> {
    command: &'a PlannedCommand,
    path: String,
    key: String,
    if_match: Option<u64>,
}

/// The data behind a mutex, also where a task panicked with it: each value is complete on its own.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Client {
    pub fn new(urls: Vec<String>, http: reqwest::Client) -> Client {
        Client {
            rests: urls.iter().map(|_| Mutex::new(Instant::now())).collect(),
            urls,
            http,
            run: uuid::Uuid::now_v7(),
            keys: AtomicUsize::default(),
            turn: AtomicUsize::default(),
            tally: Mutex::default(),
            stop: CancellationToken::new(),
        }
    }

    pub fn tally(&self) -> MutexGuard<'_, Tally> {
        locked(&self.tally)
    }

    /// Sends a command about the order as it was seen last. The latency counts from `intended`, also where an earlier
    /// delay made the command late.
    pub async fn command(
        &self,
        command: &PlannedCommand,
        order: Option<&Value>,
        intended: Instant,
    ) -> Reply {
        let request = self.idempotent(command, order);
        let reply = if command.twice {
            let (one, other) = tokio::join!(self.send(&request), self.send(&request));
            self.same_reply(&request, one, other)
        } else {
            self.send(&request).await
        };
        let mut tally = self.tally();
        if !matches!(reply, Reply::Unanswered) {
            tally.record_latency(command.kind, intended.elapsed());
        }
        match &reply {
            Reply::Order(_) => {}
            Reply::Refused(status) => {
                *tally.refused.entry((*status, command.kind)).or_default() += 1;
            }
            Reply::Unanswered => tally.unanswered += 1,
        }
        reply
    }

    fn idempotent<'a>(
        &self,
        command: &'a PlannedCommand,
        order: Option<&Value>,
    ) -> IdempotentRequest<'a> {
        let id = order.and_then(|order| order["id"].as_str());
        self.tally().requested.push(match id {
            None => {
                let part = |name: &str| command.body[name].as_str().unwrap_or_default().to_owned();
                RequestedChange::Creation(part("supplier_name"), part("pizza_name"))
            }
            Some(id) => {
                let status = command.to.to_string();
                RequestedChange::Transition(id.to_owned(), status)
            }
        });
        IdempotentRequest {
            command,
            path: match id {
                None => "/api/orders".to_owned(),
                Some(id) => format!("/api/orders/{id}{}", command.endpoint()),
            },
            key: format!("{}-{}", self.run, self.keys.fetch_add(1, Relaxed)),
            if_match: order
                .filter(|_| command.has_precondition())
                .and_then(|order| order["version"].as_u64()),
        }
    }

    /// The reply to a request that was sent twice under one key: both answers must be the same.
    fn same_reply(&self, request: &IdempotentRequest, one: Reply, other: Reply) -> Reply {
        let same = match (&one, &other) {
            (Reply::Unanswered, _) | (_, Reply::Unanswered) => true,
            (Reply::Order(one), Reply::Order(other)) => one == other,
            (Reply::Refused(one), Reply::Refused(other)) => one == other,
            _ => false,
        };
        if !same {
            let (kind, path) = (request.command.kind, &request.path);
            self.violation(format!("one key, two answers: {kind} {path}"));
        }
        match one {
            Reply::Unanswered => other,
            one => one,
        }
    }

    fn violation(&self, detail: String) {
        let invariant = Invariant::Answers;
        self.tally()
            .violations
            .push(Violation { invariant, detail });
    }

    /// Sends a request until a server answers.
    async fn send(&self, request: &IdempotentRequest<'_>) -> Reply {
        let requested_at = Instant::now();
        let mut tries = 0;
        while let Some(server) = self.next_server(requested_at, tries).await {
            tries += 1;
            let mut http = self
                .request(server, Method::POST, &request.path)
                .header("idempotency-key", &request.key)
                .json(&request.command.body);
            if let Some(version) = request.if_match {
                http = http.header(header::IF_MATCH, format!("\"{version}\""));
            }
            if let Ok((status, _, body)) = self.response(server, http).await {
                return self.judge(request, requested_at, status.as_u16(), body);
            }
        }
        Reply::Unanswered
    }

    fn judge(
        &self,
        request: &IdempotentRequest,
        requested_at: Instant,
        status: u16,
        body: Value,
    ) -> Reply {
        self.tally().answers += 1;
        match status {
            200 | 201 => {
                self.tally().acknowledged.push(AcknowledgedChange {
                    order: body.clone(),
                    requested_at,
                    answered_at: Instant::now(),
                });
                return Reply::Order(body);
            }
            409 | 412 => {}
            _ => {
                let (kind, path) = (request.command.kind, &request.path);
                self.violation(format!("{kind} {path} was answered with {status}: {body}"));
            }
        }
        Reply::Refused(status)
    }

    /// Waits until a server may be asked, and chooses it: the servers take turns. `None` when it is time to give up.
    async fn next_server(&self, begun: Instant, tries: u32) -> Option<usize> {
        let retry_for = match self.stop.is_cancelled() {
            true => RETRY_FOR_WHEN_STOPPED,
            false => RETRY_FOR,
        };
        if tries > 0 && begun.elapsed() > retry_for {
            return None;
        }
        if tries as usize >= self.urls.len() {
            // Each server has been asked: back off.
            let millis = fastrand::u64(20..=50 << tries.min(5));
            sleep(Duration::from_millis(millis)).await;
        }
        let (now, count) = (Instant::now(), self.urls.len());
        let first = self.turn.fetch_add(1, Relaxed);
        let in_turn = (0..count).map(|n| (first + n) % count);
        let ready = in_turn.map(|server| (server, now.max(*locked(&self.rests[server]))));
        let (server, ready) = ready.min_by_key(|(_, ready)| *ready)?;
        if ready > now {
            // Spread the requests that wait for the same moment.
            sleep_until((ready + Duration::from_millis(fastrand::u64(..500))).into()).await;
        }
        Some(server)
    }

    fn request(&self, server: usize, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.urls[server]);
        self.http.request(method, url).timeout(REQUEST_TIMEOUT)
    }

    /// The answer with its JSON, or why the request is to be sent again.
    async fn response(
        &self,
        server: usize,
        request: RequestBuilder,
    ) -> Result<(StatusCode, header::HeaderMap, Value), String> {
        let response = request.send().await.map_err(|error| {
            self.tally().retries.lost += 1;
            self.let_rest(server, REST_WITHOUT_ANSWER);
            root_cause(&error)
        })?;
        let (status, headers) = (response.status(), response.headers().clone());
        match status {
            StatusCode::TOO_MANY_REQUESTS => self.tally().retries.rate_limited += 1,
            StatusCode::SERVICE_UNAVAILABLE => self.tally().retries.unavailable += 1,
            _ => {
                let json = response.json().await.map_err(|error| {
                    self.tally().retries.lost += 1;
                    let cause = root_cause(&error);
                    format!("it answers {status}, and its body cannot be read: {cause}")
                })?;
                return Ok((status, headers, json));
            }
        }
        let seconds = headers.get(header::RETRY_AFTER);
        let seconds = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
        self.let_rest(server, Duration::from_secs(seconds.unwrap_or(1)));
        Err(format!("it answers {status}"))
    }

    /// Asks a server no earlier than after `time`, and no later than requests are repeated.
    fn let_rest(&self, server: usize, time: Duration) {
        let until = Instant::now() + time.min(RETRY_FOR);
        let mut rest = locked(&self.rests[server]);
        *rest = until.max(*rest);
    }

    /// Reads from the first server that answers; `None` for 404.
    pub async fn get(&self, path: &str) -> Result<Option<Value>, String> {
        let begun = Instant::now();
        let mut tries = 0;
        while let Some(server) = self.next_server(begun, tries).await {
            tries += 1;
            let request = self.request(server, Method::GET, path);
            match self.response(server, request).await {
                Ok((StatusCode::OK, _, json)) => return Ok(Some(json)),
                Ok((StatusCode::NOT_FOUND, ..)) => return Ok(None),
                _ => {}
            }
        }
        Err("no server answers any more, so that nothing can be checked".to_owned())
    }

    /// Whether a server lets this run do everything: it is open, or the key is that of an integrator. A server that does
    /// not answer says nothing against it.
    pub async fn may_do_everything(&self, server: usize) -> bool {
        let request = self.request(server, Method::GET, "/api/auth/me");
        match self.response(server, request).await {
            Ok((StatusCode::OK, _, me)) => me["role"] == "integrator" && me["read_only"] == false,
            // Where it is open, there is no such address.
            Ok((status, ..)) => status != StatusCode::UNAUTHORIZED,
            Err(_) => true,
        }
    }

    /// One page of a list, from one server, which may take `retry_for` to answer.
    pub async fn page(
        &self,
        server: usize,
        path: &str,
        retry_for: Duration,
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
            if begun.elapsed() > retry_for {
                return Err(why);
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// All pages of a list of one server.
    pub async fn all_pages(
        &self,
        server: usize,
        path: &str,
        retry_for: Duration,
    ) -> Result<Vec<Value>, String> {
        let (mut all, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let page = self.page(server, &path, retry_for).await?;
            all.extend(page.orders);
            next = page.next;
        }
        Ok(all)
    }
}

pub struct Page {
    pub orders: Vec<Value>,
    /// The last event that the list includes.
    pub at: Cursor,
    /// The path of the next page.
    pub next: Option<String>,
}

impl Page {
    fn read(headers: &header::HeaderMap, orders: Vec<Value>) -> Result<Page, String> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let at = header("last-event-id").and_then(|id| Cursor::parse(&Value::from(id)));
        let at = at.ok_or("its list has no Last-Event-ID: is this a Pizza Market?")?;
        let link = header("link").and_then(|link| link.strip_prefix('<')?.split_once('>'));
        let next = link.map(|(path, _)| path.to_owned());
        Ok(Page { orders, at, next })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{http_client, tls},
        *,
    };

    #[test]
    fn a_long_retry_after_is_cut() {
        let http = http_client::builder(&tls::public(None).unwrap());
        let client = Client::new(vec!["http://one".to_owned()], http.build().unwrap());
        client.let_rest(0, Duration::from_secs(u64::MAX));
        let rest = *locked(&client.rests[0]);
        assert!(rest <= Instant::now() + RETRY_FOR);
    }
}
