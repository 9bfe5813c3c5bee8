//! A running server, read over its public API alone.

use super::failure::{Failure, Result};
use crate::{
    domain::{Cursor, Frame, OrderId, Signal},
    server::{
        cli::http_client::{self, root_cause},
        services::orders::ListFilter,
        store::{JsonText, LogEntry, LogRead},
    },
};
use futures::StreamExt;
use reqwest::{
    Client, Response, StatusCode, Url,
    header::{self, HeaderValue},
};
use rustls::ClientConfig;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{error::Error, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{self, Message, client::IntoClientRequest},
};

/// The server answers within 5 s; the network may take a while, too.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The server sends a heartbeat every 15 s.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// How often a rate-limited request is sent.
const ATTEMPTS: u32 = 5;

pub struct RemoteServer {
    http: Client,
    tls: Arc<ClientConfig>,
    base: Url,
    /// The `Host` that it answers for, where that is not the one of its address.
    host: Option<HeaderValue>,
    /// By which right it is asked.
    authorization: Option<HeaderValue>,
}

/// Some orders, newest first.
pub struct RemotePage {
    pub orders: Vec<JsonText>,
    /// Before which order the next page begins, if there is one.
    pub next: Option<OrderId>,
    /// The newest event that it includes.
    pub cursor: Cursor,
}

impl RemoteServer {
    pub fn at(mut base: Url, tls: Arc<ClientConfig>) -> Result<RemoteServer> {
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let broken = |error: &dyn Error| Failure::Unreadable(error.to_string());
        let mut http = http_client::builder(&tls).timeout(REQUEST_TIMEOUT);
        if http_client::is_local(&base) {
            http = http.no_proxy();
        }
        let host = http_client::site_host(&base)?;
        let authorization = http_client::authorization()?;
        let headers = (host.iter().map(|host| (header::HOST, host.clone()))).chain(
            authorization
                .iter()
                .map(|key| (header::AUTHORIZATION, key.clone())),
        );
        let http = http.default_headers(headers.collect()).build();
        Ok(RemoteServer {
            http: http.map_err(|error| broken(&error))?,
            tls,
            base,
            host,
            authorization,
        })
    }

    /// The cursor of its newest event.
    pub async fn head(&self) -> Result<Cursor> {
        Ok(self.page(&ListFilter::default(), None, 1).await?.cursor)
    }

    pub async fn page(
        &self,
        filter: &ListFilter,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<RemotePage> {
        let mut url = self.url("api/v1/orders")?;
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("limit", &limit.clamp(1, 500).to_string());
            if let Some(status) = filter.status {
                query.append_pair("status", status.name());
            }
            if let Some(supplier) = &filter.supplier {
                query.append_pair("supplier_name", supplier);
            }
            if let Some(before) = before {
                query.append_pair("cursor", &before.to_string());
            }
        }
        let answer = self.get(url).await?;
        let answer = self.expect_ok(answer).await?;
        let cursor = header(&answer, "last-event-id").and_then(|id| id.parse().ok());
        let next = header(&answer, header::LINK.as_str()).and_then(next_page);
        Ok(RemotePage {
            cursor: cursor.ok_or_else(|| self.unexpected("it sends no cursor"))?,
            next,
            orders: self.texts(answer).await?,
        })
    }

    pub async fn order(&self, id: OrderId) -> Result<Option<JsonText>> {
        self.text(&format!("api/v1/orders/{id}")).await
    }

    /// What it answers to a path; `None` for 404.
    pub async fn text(&self, path: &str) -> Result<Option<JsonText>> {
        let answer = self.get(self.url(path)?).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer = self.expect_ok(answer).await?;
        let text = answer
            .text()
            .await
            .map_err(|error| self.unreachable(&error))?;
        Ok(Some(text.into()))
    }

    /// All pages of the list at a path. A server that knows no such list has none of it.
    pub async fn all(&self, path: &str) -> Result<Vec<JsonText>> {
        let (mut all, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let answer = self.get(self.url(&path)?).await?;
            if answer.status() == StatusCode::NOT_FOUND {
                break;
            }
            let answer = self.expect_ok(answer).await?;
            let link = header(&answer, header::LINK.as_str());
            let link = link.and_then(|link| link.strip_prefix('<')?.split_once('>'));
            next = link.map(|(path, _)| path.trim_start_matches('/').to_owned());
            all.extend(self.texts(answer).await?);
        }
        Ok(all)
    }

