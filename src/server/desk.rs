//! The use-cases: what can be asked in this market, and (in [`change`]) done. REST, server functions, sockets and
//! pages all come here, and nothing else in the server reads or changes orders in the store.

mod change;

use super::{
    feed::Feed,
    ledger::{Health, Ledger, Query, Result as Stored, StoreError, Tail, Text},
    now, orders,
};
use crate::domain::{
    Cursor, Error, Event, Field, Found, Name, Order, OrderId, Snapshot, Sought, StageTimes, Status,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::timeout;

/// A request is answered within this time, if only with a refusal.
const REQUEST_TIMEOUT: Duration = Duration::from_millis(4_500);
/// How many orders a search returns at once, at most; and how many it examines for them.
const SHOWN: usize = 200;
const EXAMINED: usize = 2_000;
/// How long a reader of the board waits for it to show what this instance has just stored.
const CATCH_UP: Duration = Duration::from_secs(1);

pub struct Desk {
    ledger: Arc<dyn Ledger>,
    feed: Arc<Feed>,
    /// The newest change that was made here.
    written: Mutex<Option<Cursor>>,
}

/// Which orders a list holds.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<Status>,
    pub supplier: Option<Name>,
}

/// Some orders, newest first.
pub struct OrdersPage {
    pub orders: Vec<Text>,
    /// The last order here, where more follow.
    pub next: Option<OrderId>,
    /// No later change to the list is missed from here.
    pub cursor: Cursor,
}

/// What `/readyz` reports.
pub struct Readiness {
    pub store: Health,
    /// Whether the log has confirmed lately that this instance misses nothing.
    pub current: bool,
    pub cursor: Option<Cursor>,
    /// How often the feed had to start again.
    pub restarts: u64,
}

impl Desk {
    pub fn new(ledger: Arc<dyn Ledger>, feed: Arc<Feed>) -> Desk {
        Desk {
            ledger,
            feed,
            written: Mutex::default(),
        }
    }

    pub async fn order(&self, id: OrderId) -> Result<Order, Error> {
        in_time(async { Ok(self.read(id).await?.0) }).await
    }

