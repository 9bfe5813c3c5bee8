//! Changes of clocks, nights and exceptions, each with the instants and slots that follow.

use super::*;
use crate::domain::shop::{
    Exceptions, Hours, KitchenState, OpeningHours, OrderRules, Slots,
    sample_zone::{daily, date, hours, utc},
    time_label,
};

struct Shop {
    zone: IanaZone,
    hours: Hours,
    exceptions: Exceptions,
    rules: OrderRules,
}

impl Shop {
    fn new(zone: &str, days: &[(&str, &str)], dates: &[(&str, &str)]) -> Shop {
        let (hours, exceptions) = hours(days, dates);
        Shop {
            zone: IanaZone::find(zone).unwrap(),
            hours,
            exceptions,
            rules: OrderRules::default(),
        }
    }

    fn opening(&self) -> OpeningHours<'_, IanaZone> {
        OpeningHours {
            hours: &self.hours,
            exceptions: &self.exceptions,
            zone: &self.zone,
        }
    }

    fn slots(&self, now: &str) -> Slots<'_, IanaZone, fn(Time) -> bool> {
        Slots {
            opening: self.opening(),
            rules: &self.rules,
            state: KitchenState::default(),
            pieces: 1,
            now: utc(now),
            has_room: |_| true,
        }
    }

    /// The slots of a date, and their labels in one text.
    fn of_date(&self, now: &str, of: &str) -> (Vec<Time>, String) {
        let slots = self.slots(now).of_date(date(of));
        let labels: Vec<_> = slots
            .iter()
            .map(|slot| time_label(&self.zone, *slot))
            .collect();
        (slots, labels.join(" "))
    }
}

const BERLIN: &str = "Europe/Berlin";

/// A zone; the only date on which a span begins; the span; where it opens and closes in UTC, or nothing.
const SPANS: &str = "
# 8 hours, and 10.
Europe/Berlin 2027-03-27 18:00-03:00 2027-03-27T17:00 2027-03-28T01:00
Europe/Berlin 2026-10-24 18:00-03:00 2026-10-24T16:00 2026-10-25T02:00
# It opens or closes in the gap, or has nothing else.
Europe/Berlin 2027-03-28 02:30-06:00 2027-03-28T01:00 2027-03-28T04:00
Europe/Berlin 2027-03-27 18:00-02:30 2027-03-27T17:00 2027-03-28T01:00
Europe/Berlin 2027-03-28 02:10-02:50 -
Europe/Berlin 2027-03-28 02:00-03:00 -
# It closes at the second 02:30, and opens at the first.
Europe/Berlin 2026-10-24 18:00-02:30 2026-10-24T16:00 2026-10-25T01:30
Europe/Berlin 2026-10-25 02:30-06:00 2026-10-25T00:30 2026-10-25T05:00
Europe/Berlin 2026-10-25 02:15-02:45 2026-10-25T00:15 2026-10-25T01:45
# All day: 25 hours, and 23.
Europe/Berlin 2026-10-25 00:00-24:00 2026-10-24T22:00 2026-10-25T23:00
Europe/Berlin 2027-03-28 00:00-24:00 2027-03-27T23:00 2027-03-28T22:00
America/New_York 2026-10-31 18:00-03:00 2026-10-31T22:00 2026-11-01T08:00
America/New_York 2026-10-31 18:00-01:30 2026-10-31T22:00 2026-11-01T06:30
America/New_York 2026-11-01 01:30-05:00 2026-11-01T05:30 2026-11-01T10:00
America/New_York 2027-03-13 18:00-03:00 2027-03-13T23:00 2027-03-14T07:00
America/New_York 2027-03-13 18:00-02:30 2027-03-13T23:00 2027-03-14T07:00
America/New_York 2027-03-14 02:30-05:00 2027-03-14T07:00 2027-03-14T09:00
# Half an hour.
Australia/Lord_Howe 2027-04-03 18:00-03:00 2027-04-03T07:00 2027-04-03T16:30
Australia/Lord_Howe 2027-04-03 18:00-01:45 2027-04-03T07:00 2027-04-03T15:15
Australia/Lord_Howe 2026-10-03 18:00-03:00 2026-10-03T07:30 2026-10-03T16:00
Australia/Lord_Howe 2026-10-04 02:15-06:00 2026-10-03T15:30 2026-10-03T19:00
Australia/Lord_Howe 2026-10-04 02:00-02:30 -
Asia/Kathmandu 2026-11-30 11:30-22:00 2026-11-30T05:45 2026-11-30T16:15
America/St_Johns 2026-10-31 18:00-03:00 2026-10-31T20:30 2026-11-01T06:30
America/St_Johns 2027-03-13 18:00-03:00 2027-03-13T21:30 2027-03-14T05:30
America/St_Johns 2027-03-14 02:30-05:00 2027-03-14T05:30 2027-03-14T07:30
# Their law calls the winter, and Ramadan, the other time.
Europe/Dublin 2026-10-24 18:00-03:00 2026-10-24T17:00 2026-10-25T03:00
Europe/Dublin 2026-10-24 18:00-01:30 2026-10-24T17:00 2026-10-25T01:30
Europe/Dublin 2027-03-27 18:00-03:00 2027-03-27T18:00 2027-03-28T02:00
Europe/Dublin 2027-03-28 01:30-05:00 2027-03-28T01:00 2027-03-28T04:00
Africa/Casablanca 2026-02-14 18:00-03:00 2026-02-14T17:00 2026-02-15T03:00
Africa/Casablanca 2026-02-14 18:00-02:30 2026-02-14T17:00 2026-02-15T02:30
Africa/Casablanca 2026-03-21 18:00-03:00 2026-03-21T18:00 2026-03-22T02:00
Africa/Casablanca 2026-03-22 02:30-05:00 2026-03-22T02:00 2026-03-22T04:00
# Clocks are changed at midnight.
Africa/Cairo 2026-04-24 00:00-24:00 2026-04-23T22:00 2026-04-24T21:00
Africa/Cairo 2026-04-23 18:00-24:00 2026-04-23T16:00 2026-04-23T22:00
";

