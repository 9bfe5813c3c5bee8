//! How often something may be tried, and what this instance knows of the places that are taken.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// What is counted, and how much of it there may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    pub what: &'static str,
    pub places: u32,
    pub window: Duration,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

const fn limit(what: &'static str, places: u32, seconds: u64) -> Limit {
    Limit {
        what,
        places,
        window: Duration::from_secs(seconds),
    }
}

/// By account and network; of a device that is known, by account and device.
pub const SIGN_IN: Limit = limit("sign-in", 10, 15 * MINUTE);
/// From devices that are not known, by account.
pub const SIGN_IN_UNKNOWN: Limit = limit("sign-in-unknown", 50, 24 * HOUR);
/// Through the API, by account.
pub const SIGN_IN_API: Limit = limit("sign-in-api", 50, 24 * HOUR);
pub const SIGN_IN_NETWORK: Limit = limit("sign-in-network", 60, HOUR);
pub const JOIN: Limit = limit("join", 20, HOUR);
pub const PAIR: Limit = limit("pair", 10, HOUR);
pub const SIGN_UP: Limit = limit("sign-up", 10, HOUR);
/// By device.
pub const PIN: Limit = limit("pin", 5, 5 * MINUTE);
/// Of the own password, to change it: by account.
pub const OWN_PASSWORD: Limit = limit("own-password", 10, 15 * MINUTE);
pub const GUEST_ORDERS: Limit = limit("guest-orders", 20, HOUR);

/// How many names are kept in memory. Beyond, the store is asked again.
const KEPT: usize = 10_000;

/// What this instance knows of the places.
#[derive(Default)]
pub struct Attempts(Mutex<HashMap<String, Places>>);

struct Places {
    window: i64,
    /// The place to try next: those before it are taken.
    next: u32,
    ends: Instant,
}

impl Attempts {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Places>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn next(&self, name: &str, window: i64) -> u32 {
        let known = self.lock();
        let places = known.get(name).filter(|places| places.window == window);
        places.map_or(0, |places| places.next)
    }

    pub fn record(&self, name: String, window: i64, next: u32, left: Duration) {
        let (mut known, now) = (self.lock(), Instant::now());
        if known.len() >= KEPT {
            known.retain(|_, places| places.ends > now);
        }
        if known.len() < KEPT || known.contains_key(&name) {
            let ends = now + left;
            known.insert(name, Places { window, next, ends });
        }
    }
}

/// The number of the window that a moment is in, and what is left of it.
pub fn window_at(millis: i64, window: Duration) -> (i64, Duration) {
    let length = (window.as_millis() as i64).max(1);
    let number = millis.div_euclid(length);
    let left = length - millis.rem_euclid(length);
    (number, Duration::from_millis(left.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_a_number_and_an_end() {
        let minute = Duration::from_secs(60);
        assert_eq!(window_at(0, minute), (0, minute));
        assert_eq!(window_at(59_999, minute), (0, Duration::from_millis(1)));
        assert_eq!(window_at(60_000, minute), (1, minute));
    }

    #[test]
    fn places_that_are_taken_are_not_tried_again_in_their_window() {
        let attempts = Attempts::default();
        attempts.record("a".to_owned(), 1, 7, Duration::from_secs(9));
        assert_eq!(attempts.next("a", 1), 7);
        assert_eq!(attempts.next("a", 2), 0);
        assert_eq!(attempts.next("b", 1), 0);
    }

    #[test]
    fn the_memory_of_places_is_bounded() {
        let attempts = Attempts::default();
        for n in 0..KEPT + 5 {
            attempts.record(n.to_string(), 0, 1, Duration::from_secs(900));
        }
        assert_eq!(attempts.lock().len(), KEPT);
        attempts.record("0".to_owned(), 0, 2, Duration::from_secs(900));
        assert_eq!(attempts.next("0", 0), 2);
    }
}
