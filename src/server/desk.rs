//! The use-cases: what can be done and asked in this market. REST, server functions, sockets and pages all
//! come here, and nobody else speaks with the ledger.

use super::{
    commands,
    feed::Feed,
    ledger::{Batch, Health, Ledger, Outcome, Query, Result as Stored, StoreError, Tail, Text},
    now,
    once::{Answer, Sending},
    orders, trace,
};
use crate::domain::{
    Command, Cursor, Error, Event, Expected, Field, Found, Name, Offer, Order, OrderId, Pace, Role,
    Snapshot, Sought, Status, Verb,
};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::time::timeout;
use uuid::Uuid;

/// A request is answered within this time, if only with a refusal.
const PATIENCE: Duration = Duration::from_millis(4_500);
/// Until then a change may happen: early enough for its answer to be here before the patience ends.
const LATEST: Duration = Duration::from_secs(4);
/// How long a page waits for the board to show what this instance has just stored.
const CATCH_UP: Duration = Duration::from_secs(1);
pub struct Desk {
    ledger: Arc<dyn Ledger>,
    feed: Arc<Feed>,
    /// The newest change that was made here.
    written: Mutex<Option<Cursor>>,
}

/// Which orders are wanted.
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

/// What `/readyz` tells.
pub struct Readiness {
    pub store: Health,
    /// Whether the feed proves that this instance misses nothing.
    pub current: bool,
    pub cursor: Option<Cursor>,
    /// How often the feed had to begin anew.
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

    /// A supplier offers a pizza; `None` for whoever acts for the whole market.
    pub async fn offer(&self, offer: Offer, by: Option<Role>, sending: Option<&Sending>) -> Answer {
        let until = Instant::now() + LATEST;
        let work = answer_in_time(async {
            let now = now();
            let (order, event) = Order::new(OrderId(Uuid::now_v7()), offer, now);
            let change = orders::change(None, &order, event, now)?;
            let answer = self.settle(change, Ok(order), sending, until).await?;
            // Somebody else has the same random id: that does not happen.
            answer.ok_or(Error::Internal)
        });
        commands::noted(Verb::Offer, by, None, work).await
    }

    /// `by` does something with an order; `None` may do whatever anybody may.
    pub async fn act(
        &self,
        id: OrderId,
        command: Command,
        by: Option<Role>,
        expected: &Expected,
        sending: Option<&Sending>,
    ) -> Answer {
        let until = Instant::now() + LATEST;
        let verb = command.verb();
        let work = answer_in_time(async {
            // Whenever somebody was faster, the order has moved on, and it has only so far to go.
            loop {
                let (before, text) = match (self.read(id).await, sending) {
                    // Its key may belong to another request.
                    (Err(error @ Error::UnknownOrder(_)), Some(sending)) => {
                        let known = self.ledger.remembered(sending.name()).await?;
                        return Ok(known.map_or(Err(error).into(), |text| sending.recall(&text)));
                    }
                    (read, _) => read?,
                };
                let now = now();
                let decided = before
                    .check(expected)
                    .and_then(|()| Ok(before.clone().apply(command.clone(), by, now)?));
                let (change, result) = match decided {
                    Ok((after, event)) => {
                        let change = orders::change(Some((&before, text)), &after, event, now)?;
                        (change, Ok(after))
                    }
                    // A refusal is of an order as it stands, too.
                    Err(error) if sending.is_some() => {
                        let expect = vec![(orders::key(id), Some(text))];
                        let unchanged = Batch {
                            expect,
                            ..Batch::default()
                        };
                        (unchanged, Err(error))
                    }
                    Err(error) => return Err(error),
                };
                if let Some(answer) = self.settle(change, result, sending, until).await? {
                    return Ok(answer);
                }
            }
        });
        commands::noted(verb, by, Some(id), work).await
    }

    /// Makes a change and answers with `result`; or as this request was answered before. `None` if somebody else
    /// was faster.
    async fn settle(
        &self,
        mut change: Batch,
        result: Result<Order, Error>,
        sending: Option<&Sending>,
        until: Instant,
    ) -> Result<Option<Answer>, Error> {
        (change.until, change.trace) = (Some(until), trace::parent());
        change.once = sending
            .map(|sending| sending.remember(&result))
            .transpose()?;
        Ok(match (self.commit(change).await?, sending) {
            (Outcome::Done(_), _) => Some(result.into()),
            (Outcome::Known(text, _), Some(sending)) => Some(sending.recall(&text)),
            (Outcome::Conflict | Outcome::Known(..), _) => None,
        })
    }

    pub async fn order(&self, id: OrderId) -> Result<Order, Error> {
        in_time(async { Ok(self.read(id).await?.0) }).await
    }

    /// At most `most` orders, older than `below`.
    pub async fn orders(
        &self,
        filter: &Filter,
        below: Option<OrderId>,
        most: usize,
    ) -> Result<OrdersPage, Error> {
        let (found, next, cursor) = self.listed(filter, below, most).await?;
        Ok(OrdersPage {
            orders: found.into_iter().map(|(_, text)| text).collect(),
            next,
            cursor,
        })
    }

