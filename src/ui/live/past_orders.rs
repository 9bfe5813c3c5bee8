//! The orders of the past that a page lists beyond its board, and reading on.

use crate::{
    api,
    domain::{Error, Order, OrderFilter, OrderId, OrdersPage, Time, Zone},
    ui::{browser::http, live::store::LiveStore, route::OrdersQuery},
};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

/// A page holds at most this many orders beyond its board. Older ones are on the next page.
const PAST_LIMIT: usize = 20_000;

/// A search for the orders of a query that are older than one of them: it is on its way, or has failed.
struct OlderOrders {
    query: OrdersQuery,
    below: OrderId,
    failed: Option<Error>,
}

#[derive(Clone, Copy)]
pub struct PastOrders {
    store: LiveStore,
    /// The zone in which the times of the last query were read. That of a first visit is not known to the server.
    zone: StoredValue<Option<Zone>>,
    /// The last query, and what it has found.
    answer: RwSignal<Option<(OrdersQuery, Result<OrdersPage, Error>)>>,
    /// What is being read. Nothing, once that is in the answer.
    older: RwSignal<Option<OlderOrders>>,
}

impl PastOrders {
    /// `first`: what the page came with.
    pub fn new(
        store: LiveStore,
        first: Option<(OrdersQuery, Result<OrdersPage, Error>)>,
    ) -> PastOrders {
        PastOrders {
            store,
            zone: StoredValue::new(store.zone_untracked()),
            answer: RwSignal::new(first),
            older: RwSignal::new(None),
        }
    }

    /// Follows a change of one of them.
    pub fn hear(self, order: &Order) {
        let place = self.answer.with_untracked(|past| {
            let page = past.as_ref()?.1.as_ref().ok()?;
            place_in(page, order.id)
        });
        if let Some(place) = place {
            self.answer.update(|past| {
                if let Some((_, Ok(page))) = past {
                    page.orders[place] = order.clone();
                }
            });
        }
    }

    /// What `read` takes from a page of past orders. `None` while that is being read.
    pub fn get<T>(
        self,
        query: &OrdersQuery,
        read: impl FnOnce(&OrdersPage) -> T,
    ) -> Option<Result<T, Error>> {
        self.answer.with(|past| {
            let (_, past) = past.as_ref().filter(|(of, _)| is_same(of, query))?;
            Some(past.as_ref().map(read).map_err(Error::clone))
        })
    }

    /// Whether all is here that was to be read of a query's past orders, or why not. `None` while that is being read.
    pub fn progress(self, query: &OrdersQuery) -> Option<Result<(), Error>> {
        self.older.with(|older| {
            let older = older.as_ref().filter(|older| is_same(&older.query, query));
            let Some(older) = older else {
                return Some(Ok(()));
            };
            older.failed.clone().map(Err)
        })
    }

    /// An order of the past, as it is now.
    pub fn order(self, id: OrderId) -> Option<Order> {
        self.answer.with(|past| {
            let page = past.as_ref()?.1.as_ref().ok()?;
            page.orders.get(place_in(page, id)?).cloned()
        })
    }

    /// Reads the first of them, unless they are known.
    pub fn begin(self, query: OrdersQuery) {
        let filter = query.filter(self.store.zone_untracked().as_ref());
        let is_read_so = (self.zone).with_value(|zone| query.filter(zone.as_ref()) == filter);
        let known = self
            .answer
            .with_untracked(|past| matches!(past, Some((of, Ok(_))) if is_same(of, &query)));
        let known = known && is_read_so;
        if let Some(below) = query.below.filter(|_| !known) {
            self.read_below(query, below);
        }
    }

    /// Reads what a search finds beyond the board; where that is known, the orders that follow it. Returns whether there
    /// are any, up to [`PAST_LIMIT`].
    pub fn read_on(self, query: OrdersQuery) -> bool {
        let below = self.answer.with_untracked(|past| match past {
            Some((of, Ok(found))) if is_same(of, &query) => {
                found.next.filter(|_| found.orders.len() < PAST_LIMIT)
            }
            _ => query.below,
        });
        below.map(|below| self.read_below(query, below)).is_some()
    }

    /// Reads the orders below one of them, unless they are being read.
    fn read_below(self, query: OrdersQuery, below: OrderId) {
        let is_reading = move |query: &OrdersQuery| {
            let is = |older: &OlderOrders| {
                is_same(&older.query, query) && older.below == below && older.failed.is_none()
            };
            self.older
                .with_untracked(|older| older.as_ref().is_some_and(is))
        };
        if is_reading(&query) {
            return;
        }
        self.older.set(Some(OlderOrders {
            query: query.clone(),
            below,
            failed: None,
        }));
        let zone = self.store.zone_untracked();
        let filter = query.filter(zone.as_ref());
        self.zone.set_value(zone);
        spawn_local(async move {
            let found = search(&filter, below).await;
            // The page may have begun another search.
            if is_reading(&query) {
                self.take(query, below, found);
            }
        });
    }

    fn take(self, query: OrdersQuery, below: OrderId, found: Result<OrdersPage, Error>) {
        let follows = self.answer.with_untracked(|past| {
            let known = past.as_ref().filter(|(of, _)| is_same(of, &query));
            known.is_some_and(|(_, known)| {
                known.as_ref().is_ok_and(|known| known.next == Some(below))
            })
        });
        let failed = found.as_ref().err().cloned();
        match found {
            Ok(more) if follows => self.answer.update(|past| {
                if let Some((_, Ok(known))) = past {
                    known.orders.extend(more.orders);
                    known.next = more.next;
                }
            }),
            // What is known stays.
            Err(_) if follows => {}
            found => self.answer.set(Some((query.clone(), found))),
        }
        self.older.set(failed.map(|error| OlderOrders {
            query,
            below,
            failed: Some(error),
        }));
    }
}

/// Where an order is on a page, whose orders are sorted newest first.
fn place_in(page: &OrdersPage, id: OrderId) -> Option<usize> {
    page.orders.binary_search_by(|order| id.cmp(&order.id)).ok()
}

/// Whether two queries find the same orders, sorted or not.
fn is_same(one: &OrdersQuery, other: &OrdersQuery) -> bool {
    let sort = None;
    OrdersQuery {
        sort,
        ..one.clone()
    } == OrdersQuery {
        sort,
        ..other.clone()
    }
}

async fn search(filter: &OrderFilter, below: OrderId) -> Result<OrdersPage, Error> {
    let time = |time: Option<Time>| time.map(|time| time.to_string());
    let values = [
        ("text", Some(filter.text.clone())),
        ("status", filter.status.map(|status| status.to_string())),
        ("supplier", filter.supplier.clone()),
        ("driver", filter.driver.clone()),
        ("from", time(filter.from)),
        ("before", time(filter.before)),
        ("below", Some(below.to_string())),
    ];
    http::get(api::Search::PATH, &http::query(values)).await
}
