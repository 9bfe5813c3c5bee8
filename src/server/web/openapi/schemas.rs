//! The market's types as JSON Schema (2020-12), for the description of the API.
//!
//! Each text has two schemas: one for answers, and one for requests, which is valid for everything that becomes such a
//! text when it is trimmed. A test compares each with its parser.

use crate::domain::{
    Address, Cents, Cursor, Event, EventType, Frame, Markup, Minutes, Name, Notes, Order, OrderId,
    Price, Signal, Status, Text, Time, Times,
};
use std::{borrow::Cow, ops::RangeInclusive};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Object, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema,
        schema::{AdditionalProperties, KnownFormat, SchemaFormat, Type},
    },
};

/// Unicode's White_Space: what trimming removes.
const BLANK: &str = r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// C0, DEL and C1.
const CONTROL: &str = r"\u0000-\u001f\u007f-\u009f";
const CONTROL_BUT_NEWLINE: &str = r"\u0000-\u0009\u000b-\u001f\u007f-\u009f";

/// A type with a name in the description.
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
    Name, "Name": Name::answered("A supplier, a pizza, a customer or a driver");
    Address, "Address": Address::answered("Where the pizza goes, in one line or several");
    Notes, "Notes": Notes::answered("What the supplier says, in one line or several; the reason, when rejected");
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
    Times, "Times": times();
    Cursor, "Cursor": string("A position in the market's one ordered log. Opaque: compare it with nothing, and send \
        it back as it came.");
    Order, "Order": ObjectBuilder::new()
        .description(Some("One pizza on its way from offer to doorstep. The fields stand in the order of the wire contract."))
        .field("id", reference::<OrderId>())
        .field("supplier_name", reference::<Name>())
        .field("pizza_name", reference::<Name>())
        .field("supplier_price", reference::<Price>())
        .property("customer_price", or_null(described::<Cents>("Set when a customer takes the offer.")))
        .field("markup_percentage", reference::<Markup>())
        .field("status", reference::<Status>())
        .property("customer_name", or_null(reference::<Name>()))
        .property("delivery_address", or_null(reference::<Address>()))
        .property("driver_name", or_null(reference::<Name>()))
        .property("estimated_delivery_time", or_null(reference::<Minutes>()))
        .property("supplier_notes", or_null(reference::<Notes>()))
        .field("created_at", reference::<Time>())
        .field("updated_at", reference::<Time>())
        .field("version", ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .description(Some("1 at creation, one more with each change."))
            .minimum(Some(1)))
        .field("times", reference::<Times>());
    Event, "Event": ObjectBuilder::new()
        .description(Some("One thing that happened, with the whole order as it was then."))
        .field("event_type", reference::<EventType>())
        .field("order", reference::<Order>())
        .field("timestamp", reference::<Time>())
        .field("id", reference::<Cursor>());
    Frame, "Frame": OneOfBuilder::new()
        .description(Some("One text frame of the WebSocket."))
        .item(reference::<Event>())
        .item(ObjectBuilder::new()
            .title(Some("Signal"))
            .description(Some("A word about the stream, for those who came with `since`."))
            .field("event_type", string("What is said about the stream itself. Ignore those that you do not know.")
                .enum_values(Some(names(Signal::ALL, Signal::name))))
            .field("order", null())
            .field("timestamp", reference::<Time>())
            .field("id", reference::<Cursor>()));
}

/// A field that is in every answer.
trait Required {
    fn field(self, name: &str, schema: impl Into<RefOr<Schema>>) -> Self;
}

impl Required for ObjectBuilder {
    fn field(self, name: &str, schema: impl Into<RefOr<Schema>>) -> Self {
        self.property(name, schema).required(name)
    }
}

/// The name and the schema of each type.
pub fn all() -> Vec<(String, RefOr<Schema>)> {
    vec![
        named::<OrderId>(),
        named::<Name>(),
        named::<Address>(),
        named::<Notes>(),
        named::<Price>(),
        named::<Cents>(),
        named::<Markup>(),
        named::<Minutes>(),
        named::<Status>(),
        named::<EventType>(),
        named::<Time>(),
        named::<Times>(),
        named::<Cursor>(),
        named::<Order>(),
        named::<Event>(),
        named::<Frame>(),
    ]
}

