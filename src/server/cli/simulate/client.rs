//! The HTTP client of a run: it sends each request to one server after another until one of them answers, and records
//! what was requested and answered.

use super::{
    checker::{AcknowledgedChange, Invariant, RequestedChange, Violation},
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
    /// The status, and the problem.
    Refused(u16, Value),
    Unanswered,
}

/// One command, as it is sent.
struct CommandRequest<'a> {
    command: &'a PlannedCommand,
    call: Call<'a>,
}

/// One request with its key: the same bytes however often they are sent.
pub struct Call<'a> {
    pub method: Method,
    pub path: String,
    pub body: &'a Value,
    pub key: String,
    pub if_match: Option<u64>,
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

    /// Another one of the same run, whose requests are counted apart.
    pub fn beside(other: &Client, http: reqwest::Client) -> Client {
        Client {
            stop: other.stop.clone(),
            ..Client::new(other.urls.clone(), http)
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
        let request = self.command_request(command, order);
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
            Reply::Refused(status, _) => {
                *tally.refused.entry((*status, command.kind)).or_default() += 1;
            }
            Reply::Unanswered => tally.unanswered += 1,
        }
        reply
    }

    fn command_request<'a>(
        &self,
        command: &'a PlannedCommand,
        order: Option<&Value>,
    ) -> CommandRequest<'a> {
        let id = order.and_then(|order| order["id"].as_str());
        let part = |name: &str| command.body[name].as_str().unwrap_or_default().to_owned();
        let (path, change) = match (id, &command.restaurant) {
            (Some(id), _) => (
                format!("/api/orders/{id}{}", command.endpoint()),
                RequestedChange::Transition(id.to_owned(), command.to.to_string()),
            ),
            (None, Some(slug)) => (
                format!("/api/restaurants/{slug}/orders"),
                RequestedChange::OrderFromMenu(part("customer_name")),
            ),
            (None, None) => (
                "/api/orders".to_owned(),
                RequestedChange::Creation(part("supplier_name"), part("pizza_name")),
            ),
        };
        self.tally().requested.push(change);
        let if_match = order
            .filter(|_| command.has_precondition())
            .and_then(|order| order["version"].as_u64());
        CommandRequest {
            command,
            call: self.call(Method::POST, path, &command.body, if_match),
        }
    }

    /// A request with a key of its own.
    pub fn call<'a>(
        &self,
        method: Method,
        path: String,
        body: &'a Value,
        if_match: Option<u64>,
    ) -> Call<'a> {
        Call {
            method,
            path,
            body,
            key: format!("{}-{}", self.run, self.keys.fetch_add(1, Relaxed)),
            if_match,
        }
    }

    /// The reply to a request that was sent twice under one key: both answers must be the same.
    fn same_reply(&self, request: &CommandRequest, one: Reply, other: Reply) -> Reply {
        let same = match (&one, &other) {
            (Reply::Unanswered, _) | (_, Reply::Unanswered) => true,
            (Reply::Order(one), Reply::Order(other)) => one == other,
            (Reply::Refused(one, _), Reply::Refused(other, _)) => one == other,
            _ => false,
        };
        if !same {
            let (kind, path) = (request.command.kind, &request.call.path);
            self.violation(format!("one key, two answers: {kind} {path}"));
        }
        match one {
            Reply::Unanswered => other,
            one => one,
        }
    }

    pub fn violation(&self, detail: String) {
        let invariant = Invariant::Answers;
        self.tally()
            .violations
            .push(Violation { invariant, detail });
    }

    /// Sends a command until a server answers.
    async fn send(&self, request: &CommandRequest<'_>) -> Reply {
        let requested_at = Instant::now();
        match self.answer(&request.call).await {
            Some((status, body)) => self.judge(request, requested_at, status, body),
            None => Reply::Unanswered,
        }
    }

    /// Sends a request until a server answers: the status, and the JSON.
    pub async fn answer(&self, call: &Call<'_>) -> Option<(u16, Value)> {
        let begun = Instant::now();
        let mut tries = 0;
        while let Some(server) = self.next_server(begun, tries).await {
            tries += 1;
            let mut http = self
                .request(server, call.method.clone(), &call.path)
                .header("idempotency-key", &call.key)
                .json(call.body);
            if let Some(version) = call.if_match {
                http = http.header(header::IF_MATCH, format!("\"{version}\""));
            }
            if let Ok((status, _, body)) = self.response(server, http).await {
                return Some((status.as_u16(), body));
            }
        }
        None
    }

    fn judge(
        &self,
        request: &CommandRequest,
        requested_at: Instant,
        status: u16,
        body: Value,
    ) -> Reply {
        self.tally().answers += 1;
        match status {
            200 | 201 => {
                let mut tally = self.tally();
                if let Some(slug) = &request.command.restaurant {
                    let asked = request.command.body.clone();
                    let placed = (slug.clone(), asked, body.clone());
                    tally.shops.placed.push(placed);
                }
                tally.acknowledged.push(AcknowledgedChange {
                    order: body.clone(),
                    requested_at,
                    answered_at: Instant::now(),
                });
                return Reply::Order(body);
            }
            409 | 412 => {}
            422 if is_below_minimum(&body) => {}
            _ => {
                let (kind, path) = (request.command.kind, &request.call.path);
                self.violation(format!("{kind} {path} was answered with {status}: {body}"));
            }
        }
        Reply::Refused(status, body)
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

    pub fn request(&self, server: usize, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.urls[server]);
        self.http.request(method, url).timeout(REQUEST_TIMEOUT)
    }

    /// The answer with its JSON, or why the request is to be sent again.
    pub async fn response(
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

    /// Waits until a server may be asked.
    pub async fn rested(&self, server: usize) {
        let rest = *locked(&self.rests[server]);
        sleep_until(rest.into()).await;
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
}

/// Whether a customer wants less than its pizzeria delivers, which may be since the prices have changed.
pub fn is_below_minimum(problem: &Value) -> bool {
    problem["type"] == "/problems/below-minimum"
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
