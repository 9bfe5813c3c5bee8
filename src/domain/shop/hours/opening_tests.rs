//! The hours of a pizzeria as instants, in a zone whose clocks change once.

use super::*;
use crate::domain::{
    Time,
    shop::sample_zone::{SampleZone, autumn, daily, hours, spring, utc},
};

/// Spans as `2026-11-30T16:00 2026-11-30T21:00`; what does not close ends with `-`.
fn texts(spans: impl IntoIterator<Item = OpenSpan>) -> Vec<String> {
    let text = |time: Time| time.to_string()[..16].to_owned();
    let spans = spans.into_iter();
    let texts = spans.map(|span| {
        let closes = span.closes.map_or("-".to_owned(), text);
        format!("{} {closes}", text(span.opens))
    });
    texts.collect()
}

struct Shop {
    hours: Hours,
    exceptions: Exceptions,
    zone: SampleZone,
}

impl Shop {
    fn new(zone: SampleZone, days: &[(&str, &str)], dates: &[(&str, &str)]) -> Shop {
        let (hours, exceptions) = hours(days, dates);
        Shop {
            hours,
            exceptions,
            zone,
        }
    }

    fn opening(&self) -> OpeningHours<'_, SampleZone> {
        OpeningHours {
            hours: &self.hours,
            exceptions: &self.exceptions,
            zone: &self.zone,
        }
    }

    fn spans(&self, from: &str, to: &str) -> Vec<String> {
        texts(self.opening().spans(utc(from), utc(to)))
    }
}

#[test]
fn a_span_belongs_to_the_day_on_which_it_begins() {
    let shop = Shop::new(
        autumn(),
        &[("mon", "11:30-14:00 17:00-02:00"), ("tue", "12:00-00:00")],
        &[],
    );
    assert_eq!(
        shop.spans("2026-11-30T00:00", "2026-12-07T00:00"),
        [
            "2026-11-30T10:30 2026-11-30T13:00",
            "2026-11-30T16:00 2026-12-01T01:00",
            "2026-12-01T11:00 2026-12-01T23:00",
        ]
    );
    // What has a part of the time is told whole, what only touches it is not.
    let night = ["2026-11-30T16:00 2026-12-01T01:00"];
    assert_eq!(shop.spans("2026-12-01T00:59", "2026-12-01T11:00"), night);
    assert_eq!(shop.spans("2026-12-01T01:00", "2026-12-01T11:00").len(), 0);
}

#[test]
fn spans_that_touch_are_one() {
    let shop = Shop::new(
        autumn(),
        &[("mon", "17:00-24:00"), ("tue", "00:00-03:00 03:00-04:00")],
        &[],
    );
    let merged = ["2026-11-30T16:00 2026-12-01T03:00"];
    assert_eq!(shop.spans("2026-11-30T00:00", "2026-12-06T00:00"), merged);
}

#[test]
fn a_kitchen_that_never_closes_has_no_end_and_no_opening() {
    let shop = Shop::new(autumn(), &daily("00:00-24:00"), &[]);
    let now = utc("2026-11-30T12:00");
    let span = shop.opening().span_at(now).unwrap();
    assert!(span.opens < now && span.closes.is_none());
    assert!(span.holds(now, utc("2026-12-14T00:00")));
    assert_eq!(shop.opening().next_opening(now), None);
    assert_eq!(shop.opening().next_closing(now), utc("2026-12-01T03:00"));
    assert_eq!(
        shop.opening().next_closing(utc("2026-12-01T02:59")),
        utc("2026-12-01T03:00")
    );
    assert_eq!(
        shop.opening().next_closing(utc("2026-12-01T03:00")),
        utc("2026-12-02T03:00")
    );
    assert_eq!(shop.opening().spans(now, utc("2026-12-14T00:00")).len(), 1);

    let closed_once = Shop::new(autumn(), &daily("00:00-24:00"), &[("2026-12-03", "")]);
    let opening = closed_once.opening();
    assert_eq!(opening.next_closing(now), utc("2026-12-02T23:00"));
    assert_eq!(opening.next_opening(now), Some(utc("2026-12-03T23:00")));
    assert_eq!(opening.span_at(utc("2026-12-03T12:00")), None);
}