    /// At most `limit` orders, older than `before`.
    pub async fn orders(
        &self,
        filter: &Filter,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<OrdersPage, Error> {
        let (found, next, cursor) = self.listed(filter, before, limit).await?;
        Ok(OrdersPage {
            orders: found.into_iter().map(|(_, text)| text).collect(),
            next,
            cursor,
        })
    }

    /// The same, each with its text.
    async fn listed(
        &self,
        filter: &Filter,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<(Vec<(Order, Text)>, Option<OrderId>, Cursor), Error> {
        let index = orders::index(filter.status, filter.supplier.as_ref());
        let query = Query {
            index,
            below: before.map(orders::key),
            most: limit,
        };
        in_time(async {
            let mut listing = self.ledger.list(&[query]).await?;
            let page = listing.pages.pop().unwrap_or_default();
            let next = page.next.as_ref().and_then(orders::id);
            Ok((orders::readable(page.documents), next, listing.cursor))
        })
        .await
    }

    /// The orders that `sought` describes, newest first, older than `before`; and where the search goes on. One call
    /// examines a limited number of orders, however few of them match.
    pub async fn search(&self, sought: &Sought, before: Option<OrderId>) -> Result<Found, Error> {
        let supplier = match sought.supplier.as_deref().map(Name::parse) {
            // No order has such a supplier.
            Some(Err(_)) => return Ok(matching(Vec::new(), sought, None)),
            supplier => supplier.and_then(Result::ok),
        };
        let filter = Filter {
            status: sought.status,
            supplier,
        };
        let before = sought.begins_below().into_iter().chain(before).min();
        let limit = if sought.is_narrow() { EXAMINED } else { SHOWN };
        let (listed, next, _) = self.listed(&filter, before, limit).await?;
        Ok(matching(listed, sought, next))
    }

    /// All events of an order, oldest first, as they were sent.
    pub async fn history(&self, id: OrderId) -> Result<Vec<Text>, Error> {
        in_time(async {
            let entries = self.ledger.history(&orders::key(id)).await?;
            match entries.is_empty() {
                true => Err(Error::UnknownOrder(id).into()),
                false => Ok(entries),
            }
        })
        .await
    }

    pub async fn events(&self, id: OrderId) -> Result<Vec<Event>, Error> {
        let texts = self.history(id).await?;
        let read = |text: &Text| {
            let event = serde_json::from_str(text);
            event.map_err(|error| orders::unreadable("an event", &error))
        };
        let events: Stored<_> = texts.iter().map(read).collect();
        events.map_err(|error| Failure::from(error).into_logged())
    }

    /// The live view, with everything that was stored here before. Where the feed is late, its time says so.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        self.catch_up().await;
        let (board, as_of) = self.feed.board().ok_or(Error::Away)?;
        Ok(Snapshot {
            board,
            as_of,
            now: now(),
        })
    }

    /// How fast the market has been in the last 24 hours.
    pub fn pace(&self) -> Result<StageTimes, Error> {
        self.feed.stage_times(now()).ok_or(Error::Away)
    }

    /// Events after a cursor that the feed no longer holds.
    pub async fn older(&self, cursor: &Cursor, limit: usize) -> Stored<Tail> {
        self.ledger.after(cursor, limit, Duration::ZERO).await
    }

    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    pub fn readiness(&self) -> Readiness {
        Readiness {
            store: self.ledger.health(),
            current: self.feed.is_current(),
            cursor: self.feed.cursor(),
            restarts: self.feed.restarts(),
        }
    }

    /// How many events were stored through this instance and have not come back in its feed: 0 where a new history
    /// has begun.
    pub fn behind(&self) -> u64 {
        let Some((written, read)) = self.written().zip(self.feed.cursor()) else {
            return 0;
        };
        match written.epoch == read.epoch {
            true => written.seq.saturating_sub(read.seq),
            false => 0,
        }
    }

    fn written(&self) -> Option<Cursor> {
        self.written.lock().ok()?.clone()
    }

    /// Waits for the feed to have everything that was stored here before, but not for long.
    async fn catch_up(&self) {
        if let Some(cursor) = self.written() {
            let _ = timeout(CATCH_UP, self.feed.reached(&cursor)).await;
        }
    }

    async fn read(&self, id: OrderId) -> Result<(Order, Text), Failure> {
        let text = self.ledger.get(&orders::key(id)).await?;
        let text = text.ok_or(Error::UnknownOrder(id))?;
        Ok((orders::read(&text)?, text))
    }
}

/// The first orders of a list that match, and where the search goes on; `next` is where the list itself does.
fn matching(listed: Vec<(Order, Text)>, sought: &Sought, mut next: Option<OrderId>) -> Found {
    let mut orders: Vec<Order> = Vec::new();
    for (order, _) in listed {
        if !sought.reaches(order.id) {
            next = None;
            break;
        }
        if orders.len() == SHOWN {
            next = orders.last().map(|order| order.id);
            break;
        }
        if sought.takes(&order, str::to_lowercase) {
            orders.push(order);
        }
    }
    Found { orders, next }
}

/// Why a use-case has no result.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Refused(#[from] Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Failure {
    /// The error for the client. What went wrong in the store goes to the log, and to the log only.
    fn into_logged(self) -> Error {
        match self {
            Failure::Refused(error) => error,
            Failure::Store(error @ (StoreError::Away(_) | StoreError::Ambiguous(_))) => {
                tracing::warn!(%error, "the store is unavailable");
                Error::Away
            }
            Failure::Store(error @ StoreError::Broken(_)) => {
                tracing::error!(%error, "the store failed");
                Error::Internal
            }
        }
    }
}

/// The end of each use-case, where a failure is logged: once.
async fn in_time<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Error> {
    let late = || StoreError::Ambiguous("the request timed out".to_owned());
    let done = timeout(REQUEST_TIMEOUT, work).await;
    let done = done.unwrap_or_else(|_| Err(late().into()));
    done.map_err(Failure::into_logged)
}
