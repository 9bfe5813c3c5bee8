//! The schemas of texts. Each kind of text has two: one for answers, and one for requests, which is valid for everything
//! that becomes such a text when it is trimmed. That something of it can be seen is said in words: a pattern of that
//! needs what not every dialect of regular expressions has.

use crate::domain::Text;
use utoipa::openapi::{Object, ObjectBuilder, schema::Type};

/// Unicode's White_Space: what trimming removes.
const BLANK: &str = r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// C0, DEL and C1.
const CONTROL: &str = r"\u0000-\u001f\u007f-\u009f";
const CONTROL_BUT_NEWLINE: &str = r"\u0000-\u0009\u000b-\u001f\u007f-\u009f";

pub fn string(description: impl Into<String>) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
}

/// The schemas of a kind of text.
pub trait TextSchema {
    /// In answers.
    fn answered(what: &str) -> Object;

    /// In requests.
    fn requested() -> ObjectBuilder;

    /// In requests, where blank text counts as absent.
    fn requested_or_blank() -> ObjectBuilder;
}

impl<const MAX: usize, const LINES: bool> TextSchema for Text<MAX, LINES> {
    fn answered(what: &str) -> Object {
        let allowed = allowed(LINES);
        string(format!("{what}: 1 to {MAX} characters, trimmed."))
            .min_length(Some(1))
            .max_length(Some(MAX))
            .pattern(Some(format!(
                "^[^{BLANK}{CONTROL}](?:[^{allowed}]*[^{BLANK}{CONTROL}])?$"
            )))
            .build()
    }

    fn requested() -> ObjectBuilder {
        let (text, limits) = (untrimmed(MAX, LINES), limits(LINES));
        string(format!(
            "1 to {MAX} characters (Unicode scalar values) after trimming, {limits}, and something that can be seen.",
        ))
        .pattern(Some(format!("^{text}$")))
    }

    fn requested_or_blank() -> ObjectBuilder {
        let (text, limits) = (untrimmed(MAX, LINES), limits(LINES));
        string(format!(
            "Up to {MAX} characters (Unicode scalar values) after trimming, {limits}; where nothing can be seen, it is absent.",
        ))
        .pattern(Some(format!("^(?:[{BLANK}]*|{text})$")))
    }
}

fn allowed(lines: bool) -> &'static str {
    if lines { CONTROL_BUT_NEWLINE } else { CONTROL }
}

fn limits(lines: bool) -> &'static str {
    if lines {
        "no control characters but newlines"
    } else {
        "no control characters"
    }
}

fn untrimmed(max: usize, lines: bool) -> String {
    let (allowed, edge) = (allowed(lines), format!("[^{BLANK}{CONTROL}]"));
    let inner = if lines {
        format!(r"(?:[^{allowed}]|\r\n)")
    } else {
        format!("[^{allowed}]")
    };
    let most = max - 2;
    format!("[{BLANK}]*{edge}(?:{inner}{{0,{most}}}{edge})?[{BLANK}]*")
}

/// What a socket can be about, not encoded.
pub fn topic_pattern() -> String {
    let id = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    let name = untrimmed(100, false);
    format!("^(?:offers|dispatch|(?:order|customer|driver):{id}|supplier:{name})$")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Field, is_blank};
    use jsonschema::Validator;
    use proptest::prelude::*;
    use serde_json::json;
    use std::sync::LazyLock;
    use utoipa::{
        PartialSchema,
        openapi::{RefOr, Schema},
    };

    fn validator(schema: impl Into<RefOr<Schema>>) -> Validator {
        let schema = serde_json::to_value(schema.into()).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    }

    /// A kind of text: its schemas, its parser, and that of what is stored, which does not ask that something can be seen.
    struct Rule {
        requested: Validator,
        requested_or_blank: Validator,
        answered: Validator,
        parse: fn(&str) -> Option<String>,
        fits: fn(&str) -> bool,
    }

    impl Rule {
        fn of<const MAX: usize, const LINES: bool>() -> Rule
        where
            Text<MAX, LINES>: PartialSchema,
        {
            Rule {
                requested: validator(Text::<MAX, LINES>::requested()),
                requested_or_blank: validator(Text::<MAX, LINES>::requested_or_blank()),
                answered: validator(Text::<MAX, LINES>::schema()),
                parse: |text| Text::<MAX, LINES>::parse(text).ok().map(String::from),
                fits: |text| Text::<MAX, LINES>::try_from(text.to_owned()).is_ok(),
            }
        }

        fn agrees_on(&self, text: &str) -> Result<(), TestCaseError> {
            let (parsed, fits) = ((self.parse)(text), (self.fits)(text));
            let is_valid = |schema: &Validator| schema.is_valid(&json!(text));
            prop_assert_eq!(is_valid(&self.requested), fits, "{:?}", text);
            let or_blank = fits || text.trim().is_empty();
            prop_assert_eq!(is_valid(&self.requested_or_blank), or_blank, "{:?}", text);
            prop_assert_eq!(parsed.is_some(), fits && !is_blank(text), "{:?}", text);
            let answered = parsed.is_none_or(|text| self.answered.is_valid(&json!(text)));
            prop_assert!(answered, "{:?}", text);
            Ok(())
        }
    }

    static RULES: LazyLock<[(usize, Rule); 3]> = LazyLock::new(|| {
        [
            (100, Rule::of::<100, false>()),
            (300, Rule::of::<300, true>()),
            (500, Rule::of::<500, true>()),
        ]
    });

    proptest! {
        #[test]
        fn the_schemas_of_text_accept_what_its_parser_accepts(text in "[ a\t\r\n\u{0}\u{7f}\u{85}\u{9f}\u{a0}\u{200f}\u{2028}\u{feff}🍕é]{0,7}", more in 0usize..9) {
            for (max, rule) in RULES.iter() {
                let long = "🍕".repeat(max - 6 + more);
                for text in [text.clone(), format!(" {text}{long} "), format!("{long}{text}b")] {
                    rule.agrees_on(&text)?;
                }
            }
        }
    }
}
