//! The ids of new orders: by the clock, and above every order that this instance knows of. So they go on from what is
//! stored where the clock was set back, and a store takes no id that is not above all others.

use crate::domain::OrderId;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The most room, in milliseconds, that an attempt leaves is 2 to the power of this.
const MOST_ROOM: u32 = 10;

/// Makes the ids of an instance.
#[derive(Default)]
pub struct OrderIds {
    /// The highest id that is known: made here, or stored by another instance.
    highest: Mutex<Option<OrderId>>,
}

impl OrderIds {
    /// The next id. `None` if there is none above the highest one.
    ///
    /// The third attempt at one order leaves a millisecond for the ids of other instances, each further one twice as
    /// much: one of them is longer than the way to the store.
    pub fn next(&self, attempt: u32) -> Option<OrderId> {
        let mut highest = self.highest.lock().unwrap_or_else(PoisonError::into_inner);
        let by_clock = OrderId(Uuid::now_v7());
        let room = attempt
            .checked_sub(2)
            .map_or(0, |more| 1 << more.min(MOST_ROOM));
        let id = match highest.map(|highest| highest.later(room)) {
            Some(taken) if taken >= by_clock => taken.following(by_clock.0.as_u128() as u32)?,
            _ => by_clock,
        };
        *highest = Some(id);
        Some(id)
    }

    /// An order with this id is stored.
    pub fn follow(&self, stored: OrderId) {
        let mut highest = self.highest.lock().unwrap_or_else(PoisonError::into_inner);
        *highest = Some(stored).max(*highest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Time;

    #[test]
    fn each_id_is_above_those_before_and_those_that_are_stored() {
        let ids = OrderIds::default();
        let first = ids.next(0).unwrap();
        let ahead = first.later(3_600_000);
        ids.follow(ahead);
        ids.follow(first);
        let made: Vec<_> = (0..1_000).map(|_| ids.next(0).unwrap()).collect();
        assert!(made[0] > ahead && made.is_sorted_by(|before, after| before < after));
        // They count on, and do not run away from the one that they follow.
        assert_eq!(made.last().unwrap().time(), ahead.time());
    }

    #[test]
    fn an_id_is_of_its_time_unless_the_store_is_ahead() {
        let ids = OrderIds::default();
        let long_ago = OrderId::first_at(Time::from_millis(1_500_000_000_000));
        ids.follow(long_ago);
        let id = ids.next(9).unwrap();
        assert!(id > long_ago.later(u32::MAX));
    }

    #[test]
    fn each_further_attempt_leaves_more_room() {
        let ids = OrderIds::default();
        let stored = ids.next(0).unwrap().later(3_600_000);
        let millis = |attempt| {
            let ids = OrderIds::default();
            ids.follow(stored);
            let id = ids.next(attempt).unwrap();
            id.time().unwrap().millis() - stored.time().unwrap().millis()
        };
        let room: Vec<_> = [0, 1, 2, 3, 4, 12, 40].map(millis).into();
        assert_eq!(room, [0, 0, 1, 2, 4, 1024, 1024]);
    }
}
