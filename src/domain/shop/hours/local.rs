//! Local time at a pizzeria: its time zone, dates and days of the week.

use super::HoursRefusal;
use crate::domain::{Field, FieldError, Minute, Text, Time, ValueKind, named_enum::named_enum};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a time zone, like `Europe/Berlin`. Only the server knows which there are.
pub type TimeZone = Text<64, false>;

/// The time zone of a pizzeria. Only the server has some.
pub trait ShopZone {
    /// When clocks show a minute.
    fn instant(&self, minute: Minute) -> Local;

    /// The minute that clocks show at an instant.
    fn local(&self, time: Time) -> Minute;
}

/// When clocks show a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    One(Time),
    /// Never: they are put forward over it. The first instant after that.
    Gap {
        after: Time,
    },
    /// Twice: they are put back to before it.
    Fold {
        first: Time,
        second: Time,
    },
}

impl Local {
    /// The instant of what begins at this minute.
    pub fn begins(self) -> Time {
        match self {
            Local::One(time) | Local::Gap { after: time } | Local::Fold { first: time, .. } => time,
        }
    }

    /// The instant of what ends at this minute.
    pub fn ends(self) -> Time {
        match self {
            Local::One(time) | Local::Gap { after: time } | Local::Fold { second: time, .. } => {
                time
            }
        }
    }
}

named_enum! {
    /// A day of the week.
    Weekday {
        Monday = "mon",
        Tuesday = "tue",
        Wednesday = "wed",
        Thursday = "thu",
        Friday = "fri",
        Saturday = "sat",
        Sunday = "sun",
    }
}

const DAY: i64 = 24 * 60;

/// A date of local time, as `2026-12-24`. Inside, it counts days from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalDate(i64);

impl LocalDate {
    /// The date that clocks show at a minute.
    pub fn of(minute: Minute) -> LocalDate {
        LocalDate(minute.count().div_euclid(DAY))
    }

    pub fn at(zone: &impl ShopZone, time: Time) -> LocalDate {
        LocalDate::of(zone.local(time))
    }

    /// The minute that clocks show so long after its midnight; on a later date, if those are more than a day.
    pub fn minute(self, after_midnight: i64) -> Minute {
        Minute::from_count(self.0 * DAY + after_midnight)
    }

    /// The first instant of the date; in a zone that leaves it out, the one at which the next date begins.
    pub fn begins(self, zone: &impl ShopZone) -> Time {
        zone.instant(self.minute(0)).begins()
    }

    pub fn plus(self, days: i64) -> LocalDate {
        LocalDate(self.0 + days)
    }

    pub fn weekday(self) -> Weekday {
        match self.0.rem_euclid(7) {
            // 1970 began on a Thursday.
            0 => Weekday::Thursday,
            1 => Weekday::Friday,
            2 => Weekday::Saturday,
            3 => Weekday::Sunday,
            4 => Weekday::Monday,
            5 => Weekday::Tuesday,
            _ => Weekday::Wednesday,
        }
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = self.minute(0).to_string();
        f.write_str(minute.split('T').next().unwrap_or_default())
    }
}

impl TryFrom<String> for LocalDate {
    type Error = FieldError;

    fn try_from(text: String) -> Result<LocalDate, FieldError> {
        let midnight = format!("{text}T00:00").parse::<Minute>();
        let date = midnight.ok().map(LocalDate::of);
        let date = date.filter(|date| date.to_string() == text);
        date.ok_or(HoursRefusal::NotADate.into())
    }
}

impl Field for LocalDate {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<LocalDate, FieldError> {
        text.to_owned().try_into()
    }
}

impl From<LocalDate> for String {
    fn from(date: LocalDate) -> String {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_and_written_and_has_its_day_of_the_week() {
        for (text, weekday) in [
            ("1969-12-31", Weekday::Wednesday),
            ("1970-01-01", Weekday::Thursday),
            ("2026-11-30", Weekday::Monday),
            ("2027-03-28", Weekday::Sunday),
            ("2028-02-29", Weekday::Tuesday),
        ] {
            let date = LocalDate::try_from(text.to_owned()).unwrap();
            assert_eq!(date.to_string(), text);
            assert_eq!(date.weekday(), weekday, "{text}");
            assert_eq!(LocalDate::of(date.minute(0)), date);
            assert_eq!(LocalDate::of(date.minute(1439)), date);
            assert_eq!(LocalDate::of(date.minute(1440)), date.plus(1));
            assert_eq!(date.plus(7).weekday(), weekday);
        }
        for invalid in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "26-01-01",
            "2026-01-01T00:00",
            " 2026-01-01",
        ] {
            let read = LocalDate::try_from(invalid.to_owned());
            assert_eq!(read, Err(HoursRefusal::NotADate.into()), "{invalid}");
        }
    }
}
