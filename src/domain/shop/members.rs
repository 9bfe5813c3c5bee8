//! JSON that is read value by value: a refusal names the path of each value that is invalid, like `areas[2].fee`.

use crate::domain::{Field, FieldError, InvalidField, ValueKind, input::text_of, is_blank};
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::{collections::BTreeMap, fmt};

/// What is invalid so far.
#[derive(Debug, Default)]
pub struct Refusals(Vec<InvalidField>);

/// A value at its path, which may be absent. JSON's `null` counts as absent.
#[derive(Clone, Debug)]
pub struct Value<'a> {
    path: String,
    raw: Option<&'a RawValue>,
}

/// The members of an object that have not been read yet.
#[derive(Debug)]
pub struct Members<'a> {
    path: String,
    members: BTreeMap<String, &'a RawValue>,
}

impl Refusals {
    pub fn add(&mut self, field: impl Into<String>, error: FieldError) {
        let field = field.into();
        self.0.push(InvalidField { field, error });
    }

    /// Adds what another reader has refused.
    pub fn extend(&mut self, invalid_fields: Vec<InvalidField>) {
        self.0.extend(invalid_fields);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The result, unless something is invalid. Where nothing is, `build` has all that it needs.
    pub fn finish<T>(self, build: Option<T>) -> Result<T, Vec<InvalidField>> {
        match build {
            Some(built) if self.0.is_empty() => Ok(built),
            _ => Err(self.0),
        }
    }
}

impl<'a> Value<'a> {
    /// A whole document, whose members have their own names as paths.
    pub fn root(raw: &'a RawValue) -> Value<'a> {
        Value::new(String::new(), raw)
    }

    fn new(path: String, raw: &'a RawValue) -> Value<'a> {
        let raw = Some(raw).filter(|raw| raw.get() != "null");
        Value { path, raw }
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn is_absent(&self) -> bool {
        self.raw.is_none()
    }

    /// Records that the value is invalid.
    pub fn refuse(&self, error: FieldError, refusals: &mut Refusals) {
        let path = if self.path.is_empty() {
            "body"
        } else {
            &self.path
        };
        refusals.add(path, error);
    }

    /// `None` means absent, or that the value is invalid, which is recorded.
    pub fn optional<T: Field>(&self, refusals: &mut Refusals) -> Option<T> {
        self.parse(T::KIND, T::parse, refusals)
    }

    /// As [`Value::optional`], with a parser of its own.
    pub fn parse<T>(
        &self,
        kind: ValueKind,
        parse: impl FnOnce(&str) -> Result<T, FieldError>,
        refusals: &mut Refusals,
    ) -> Option<T> {
        let text = text_of(self.raw?, kind);
        let parsed = text.and_then(|text| parse(&text));
        parsed.map_err(|error| self.refuse(error, refusals)).ok()
    }

    /// As [`Value::optional`], but blank text counts as absent.
    pub fn unless_blank<T: Field>(&self, refusals: &mut Refusals) -> Option<T> {
        let text = text_of(self.raw?, ValueKind::Text);
        match text.is_ok_and(|text| is_blank(&text)) {
            true => None,
            false => self.optional(refusals),
        }
    }

    /// `None` means that the value is absent or invalid, which is recorded.
    pub fn required<T: Field>(&self, refusals: &mut Refusals) -> Option<T> {
        self.present(refusals)?.optional(refusals)
    }

    /// The same value if it is not absent, which is recorded.
    pub fn present(&self, refusals: &mut Refusals) -> Option<&Value<'a>> {
        match self.raw {
            Some(_) => Some(self),
            None => {
                self.refuse(FieldError::Missing, refusals);
                None
            }
        }
    }

    /// What serde reads, where its refusal needs no path.
    pub fn read<T: DeserializeOwned>(&self, refusals: &mut Refusals) -> Option<T> {
        let read = serde_json::from_str(self.raw?.get());
        let malformed = |error: serde_json::Error| {
            let why = error.to_string();
            self.refuse(FieldError::Malformed { why }, refusals);
        };
        read.map_err(malformed).ok()
    }

    /// The members of an object. `None` means absent, or that it is none, which is recorded.
    pub fn members(&self, refusals: &mut Refusals) -> Option<Members<'a>> {
        let raw = self.raw?;
        let Ok(pairs) = serde_json::Deserializer::from_str(raw.get()).deserialize_map(Pairs) else {
            self.refuse(FieldError::fault("This must be an object."), refusals);
            return None;
        };
        let mut members = Members {
            path: self.path.clone(),
            members: BTreeMap::new(),
        };
        for (name, raw) in pairs {
            if members.members.contains_key(&name) {
                refusals.add(members.path_of(&name), FieldError::Twice);
            }
            members.members.insert(name, raw);
        }
        Some(members)
    }

    /// The values of a list of at most `max`; of none where it is absent, or no such list, which is recorded.
    pub fn list(&self, max: usize, refusals: &mut Refusals) -> Vec<Value<'a>> {
        let Some(raw) = self.raw else {
            return Vec::new();
        };
        let Ok(items) = serde_json::from_str::<Vec<&'a RawValue>>(raw.get()) else {
            self.refuse(FieldError::fault("This must be a list."), refusals);
            return Vec::new();
        };
        if items.len() > max {
            let (given, why) = (items.len(), "are too many: at most");
            let fault = FieldError::fault(format!("{given} {why} {max} fit."));
            self.refuse(fault, refusals);
            return Vec::new();
        }
        let path = |at| format!("{}[{at}]", self.path);
        let items = items.into_iter().enumerate();
        items.map(|(at, raw)| Value::new(path(at), raw)).collect()
    }
}

