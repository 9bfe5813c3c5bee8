//! When a pizza may be expected at the door.
//!
//! There is one forecast: the range that is told before an order is the one that is told with it. From then on it narrows,
//! or moves for a reason.

use crate::domain::{Minutes, Order, Status, Time};
use chrono::TimeDelta;

/// A promise that is nearer than this is about to break.
pub const DUE_SOON: TimeDelta = TimeDelta::minutes(5);

/// The stages between order and door, with the minutes that each takes, at least and at most, on a usual evening.
const STAGES: [(Status, i64, i64); 5] = [
    (Status::CustomerAccepted, 1, 10),
    (Status::Preparing, 6, 12),
    (Status::Ready, 1, 8),
    (Status::Dispatched, 0, 3),
    (Status::InTransit, 5, 15),
];

/// The narrowest range that is told.
const NARROWEST: i64 = 2;

/// A range of time in which a pizza comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    pub from: Time,
    pub to: Time,
    pub punctuality: Punctuality,
}

/// How an arrival compares with what the customer was told with the order, in minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Punctuality {
    AsTold,
    Earlier(i64),
    Later(i64),
}

/// The stage of an order that is on its way, among all.
fn stage(status: Status) -> Option<usize> {
    STAGES.iter().position(|(of, ..)| *of == status)
}

fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

/// How long the stages from one on take, at least and at most.
fn rest(from: usize) -> (i64, i64) {
    let rest = STAGES[from..].iter();
    rest.fold((0, 0), |(least, most), stage| {
        (least + stage.1, most + stage.2)
    })
}

/// The minutes to the door, from and to, that a customer is told before an order and with it: what the kitchen promises,
/// but nothing that cannot be.
pub fn offered(promised: Option<Minutes>) -> (i64, i64) {
    let (least, most) = rest(0);
    promised.map_or((least, most), |promised| {
        let promised = i64::from(promised.get());
        ((promised - 5).max(least), (promised + 5).max(least + 10))
    })
}

/// A range, as it is told one after another. It never gets wider.
#[derive(Clone, Copy)]
struct Range {
    from: Time,
    to: Time,
}

impl Range {
    fn within(since: Time, (least, most): (i64, i64)) -> Range {
        Range {
            from: since + minutes(least),
            to: since + minutes(most),
        }
    }

    /// What a stage that has begun says of it: the part that both share. Where they share none, it moves to the nearest
    /// time that the stage allows.
    fn meet(self, stage: Range) -> Range {
        let narrowest = minutes(NARROWEST);
        let (from, to) = (self.from.max(stage.from), self.to.min(stage.to));
        if to - from >= narrowest {
            return Range { from, to };
        }
        let width = (self.to - self.from)
            .min(stage.to - stage.from)
            .max(narrowest);
        match stage.from > self.from {
            true => Range {
                from,
                to: from + width,
            },
            false => Range {
                from: to + -width,
                to,
            },
        }
    }

    /// What cannot be any more falls away. Where nothing is left, it moves on.
    fn not_before(self, earliest: Time) -> Range {
        let from = self.from.max(earliest);
        let narrowest = minutes(NARROWEST);
        // It does not get wider while it moves.
        let from = from.min((self.to + -narrowest).max(earliest));
        let to = self.to.max(from + narrowest);
        Range { from, to }
    }
}

/// When an order arrives. Nothing, where it is not on its way.
///
/// From the order on, the range that was told only narrows, or it moves for a reason: a stage that has begun earlier or
/// later than it was meant to, or one that takes longer.
pub fn arrival(order: &Order, now: Time) -> Option<Arrival> {
    let at = stage(order.status)?;
    let ordered = order.ordered();
    let since = ordered.unwrap_or_else(|| order.since());
    let told = match (&order.basket, ordered) {
        (Some(basket), _) => Range {
            from: basket.promise.from,
            to: basket.promise.to,
        },
        (None, Some(ordered)) => Range::within(ordered, offered(order.estimated_delivery_time)),
        (None, None) => Range::within(since, rest(at)),
    };
    let mut range = told;
    for (place, (status, ..)) in STAGES.iter().enumerate().take(at + 1).skip(1) {
        if let Some(began) = order.times.at(*status) {
            let stage = Range::within(began, rest(place));
            // As the clock has narrowed it until then.
            range = range.not_before(stage.from).meet(stage);
        }
    }
    let (least_left, _) = rest(at + 1);
    let Range { from, to } = range.not_before(now + minutes(least_left));
    let (late, early) = (to - told.to, told.from - from);
    let punctuality = if late >= minutes(1) {
        Punctuality::Later(late.num_minutes())
    } else if early >= minutes(1) {
        Punctuality::Earlier(early.num_minutes())
    } else {
        Punctuality::AsTold
    };
    Some(Arrival {
        from,
        to,
        punctuality,
    })
}

/// When a pizza that is promised for then has to be in the oven, and to be ready: before it are the fastest stages of a
/// usual evening that are left, and three minutes.
pub fn kitchen_deadlines(promised: Time) -> (Time, Time) {
    let before = |status| {
        let left = STAGES.iter().skip_while(|(of, ..)| *of != status);
        let least: i64 = left.map(|(_, least, _)| least).sum();
        promised + minutes(-least - 3)
    };
    (before(Status::Preparing), before(Status::Ready))
}

