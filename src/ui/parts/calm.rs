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
            let handle = window_event_listener_untyped(event, move |_| {
                // It may come after the list is gone.
                let _ = touched.try_set_value(browser_time());
            });
            on_cleanup(move || handle.remove());
        }
    });
    let known = StoredValue::new(listed.get_untracked());
    Effect::new(move |before: Option<Place>| {
        let (place, now_listed) = (here.get(), listed.get());
        let was_shown = shown.get_untracked();
        if before.is_some_and(|before| before != place) {
            known.set_value(now_listed.clone());
            shown.set(now_listed);
            return place;
        }
        if known.get_value() != now_listed {
            touched.update_value(|touched| *touched = browser_time().max(*touched));
            if let Some(lost) = known.with_value(|known| lost(known, &now_listed)) {
                gone.set(Some(lost));
            }
            known.set_value(now_listed.clone());
        }
        let held = held(&was_shown, &now_listed);
        if held != now_listed {
            // Looks again with each second.
            market.now();
        }
        let paused = browser_time() - touched.get_value() > PAUSE;
        let shall = if paused { now_listed } else { held };
        if shall != was_shown {
            shown.set(shall);
        }
        place
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

/// The first that is not there any more.
fn lost(known: &[OrderId], listed: &[OrderId]) -> Option<OrderId> {
    known.iter().find(|id| !listed.contains(id)).copied()
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
