//! A list that does not move while the reader works in it: until a pause, removed entries keep their place and new ones
//! come last. [`StableList`] is a pure reducer; one memo feeds it.

use crate::{
    domain::{OrderId, Time},
    ui::{
        browser::timer::browser_time,
        components::basics::changing,
        i18n::locale::say,
        live::{reactive::memo, store::LiveStore},
        navigation::Navigator,
        route::Route,
    },
};
use chrono::TimeDelta;
use leptos::prelude::*;
use std::time::Duration;

/// After this long without a touch, and without a change, the list shows its current entries.
const PAUSE: TimeDelta = TimeDelta::seconds(4);
/// No change waits longer than this for the next one, where nobody touches the page.
const LONGEST: TimeDelta = TimeDelta::seconds(12);

/// The events of a reader who is about to act.
const TOUCHES: [&str; 4] = ["pointermove", "pointerdown", "keydown", "wheel"];

/// A press that is longer may have been released where the page has not heard of it.
const LONGEST_PRESS: TimeDelta = TimeDelta::seconds(1);
/// How long after a press the page looks whether it was released. The click comes with the release.
const RELEASE: Duration = Duration::from_millis(100);

/// What a view shows of a stable list.
#[derive(Clone, Copy)]
pub struct StableRows {
    pub shown: Memo<Vec<OrderId>>,
    /// The entry that was removed last.
    pub gone: Memo<Option<OrderId>>,
    /// How many entries stand at the end because they are new.
    pub arrived: Memo<usize>,
}

#[derive(Clone, Debug, PartialEq)]
struct StableList {
    route: Route,
    /// The current entries.
    known: Vec<OrderId>,
    shown: Vec<OrderId>,
    gone: Option<OrderId>,
    arrived: usize,
    /// The last touch.
    touched: Time,
    /// The first and the last change that is not shown yet.
    changed: Option<(Time, Time)>,
}

/// One step of the list.
struct Input {
    route: Route,
    listed: Vec<OrderId>,
    /// The last touch.
    touched: Time,
    now: Time,
}

impl StableList {
    fn new(route: Route, listed: Vec<OrderId>) -> StableList {
        StableList {
            route,
            known: listed.clone(),
            shown: listed,
            gone: None,
            arrived: 0,
            touched: Time::default(),
            changed: None,
        }
    }

    fn reduce(&mut self, input: Input) {
        // Another route shows the current entries.
        if self.route != input.route {
            let gone = self.gone;
            *self = StableList::new(input.route, input.listed);
            self.gone = gone;
            return;
        }
        let now = input.now;
        self.touched = self.touched.max(input.touched);
        if self.known != input.listed {
            let first = self.changed.map_or(now, |(first, _)| first);
            self.changed = Some((first, now));
            self.gone = first_removed(&self.known, &input.listed).or(self.gone);
            self.known = input.listed;
        }
        let is_over = self.changed.is_none_or(|(first, last)| {
            now - self.touched > PAUSE && (now - last > PAUSE || now - first > LONGEST)
        });
        if is_over {
            (self.shown, self.changed, self.arrived) = (self.known.clone(), None, 0);
        } else {
            self.hold();
        }
    }

    /// The shown entries stay in their order, and the new ones come after them.
    fn hold(&mut self) {
        let mut shown = self.shown.clone();
        shown.sort_unstable();
        let new = self.known.iter().copied();
        let new: Vec<_> = new.filter(|id| shown.binary_search(id).is_err()).collect();
        self.arrived += new.len();
        self.shown.extend(new);
        if self.shown == self.known {
            (self.changed, self.arrived) = (None, 0);
        }
    }

    /// Whether no change waits for a pause.
    fn is_settled(&self) -> bool {
        self.shown == self.known
    }
}

/// Shows what is `listed`.
pub fn stable(listed: Memo<Vec<OrderId>>) -> StableRows {
    let (store, navigator) = (LiveStore::from_context(), Navigator::from_context());
    let hand = Hand::from_context();
    let list = memo(move |before: Option<&StableList>| {
        let (route, listed) = (navigator.get(), listed.get());
        let Some(before) = before else {
            return StableList::new(route, listed);
        };
        let mut list = before.clone();
        list.reduce(Input {
            route,
            listed,
            touched: hand.touched.get_value(),
            now: browser_time(),
        });
        if !list.is_settled() {
            // Subscribes to the clock, so that this runs again each second.
            store.now();
        }
        list
    });
    StableRows {
        shown: memo(move |_| list.with(|list| list.shown.clone())),
        gone: memo(move |_| list.with(|list| list.gone)),
        arrived: memo(move |_| list.with(|list| list.arrived)),
    }
}

