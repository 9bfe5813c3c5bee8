//! One span of opening hours, in local times.

use super::HoursRefusal;
use crate::domain::{FieldError, InvalidField};
use serde::{Serialize, Serializer};

/// A span as it comes in: `["17:00", "02:00"]`.
pub type SpanInput = Vec<String>;

/// Minutes of a day.
const DAY: u16 = 24 * 60;
const SHORTEST: u16 = 15;
const MOST: usize = 4;

/// From one local time to another, which is on the next day if it is the smaller one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySpan {
    /// Minutes after midnight, before 24:00.
    opens: u16,
    /// Minutes after midnight as they are written, up to 24:00: 00:00 and 24:00 stay different texts.
    closes: u16,
}

impl DaySpan {
    fn read(input: &[String]) -> Result<DaySpan, HoursRefusal> {
        let [opens, closes] = input else {
            return Err(HoursRefusal::NotASpan);
        };
        let time = |text: &str, latest: u16| {
            let minutes = minutes(text).filter(|minutes| *minutes <= latest);
            minutes.ok_or(HoursRefusal::NotATime)
        };
        let (opens, closes) = (time(opens, DAY - 1)?, time(closes, DAY)?);
        let span = DaySpan { opens, closes };
        if opens == closes {
            return Err(HoursRefusal::EqualEnds);
        }
        let is_long_enough = span.closes() - span.opens() >= i64::from(SHORTEST);
        is_long_enough.then_some(span).ok_or(HoursRefusal::TooShort)
    }

    /// Minutes after the midnight that begins its day.
    pub fn opens(self) -> i64 {
        self.opens.into()
    }

    /// Minutes after the same midnight: above 1440 on the next day.
    pub fn closes(self) -> i64 {
        let next_day = self.closes < self.opens;
        i64::from(self.closes) + if next_day { i64::from(DAY) } else { 0 }
    }
}

/// `09:30`, in minutes after midnight; 24:00 is the last one.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |part: &str| {
        let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
    (minute < 60).then_some(hour * 60 + minute)
}

impl Serialize for DaySpan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        [self.opens, self.closes].map(text).serialize(serializer)
    }
}

/// The spans that begin on one day, each with its place among those given, in the order in which they begin. What is
/// wrong with one is recorded under its path.
pub(super) fn read_day(
    input: &[SpanInput],
    path: &str,
    invalid_fields: &mut Vec<InvalidField>,
) -> Vec<(usize, DaySpan)> {
    let mut reject = |field: String, refusal: HoursRefusal| {
        let error = FieldError::from(refusal);
        invalid_fields.push(InvalidField { field, error });
    };
    if input.len() > MOST {
        reject(path.to_owned(), HoursRefusal::TooManySpans);
        return Vec::new();
    }
    let mut spans = Vec::new();
    for (at, span) in input.iter().enumerate() {
        match DaySpan::read(span) {
            Ok(span) => spans.push((at, span)),
            Err(refusal) => reject(format!("{path}[{at}]"), refusal),
        }
    }
    spans.sort_by_key(|(_, span)| span.opens);
    spans
}

/// Records each span that begins before all earlier ones have ended. `spans` are paths, beginnings and ends, in the
/// order of the beginnings; the first may begin at `from`.
pub(super) fn reject_overlaps(
    spans: impl IntoIterator<Item = (String, i64, i64)>,
    from: i64,
    invalid_fields: &mut Vec<InvalidField>,
) {
    let mut reached = from;
    for (field, opens, closes) in spans {
        if opens < reached {
            let error = FieldError::from(HoursRefusal::Overlap);
            invalid_fields.push(InvalidField { field, error });
        }
        reached = reached.max(closes);
    }
}
