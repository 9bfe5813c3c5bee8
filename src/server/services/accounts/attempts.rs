//! How often something may be tried, and what this instance knows of the places that are taken.
//!
//! Places are numbered in windows of fixed length. A window begins with those of the one before it that are not old yet, so
//! that there are never more in any stretch of that length.

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
/// By account, of those that have a password: who has the link of a reset still has to guess the code.
pub const JOIN_ACCOUNT: Limit = limit("join-account", 50, 24 * HOUR);
pub const PAIR: Limit = limit("pair", 10, HOUR);
pub const SIGN_UP: Limit = limit("sign-up", 10, HOUR);
/// By device.
pub const PIN: Limit = limit("pin", 5, 5 * MINUTE);
/// Of the own password, to change it: by account.
pub const OWN_PASSWORD: Limit = limit("own-password", 10, 15 * MINUTE);
pub const GUEST_ORDERS: Limit = limit("guest-orders", 20, HOUR);

/// How many names are kept in memory. Beyond, the store is asked again.
const KEPT: usize = 10_000;

/// When the places of one name were taken, in milliseconds since 1970: in a window, and in the one before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    pub before: Vec<i64>,
    pub taken: Vec<i64>,
}

impl Places {
    /// How long it takes until there is a place; `None` where there is one now.
    pub fn wait(&self, limit: Limit, now: i64) -> Option<Duration> {
        let length = millis(limit.window);
        let all = self.before.iter().chain(&self.taken).copied();
        let mut recent: Vec<i64> = all.filter(|at| now - at < length).collect();
        recent.sort_unstable();
        let too_many = recent.len().checked_sub(limit.places as usize)?;
        // Where a clock is ahead, nobody waits for longer than the window all the same.
        let wait = (recent.get(too_many)? + length - now).clamp(1, length);
        Some(Duration::from_millis(wait.unsigned_abs()))
    }
}

/// What this instance knows of the places.
#[derive(Default)]
pub struct Attempts(Mutex<HashMap<String, Known>>);

struct Known {
    window: i64,
    places: Places,
    /// From then on nothing of it counts.
    over: Instant,
}

impl Attempts {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The places in a window, if they are known.
    pub fn known(&self, name: &str, window: i64) -> Option<Places> {
        let known = self.lock();
        let known = known.get(name).filter(|known| known.window == window)?;
        Some(known.places.clone())
    }

    /// `left` of the window.
    pub fn record(&self, name: String, window: i64, places: Places, left: Duration, limit: Limit) {
        let (mut all, now) = (self.lock(), Instant::now());
        if all.len() >= KEPT {
            all.retain(|_, known| known.over > now);
        }
        if all.len() < KEPT || all.contains_key(&name) {
            let known = Known {
                window,
                places,
                over: now + left + limit.window,
            };
            all.insert(name, known);
        }
    }
}

/// The number of the window that a moment is in, and what is left of it.
pub fn window_at(now: i64, window: Duration) -> (i64, Duration) {
    let length = millis(window);
    let number = now.div_euclid(length);
    let left = length - now.rem_euclid(length);
    (number, Duration::from_millis(left.unsigned_abs()))
}

fn millis(window: Duration) -> i64 {
    i64::try_from(window.as_millis()).unwrap_or(i64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_window_has_a_number_and_an_end() {
        let minute = Duration::from_secs(60);
        assert_eq!(window_at(0, minute), (0, minute));
        assert_eq!(window_at(59_999, minute), (0, Duration::from_millis(1)));
        assert_eq!(window_at(60_000, minute), (1, minute));
    }

    #[test]
    fn places_are_known_in_their_window() {
        let attempts = Attempts::default();
        let places = Places {
            before: vec![3],
            taken: vec![7, 8],
        };
        attempts.record("a".to_owned(), 1, places.clone(), Duration::ZERO, PIN);
        assert_eq!(attempts.known("a", 1), Some(places));
        assert_eq!(attempts.known("a", 2), None);
        assert_eq!(attempts.known("b", 1), None);
    }

    #[test]
    fn the_memory_of_places_is_bounded() {
        let attempts = Attempts::default();
        let record = |n: usize, places| {
            attempts.record(n.to_string(), 0, places, Duration::ZERO, PIN);
        };
        for n in 0..KEPT + 5 {
            record(n, Places::default());
        }
        assert_eq!(attempts.lock().len(), KEPT);
        let places = Places {
            taken: vec![1],
            ..Places::default()
        };
        record(0, places.clone());
        assert_eq!(attempts.known("0", 0), Some(places));
    }

    #[test]
    fn a_window_does_not_double_what_is_left_of_the_one_before() {
        let minute = limit("test", 2, 60);
        let at = |before: &[i64], taken: &[i64], now| {
            let (before, taken) = (before.to_vec(), taken.to_vec());
            Places { before, taken }.wait(minute, now)
        };
        let wait = |millis| Some(Duration::from_millis(millis));
        assert_eq!(at(&[], &[60_000], 60_000), None);
        assert_eq!(at(&[], &[60_000, 60_000], 60_000), wait(60_000));
        // A second before the window, and a second after it.
        assert_eq!(at(&[59_000, 59_500], &[], 61_000), wait(58_000));
        assert_eq!(at(&[59_000, 59_500], &[], 119_000), None);
        assert_eq!(at(&[59_500], &[119_000], 119_400), wait(100));
        // By a clock that is ahead.
        assert_eq!(at(&[], &[900_000, 900_000], 60_000), wait(60_000));
    }

    proptest! {
        /// As the store and an instance without memory do it.
        #[test]
        fn no_stretch_of_a_window_has_more_places(
            gaps in prop::collection::vec(0_i64..40_000, 1..200), places in 1_u32..6
        ) {
            let minute = limit("test", places, 60);
            let (mut windows, mut taken) = (HashMap::<i64, Vec<i64>>::new(), Vec::<i64>::new());
            let mut now = 0;
            for gap in gaps {
                now += gap;
                let (window, _) = window_at(now, minute.window);
                let of = |window: i64| windows.get(&window).cloned().unwrap_or_default();
                let known = Places { before: of(window - 1), taken: of(window) };
                let recent = taken.iter().filter(|at| now - **at < 60_000).count();
                let wait = known.wait(minute, now);
                prop_assert_eq!(wait.is_none(), recent < places as usize);
                match wait {
                    None => {
                        windows.entry(window).or_default().push(now);
                        taken.push(now);
                    }
                    Some(wait) => {
                        let then = now + wait.as_millis() as i64;
                        let recent = |at: i64| taken.iter().filter(|taken| at - **taken < 60_000).count();
                        // Not a moment too late, and not one too early.
                        prop_assert!(recent(then) < places as usize);
                        prop_assert!(recent(then - 1) >= places as usize);
                    }
                }
            }
        }
    }
}
