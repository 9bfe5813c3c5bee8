//! The lists of orders, page by page.

use super::{checker::Cursor, client::Client};
use reqwest::{Method, StatusCode, header};
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::time::sleep;

pub struct Page {
    pub orders: Vec<Value>,
    /// The last event that the list includes.
    pub at: Cursor,
    /// The path of the next page.
    pub next: Option<String>,
}

impl Page {
    pub fn read(headers: &header::HeaderMap, orders: Vec<Value>) -> Result<Page, String> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let at = header("last-event-id").and_then(|id| Cursor::parse(&Value::from(id)));
        let at = at.ok_or("its list has no Last-Event-ID: is this a Pizza Market?")?;
        let link = header("link").and_then(|link| link.strip_prefix('<')?.split_once('>'));
        let next = link.map(|(path, _)| path.to_owned());
        Ok(Page { orders, at, next })
    }
}

impl Client {
    /// One page of a list, from one server, which may take `retry_for` to answer.
    pub async fn page(
        &self,
        server: usize,
        path: &str,
        retry_for: Duration,
    ) -> Result<Page, String> {
        let begun = Instant::now();
        loop {
            self.rested(server).await;
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
