//! The clock of a page: the server's time, one tick a second, and the reader's time zone.

use crate::domain::{Time, Zone};
use chrono::TimeDelta;
use leptos::prelude::*;

/// Views that count in minutes are divided into this number of groups; each second updates one group, never all.
const GROUPS: usize = 10;

#[derive(Clone, Copy)]
pub(super) struct Clock {
    now: RwSignal<Time>,
    /// The same time for views that count in minutes: each group is updated every ten seconds.
    groups: StoredValue<[RwSignal<Time>; GROUPS]>,
    /// The server's time minus the browser's, in milliseconds.
    offset: StoredValue<i64>,
    /// The reader's time zone, where that is known.
    pub(super) zone: RwSignal<Option<Zone>>,
}

impl Clock {
    pub(super) fn new(now: Time, zone: Option<Zone>) -> Clock {
        Clock {
            now: RwSignal::new(now),
            groups: StoredValue::new([(); GROUPS].map(|()| RwSignal::new(now))),
            offset: StoredValue::new(0),
            zone: RwSignal::new(zone),
        }
    }

    pub(super) fn now(self) -> Time {
        self.now.get()
    }

    pub(super) fn now_untracked(self) -> Time {
        self.now.get_untracked()
    }

    /// The time for a view that counts in minutes to or from `moment`: at most ten seconds old.
    pub(super) fn about_now(self, moment: Time) -> Time {
        let group = moment.millis().unsigned_abs() as usize % GROUPS;
        self.groups.with_value(|groups| groups[group].get())
    }

    /// Sets the clock by the server's.
    pub(super) fn set(self, server: Time, browser: Time) {
        self.offset.set_value((server - browser).num_milliseconds());
        self.tick(browser);
    }

    pub(super) fn tick(self, browser: Time) {
        let now = browser + TimeDelta::milliseconds(self.offset.get_value());
        let (second, before) = (
            now.millis() / 1_000,
            self.now.get_untracked().millis() / 1_000,
        );
        if second == before {
            return;
        }
        self.now.set(now);
        // The timer of a hidden page may have been stopped.
        let missed = second.abs_diff(before).min(GROUPS as u64);
        for back in 0..missed {
            let group = (second.unsigned_abs() - back) as usize % GROUPS;
            self.groups.with_value(|groups| groups[group].set(now));
        }
    }
}
