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

    /// What `read` takes from the past orders of a query, and from where the next page of them begins. `None` while they
    /// are being read.
    pub fn get<T>(
        self,
        query: &OrdersQuery,
        read: impl FnOnce(&[Order], Option<OrderId>) -> T,
    ) -> Option<Result<T, Error>> {
        self.answer.with(|past| {
            let (_, past) = past.as_ref().filter(|past| reaches(past, query))?;
            let read = |page: &OrdersPage| {
                let is_newer = |order: &Order| Some(order.id) >= query.below;
                let first = page.orders.partition_point(is_newer);
                read(&page.orders[first..], page.next)
            };
            Some(past.as_ref().map(read).map_err(Error::clone))
        })
    }

    /// Whether all is here that was to be read of a query's past orders, or why not. `None` while that is being read.
    pub fn progress(self, query: &OrdersQuery) -> Option<Result<(), Error>> {
        self.older.with(|older| {
            let older = older.as_ref().filter(|older| covers(&older.query, query));
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
        let known = self.answer.with_untracked(
            |past| matches!(past, Some(past @ (_, Ok(_))) if reaches(past, &query)),
        );
        let known = known && is_read_so;
        if let Some(below) = query.below.filter(|_| !known) {
            self.read_below(query, below);
        }
    }

    /// Reads what a search finds beyond the board; where that is known, the orders that follow it. Returns whether there
    /// are any, up to [`PAST_LIMIT`].
    pub fn read_on(self, query: OrdersQuery) -> bool {
        let below = self.answer.with_untracked(|past| match past {
            Some(past @ (_, Ok(found))) if reaches(past, &query) => {
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
                covers(&older.query, query) && older.below == below && older.failed.is_none()
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
            let known = past.as_ref().filter(|past| reaches(past, &query));
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

/// Whether a query finds all that another does, sorted or not, where it is read far enough: it begins with the same order
/// or a newer one. A live page's board is longer than the one that the server has rendered.
fn covers(one: &OrdersQuery, other: &OrdersQuery) -> bool {
    let filter = |query: &OrdersQuery| OrdersQuery {
        sort: None,
        below: None,
        ..query.clone()
    };
    filter(one) == filter(other) && one.below >= other.below
}

/// Whether what a query has found covers another, up to the order below which that begins.
fn reaches((of, found): &(OrdersQuery, Result<OrdersPage, Error>), query: &OrdersQuery) -> bool {
    let is_far_enough = |page: &OrdersPage| page.next.is_none_or(|next| Some(next) <= query.below);
    covers(of, query) && (of.below == query.below || found.as_ref().is_ok_and(is_far_enough))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::id;

    fn below(order: u128) -> OrdersQuery {
        OrdersQuery {
            below: Some(id(order)),
            ..OrdersQuery::default()
        }
    }

    fn found(next: Option<u128>) -> Result<OrdersPage, Error> {
        let orders = Vec::new();
        let next = next.map(id);
        Ok(OrdersPage { orders, next })
    }

    #[test]
    fn what_is_read_stays_when_the_board_reaches_further_back() {
        let known = (below(260), found(Some(60)));
        assert!(reaches(&known, &below(260)));
        assert!(reaches(&known, &below(200)));
        assert!(reaches(&known, &below(60)));
        // The board has ended beyond all that is known, and does not reach it any more.
        assert!(!reaches(&known, &below(59)));
        assert!(!reaches(&known, &below(261)));
        assert!(reaches(&(below(260), found(None)), &below(1)));
        let failed = (below(260), Err(Error::StoreUnavailable));
        assert!(reaches(&failed, &below(260)));
        assert!(!reaches(&failed, &below(200)));
    }

    #[test]
    fn another_filter_finds_other_orders() {
        let text = OrdersQuery {
            text: "salami".to_owned(),
            ..below(200)
        };
        assert!(!covers(&below(260), &text));
        let sorted = OrdersQuery {
            sort: Some(crate::ui::route::Sort::Price),
            ..below(200)
        };
        assert!(covers(&below(260), &sorted));
    }
}
