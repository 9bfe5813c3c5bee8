//! Hours as text, a line for each day: `11:30-14:00, 17:00-02:00`; and exceptions, a line for each date:
//! `2026-12-24 10:00-12:00 Christmas Eve`. What is no time stays as it is, and the reader of hours refuses it.

use super::values::parts;
use crate::{
    domain::shop::{DaySpan, Exception, Weekday},
    ui::i18n::locale::Text,
};
use serde_json::{Value, json};

/// What stands between the ends of a span.
const DASHES: [char; 3] = ['-', '–', '—'];
/// Words for a date without hours, which need not be written.
const CLOSED: [&str; 4] = ["closed", "geschlossen", "zu", "-"];

/// The spans of one day.
pub fn day_text(spans: &[DaySpan]) -> String {
    let spans: Vec<_> = spans.iter().map(span_text).collect();
    spans.join(", ")
}

fn span_text(span: &DaySpan) -> String {
    let json = serde_json::to_value(span).unwrap_or_default();
    let end = |at: usize| json[at].as_str().unwrap_or_default().to_owned();
    format!("{}-{}", end(0), end(1))
}

/// The spans of one day, as the reader of hours takes them.
pub fn day_json(text: &str) -> Value {
    let spans = parts(text, &[',', ';', '\n']).into_iter();
    let spans = spans.filter(|span| !CLOSED.contains(&&*span.to_lowercase()));
    spans.map(|span| span_json(&span)).collect()
}

fn span_json(text: &str) -> Value {
    let ends = text.split(DASHES).map(|end| clock(end.trim()));
    ends.collect::<Vec<_>>().into()
}

/// `9`, `9:30` and `9.30` are times as well.
fn clock(text: &str) -> String {
    let (hour, minute) = text.split_once([':', '.']).unwrap_or((text, "00"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match is_number(hour) && is_number(minute) && hour.len() < 3 {
        true => format!("{hour:0>2}:{minute:0>2}"),
        false => text.to_owned(),
    }
}

pub fn exceptions_text(exceptions: &[Exception]) -> String {
    let line = |one: &Exception| {
        let hours = match one.hours.is_empty() {
            true => CLOSED[0].to_owned(),
            false => day_text(&one.hours),
        };
        let note = one.note.as_ref().map(|note| format!(" {note}"));
        format!("{} {hours}{}", one.date, note.unwrap_or_default())
    };
    exceptions.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The exceptions, as their reader takes them.
pub fn exceptions_json(text: &str) -> Value {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(exception_json).collect()
}

fn exception_json(line: &str) -> Value {
    let (date, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let mut hours = Vec::new();
    let mut note = Vec::new();
    for word in rest.split_whitespace() {
        let bare = word.trim_matches([',', ';']);
        let begins_with_digit = bare.starts_with(|c: char| c.is_ascii_digit());
        if note.is_empty() && begins_with_digit && bare.contains(DASHES) {
            hours.push(span_json(bare));
        } else if note.is_empty() && CLOSED.contains(&&*bare.to_lowercase()) {
            continue;
        } else {
            note.push(word);
        }
    }
    let note = (!note.is_empty()).then(|| note.join(" "));
    json!({"date": date, "hours": hours, "note": note})
}

/// The name of a day.
pub fn weekday(day: Weekday) -> Text {
    match day {
        Weekday::Monday => ["Monday", "Montag"],
        Weekday::Tuesday => ["Tuesday", "Dienstag"],
        Weekday::Wednesday => ["Wednesday", "Mittwoch"],
        Weekday::Thursday => ["Thursday", "Donnerstag"],
        Weekday::Friday => ["Friday", "Freitag"],
        Weekday::Saturday => ["Saturday", "Samstag"],
        Weekday::Sunday => ["Sunday", "Sonntag"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::{ExceptionInput, Exceptions, Hours, HoursInput, Weekday};

    fn monday(text: &str) -> Hours {
        let days = Weekday::ALL.iter().map(|day| {
            let text = if *day == Weekday::Monday { text } else { "" };
            (day.name().to_owned(), day_json(text))
        });
        let json = Value::Object(days.collect());
        let input: HoursInput = serde_json::from_value(json).unwrap();
        Hours::read(&input, "hours").unwrap()
    }

    #[test]
    fn hours_are_read_as_they_are_written() {
        for text in ["", "11:30-14:00, 17:00-02:00", "00:00-24:00"] {
            assert_eq!(day_text(monday(text).on(Weekday::Monday)), text);
        }
        let typed = " 9 – 14 ; 17.30-2 ";
        let read = monday(typed);
        assert_eq!(
            day_text(read.on(Weekday::Monday)),
            "09:00-14:00, 17:30-02:00"
        );
        assert!(monday("closed").on(Weekday::Monday).is_empty());
    }

    #[test]
    fn what_is_no_time_stays_for_the_reader_to_refuse() {
        assert_eq!(day_json("noon-14:00"), json!([["noon", "14:00"]]));
        assert_eq!(day_json("25-26"), json!([["25:00", "26:00"]]));
        assert_eq!(day_json("9"), json!([["09:00"]]));
    }

    #[test]
    fn exceptions_are_read_as_they_are_written() {
        let text = "2026-12-24 10:00-12:00, 17:00-20:00 Merry Christmas\n2026-12-25 closed";
        let input: Vec<ExceptionInput> = serde_json::from_value(exceptions_json(text)).unwrap();
        let read = Exceptions::read(&input, "exceptions").unwrap();
        assert_eq!(read[0].note.as_deref(), Some("Merry Christmas"));
        assert_eq!(read[0].hours.len(), 2);
        assert!(read[1].hours.is_empty());
        assert_eq!(exceptions_text(&read), text);
        let noted = exceptions_json("2026-12-31 closed 3 days");
        assert_eq!(noted[0]["note"], "3 days");
    }
}
