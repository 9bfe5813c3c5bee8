//! The use-cases: what can be asked in this market, and (in [`change`]) done. REST, server functions, sockets and
//! pages all come here, and nothing else in the server reads or changes orders in the store.

mod change;
mod drivers;
mod duty;
mod ids;
mod written;

use super::{
    accounts::AccountService,
    live_feed::{LiveFeed, OrderIndex},
    order_documents,
};
use crate::domain::{
    BoardQuery, Counts, Cursor, Error, Event, Field, Name, Order, OrderFilter, OrderId, OrdersPage,
    Snapshot, StageTimes, Status, Time, Wanting,
};
use crate::server::{
    clock::now,
    store::{Health, JsonText, LogRead, Query, Result as Stored, Store, StoreError, TroubleKind},
};
use chrono::TimeDelta;
use ids::OrderIds;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::timeout;
use written::Written;

/// A request is answered within this time, if only with a refusal.
const REQUEST_TIMEOUT: Duration = Duration::from_millis(4_500);
/// A change may be made until then: early enough for its answer to arrive before the request times out.
const COMMIT_DEADLINE: Duration = Duration::from_secs(4);
/// How many orders a search returns at once, at most; and how many it examines for them.
const SHOWN: usize = 200;
const EXAMINED: usize = 2_000;
/// No bell rings for what is older.
const LONGEST_RING: TimeDelta = TimeDelta::hours(24);
/// How long a reader of the board waits for it to show what this instance has just stored.
const CATCH_UP: Duration = Duration::from_secs(1);

pub struct OrderService {
    store: Arc<dyn Store>,
    feed: Arc<LiveFeed>,
    written: Mutex<Written>,
    ids: OrderIds,
    accounts: Arc<AccountService>,
}

/// Which orders a list holds.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    pub status: Option<Status>,
    pub supplier: Option<Name>,
}

/// Some orders, newest first.
pub struct OrderTexts {
    pub orders: Vec<JsonText>,
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

impl Readiness {
    /// What kind of trouble keeps this instance from being ready, if one does.
    pub fn trouble(&self) -> Option<TroubleKind> {
        let store = self.store.trouble.as_ref().map(|trouble| trouble.kind);
        store.or((!self.current).then_some(TroubleKind::NotCurrent))
    }
}

impl OrderService {
    pub fn new(
        store: Arc<dyn Store>,
        feed: Arc<LiveFeed>,
        accounts: Arc<AccountService>,
    ) -> OrderService {
        OrderService {
            store,
            feed,
            written: Mutex::default(),
            ids: OrderIds::default(),
            accounts,
        }
    }

    pub async fn order(&self, id: OrderId) -> Result<Order, Error> {
        in_time(async { Ok(self.read(id).await?.0) }).await
    }

