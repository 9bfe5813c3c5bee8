//! The hours of a week, as the pizzeria states them.

use super::{
    DaySpan, SpanInput, Weekday,
    span::{read_day, reject_overlaps},
};
use crate::domain::{Error, FieldError, InvalidField};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};
use std::collections::BTreeMap;

/// Hours as they come in: for each day its spans. A day without one is `[]`.
pub type HoursInput = BTreeMap<String, Vec<SpanInput>>;

const DAY: i64 = 24 * 60;
const WEEK: i64 = 7 * DAY;

/// For each day of the week at most four spans that begin on it and overlap no other one of the week. The default is
/// closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "HoursInput")]
pub struct Hours([Vec<DaySpan>; 7]);

impl Hours {
    /// Reads what came in as the value at `path`: what is wrong with a span is recorded at a path like `hours.fri[1]`.
    pub fn read(input: &HoursInput, path: &str) -> Result<Hours, Vec<InvalidField>> {
        let mut invalid_fields = Vec::new();
        for name in input
            .keys()
            .filter(|name| Weekday::from_name(name).is_none())
        {
            invalid_fields.push(InvalidField {
                field: format!("{path}.{name}"),
                error: FieldError::Unknown,
            });
        }
        let mut days: [Vec<(usize, DaySpan)>; 7] = Default::default();
        for (day, spans) in Weekday::ALL.iter().zip(&mut days) {
            let path = format!("{path}.{day}");
            match input.get(day.name()) {
                Some(given) => *spans = read_day(given, &path, &mut invalid_fields),
                None => invalid_fields.push(InvalidField {
                    field: path,
                    error: FieldError::Missing,
                }),
            }
        }
        reject_overlaps_of_week(&days, path, &mut invalid_fields);
        let spans = |day: Vec<(usize, DaySpan)>| day.into_iter().map(|(_, span)| span).collect();
        match invalid_fields.is_empty() {
            true => Ok(Hours(days.map(spans))),
            false => Err(invalid_fields),
        }
    }

    /// The spans that begin on a day, in the order of time.
    pub fn on(&self, day: Weekday) -> &[DaySpan] {
        let of_day = Weekday::ALL
            .iter()
            .zip(&self.0)
            .find(|(one, _)| **one == day);
        of_day.map_or(&[], |(_, spans)| spans)
    }
}

/// The week is a circle: what begins on a Sunday may last into Monday.
fn reject_overlaps_of_week(
    days: &[Vec<(usize, DaySpan)>; 7],
    path: &str,
    invalid_fields: &mut Vec<InvalidField>,
) {
    let spans = Weekday::ALL
        .iter()
        .zip(days)
        .zip(0..)
        .flat_map(|((day, spans), number)| {
            spans.iter().map(move |(at, span)| {
                let midnight = number * DAY;
                let field = format!("{path}.{day}[{at}]");
                (field, midnight + span.opens(), midnight + span.closes())
            })
        });
    let spans: Vec<_> = spans.collect();
    let ends = spans.iter().map(|(_, _, closes)| *closes);
    let from = ends.max().map_or(0, |last| last - WEEK);
    reject_overlaps(spans, from, invalid_fields);
}

impl TryFrom<HoursInput> for Hours {
    type Error = Error;

    fn try_from(input: HoursInput) -> Result<Hours, Error> {
        Hours::read(&input, "hours").map_err(Error::Invalid)
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (day, spans) in Weekday::ALL.iter().zip(&self.0) {
            map.serialize_entry(day, spans)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::HoursRefusal;
    use proptest::prelude::*;

    const CLOSED: &str = r#"{"mon":[],"tue":[],"wed":[],"thu":[],"fri":[],"sat":[],"sun":[]}"#;

    /// A week that is closed but on these days.
    fn week(days: &[(&str, &[[&str; 2]])]) -> HoursInput {
        let mut week: HoursInput = serde_json::from_str(CLOSED).unwrap();
        for (day, spans) in days {
            let spans = spans.iter().map(|span| span.map(str::to_owned).to_vec());
            week.insert((*day).to_owned(), spans.collect());
        }
        week
    }

    fn refusals(input: &HoursInput) -> Vec<(String, FieldError)> {
        let invalid_fields = Hours::read(input, "hours").err().unwrap_or_default();
        let pair = |invalid: InvalidField| (invalid.field, invalid.error);
        invalid_fields.into_iter().map(pair).collect()
    }

    #[test]
    fn hours_are_written_as_they_were_read() {
        let json = concat!(
            r#"{"mon":[["11:30","14:00"],["17:00","02:00"]],"tue":[],"wed":[["00:00","24:00"]],"#,
            r#""thu":[["17:00","00:00"]],"fri":[["00:00","00:15"]],"sat":[],"sun":[["23:45","24:00"]]}"#
        );
        let hours: Hours = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&hours).unwrap(), json);
        let monday: Vec<_> = hours
            .on(Weekday::Monday)
            .iter()
            .map(|span| (span.opens(), span.closes()))
            .collect();
        assert_eq!(monday, [(690, 840), (1020, 1560)]);
        assert_eq!(serde_json::to_string(&Hours::default()).unwrap(), CLOSED);
    }

