//! How fast the market is: how long orders stay in each stage of their day, and how many are made.
//!
//! A [`StageTimer`] takes every event; [`StageTimes`] are what it has measured in the last 24 hours. It keeps the
//! newest measurements of each stage.

use super::{Event, EventType, Order, OrderId, Status, Time};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The statuses in which an order waits for the next person.
pub const STAGES: [Status; 6] = [
    Status::PendingSupplier,
    Status::SupplierAccepted,
    Status::CustomerAccepted,
    Status::Preparing,
    Status::Ready,
    Status::InTransit,
];

/// Measurements of one stage that are kept.
const KEPT: usize = 10_000;
const DAY: TimeDelta = TimeDelta::days(1);
/// Quarters of an hour in a day. All zones' clocks agree on where they begin.
const QUARTERS: i64 = 96;
const QUARTER: i64 = 15 * 60 * 1_000;

#[derive(Clone, Debug, Default)]
pub struct StageTimer {
    /// For each stage: when it was over, how long it was, and for which order.
    lasted: [VecDeque<(Time, TimeDelta, OrderId)>; STAGES.len()],
    /// Orders made in each quarter of an hour in which there were any, oldest first.
    made: VecDeque<(i64, u32)>,
}

/// Of the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageTimes {
    /// One for each of [`STAGES`].
    pub stages: Vec<StageDuration>,
    /// Orders made in each quarter of an hour, from the first with one up to now.
    pub quarters: Vec<u32>,
    /// When the first of them begins.
    pub from: Time,
}

/// How long one stage takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageDuration {
    pub count: usize,
    /// In seconds: half of them were this fast.
    pub median: u32,
    /// In seconds: nine of ten were this fast.
    #[serde(rename = "ninth")]
    pub percentile_90: u32,
}

impl StageTimer {
    /// Takes the events in their order; returns the stage that this one ended, and how long that was.
    pub fn record(&mut self, event: &Event) -> Option<(Status, TimeDelta)> {
        let (order, at) = (&event.order, event.order.since());
        let is_ordered = order.version == 1 && order.basket.is_some();
        if event.event_type == EventType::Created || is_ordered {
            self.count(at);
        }
        // How long a customer waited in vain says nothing about how long it takes.
        if order.status == Status::Cancelled || event.event_type != order.status.event() {
            return None;
        }
        let (status, lasted) = order.last_stage()?;
        if order.is_recalled() {
            self.resume(order);
            return None;
        }
        let stage = stage(status)?;
        let all = &mut self.lasted[stage];
        all.push_back((at, lasted, order.id));
        while all.len() > KEPT || all.front().is_some_and(|(over, ..)| at - *over >= DAY) {
            all.pop_front();
        }
        Some((status, lasted))
    }

    /// A step was taken back, so that the stage before it is not over.
    fn resume(&mut self, order: &Order) {
        let Some(stage) = stage(order.status) else {
            return;
        };
        let all = &mut self.lasted[stage];
        if let Some(last) = all.iter().rposition(|(.., id)| *id == order.id) {
            all.remove(last);
        }
    }

    fn count(&mut self, at: Time) {
        let quarter = quarter(at);
        match self.made.back_mut() {
            // A clock that was set back does not make a new one.
            Some((last, count)) if *last >= quarter => *count += 1,
            _ => self.made.push_back((quarter, 1)),
        }
        while self
            .made
            .front()
            .is_some_and(|(q, _)| quarter - q >= QUARTERS)
        {
            self.made.pop_front();
        }
    }

    pub fn times(&self, now: Time) -> StageTimes {
        let lately = |all: &VecDeque<(Time, TimeDelta, OrderId)>| {
            let lately = all.iter().filter(|(over, ..)| now - *over < DAY);
            lasted(lately.map(|(_, lasted, _)| seconds(*lasted)).collect())
        };
        let last = quarter(now);
        let made: Vec<_> = self
            .made
            .iter()
            .filter(|(quarter, _)| last - quarter < QUARTERS)
            .collect();
        let first = made.first().map_or(last, |(quarter, _)| *quarter);
        let last = made.last().map_or(last, |(quarter, _)| last.max(*quarter));
        let mut quarters = vec![0; (last - first + 1).max(1) as usize];
        for (quarter, count) in made {
            quarters[(quarter - first) as usize] = *count;
        }
        StageTimes {
            stages: self.lasted.iter().map(lately).collect(),
            quarters,
            from: Time::from_millis(first * QUARTER),
        }
    }
}

fn stage(status: Status) -> Option<usize> {
    STAGES.iter().position(|&stage| stage == status)
}

fn quarter(time: Time) -> i64 {
    time.millis().div_euclid(QUARTER)
}

fn seconds(time: TimeDelta) -> u32 {
    time.num_seconds().try_into().unwrap_or(0)
}

/// The smallest that this many percent do not exceed.
pub fn percentile<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

