//! The newest items of a dense sequence, bounded. Readers own nothing but a position.

use std::collections::VecDeque;

#[derive(Debug)]
pub struct Ring<T> {
    /// The number of the newest item; the position of a reader who has them all.
    head: u64,
    items: VecDeque<T>,
    capacity: usize,
}

impl<T> Ring<T> {
    /// An empty ring whose first item will have the number `head + 1`. Holds at most `capacity` items.
    pub fn new(head: u64, capacity: usize) -> Self {
        Ring {
            head,
            items: VecDeque::new(),
            capacity,
        }
    }

    pub fn push(&mut self, item: T) {
        if self.is_full() {
            self.drop_oldest();
        }
        self.items.push_back(item);
        self.head += 1;
    }

    /// Whether the next item takes the place of the oldest one.
    pub fn is_full(&self) -> bool {
        self.items.len() == self.capacity
    }

    pub fn drop_oldest(&mut self) -> Option<T> {
        self.items.pop_front()
    }

    /// The number of the newest item.
    pub fn head(&self) -> u64 {
        self.head
    }

    pub fn get(&self, number: u64) -> Option<&T> {
        let place = number.checked_sub(self.oldest() + 1)?;
        self.items.get(usize::try_from(place).ok()?)
    }

    /// The oldest position whose reader misses nothing.
    pub fn oldest(&self) -> u64 {
        self.head - self.items.len() as u64
    }

    /// All items after a position with their numbers, oldest first: none at the head or beyond it. `None` where some of
    /// them are no longer held.
    pub fn after(&self, position: u64) -> Option<impl Iterator<Item = (u64, &T)>> {
        let start = position.checked_sub(self.oldest())? as usize;
        let items = self.items.range(start.min(self.items.len())..);
        Some((position + 1..).zip(items))
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
            prop_assert_eq!(ring.get(position).copied(), Some(position).filter(|_| position > ring.oldest() && position <= head));
            match ring.after(position) {
                Some(items) => {
                    prop_assert!(items.map(|(number, item)| (number, *item)).eq(expected.iter().map(|n| (*n, *n))));
                }
                None => prop_assert!(position < head - pushed.min(capacity as u64)),
            }
        }
    }
}
