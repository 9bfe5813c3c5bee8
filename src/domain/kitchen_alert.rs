//! What a kitchen must not miss, however loud it is there: a pizza that a customer has just ordered, and one that was
//! cancelled while its ticket hung there.
//!
//! Whether it rings follows from the tickets that hang there and from what this device has heard of, and from
//! nothing else: no ticket, no ring.

use super::{Order, OrderId, Status, Time};
use chrono::TimeDelta;

/// A page that is opened rings for what is not older than this: a reload must not hide a call, and a screen that is
/// switched on must not ring for the whole evening.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// What is cancelled hangs on a page that is opened so much later.
const HANGS: TimeDelta = TimeDelta::hours(1);
/// At most this many changes are kept as heard. More do not hang at once.
const REMEMBERED: usize = 100;

/// The statuses in which a customer waits, and the ticket hangs in the kitchen.
pub const IN_KITCHEN: [Status; 3] = [Status::CustomerAccepted, Status::Preparing, Status::Ready];

/// Why a ticket needs the attention of the kitchen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KitchenAlert {
    /// A customer has ordered, and the kitchen has not begun yet.
    Ordered,
    /// Its order is cancelled.
    Cancelled,
}

/// The changes that were acknowledged at this device, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Acknowledged(Vec<(OrderId, u32)>);

impl Acknowledged {
    /// What cannot be read was not heard.
    pub fn read(text: &str) -> Acknowledged {
        let change = |word: &str| {
            let (id, version) = word.split_once('.')?;
            Some((id.parse().ok()?, version.parse().ok()?))
        };
        Acknowledged(text.split(' ').filter_map(change).collect())
    }

    pub fn write(&self) -> String {
        let words = self.0.iter().map(|(id, version)| format!("{id}.{version}"));
        words.collect::<Vec<_>>().join(" ")
    }

    pub fn of(&self, order: &Order) -> bool {
        let (id, version) = call_of(order);
        self.has(id, version)
    }

    /// Whether the change to this version of an order is among them.
    pub fn has(&self, id: OrderId, version: u32) -> bool {
        self.0.contains(&(id, version))
    }

    pub fn add(&mut self, order: &Order) {
        if !self.of(order) {
            self.0.push(call_of(order));
        }
        let too_many = self.0.len().saturating_sub(REMEMBERED);
        self.0.drain(..too_many);
    }
}

/// The change that calls: of what was ordered from a menu the order itself, since its version counts what the kitchen
/// does with it, too.
pub fn call_of(order: &Order) -> (OrderId, u32) {
    let is_ordered = order.basket.is_some() && order.status == Status::CustomerAccepted;
    (order.id, if is_ordered { 1 } else { order.version })
}

/// Whether its kitchen itself has answered it.
fn is_answered_here(order: &Order) -> bool {
    let basket = order.basket.as_ref();
    basket.is_some_and(|basket| basket.answered_at.is_some() && basket.answer_by.is_some())
}

/// Whether its ticket hung in the kitchen when it was cancelled.
fn was_taken_down(order: &Order) -> bool {
    let hung = |status| IN_KITCHEN.contains(&status);
    order.cancelled_from().is_some_and(hung)
}

/// Whether a cancelled order still stays_visible, struck through, on a page that was opened at `opened`.
pub fn stays_visible(order: &Order, heard: &Acknowledged, opened: Time) -> bool {
    was_taken_down(order) && !heard.of(order) && opened - order.updated_at < HANGS
}

/// Whether a change rings on a page that was opened at `opened`, however long ago that is.
pub fn is_fresh(changed: Time, opened: Time) -> bool {
    opened - changed < FRESH
}

/// What a ticket rings for on a page that was opened at `opened`.
pub fn alert_of(order: &Order, heard: &Acknowledged, opened: Time) -> Option<KitchenAlert> {
    let chime = match order.status {
        // The kitchen itself has put it back there.
        Status::CustomerAccepted if order.is_recalled() || is_answered_here(order) => return None,
        Status::CustomerAccepted => KitchenAlert::Ordered,
        _ if was_taken_down(order) => KitchenAlert::Cancelled,
        _ => return None,
    };
    (!heard.of(order) && is_fresh(order.since(), opened)).then_some(chime)
}

