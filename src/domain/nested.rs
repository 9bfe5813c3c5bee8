//! What is within a parameter: objects and lists are [`Fields`] again, and a refusal has the path of its value
//! (`lines[2].options[0]`).

use super::{
    Field, FieldError, Fields, InvalidField, Value, ValueKind,
    input::{kind_of, no_such_word, text_of},
};
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

impl Fields {
    /// Adds each member of an object of JSON.
    ///
    /// # Errors
    /// What is no object of JSON.
    pub fn add_object(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let mut json = serde_json::Deserializer::from_slice(json);
        json.deserialize_map(Members(self))?;
        json.end()
    }

    /// Whether there is an object of this name.
    pub fn has_object(&self, name: &str) -> bool {
        matches!(self.values.get(name), Some(Value::Json(raw)) if kind_of(raw) == Some(ValueKind::Object))
    }

    /// What the server itself knows better: whatever it is, it is not read.
    pub fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.values.remove(*name);
        }
    }

    /// `None` means absent, `null`, or that it or something in it is invalid, which is recorded.
    pub fn object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Fields) -> Option<T>,
    ) -> Option<T> {
        let raw = self.json(name, ValueKind::Object)?;
        self.within(name, &raw, read)
    }

    /// A list of objects; absent is empty.
    pub fn objects<T>(
        &mut self,
        name: &str,
        max: usize,
        mut read: impl FnMut(&mut Fields) -> Option<T>,
    ) -> Vec<T> {
        let all = self.elements(name, max);
        let paths = (0..).map(|n| format!("{name}[{n}]"));
        let read = paths
            .zip(&all)
            .map(|(path, raw)| self.within(&path, raw, &mut read));
        // What is not there is recorded as invalid.
        read.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// As [`Fields::objects`], with at least one.
    pub fn required_objects<T>(
        &mut self,
        name: &str,
        max: usize,
        read: impl FnMut(&mut Fields) -> Option<T>,
    ) -> Vec<T> {
        let before = self.invalid_fields.len();
        let all = self.objects(name, max, read);
        if all.is_empty() && self.invalid_fields.len() == before {
            self.reject(name, FieldError::Missing);
        }
        all
    }

    /// A list of single values; absent is empty.
    pub fn list<T: Field>(&mut self, name: &str, max: usize) -> Vec<T> {
        self.parsed_list(name, max, T::KIND, T::parse)
    }

    /// A list of words, each at most once; absent is empty.
    pub fn words<T: PartialEq>(&mut self, name: &str, from_name: fn(&str) -> Option<T>) -> Vec<T> {
        let read = |word: &str| from_name(word).ok_or_else(|| no_such_word(word));
        let words = self.parsed_list(name, 100, ValueKind::Text, read);
        for (n, word) in words.iter().enumerate() {
            if words[..n].contains(word) {
                self.reject(&format!("{name}[{n}]"), FieldError::Twice);
            }
        }
        words
    }

    /// An object that is read by a reader of its own. `None` means absent, `null`, or that it is recorded as invalid.
    pub fn document<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let raw = self.json(name, ValueKind::Object)?;
        let read = serde_json::from_str(raw.get());
        let malformed = |error: serde_json::Error| FieldError::Malformed {
            why: error.to_string(),
        };
        read.map_err(|error| self.reject(name, malformed(error)))
            .ok()
    }

    /// What such a reader refuses.
    pub fn reject_all(&mut self, invalid: Vec<InvalidField>) {
        self.invalid_fields.extend(invalid);
    }

    /// Every member that has not been read yet, by name.
    pub fn members<T: Field>(&mut self) -> Vec<(String, T)> {
        let names: Vec<String> = self.values.keys().cloned().collect();
        let read = |name: String| Some((name.clone(), self.required(&name)?));
        names.into_iter().filter_map(read).collect()
    }

    fn parsed_list<T>(
        &mut self,
        name: &str,
        max: usize,
        kind: ValueKind,
        parse: impl Fn(&str) -> Result<T, FieldError>,
    ) -> Vec<T> {
        let all = self.elements(name, max);
        let mut read = Vec::with_capacity(all.len());
        for (n, raw) in all.iter().enumerate() {
            match text_of(raw, kind).and_then(|text| parse(&text)) {
                Ok(value) => read.push(value),
                Err(error) => self.reject(&format!("{name}[{n}]"), error),
            }
        }
        read
    }

    /// The elements of a list, none if it is too long.
    fn elements(&mut self, name: &str, max: usize) -> Vec<Box<RawValue>> {
        let Some(raw) = self.json(name, ValueKind::List) else {
            return Vec::new();
        };
        // Its text has been parsed before, so that it is a list of values.
        let all: Vec<Box<RawValue>> = serde_json::from_str(raw.get()).unwrap_or_default();
        if all.len() <= max {
            return all;
        }
        let why = format!("At most {max} fit, not {}.", all.len());
        self.reject(name, FieldError::fault(why));
        Vec::new()
    }

    fn json(&mut self, name: &str, kind: ValueKind) -> Option<Box<RawValue>> {
        match self.values.remove(name)? {
            Value::Json(raw) if raw.get() == "null" => None,
            Value::Json(raw) if kind_of(&raw) == Some(kind) => Some(raw),
            _ => {
                self.reject(name, FieldError::WrongType { expected: kind });
                None
            }
        }
    }

    /// Reads one object, and records what is invalid in it with its path from here.
    fn within<T>(
        &mut self,
        path: &str,
        raw: &RawValue,
        read: impl FnOnce(&mut Fields) -> Option<T>,
    ) -> Option<T> {
        let expected = ValueKind::Object;
        if kind_of(raw) != Some(expected) {
            self.reject(path, FieldError::WrongType { expected });
            return None;
        }
        let mut inner = Fields::default();
        if inner.add_object(raw.get().as_bytes()).is_err() {
            // Only a name can be wrong: one that is no text.
            self.reject(path, FieldError::NotUnicode);
            return None;
        }
        let value = read(&mut inner);
        inner.reject_unread();
        let invalid = inner.invalid_fields.into_iter();
        self.invalid_fields.extend(invalid.map(|one| InvalidField {
            field: format!("{path}.{}", one.field),
            error: one.error,
        }));
        value
    }
}

