//! The newest items of a dense sequence, bounded. Readers own nothing but a position.

use std::collections::VecDeque;

#[derive(Debug)]
pub struct Ring<T> {
    /// The number of the newest item; the position of a reader who has them all.
    head: u64,
    items: VecDeque<T>,
    capacity: usize,
}

/// What a reader at some position finds.
#[derive(Debug, PartialEq)]
pub enum RingRead<T> {
    /// All items after the position, oldest first, at most `limit`. Empty at the head.
    Items(Vec<T>),
    /// Some items after the position are no longer held.
    Dropped,
    /// The position is beyond the head.
    Ahead,
}

impl<T: Clone> Ring<T> {
    /// An empty ring whose first item will have the number `head + 1`. Holds at most `capacity` items.
    pub fn new(head: u64, capacity: usize) -> Self {
        Ring {
            head,
            items: VecDeque::new(),
            capacity,
        }
    }

    pub fn push(&mut self, item: T) {
        if self.items.len() == self.capacity {
            self.items.pop_front();
        }
        self.items.push_back(item);
        self.head += 1;
    }

    /// The oldest position whose reader misses nothing.
    pub fn oldest(&self) -> u64 {
        self.head - self.items.len() as u64
    }

    pub fn after(&self, position: u64, limit: usize) -> RingRead<T> {
        if position > self.head {
            return RingRead::Ahead;
        }
        let missing = (self.head - position) as usize;
        match self.items.len().checked_sub(missing) {
            None => RingRead::Dropped,
            Some(start) => {
                RingRead::Items(self.items.range(start..).take(limit).cloned().collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A reader gets exactly what came after its position, or learns that it cannot.
        #[test]
        fn a_reader_misses_nothing(start in 0u64..5, pushed in 0u64..40, capacity in 1usize..10, position in 0u64..60) {
            let mut ring = Ring::new(start, capacity);
            for n in start + 1..=start + pushed {
                ring.push(n);
            }
            let head = start + pushed;
            let expected: Vec<u64> = (position + 1..=head).collect();
            match ring.after(position, usize::MAX) {
                RingRead::Items(items) => prop_assert_eq!(items, expected),
                RingRead::Dropped => prop_assert!(position < head - pushed.min(capacity as u64)),
                RingRead::Ahead => prop_assert!(position > head),
            }
        }
    }
}
