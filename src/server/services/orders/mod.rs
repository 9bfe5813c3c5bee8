//! The use-cases: what can be asked in this market, and (in [`change`]) done. REST, server functions, sockets and
//! pages all come here, and nothing else in the server reads or changes orders in the store.

mod answers;
mod change;
mod commit;
mod drivers;
mod duty;
mod guests;
mod history;
mod ids;
mod lists;
mod written;

use super::{
    accounts::AccountService,
    failure::{COMMIT_DEADLINE, Failure, in_time},
    live_feed::{LiveFeed, OrderIndex},
    order_documents,
    turns::Turns,
};
use crate::domain::{
    AccountId, AccountRole, BoardQuery, Counts, Cursor, Error, Identity, Name, Order, OrderId,
    Snapshot, StageTimes, Status, Time, Viewer, Wanting,
};
use crate::server::{
    clock::now,
    store::{Health, JsonText, Store, TroubleKind},
};
use chrono::TimeDelta;
use ids::OrderIds;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::timeout;
use written::Written;

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
    turns: Turns<AccountId>,
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
            turns: Turns::default(),
        }
    }

    /// An order, as far as a viewer may see it.
    pub async fn order(&self, id: OrderId, viewer: &Viewer) -> Result<Order, Error> {
        in_time(async {
            let (order, _) = self.read(id).await?;
            Ok(viewer.shown(order).ok_or(Error::UnknownOrder(id))?)
        })
        .await
    }

    /// The live view of a page, with everything that was stored here before, and everything up to `after`. Where the
    /// feed is late, its time says so.
    pub async fn snapshot(
        &self,
        query: &BoardQuery,
        after: Option<&Cursor>,
        viewer: &Viewer,
    ) -> Result<Snapshot, Error> {
        self.catch_up().await;
        if let Some(cursor) = after {
            let _ = timeout(CATCH_UP, self.feed.reached(cursor)).await;
        }
        let query = BoardQuery {
            first: query.first.min(BoardQuery::LARGEST),
            ..query.clone()
        };
        let board = self.feed.board(&query, viewer);
        let (mut board, verified_at) = board.ok_or(Error::StoreUnavailable)?;
        // The feed holds only the newest of those that are over.
        for id in query.named() {
            if board.get(id).is_none()
                && let Ok(order) = self.order(id, viewer).await
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

    /// The kitchens of the orders that the feed holds: for a viewer that has a list of orders to narrow to them.
    pub fn kitchens(&self, viewer: &Viewer) -> Vec<Name> {
        let Some(identity) = viewer.identity() else {
            let kitchens = self.feed.read_index(OrderIndex::kitchens);
            return kitchens.unwrap_or_default();
        };
        match identity.role {
            AccountRole::Supplier => identity.supplier_name.iter().cloned().collect(),
            _ if identity.has_orders_panel() => self.kitchens(&Viewer::Open),
            _ => Vec::new(),
        }
    }

    /// The drivers of those orders.
    pub fn drivers(&self, viewer: &Viewer) -> Vec<Name> {
        let identity = viewer.identity();
        if identity.is_some_and(|identity| !identity.has_orders_panel()) {
            return Vec::new();
        }
        let is_kitchen = |identity: &&Identity| identity.role == AccountRole::Supplier;
        let kitchen = identity.filter(is_kitchen);
        let kitchen = kitchen.and_then(|identity| identity.supplier_name.as_ref());
        let drivers = self.feed.read_index(|index| index.drivers(kitchen));
        drivers.unwrap_or_default()
    }

    /// How many of the orders that a viewer sees have each status, the event up to which they are counted, and what wants
    /// somebody now: in one kitchen or in all, where its bell was opened at `opened`.
    pub fn counts(
        &self,
        kitchen: Option<&Name>,
        opened: Option<Time>,
        viewer: &Viewer,
    ) -> Result<(Cursor, Counts, Wanting), Error> {
        let now = now();
        // A bell that was opened long ago has been heard: nobody makes the server look through the whole market.
        let opened = opened.unwrap_or(now).max(now + -LONGEST_RING);
        let counts = |index: &OrderIndex| {
            let wanting = index.wanting(kitchen, opened, now, viewer);
            (index.cursor().clone(), index.counts_for(viewer), wanting)
        };
        self.feed.read_index(counts).ok_or(Error::StoreUnavailable)
    }

    /// How fast the orders that a viewer lists have been in the last 24 hours.
    pub fn pace(&self, viewer: &Viewer) -> Result<StageTimes, Error> {
        may_list(viewer)?;
        let times = self.feed.stage_times(viewer, now());
        times.ok_or(Error::StoreUnavailable)
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
    pub(in crate::server::services) async fn catch_up(&self) {
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

/// Refuses a viewer that has no list of orders.
fn may_list(viewer: &Viewer) -> Result<(), Error> {
    let identity = viewer.identity();
    match identity.is_none_or(Identity::has_orders_panel) {
        true => Ok(()),
        false => Err(Error::NotAllowed),
    }
}