struct Members<'a>(&'a mut Fields);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some((name, value)) = members.next_entry::<String, Box<RawValue>>()? {
            self.0.add(name, Value::Json(value));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Error, Minutes, Name};

    fn errors(result: Result<(), Error>) -> Vec<(String, FieldError)> {
        match result {
            Err(Error::Invalid(invalid)) => {
                invalid.into_iter().map(|f| (f.field, f.error)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn nested(text: &str) -> Fields {
        let mut fields = Fields::default();
        fields.add_object(text.as_bytes()).unwrap();
        fields
    }

    #[test]
    fn a_refusal_within_has_its_path() {
        let mut fields = nested(
            r#"{"lines": [{"n": 1}, {"n": "1", "n": 2, "x": {}}, 7, {"tags": ["a", 5, ""]}], "max": [1, 2, 3], "one": {"n": 0}}"#,
        );
        let read = fields.objects("lines", 4, |line| {
            line.list::<Name>("tags", 5);
            line.optional::<Minutes>("n")
        });
        assert_eq!(read.len(), 1);
        assert!(fields.list::<Minutes>("max", 2).is_empty());
        assert_eq!(
            fields.object("one", |one| one.required::<Minutes>("n")),
            None
        );
        let number = FieldError::WrongType {
            expected: ValueKind::Number,
        };
        let text = FieldError::WrongType {
            expected: ValueKind::Text,
        };
        let object = FieldError::WrongType {
            expected: ValueKind::Object,
        };
        assert_eq!(
            errors(fields.finish(|| Some(()))),
            [
                ("lines[1].n".into(), FieldError::Twice),
                ("lines[1].n".into(), number),
                ("lines[1].x".into(), FieldError::Unknown),
                ("lines[2]".into(), object),
                ("lines[3].tags[1]".into(), text),
                ("lines[3].tags[2]".into(), FieldError::Empty),
                ("max".into(), FieldError::fault("At most 2 fit, not 3.")),
                ("one.n".into(), FieldError::out_of_range(1, 1440)),
            ]
        );
    }

    #[test]
    fn words_are_known_and_stand_once() {
        let mut fields =
            nested(r#"{"kinds": ["string", "number", "string", "soup"], "kind": "array"}"#);
        let kinds = fields.words("kinds", ValueKind::from_name);
        assert_eq!(kinds.len(), 3);
        assert_eq!(
            fields.one_of("kind", ValueKind::from_name),
            Some(ValueKind::List)
        );
        let errors = errors(fields.finish(|| Some(())));
        let paths: Vec<_> = errors.iter().map(|(path, _)| &**path).collect();
        assert_eq!(paths, ["kinds[3]", "kinds[2]"]);
    }
}