#[test]
fn an_exception_replaces_what_begins_on_its_date() {
    let nights = daily("17:00-02:00");
    let spans = |exceptions: &[(&str, &str)]| {
        let shop = Shop::new(autumn(), &nights, exceptions);
        shop.spans("2026-12-23T12:00", "2026-12-25T12:00")
    };
    let (eve, christmas) = (
        "2026-12-23T16:00 2026-12-24T01:00",
        "2026-12-24T16:00 2026-12-25T01:00",
    );
    assert_eq!(spans(&[]), [eve, christmas]);
    // The night before lasts into a date that is closed.
    assert_eq!(spans(&[("2026-12-24", "")]), [eve]);
    assert_eq!(
        spans(&[("2026-12-24", "10:00-12:00")]),
        [eve, "2026-12-24T09:00 2026-12-24T11:00"]
    );
    // It touches the night before, overlaps it, or is in it.
    for (hours, merged) in [
        ("02:00-12:00", "2026-12-23T16:00 2026-12-24T11:00"),
        ("00:00-12:00", "2026-12-23T16:00 2026-12-24T11:00"),
        ("00:30-01:00", eve),
    ] {
        assert_eq!(spans(&[("2026-12-24", hours)]), [merged], "{hours}");
    }
    // It lasts into the date after it.
    let long = [("2026-12-23", "20:00-19:00")];
    assert_eq!(spans(&long), ["2026-12-23T19:00 2026-12-25T01:00"]);
}

#[test]
fn clocks_that_are_changed_change_spans() {
    let spans = |zone, span, [from, to]: [&str; 2]| {
        let shop = Shop::new(zone, &[("sat", "12:00-13:00"), ("sun", span)], &[]);
        shop.spans(from, to)
    };
    let in_spring = |span| spans(spring(), span, ["2027-03-27T20:00", "2027-03-28T20:00"]);
    let in_autumn = |span| spans(autumn(), span, ["2026-10-24T20:00", "2026-10-25T20:00"]);
    for (span, expected) in [
        ("02:30-06:00", "2027-03-28T01:00 2027-03-28T04:00"),
        ("01:00-02:30", "2027-03-28T00:00 2027-03-28T01:00"),
        ("01:59-03:01", "2027-03-28T00:59 2027-03-28T01:01"),
        (
            "01:00-02:15 02:30-05:00",
            "2027-03-28T00:00 2027-03-28T03:00",
        ),
    ] {
        assert_eq!(in_spring(span), [expected], "{span}");
    }
    assert_eq!(in_spring("02:00-03:00").len(), 0);
    assert_eq!(in_spring("02:10-02:50").len(), 0);
    for (span, expected) in [
        ("02:30-06:00", "2026-10-25T00:30 2026-10-25T05:00"),
        ("01:00-02:30", "2026-10-24T23:00 2026-10-25T01:30"),
        ("02:15-02:45", "2026-10-25T00:15 2026-10-25T01:45"),
        (
            "01:00-02:30 02:45-05:00",
            "2026-10-24T23:00 2026-10-25T04:00",
        ),
    ] {
        assert_eq!(in_autumn(span), [expected], "{span}");
    }
}

#[test]
fn what_opens_next_is_found_behind_all_exceptions() {
    let first = LocalDate::try_from("2026-12-04".to_owned()).unwrap();
    let fridays: Vec<_> = (0..60)
        .map(|week| first.plus(7 * week).to_string())
        .collect();
    let closed: Vec<_> = fridays.iter().map(|date| (&**date, "")).collect();
    let shop = Shop::new(autumn(), &[("fri", "17:00-22:00")], &closed);
    let opening = shop.opening();
    let now = utc("2026-11-30T12:00");
    assert_eq!(opening.next_opening(now), Some(utc("2028-01-28T16:00")));
    assert_eq!(opening.span_at(now), None);
    assert_eq!(opening.next_closing(now), utc("2028-01-28T21:00"));
    let never = Shop::new(autumn(), &[], &[]);
    assert_eq!(never.opening().next_opening(now), None);
    assert_eq!(never.opening().next_closing(now), utc("2026-12-01T03:00"));
    let once = Shop::new(autumn(), &[], &[("2027-06-01", "10:00-12:00")]);
    assert_eq!(
        once.opening().next_opening(now),
        Some(utc("2027-06-01T09:00"))
    );
}