    /// The same, with what stands in the texts.
    async fn listed(
        &self,
        filter: &Filter,
        below: Option<OrderId>,
        most: usize,
    ) -> Result<(Vec<(Order, Text)>, Option<OrderId>, Cursor), Error> {
        let index = orders::index(filter.status, filter.supplier.as_ref());
        let query = Query {
            index,
            below: below.map(orders::key),
            most,
        };
        in_time(async {
            let mut listing = self.ledger.list(&[query]).await?;
            let page = listing.pages.pop().unwrap_or_default();
            let next = page.next.as_ref().and_then(orders::id);
            Ok((orders::readable(page.documents), next, listing.cursor))
        })
        .await
    }

    /// Orders as they are sought, newest first, older than `below`; and where to look on. It looks at so many
    /// orders at a time, and no more, however few it finds.
    pub async fn search(&self, sought: &Sought, below: Option<OrderId>) -> Result<Found, Error> {
        const SHOWN: usize = 200;
        const LOOKED_AT: usize = 2_000;
        let nothing = Found {
            orders: Vec::new(),
            next: None,
        };
        let supplier = match sought.supplier.as_deref().map(Name::parse) {
            Some(Err(_)) => return Ok(nothing),
            supplier => supplier.and_then(Result::ok),
        };
        let filter = Filter {
            status: sought.status,
            supplier,
        };
        let below = sought.begins_below().into_iter().chain(below).min();
        let most = if sought.is_narrow() { LOOKED_AT } else { SHOWN };
        let (listed, mut next, _) = self.listed(&filter, below, most).await?;
        let mut found = nothing;
        for (order, _) in listed {
            if !sought.reaches(order.id) {
                next = None;
                break;
            }
            if found.orders.len() == SHOWN {
                next = found.orders.last().map(|order| order.id);
                break;
            }
            if sought.takes(&order, str::to_lowercase) {
                found.orders.push(order);
            }
        }
        Ok(Found { next, ..found })
    }

    /// All events of an order, oldest first, as they were sent.
    pub async fn history(&self, id: OrderId) -> Result<Vec<Text>, Error> {
        in_time(async {
            let entries = self.ledger.history(&orders::key(id)).await?;
            if entries.is_empty() {
                Err(Error::UnknownOrder(id))
            } else {
                Ok(entries)
            }
        })
        .await
    }

    pub async fn events(&self, id: OrderId) -> Result<Vec<Event>, Error> {
        let texts = self.history(id).await?;
        let read = |text: &Text| {
            serde_json::from_str(text)
                .map_err(|error| orders::unreadable("an event", &error).into())
        };
        texts.iter().map(read).collect()
    }

    /// The live view, with everything that was stored here before; how fresh it is stands in it.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        let written = self
            .written
            .lock()
            .map(|written| written.clone())
            .unwrap_or_default();
        if let Some(cursor) = written {
            // A feed that is late is told by the snapshot's own time.
            let _ = timeout(CATCH_UP, self.feed.reached(&cursor)).await;
        }
        let (board, as_of) = self.feed.board().ok_or(Error::Away)?;
        Ok(Snapshot {
            board,
            as_of,
            now: now(),
        })
    }

    /// How fast the market has been in the last 24 hours.
    pub fn pace(&self) -> Result<Pace, Error> {
        self.feed.pace(now()).ok_or(Error::Away)
    }

    /// Events after a cursor that the feed no longer holds.
    pub async fn older(&self, cursor: &Cursor, most: usize) -> Stored<Tail> {
        self.ledger.after(cursor, most, Duration::ZERO).await
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

    /// Events that were stored through this instance and have not come back in its feed: 0 where a new history
    /// has begun.
    pub fn behind(&self) -> u64 {
        let written = self.written.lock().ok().and_then(|written| written.clone());
        let Some((written, read)) = written.zip(self.feed.cursor()) else {
            return 0;
        };
        match written.epoch == read.epoch {
            true => written.seq.saturating_sub(read.seq),
            false => 0,
        }
    }

    async fn read(&self, id: OrderId) -> Result<(Order, Text), Error> {
        let text = self
            .ledger
            .get(&orders::key(id))
            .await?
            .ok_or(Error::UnknownOrder(id))?;
        Ok((orders::read(&text)?, text))
    }

    async fn commit(&self, batch: Batch) -> Stored<Outcome> {
        let outcome = self.ledger.commit(batch).await?;
        if let (Outcome::Done(cursor) | Outcome::Known(_, cursor), Ok(mut written)) =
            (&outcome, self.written.lock())
        {
            let older = written
                .as_ref()
                .is_some_and(|w| w.epoch == cursor.epoch && w.seq > cursor.seq);
            if !older {
                *written = Some(cursor.clone());
            }
        }
        Ok(outcome)
    }
}

/// What went wrong in the store is for the log; a client is told what it can do about it.
impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        match error {
            StoreError::Away(_) | StoreError::Ambiguous(_) => {
                tracing::warn!(%error, "the store does not answer");
                Error::Away
            }
            StoreError::Broken(_) => {
                tracing::error!(%error, "the store refuses");
                Error::Internal
            }
        }
    }
}

async fn answer_in_time(work: impl Future<Output = Result<Answer, Error>>) -> Answer {
    in_time(work)
        .await
        .unwrap_or_else(|error| Err(error).into())
}

async fn in_time<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout(PATIENCE, work).await.unwrap_or(Err(Error::Away))
}
