//! A moment, as RFC 3339 in UTC on the wire.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, ops};

/// A moment, to the millisecond. (chrono's own deserializer accepts more notations, and makes the browser's program a
/// tenth larger.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(DateTime<Utc>);

impl Time {
    /// From milliseconds since 1970; the beginning of 1970 where chrono cannot represent the moment.
    pub fn from_millis(millis: i64) -> Time {
        Time(DateTime::from_timestamp_millis(millis).unwrap_or_default())
    }

    /// Reads RFC 3339 in its notations.
    pub fn read(text: &str) -> Option<Time> {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Some(Time::from_millis(time.timestamp_millis()))
    }

    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// Hour, minute and second of the day in UTC.
    pub fn clock(self) -> (u32, u32, u32) {
        use chrono::Timelike;
        (self.0.hour(), self.0.minute(), self.0.second())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Time::read(&text).ok_or_else(|| de::Error::custom("not an RFC 3339 time"))
    }
}

impl ops::Add<TimeDelta> for Time {
    type Output = Time;

    fn add(self, more: TimeDelta) -> Time {
        Time(self.0 + more)
    }
}

impl ops::Sub for Time {
    type Output = TimeDelta;

    fn sub(self, earlier: Time) -> TimeDelta {
        self.0 - earlier.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_one_notation_and_read_in_several() {
        let time = Time::from_millis(1_780_000_000_120);
        let json = serde_json::to_string(&time).unwrap();
        assert_eq!(json, "\"2026-05-28T20:26:40.120Z\"");
        for same in [
            &*json,
            "\"2026-05-28T22:26:40.12+02:00\"",
            "\"2026-05-28T20:26:40.1200009Z\"",
        ] {
            assert_eq!(serde_json::from_str::<Time>(same).unwrap(), time);
            assert_eq!(Time::read(same.trim_matches('"')), Some(time));
        }
        assert!(serde_json::from_str::<Time>("\"yesterday\"").is_err());
        assert!(Time::read("yesterday").is_none());
    }
}