#[test]
fn a_span_has_its_exact_instants() {
    let rows = SPANS
        .lines()
        .filter(|row| !row.is_empty() && !row.starts_with('#'));
    for row in rows {
        let columns: Vec<_> = row.split(' ').collect();
        let (zone, day, span, expected) = match columns[..] {
            [zone, day, span, opens, closes] => (zone, day, span, Some((opens, closes))),
            [zone, day, span, "-"] => (zone, day, span, None),
            _ => panic!("{row}"),
        };
        let (shop, midnight) = (Shop::new(zone, &[], &[(day, span)]), date(day));
        let [from, to] = [-1, 3].map(|days| midnight.plus(days).begins(&shop.zone));
        let spans = shop.opening().spans(from, to);
        let instants = spans.iter().map(|span| (span.opens, span.closes));
        let expected = expected.map(|(opens, closes)| (utc(opens), Some(utc(closes))));
        assert!(instants.eq(expected), "{row}: {spans:?}");
        // The week's hours are turned into instants as those of an exception are.
        let weekday = midnight.weekday().name();
        let weekly = Shop::new(zone, &[(weekday, span)], &[]);
        assert_eq!(weekly.opening().spans(from, to), spans, "{row}");
    }
}

/// A zone in which it is open on Saturdays from 18:00 to 03:00; now, in UTC; a date; its first slot, in UTC; the labels of
/// all of its slots.
const NIGHTS: &str = "
Europe/Berlin 2026-10-24T12:00 2026-10-25 2026-10-24T22:00 00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45 02:00 +02:00 02:15 +02:00 02:30 +02:00 02:45 +02:00 02:00 +01:00 02:15 +01:00 02:30 +01:00 02:45 +01:00
Europe/Berlin 2027-03-27T12:00 2027-03-28 2027-03-27T23:00 00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45
America/New_York 2026-10-31T12:00 2026-11-01 2026-11-01T04:00 00:00 00:15 00:30 00:45 01:00 -04:00 01:15 -04:00 01:30 -04:00 01:45 -04:00 01:00 -05:00 01:15 -05:00 01:30 -05:00 01:45 -05:00 02:00 02:15 02:30 02:45
America/New_York 2027-03-13T12:00 2027-03-14 2027-03-14T05:00 00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45
Australia/Lord_Howe 2027-04-03T02:00 2027-04-04 2027-04-03T13:00 00:00 00:15 00:30 00:45 01:00 01:15 01:30 +11:00 01:45 +11:00 01:30 +10:30 01:45 +10:30 02:00 02:15 02:30 02:45
Australia/Lord_Howe 2026-10-03T02:00 2026-10-04 2026-10-03T13:30 00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45 02:30 02:45
America/St_Johns 2026-10-31T12:00 2026-11-01 2026-11-01T02:30 00:00 00:15 00:30 00:45 01:00 -02:30 01:15 -02:30 01:30 -02:30 01:45 -02:30 01:00 -03:30 01:15 -03:30 01:30 -03:30 01:45 -03:30 02:00 02:15 02:30 02:45
America/St_Johns 2027-03-13T12:00 2027-03-14 2027-03-14T03:30 00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45
Europe/Dublin 2026-10-24T12:00 2026-10-25 2026-10-24T23:00 00:00 00:15 00:30 00:45 01:00 +01:00 01:15 +01:00 01:30 +01:00 01:45 +01:00 01:00 +00:00 01:15 +00:00 01:30 +00:00 01:45 +00:00 02:00 02:15 02:30 02:45
Europe/Dublin 2027-03-27T12:00 2027-03-28 2027-03-28T00:00 00:00 00:15 00:30 00:45 02:00 02:15 02:30 02:45
Africa/Casablanca 2026-03-21T12:00 2026-03-22 2026-03-22T00:00 00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45
Africa/Casablanca 2026-02-14T12:00 2026-02-15 2026-02-14T23:00 00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45 02:00 +01:00 02:15 +01:00 02:30 +01:00 02:45 +01:00 02:00 +00:00 02:15 +00:00 02:30 +00:00 02:45 +00:00
";

