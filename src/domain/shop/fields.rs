//! What the documents of a pizzeria need of [`Fields`] beyond what parameters do.

use crate::domain::{FieldError, Fields, input::Value};
use serde::de::DeserializeOwned;

impl Fields {
    /// Whether there is a value of this name that is not JSON's `null`.
    pub(super) fn has(&self, name: &str) -> bool {
        match self.values.get(name) {
            Some(Value::Json(raw)) => raw.get() != "null",
            other => other.is_some(),
        }
    }

    /// As [`Fields::object`], but it is not absent, which is recorded.
    pub(super) fn required_object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Fields) -> Option<T>,
    ) -> Option<T> {
        if !self.has(name) {
            self.values.remove(name);
            self.reject(name, FieldError::Missing);
            return None;
        }
        self.object(name, read)
    }

    /// What serde reads as a whole: `None` means absent, or that it is of another form, which is recorded.
    pub(super) fn deserialized<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        if !self.has(name) {
            self.values.remove(name);
            return None;
        }
        let read = match self.values.remove(name)? {
            Value::Json(raw) => serde_json::from_str(raw.get()),
            Value::Plain(text) => serde_json::from_str(&text),
        };
        let malformed = |error: serde_json::Error| {
            let why = error.to_string();
            self.reject(name, FieldError::Malformed { why });
        };
        read.map_err(malformed).ok()
    }
}