    #[test]
    fn spans_are_kept_in_the_order_of_time() {
        let input = week(&[("sat", &[["18:00", "22:00"], ["11:00", "14:00"]])]);
        let hours = Hours::read(&input, "hours").unwrap();
        let opens: Vec<_> = hours
            .on(Weekday::Saturday)
            .iter()
            .map(|span| span.opens())
            .collect();
        assert_eq!(opens, [660, 1080]);
    }

    #[test]
    fn a_span_is_refused_by_its_path() {
        let of_friday = |span: [&str; 2]| refusals(&week(&[("fri", &[["10:00", "11:00"], span])]));
        for (span, refusal) in [
            (["25:00", "26:00"], HoursRefusal::NotATime),
            (["24:00", "02:00"], HoursRefusal::NotATime),
            (["12:00", "24:01"], HoursRefusal::NotATime),
            (["12:60", "14:00"], HoursRefusal::NotATime),
            (["9:00", "14:00"], HoursRefusal::NotATime),
            (["12:00 ", "14:00"], HoursRefusal::NotATime),
            (["+2:00", "14:00"], HoursRefusal::NotATime),
            (["", ""], HoursRefusal::NotATime),
            (["12:00", "12:00"], HoursRefusal::EqualEnds),
            (["00:00", "00:00"], HoursRefusal::EqualEnds),
            (["12:00", "12:14"], HoursRefusal::TooShort),
            (["23:50", "00:04"], HoursRefusal::TooShort),
            (["10:30", "14:00"], HoursRefusal::Overlap),
            (["10:00", "11:00"], HoursRefusal::Overlap),
        ] {
            let expected = ("hours.fri[1]".to_owned(), refusal.into());
            assert_eq!(of_friday(span), [expected], "{span:?}");
        }
        for span in [
            ["12:00", "12:15"],
            ["11:00", "14:00"],
            ["23:50", "00:05"],
            ["12:00", "10:00"],
        ] {
            assert_eq!(of_friday(span), [], "{span:?}");
        }
    }

    #[test]
    fn a_span_does_not_overlap_the_night_before() {
        let night =
            |day, next, span| refusals(&week(&[(day, &[["17:00", "02:00"]]), (next, &[span])]));
        for (day, next) in [("thu", "fri"), ("sun", "mon")] {
            let overlap = (format!("hours.{next}[0]"), HoursRefusal::Overlap.into());
            assert_eq!(night(day, next, ["01:59", "03:00"]), [overlap]);
            assert_eq!(night(day, next, ["02:00", "03:00"]), []);
        }
        // What begins later reaches less far than what began before it.
        let input = week(&[
            ("mon", &[["10:00", "09:00"], ["12:00", "13:00"]]),
            ("tue", &[["08:00", "12:00"]]),
        ]);
        let fields: Vec<_> = refusals(&input)
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(fields, ["hours.mon[1]", "hours.tue[0]"]);
    }

    #[test]
    fn a_week_has_seven_days_of_at_most_four_spans() {
        let five = [
            ["01:00", "02:00"],
            ["03:00", "04:00"],
            ["05:00", "06:00"],
            ["07:00", "08:00"],
            ["09:00", "10:00"],
        ];
        let mut input = week(&[("wed", &five)]);
        let many = ("hours.wed".to_owned(), HoursRefusal::TooManySpans.into());
        assert_eq!(refusals(&input), [many]);
        input.insert("wed".to_owned(), vec![vec!["10:00".to_owned()]]);
        input.remove("sun");
        input.insert("Mon".to_owned(), Vec::new());
        let expected = [
            ("hours.Mon".to_owned(), FieldError::Unknown),
            ("hours.wed[0]".to_owned(), HoursRefusal::NotASpan.into()),
            ("hours.sun".to_owned(), FieldError::Missing),
        ];
        assert_eq!(refusals(&input), expected);
        assert!(Hours::try_from(input).is_err());
        let always: Vec<_> = Weekday::ALL
            .iter()
            .map(|day| (day.name(), &[["00:00", "24:00"]][..]))
            .collect();
        assert_eq!(refusals(&week(&always)), []);
    }

    proptest! {
        /// Against a week of minutes, each of which at most one span may have.
        #[test]
        fn hours_are_refused_exactly_if_two_spans_share_a_minute(
            spans in prop::collection::vec((0usize..7, 0u16..96, 1u16..96), 0..6),
        ) {
            let text = |quarter: u16| format!("{:02}:{:02}", quarter / 4, quarter % 4 * 15);
            let mut input = week(&[]);
            let mut taken = vec![0; WEEK as usize / 15];
            for (day, opens, length) in &spans {
                let closes = text((opens + length) % 96);
                let name = Weekday::ALL[*day].name();
                input.get_mut(name).unwrap().push(vec![text(*opens), closes]);
                let first = day * 96 + usize::from(*opens);
                (first..first + usize::from(*length)).for_each(|quarter| taken[quarter % 672] += 1);
            }
            prop_assume!(input.values().all(|day| day.len() <= 4));
            let read = Hours::read(&input, "hours");
            prop_assert_eq!(read.is_ok(), taken.iter().all(|count| *count <= 1));
            if let Ok(hours) = read {
                let json = serde_json::to_string(&hours).unwrap();
                prop_assert_eq!(serde_json::from_str::<Hours>(&json).unwrap(), hours);
            }
        }
    }
}
