//! The filter of a search for orders: in the order table, live or in the past, or in its export.

use crate::domain::{Order, OrderId, Status, Time};
use chrono::TimeDelta;

/// Ids hold the time at which an order was created, or a later one: a new id is above all others, also behind one that
/// was made by a clock that was ahead. An id of another program may be this many minutes early.
const EARLY: i64 = 5;
/// This many minutes may an id be late, and a search by time still begins at ids of that time.
const LATE: i64 = 120;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderFilter {
    pub status: Option<Status>,
    /// Words, each of which is part of any of the texts of an order.
    pub text: String,
    pub supplier: Option<String>,
    pub driver: Option<String>,
    /// Created at this time or later.
    pub from: Option<Time>,
    /// Created before this time.
    pub before: Option<Time>,
}

impl OrderFilter {
    /// Whether the filter matches `order`. `fold` removes capitals and accents.
    pub fn matches(&self, order: &Order, fold: fn(&str) -> String) -> bool {
        self.status.is_none_or(|status| status == order.status)
            && self.matches_any_status(order, fold)
    }

    /// As [`OrderFilter::matches`], for any status.
    pub fn matches_any_status(&self, order: &Order, fold: fn(&str) -> String) -> bool {
        let is = |wanted: &Option<String>, name: Option<&str>| {
            wanted.is_none() || wanted.as_deref() == name
        };
        is(&self.supplier, Some(&order.supplier_name))
            && is(&self.driver, order.driver_name.as_deref())
            && self.from.is_none_or(|from| order.created_at >= from)
            && self.before.is_none_or(|before| order.created_at < before)
            && (self.text.is_empty() || order.mentions(&self.text, fold))
    }

    /// Whether the filter restricts more than the status.
    pub fn is_narrow(&self) -> bool {
        let anything = OrderFilter {
            status: self.status,
            ..OrderFilter::default()
        };
        *self != anything
    }

    /// Whether an order that is as old as this one can match, so that a search must read on.
    pub fn may_match_older(&self, id: OrderId) -> bool {
        self.from
            .is_none_or(|from| id >= OrderId::first_at(from + TimeDelta::minutes(-EARLY)))
    }

    /// Where a search begins, newest first: before this id. With the newest order it begins where that has an id of a
    /// much later time: then ids follow one that was made by a clock that was ahead, and hold no times of orders.
    pub fn upper_bound(&self, newest: Option<&Order>) -> Option<OrderId> {
        let bound = |time| OrderId::first_at(time + TimeDelta::minutes(LATE));
        let is_late = |newest: &Order| newest.id >= bound(newest.created_at);
        match newest.is_some_and(is_late) {
            true => None,
            false => self.before.map(bound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Command,
        samples::{at, commands, id, offer},
    };

    #[test]
    fn a_range_of_time_is_a_range_of_ids() {
        let order = OrderId::first_at(at(0));
        let filter = |from, before| OrderFilter {
            from: Some(at(from)),
            before: Some(at(before)),
            ..OrderFilter::default()
        };
        assert!(filter(0, 1).may_match_older(order));
        assert!(filter(299, 1).may_match_older(order));
        assert!(!filter(301, 1).may_match_older(order));
        let late = LATE * 60;
        assert!(filter(0, 1 - late).upper_bound(None) > Some(order));
        assert!(filter(0, -1 - late).upper_bound(None) < Some(order));
        // The id of the newest order is late, too, or too late to tell when the others were made.
        let newest = |second| Order::new(order, offer(), at(second)).0;
        assert!(filter(0, 0).upper_bound(Some(&newest(1 - late))).is_some());
        assert_eq!(filter(0, 0).upper_bound(Some(&newest(-1 - late))), None);
        assert!(OrderFilter::default().may_match_older(id(0)));
    }

    #[test]
    fn each_criterion_matches_or_excludes_an_order() {
        let mut order = Order::new(id(1), offer(), at(60)).0;
        let takes = |filter: &OrderFilter, order: &Order| filter.matches(order, str::to_lowercase);
        let supplier = order.supplier_name.to_string();
        let all = [
            OrderFilter::default(),
            OrderFilter {
                status: Some(Status::PendingSupplier),
                ..OrderFilter::default()
            },
            OrderFilter {
                text: " nap  DIAV".to_owned(),
                ..OrderFilter::default()
            },
            OrderFilter {
                text: "\"bella napoli\" diavola".to_owned(),
                ..OrderFilter::default()
            },
            OrderFilter {
                supplier: Some(supplier.clone()),
                ..OrderFilter::default()
            },
            OrderFilter {
                from: Some(at(60)),
                ..OrderFilter::default()
            },
            OrderFilter {
                before: Some(at(61)),
                ..OrderFilter::default()
            },
        ];
        for filter in &all {
            assert!(takes(filter, &order), "{filter:?}");
        }
        let none = [
            OrderFilter {
                status: Some(Status::Ready),
                ..OrderFilter::default()
            },
            OrderFilter {
                text: "hawaii".to_owned(),
                ..OrderFilter::default()
            },
            OrderFilter {
                supplier: Some(supplier.to_uppercase()),
                ..OrderFilter::default()
            },
            OrderFilter {
                driver: Some("Jonas".to_owned()),
                ..OrderFilter::default()
            },
            OrderFilter {
                from: Some(at(61)),
                ..OrderFilter::default()
            },
            OrderFilter {
                before: Some(at(60)),
                ..OrderFilter::default()
            },
        ];
        for filter in &none {
            assert!(!takes(filter, &order), "{filter:?}");
        }
        for command in commands() {
            if let Ok((after, _)) = order.clone().apply(command, Actor::AnyRole, at(70)) {
                order = after;
            }
        }
        let driver = order.driver_name.as_ref().unwrap().to_string();
        let filter = OrderFilter {
            driver: Some(driver),
            ..OrderFilter::default()
        };
        assert!(takes(&filter, &order));
        assert!(matches!(commands()[0], Command::Accept { .. }));
    }
}
