//! The hours of a pizzeria as instants: the local dates one after another, each with what begins on it.

use super::{DaySpan, Exception, Hours, LocalDate, ShopZone};
use crate::domain::Time;
use chrono::TimeDelta;
use std::iter;

/// What does not end within this time does not end at all: it is longer than orders can be placed ahead.
pub const STRETCH: TimeDelta = TimeDelta::days(16);
/// Where the walk begins, from the date that is asked for: what began two days before can last into it.
const BEHIND: i64 = -2;
/// Where it ends. It is beyond what opens once a week and is closed by all exceptions that there can be.
const AHEAD: i64 = 450;
/// The local time, in minutes, until which something holds in a pizzeria that never closes: 04:00.
const LATE: i64 = 4 * 60;

/// A span of instants in which a pizzeria is open, up to `closes` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSpan {
    /// Where it opens; if that was more than a day before what was asked for, a moment between.
    pub opens: Time,
    /// `None` if it does not close within [`STRETCH`].
    pub closes: Option<Time>,
}

impl OpenSpan {
    /// Whether all of the time from one instant to another is in it.
    pub fn holds(&self, from: Time, to: Time) -> bool {
        self.opens <= from && self.closes.is_none_or(|closes| to <= closes)
    }

    fn is_over(&self, time: Time) -> bool {
        self.closes.is_some_and(|closes| closes <= time)
    }
}

/// The hours of a pizzeria, or of a part of its menu, in its time zone.
#[derive(Debug)]
pub struct OpeningHours<'a, Z> {
    pub hours: &'a Hours,
    /// In the order of their dates.
    pub exceptions: &'a [Exception],
    pub zone: &'a Z,
}

impl<Z> Clone for OpeningHours<'_, Z> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Z> Copy for OpeningHours<'_, Z> {}

impl<'a, Z: ShopZone> OpeningHours<'a, Z> {
    /// The open spans that end after an instant, in the order of time. Spans that touch or overlap are one. The last
    /// one may have no end.
    pub fn spans_from(self, from: Time) -> impl Iterator<Item = OpenSpan> {
        let today = LocalDate::at(self.zone, from);
        let dates = (BEHIND..AHEAD).map(move |days| today.plus(days));
        let mut stated = dates.flat_map(move |date| self.begin_on(date)).peekable();
        let mut is_last = false;
        let merged = iter::from_fn(move || {
            if is_last {
                return None;
            }
            let (opens, mut closes) = stated.next()?;
            while let Some((_, later)) = stated.next_if(|(next, _)| *next <= closes) {
                closes = closes.max(later);
                is_last = closes >= opens.max(from) + STRETCH;
                if is_last {
                    break;
                }
            }
            let closes = (!is_last).then_some(closes);
            Some(OpenSpan { opens, closes })
        });
        merged.skip_while(move |span| span.is_over(from))
    }

    /// The open spans that have a part of the time from one instant to another.
    pub fn spans(self, from: Time, to: Time) -> Vec<OpenSpan> {
        let spans = self.spans_from(from);
        spans.take_while(|span| span.opens < to).collect()
    }

    /// The span that is open at an instant.
    pub fn span_at(self, now: Time) -> Option<OpenSpan> {
        self.spans_from(now).next().filter(|span| span.opens <= now)
    }

    /// When it opens next: after the span that is open now, if one is.
    pub fn next_opening(self, now: Time) -> Option<Time> {
        let mut opens = self.spans_from(now).map(|span| span.opens);
        opens.find(|opens| *opens > now)
    }

    /// The end of the span that is open now, else of the next one. Where there is none, the next 04:00 of local time.
    pub fn next_closing(self, now: Time) -> Time {
        let closes = self.spans_from(now).next().and_then(|span| span.closes);
        closes.unwrap_or_else(|| {
            let today = LocalDate::at(self.zone, now);
            let late = |days| self.zone.instant(today.plus(days).minute(LATE)).begins();
            let mut next = (0..=2).map(late);
            next.find(|late| *late > now).unwrap_or(now)
        })
    }

    /// What begins on a local date, as instants. What a change of the clocks shrinks to nothing is none of it.
    fn begin_on(self, date: LocalDate) -> impl Iterator<Item = (Time, Time)> {
        let instants = move |span: &DaySpan| {
            let opens = self.zone.instant(date.minute(span.opens())).begins();
            let closes = self.zone.instant(date.minute(span.closes())).ends();
            (opens < closes).then_some((opens, closes))
        };
        self.stated(date).iter().filter_map(instants)
    }

    fn stated(self, date: LocalDate) -> &'a [DaySpan] {
        let exception = self.exceptions.binary_search_by_key(&date, |one| one.date);
        match exception.ok().and_then(|at| self.exceptions.get(at)) {
            Some(exception) => &exception.hours,
            None => self.hours.on(date.weekday()),
        }
    }
}
