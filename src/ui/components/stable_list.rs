//! A list that does not move while the reader works in it: until a pause, removed entries keep their place and new ones
//! come last. [`StableList`] is pure; one memo feeds it.

use crate::{
    domain::{OrderId, Time},
    ui::{
        browser::timer::browser_time,
        live::{
            reactive::{memo, when_hydrated},
            store::LiveStore,
        },
        navigation::Navigator,
        route::Route,
    },
};
use chrono::TimeDelta;
use leptos::prelude::*;

/// After this long without a touch or a change, the list shows its current entries.
const PAUSE: TimeDelta = TimeDelta::seconds(4);

/// The events of a reader who is about to act.
const TOUCHES: [&str; 4] = ["pointermove", "pointerdown", "keydown", "wheel"];

/// What a view shows of a stable list.
#[derive(Clone, Copy)]
pub struct StableRows {
    pub shown: Memo<Vec<OrderId>>,
    /// The entry that was removed last.
    pub gone: Memo<Option<OrderId>>,
}

#[derive(Clone, Debug, PartialEq)]
struct StableList {
    route: Route,
    /// The current entries.
    known: Vec<OrderId>,
    shown: Vec<OrderId>,
    gone: Option<OrderId>,
    /// The last touch or change.
    touched: Time,
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
            touched: Time::default(),
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
        self.touched = self.touched.max(input.touched);
        if self.known != input.listed {
            self.touched = input.now;
            self.gone = first_removed(&self.known, &input.listed).or(self.gone);
            self.known = input.listed;
        }
        self.shown = if input.now - self.touched > PAUSE {
            self.known.clone()
        } else {
            kept_in_place(&self.shown, &self.known)
        };
    }

    /// Whether no change waits for a pause.
    fn is_settled(&self) -> bool {
        self.shown == self.known
    }
}

/// Shows what is `listed`.
pub fn stable(listed: Memo<Vec<OrderId>>) -> StableRows {
    let (store, navigator) = (LiveStore::from_context(), Navigator::from_context());
    let touched = last_touch();
    let list = memo(move |before: Option<&StableList>| {
        let (route, listed) = (navigator.get(), listed.get());
        let Some(before) = before else {
            return StableList::new(route, listed);
        };
        let mut list = before.clone();
        list.reduce(Input {
            route,
            listed,
            touched: touched.get_value(),
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
    }
}

/// When the reader touched the page last.
fn last_touch() -> StoredValue<Time> {
    let touched = StoredValue::new(Time::default());
    when_hydrated(move || {
        for event in TOUCHES {
            let handle = window_event_listener_untyped(event, move |_| {
                // The event may arrive after the list is gone.
                let _ = touched.try_set_value(browser_time());
            });
            on_cleanup(move || handle.remove());
        }
    });
    touched
}

/// The shown entries in their order, then the new ones.
fn kept_in_place(shown: &[OrderId], listed: &[OrderId]) -> Vec<OrderId> {
    let new = listed.iter().filter(|id| !shown.contains(id));
    shown.iter().chain(new).copied().collect()
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
        StableList::new(Route::Dispatch, ids(listed))
    }

    fn input<const N: usize>(listed: [u128; N], touched: i64, now: i64) -> Input {
        Input {
            route: Route::Dispatch,
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
