//! How fast the market is, and each kitchen in it.

use crate::domain::{AccountRole, Event, Name, StageTimer, StageTimes, Status, Time, Viewer};
use chrono::TimeDelta;
use std::collections::HashMap;

#[derive(Default)]
pub struct StageTimers {
    market: StageTimer,
    /// Measured where kitchens sign in, and see their own.
    kitchens: HashMap<Name, StageTimer>,
}

impl StageTimers {
    /// Takes the events in their order; returns the stage that this one ended, and how long that was.
    pub fn record(&mut self, event: &Event) -> Option<(Status, TimeDelta)> {
        if event.actor.is_some() {
            let name = &event.order.supplier_name;
            match self.kitchens.get_mut(name) {
                Some(kitchen) => kitchen.record(event),
                None => self.kitchens.entry(name.clone()).or_default().record(event),
            };
        }
        self.market.record(event)
    }

    /// Of what a viewer sees. `None` where it has no list of orders.
    pub fn times(&self, viewer: &Viewer, now: Time) -> Option<StageTimes> {
        let Some(identity) = viewer.identity() else {
            return Some(self.market.times(now));
        };
        if !identity.has_orders_panel() {
            return None;
        }
        if identity.role != AccountRole::Supplier {
            return Some(self.market.times(now));
        }
        let own = identity.supplier_name.as_ref();
        let own = own.and_then(|name| self.kitchens.get(name));
        Some(own.map_or_else(|| StageTimer::default().times(now), |own| own.times(now)))
    }
}
