//! The newest entries of the log, bounded by their number and by what they take in memory: an order from a menu is two or
//! three times as long as an offer.

use super::entry::FeedEntry;
use crate::domain::Ring;
use std::ops::Deref;

/// Entries held in memory.
pub const CAPACITY: usize = 16_384;
/// What their texts take together, in bytes.
const MEMORY: usize = 48 * 1024 * 1024;

pub struct FeedRing {
    ring: Ring<FeedEntry>,
    bytes: usize,
    memory: usize,
}

impl FeedRing {
    /// An empty ring whose first entry will have the number `head + 1`.
    pub fn new(head: u64) -> FeedRing {
        FeedRing::bounded(head, CAPACITY, MEMORY)
    }

    pub fn bounded(head: u64, capacity: usize, memory: usize) -> FeedRing {
        FeedRing {
            ring: Ring::new(head, capacity),
            bytes: 0,
            memory,
        }
    }

    pub fn push(&mut self, entry: FeedEntry) {
        let bytes = entry.bytes();
        while (self.ring.is_full() || self.bytes + bytes > self.memory)
            && let Some(oldest) = self.ring.drop_oldest()
        {
            self.bytes -= oldest.bytes();
        }
        self.bytes += bytes;
        self.ring.push(entry);
    }
}

impl Deref for FeedRing {
    type Target = Ring<FeedEntry>;

    fn deref(&self) -> &Ring<FeedEntry> {
        &self.ring
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::basket::RestaurantId;
    use bytes::Bytes;

    fn push(ring: &mut FeedRing, bytes: usize) {
        let text = Bytes::from(vec![b'x'; bytes]);
        ring.push(FeedEntry::shop(text, RestaurantId::nil()));
    }

    #[test]
    fn the_oldest_entries_leave_by_number_and_by_size() {
        let mut ring = FeedRing::bounded(0, 4, 100);
        (0..5).for_each(|_| push(&mut ring, 10));
        assert_eq!((ring.oldest(), ring.head()), (1, 5));
        push(&mut ring, 85);
        // It leaves room for one of them.
        assert_eq!((ring.oldest(), ring.head()), (4, 6));
        ring.push(FeedEntry::silent());
        assert_eq!(ring.oldest(), 4);
        push(&mut ring, 100);
        assert_eq!((ring.oldest(), ring.head()), (6, 8));
        // What was dropped takes nothing any more.
        (0..4).for_each(|_| push(&mut ring, 25));
        assert_eq!((ring.oldest(), ring.head()), (8, 12));
    }
}