impl<'a> Members<'a> {
    pub fn take(&mut self, name: &str) -> Value<'a> {
        let path = self.path_of(name);
        match self.members.remove(name) {
            Some(raw) => Value::new(path, raw),
            None => Value { path, raw: None },
        }
    }

    /// Reads over these.
    pub fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.members.remove(*name);
        }
    }

    /// Refuses what has not been read.
    pub fn refuse_others(self, refusals: &mut Refusals) {
        for name in self.members.keys() {
            refusals.add(self.path_of(name), FieldError::Unknown);
        }
    }

    fn path_of(&self, name: &str) -> String {
        match self.path.is_empty() {
            true => name.to_owned(),
            false => format!("{}.{name}", self.path),
        }
    }
}

/// Reads the members of an object, those with one name each by itself.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Cents, Name};

    fn read<T>(json: &str, read: impl FnOnce(&Value<'_>, &mut Refusals) -> T) -> (T, Vec<String>) {
        let raw: Box<RawValue> = serde_json::from_str(json).unwrap();
        let mut refusals = Refusals::default();
        let value = read(&Value::root(&raw), &mut refusals);
        let text = |invalid: InvalidField| format!("{} {}", invalid.field, invalid.error.name());
        (value, refusals.0.into_iter().map(text).collect())
    }

    #[test]
    fn each_refusal_names_its_path() {
        let json = r#"{"name":"","list":[{"fee":1},{"fee":"1"},7,{"fee":1.999,"tip":2}],"name2":null,"twice":1,"twice":1}"#;
        let (fees, refused) = read(json, |value, refusals| {
            let mut members = value.members(refusals).unwrap();
            members.take("name").required::<Name>(refusals);
            members.take("name2").required::<Name>(refusals);
            members.take("twice").optional::<Cents>(refusals);
            let list = members.take("list").list(4, refusals);
            let fees = list.iter().map(|item| {
                let mut members = item.members(refusals)?;
                let fee = members.take("fee").required::<Cents>(refusals);
                members.refuse_others(refusals);
                fee
            });
            let fees: Vec<_> = fees.collect();
            members.refuse_others(refusals);
            fees
        });
        assert_eq!(fees, [Some(Cents::new(100)), None, None, None]);
        assert_eq!(
            refused,
            [
                "twice twice",
                "name empty",
                "name2 missing",
                "list[1].fee wrong-type",
                "list[2] fault",
                "list[3].fee too-precise",
                "list[3].tip unknown",
            ]
        );
    }

    #[test]
    fn what_is_no_object_or_a_list_too_long_is_refused() {
        for json in ["7", "[]", "\"text\"", "true"] {
            let (members, refused) =
                read(json, |value, refusals| value.members(refusals).is_some());
            assert!(!members);
            assert_eq!(refused, ["body fault"], "{json}");
        }
        let (list, refused) = read("[1,2,3]", |value, refusals| value.list(2, refusals).len());
        assert_eq!((list, refused), (0, vec!["body fault".to_owned()]));
        let (list, refused) = read("null", |value, refusals| value.list(2, refusals).len());
        assert_eq!((list, refused), (0, vec![]));
    }
}
