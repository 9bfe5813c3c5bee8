//! What was stored through this instance, and may not have come back in its feed yet.

use crate::domain::{Cursor, Order, OrderId};
use std::collections::VecDeque;

/// The largest number of orders that are held: a feed that is at work is never so far behind.
const CAPACITY: usize = 1_024;

#[derive(Default)]
pub struct Written {
    newest: Option<Cursor>,
    /// In about the order in which they were stored: each with its number in the epoch of `newest`.
    orders: VecDeque<(u64, Order)>,
}

impl Written {
    /// Notes what was stored at `cursor`. What the feed has followed up to `followed` is not held any longer.
    pub fn record(&mut self, cursor: &Cursor, order: Option<&Order>, followed: Option<&Cursor>) {
        let newest = self.newest.get_or_insert_with(|| cursor.clone());
        if newest.epoch != cursor.epoch {
            self.orders.clear();
        }
        if newest.epoch != cursor.epoch || newest.seq < cursor.seq {
            *newest = cursor.clone();
        }
        let followed = followed.filter(|followed| followed.epoch == cursor.epoch);
        let followed = followed.map_or(0, |followed| followed.seq);
        while let Some((seq, _)) = self.orders.front()
            && (*seq <= followed || self.orders.len() == CAPACITY)
        {
            self.orders.pop_front();
        }
        if cursor.seq > followed {
            self.orders
                .extend(order.map(|order| (cursor.seq, order.clone())));
        }
    }

    /// The end of what was stored here.
    pub fn newest(&self) -> Option<&Cursor> {
        self.newest.as_ref()
    }

    /// An order as it was last stored here, as long as it is held.
    pub fn order(&self, id: OrderId) -> Option<&Order> {
        let orders = self.orders.iter().map(|(_, order)| order);
        orders
            .filter(|order| order.id == id)
            .max_by_key(|order| order.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{at, id, offer};

    fn cursor(epoch: &str, seq: u64) -> Cursor {
        format!("{epoch}-{seq}").parse().unwrap()
    }

    fn order(n: u128) -> Order {
        Order::new(id(n), offer(), at(0)).0
    }

    /// The numbers of the held orders.
    fn held(written: &Written) -> Vec<u64> {
        written.orders.iter().map(|(seq, _)| *seq).collect()
    }

    #[test]
    fn what_has_come_back_is_not_held() {
        let mut written = Written::default();
        for seq in [1, 3, 2, 4] {
            written.record(&cursor("e", seq), Some(&order(seq.into())), None);
        }
        assert_eq!(written.newest(), Some(&cursor("e", 4)));
        written.record(&cursor("e", 5), None, Some(&cursor("e", 3)));
        assert_eq!(held(&written), [4]);
        assert_eq!(written.order(id(4)), Some(&order(4)));
        assert_eq!(written.order(id(3)), None);
        // The feed was faster than the answer.
        written.record(&cursor("e", 6), Some(&order(6)), Some(&cursor("e", 6)));
        assert_eq!(held(&written), [0; 0]);
    }

    #[test]
    fn the_newest_of_an_order_is_the_one_with_the_highest_version() {
        let mut written = Written::default();
        let later = Order {
            version: 2,
            ..order(1)
        };
        written.record(&cursor("e", 2), Some(&later), None);
        written.record(&cursor("e", 1), Some(&order(1)), None);
        assert_eq!(written.order(id(1)), Some(&later));
        assert_eq!(written.newest(), Some(&cursor("e", 2)));
    }

    #[test]
    fn another_history_begins_empty() {
        let mut written = Written::default();
        written.record(&cursor("e", 9), Some(&order(1)), None);
        written.record(&cursor("f", 2), Some(&order(2)), Some(&cursor("e", 9)));
        assert_eq!(
            (written.newest(), &*held(&written)),
            (Some(&cursor("f", 2)), &[2][..])
        );
    }

    #[test]
    fn a_feed_that_stands_still_costs_bounded_memory() {
        let mut written = Written::default();
        for seq in 1..=2 * CAPACITY as u64 {
            written.record(&cursor("e", seq), Some(&order(seq.into())), None);
        }
        assert_eq!(held(&written).len(), CAPACITY);
        assert_eq!(held(&written)[0], CAPACITY as u64 + 1);
    }
}