    pub async fn history(&self, id: OrderId) -> Result<Vec<JsonText>> {
        let answer = self
            .get(self.url(&format!("api/v1/orders/{id}/events"))?)
            .await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(Vec::new());
        }
        let answer = self.expect_ok(answer).await?;
        self.texts(answer).await
    }

    /// At most `limit` events after a cursor, up to now.
    pub async fn read_log(&self, cursor: &Cursor, limit: usize) -> Result<LogRead> {
        let mut live = self.live(Some(cursor)).await?;
        let mut events = Vec::new();
        while events.len() < limit {
            let (text, frame) = live.next().await.map_err(|why| self.unexpected(&why))?;
            match frame {
                Frame::Event(_) | Frame::Shop { .. } => events.push(text.into()),
                Frame::Signal {
                    signal: Signal::Heartbeat,
                    ..
                } => break,
                Frame::Signal {
                    signal: Signal::Reset,
                    ..
                } => {
                    live.close().await;
                    return Ok(LogRead::CursorExpired);
                }
                Frame::Signal {
                    signal: Signal::StoreUnavailable,
                    ..
                } => {
                    return Err(self.unexpected("it has lost its store"));
                }
                // One for each entry that is not for this reader, so that the next one has its number.
                Frame::Skip { after, id, .. } => {
                    let skip: LogEntry = text.into();
                    let count = id.seq.saturating_sub(after.seq) as usize;
                    events.extend(std::iter::repeat_n(skip, count.min(limit - events.len())));
                }
                Frame::Unknown => {}
            }
        }
        live.close().await;
        Ok(LogRead::Entries(events))
    }

    /// The live channel after a cursor, or from now on.
    pub async fn live(&self, since: Option<&Cursor>) -> Result<LiveChannel> {
        let mut url = self.url("ws")?;
        let since = since.map(Cursor::to_string).unwrap_or_default();
        url.query_pairs_mut().append_pair("since", &since);
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        url.set_scheme(scheme)
            .map_err(|()| self.unexpected("its address has no WebSocket"))?;
        let tls = Some(Connector::Rustls(self.tls.clone()));
        let mut request = url
            .as_str()
            .into_client_request()
            .map_err(|error| self.unexpected(&error.to_string()))?;
        if let Some(host) = &self.host {
            request.headers_mut().insert(header::HOST, host.clone());
        }
        if let Some(key) = &self.authorization {
            let headers = request.headers_mut();
            headers.insert(header::AUTHORIZATION, key.clone());
        }
        let opening = connect_async_tls_with_config(request, None, true, tls);
        let opened = timeout(REQUEST_TIMEOUT, opening).await;
        match opened.map_err(|_| self.unexpected("its WebSocket does not open in time"))? {
            Ok((stream, _)) => Ok(LiveChannel(stream)),
            Err(tungstenite::Error::Http(refusal))
                if refusal.status() == StatusCode::UNAUTHORIZED =>
            {
                Err(self.unauthorized())
            }
            Err(tungstenite::Error::Http(refusal)) => Err(self.unexpected(&format!(
                "it answers the WebSocket with {}",
                refusal.status()
            ))),
            Err(error) => Err(self.unreachable(&error)),
        }
    }

    fn url(&self, path: &str) -> Result<Url> {
        self.base
            .join(path)
            .map_err(|error| Failure::Unreadable(error.to_string()))
    }

    /// Sends a request, and sends it again after the pause that a rate limit asks for.
    async fn get(&self, url: Url) -> Result<Response> {
        for _ in 1..ATTEMPTS {
            let answer = self.http.get(url.clone()).send().await;
            let answer = answer.map_err(|error| self.unreachable(&error))?;
            let again =
                header(&answer, header::RETRY_AFTER.as_str()).and_then(|wait| wait.parse().ok());
            match again {
                Some(seconds) if answer.status() == StatusCode::TOO_MANY_REQUESTS => {
                    sleep(Duration::from_secs(seconds).min(REQUEST_TIMEOUT)).await;
                }
                _ => return Ok(answer),
            }
        }
        self.http
            .get(url)
            .send()
            .await
            .map_err(|error| self.unreachable(&error))
    }

    async fn expect_ok(&self, answer: Response) -> Result<Response> {
        #[derive(Deserialize)]
        struct Problem {
            detail: String,
        }
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        if status == StatusCode::UNAUTHORIZED {
            return Err(self.unauthorized());
        }
        let problem = answer.json::<Problem>().await;
        let why = problem.map_or(status.to_string(), |problem| problem.detail);
        Err(self.unexpected(&why))
    }

    async fn texts(&self, answer: Response) -> Result<Vec<JsonText>> {
        let texts: Vec<Box<RawValue>> = answer
            .json()
            .await
            .map_err(|error| self.unexpected(&root_cause(&error)))?;
        Ok(texts.iter().map(|text| text.get().into()).collect())
    }

    fn unreachable(&self, error: &(dyn std::error::Error + 'static)) -> Failure {
        let why = root_cause(error);
        Failure::Unreadable(format!(
            "No server answers at {}: {why}. Is it running there?",
            self.base
        ))
    }

    fn unauthorized(&self) -> Failure {
        let key = match self.authorization {
            Some(_) => "The key in MARKET_KEY is not, or no longer, valid there",
            None => "Set MARKET_KEY to an API key: `pizza-market account key` makes one",
        };
        Failure::Unreadable(format!("People sign in at {}. {key}.", self.base))
    }

    fn unexpected(&self, why: &str) -> Failure {
        Failure::Unreadable(format!(
            "The server at {} does not answer as expected: {why}",
            self.base
        ))
    }
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

fn next_page(link: &str) -> Option<OrderId> {
    let (_, rest) = link.split_once("cursor=")?;
    rest.split(['>', '&']).next()?.parse().ok()
}

/// An open live channel.
pub struct LiveChannel(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl LiveChannel {
    /// Sends a close frame.
    pub async fn close(&mut self) {
        // A connection that is lost cannot be closed.
        let _ = timeout(CLOSE_TIMEOUT, self.0.close(None)).await;
    }

    /// The next frame; or why there are no more.
    pub async fn next(&mut self) -> std::result::Result<(JsonText, Frame), String> {
        loop {
            match timeout(SILENCE_TIMEOUT, self.0.next()).await {
                Err(_) => return Err("it sends no heartbeat".to_owned()),
                Ok(Some(Ok(Message::Text(text)))) => {
                    let frame = serde_json::from_str(&text).unwrap_or(Frame::Unknown);
                    return Ok((text.as_str().into(), frame));
                }
                Ok(Some(Ok(Message::Close(Some(frame))))) => return Err(frame.reason.to_string()),
                Ok(Some(Ok(Message::Close(None))) | None) => {
                    return Err("it has closed the connection".to_owned());
                }
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(error))) => return Err(error.to_string()),
            }
        }
    }
}