/// `2 new below`, while new entries stand at the end of a list.
pub fn arrived(rows: StableRows) -> AnyView {
    changing(move || match rows.arrived.get() {
        0 => None,
        n => {
            let words = say!("{n} new below", "{n} neu unten");
            Some(view! { <span class="arrived" translate="no">{words}</span> }.into_any())
        }
    })
}

/// What the reader's hand does.
#[derive(Clone, Copy)]
pub struct Hand {
    /// When it touched the page last.
    touched: StoredValue<Time>,
    /// Since when it presses.
    pressed: StoredValue<Option<Time>>,
}

impl Hand {
    pub fn new() -> Hand {
        Hand {
            touched: StoredValue::default(),
            pressed: StoredValue::default(),
        }
    }

    pub(super) fn from_context() -> Hand {
        expect_context()
    }

    pub fn watch(self) {
        for event in TOUCHES {
            window_event_listener_untyped(event, move |_| self.touched.set_value(browser_time()));
        }
        window_event_listener_untyped("pointerdown", move |_| {
            self.pressed.set_value(Some(browser_time()));
        });
        for event in ["pointerup", "pointercancel"] {
            window_event_listener_untyped(event, move |_| self.pressed.set_value(None));
        }
    }

    /// Does what may move the page, but not between a press and its release: that would be no click.
    pub(super) fn when_released(self, work: impl FnOnce() + 'static) {
        let presses = |since| browser_time() - since < LONGEST_PRESS;
        match self.pressed.get_value().is_some_and(presses) {
            true => set_timeout(move || self.when_released(work), RELEASE),
            false => work(),
        }
    }
}

/// The first entry that was removed.
fn first_removed(known: &[OrderId], listed: &[OrderId]) -> Option<OrderId> {
    known.iter().find(|id| !listed.contains(id)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{at, id};

    fn ids<const N: usize>(ids: [u128; N]) -> Vec<OrderId> {
        ids.map(id).into()
    }

    fn list<const N: usize>(listed: [u128; N]) -> StableList {
        StableList::new(Route::dispatch(), ids(listed))
    }

    fn input<const N: usize>(listed: [u128; N], touched: i64, now: i64) -> Input {
        Input {
            route: Route::dispatch(),
            listed: ids(listed),
            touched: at(touched),
            now: at(now),
        }
    }

    #[test]
    fn removed_entries_stay_and_new_ones_come_last_until_a_pause() {
        let mut list = list([3, 2, 1]);
        list.reduce(input([4, 3, 1], 0, 10));
        assert_eq!(list.shown, ids([3, 2, 1, 4]));
        assert_eq!(list.gone, Some(id(2)));
        list.reduce(input([4, 3, 1], 0, 14));
        assert_eq!(list.shown, ids([3, 2, 1, 4]));
        assert!(!list.is_settled());
        list.reduce(input([4, 3, 1], 0, 15));
        assert_eq!(list.shown, ids([4, 3, 1]));
        assert!(list.is_settled());
    }

    #[test]
    fn where_nobody_touches_it_no_change_waits_for_long() {
        let mut list = list([1, 2, 3]);
        for second in 10..23 {
            list.reduce(input(
                if second % 2 == 0 {
                    [2, 3, 4]
                } else {
                    [4, 3, 2]
                },
                0,
                second,
            ));
            assert_eq!(
                (&list.shown, list.arrived),
                (&ids([1, 2, 3, 4]), 1),
                "{second}"
            );
        }
        list.reduce(input([4, 3, 2], 0, 23));
        assert_eq!((&list.shown, list.arrived), (&ids([4, 3, 2]), 0));
    }

    #[test]
    fn a_touch_makes_the_pause_begin_again() {
        let mut list = list([2, 1]);
        list.reduce(input([1], 0, 10));
        list.reduce(input([1], 13, 15));
        assert_eq!(list.shown, ids([2, 1]));
        list.reduce(input([1], 13, 18));
        assert_eq!(list.shown, ids([1]));
    }

    #[test]
    fn another_route_shows_the_current_entries() {
        let mut list = list([2, 1]);
        list.reduce(input([3, 1], 0, 10));
        list.reduce(Input {
            route: Route::Home,
            ..input([3, 1], 10, 10)
        });
        assert_eq!(list.shown, ids([3, 1]));
        assert_eq!(list.gone, Some(id(2)));
    }

    #[test]
    fn an_entry_that_returns_is_shown_once_and_an_empty_list_settles() {
        let mut list = list([2, 1]);
        list.reduce(input([1], 0, 10));
        list.reduce(input([2, 1], 0, 11));
        assert_eq!(list.shown, ids([2, 1]));
        list.reduce(input([], 0, 12));
        list.reduce(input([], 0, 17));
        assert_eq!(list.shown, ids([]));
    }
}
