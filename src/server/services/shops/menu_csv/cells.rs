//! The cells of a table of a menu: as JSON, and lists within one cell.

use crate::domain::{FieldError, with_point};
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

pub type Json = Box<RawValue>;

/// An object of JSON, whose members stand as they were added.
#[derive(Debug, Default)]
pub struct Object(Vec<(String, Json)>);

impl Object {
    pub fn add(&mut self, name: &str, value: &impl Serialize) {
        self.0.push((name.to_owned(), json(value)));
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

pub fn json(value: &(impl Serialize + ?Sized)) -> Json {
    to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// A number as people type it. What is none stays text, and is refused as that.
pub fn number(cell: &str) -> Json {
    let is_number = |raw: &Json| {
        raw.get()
            .starts_with(|c: char| c == '-' || c.is_ascii_digit())
    };
    let read = RawValue::from_string(with_point(cell).trim().to_owned());
    read.ok().filter(is_number).unwrap_or_else(|| json(cell))
}

/// `true` or `false`, also as spreadsheets write it.
pub fn flag(cell: &str) -> Json {
    match cell.to_lowercase().as_str() {
        "true" => json(&true),
        "false" => json(&false),
        _ => json(cell),
    }
}

/// `330 ml` or `500 g`.
pub fn amount(cell: &str) -> Result<Json, FieldError> {
    let begin = cell.find(|c: char| c.is_alphabetic());
    let (count, unit) = cell.split_at(begin.unwrap_or(cell.len()));
    let unit = unit.to_lowercase();
    if unit != "ml" && unit != "g" {
        let why = "Write an amount like 330 ml or 500 g.";
        return Err(FieldError::fault(why));
    }
    let mut amount = Object::default();
    amount.add(&unit, &number(count.trim()));
    Ok(json(&amount))
}

/// The elements of a list: they are parted by `|`, which is `\|` within one.
pub fn split(cell: &str) -> Vec<String> {
    let mut elements = vec![String::new()];
    let mut letters = cell.chars();
    while let Some(letter) = letters.next() {
        let element = match letter {
            '|' => {
                elements.push(String::new());
                continue;
            }
            '\\' => letters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(last) = elements.last_mut() {
            last.push(element);
        }
    }
    let trimmed = elements.iter().map(|element| element.trim().to_owned());
    trimmed.filter(|element| !element.is_empty()).collect()
}

/// What [`split`] makes these elements of.
pub fn join<'a>(elements: impl IntoIterator<Item = &'a str>) -> String {
    let escaped = elements
        .into_iter()
        .map(|element| element.replace('\\', r"\\").replace('|', r"\|"));
    escaped.collect::<Vec<_>>().join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_point_or_a_comma() {
        for (cell, read) in [
            ("9.50", "9.50"),
            ("9,5", "9.5"),
            ("-1", "-1"),
            ("1e400", "1e400"),
            ("9.999", "9.999"),
            ("05", r#""05""#),
            ("1.234,50", r#""1.234,50""#),
            ("true", r#""true""#),
            ("nine", r#""nine""#),
        ] {
            assert_eq!(number(cell).get(), read);
        }
        assert_eq!(flag("TRUE").get(), "true");
        assert_eq!(flag("1").get(), r#""1""#);
    }

    #[test]
    fn an_amount_has_a_unit() {
        let read = |cell| amount(cell).ok().map(|json| json.get().to_owned());
        assert_eq!(read("330 ml").as_deref(), Some(r#"{"ml":330}"#));
        assert_eq!(read("500g").as_deref(), Some(r#"{"g":500}"#));
        assert_eq!(read("x ml"), None);
        for wrong in ["330", "330 l", "1 kg", "ml 330"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_list_is_parted_by_bars() {
        assert_eq!(split("a| b c ||d"), ["a", "b c", "d"]);
        assert!(split(" | ").is_empty());
        for elements in [&["a|b", r"c\", "d"][..], &[r"\|", "||"], &[]] {
            let cell = join(elements.iter().copied());
            assert_eq!(split(&cell), elements, "{cell}");
        }
    }
}
