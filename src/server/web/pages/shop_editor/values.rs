//! From the fields of a form to the values of a document: an edit is made as the API makes it, of JSON, so that each value
//! has one reader and one set of refusals.

use crate::{
    domain::{Error, FieldError, Fields, is_blank, with_point},
    server::{services::shops::refusal::ShopRefusal, web::pages::account::Sent},
};
use serde::Serialize;
use serde_json::Value;

/// A document as JSON, to be changed.
pub fn json_of(document: &impl Serialize) -> Result<Value, ShopRefusal> {
    serde_json::to_value(document).map_err(|_| Error::Internal.into())
}

/// What a reader of the domain takes.
pub fn fields_of(json: &Value) -> Result<Fields, ShopRefusal> {
    let mut fields = Fields::default();
    let malformed = |error: serde_json::Error| {
        let why = error.to_string();
        ShopRefusal::invalid("form", FieldError::Malformed { why })
    };
    fields
        .add_object(json.to_string().as_bytes())
        .map_err(malformed)?;
    Ok(fields)
}

/// A text, or nothing.
pub fn text(typed: &str) -> Value {
    match is_blank(typed) {
        true => Value::Null,
        false => typed.trim().into(),
    }
}

/// A number as people type it, or nothing. What is none stays a text, which its reader refuses.
pub fn number(typed: &str) -> Value {
    let typed = typed.trim();
    if is_blank(typed) {
        return Value::Null;
    }
    let number = serde_json::from_str::<Value>(&with_point(typed)).ok();
    number
        .filter(Value::is_number)
        .unwrap_or_else(|| typed.into())
}

/// The parts of a text between these marks, without blank ones.
pub fn parts(typed: &str, marks: &[char]) -> Vec<String> {
    let parts = typed.split(marks).map(str::trim);
    parts
        .filter(|part| !is_blank(part))
        .map(str::to_owned)
        .collect()
}

/// Every value of a field that can be there several times.
pub fn all_of<'a>(sent: &'a Sent, name: &str) -> Vec<&'a str> {
    let own = sent.0.iter().filter(|(one, _)| one == name);
    own.map(|(_, value)| &**value).collect()
}

/// Whether a form has a field, empty or not.
pub fn has_field(sent: &Sent, name: &str) -> bool {
    sent.0.iter().any(|(one, _)| one == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_is_typed_with_a_comma_or_a_point() {
        let cases = [
            ("9,50", json!(9.5)),
            (" 12.35 ", json!(12.35)),
            ("7", json!(7)),
            ("", Value::Null),
            ("cheap", json!("cheap")),
            ("1e400", json!("1e400")),
            ("[1]", json!("[1]")),
        ];
        for (typed, value) in cases {
            assert_eq!(number(typed), value, "{typed}");
        }
    }

    #[test]
    fn parts_are_without_what_is_blank() {
        assert_eq!(
            parts(" vegan,, wood oven ;", &[',', ';']),
            ["vegan", "wood oven"]
        );
        assert!(parts(" ", &[',']).is_empty());
    }
}