#[test]
fn a_night_with_another_change_has_its_exact_slots() {
    for row in NIGHTS.lines().filter(|row| !row.is_empty()) {
        let columns: Vec<_> = row.splitn(5, ' ').collect();
        let [zone, now, of, first, expected] = columns[..] else {
            panic!("{row}");
        };
        let shop = Shop::new(zone, &[("sat", "18:00-03:00")], &[]);
        let (slots, labels) = shop.of_date(now, of);
        assert_eq!(labels, expected, "{zone} {of}");
        assert_eq!(slots[0], utc(first), "{zone} {of}");
        let is_dense = |one: &Time, next: &Time| (*next - *one).num_minutes() == 15;
        assert!(slots.is_sorted_by(is_dense), "{zone} {of}");
    }
}

#[test]
fn slots_lie_on_round_local_times_in_every_zone() {
    let shop = Shop::new("Asia/Kathmandu", &daily("11:30-22:00"), &[]);
    let (slots, labels) = shop.of_date("2026-11-30T00:00", "2026-11-30");
    assert_eq!((slots.len(), slots[0]), (41, utc("2026-11-30T06:00")));
    assert!(
        labels.starts_with("11:45 12:00") && labels.ends_with("21:30 21:45"),
        "{labels}"
    );
    // All changes of a zone that is in use keep to the quarters.
    let from = Timestamp::from_second(1_767_225_600).unwrap();
    for name in names() {
        let zone = IanaZone::find(name).unwrap();
        let offset = zone.0.to_offset(from);
        let later = zone.0.following(from).take(8).map(|change| change.offset());
        for offset in later.chain([offset]) {
            assert_eq!(offset.seconds() % 900, 0, "{name}");
        }
    }
}

#[test]
fn slots_after_midnight_are_of_the_next_date() {
    let shop = Shop::new(
        BERLIN,
        &[("fri", "17:00-02:00"), ("sat", "12:00-14:00")],
        &[],
    );
    let (slots, labels) = shop.of_date("2026-12-04T18:00", "2026-12-05");
    assert_eq!(slots[0], utc("2026-12-04T23:00"));
    let expected =
        "00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45 12:15 12:30 12:45 13:00 13:15 13:30 13:45";
    assert_eq!(labels, expected);
    // The last slot ends when it closes, and the time that the kitchen needs is counted once.
    assert_eq!(
        shop.slots("2026-12-05T00:40").asap(),
        Ok(utc("2026-12-05T00:45"))
    );
    assert!(shop.slots("2026-12-05T00:41").asap().is_err());
    let of_noon = "2026-12-05T11:00";
    assert_eq!(
        shop.slots("2026-12-05T00:41").next(1),
        [utc("2026-12-05T11:15")]
    );
    assert_eq!(shop.slots(of_noon).asap(), Ok(utc("2026-12-05T11:15")));
}

#[test]
fn a_date_that_closes_at_noon_has_no_slot_after_it() {
    let nights = daily("11:30-02:00");
    let shop = Shop::new(
        BERLIN,
        &nights,
        &[("2026-12-24", "10:00-12:00"), ("2026-12-25", "")],
    );
    let now = "2026-12-23T12:00";
    let night = "00:00 00:15 00:30 00:45 01:00 01:15 01:30 01:45";
    let noon = "10:15 10:30 10:45 11:00 11:15 11:30 11:45";
    assert_eq!(shop.of_date(now, "2026-12-24").1, format!("{night} {noon}"));
    assert_eq!(shop.of_date(now, "2026-12-25").1, "");
    assert_eq!(
        shop.slots("2026-12-24T10:41").next(1),
        [utc("2026-12-26T10:45")]
    );
}

#[test]
fn a_kitchen_that_never_closes_has_slots_all_day() {
    for (of, now, count) in [
        ("2026-10-25", "2026-10-24T10:00", 100),
        ("2027-03-28", "2027-03-27T10:00", 92),
        ("2026-11-02", "2026-11-01T10:00", 96),
    ] {
        let shop = Shop::new(BERLIN, &daily("00:00-24:00"), &[]);
        let (slots, _) = shop.of_date(now, of);
        assert_eq!(slots.len(), count, "{of}");
        assert_eq!(slots[0], date(of).begins(&shop.zone), "{of}");
    }
}
