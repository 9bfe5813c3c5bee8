//! The reader's time zone, as the offsets that it had and will have; and a minute of local time.

use super::Time;
use chrono::{DateTime, TimeDelta};
use serde::{Deserialize, Serialize};
use std::{
    fmt, iter,
    ops::{Range, RangeInclusive},
    str::FromStr,
};

const MILLIS: i64 = 60_000;
/// Minutes east of UTC: from 12 hours behind to 14 ahead.
const OFFSETS: RangeInclusive<i32> = -720..=840;
/// A browser tells of some twenty changes: two a year.
const MOST: usize = 100;
/// An offset holds for longer than this many minutes, a week. (Some zones have one for the month of Ramadan alone.)
const SHORTEST: u32 = 7 * 24 * 60;

/// The offsets of a time zone, in minutes east of UTC. The default is UTC.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// Before the first change.
    first: i32,
    /// When another offset begins, in minutes since 1970, and which one; in the order of time.
    changes: Vec<(u32, i32)>,
}

impl Zone {
    /// The zone that has the offset `offset_at` of each minute since 1970. Its changes are found within `span`.
    pub fn observe(span: Range<u32>, offset_at: &dyn Fn(u32) -> i32) -> Zone {
        let first = offset_at(span.start);
        let (mut changes, mut from, mut offset) = (Vec::new(), span.start, first);
        while from < span.end {
            let to = from.saturating_add(SHORTEST).min(span.end);
            let later = offset_at(to);
            if later != offset {
                let at = change_between(from, to, &|minute| offset_at(minute) == offset);
                changes.push((at, later));
            }
            (from, offset) = (to, later);
        }
        Zone { first, changes }
    }

    /// The local time of a moment, as if that were in UTC.
    pub fn local(&self, time: Time) -> Time {
        let minute = time.millis().div_euclid(MILLIS);
        let began = |(at, _): &&(u32, i32)| i64::from(*at) <= minute;
        let last = self.changes.iter().take_while(began).last();
        let offset = last.map_or(self.first, |(_, offset)| *offset);
        time + TimeDelta::minutes(offset.into())
    }

    /// Each offset, after the minutes since 1970 from which and up to which it holds.
    fn offsets(&self) -> impl Iterator<Item = (i64, i64, i64)> {
        let at = || self.changes.iter().map(|(at, _)| i64::from(*at));
        let offsets = self.changes.iter().map(|(_, offset)| *offset);
        let offsets = iter::once(self.first).chain(offsets).map(i64::from);
        let (from, to) = (iter::once(i64::MIN).chain(at()), at().chain([i64::MAX]));
        from.zip(to)
            .zip(offsets)
            .map(|((from, to), offset)| (from, to, offset))
    }
}

/// The first minute of another offset: after `before`, and `after` at the latest.
fn change_between(mut before: u32, mut after: u32, is_before: &dyn Fn(u32) -> bool) -> u32 {
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        match is_before(middle) {
            true => before = middle,
            false => after = middle,
        }
    }
    after
}

/// `60_120@29579100_60@29881500`: the first offset, then each later one and when it begins.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        let mut changes = self.changes.iter();
        changes.try_for_each(|(at, offset)| write!(f, "_{offset}@{at}"))
    }
}

impl FromStr for Zone {
    type Err = ();

    fn from_str(text: &str) -> Result<Zone, ()> {
        let offset = |text: &str| {
            let offset = text.parse::<i32>().ok();
            offset.filter(|offset| OFFSETS.contains(offset)).ok_or(())
        };
        let change = |text: &str| {
            let (to, at) = text.split_once('@').ok_or(())?;
            Ok((at.parse().map_err(|_| ())?, offset(to)?))
        };
        let mut parts = text.split('_');
        let first = offset(parts.next().unwrap_or_default())?;
        let changes: Vec<_> = parts
            .take(MOST + 1)
            .map(change)
            .collect::<Result<_, ()>>()?;
        let is_sorted = changes.is_sorted_by(|(one, _), (next, _)| one < next);
        let is_valid = is_sorted && changes.len() <= MOST;
        is_valid.then_some(Zone { first, changes }).ok_or(())
    }
}

/// A minute of local time, in a time zone that is not known yet: `2026-11-22T17:30`. Inside, it counts from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minute(i64);

impl Minute {
    /// The minute that clocks show so many minutes after the first one of 1970.
    pub fn from_count(count: i64) -> Minute {
        Minute(count)
    }

    /// How many minutes after the first one of 1970 clocks show it, if they are never changed.
    pub fn count(self) -> i64 {
        self.0
    }

    /// The first moment at which clocks show this minute or a later one: in the hour that they show twice, the first time.
    pub fn begins(self, zone: &Zone) -> Time {
        let begins = zone.offsets().find_map(|(from, to, offset)| {
            let begins = (self.0 - offset).max(from);
            (begins < to).then_some(begins)
        });
        moment(begins.unwrap_or(self.0))
    }

    /// The moment from which on clocks show later minutes only.
    pub fn ends(self, zone: &Zone) -> Time {
        let ends = zone.offsets().filter_map(|(from, to, offset)| {
            let ends = (self.0 + 1 - offset).min(to);
            (ends > from).then_some(ends)
        });
        moment(ends.last().unwrap_or(self.0 + 1))
    }
}

fn moment(minute: i64) -> Time {
    Time::from_millis(minute * MILLIS)
}

impl FromStr for Minute {
    type Err = ();

