//! Named parameters of a command. Plain text and JSON both become [`Fields`]; each command reads its own parameters
//! from them, so that every way in has one parser and one set of refusals.

use super::{Error, FieldError, InvalidField, Time, ValueKind, is_blank};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, btree_map::Entry};

/// A value that can be read from one parameter.
pub trait Field: Sized {
    /// Its kind in JSON. From elsewhere every value is plain text.
    const KIND: ValueKind;

    fn parse(text: &str) -> Result<Self, FieldError>;
}

#[derive(Clone, Debug)]
pub enum Value {
    /// From a form or a query.
    Plain(String),
    Json(Box<RawValue>),
}

/// Parameters by name, and the invalid ones found so far.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    pub(super) values: BTreeMap<String, Value>,
    pub(super) invalid_fields: Vec<InvalidField>,
}

impl Fields {
    /// A name that is given twice is invalid, even if one is plain and one is JSON.
    pub fn add(&mut self, name: impl Into<String>, value: Value) {
        match self.values.entry(name.into()) {
            Entry::Vacant(place) => drop(place.insert(value)),
            Entry::Occupied(first) => {
                let field = first.key().clone();
                self.invalid_fields.push(InvalidField {
                    field,
                    error: FieldError::Twice,
                });
            }
        }
    }

    pub fn reject(&mut self, field: &str, error: FieldError) {
        self.invalid_fields.push(InvalidField {
            field: field.to_owned(),
            error,
        });
    }

    /// How many parameters have been found invalid so far.
    pub fn invalid_count(&self) -> usize {
        self.invalid_fields.len()
    }

    /// `None` means that the parameter is invalid, which is recorded.
    pub fn required<T: Field>(&mut self, name: &str) -> Option<T> {
        let before = self.invalid_fields.len();
        let value = self.optional(name);
        if value.is_none() && self.invalid_fields.len() == before {
            self.reject(name, FieldError::Missing);
        }
        value
    }

    /// `None` means absent, JSON's `null`, or that the parameter is invalid, which is recorded.
    pub fn optional<T: Field>(&mut self, name: &str) -> Option<T> {
        self.parsed(name, T::KIND, T::parse)
    }

    /// As [`Fields::optional`], for one of several words.
    pub fn one_of<T>(&mut self, name: &str, from_name: fn(&str) -> Option<T>) -> Option<T> {
        self.parsed(name, ValueKind::Text, |word| {
            from_name(word).ok_or_else(|| no_such_word(word))
        })
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        kind: ValueKind,
        parse: impl FnOnce(&str) -> Result<T, FieldError>,
    ) -> Option<T> {
        let parsed = match self.values.remove(name)? {
            Value::Plain(text) => parse(&text),
            Value::Json(raw) if raw.get() == "null" => return None,
            Value::Json(raw) => text_of(&raw, kind).and_then(|text| parse(&text)),
        };
        parsed.map_err(|error| self.reject(name, error)).ok()
    }

    /// As [`Fields::optional`], but blank text counts as absent.
    pub fn unless_blank<T: Field>(&mut self, name: &str) -> Option<T> {
        let blank = match self.values.get(name)? {
            Value::Plain(text) => is_blank(text),
            Value::Json(raw) => text_of(raw, ValueKind::Text).is_ok_and(|text| is_blank(&text)),
        };
        if blank {
            self.values.remove(name);
        }
        self.optional(name)
    }

    /// Builds the result if no parameter is invalid and every parameter has been read.
    pub fn finish<T>(mut self, build: impl FnOnce() -> Option<T>) -> Result<T, Error> {
        self.reject_unread();
        if self.invalid_fields.is_empty() {
            return build().ok_or(Error::Internal);
        }
        Err(Error::Invalid(self.invalid_fields))
    }

    pub(super) fn reject_unread(&mut self) {
        for name in std::mem::take(&mut self.values).into_keys() {
            self.reject(&name, FieldError::Unknown);
        }
    }
}

pub(super) fn no_such_word(word: &str) -> FieldError {
    let word: String = word.chars().take(40).collect();
    FieldError::fault(format!("“{word}” is not one of the words that go here."))
}

pub(super) fn kind_of(raw: &RawValue) -> Option<ValueKind> {
    match raw.get().as_bytes().first()? {
        b'"' => Some(ValueKind::Text),
        b't' | b'f' => Some(ValueKind::Boolean),
        b'-' | b'0'..=b'9' => Some(ValueKind::Number),
        b'[' => Some(ValueKind::List),
        b'{' => Some(ValueKind::Object),
        _ => None,
    }
}

/// The text to parse of a JSON value of the right kind: a string's contents, a number's or boolean's own text.
pub(super) fn text_of(raw: &RawValue, kind: ValueKind) -> Result<String, FieldError> {
    let text = raw.get();
    if kind_of(raw) != Some(kind) {
        return Err(FieldError::WrongType { expected: kind });
    }
    match kind {
        ValueKind::Text => serde_json::from_str(text).map_err(|_| FieldError::NotUnicode),
        _ => Ok(text.to_owned()),
    }
}

impl Field for Time {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Time, FieldError> {
        let malformed = || FieldError::fault("Write a time like 2026-12-24T18:30:00Z.");
        Time::read(text).ok_or_else(malformed)
    }
}

impl Field for bool {
    const KIND: ValueKind = ValueKind::Boolean;

    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse().map_err(|_| FieldError::NotTrueOrFalse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Minutes, Name, Notes, Price};

    fn json(text: &str) -> Value {
        Value::Json(RawValue::from_string(text.to_owned()).unwrap())
    }

    fn errors(result: Result<(), Error>) -> Vec<(String, FieldError)> {
        match result {
            Err(Error::Invalid(invalid)) => {
                invalid.into_iter().map(|f| (f.field, f.error)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_error_names_every_invalid_field() {
        let mut fields = Fields::default();
        fields.add("price", json("\"10\""));
        fields.add("minutes", Value::Plain("soon".into()));
        fields.add("colour", json("1"));
        fields.add("minutes", json("5"));
        assert_eq!(fields.required::<Price>("price"), None);
        assert_eq!(fields.required::<Name>("name"), None);
        assert_eq!(fields.optional::<Minutes>("minutes"), None);
        assert_eq!(
            errors(fields.finish(|| Some(()))),
            [
                ("minutes".into(), FieldError::Twice),
                (
                    "price".into(),
                    FieldError::WrongType {
                        expected: ValueKind::Number
                    }
                ),
                ("name".into(), FieldError::Missing),
                ("minutes".into(), FieldError::no_number("soon")),
                ("colour".into(), FieldError::Unknown),
            ]
        );
    }

    #[test]
    fn null_and_blank_notes_count_as_absent() {
        let mut fields = Fields::default();
        fields.add("minutes", json("null"));
        fields.add("notes", json("\" \\n\\u200b\""));
        fields.add("words", Value::Plain("  ".into()));
        assert_eq!(fields.optional::<Minutes>("minutes"), None);
        assert_eq!(fields.unless_blank::<Notes>("notes"), None);
        assert_eq!(fields.unless_blank::<Notes>("words"), None);
        assert!(fields.finish(|| Some(())).is_ok());
    }

    #[test]
    fn a_lone_surrogate_is_not_text() {
        let mut fields = Fields::default();
        fields.add("name", json("\"\\ud800\""));
        assert_eq!(fields.required::<Name>("name"), None);
        assert_eq!(
            errors(fields.finish(|| Some(()))),
            [("name".into(), FieldError::NotUnicode)]
        );
    }
}
