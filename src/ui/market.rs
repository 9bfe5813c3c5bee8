//! The one live board of the page, and the clock beside it. Panels read; only `live` and answered commands write.
//!
//! It is a keyed store: whoever shows one order is woken by changes of that order alone, whoever shows a list by
//! any. What changes, and whether it may, is the domain's fold.

use crate::domain::{Board, Cursor, Event, Folded, Order, OrderId, Snapshot, Time};
use chrono::TimeDelta;
use leptos::prelude::*;

/// Into so many parts those are divided who count in minutes, so that a second never asks all of them.
const BEATS: usize = 10;
/// While the connection is gone: so old, and the page calls itself stale.
const STALE: TimeDelta = TimeDelta::seconds(5);

#[derive(Clone, Copy)]
pub struct Market {
    board: StoredValue<Option<Board>>,
    /// Who is told of each event that has changed it.
    heard: StoredValue<Option<Heard>>,
    /// What wakes up whoever shows an order, sorted by its id.
    rows: StoredValue<Vec<(OrderId, ArcTrigger)>>,
    /// Some order has changed.
    changed: Trigger,
    link: RwSignal<Link>,
    /// Nothing is missing up to here.
    as_of: RwSignal<Time>,
    now: RwSignal<Time>,
    /// The same for whoever counts in minutes: each looks at the clock every ten seconds, a tenth of all with each.
    beats: StoredValue<[RwSignal<Time>; BEATS]>,
    /// How far the browser's clock is behind the server's, in milliseconds.
    behind: StoredValue<i64>,
    /// Minutes east of UTC, where that is known.
    zone: RwSignal<Option<i32>>,
    asleep: RwSignal<bool>,
}

type Heard = Box<dyn Fn(&Event) + Send + Sync>;

/// How the page hangs on the live channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Link {
    /// Not at all: it is as it was rendered.
    Page,
    Live,
    /// It was, and is trying again.
    Lost,
    /// It is, but the server has lost touch with its store.
    Away,
}

/// What the lamp shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lamp {
    Page,
    Live,
    Reconnecting,
    Stale,
}

impl Market {
    pub fn new(snapshot: Option<Snapshot>, zone: Option<i32>) -> Market {
        let (board, as_of, now) = match snapshot {
            Some(Snapshot { board, as_of, now }) => (Some(board), as_of, now),
            None => (None, Time::default(), Time::default()),
        };
        Market {
            board: StoredValue::new(board),
            heard: StoredValue::default(),
            rows: StoredValue::default(),
            changed: Trigger::new(),
            link: RwSignal::new(Link::Page),
            as_of: RwSignal::new(as_of),
            now: RwSignal::new(now),
            beats: StoredValue::new([(); BEATS].map(|()| RwSignal::new(now))),
            behind: StoredValue::new(0),
            zone: RwSignal::new(zone),
            asleep: RwSignal::new(true),
        }
    }

    /// The market of this page.
    pub fn here() -> Market {
        expect_context()
    }

    pub fn is_loaded(self) -> bool {
        self.changed.track();
        self.board.with_value(Option::is_some)
    }

    /// One order, as it changes. `None` if it is not on the board now.
    pub fn order(self, id: OrderId) -> Option<Memo<Order>> {
        let get = move || {
            self.board
                .with_value(|board| board.as_ref()?.get(id).cloned())
        };
        let first = get()?;
        let trigger = self.rows.try_update_value(|rows| {
            let place = find(rows, id).unwrap_or_else(|place| {
                rows.insert(place, (id, ArcTrigger::new()));
                place
            });
            rows[place].1.clone()
        })?;
        Some(Memo::new(move |known: Option<&Order>| {
            trigger.track();
            // Off the board, it stays as it was last seen until its row is gone too.
            get()
                .or_else(|| known.cloned())
                .unwrap_or_else(|| first.clone())
        }))
    }