    fn from_str(text: &str) -> Result<Minute, ()> {
        let time = DateTime::parse_from_rfc3339(&format!("{text}:00Z")).map_err(|_| ())?;
        Ok(Minute(time.timestamp_millis().div_euclid(MILLIS)))
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = moment(self.0).to_string();
        f.write_str(text.get(.."2026-11-22T17:30".len()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minute(text: &str) -> Minute {
        text.parse().unwrap()
    }

    fn utc(text: &str) -> Time {
        minute(text).begins(&Zone::default())
    }

    fn berlin() -> Zone {
        "60_120@29579100_60@29881500".parse().unwrap()
    }

    #[test]
    fn a_minute_is_read_and_written() {
        let read = minute("2026-11-22T17:30");
        assert_eq!(read.to_string(), "2026-11-22T17:30");
        let zone = |text: &str| text.parse::<Zone>().unwrap();
        let begins = |text| read.begins(&zone(text)).to_string();
        assert_eq!(begins("0"), "2026-11-22T17:30:00.000Z");
        assert_eq!(begins("60"), "2026-11-22T16:30:00.000Z");
        let ends = read.ends(&zone("-210"));
        assert_eq!(ends.to_string(), "2026-11-22T21:01:00.000Z");
        for invalid in [
            "",
            "17:30",
            "2026-11-22",
            "2026-11-22T17:30:00",
            "2026-13-22T17:30",
        ] {
            assert!(invalid.parse::<Minute>().is_err(), "{invalid}");
        }
    }

    #[test]
    fn each_day_has_its_own_offset() {
        let zone = berlin();
        for (local, is) in [
            ("2026-01-15T14:00", "2026-01-15T13:00"),
            ("2026-03-29T01:59", "2026-03-29T00:59"),
            ("2026-03-29T03:00", "2026-03-29T01:00"),
            ("2026-10-24T14:00", "2026-10-24T12:00"),
            ("2026-11-24T14:00", "2026-11-24T13:00"),
        ] {
            assert_eq!(zone.local(utc(is)), utc(local), "{local}");
            assert_eq!(minute(local).begins(&zone), utc(is), "{local}");
            let ends = utc(is) + TimeDelta::minutes(1);
            assert_eq!(minute(local).ends(&zone), ends, "{local}");
        }
    }

    #[test]
    fn an_hour_that_is_left_out_is_empty_and_one_that_comes_twice_is_long() {
        let zone = berlin();
        let range = |text| (minute(text).begins(&zone), minute(text).ends(&zone));
        let change = utc("2026-03-29T01:00");
        assert_eq!(range("2026-03-29T02:30"), (change, change));
        let twice = (utc("2026-10-25T00:30"), utc("2026-10-25T01:31"));
        assert_eq!(range("2026-10-25T02:30"), twice);
        assert_eq!(zone.local(twice.0), utc("2026-10-25T02:30"));
        assert_eq!(zone.local(utc("2026-10-25T01:30")), zone.local(twice.0));
    }

    #[test]
    fn what_is_no_zone_is_not_read() {
        assert_eq!("840".parse::<Zone>().unwrap().to_string(), "840");
        for invalid in [
            "",
            "CET",
            "9999",
            "841",
            "60_",
            "60_120",
            "60_120@",
            "60_900@29579100",
            "60_120@-1",
            "60_120@29579100_60@29579100",
            "60_120@29881500_60@29579100",
        ] {
            assert!(invalid.parse::<Zone>().is_err(), "{invalid}");
        }
    }

    /// Offsets that hold for more than a week, after the beginning of the span in which they are observed.
    fn zones() -> impl Strategy<Value = Zone> {
        let changes = prop::collection::vec((SHORTEST + 1..300_000, OFFSETS), 0..8);
        (OFFSETS, changes).prop_map(|(first, changes)| {
            let mut at = 28_000_000;
            let changes = changes.into_iter().map(|(lasts, offset)| {
                at += lasts;
                (at, offset)
            });
            let changes = changes.collect();
            Zone { first, changes }
        })
    }

    proptest! {
        #[test]
        fn a_zone_is_read_as_it_was_written(zone in zones()) {
            prop_assert_eq!(zone.to_string().parse::<Zone>(), Ok(zone));
        }

        #[test]
        fn a_zone_is_observed(zone in zones(), minutes in prop::collection::vec(28_000_000u32..30_500_000, 20)) {
            let offset = |minute: u32| {
                let time = moment(minute.into());
                (zone.local(time) - time).num_minutes() as i32
            };
            let observed = Zone::observe(28_000_000..30_500_000, &offset);
            let changes = zone.changes.iter().flat_map(|(at, _)| [at - 1, *at]);
            for minute in minutes.into_iter().chain(changes) {
                let time = moment(minute.into());
                prop_assert_eq!(observed.local(time), zone.local(time));
            }
        }

        /// Whatever clocks do, it is in the range of the minute that they show; before that they show less, after it more.
        #[test]
        fn every_moment_is_in_its_minute(zone in zones(), millis in 27_900_000 * MILLIS..30_500_000 * MILLIS) {
            let time = Time::from_millis(millis);
            let shown = Minute(zone.local(time).millis().div_euclid(MILLIS));
            let (begins, ends) = (shown.begins(&zone), shown.ends(&zone));
            prop_assert!(begins <= time && time < ends);
            let before = begins + TimeDelta::milliseconds(-1);
            prop_assert!(zone.local(before) < moment(shown.0));
            prop_assert!(zone.local(ends) >= moment(shown.0 + 1));
        }
    }
}
