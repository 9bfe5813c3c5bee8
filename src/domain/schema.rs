//! The market's types as JSON Schema (2020-12), for the description of the API.
//!
//! There are two of each text: as the market shows it, and as it may be given, which is everything that becomes such
//! a text when it is trimmed. A test compares each with its parser.

use super::{
    Address, Cents, Cursor, Event, EventType, Field, Frame, Markup, Minutes, Name, Notes, OrderId,
    Price, Signal, Status, Time, order::WantedStatus, text::Text,
};
use std::{borrow::Cow, ops::RangeInclusive};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Object, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema,
        schema::{SchemaFormat, Type},
    },
};

/// Unicode's White_Space: what trimming takes away.
const BLANK: &str = r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// C0, DEL and C1.
const CONTROL: &str = r"\u0000-\u001f\u007f-\u009f";
const CONTROL_BUT_NEWLINE: &str = r"\u0000-\u0009\u000b-\u001f\u007f-\u009f";

/// A type with a name of its own in the description.
macro_rules! has_schema {
    ($($kind:ty, $name:literal: $schema:expr;)*) => { $(
        impl PartialSchema for $kind {
            fn schema() -> RefOr<Schema> {
                let schema: Schema = Schema::from($schema);
                schema.into()
            }
        }

        impl ToSchema for $kind {
            fn name() -> Cow<'static, str> {
                $name.into()
            }
        }
    )* };
}

has_schema! {
    OrderId, "OrderId": string("A version 7 UUID, so that ids sort by creation.")
        .format(Some(SchemaFormat::Custom("uuid".into())));
    Name, "Name": Name::shown("A supplier, a pizza, a customer or a driver");
    Address, "Address": Address::shown("Where the pizza goes, in one line or several");
    Notes, "Notes": Notes::shown("What the supplier says, in one line or several; the reason, when rejected");
    Price, "Price": hundredths("What the supplier asks.", Price::RANGE);
    Cents, "Amount": hundredths("What the customer pays: supplier_price × (1 + markup_percentage / 100), \
        computed exactly and rounded half up to cents.", Cents::RANGE);
    Markup, "Markup": hundredths("The market's part, in percent of the supplier's price.", Markup::RANGE);
    Minutes, "Minutes": minutes();
    Status, "Status": string("Where the order stands.").enum_values(Some(names(Status::ALL, Status::name)));
    EventType, "EventType": string("What has happened.").enum_values(Some(names(EventType::ALL, EventType::name)));
    Time, "Time": string("A moment: RFC 3339, in UTC.")
        .format(Some(SchemaFormat::Custom("date-time".into())))
        .pattern(Some("Z$"));
    Cursor, "Cursor": string("A position in the market's one ordered log. Opaque: compare it with nothing, and send \
        it back as it came.");
    Signal, "SignalName": string("What is said about the stream itself. Ignore those that you do not know.")
        .enum_values(Some(names(Signal::ALL, |(_, name)| name)));
}

impl PartialSchema for Frame {
    fn schema() -> RefOr<Schema> {
        let signal = ObjectBuilder::new()
            .title(Some("Signal"))
            .description(Some(
                "A word about the stream, for those who came with `since`.",
            ))
            .property("event_type", Signal::schema())
            .property("order", ObjectBuilder::new().schema_type(Type::Null))
            .property("timestamp", reference::<Time>())
            .property("id", reference::<Cursor>());
        let signal = ["event_type", "order", "timestamp", "id"]
            .into_iter()
            .fold(signal, ObjectBuilder::required);
        let frame = OneOfBuilder::new()
            .description(Some("One text frame of the WebSocket."))
            .item(reference::<Event>())
            .item(signal);
        Schema::from(frame).into()
    }
}

impl ToSchema for Frame {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Event::name().into(), Event::schema()));
        Event::schemas(schemas);
    }
}

/// A reference to a type's own place in the description.
pub fn reference<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

fn string(description: impl Into<String>) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
}

fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> impl Iterator<Item = &'static str> {
    all.iter().copied().map(name)
}

impl<const MAX: usize, const LINES: bool> Text<MAX, LINES> {
    const ALLOWED: &str = if LINES { CONTROL_BUT_NEWLINE } else { CONTROL };

    fn shown(what: &str) -> Object {
        let allowed = Self::ALLOWED;
        string(format!("{what}: 1 to {MAX} characters, trimmed."))
            .min_length(Some(1))
            .max_length(Some(MAX))
            .pattern(Some(format!(
                "^[^{BLANK}{CONTROL}](?:[^{allowed}]*[^{BLANK}{CONTROL}])?$"
            )))
            .build()
    }

    /// What can be sent for it.
    pub fn given() -> ObjectBuilder {
        let text = Self::pattern();
        string(format!(
            "1 to {MAX} characters (Unicode scalar values) after trimming, {}.",
            Self::limits()
        ))
        .pattern(Some(format!("^{text}$")))
    }

    /// What can be sent where blank text counts as absent.
    pub fn given_or_blank() -> ObjectBuilder {
        let text = Self::pattern();
        string(format!(
            "Up to {MAX} characters (Unicode scalar values) after trimming, {}; blank is absent.",
            Self::limits()
        ))
        .pattern(Some(format!("^(?:[{BLANK}]*|{text})$")))
    }