fn lasted(mut seconds: Vec<u32>) -> StageDuration {
    seconds.sort_unstable();
    let count = seconds.len();
    let within = |percent| percentile(&seconds, percent).unwrap_or(0);
    StageDuration {
        count,
        median: within(50),
        percentile_90: within(90),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Command,
        samples::{at, commands, direct, id, offer},
    };
    use proptest::prelude::*;

    /// Its stages count as those of an offer that was taken; what changes within one ends none.
    #[test]
    fn an_order_from_a_menu_is_made_when_it_is_ordered() {
        let mut timer = StageTimer::default();
        let order = direct(1);
        let ordered = event(EventType::CustomerAccepted, &order);
        assert_eq!(timer.record(&ordered), None);
        let all = commands();
        let (order, what) = order.apply(all[0].clone(), Actor::AnyRole, at(60)).unwrap();
        assert_eq!(timer.record(&event(what, &order)), None);
        let (order, what) = order
            .apply(all[3].clone(), Actor::AnyRole, at(100))
            .unwrap();
        let stage = (Status::CustomerAccepted, TimeDelta::seconds(100));
        assert_eq!(timer.record(&event(what, &order)), Some(stage));
        assert_eq!(timer.times(at(100)).quarters.iter().sum::<u32>(), 1);
    }

    fn event(event_type: EventType, order: &Order) -> Event {
        Event {
            event_type,
            order: order.clone(),
            timestamp: order.updated_at,
            actor: None,
            id: "e-1".parse().unwrap(),
        }
    }

    /// An order that is made at `start`, and does the next thing after each of `steps` seconds.
    fn day(n: u128, start: i64, steps: &[i64]) -> Vec<Event> {
        let (mut order, made) = Order::new(id(n), offer(), at(start));
        let mut events = vec![event(made, &order)];
        let mut now = start;
        let forward = commands().into_iter().filter_map(|command| {
            let onward = !matches!(command, Command::Cancel { .. } | Command::Recall);
            onward.then_some(command)
        });
        let mut steps = steps.iter();
        for command in forward {
            if let Some(next) = steps.as_slice().first() {
                let applied = order.clone().apply(command, Actor::AnyRole, at(now + next));
                if let Ok((after, what)) = applied {
                    now += next;
                    order = after;
                    events.push(event(what, &order));
                    steps.next();
                }
            }
        }
        events
    }

    #[test]
    fn each_stage_is_measured_and_nothing_else() {
        let mut timer = StageTimer::default();
        for event in day(1, 0, &[10, 20, 30, 40, 50, 60, 70]) {
            timer.record(&event);
        }
        let times = timer.times(at(300));
        let medians: Vec<_> = times.stages.iter().map(|stage| stage.median).collect();
        // The sixth step is between a driver's getting it and leaving.
        assert_eq!(medians, [10, 20, 30, 40, 50, 70]);
        assert!(
            times
                .stages
                .iter()
                .all(|stage| stage.count == 1 && stage.percentile_90 == stage.median)
        );
        assert_eq!(times.quarters.iter().sum::<u32>(), 1);
    }

    #[test]
    fn a_stage_counts_from_when_it_was_entered_last() {
        let mut timer = StageTimer::default();
        let mut events = day(1, 0, &[10, 20, 30, 40]);
        let mut order = events.last().unwrap().order.clone();
        // Taken back 5 s after "ready", and ready again 7 s later.
        for (command, second) in [(Command::Recall, 105), (Command::MarkReady, 112)] {
            let (after, what) = order.apply(command, Actor::AnyRole, at(second)).unwrap();
            events.push(event(what, &after));
            order = after;
        }
        let measured: Vec<_> = events.iter().map(|event| timer.record(event)).collect();
        assert_eq!(measured[5], None);
        let times = timer.times(at(200));
        let stages: Vec<_> = times.stages.iter().map(|s| (s.count, s.median)).collect();
        let none = (0, 0);
        assert_eq!(stages, [(1, 10), (1, 20), (1, 30), (1, 7), none, none]);
    }

    #[test]
    fn what_is_a_day_old_is_forgotten() {
        let mut timer = StageTimer::default();
        for event in day(1, 0, &[10]) {
            timer.record(&event);
        }
        let later = 86_400 + 10;
        assert_eq!(timer.times(at(later - 1)).stages[0].count, 1);
        assert_eq!(timer.times(at(later)).stages[0].count, 0);
        for event in day(2, later, &[10]) {
            timer.record(&event);
        }
        assert_eq!(timer.lasted[0].len(), 1);
        assert_eq!(timer.made.len(), 1);
    }

    #[test]
    fn an_order_that_it_has_not_seen_before_is_measured_too() {
        let mut timer = StageTimer::default();
        let events = day(1, 0, &[10, 20]);
        let stage = (Status::SupplierAccepted, TimeDelta::seconds(20));
        assert_eq!(timer.record(&events[2]), Some(stage));
        assert_eq!(
            timer.times(at(100)).stages[1],
            StageDuration {
                count: 1,
                median: 20,
                percentile_90: 20
            }
        );
    }

    proptest! {
        #[test]
        fn median_and_ninth_are_what_they_say(all in prop::collection::vec(0u32..1_000, 1..200)) {
            let StageDuration { count, median, percentile_90 } = lasted(all.clone());
            prop_assert_eq!(count, all.len());
            for (within, percent) in [(median, 50), (percentile_90, 90)] {
                let as_fast = all.iter().filter(|one| **one <= within).count();
                let faster = all.iter().filter(|one| **one < within).count();
                prop_assert!(all.contains(&within));
                prop_assert!(as_fast * 100 >= count * percent && faster * 100 < count * percent);
            }
        }

        #[test]
        fn quarters_count_every_order_of_the_day(made in prop::collection::vec(0i64..86_400, 1..60)) {
            let mut made = made;
            made.sort_unstable();
            let mut timer = StageTimer::default();
            for (n, start) in made.iter().enumerate() {
                for event in day(n as u128, *start, &[]) {
                    timer.record(&event);
                }
            }
            let times = timer.times(at(*made.last().unwrap()));
            let naive: Vec<u32> = {
                let (first, last) = (quarter(at(made[0])), quarter(at(*made.last().unwrap())));
                let of = |q| made.iter().filter(|start| quarter(at(**start)) == q).count() as u32;
                // The day that is shown has 96 quarters, and may begin within one.
                (first.max(last - QUARTERS + 1)..=last).map(of).skip_while(|n| *n == 0).collect()
            };
            prop_assert_eq!(times.quarters, naive);
        }
    }
}