pub fn named<T: ToSchema>() -> (String, RefOr<Schema>) {
    (T::name().into(), T::schema())
}

/// A reference to a type's schema in the description.
pub fn reference<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

fn times() -> ObjectBuilder {
    let times = ObjectBuilder::new()
        .description(Some(
            "For each status that the order has had, when it last got there, in the order in which it got there.",
        ))
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    names(Status::ALL, Status::name).fold(times, |times, status| {
        times.property(status, reference::<Time>())
    })
}

fn described<T: ToSchema>(description: &str) -> RefOr<Schema> {
    let mut reference = Ref::from_schema_name(T::name());
    reference.description = description.to_owned();
    reference.into()
}

fn or_null(schema: RefOr<Schema>) -> OneOfBuilder {
    OneOfBuilder::new().item(schema).item(null())
}

pub fn null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Null)
}

pub fn string(description: impl Into<String>) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
}

fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> impl Iterator<Item = &'static str> {
    all.iter().copied().map(name)
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
            "1 to {MAX} characters (Unicode scalar values) after trimming, {limits}.",
        ))
        .pattern(Some(format!("^{text}$")))
    }

    fn requested_or_blank() -> ObjectBuilder {
        let (text, limits) = (untrimmed(MAX, LINES), limits(LINES));
        string(format!(
            "Up to {MAX} characters (Unicode scalar values) after trimming, {limits}; blank is absent.",
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

#[cfg(test)]
mod tests {
    use super::{super::components::since, *};
    use crate::domain::Field;
    use jsonschema::Validator;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::sync::LazyLock;

    fn validator(schema: impl Into<RefOr<Schema>>) -> Validator {
        let schema = serde_json::to_value(schema.into()).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    }

    fn accepts<T: PartialSchema>(value: &Value) -> bool {
        validator(T::schema()).is_valid(value)
    }

    /// A kind of text: its schemas and its parser.
    struct Rule {
        requested: Validator,
        requested_or_blank: Validator,
        answered: Validator,
        parse: fn(&str) -> Option<String>,
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
            }
        }

        fn agrees_on(&self, text: &str) -> Result<(), TestCaseError> {
            let parsed = (self.parse)(text);
            prop_assert_eq!(
                self.requested.is_valid(&json!(text)),
                parsed.is_some(),
                "{:?}",
                text
            );
            let or_blank = parsed.is_some() || text.trim().is_empty();
            prop_assert_eq!(
                self.requested_or_blank.is_valid(&json!(text)),
                or_blank,
                "{:?}",
                text
            );
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
        fn the_schemas_of_text_accept_what_its_parser_accepts(text in "[ a\t\r\n\u{0}\u{7f}\u{85}\u{9f}\u{a0}\u{2028}\u{feff}🍕é]{0,7}", more in 0usize..9) {
            for (max, rule) in RULES.iter() {
                let long = "🍕".repeat(max - 6 + more);
                for text in [text.clone(), format!(" {text}{long} "), format!("{long}{text}b")] {
                    rule.agrees_on(&text)?;
                }
            }
        }

        #[test]
        fn the_schemas_of_amounts_accept_what_is_answered(cents in 1u32..=1_000_000) {
            let written = serde_json::to_value(Cents::new(cents)).unwrap();
            prop_assert!(accepts::<Price>(&written), "{}", written);
            prop_assert!(accepts::<Cents>(&written), "{}", written);
        }
    }

    #[test]
    fn the_schemas_of_numbers_accept_what_their_parsers_accept() {
        for text in [
            "0", "0.01", "0.001", "9.5", "9.999", "10000", "10000.01", "-1", "1e1", "1000",
            "1000.01",
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(
                accepts::<Price>(&value),
                Price::parse(text).is_ok(),
                "{text}"
            );
            assert_eq!(
                accepts::<Markup>(&value),
                Markup::parse(text).is_ok(),
                "{text}"
            );
        }
        for text in ["0", "1", "25.0", "25.5", "1440", "1441", "-5"] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(
                accepts::<Minutes>(&value),
                Minutes::parse(text).is_ok(),
                "{text}"
            );
        }
    }

    #[test]
    fn the_schema_of_cursors_accepts_what_their_parser_accepts() {
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