    fn limits() -> &'static str {
        if LINES {
            "no control characters but newlines"
        } else {
            "no control characters"
        }
    }

    fn pattern() -> String {
        let (allowed, edge) = (Self::ALLOWED, format!("[^{BLANK}{CONTROL}]"));
        let inner = if LINES {
            format!(r"(?:[^{allowed}]|\r\n)")
        } else {
            format!("[^{allowed}]")
        };
        let most = MAX - 2;
        format!("[{BLANK}]*{edge}(?:{inner}{{0,{most}}}{edge})?[{BLANK}]*")
    }
}

/// A number with at most two decimals.
fn hundredths(what: &str, range: RangeInclusive<u32>) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .description(Some(format!(
            "{what} At most two decimals; judged by value, so that `10`, `10.00` and `1e1` are the same."
        )))
        .minimum(Some(f64::from(*range.start()) / 100.0))
        .maximum(Some(f64::from(*range.end()) / 100.0))
        .multiple_of(Some(0.01))
}

fn minutes() -> ObjectBuilder {
    let (least, most) = Minutes::LIMITS;
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some(
            "Minutes until the pizza is at the door, as the supplier estimates.",
        ))
        .minimum(Some(u32::from(least)))
        .maximum(Some(u32::from(most)))
}

/// The states that can be set directly.
pub fn settable() -> ObjectBuilder {
    let direct = Status::ALL
        .iter()
        .map(|status| status.name())
        .filter(|name| WantedStatus::parse(name).is_ok());
    string("The state to bring the order to.").enum_values(Some(direct))
}

/// What `since` may be: where to begin, or nothing, for from now on.
pub fn since() -> ObjectBuilder {
    string("The `id` of the last frame that was seen; empty for from now on, with signals.")
        .pattern(Some("^(?:[0-9a-z]{1,32}-(?:0|[1-9][0-9]{0,18}))?$"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonschema::Validator;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::sync::LazyLock;

    fn validator(schema: impl Into<RefOr<Schema>>) -> Validator {
        let schema = serde_json::to_value(schema.into()).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    }

    fn accepts_shown<T: PartialSchema>(value: &Value) -> bool {
        validator(T::schema()).is_valid(value)
    }

    /// A kind of text: its schemas, and its parser.
    struct Rule {
        given: Validator,
        given_or_blank: Validator,
        shown: Validator,
        parse: fn(&str) -> Option<String>,
    }

    impl Rule {
        fn of<const MAX: usize, const LINES: bool>() -> Rule
        where
            Text<MAX, LINES>: PartialSchema,
        {
            Rule {
                given: validator(Text::<MAX, LINES>::given()),
                given_or_blank: validator(Text::<MAX, LINES>::given_or_blank()),
                shown: validator(Text::<MAX, LINES>::schema()),
                parse: |text| Text::<MAX, LINES>::parse(text).ok().map(String::from),
            }
        }

        fn holds_for(&self, text: &str) -> Result<(), TestCaseError> {
            let parsed = (self.parse)(text);
            prop_assert_eq!(
                self.given.is_valid(&json!(text)),
                parsed.is_some(),
                "{:?}",
                text
            );
            let or_blank = parsed.is_some() || text.trim().is_empty();
            prop_assert_eq!(
                self.given_or_blank.is_valid(&json!(text)),
                or_blank,
                "{:?}",
                text
            );
            let shown = parsed.is_none_or(|shown| self.shown.is_valid(&json!(shown)));
            prop_assert!(shown, "{:?}", text);
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
        fn texts_are_what_their_parser_takes(text in "[ a\t\r\n\u{0}\u{7f}\u{85}\u{9f}\u{a0}\u{2028}\u{feff}🍕é]{0,7}", more in 0usize..9) {
            for (max, rule) in RULES.iter() {
                let long = "🍕".repeat(max - 6 + more);
                for text in [text.clone(), format!(" {text}{long} "), format!("{long}{text}b")] {
                    rule.holds_for(&text)?;
                }
            }
        }

        #[test]
        fn amounts_are_what_the_market_writes(cents in 1u32..=1_000_000) {
            let written = serde_json::to_value(Cents::new(cents)).unwrap();
            prop_assert!(accepts_shown::<Price>(&written), "{}", written);
            prop_assert!(accepts_shown::<Cents>(&written), "{}", written);
        }
    }

    #[test]
    fn numbers_are_what_their_parser_takes() {
        for text in [
            "0", "0.01", "0.001", "9.5", "9.999", "10000", "10000.01", "-1", "1e1", "1000",
            "1000.01",
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(
                accepts_shown::<Price>(&value),
                Price::parse(text).is_ok(),
                "{text}"
            );
            assert_eq!(
                accepts_shown::<Markup>(&value),
                Markup::parse(text).is_ok(),
                "{text}"
            );
        }
        for text in ["0", "1", "25.0", "25.5", "1440", "1441", "-5"] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(
                accepts_shown::<Minutes>(&value),
                Minutes::parse(text).is_ok(),
                "{text}"
            );
        }
    }

    #[test]
    fn cursors_are_what_their_parser_takes() {
        for text in [
            "",
            "e-0",
            "9d49ffaa-42",
            "a-042",
            "a-",
            "-1",
            "A-1",
            "a b-1",
        ] {
            let taken = text.is_empty() || text.parse::<Cursor>().is_ok();
            assert_eq!(validator(since()).is_valid(&json!(text)), taken, "{text}");
        }
    }
}
