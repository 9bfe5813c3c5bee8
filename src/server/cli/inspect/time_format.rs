//! Times as operators write and read them: in UTC, or as an age.

use crate::{domain::Time, server::clock::now};
use chrono::{DateTime, TimeDelta};

/// Parses a moment: `2026-11-22T17:30:00Z`, `2026-11-22` (its beginning in UTC), or an age like `90s`, `30m`, `2h`,
/// `3d`.
pub fn moment(text: &str) -> Result<Time, String> {
    let date = format!("{text}T00:00:00Z");
    let written = DateTime::parse_from_rfc3339(text).or(DateTime::parse_from_rfc3339(&date));
    match written {
        Ok(time) => Ok(Time::from_millis(time.timestamp_millis())),
        Err(_) => ago(text).and_then(before_now).ok_or_else(|| {
            "write a time like 2026-11-22T17:30:00Z, a day like 2026-11-22, or an age like 90s, 30m, 2h, 3d"
                .to_owned()
        }),
    }
}

/// The moment that long ago; `None` where it cannot be represented.
fn before_now(ago: TimeDelta) -> Option<Time> {
    let now = DateTime::from_timestamp_millis(now().millis())?;
    let then = now.checked_sub_signed(ago)?;
    Some(Time::from_millis(then.timestamp_millis()))
}

fn ago(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().last()?;
    let count: u32 = text.strip_suffix(unit)?.parse().ok()?;
    let count = i64::from(count);
    match unit {
        's' => TimeDelta::try_seconds(count),
        'm' => TimeDelta::try_minutes(count),
        'h' => TimeDelta::try_hours(count),
        'd' => TimeDelta::try_days(count),
        _ => None,
    }
}

/// To the second: `2026-11-22T17:30:00Z`.
pub fn second(time: Time) -> String {
    let text = time.to_string();
    let whole = text.split('.').next().unwrap_or_default();
    format!("{whole}Z")
}

/// How long ago something was, in the largest unit that is precise enough: `95s`, `12m`, `26h`, `3d`.
pub fn age(time: Time, now: Time) -> String {
    let seconds = (now - time).num_seconds().max(0);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// How long something took: `0.4s`, `5s`, `45s`, `3m05s`, `1h02m`.
pub fn span(time: TimeDelta) -> String {
    let millis = time.num_milliseconds().max(0);
    let seconds = millis / 1_000;
    match seconds {
        0..10 if millis % 1_000 >= 100 => format!("{}.{}s", seconds, millis % 1_000 / 100),
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3_600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_a_day_or_an_age() {
        let at = |text: &str| moment(text).unwrap().to_string();
        assert_eq!(at("2026-11-22T17:30:00+01:00"), "2026-11-22T16:30:00.000Z");
        assert_eq!(at("2026-11-22"), "2026-11-22T00:00:00.000Z");
        for (text, seconds) in [("90s", 90), ("30m", 1_800), ("2h", 7_200), ("3d", 259_200)] {
            let apart = now() - moment(text).unwrap();
            assert_eq!(
                (apart + TimeDelta::milliseconds(500)).num_seconds(),
                seconds
            );
        }
        for text in [
            "",
            "m",
            "2",
            "2w",
            "-2h",
            "2ä",
            "yesterday",
            "2026-13-01",
            "4294967296d",
            "100000000d",
        ] {
            assert!(moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ages_and_spans_are_precise_enough() {
        let at = |n: i64| Time::from_millis(n * 1_000);
        assert_eq!(second(at(1)), "1970-01-01T00:00:01Z");
        for (seconds, expected) in [
            (-5, "0s"),
            (119, "119s"),
            (120, "2m"),
            (7_199, "119m"),
            (7_200, "2h"),
            (172_800, "2d"),
        ] {
            assert_eq!(age(at(0), at(seconds)), expected);
        }
        for (millis, expected) in [
            (-1, "0s"),
            (5_000, "5s"),
            (449, "0.4s"),
            (9_999, "9.9s"),
            (10_000, "10s"),
            (185_000, "3m05s"),
            (3_725_000, "1h02m"),
        ] {
            assert_eq!(span(TimeDelta::milliseconds(millis)), expected);
        }
    }
}
