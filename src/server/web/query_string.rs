//! Query strings as input parameters.

use crate::domain::{FieldError, Fields, Value, percent_decode};

/// Reads `application/x-www-form-urlencoded`, where what is not valid UTF-8 is a fault and not replaced.
pub fn read(query: &str) -> Fields {
    read_encoded(query, &[])
}

/// As [`read`], with the values of some parameters as they stand in the query.
pub fn read_encoded(query: &str, encoded: &[&str]) -> Fields {
    let mut fields = Fields::default();
    for (name, pair) in pairs(query) {
        let value = pair.split_once('=').map_or("", |(_, value)| value);
        let decoded = match name.as_deref() {
            Some(name) if encoded.contains(&name) => Ok(value.to_owned()),
            _ => percent_decode(value),
        };
        match (name, decoded) {
            (Some(name), Ok(value)) => fields.add(name, Value::Plain(value)),
            (Some(name), Err(error)) => fields.reject(&name, error),
            (None, _) => fields.reject("query", FieldError::NotUnicode),
        }
    }
    fields
}

/// Each pair as it stands in the query, after its name.
pub fn pairs(query: &str) -> impl Iterator<Item = (Option<String>, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        (percent_decode(name).ok(), pair)
    })
}
