//! What a place needs beside the board: the story of one order, or a page of the past, or how fast the market is.
//! The server has read it for the page that it renders; a live page reads it when it gets to another place, or
//! when the order changes, or (the pace) every few seconds.

use crate::{
    api,
    domain::{Error, Event, Order, OrderFilter, OrderId, OrdersPage, StageTimes, Time},
    ui::{
        browser::http,
        i18n::messages,
        live::store::LiveStore,
        place::{Navigator, OrdersQuery, Panel},
    },
};
use chrono::TimeDelta;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

/// How often the pace is read.
const EVERY: TimeDelta = TimeDelta::seconds(10);
/// Orders of the past that a page holds at most. Older ones are on the next page.
const HELD: usize = 20_000;

/// What was asked last, and the answer.
type Answer<Q, A> = RwSignal<Option<(Q, Result<A, Error>)>>;

#[derive(Clone, Copy)]
pub struct PageQueries {
    store: LiveStore,
    story: Answer<OrderId, Vec<Event>>,
    past: Answer<OrdersQuery, OrdersPage>,
    pace: RwSignal<Option<StageTimes>>,
    /// More of the past is on its way.
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
        let story = navigator.memo(|route| route.order_id());
        Effect::new(move |_| {
            // What could not be read is read when the connection is back.
            store.is_live();
            if let Some(id) = story.get() {
                queries.read_story(id, store.version(id));
            }
            if let Some((query, _)) = navigator.get().past() {
                queries.read_past(query.clone());
            }
        });
        let panel = navigator.memo(|route| route.panel());
        Effect::new(move |read: Option<Option<Time>>| {
            if panel.get() != Panel::Orders {
                return None;
            }
            let (read, now) = (read.flatten(), store.now());
            let known = read.or(queries.pace.with_untracked(Option::is_some).then_some(now));
            let due = known.is_none_or(|read| now - read >= EVERY);
            if due {
                queries.read_pace();
            }
            if due { Some(now) } else { known }
        });
        queries
    }

    pub fn here() -> PageQueries {
        expect_context()
    }

    /// The story of an order. `None` while it is being read.
    pub fn story(self, id: OrderId) -> Option<Result<Vec<Event>, Error>> {
        self.story.with(|story| {
            story
                .as_ref()
                .filter(|(of, _)| *of == id)
                .map(|(_, story)| story.clone())
        })
    }

    /// What is read from a page of the past. `None` while it is being read.
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

    /// One order of it.
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

    /// Reads a story, unless the one here goes as far as the board.
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

    /// Adds what comes after the end of a page of the past, unless it holds enough already.
    pub fn load_more(self, query: OrdersQuery) {
        let next = self.past.with_untracked(|past| match past {
            Some((of, Ok(found))) if is_same(of, &query) && found.orders.len() < HELD => found.next,
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
            // What could not be read is behind the link at the end.
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

/// Whether two pages of the past hold the same orders, in whatever order they are shown.
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
            query = format!("{query}&{name}={}", messages::in_address(&value));
        }
    }
    http::get(api::Search::PATH, &query).await
}
