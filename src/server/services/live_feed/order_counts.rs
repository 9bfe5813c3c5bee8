//! What an event of an order counts as in the metrics: how it came in, how soon its kitchen answered, whether it expired.

use crate::domain::{CancellationCode, Event, Order, Status};
use crate::server::telemetry::{
    handles::Handles,
    metrics::{ANSWER_SECONDS, EXPIRED, ORDERED},
};
use chrono::TimeDelta;
use metrics::{Counter, Histogram, counter, histogram};
use std::sync::LazyLock;

/// By the way in.
static MADE: LazyLock<Handles<&'static str, Counter>> =
    LazyLock::new(|| Handles::new(|way| counter!(ORDERED, "way" => *way)));
static ANSWERED: LazyLock<Histogram> = LazyLock::new(|| histogram!(ANSWER_SECONDS));
static LOST: LazyLock<Counter> = LazyLock::new(|| counter!(EXPIRED));

/// Of one event.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OrderCounts {
    /// The way in of an order that a customer has made.
    ordered: Option<&'static str>,
    /// How long an order from a menu has waited for its answer.
    answered: Option<TimeDelta>,
    expired: bool,
}

impl OrderCounts {
    /// What an order has become, after what it was.
    pub fn of(before: Option<&Order>, event: &Event) -> OrderCounts {
        let order = &event.order;
        let was = before.map(|before| before.status);
        let ordered = match (was, &order.basket) {
            (None, Some(_)) if order.status == Status::CustomerAccepted => Some("menu"),
            (Some(Status::SupplierAccepted), None) if order.status == Status::CustomerAccepted => {
                Some("offer")
            }
            _ => None,
        };
        let answered_at = |order: &Order| order.basket.as_ref()?.answered_at;
        let was_answered = before.and_then(answered_at).is_some();
        // A kitchen that answers by itself has nobody who waits.
        let waited = before.is_some() && !was_answered;
        let answered = answered_at(order).filter(|_| waited);
        let is_expired = |order: &Order| {
            let cancellation = order.cancellation.as_ref();
            cancellation.is_some_and(|why| why.code == CancellationCode::NoAnswer)
        };
        OrderCounts {
            ordered,
            answered: answered.map(|at| at - order.created_at),
            expired: is_expired(order) && !before.is_some_and(is_expired),
        }
    }

    pub fn record(self) {
        if let Some(way) = self.ordered {
            MADE.get(way).increment(1);
        }
        if let Some(lasted) = self.answered {
            let seconds = lasted.num_milliseconds().max(0) as f64 / 1000.0;
            ANSWERED.record(seconds);
        }
        if self.expired {
            LOST.increment(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Command, EventType, Role,
        samples::{at, commands, direct, id, offer},
    };

    fn event(order: &Order, event_type: EventType) -> Event {
        Event {
            event_type,
            order: order.clone(),
            timestamp: order.updated_at,
            actor: None,
            id: "0-1".parse().unwrap(),
        }
    }

    /// What a command counts as, and the order after it.
    fn after(order: &Order, command: Command, actor: Actor, time: i64) -> (OrderCounts, Order) {
        let (after, event_type) = order.clone().apply(command, actor, at(time)).unwrap();
        (
            OrderCounts::of(Some(order), &event(&after, event_type)),
            after,
        )
    }

    #[test]
    fn an_order_is_counted_by_its_way_in_and_once() {
        let ordered = direct(1);
        let made = event(&ordered, EventType::CustomerAccepted);
        let counts = OrderCounts::of(None, &made);
        assert_eq!(counts.ordered, Some("menu"));
        let (answered, order) = after(&ordered, commands()[0].clone(), Actor::AnyRole, 9);
        assert_eq!(answered.ordered, None);
        assert!(answered.answered.is_some() && !answered.expired);
        let (begun, _) = after(&order, commands()[3].clone(), Actor::AnyRole, 10);
        assert_eq!(begun, OrderCounts::default());
        let (mut offered, _) = Order::new(id(2), offer(), at(0));
        let mut ways = Vec::new();
        for place in [0, 2, 3] {
            let (counts, next) = after(&offered, commands()[place].clone(), Actor::AnyRole, 1);
            ways.push(counts.ordered);
            offered = next;
        }
        assert_eq!(ways, [None, Some("offer"), None]);
    }

    #[test]
    fn what_the_market_cancels_has_expired() {
        let ordered = direct(1);
        let due = ordered.basket.as_ref().unwrap().answer_by.unwrap();
        let market = Actor::As(Role::Market);
        let (expired, _) = ordered.clone().apply(Command::Expire, market, due).unwrap();
        let counts = OrderCounts::of(Some(&ordered), &event(&expired, EventType::Cancelled));
        assert!(counts.expired && counts.answered.is_none());
        let (cancelled, _) = after(&ordered, commands()[8].clone(), Actor::AnyRole, 1);
        assert!(!cancelled.expired);
    }
}
