//! A list that does not move under somebody's hand: what goes keeps its place and what comes stands at its end,
//! until a pause.

use crate::{
    domain::{OrderId, Time},
    ui::{
        live::browser_time,
        market::Market,
        place::{Here, Place, when_awake},
    },
};
use chrono::TimeDelta;
use leptos::prelude::*;

/// So long nothing has been touched, and nothing has changed.
const PAUSE: TimeDelta = TimeDelta::seconds(4);

/// What a hand does on the way to something.
const TOUCHES: [&str; 4] = ["pointermove", "pointerdown", "keydown", "wheel"];

/// What is shown of a list, and what of that has gone last.
#[derive(Clone, Copy)]
pub struct Calm {
    pub shown: Memo<Vec<OrderId>>,
    pub gone: RwSignal<Option<OrderId>>,
}

/// Shows what is `listed`. Whoever goes to another place, or looks for something else, sees it as it is now.
pub fn calm(listed: Memo<Vec<OrderId>>) -> Calm {
    let (market, here) = (Market::here(), Here::now());
    let shown = RwSignal::new(listed.get_untracked());
    let gone = RwSignal::new(None);
    let touched = StoredValue::new(Time::default());
    when_awake(move || {
        for event in TOUCHES {
            let handle =
                window_event_listener_untyped(event, move |_| {
                    // It may come after the list is gone.
                    let _ = touched.try_set_value(browser_time());
                });
            on_cleanup(move || handle.remove());
        }
    });
    Effect::new(move |before: Option<Place>| {
        let (place, now_listed) = (here.get(), listed.get());
        if before.is_some_and(|before| before != place) {
            shown.set(now_listed);
            return place;
        }
        let held = shown.with_untracked(|shown| held(shown, &now_listed));
        let lost = shown.with_untracked(|shown| {
            let lost = shown.iter().find(|id| !now_listed.contains(id));
            lost.copied()
        });
        if lost.is_some() {
            gone.set(lost);
        }
        if shown.with_untracked(|shown| *shown != held) {
            touched.set_value(touched.get_value().max(browser_time()));
            shown.set(held);
        }
        place
    });
    Effect::new(move |_| {
        let settled = shown.with(|shown| listed.with(|listed| shown == listed));
        if !settled {
            // Looks again with each second.
            market.now();
            if browser_time() - touched.get_value() > PAUSE {
                shown.set(listed.get_untracked());
            }
        }
    });
    Calm {
        shown: Memo::new(move |_| shown.get()),
        gone,
    }
}

/// All that was shown, where it was; then what is new.
fn held(shown: &[OrderId], listed: &[OrderId]) -> Vec<OrderId> {
    let new = listed.iter().filter(|id| !shown.contains(id));
    shown.iter().chain(new).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_keeps_its_place_and_what_comes_stands_at_the_end() {
        let ids = |ids: &[u128]| -> Vec<_> {
            let id = |n: &u128| OrderId(uuid::Uuid::from_u128(*n));
            ids.iter().map(id).collect()
        };
        let held = |shown, listed| held(&ids(shown), &ids(listed));
        assert_eq!(held(&[3, 2, 1], &[4, 3, 1]), ids(&[3, 2, 1, 4]));
        assert_eq!(held(&[], &[2, 1]), ids(&[2, 1]));
        assert_eq!(held(&[2, 1], &[]), ids(&[2, 1]));
    }
}
