//! The HTTP client of the seed: a request is sent again until the market takes it, under one key.

use crate::server::cli::http_client::root_cause;
use reqwest::{Method, StatusCode, Url, header};
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Of one attempt: the server answers within 5 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request is repeated.
const RETRY_FOR: Duration = Duration::from_secs(60);
const MAX_WAIT: Duration = Duration::from_secs(10);

const NEEDS_KEY: &str = "people sign in there. Set MARKET_KEY to an API key that may change everything: \
     `pizza-market account key NAME --role integrator` makes one.";

pub struct Client {
    url: String,
    http: reqwest::Client,
    /// Part of each idempotency key, so that no other run has the same.
    run: uuid::Uuid,
}

/// What a request came to.
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Client {
    pub fn new(url: &Url, http: reqwest::Client) -> Client {
        Client {
            url: url.as_str().trim_end_matches('/').to_owned(),
            http,
            run: uuid::Uuid::now_v7(),
        }
    }

    /// Whether a market that has pizzerias answers there.
    pub async fn check(&self) -> Result<(), String> {
        let url = format!("{}/api/restaurants?limit=1", self.url);
        let sent = self.http.get(url).timeout(REQUEST_TIMEOUT).send().await;
        let response = sent.map_err(|error| {
            let cause = root_cause(&error);
            format!(
                "{}: {cause}. Start it, or pass its address with --url.",
                self.url
            )
        })?;
        match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(format!("{}: {NEEDS_KEY}", self.url))
            }
            StatusCode::NOT_FOUND => Err(format!("{} is no market that has pizzerias.", self.url)),
            // What is too much or not there now is asked again.
            _ => Ok(()),
        }
    }

    /// The JSON at a path; `None` for 404.
    pub async fn get(&self, path: &str) -> Result<Option<Value>, String> {
        let answer = self.send(Method::GET, path, None).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Ok(Some(answer.body)),
            _ => Err(answer.refusal()),
        }
    }

    /// Sends a change, whatever version is there.
    pub async fn change(&self, method: Method, path: &str, body: &Value) -> Result<Value, String> {
        let answer = self.send(method, path, Some(body)).await?;
        match answer.status.is_success() {
            true => Ok(answer.body),
            false => Err(answer.refusal()),
        }
    }

    /// Sends a request until it is answered.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let begun = Instant::now();
        let key = format!("{}-{}", self.run, uuid::Uuid::now_v7());
        loop {
            let url = format!("{}{path}", self.url);
            let mut request = self.http.request(method.clone(), url);
            if let Some(body) = body {
                request = request.json(body).header("idempotency-key", &key);
            }
            if method == Method::PUT {
                request = request.header(header::IF_MATCH, "*");
            }
            let (why, wait) = match self.attempt(request).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(wait)) => ("it does not take it now".to_owned(), wait),
                Err(why) => (why, Duration::from_secs(1)),
            };
            if begun.elapsed() > RETRY_FOR {
                return Err(why);
            }
            sleep(wait.min(MAX_WAIT)).await;
        }
    }

    /// One attempt: its answer, or how long the market asks to wait.
    async fn attempt(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<Result<Answer, Duration>, String> {
        let sent = request.timeout(REQUEST_TIMEOUT).send().await;
        let response = sent.map_err(|error| root_cause(&error))?;
        let status = response.status();
        if let StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE = status {
            let seconds = response.headers().get(header::RETRY_AFTER);
            let seconds = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
            return Ok(Err(Duration::from_secs(seconds.unwrap_or(1))));
        }
        let text = response.text().await.map_err(|error| root_cause(&error))?;
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok(Ok(Answer { status, body }))
    }
}

impl Answer {
    /// Why it was refused, with each invalid field.
    fn refusal(&self) -> String {
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let invalid = self.body["errors"].as_array().into_iter().flatten();
        let invalid: Vec<_> = invalid
            .map(|error| format!("{}: {}", text(error, "field"), text(error, "message")))
            .collect();
        let why = match invalid.is_empty() {
            true => text(&self.body, "detail"),
            false => invalid.join(" "),
        };
        match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => NEEDS_KEY.to_owned(),
            status => format!("{} {why}", status.as_u16()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_refusal_names_what_is_invalid() {
        let refusal = |status, body| Answer { status, body }.refusal();
        let invalid = json!({"detail": "One value is invalid.", "errors":
            [{"field": "hours.fri[1]", "message": "This overlaps."}]});
        assert_eq!(
            refusal(StatusCode::UNPROCESSABLE_ENTITY, invalid),
            "422 hours.fri[1]: This overlaps."
        );
        let taken = json!({"detail": "Another pizzeria has this name."});
        assert_eq!(
            refusal(StatusCode::CONFLICT, taken),
            "409 Another pizzeria has this name."
        );
        assert_eq!(refusal(StatusCode::UNAUTHORIZED, Value::Null), NEEDS_KEY);
    }
}
