//! A time zone for tests that have no database of them: its offset changes once.

use super::{Exceptions, Hours, Local, LocalDate, ShopZone};
use crate::domain::{Minute, Time};

#[derive(Debug)]
pub struct SampleZone {
    /// In minutes since 1970, in UTC.
    change: i64,
    /// In minutes east of UTC.
    offsets: [i64; 2],
}

/// As in Berlin: on 2026-10-25 clocks show the hour from 02:00 to 03:00 twice.
pub fn autumn() -> SampleZone {
    SampleZone {
        change: minutes("2026-10-25T01:00"),
        offsets: [120, 60],
    }
}

/// As in Berlin: on 2027-03-28 they leave it out.
pub fn spring() -> SampleZone {
    SampleZone {
        change: minutes("2027-03-28T01:00"),
        offsets: [60, 120],
    }
}

fn minutes(text: &str) -> i64 {
    text.parse::<Minute>().unwrap().count()
}

fn at(minutes: i64) -> Time {
    Time::from_millis(minutes * 60_000)
}

pub fn utc(text: &str) -> Time {
    at(minutes(text))
}

pub fn date(text: &str) -> LocalDate {
    LocalDate::try_from(text.to_owned()).unwrap()
}

fn spans(text: &str) -> Vec<Vec<&str>> {
    let spans = text.split(' ').filter(|span| !span.is_empty());
    spans.map(|span| span.split('-').collect()).collect()
}

/// Hours with the spans of some days, as `[("sat", "18:00-03:00")]`, and the same of exceptions by their dates, where
/// `""` is closed.
pub fn hours(days: &[(&str, &str)], dates: &[(&str, &str)]) -> (Hours, Exceptions) {
    let mut week = serde_json::json!({"mon": [], "tue": [], "wed": [], "thu": [], "fri": [], "sat": [], "sun": []});
    for (day, text) in days {
        week[day] = serde_json::json!(spans(text));
    }
    let exceptions = dates
        .iter()
        .map(|(date, text)| serde_json::json!({"date": date, "hours": spans(text), "note": null}));
    let exceptions = serde_json::Value::Array(exceptions.collect());
    (
        serde_json::from_value(week).unwrap(),
        serde_json::from_value(exceptions).unwrap(),
    )
}

/// The same span on each day of the week.
pub fn daily(span: &'static str) -> [(&'static str, &'static str); 7] {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| (day, span))
}

impl ShopZone for SampleZone {
    fn instant(&self, minute: Minute) -> Local {
        let [before, after] = self.offsets.map(|offset| minute.count() - offset);
        match (before < self.change, after >= self.change) {
            (true, true) => Local::Fold {
                first: at(before),
                second: at(after),
            },
            (true, false) => Local::One(at(before)),
            (false, true) => Local::One(at(after)),
            (false, false) => Local::Gap {
                after: at(self.change),
            },
        }
    }

    fn local(&self, time: Time) -> Minute {
        let minute = time.millis().div_euclid(60_000);
        let [before, after] = self.offsets;
        let offset = if minute < self.change { before } else { after };
        Minute::from_count(minute + offset)
    }
}
