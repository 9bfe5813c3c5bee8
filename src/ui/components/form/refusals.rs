//! The refusals of the last minute, at most one for each order.

use crate::domain::{Error, OrderId, Time};
use chrono::TimeDelta;

/// How long a refusal is shown.
const SHOWN_FOR: TimeDelta = TimeDelta::seconds(60);

#[derive(Clone, Debug, Default)]
pub struct Refusals(Vec<Refusal>);

#[derive(Clone, Debug)]
pub struct Refusal {
    pub order: OrderId,
    pub error: Error,
    at: Time,
}

impl Refusals {
    /// Keeps a refusal in place of the order's last one. Invalid fields are left to the form, which shows them itself.
    pub fn add(&mut self, order: OrderId, error: &Error, now: Time) {
        self.0
            .retain(|refusal| refusal.order != order && refusal.is_shown(now));
        if !matches!(error, Error::Invalid(_)) {
            let error = error.clone();
            self.0.push(Refusal {
                order,
                error,
                at: now,
            });
        }
    }

    pub fn remove(&mut self, orders: &[OrderId]) {
        self.0.retain(|refusal| !orders.contains(&refusal.order));
    }

    pub fn of(&self, order: OrderId) -> Option<&Refusal> {
        self.0.iter().find(|refusal| refusal.order == order)
    }

    pub fn all(&self) -> &[Refusal] {
        &self.0
    }
}

impl Refusal {
    pub fn is_shown(&self, now: Time) -> bool {
        now - self.at < SHOWN_FOR
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        FieldError,
        samples::{at, id},
    };

    fn orders(refusals: &Refusals) -> Vec<OrderId> {
        let orders = refusals.all().iter().map(|refusal| refusal.order);
        orders.collect()
    }

    #[test]
    fn an_order_has_its_last_refusal_for_a_minute() {
        let mut refusals = Refusals::default();
        refusals.add(id(1), &Error::NoAnswer, at(0));
        refusals.add(id(1), &Error::Internal, at(10));
        assert_eq!(orders(&refusals), [id(1)]);
        let refusal = refusals.of(id(1)).unwrap();
        assert!(matches!(refusal.error, Error::Internal));
        assert!(refusal.is_shown(at(69)));
        assert!(!refusal.is_shown(at(70)));
    }

    #[test]
    fn a_new_refusal_drops_those_that_are_no_longer_shown() {
        let mut refusals = Refusals::default();
        for n in 0..1_000 {
            refusals.add(id(n), &Error::NoAnswer, at(n as i64));
        }
        assert_eq!(orders(&refusals), (940..1_000).map(id).collect::<Vec<_>>());
    }

    #[test]
    fn invalid_fields_are_left_to_the_form() {
        let mut refusals = Refusals::default();
        refusals.add(id(1), &Error::NoAnswer, at(0));
        let invalid = Error::invalid("notes", FieldError::Empty);
        refusals.add(id(1), &invalid, at(1));
        assert_eq!(orders(&refusals), []);
    }

    #[test]
    fn a_form_that_is_sent_again_removes_its_refusals() {
        let mut refusals = Refusals::default();
        for n in 1..=3 {
            refusals.add(id(n), &Error::NoAnswer, at(0));
        }
        refusals.remove(&[id(1), id(3)]);
        assert_eq!(orders(&refusals), [id(2)]);
    }
}