/// When the stages that are left begin, about: they share the time until the arrival as they usually do.
pub fn upcoming_stages(
    status: Status,
    since: Time,
    arrival: &Arrival,
    now: Time,
) -> Vec<(Status, Time)> {
    let Some(at) = stage(status) else {
        return Vec::new();
    };
    let usual = |(_, least, most): &(Status, i64, i64)| least + most;
    let whole: i64 = STAGES[at..].iter().map(usual).sum();
    let middle = (arrival.from.millis() + arrival.to.millis()) / 2;
    let (begin, mut done) = (since.millis(), 0);
    let mut ahead = Vec::new();
    for pair in STAGES[at..].windows(2) {
        done += usual(&pair[0]);
        let time = begin + (middle - begin) * done / whole;
        ahead.push((pair[1].0, Time::from_millis(time).max(now)));
    }
    ahead
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Field;
    use proptest::prelude::*;

    fn at(minute: i64) -> Time {
        Time::from_millis(minute * 60_000)
    }

    /// An order of which this many minutes are promised, and whose stages after the order began then.
    fn order(promised: Option<i64>, began: &[i64]) -> Order {
        let offer = crate::domain::samples::offer();
        let (mut order, _) = Order::new(crate::domain::samples::id(1), offer, at(0));
        order.estimated_delivery_time =
            promised.and_then(|minutes| Minutes::parse(&minutes.to_string()).ok());
        for ((status, ..), minute) in STAGES.iter().zip(std::iter::once(&0).chain(began)) {
            (order.status, order.updated_at) = (*status, at(*minute));
            order.times.enter(*status, at(*minute));
        }
        order
    }

    fn says(promised: i64, began: &[i64], now: i64) -> (i64, i64, Punctuality) {
        let arrival = arrival(&order(Some(promised), began), at(now)).unwrap();
        let minute = |time: Time| time.millis() / 60_000;
        (
            minute(arrival.from),
            minute(arrival.to),
            arrival.punctuality,
        )
    }

    #[test]
    fn what_is_told_before_the_order_is_told_with_it() {
        for promised in [None, Some(1), Some(5), Some(17), Some(25), Some(90)] {
            let order = order(promised, &[]);
            let (from, to) = offered(order.estimated_delivery_time);
            let told = arrival(&order, at(0)).unwrap();
            let expected = (at(from), at(to), Punctuality::AsTold);
            assert_eq!((told.from, told.to, told.punctuality), expected);
        }
        let five = Minutes::parse("5").ok();
        assert_eq!(offered(five), (13, 23));
    }

    #[test]
    fn a_range_narrows_or_moves_for_a_reason() {
        use Punctuality::*;
        assert_eq!(says(30, &[], 0), (25, 35, AsTold));
        // 12 minutes are the least that is left.
        assert_eq!(says(30, &[], 15), (27, 35, AsTold));
        assert_eq!(says(30, &[], 24), (36, 38, Later(3)));
        assert_eq!(says(30, &[5], 6), (25, 35, AsTold));
        // On its way since minute 22 of 30 it is there between 27 and 35, and since minute 8 much earlier.
        assert_eq!(says(30, &[5, 15, 20, 22], 22), (27, 35, AsTold));
        assert_eq!(says(30, &[2, 4, 6, 8], 8), (19, 23, Earlier(6)));
        assert_eq!(says(30, &[5, 15, 40, 42], 42), (47, 49, Later(14)));
    }

    #[test]
    fn a_kitchen_has_its_own_times_before_the_promise() {
        assert_eq!(kitchen_deadlines(at(35)), (at(20), at(26)));
    }

    proptest! {
        /// Over whole days: no range gets wider, and none begins more than a minute earlier without an event.
        #[test]
        fn a_range_only_narrows_or_moves_for_a_reason(
            promised in prop::option::of(1i64..90), lasts in prop::collection::vec(0i64..40, 4), end in 1i64..40,
        ) {
            let began: Vec<i64> = lasts.iter().scan(0, |sum, lasts| { *sum += lasts; Some(*sum) }).collect();
            let mut told: Option<Arrival> = None;
            for stage in 0..STAGES.len() {
                let order = order(promised, &began[..stage]);
                let since = stage.checked_sub(1).map_or(0, |before| began[before]);
                let until = began.get(stage).copied().unwrap_or(since + end);
                for now in since * 3..=until * 3 {
                    let now = Time::from_millis(now * 20_000);
                    let next = arrival(&order, now).unwrap();
                    prop_assert!(now <= next.from && next.from + minutes(NARROWEST) <= next.to);
                    if let Some(before) = told {
                        prop_assert!(next.to - next.from <= before.to - before.from, "{before:?} {next:?}");
                        let is_event = now == at(since);
                        prop_assert!(is_event || before.from - next.from <= minutes(1), "{before:?} {next:?}");
                        // Whatever ends later than was told says so.
                        let (_, to) = offered(order.estimated_delivery_time);
                        let is_later = next.to - at(to) >= minutes(1);
                        prop_assert_eq!(matches!(next.punctuality, Punctuality::Later(_)), is_later);
                    }
                    let steps = upcoming_stages(order.status, order.since(), &next, now);
                    prop_assert_eq!(steps.len(), STAGES.len() - stage - 1);
                    prop_assert!(steps.iter().all(|(_, time)| now <= *time && *time <= next.to));
                    told = Some(next);
                }
            }
        }
    }

    #[test]
    fn an_order_that_is_not_on_its_way_does_not_arrive() {
        let delivered = Order {
            status: Status::Delivered,
            ..order(None, &[])
        };
        assert_eq!(arrival(&delivered, at(0)), None);
    }
}