    /// Something about the board, read anew with every change. Boxed, so that this is compiled once for each
    /// kind of answer.
    pub fn view<T: Default + PartialEq + Send + Sync + 'static>(
        self,
        read: impl Fn(&Board) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let read: Box<dyn Fn(&Board) -> T + Send + Sync> = Box::new(read);
        self.boxed_view(read)
    }

    fn boxed_view<T: Default + PartialEq + Send + Sync + 'static>(
        self,
        read: Box<dyn Fn(&Board) -> T + Send + Sync>,
    ) -> Memo<T> {
        Memo::new(move |_| self.with(|board| board.map(&read).unwrap_or_default()))
    }

    /// Reads the board now, and is told when it changes.
    pub fn with<T>(self, read: impl FnOnce(Option<&Board>) -> T) -> T {
        self.changed.track();
        self.board.with_value(|board| read(board.as_ref()))
    }

    /// The version that an order on the board has now.
    pub fn version(self, id: OrderId) -> Option<u32> {
        self.with(|board| board?.get(id).map(|order| order.version))
    }

    /// Before the page is live, or where it never will be: what only works by itself must not be offered.
    pub fn is_asleep(self) -> bool {
        self.asleep.get()
    }

    pub fn is_live(self) -> bool {
        self.link.get() == Link::Live
    }

    pub fn is_lost(self) -> bool {
        self.link.get_untracked() == Link::Lost
    }

    pub fn is_live_untracked(self) -> bool {
        self.link.get_untracked() == Link::Live
    }

    pub fn is_asleep_untracked(self) -> bool {
        self.asleep.get_untracked()
    }

    pub fn lamp(self) -> Lamp {
        match self.link.get() {
            Link::Live => Lamp::Live,
            Link::Lost if self.age() < STALE => Lamp::Reconnecting,
            // A server that vouches for nothing renders pages that are stale from the start.
            Link::Page if self.age() < STALE => Lamp::Page,
            Link::Page | Link::Lost | Link::Away => Lamp::Stale,
        }
    }

    /// How old the data may be.
    pub fn age(self) -> TimeDelta {
        (self.now.get() - self.as_of.get()).max(TimeDelta::zero())
    }

    pub fn as_of(self) -> Time {
        self.as_of.get()
    }

    /// The time, by the server's clock. It ticks once a second.
    pub fn now(self) -> Time {
        self.now.get()
    }

    /// The time for whoever counts in minutes to or from `moment`: ten seconds old at most.
    pub fn about_now(self, moment: Time) -> Time {
        let beat = moment.millis().unsigned_abs() as usize % BEATS;
        self.beats.with_value(|beats| beats[beat].get())
    }

    pub fn now_untracked(self) -> Time {
        self.now.get_untracked()
    }

    pub fn zone(self) -> Option<i32> {
        self.zone.get()
    }

    pub fn zone_untracked(self) -> Option<i32> {
        self.zone.get_untracked()
    }
}

fn find(rows: &[(OrderId, ArcTrigger)], id: OrderId) -> Result<usize, usize> {
    rows.binary_search_by_key(&id, |(id, _)| *id)
}

/// For whoever keeps it live.
impl Market {
    pub fn cursor(self) -> Option<Cursor> {
        self.board
            .with_value(|board| board.as_ref().map(|board| board.cursor().clone()))
    }

    /// From now on, `heard` is told of each event that has changed the board.
    pub fn hear(self, heard: impl Fn(&Event) + Send + Sync + 'static) {
        self.heard.set_value(Some(Box::new(heard)));
    }

    pub fn fold(self, event: &Event) -> Folded {
        let folded = self.write(event.order.id, |board| board.fold(event));
        if matches!(folded, Folded::Applied { .. }) {
            self.heard
                .with_value(|heard| heard.as_ref().map(|heard| heard(event)));
        }
        folded
    }

    /// Takes the answer to a command, which may be here before its event.
    pub fn put(self, order: &Order) {
        self.write(order.id, |board| board.put(order));
    }

    fn write(self, id: OrderId, write: impl FnOnce(&mut Board) -> Folded) -> Folded {
        let folded = self
            .board
            .try_update_value(|board| board.as_mut().map(write))
            .flatten();
        let folded = folded.unwrap_or(Folded::Gap);
        if matches!(folded, Folded::Applied { .. }) {
            let row = self.rows.with_value(|rows| {
                let place = find(rows, id).ok()?;
                Some(rows[place].1.clone())
            });
            row.inspect(ArcTrigger::notify);
            self.changed.notify();
        }
        folded
    }

    /// Begins again from a board that has just been read.
    pub fn replace(self, snapshot: Snapshot) {
        self.board.set_value(Some(snapshot.board));
        self.as_of.set(snapshot.as_of);
        let rows = self.rows.get_value();
        rows.iter().for_each(|(_, row)| row.notify());
        self.changed.notify();
    }

    /// Nothing was missing just now, at `at` by the server's clock.
    pub fn vouch(self, at: Time, browser: Time) {
        self.behind.set_value((at - browser).num_milliseconds());
        self.tick(browser);
        self.as_of.set(at);
        self.relink(Link::Live);
    }

    /// A frame came, so nothing is missing now.
    pub fn touch(self, browser: Time) {
        self.tick(browser);
        let now = self.now.get_untracked();
        if self.as_of.get_untracked() != now {
            self.as_of.set(now);
        }
        self.relink(Link::Live);
    }

    pub fn relink(self, link: Link) {
        if self.link.get_untracked() != link {
            self.link.set(link);
        }
    }

    pub fn tick(self, browser: Time) {
        let now = browser + TimeDelta::milliseconds(self.behind.get_value());
        let (second, before) = (
            now.millis() / 1_000,
            self.now.get_untracked().millis() / 1_000,
        );
        if second == before {
            return;
        }
        self.now.set(now);
        // Of a page that nobody sees, the clock may have slept.
        let missed = second.abs_diff(before).min(BEATS as u64);
        for back in 0..missed {
            let beat = (second.unsigned_abs() - back) as usize % BEATS;
            self.beats.with_value(|beats| beats[beat].set(now));
        }
    }

    pub fn wake(self, zone: i32) {
        self.zone.set(Some(zone));
        self.asleep.set(false);
    }
}
