//! The id of an order.

use crate::domain::Time;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A version 7 UUID, so that ids sort by creation. (An order that comes from elsewhere may have another UUID.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(pub Uuid);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OrderId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(OrderId)
    }
}

/// The bits of a UUID that say which version and variant it is, and what they are in version 7.
const FIXED: u128 = 0xf << 76 | 0b11 << 62;
const VERSION_7: u128 = 7 << 76 | 0b10 << 62;
/// One millisecond of an id's time.
const MILLISECOND: u128 = 1 << 80;
/// In milliseconds since 1970. Nearly all random ids are above those of this time.
const YEAR_2100: i64 = 4_102_444_800_000;

impl OrderId {
    /// The id that would come next.
    pub fn after(self) -> OrderId {
        OrderId(Uuid::from_u128(self.0.as_u128().wrapping_add(1)))
    }

    /// An id of version 7 above this one, in the same millisecond where that has room. `None` above the last one.
    pub fn following(self, random: u32) -> Option<OrderId> {
        // What version 7 leaves free is one number here: with the bits between its parts set, a carry passes them.
        let add = |step: u128| {
            let sum = (self.0.as_u128() | FIXED).checked_add(step)?;
            let low = u128::from(u32::MAX);
            let next = (sum & !FIXED & !low) | VERSION_7 | u128::from(random);
            Some(OrderId(Uuid::from_u128(next)))
        };
        // An id of another version may be above all of version 7 in its millisecond.
        let counted = add(1 << 32).filter(|next| *next > self);
        counted.or_else(|| add(MILLISECOND))
    }

    /// The id that is this much later.
    pub fn later(self, millis: u32) -> OrderId {
        let later = u128::from(millis) * MILLISECOND;
        OrderId(Uuid::from_u128(self.0.as_u128().saturating_add(later)))
    }

    /// The time in an id of version 7, unless it follows a random id, as orders from elsewhere may have.
    pub fn time(self) -> Option<Time> {
        let millis = (self.0.as_u128() / MILLISECOND) as i64;
        let is_time = self.0.get_version_num() == 7 && millis < YEAR_2100;
        is_time.then(|| Time::from_millis(millis))
    }

    /// What the ids of orders made from then on are not below, as far as the clock that made them was right.
    pub fn first_at(time: Time) -> OrderId {
        let millis = time.millis().max(0) as u128;
        OrderId(Uuid::from_u128(millis * MILLISECOND))
    }

    /// Four characters to call out in a kitchen. They come from the random end, and need not be unique.
    pub fn number(self) -> String {
        format!("{:04X}", self.0.as_u128() & 0xffff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Variant;

    fn id(text: &str) -> OrderId {
        text.parse().unwrap()
    }

    #[test]
    fn the_following_id_is_in_the_same_millisecond_where_that_has_room() {
        for (before, after) in [
            // In the lower part, over into the upper part, and into the next millisecond.
            (
                "01a2b3c4-d5e6-7123-8000-0000ffffffff",
                "01a2b3c4-d5e6-7123-8000-00010000abcd",
            ),
            (
                "01a2b3c4-d5e6-7123-bfff-ffff00000000",
                "01a2b3c4-d5e6-7124-8000-00000000abcd",
            ),
            (
                "01a2b3c4-d5e6-7fff-bfff-ffffffffffff",
                "01a2b3c4-d5e7-7000-8000-00000000abcd",
            ),
            // Of other versions, below and above all of version 7 in their millisecond.
            (
                "7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f11",
                "7b1e3c9e-3c1f-7d57-9a63-5b0d0000abcd",
            ),
            (
                "7b1e3c9e-3c1f-8d57-9a63-5b0c8f3f2f11",
                "7b1e3c9e-3c20-7d57-9a63-5b0c0000abcd",
            ),
        ] {
            assert_eq!(id(before).following(0xabcd), Some(id(after)), "{before}");
        }
        let last = id("ffffffff-ffff-7fff-bfff-ffffffffffff");
        assert_eq!(last.following(0), None);
    }

    #[test]
    fn only_ids_that_were_made_by_a_clock_have_a_time() {
        let time = Time::from_millis(1_780_000_000_123);
        let made = OrderId::first_at(time).following(0).unwrap();
        assert_eq!(made.time(), Some(time));
        assert_eq!(
            made.later(2_000).time(),
            Some(Time::from_millis(1_780_000_002_123))
        );
        let random = id("7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f11");
        assert_eq!(random.time(), None);
        assert_eq!(random.following(0).unwrap().time(), None);
    }

    proptest! {
        #[test]
        fn the_following_id_is_above_and_of_version_7(id: u128, random: u32) {
            let id = OrderId(Uuid::from_u128(id));
            match id.following(random) {
                Some(next) => {
                    prop_assert!(next > id);
                    prop_assert_eq!(next.0.get_version_num(), 7);
                    prop_assert_eq!(next.0.get_variant(), Variant::RFC4122);
                    prop_assert_eq!(next.0.as_u128() as u32, random);
                }
                None => prop_assert_eq!(id.0.as_u128() >> 80, (1 << 48) - 1),
            }
        }
    }
}
