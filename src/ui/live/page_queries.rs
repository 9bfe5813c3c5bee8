//! The data that a page needs beside the board: the events of one order, a page of past orders, or the stage times. The
//! server reads it for the page that it renders; a hydrated page reads it again when its route or the order changes, and
//! the stage times every few seconds.

use crate::{
    api,
    domain::{Error, Event, Order, OrderFilter, OrderId, OrdersPage, StageTimes, Time},
    ui::{
        browser::http,
        live::store::LiveStore,
        navigation::Navigator,
        route::{OrdersQuery, Panel, percent::encode},
    },
};
use chrono::TimeDelta;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

/// How often the stage times are read.
const PACE_EVERY: TimeDelta = TimeDelta::seconds(10);
/// A page holds at most this many past orders. Older ones are on the next page.
const PAST_LIMIT: usize = 20_000;

/// The last query, and its answer.
type Answer<Q, A> = RwSignal<Option<(Q, Result<A, Error>)>>;

#[derive(Clone, Copy)]
pub struct PageQueries {
    store: LiveStore,
    story: Answer<OrderId, Vec<Event>>,
    past: Answer<OrdersQuery, OrdersPage>,
    pace: RwSignal<Option<StageTimes>>,
    /// More past orders have been requested.
    is_loading_more: StoredValue<bool>,
}

impl PageQueries {
    pub fn new(
        navigator: Navigator,
        store: LiveStore,
        story: Option<Result<Vec<Event>, Error>>,
        past: Option<Result<OrdersPage, Error>>,
        pace: Option<StageTimes>,
    ) -> PageQueries {
        let route = navigator.get_untracked();
        let queries = PageQueries {
            store,
            story: RwSignal::new(route.order_id().zip(story)),
            past: RwSignal::new(route.past().map(|(query, _)| query.clone()).zip(past)),
            pace: RwSignal::new(pace),
            is_loading_more: StoredValue::new(false),
        };
        queries.follow_route(navigator);
        queries.follow_clock(navigator);
        queries
    }

    /// Reads what another route needs, and the events of the order again when it changes.
    fn follow_route(self, navigator: Navigator) {
        let order = navigator.memo(|route| route.order_id());
        Effect::new(move |_| {
            // Runs again when the connection is back, and reads what could not be read.
            self.store.is_live();
            if let Some(id) = order.get() {
                self.read_story(id, self.store.version(id));
            }
            if let Some((query, _)) = navigator.get().past() {
                self.read_past(query.clone());
            }
        });
    }

    /// Reads the stage times on the orders panel, at intervals.
    fn follow_clock(self, navigator: Navigator) {
        let panel = navigator.memo(|route| route.panel());
        Effect::new(move |read: Option<Option<Time>>| {
            if panel.get() != Panel::Orders {
                return None;
            }
            let (read, now) = (read.flatten(), self.store.now());
            let known = read.or(self.pace.with_untracked(Option::is_some).then_some(now));
            let due = known.is_none_or(|read| now - read >= PACE_EVERY);
            if due {
                self.read_pace();
            }
            if due { Some(now) } else { known }
        });
    }

    pub fn from_context() -> PageQueries {
        expect_context()
    }

    /// The events of an order. `None` while they are being read.
    pub fn story(self, id: OrderId) -> Option<Result<Vec<Event>, Error>> {
        self.story.with(|story| {
            story
                .as_ref()
                .filter(|(of, _)| *of == id)
                .map(|(_, story)| story.clone())
        })
    }

    /// What `read` takes from a page of past orders. `None` while that is being read.
    pub fn past<T>(
        self,
        query: &OrdersQuery,
        read: impl FnOnce(&OrdersPage) -> T,
    ) -> Option<Result<T, Error>> {
        self.past.with(|past| {
            let (_, past) = past.as_ref().filter(|(of, _)| is_same(of, query))?;
            Some(past.as_ref().map(read).map_err(Error::clone))
        })
    }

    /// An order of the page of past orders.
    pub fn past_order(self, id: OrderId) -> Option<Order> {
        self.past.with_untracked(|past| {
            let orders = &past.as_ref()?.1.as_ref().ok()?.orders;
            // Newest first.
            let at = orders.binary_search_by(|order| id.cmp(&order.id)).ok()?;
            orders.get(at).cloned()
        })
    }

    pub fn pace(self) -> Option<StageTimes> {
        self.pace.get()
    }

    /// Reads the events of an order, unless the known ones reach the board's version.
    fn read_story(self, id: OrderId, version: Option<u32>) {
        let known = self.story.with_untracked(|story| match story {
            Some((of, Ok(events))) if *of == id => events.last().map(|event| event.order.version),
            Some((of, Err(Error::UnknownOrder(_)))) if *of == id => Some(0),
            _ => None,
        });
        if known.is_some() && known >= version {
            return;
        }
        spawn_local(async move {
            let story = http::get(api::History::PATH, &format!("id={id}")).await;
            // A failure does not replace what is known.
            if story.is_ok() || known.is_none() {
                self.story.set(Some((id, story)));
            }
        });
    }

    fn read_past(self, query: OrdersQuery) {
        let known = self
            .past
            .with_untracked(|past| matches!(past, Some((of, Ok(_))) if is_same(of, &query)));
        let Some(below) = query.below.filter(|_| !known) else {
            return;
        };
        let filter = query.filter(self.store.zone_untracked());
        spawn_local(async move {
            let past = search(&filter, below).await;
            self.past.set(Some((query, past)));
        });
    }

    /// Adds the orders that follow a page of past orders, up to [`PAST_LIMIT`].
    pub fn load_more(self, query: OrdersQuery) {
        let next = self.past.with_untracked(|past| match past {
            Some((of, Ok(found))) if is_same(of, &query) && found.orders.len() < PAST_LIMIT => {
                found.next
            }
            _ => None,
        });
        let Some(below) = next.filter(|_| !self.is_loading_more.get_value()) else {
            return;
        };
        self.is_loading_more.set_value(true);
        let filter = query.filter(self.store.zone_untracked());
        spawn_local(async move {
            let more = search(&filter, below).await;
            self.is_loading_more.set_value(false);
            // On a failure, the link at the end of the list leads on.
            let Ok(more) = more else { return };
            self.past.update(|past| {
                if let Some((of, Ok(found))) = past
                    && is_same(of, &query)
                    && found.next == Some(below)
                {
                    found.orders.extend(more.orders);
                    found.next = more.next;
                }
            });
        });
    }

    fn read_pace(self) {
        spawn_local(async move {
            // A failure does not replace what is known.
            if let Ok(pace) = http::get(api::ReadPace::PATH, "").await {
                self.pace.set(Some(pace));
            }
        });
    }
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
    ];
    let mut query = format!("below={below}");
    for (name, value) in values {
        if let Some(value) = value {
            query = format!("{query}&{name}={}", encode(&value));
        }
    }
    http::get(api::Search::PATH, &query).await
}
