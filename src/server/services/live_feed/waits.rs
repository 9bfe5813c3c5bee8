//! Since when open orders have had their status, kept in order: how long the oldest waits is known without a walk
//! through all of them.

use crate::domain::{Board, Order, OrderId, Status, Time};
use std::{collections::BTreeSet, time::Duration};

/// For each status, the open orders that have it, longest first.
#[derive(Default)]
pub struct Waits([BTreeSet<(Time, OrderId)>; Status::ALL.len()]);

/// The place of an order.
pub type Entry = (Status, (Time, OrderId));

impl Waits {
    pub fn of(board: &Board) -> Waits {
        let mut waits = Waits::default();
        for order in board.orders() {
            waits.moved(None, order);
        }
        waits
    }

    pub fn entry(order: &Order) -> Entry {
        (order.status, (order.since(), order.id))
    }

    /// An order has changed; its place before, if it was on the board.
    pub fn moved(&mut self, before: Option<Entry>, order: &Order) {
        if let Some((status, wait)) = before {
            self.0[status as usize].remove(&wait);
        }
        let (status, wait) = Waits::entry(order);
        if !status.is_final() {
            self.0[status as usize].insert(wait);
        }
    }

    /// How long the order that has a status longest has had it, for each status that is not final.
    pub fn longest(&self, now: Time) -> impl Iterator<Item = (Status, Duration)> {
        let open = Status::ALL.iter().filter(|status| !status.is_final());
        open.map(move |&status| {
            let first = self.0[status as usize].first();
            let waits = first.map(|(since, _)| (now - *since).to_std().unwrap_or_default());
            (status, waits.unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Counts,
        samples::{at, commands, id, offer},
    };
    use proptest::prelude::*;

    /// What a walk through all orders finds.
    fn walked(orders: &[Order], now: Time) -> Vec<(Status, Duration)> {
        let open = Status::ALL.iter().filter(|status| !status.is_final());
        open.map(|&status| {
            let same = orders.iter().filter(|order| order.status == status);
            let waits = same.map(|order| (now - order.since()).to_std().unwrap());
            (status, waits.max().unwrap_or_default())
        })
        .collect()
    }

    proptest! {
        #[test]
        fn the_longest_wait_is_that_of_a_walk(steps in proptest::collection::vec((0usize..5, 0usize..9), 1..80)) {
            let mut orders: Vec<_> = (0..5).map(|n| Order::new(id(n), offer(), at(n as i64)).0).collect();
            let cursor = "e-0".parse().unwrap();
            let mut waits = Waits::of(&Board::new(cursor, Counts::default(), orders.clone(), None));
            for (second, (order, command)) in steps.into_iter().enumerate() {
                let (known, now) = (&mut orders[order], at(10 + second as i64));
                let command = commands()[command].clone();
                if let Ok((changed, _)) = known.clone().apply(command, Actor::AnyRole, now) {
                    waits.moved(Some(Waits::entry(known)), &changed);
                    *known = changed;
                }
                prop_assert_eq!(waits.longest(now).collect::<Vec<_>>(), walked(&orders, now));
            }
        }
    }
}
