//! Reads back what the market holds when an evening is over: orders, their events, and the lists of each server.

use super::{
    checker::{AcknowledgedChange, Cursor, ListSnapshot, Received, SocketLog},
    client::Client,
};
use crate::domain::Status;
use futures::{StreamExt, stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};
use tokio::time::{sleep, timeout};

/// How long the lists of one server are read until they agree, and how long one page may take.
const LISTS_TIMEOUT: Duration = Duration::from_secs(20);
const PAGE_TIMEOUT: Duration = Duration::from_secs(1);
/// Requests at the same time.
const CONCURRENCY: usize = 16;
/// How often an order that changes meanwhile is read again.
const READS_OF_ONE_ORDER: u32 = 5;

pub struct FinalState {
    pub orders: Vec<Value>,
    pub events: Vec<Value>,
    pub lists: Vec<ListSnapshot>,
    /// What could not be read.
    pub notes: Vec<String>,
}

impl FinalState {
    /// Everything about the orders that were changed or received.
    pub async fn read(
        client: &Client,
        sockets: &[SocketLog],
        acknowledged: &[AcknowledgedChange],
        head: &Cursor,
    ) -> Result<FinalState, String> {
        let ids = order_ids(sockets, acknowledged);
        let (orders, events) = read_orders(client, &ids).await?;
        let mut state = FinalState {
            orders,
            events,
            lists: Vec::new(),
            notes: Vec::new(),
        };
        if let Some(oldest) = ids.first() {
            state.read_lists(client, oldest, head).await;
        }
        Ok(state)
    }

    async fn read_lists(&mut self, client: &Client, oldest: &str, head: &Cursor) {
        let suppliers = self.orders.iter();
        let suppliers = suppliers.filter_map(|order| order["supplier_name"].as_str());
        let suppliers: BTreeSet<&str> = suppliers.collect();
        for (server, url) in client.urls.iter().enumerate() {
            let reader = ListReader {
                client,
                server,
                oldest,
                head,
            };
            match timeout(LISTS_TIMEOUT, reader.consistent(&suppliers)).await {
                Ok(Ok(lists)) => self.lists.push(lists),
                Ok(Err(why)) => self
                    .notes
                    .push(format!("{url} did not answer at the end: {why}")),
                Err(_) => self.notes.push(format!(
                    "{url} went on changing, so that its lists could not be compared"
                )),
            }
        }
    }
}

/// Every order that was changed or received.
fn order_ids(sockets: &[SocketLog], acknowledged: &[AcknowledgedChange]) -> BTreeSet<String> {
    let received = sockets.iter().flat_map(|socket| &socket.received);
    let received = received.filter_map(|received| match received {
        Received::Event(event) => event["order"]["id"].as_str(),
        Received::Skip(..) | Received::Reset(..) => None,
    });
    let changed = acknowledged
        .iter()
        .filter_map(|change| change.order["id"].as_str());
    received.chain(changed).map(str::to_owned).collect()
}

/// All these orders and their events, each order with its events at one moment.
async fn read_orders(
    client: &Client,
    ids: &BTreeSet<String>,
) -> Result<(Vec<Value>, Vec<Value>), String> {
    let reading = ids.iter().map(|id| read_order(client, id));
    let read: Vec<_> = stream::iter(reading).buffered(CONCURRENCY).collect().await;
    let (mut orders, mut events) = (Vec::new(), Vec::new());
    for one in read {
        let (order, chain) = one?;
        orders.extend(order);
        events.extend(chain);
    }
    Ok((orders, events))
}

async fn read_order(client: &Client, id: &str) -> Result<(Option<Value>, Vec<Value>), String> {
    let path = format!("/api/orders/{id}");
    let mut reads = 0;
    loop {
        let events = client.get(&format!("{path}/events")).await?;
        let order = client.get(&path).await?;
        let events = match events {
            Some(Value::Array(events)) => events,
            _ => Vec::new(),
        };
        let last = events.last().map(|event| &event["order"]["version"]);
        reads += 1;
        // Another client may have changed it in between.
        if reads == READS_OF_ONE_ORDER || order.as_ref().map(|order| &order["version"]) == last {
            return Ok((order, events));
        }
    }
}

/// Reads the lists of one server.
struct ListReader<'a> {
    client: &'a Client,
    server: usize,
    /// The id of the oldest order of interest.
    oldest: &'a str,
    head: &'a Cursor,
}

impl ListReader<'_> {
    /// All lists at one cursor: they are read again until nothing changes meanwhile.
    async fn consistent(&self, suppliers: &BTreeSet<&str>) -> Result<ListSnapshot, String> {
        loop {
            if let Some(lists) = self.once(suppliers).await? {
                return Ok(lists);
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn once(&self, suppliers: &BTreeSet<&str>) -> Result<Option<ListSnapshot>, String> {
        let Some((all, at)) = self.list("/api/orders?limit=500", None).await? else {
            return Ok(None);
        };
        if at.epoch == self.head.epoch && at.seq < self.head.seq {
            return Ok(None);
        }
        let statuses = Status::ALL.iter().map(|status| ("status", status.name()));
        let suppliers = suppliers.iter().map(|name| ("supplier_name", *name));
        let mut parts = Vec::new();
        for (field, value) in statuses.chain(suppliers) {
            let encoded = utf8_percent_encode(value, NON_ALPHANUMERIC);
            let path = format!("/api/orders?limit=500&{field}={encoded}");
            let Some((orders, _)) = self.list(&path, Some(&at)).await? else {
                return Ok(None);
            };
            parts.push((field, value.to_owned(), orders));
        }
        let instance = self.client.urls[self.server].clone();
        Ok(Some(ListSnapshot {
            instance,
            at,
            all,
            parts,
        }))
    }

    /// A list down to the oldest order of interest, and its cursor; `None` where the market moved on meanwhile.
    async fn list(
        &self,
        path: &str,
        at: Option<&Cursor>,
    ) -> Result<Option<(Vec<Value>, Cursor)>, String> {
        let mut page = self.client.page(self.server, path, PAGE_TIMEOUT).await?;
        let at = at.unwrap_or(&page.at).clone();
        let is_old = |order: &Value| order["id"].as_str().is_some_and(|id| id < self.oldest);
        let mut all = Vec::new();
        loop {
            if page.at != at {
                return Ok(None);
            }
            let next = page.next.filter(|_| !page.orders.iter().any(is_old));
            all.extend(page.orders.into_iter().filter(|order| !is_old(order)));
            let Some(next) = next else {
                return Ok(Some((all, at)));
            };
            page = self.client.page(self.server, &next, PAGE_TIMEOUT).await?;
        }
    }
}