/// What is to be heard as the `turn`th of all strokes: each kind of call in its turn.
pub fn next_alert<'a>(
    tickets: impl Iterator<Item = &'a Order>,
    heard: &Acknowledged,
    opened: Time,
    turn: usize,
) -> Option<KitchenAlert> {
    let (mut taken, mut cancelled) = (false, false);
    for order in tickets {
        match alert_of(order, heard, opened) {
            Some(KitchenAlert::Ordered) => taken = true,
            Some(KitchenAlert::Cancelled) => cancelled = true,
            None => {}
        }
    }
    match (taken, cancelled) {
        (true, true) if turn % 2 == 1 => Some(KitchenAlert::Cancelled),
        (true, _) => Some(KitchenAlert::Ordered),
        (false, true) => Some(KitchenAlert::Cancelled),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Command,
        samples::{at, commands, direct, direct_commands, id, offer},
    };
    use proptest::prelude::*;

    /// An order after some attempts, one each minute, with the status that it had before the last change.
    fn order(n: u128, steps: &[usize]) -> (Order, Option<Status>) {
        let (mut order, _) = Order::new(id(n), offer(), at(0));
        let mut before = None;
        for (minute, step) in steps.iter().enumerate() {
            let was = order.status;
            let now = at(60 * (minute as i64 + 1));
            if let Ok((next, _)) =
                order
                    .clone()
                    .apply(commands()[*step].clone(), Actor::AnyRole, now)
            {
                (order, before) = (next, Some(was));
            }
        }
        (order, before)
    }

    fn orders() -> impl Strategy<Value = Vec<(Order, Option<Status>)>> {
        // Accept, take, prepare, mark as ready and cancel, more often than the rest.
        let step = prop_oneof![4 => Just(0), 4 => Just(2), 2 => Just(3), 2 => Just(4), 2 => Just(8), 1 => 0usize..9];
        let steps = proptest::collection::vec(step, 0..9);
        proptest::collection::vec(steps, 0..6).prop_map(|all| {
            let orders = all.iter().enumerate();
            orders.map(|(n, steps)| order(n as u128, steps)).collect()
        })
    }

    proptest! {
        #[test]
        fn a_cancelled_ticket_hangs_where_it_hung(orders in orders()) {
            for (order, before) in orders {
                let cancelled = order.status == Status::Cancelled;
                prop_assert_eq!(order.cancelled_from(), before.filter(|_| cancelled));
                let waited = cancelled && order.customer_name.is_some();
                prop_assert_eq!(stays_visible(&order, &Acknowledged::default(), at(0)), waited);
            }
        }

        /// Without a ticket that calls there is no sound; with one there is, on every next_alert, until it is heard of
        /// or goes on.
        #[test]
        fn no_ticket_no_ring(orders in orders(), opened in -40i64..80, turn in 0usize..4) {
            let opened = at(60 * opened);
            let all = || orders.iter().map(|(order, _)| order);
            let calling: Vec<_> = all().filter(|order| alert_of(order, &Acknowledged::default(), opened).is_some()).collect();
            for order in &calling {
                prop_assert!(order.status == Status::CustomerAccepted || stays_visible(order, &Acknowledged::default(), opened));
            }
            let heard = |orders: &[&Order]| {
                let mut heard = Acknowledged::default();
                orders.iter().for_each(|order| heard.add(order));
                heard
            };
            for missing in 0..=calling.len() {
                let heard = heard(&calling[missing..]);
                prop_assert_eq!(next_alert(all(), &heard, opened, turn).is_some(), missing > 0);
            }
        }

        /// Both kinds of calls are heard within two strokes.
        #[test]
        fn no_call_drowns_the_other(orders in orders(), turn in 0usize..9) {
            let all = || orders.iter().map(|(order, _)| order);
            let heard = Acknowledged::default();
            for order in all() {
                if let Some(chime) = alert_of(order, &heard, at(0)) {
                    let strokes = [turn, turn + 1].map(|turn| next_alert(all(), &heard, at(0), turn));
                    prop_assert!(strokes.contains(&Some(chime)));
                }
            }
        }

        #[test]
        fn what_was_heard_is_kept_and_bounded(count in 0u128..130) {
            let mut heard = Acknowledged::default();
            for n in 0..count {
                heard.add(&order(n, &[0, 2]).0);
                heard.add(&order(n, &[0, 2]).0);
            }
            prop_assert_eq!(heard.0.len(), (count as usize).min(REMEMBERED));
            prop_assert_eq!(Acknowledged::read(&heard.write()), heard.clone());
            if count > 0 {
                prop_assert!(heard.of(&order(count - 1, &[0, 2]).0));
                // Another change of the same order is another call.
                prop_assert!(!heard.of(&order(count - 1, &[0, 2, 8]).0));
            }
        }
    }

    /// It rings when it is ordered and until it is answered, and not with each change after that.
    #[test]
    fn what_is_ordered_from_a_menu_rings_until_it_is_answered() {
        let ordered = direct(1);
        let mut heard = Acknowledged::default();
        let rings = |order: &Order, heard: &Acknowledged| alert_of(order, heard, at(0));
        assert_eq!(rings(&ordered, &heard), Some(KitchenAlert::Ordered));
        let apply = |order: &Order, command: &Command| {
            let applied = order.clone().apply(command.clone(), Actor::AnyRole, at(60));
            applied.unwrap().0
        };
        let accepted = apply(&ordered, &commands()[0]);
        assert_eq!(rings(&accepted, &heard), None);
        // One that was accepted by itself is news until somebody has heard of it, however often it is delayed.
        let mut taken_on = ordered.clone();
        if let Some(basket) = &mut taken_on.basket {
            (basket.answer_by, basket.answered_at) = (None, Some(at(0)));
        }
        let delayed = apply(&taken_on, &direct_commands()[1]);
        assert_eq!(rings(&delayed, &heard), Some(KitchenAlert::Ordered));
        heard.add(&taken_on);
        assert_eq!(rings(&delayed, &heard), None);
        let cancelled = apply(&delayed, &commands()[8]);
        assert_eq!(rings(&cancelled, &heard), Some(KitchenAlert::Cancelled));
    }

    #[test]
    fn only_what_is_fresh_rings_and_what_is_cancelled_hangs_longer() {
        let heard = Acknowledged::default();
        let taken = order(1, &[0, 2]).0;
        let cancelled = order(2, &[0, 2, 3, 8]).0;
        let after = |order: &Order, minutes| order.updated_at + TimeDelta::minutes(minutes);
        // What came while the page was open calls for as long as it takes.
        assert_eq!(
            alert_of(&taken, &heard, after(&taken, -300)),
            Some(KitchenAlert::Ordered)
        );
        assert_eq!(
            alert_of(&taken, &heard, after(&taken, 9)),
            Some(KitchenAlert::Ordered)
        );
        assert_eq!(alert_of(&taken, &heard, after(&taken, 10)), None);
        assert_eq!(
            alert_of(&cancelled, &heard, after(&cancelled, 9)),
            Some(KitchenAlert::Cancelled)
        );
        assert_eq!(alert_of(&cancelled, &heard, after(&cancelled, 10)), None);
        assert!(stays_visible(&cancelled, &heard, after(&cancelled, 59)));
        assert!(!stays_visible(&cancelled, &heard, after(&cancelled, 60)));
        // No ticket hung for these.
        for steps in [&[8][..], &[0, 8], &[1], &[0]] {
            assert_eq!(alert_of(&order(3, steps).0, &heard, at(0)), None);
        }
        assert_eq!(
            Acknowledged::read("nonsense 1.x  .. \u{7f}"),
            Acknowledged::default()
        );
    }
}
