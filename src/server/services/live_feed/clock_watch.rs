//! Whether the clock of this machine is behind what is stored: it was set back, or another instance's is ahead.

use crate::{domain::Time, server::clock};
use chrono::TimeDelta;
use std::sync::atomic::{AtomicBool, Ordering};

/// The clock must have passed what is stored by this much before it is named again.
const CAUGHT_UP: TimeDelta = TimeDelta::minutes(1);

#[derive(Default)]
pub struct ClockWatch {
    is_named: AtomicBool,
}

impl ClockWatch {
    /// Names the clock in the log, once, when it is behind the latest time in the store.
    pub fn compare(&self, latest: Time) {
        match clock::behind(latest) {
            Some(behind) if !self.is_named.swap(true, Ordering::Relaxed) => tracing::warn!(
                %latest,
                behind_s = behind.num_seconds(),
                "the clock of this machine is behind its store; ids and times go on from what is stored"
            ),
            None if clock::now() - latest > CAUGHT_UP => {
                self.is_named.store(false, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}
