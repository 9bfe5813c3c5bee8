//! Instants as the clocks at a pizzeria show them.

use super::{Local, ShopZone};
use crate::domain::Time;

/// `19:30`; in the hour that comes twice with its offset, as `02:30 +02:00`.
pub fn time_label(zone: &impl ShopZone, time: Time) -> String {
    let minute = zone.local(time);
    let of_day = minute.count().rem_euclid(24 * 60);
    let shown = format!("{:02}:{:02}", of_day / 60, of_day % 60);
    let Local::Fold { first, second } = zone.instant(minute) else {
        return shown;
    };
    let shows = if time < second { first } else { second };
    let as_utc = Time::from_millis(minute.count() * 60_000);
    let offset = (as_utc - shows).num_minutes();
    let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    format!("{shown} {sign}{:02}:{:02}", size / 60, size % 60)
}

/// `19:35-19:55`.
pub fn range_label(zone: &impl ShopZone, from: Time, to: Time) -> String {
    format!("{}-{}", time_label(zone, from), time_label(zone, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::sample_zone::{autumn, utc};

    #[test]
    fn a_label_has_the_offset_in_the_hour_that_comes_twice() {
        let zone = autumn();
        for (time, label) in [
            ("2026-10-24T23:59", "01:59"),
            ("2026-10-25T00:00", "02:00 +02:00"),
            ("2026-10-25T00:59", "02:59 +02:00"),
            ("2026-10-25T01:00", "02:00 +01:00"),
            ("2026-10-25T01:59", "02:59 +01:00"),
            ("2026-10-25T02:00", "03:00"),
            ("2026-10-25T22:59", "23:59"),
            ("2026-10-25T23:00", "00:00"),
        ] {
            assert_eq!(time_label(&zone, utc(time)), label, "{time}");
        }
        let range = range_label(&zone, utc("2026-10-25T00:45"), utc("2026-10-25T02:05"));
        assert_eq!(range, "02:45 +02:00-03:05");
    }
}
