//! When a pizza may be expected at the door.
//!
//! A promise is kept to as long as it can be. Where what is still to do takes longer, or is further than it was
//! planned to be, the typical minutes of the stages that are left say more.

use crate::domain::{Status, Time};
use chrono::TimeDelta;

/// A promise that is nearer than this is about to break.
pub const DUE_SOON: TimeDelta = TimeDelta::minutes(5);

/// A stage that began long ago ends soon: within these minutes.
const ANY_TIME: i64 = 5;

/// The stages between order and door, with the minutes that each takes, at least and at most, on a usual evening.
const STAGES: [(Status, i64, i64); 5] = [
    (Status::CustomerAccepted, 1, 10),
    (Status::Preparing, 6, 12),
    (Status::Ready, 1, 8),
    (Status::Dispatched, 0, 3),
    (Status::InTransit, 5, 15),
];

/// A range of time in which a pizza comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    pub from: Time,
    pub to: Time,
    pub punctuality: Punctuality,
}

/// How an arrival compares with what was promised first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Punctuality {
    AsPromised,
    Earlier,
    Later,
}

/// The stage of an order that is on its way, among all.
fn stage(status: Status) -> Option<usize> {
    STAGES.iter().position(|(of, ..)| *of == status)
}

fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

/// When an order arrives that stands at `status` since then. Nothing, where it is not on its way.
pub fn arrival(status: Status, since: Time, promised: Option<Time>, now: Time) -> Option<Arrival> {
    let at = stage(status)?;
    let (_, least, most) = STAGES[at];
    let (mut from, mut to) = (
        now.max(since + minutes(least)),
        (now + minutes(ANY_TIME)).max(since + minutes(most)),
    );
    for (_, least, most) in &STAGES[at + 1..] {
        (from, to) = (from + minutes(*least), to + minutes(*most));
    }
    let Some(promised) = promised else {
        return Some(Arrival {
            from,
            to,
            punctuality: Punctuality::AsPromised,
        });
    };
    let (first, last) = (promised + minutes(-5), promised + minutes(5));
    // What can only come after it is late; a minute is not counted.
    let punctuality = if from > promised + minutes(1) {
        Punctuality::Later
    } else if to < first {
        Punctuality::Earlier
    } else {
        // What cannot be any more falls away, so that the range narrows.
        from = from.max(first);
        to = to.min(last).max(from + minutes(2));
        Punctuality::AsPromised
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
    use proptest::prelude::*;

    fn at(minute: i64) -> Time {
        Time::from_millis(minute * 60_000)
    }

    fn range(arrival: Arrival) -> (i64, i64, Punctuality) {
        let minute = |time: Time| time.millis() / 60_000;
        (
            minute(arrival.from),
            minute(arrival.to),
            arrival.punctuality,
        )
    }

    fn says(status: Status, since: i64, promised: i64, now: i64) -> (i64, i64, Punctuality) {
        range(arrival(status, at(since), Some(at(promised)), at(now)).unwrap())
    }

    #[test]
    fn a_promise_stands_until_it_cannot_be_kept() {
        use Status::*;
        assert_eq!(
            says(CustomerAccepted, 0, 30, 0),
            (25, 35, Punctuality::AsPromised)
        );
        assert_eq!(
            says(CustomerAccepted, 0, 30, 15),
            (27, 35, Punctuality::AsPromised)
        );
        // 12 minutes are the least that is left: from 24 on, 35 cannot be any more.
        assert_eq!(
            says(CustomerAccepted, 0, 30, 24),
            (36, 67, Punctuality::Later)
        );
        assert_eq!(says(Ready, 30, 30, 31), (36, 56, Punctuality::Later));
        assert_eq!(
            says(InTransit, 30, 35, 31),
            (35, 40, Punctuality::AsPromised)
        );
        assert_eq!(
            says(InTransit, 30, 34, 31),
            (35, 39, Punctuality::AsPromised)
        );
        // It can only come later, or is not there when it should be.
        assert_eq!(says(InTransit, 30, 33, 31), (35, 45, Punctuality::Later));
        assert_eq!(
            says(InTransit, 20, 35, 36),
            (36, 40, Punctuality::AsPromised)
        );
        assert_eq!(says(InTransit, 20, 35, 37), (37, 42, Punctuality::Later));
        assert_eq!(says(InTransit, 0, 40, 1), (5, 15, Punctuality::Earlier));
        // Long after that it may come any time.
        assert_eq!(says(InTransit, 0, 20, 60), (60, 65, Punctuality::Later));
    }

    #[test]
    fn a_kitchen_has_its_own_times_before_the_promise() {
        assert_eq!(kitchen_deadlines(at(35)), (at(20), at(26)));
    }

    #[test]
    fn without_a_promise_the_stages_speak() {
        let arrival = arrival(Status::Preparing, at(0), None, at(0)).unwrap();
        assert_eq!(range(arrival), (12, 38, Punctuality::AsPromised));
        assert_eq!(super::arrival(Status::Delivered, at(0), None, at(0)), None);
    }

    proptest! {
        #[test]
        fn ranges_lie_ahead_and_steps_within_them(
            at_stage in 0..STAGES.len(), since in 0i64..200, passed in 0i64..200, promised in prop::option::of(0i64..400),
        ) {
            let (status, now) = (STAGES[at_stage].0, at(since + passed));
            let arrival = arrival(status, at(since), promised.map(at), now).unwrap();
            prop_assert!(now <= arrival.from && arrival.from < arrival.to);
            let steps = upcoming_stages(status, at(since), &arrival, now);
            prop_assert_eq!(steps.len(), STAGES.len() - at_stage - 1);
            let mut before = now;
            for (_, time) in steps {
                prop_assert!(before <= time && time <= arrival.to);
                before = time;
            }
        }
    }
}
