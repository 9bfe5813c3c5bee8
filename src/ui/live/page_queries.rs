//! The data that a page needs beside the board: the events of one order, what it lists beyond the board, the names to
//! choose from, the stage times, or who is on duty. The server reads it for the page that it renders; a hydrated page
//! reads it again when its route changes, follows the events of the orders in it, and reads the stage times, who is on
//! duty and the market's numbers every few seconds.

use crate::{
    api,
    domain::{
        AccountKind, Board, Duty, Error, Event, Name, Names, Order, OrderId, StageTimes, Time,
        Wanting,
    },
    ui::{
        browser::{dom::is_page_visible, http, url},
        live::{page_data::PageData, past_orders::PastOrders, reactive::memo, store::LiveStore},
        navigation::Navigator,
        route::Panel,
        settings::kitchen_of_device,
        viewer::viewer,
    },
};
use chrono::TimeDelta;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

/// How often the stage times are read.
const PACE_EVERY: TimeDelta = TimeDelta::seconds(10);
/// How often it is read who is on duty.
const DUTY_EVERY: TimeDelta = TimeDelta::seconds(3);
/// How often the numbers of the market are read: a page does not hear of all that moves them, and some orders get late.
const COUNTS_EVERY: TimeDelta = TimeDelta::seconds(5);

/// What was asked for last, and the answer.
type Answer<Q, A> = RwSignal<Option<(Q, Result<A, Error>)>>;

#[derive(Clone, Copy)]
pub struct PageQueries {
    store: LiveStore,
    story: Answer<OrderId, Vec<Event>>,
    follow_key: RwSignal<Option<(OrderId, String)>>,
    pub past: PastOrders,
    pace: RwSignal<Option<StageTimes>>,
    duty: RwSignal<Option<Duty>>,
    names: RwSignal<Names>,
    wanting: RwSignal<Wanting>,
    /// Whether the page is that of an account.
    is_signed_in: bool,
}

impl PageQueries {
    pub fn new(navigator: Navigator, store: LiveStore, data: &mut PageData) -> PageQueries {
        let (route, end) = (navigator.get_untracked(), store.end_untracked());
        let (story, past) = (data.story.take(), data.past.take());
        let queries = PageQueries {
            store,
            story: RwSignal::new(route.order_id().zip(story)),
            follow_key: RwSignal::new(route.order_id().zip(data.follow_key.take())),
            past: PastOrders::new(store, route.beyond(end).zip(past)),
            pace: RwSignal::new(data.pace.take()),
            duty: RwSignal::new(data.duty.take()),
            names: RwSignal::new(std::mem::take(&mut data.names)),
            wanting: RwSignal::new(std::mem::take(&mut data.wanting)),
            is_signed_in: (viewer().identity()).is_some_and(|one| one.kind != AccountKind::Guest),
        };
        queries.follow_route(navigator);
        queries.follow_pace(navigator);
        queries
    }

    /// Reads what another route needs, and the events of the order again when it changes.
    fn follow_route(self, navigator: Navigator) {
        let order = navigator.memo(|route| route.order_id());
        let panel = navigator.memo(|route| route.panel());
        let end = self.store.view(Board::end);
        let is_open = viewer().is_open();
        Effect::new(move |_| {
            // Runs again when the connection is back, and reads what could not be read.
            self.store.is_live();
            // And when the reader's zone is known, in which the times of a filter are.
            self.store.zone();
            if let Some(id) = order.get() {
                self.read_story(id, self.store.version(id));
                if !is_open && panel.get_untracked() == Panel::Track {
                    self.read_follow_key(id);
                }
            }
            let route = navigator.get();
            let Some(query) = route.beyond(end.get()) else {
                return;
            };
            match untrack(|| self.past.progress(&query)) {
                Some(Err(_)) => drop(self.past.read_on(query)),
                _ if route.begins_beyond() => self.past.begin(query),
                _ => {}
            }
        });
        // The first page has brought its own.
        Effect::new(move |before: Option<()>| {
            let chooses = matches!(
                panel.get(),
                Panel::Supplier | Panel::Orders | Panel::Dispatch
            );
            if chooses && before.is_some() {
                self.read_names();
            }
        });
    }

    /// Follows an event of the log.
    pub fn hear(self, event: &Event) {
        let order = &event.order;
        self.past.hear(order);
        let follows = self.story.with_untracked(|story| {
            let (of, events) = story.as_ref()?;
            let last = events.as_ref().ok()?.last()?;
            Some(*of == order.id && last.order.version + 1 == order.version)
        });
        if follows == Some(true) {
            self.story.update(|story| {
                if let Some((_, Ok(events))) = story {
                    events.push(event.clone());
                }
            });
        }
    }

