//! A running server, asked over its public surface alone.

use super::{
    super::net::{self, reason},
    Failure, Result,
};
use crate::{
    domain::{Cursor, Frame, OrderId, Signal},
    server::{
        desk::Filter,
        ledger::{Tail, Text},
    },
};
use futures::StreamExt;
use reqwest::{Client, Response, StatusCode, Url, header};
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
    tungstenite::{self, Message},
};

/// A request is answered within 5 s; the way there and back may take a while.
const PATIENCE: Duration = Duration::from_secs(10);
/// A server says something every 15 s.
const SILENCE: Duration = Duration::from_secs(30);
/// How long it may take to say that nothing more is wanted.
const GOODBYE: Duration = Duration::from_secs(1);
/// How often a server that has too much to do is asked again.
const ATTEMPTS: u32 = 5;

pub struct Server {
    http: Client,
    tls: Arc<ClientConfig>,
    base: Url,
}

/// Some orders, newest first.
pub struct Page {
    pub orders: Vec<Text>,
    /// Where the next page begins, if more follow.
    pub next: Option<OrderId>,
    /// How far it has come.
    pub cursor: Cursor,
}

impl Server {
    pub fn at(mut base: Url) -> Result<Server> {
        if net::has_credentials(&base) {
            let why = "Leave the user and the password out of the address: nobody signs in there.";
            return Err(Failure::CannotLook(why.to_owned()));
        }
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            let why =
                format!("{base} is no address of a server. Write it like http://127.0.0.1:8000.");
            return Err(Failure::CannotLook(why));
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let broken = |error: &dyn Error| Failure::CannotLook(error.to_string());
        let tls = net::tls().map_err(|error| broken(&error))?;
        let mut http = net::http(&tls).timeout(PATIENCE);
        if net::is_local(&base) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| broken(&error))?;
        Ok(Server { http, tls, base })
    }

    /// The cursor that its feed has reached, if it is ready.
    pub async fn head(&self) -> Result<Cursor> {
        Ok(self.page(&Filter::default(), None, 1).await?.cursor)
    }

    pub async fn page(&self, filter: &Filter, below: Option<OrderId>, most: usize) -> Result<Page> {
        let mut url = self.url("api/v1/orders")?;
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("limit", &most.clamp(1, 500).to_string());
            if let Some(status) = filter.status {
                query.append_pair("status", status.name());
            }
            if let Some(supplier) = &filter.supplier {
                query.append_pair("supplier_name", supplier);
            }
            if let Some(below) = below {
                query.append_pair("cursor", &below.to_string());
            }
        }
        let answer = self.get(url).await?;
        let answer = self.expect_ok(answer).await?;
        let cursor = header(&answer, "last-event-id").and_then(|id| id.parse().ok());
        let next = header(&answer, header::LINK.as_str()).and_then(next_page);
        Ok(Page {
            cursor: cursor.ok_or_else(|| self.strange("it names no cursor"))?,
            next,
            orders: self.texts(answer).await?,
        })
    }

    pub async fn order(&self, id: OrderId) -> Result<Option<Text>> {
        let answer = self.get(self.url(&format!("api/v1/orders/{id}"))?).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer = self.expect_ok(answer).await?;
        let text = answer.text().await.map_err(|error| self.silent(&error))?;
        Ok(Some(text.into()))
    }

    pub async fn history(&self, id: OrderId) -> Result<Vec<Text>> {
        let answer = self
            .get(self.url(&format!("api/v1/orders/{id}/events"))?)
            .await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(Vec::new());
        }
        let answer = self.expect_ok(answer).await?;
        self.texts(answer).await
    }

    /// At most `most` events after a cursor, up to now.
    pub async fn after(&self, cursor: &Cursor, most: usize) -> Result<Tail> {
        let mut live = self.live(Some(cursor)).await?;
        let mut events = Vec::new();
        while events.len() < most {
            let (text, frame) = live.next().await.map_err(|why| self.strange(&why))?;
            match frame {
                Frame::Event(_) => events.push(text.into()),
                Frame::Signal {
                    signal: Signal::Heartbeat,
                    ..
                } => break,
                Frame::Signal {
                    signal: Signal::Reset,
                    ..
                } => {
                    live.close().await;
                    return Ok(Tail::Lost);
                }
                Frame::Signal {
                    signal: Signal::Away,
                    ..
                } => {
                    return Err(self.strange("it has lost touch with its store"));
                }
                Frame::Unknown => {}
            }
        }
        live.close().await;
        Ok(Tail::Entries(events))
    }

    /// The live channel after a cursor, or from now on.
    pub async fn live(&self, since: Option<&Cursor>) -> Result<Live> {
        let mut url = self.url("ws")?;
        let since = since.map(Cursor::to_string).unwrap_or_default();
        url.query_pairs_mut().append_pair("since", &since);
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        url.set_scheme(scheme)
            .map_err(|()| self.strange("its address has no WebSocket"))?;
        let tls = Some(Connector::Rustls(self.tls.clone()));
        let opening = connect_async_tls_with_config(url.as_str(), None, true, tls);
        let opened = timeout(PATIENCE, opening).await;
        match opened.map_err(|_| self.strange("it opens no WebSocket in time"))? {
            Ok((stream, _)) => Ok(Live(stream)),
            Err(tungstenite::Error::Http(refusal)) => Err(self.strange(&format!(
                "it refuses the WebSocket with {}",
                refusal.status()
            ))),
            Err(error) => Err(self.silent(&error)),
        }
    }

    fn url(&self, path: &str) -> Result<Url> {
        self.base
            .join(path)
            .map_err(|error| Failure::CannotLook(error.to_string()))
    }

    /// Asks again when the server wants that.
    async fn get(&self, url: Url) -> Result<Response> {
        for _ in 1..ATTEMPTS {
            let answer = self.http.get(url.clone()).send().await;
            let answer = answer.map_err(|error| self.silent(&error))?;
            let again =
                header(&answer, header::RETRY_AFTER.as_str()).and_then(|wait| wait.parse().ok());
            match again {
                Some(seconds) if answer.status() == StatusCode::TOO_MANY_REQUESTS => {
                    sleep(Duration::from_secs(seconds).min(PATIENCE)).await;
                }
                _ => return Ok(answer),
            }
        }
        self.http
            .get(url)
            .send()
            .await
            .map_err(|error| self.silent(&error))
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
        let problem = answer.json::<Problem>().await;
        let why = problem.map_or(status.to_string(), |problem| problem.detail);
        Err(self.strange(&why))
    }

    async fn texts(&self, answer: Response) -> Result<Vec<Text>> {
        let texts: Vec<Box<RawValue>> = answer
            .json()
            .await
            .map_err(|error| self.strange(&reason(&error)))?;
        Ok(texts.iter().map(|text| text.get().into()).collect())
    }

    fn silent(&self, error: &(dyn std::error::Error + 'static)) -> Failure {
        let why = reason(error);
        Failure::CannotLook(format!(
            "No server answers at {}: {why}. Is it running there?",
            self.base
        ))
    }

    fn strange(&self, why: &str) -> Failure {
        Failure::CannotLook(format!(
            "The server at {} does not show it: {why}",
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
pub struct Live(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Live {
    /// Says goodbye.
    pub async fn close(&mut self) {
        // One that is broken needs none.
        let _ = timeout(GOODBYE, self.0.close(None)).await;
    }

    /// The next frame; or why there are no more.
    pub async fn next(&mut self) -> std::result::Result<(Text, Frame), String> {
        loop {
            match timeout(SILENCE, self.0.next()).await {
                Err(_) => return Err("it has fallen silent".to_owned()),
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