    /// At most `limit` orders, older than `before`.
    pub async fn orders(
        &self,
        filter: &ListFilter,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<OrderTexts, Error> {
        let (found, next, cursor) = self.listed(filter, before, limit).await?;
        Ok(OrderTexts {
            orders: found.into_iter().map(|(_, text)| text).collect(),
            next,
            cursor,
        })
    }

    /// The same, each with its text.
    async fn listed(
        &self,
        filter: &ListFilter,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<(Vec<(Order, JsonText)>, Option<OrderId>, Cursor), Error> {
        let index = order_documents::index(filter.status, filter.supplier.as_ref());
        let query = Query {
            index,
            before: before.map(order_documents::key),
            limit,
        };
        in_time(async {
            let mut listing = self.store.list(&[query]).await?;
            let page = listing.pages.pop().unwrap_or_default();
            let next = page.next.as_ref().and_then(order_documents::id);
            Ok((
                order_documents::readable(page.documents),
                next,
                listing.cursor,
            ))
        })
        .await
    }

    /// The orders that `search` describes, newest first, older than `before`; and where the search goes on. One call
    /// examines a limited number of orders, however few of them match.
    pub async fn search(
        &self,
        search: &OrderFilter,
        before: Option<OrderId>,
    ) -> Result<OrdersPage, Error> {
        let supplier = match search.supplier.as_deref().map(Name::parse) {
            // No order has such a supplier.
            Some(Err(_)) => return Ok(matching(Vec::new(), search, None)),
            supplier => supplier.and_then(Result::ok),
        };
        let filter = ListFilter {
            status: search.status,
            supplier,
        };
        let newest = match search.before {
            Some(_) => self.newest().await?,
            None => None,
        };
        let bound = search.upper_bound(newest.as_ref());
        let before = bound.into_iter().chain(before).min();
        let limit = if search.is_narrow() { EXAMINED } else { SHOWN };
        let (listed, next, _) = self.listed(&filter, before, limit).await?;
        Ok(matching(listed, search, next))
    }

    async fn newest(&self) -> Result<Option<Order>, Error> {
        let (listed, ..) = self.listed(&ListFilter::default(), None, 1).await?;
        Ok(listed.into_iter().next().map(|(order, _)| order))
    }

    /// All events of an order, oldest first, as they were sent.
    pub async fn history(&self, id: OrderId) -> Result<Vec<JsonText>, Error> {
        in_time(async {
            let entries = self.store.history(&order_documents::key(id)).await?;
            match entries.is_empty() {
                true => Err(Error::UnknownOrder(id).into()),
                false => Ok(entries),
            }
        })
        .await
    }

    pub async fn events(&self, id: OrderId) -> Result<Vec<Event>, Error> {
        let texts = self.history(id).await?;
        let read = |text: &JsonText| {
            let event = serde_json::from_str(text);
            event.map_err(|error| order_documents::unreadable("an event", &error))
        };
        let events: Stored<_> = texts.iter().map(read).collect();
        events.map_err(|error| Failure::from(error).into_logged())
    }

    /// The live view of a page, with everything that was stored here before, and everything up to `after`. Where the
    /// feed is late, its time says so.
    pub async fn snapshot(
        &self,
        query: &BoardQuery,
        after: Option<&Cursor>,
    ) -> Result<Snapshot, Error> {
        self.catch_up().await;
        if let Some(cursor) = after {
            let _ = timeout(CATCH_UP, self.feed.reached(cursor)).await;
        }
        let query = BoardQuery {
            first: query.first.min(BoardQuery::LARGEST),
            ..query.clone()
        };
        let (mut board, verified_at) = self.feed.board(&query).ok_or(Error::StoreUnavailable)?;
        // The feed holds only the newest of those that are over.
        for id in query.named() {
            if board.get(id).is_none()
                && let Ok(order) = self.order(id).await
            {
                board.put(&order);
            }
        }
        Ok(Snapshot {
            board,
            verified_at,
            now: now(),
        })
    }

    /// The kitchens of the orders that the feed holds.
    pub fn kitchens(&self) -> Vec<Name> {
        let kitchens = self.feed.read_index(OrderIndex::kitchens);
        kitchens.unwrap_or_default()
    }

    /// The drivers of those orders.
    pub fn drivers(&self) -> Vec<Name> {
        let drivers = self.feed.read_index(OrderIndex::drivers);
        drivers.unwrap_or_default()
    }

    /// How many orders of the market have each status, the event up to which they are counted, and what wants somebody
    /// now: in one kitchen or in all, where its bell was opened at `opened`.
    pub fn counts(
        &self,
        kitchen: Option<&Name>,
        opened: Option<Time>,
    ) -> Result<(Cursor, Counts, Wanting), Error> {
        let now = now();
        // A bell that was opened long ago has been heard: nobody makes the server look through the whole market.
        let opened = opened.unwrap_or(now).max(now + -LONGEST_RING);
        let counts = |index: &OrderIndex| {
            let wanting = index.wanting(kitchen, opened, now);
            (index.cursor().clone(), index.counts(), wanting)
        };
        self.feed.read_index(counts).ok_or(Error::StoreUnavailable)
    }

    /// How fast the market has been in the last 24 hours.
    pub fn pace(&self) -> Result<StageTimes, Error> {
        self.feed.stage_times(now()).ok_or(Error::StoreUnavailable)
    }

    /// Events after a cursor that the feed no longer holds.
    pub async fn older(&self, cursor: &Cursor, limit: usize) -> Stored<LogRead> {
        self.store.read_log(cursor, limit, Duration::ZERO).await
    }

    pub fn feed(&self) -> &Arc<LiveFeed> {
        &self.feed
    }

    pub fn readiness(&self) -> Readiness {
        Readiness {
            store: self.store.health(),
            current: self.feed.is_current(),
            cursor: self.feed.cursor(),
            restarts: self.feed.restarts(),
        }
    }

    /// How many events were stored through this instance and have not come back in its feed: 0 where a new history
    /// has begun.
    pub fn behind(&self) -> u64 {
        let written = self.written().newest().cloned();
        let Some((written, read)) = written.zip(self.feed.cursor()) else {
            return 0;
        };
        match written.epoch == read.epoch {
            true => written.seq.saturating_sub(read.seq),
            false => 0,
        }
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the feed to have everything that was stored here before, but not for long.
    async fn catch_up(&self) {
        let written = self.written().newest().cloned();
        if let Some(cursor) = written {
            let _ = timeout(CATCH_UP, self.feed.reached(&cursor)).await;
        }
    }

    async fn read(&self, id: OrderId) -> Result<(Order, JsonText), Failure> {
        let text = self.store.get(&order_documents::key(id)).await?;
        let text = text.ok_or(Error::UnknownOrder(id))?;
        Ok((order_documents::read(&text)?, text))
    }
}

/// The first orders of a list that match, and where the search goes on; `next` is where the list itself does.
fn matching(
    listed: Vec<(Order, JsonText)>,
    search: &OrderFilter,
    mut next: Option<OrderId>,
) -> OrdersPage {
    let mut orders: Vec<Order> = Vec::new();
    for (order, _) in listed {
        if !search.may_match_older(order.id) {
            next = None;
            break;
        }
        if orders.len() == SHOWN {
            next = orders.last().map(|order| order.id);
            break;
        }
        if search.matches(&order, crate::domain::fold_text) {
            orders.push(order);
        }
    }
    OrdersPage { orders, next }
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
            Failure::Store(error @ (StoreError::Unavailable(_) | StoreError::Ambiguous(_))) => {
                tracing::warn!(%error, "the store is unavailable");
                Error::StoreUnavailable
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