    /// Reads at intervals: the stage times on the orders panel, and who is on duty on the dispatch panel.
    fn follow_pace(self, navigator: Navigator) {
        let panel = navigator.memo(|route| route.panel());
        self.at_intervals(
            PACE_EVERY,
            move || panel.get() == Panel::Orders,
            move || self.pace.with_untracked(Option::is_some),
            move || self.read_pace(),
        );
        self.at_intervals(
            DUTY_EVERY,
            move || panel.get() == Panel::Dispatch,
            move || self.duty.with_untracked(Option::is_some),
            move || spawn_local(self.read_duty()),
        );
    }

    /// Reads the numbers in the navigation at intervals. `opened`: since when the bell rings on this page.
    pub fn follow_counts(self, opened: impl Fn() -> Option<Time> + 'static) {
        self.at_intervals(
            COUNTS_EVERY,
            || true,
            || true,
            move || self.read_counts(opened()),
        );
    }

    /// Reads while it is wanted: at once, unless it is here already. Nobody sees what a hidden page would read.
    fn at_intervals(
        self,
        every: TimeDelta,
        is_wanted: impl Fn() -> bool + 'static,
        is_here: impl Fn() -> bool + 'static,
        read: impl Fn() + 'static,
    ) {
        Effect::new(move |last: Option<Option<Time>>| {
            if !is_wanted() {
                return None;
            }
            // Only the page that was opened has brought it.
            let is_first = last.is_none();
            let (last, now) = (last.flatten(), self.store.now());
            let known = last.or((is_first && is_here()).then_some(now));
            let is_due = is_page_visible() && known.is_none_or(|read| now - read >= every);
            if is_due {
                read();
            }
            if is_due { Some(now) } else { known }
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

    /// The key that the reader may share of an order.
    pub fn follow_key(self, id: OrderId) -> Option<String> {
        self.follow_key.with(|known| {
            let (of, key) = known.as_ref()?;
            (*of == id).then(|| key.clone())
        })
    }

    /// An order that is on the board, or beyond it, as it changes.
    pub fn order(self, id: OrderId) -> Option<Memo<Order>> {
        self.store.order(id).or_else(|| {
            let first = untrack(|| self.past.order(id))?;
            Some(memo(move |known: Option<&Order>| {
                let order = self.past.order(id);
                order.unwrap_or_else(|| known.unwrap_or(&first).clone())
            }))
        })
    }

    /// The names of all kitchens, as they were read last.
    pub fn kitchens(self) -> Vec<Name> {
        self.names.with(|names| names.kitchens.clone())
    }

    /// The names of drivers, as they were read last.
    pub fn drivers(self) -> Vec<Name> {
        self.names.with(|names| names.drivers.clone())
    }

    /// What wants somebody now on the panels that the page does not show, as it was read last.
    pub fn wanting<T>(self, read: impl FnOnce(&Wanting) -> T) -> T {
        self.wanting.with(read)
    }

    pub fn pace(self) -> Option<StageTimes> {
        self.pace.get()
    }

    /// What `read` takes from who is on duty.
    pub fn with_duty<T>(self, read: impl FnOnce(&Duty) -> T) -> T {
        let none = Duty::default();
        self.duty.with(|duty| read(duty.as_ref().unwrap_or(&none)))
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

    /// Reads the key that the reader may share of an order, unless it is known: its customer has one as soon as it is taken.
    fn read_follow_key(self, id: OrderId) {
        if untrack(|| self.follow_key(id)).is_some() {
            return;
        }
        spawn_local(async move {
            // Without it the page is not shared.
            let read = http::get(api::ReadFollowKey::PATH, &format!("id={id}")).await;
            if let Ok(Some(key)) = read {
                self.follow_key.set(Some((id, key)));
            }
        });
    }

    fn read_names(self) {
        spawn_local(async move {
            // Without them, those on the board can be chosen.
            if let Ok(names) = http::get(api::ReadNames::PATH, "").await {
                self.names.set(names);
            }
        });
    }

    fn read_counts(self, opened: Option<Time>) {
        let kitchen = kitchen_of_device();
        let values = [
            (
                "kitchen",
                kitchen
                    .as_ref()
                    .and_then(|kitchen| kitchen.name().map(str::to_owned)),
            ),
            ("opened", opened.map(|time| time.to_string())),
        ];
        spawn_local(async move {
            let read = http::get(api::ReadCounts::PATH, &http::query(values)).await;
            match read {
                Ok((cursor, market, wanting)) => {
                    self.store.count(&cursor, market);
                    self.wanting.set(wanting);
                }
                // The session has ended while the page had no connection on which to hear of it. The server leads to
                // where one signs in.
                Err(Error::NotSignedIn) if self.is_signed_in => url::reload(),
                // Another failure leaves what is known.
                Err(_) => {}
            }
        });
    }

    pub async fn read_duty(self) {
        // A failure does not replace what is known.
        if let Ok(duty) = http::get(api::ReadDuty::PATH, "").await {
            self.duty.set(Some(duty));
        }
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
