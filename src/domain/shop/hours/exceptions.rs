//! Dates on which other hours hold than those of the week.

use super::{
    DaySpan, HoursRefusal, LocalDate, SpanInput,
    span::{read_day, reject_overlaps},
};
use crate::domain::{Error, Field, FieldError, InvalidField, Name, is_blank};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, ops::Deref};

const MOST: usize = 60;

/// An exception as it comes in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionInput {
    pub date: String,
    pub hours: Vec<SpanInput>,
    #[serde(default)]
    pub note: Option<String>,
}

/// The spans that begin on one date, in place of those of the week. None: it is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exception {
    pub date: LocalDate,
    pub hours: Vec<DaySpan>,
    pub note: Option<Name>,
}

/// At most sixty exceptions, in the order of their dates, each of which is there once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<ExceptionInput>")]
pub struct Exceptions(Vec<Exception>);

impl Exceptions {
    /// Reads what came in as the value at `path`: what is wrong is recorded at a path like `exceptions[3].hours[0]`.
    pub fn read(input: &[ExceptionInput], path: &str) -> Result<Exceptions, Vec<InvalidField>> {
        if input.len() > MOST {
            let error = FieldError::from(HoursRefusal::TooManyExceptions);
            let field = path.to_owned();
            return Err(vec![InvalidField { field, error }]);
        }
        let (mut exceptions, mut dates) = (Vec::new(), BTreeSet::new());
        let mut invalid_fields = Vec::new();
        for (at, given) in input.iter().enumerate() {
            let path = format!("{path}[{at}]");
            let read = read_one(given, &path, &mut invalid_fields);
            if read.as_ref().is_some_and(|read| !dates.insert(read.date)) {
                let field = format!("{path}.date");
                let error = FieldError::Twice;
                invalid_fields.push(InvalidField { field, error });
            }
            exceptions.extend(read);
        }
        exceptions.sort_by_key(|exception| exception.date);
        match invalid_fields.is_empty() {
            true => Ok(Exceptions(exceptions)),
            false => Err(invalid_fields),
        }
    }
}

/// `None` means that its date is invalid. That it lasts into a neighbour is allowed.
fn read_one(
    given: &ExceptionInput,
    path: &str,
    invalid_fields: &mut Vec<InvalidField>,
) -> Option<Exception> {
    let hours_path = format!("{path}.hours");
    let spans = read_day(&given.hours, &hours_path, invalid_fields);
    let paths = spans.iter().map(|(at, span)| {
        let field = format!("{hours_path}[{at}]");
        (field, span.opens(), span.closes())
    });
    reject_overlaps(paths, 0, invalid_fields);
    let mut reject = |name: &str, error: FieldError| {
        let field = format!("{path}.{name}");
        invalid_fields.push(InvalidField { field, error });
    };
    let note = given.note.as_deref().filter(|note| !is_blank(note));
    let note = note.map(Name::parse).transpose();
    let note = note.map_err(|error| reject("note", error)).ok().flatten();
    let date = LocalDate::try_from(given.date.clone());
    let date = date.map_err(|error| reject("date", error)).ok()?;
    let hours = spans.into_iter().map(|(_, span)| span).collect();
    Some(Exception { date, hours, note })
}

impl Deref for Exceptions {
    type Target = [Exception];

    fn deref(&self) -> &[Exception] {
        &self.0
    }
}

impl TryFrom<Vec<ExceptionInput>> for Exceptions {
    type Error = Error;

    fn try_from(input: Vec<ExceptionInput>) -> Result<Exceptions, Error> {
        Exceptions::read(&input, "exceptions").map_err(Error::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(json: &str) -> Vec<(String, FieldError)> {
        let input: Vec<ExceptionInput> = serde_json::from_str(json).unwrap();
        let invalid_fields = Exceptions::read(&input, "exceptions").unwrap_err();
        let pair = |invalid: InvalidField| (invalid.field, invalid.error);
        invalid_fields.into_iter().map(pair).collect()
    }

    #[test]
    fn exceptions_are_written_as_they_were_read_in_the_order_of_dates() {
        let [eve, christmas] = [
            r#"{"date":"2026-12-24","hours":[["10:00","12:00"]],"note":"Merry Christmas"}"#,
            r#"{"date":"2026-12-25","hours":[],"note":null}"#,
        ];
        let read: Exceptions = serde_json::from_str(&format!("[{christmas},{eve}]")).unwrap();
        let json = serde_json::to_string(&read).unwrap();
        assert_eq!(json, format!("[{eve},{christmas}]"));
        let blank = r#"[{"date":"2026-12-25","hours":[],"note":" "}]"#;
        assert_eq!(
            serde_json::from_str::<Exceptions>(blank).unwrap()[0].note,
            None
        );
    }

    #[test]
    fn an_exception_is_refused_by_its_path() {
        let json = r#"[
            {"date": "2026-12-24", "hours": [["18:00", "17:00"], ["18:15", "19:00"]]},
            {"date": "2026-12-24", "hours": [["10:00", "10:00"]]},
            {"date": "2026-02-30", "hours": [], "note": "a\u0007"}
        ]"#;
        let expected = [
            ("exceptions[0].hours[1]", HoursRefusal::Overlap.into()),
            ("exceptions[1].hours[0]", HoursRefusal::EqualEnds.into()),
            ("exceptions[1].date", FieldError::Twice),
            ("exceptions[2].note", FieldError::ControlCharacter),
            ("exceptions[2].date", HoursRefusal::NotADate.into()),
        ];
        let expected = expected.map(|(field, error)| (field.to_owned(), error));
        assert_eq!(refusals(json), expected);
    }

    #[test]
    fn sixty_exceptions_fit() {
        let of = |count: i64| {
            let first = LocalDate::try_from("2026-12-01".to_owned()).unwrap();
            let one = |day| ExceptionInput {
                date: first.plus(day).to_string(),
                hours: Vec::new(),
                note: None,
            };
            (0..count).map(one).collect::<Vec<_>>()
        };
        assert_eq!(Exceptions::read(&of(60), "exceptions").unwrap().len(), 60);
        let invalid_fields = Exceptions::read(&of(61), "exceptions").unwrap_err();
        assert_eq!(invalid_fields.len(), 1);
        assert_eq!(invalid_fields[0].field, "exceptions");
    }
}
