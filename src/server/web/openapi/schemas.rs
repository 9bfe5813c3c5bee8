//! The market's types as JSON Schema (2020-12), for the description of the API.
//!
//! Tests compare them with the parsers. Generators of clients and validators have to work with them, so what these get
//! wrong is said in words alone: `multipleOf`, for one, is computed in binary floating point, and refuses valid prices.

use super::text_schemas::{TextSchema, string};
use crate::domain::{
    AccountId, AccountRole, Address, Cancellation, Cents, Cursor, Event, EventActor, EventType,
    Frame, Markup, Minutes, Name, Notes, Order, OrderId, Price, ShopKind, Signal, Status, Time,
    Times, shop::basket::Basket,
};
use std::{borrow::Cow, ops::RangeInclusive};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema,
        schema::{AdditionalProperties, Discriminator, KnownFormat, SchemaFormat, Type},
    },
};

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
pub(super) use has_schema;

has_schema! {
    OrderId, "OrderId": string("A version 7 UUID, so that ids sort by creation.")
        .format(Some(SchemaFormat::Custom("uuid".into())));
    AccountId, "AccountId": string("The id of an account, or of a guest.")
        .format(Some(SchemaFormat::Custom("uuid".into())));
    AccountRole, "Role": string("The part that an account plays.")
        .enum_values(Some(names(AccountRole::ALL, AccountRole::name)));
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
    Time, "Time": string("A moment: RFC 3339, in UTC, ending in `Z`.")
        .format(Some(SchemaFormat::Custom("date-time".into())));
    Times, "Times": times();
    Cursor, "Cursor": string("A position in the market's one ordered log. Opaque: compare it with nothing, and send \
        it back as it came.");
    Order, "Order": ObjectBuilder::new()
        .description(Some("One pizza on its way from offer to doorstep. The fields stand in the order of the wire contract."))
        .field("id", reference::<OrderId>())
        .field("supplier_name", reference::<Name>())
        .field("pizza_name", reference::<Name>())
        .field("supplier_price", reference::<Price>())
        .field("customer_price", or_null(described::<Cents>("Set when a customer takes the offer.")))
        .field("markup_percentage", reference::<Markup>())
        .field("status", reference::<Status>())
        .field("customer_name", or_null(reference::<Name>()))
        .field("delivery_address", or_null(reference::<Address>()))
        .field("driver_name", or_null(reference::<Name>()))
        .field("estimated_delivery_time", or_null(reference::<Minutes>()))
        .field("supplier_notes", or_null(reference::<Notes>()))
        .field("created_at", reference::<Time>())
        .field("updated_at", reference::<Time>())
        .field("version", ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .description(Some("1 at creation, one more with each change."))
            .minimum(Some(1)))
        .field("times", reference::<Times>())
        .field("customer_id", or_null(described::<AccountId>("Who has taken it: an account, or a guest. `null` in the open \
            mode, where a program has taken it, and for who may not know.")))
        .field("driver_id", or_null(described::<AccountId>("The driver's account. `null` in the open mode, for a courier \
            from elsewhere, and for who may not know.")))
        .field("restaurant_id", or_null(Schema::from(string("The pizzeria that makes it, where one has the supplier's name.")
            .format(Some(SchemaFormat::Custom("uuid".into()))))))
        .field("cancellation", or_null(described::<Cancellation>("How it ended, where it is `cancelled` or \
            `supplier_rejected`. `null` for one that ended before orders said so.")))
        .field("basket", or_null(described::<Basket>("What its customer has ordered from a menu. `null` for an offer.")));
    EventActor, "Actor": ObjectBuilder::new()
        .description(Some("Who has made a change."))
        .field("role", reference::<AccountRole>())
        .field("id", or_null(described::<AccountId>("`null` for who may not know.")))
        .field("reason", or_null(Schema::from(Notes::answered("Why, where an admin has made it"))));
    Event, "Event": ObjectBuilder::new()
        .description(Some("One thing that happened, with the whole order as it was then."))
        .field("event_type", reference::<EventType>())
        .field("order", reference::<Order>())
        .field("timestamp", reference::<Time>())
        .property("actor", described::<EventActor>("Absent in the open mode, where nobody signs in, and where the change \
            was made in it."))
        .field("id", reference::<Cursor>());
    Signal, "Signal": ObjectBuilder::new()
        .description(Some("A word about the stream, for those who came with `since`. Its `order` is always `null`."))
        .field("event_type", string("What is said about the stream itself. Ignore those that you do not know.")
            .enum_values(Some(names(Signal::ALL, Signal::name))))
        .field("order", or_null(reference::<Order>()))
        .field("timestamp", reference::<Time>())
        .field("id", reference::<Cursor>());
    Skip, "Skip": ObjectBuilder::new()
        .description(Some("Nothing after `after`, up to and including `id`, is about the topics of this connection, which \
            named them with `about`. Its `order` is always `null`."))
        .field("event_type", string("Always this.").enum_values(Some([Frame::SKIP])))
        .field("order", or_null(reference::<Order>()))
        .field("timestamp", reference::<Time>())
        .field("after", reference::<Cursor>())
        .field("id", reference::<Cursor>());
    ShopChange, "ShopChange": ObjectBuilder::new()
        .description(Some("A document of a pizzeria has changed. For those who came with `since`, and not with topics of \
            orders alone. Its `order` is always `null`."))
        .field("event_type", string("Always this.").enum_values(Some([Frame::SHOP])))
        .field("order", or_null(reference::<Order>()))
        .field("timestamp", reference::<Time>())
        .field("id", reference::<Cursor>())
        .field("restaurant", string("The pizzeria.").format(Some(SchemaFormat::Custom("uuid".into()))))
        .field("kind", string("Which of its documents.").enum_values(Some(names(ShopKind::ALL, ShopKind::name))))
        .field("code", or_null(Schema::from(string("Of an item.").pattern(Some("^[a-z0-9]{1,8}$")))))
        .field("version", ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .description(Some("The version that it has now."))
            .minimum(Some(1)))
        .property("counter", ObjectBuilder::new()
            .description(Some("Of a counter: the whole of it, as the calls of pizzerias answer it."))
            .additional_properties(Some(AdditionalProperties::FreeForm(true))));
    Frame, "Frame": OneOfBuilder::new()
        .description(Some("One text frame of the WebSocket."))
        .item(reference::<Event>())
        .item(reference::<Signal>())
        .item(reference::<Skip>())
        .item(reference::<ShopChange>())
        .discriminator(Some(kinds_of_frames()));
}

/// The frame of a stretch that is not sent.
enum Skip {}

/// The notice of a document of a pizzeria.
enum ShopChange {}

/// Which schema a frame has, by its `event_type`.
fn kinds_of_frames() -> Discriminator {
    let of = |schema: Cow<str>| format!("#/components/schemas/{schema}");
    let events = names(EventType::ALL, EventType::name).map(|name| (name, of(Event::name())));
    let signals =
        names(Signal::ALL, Signal::name).map(|name| (name, of(<Signal as ToSchema>::name())));
    let others = [
        (Frame::SKIP, of(Skip::name())),
        (Frame::SHOP, of(ShopChange::name())),
    ];
    Discriminator::with_mapping("event_type", events.chain(signals).chain(others))
}

/// A field that is in every answer.
pub(super) trait Required {
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
        named::<AccountId>(),
        named::<AccountRole>(),
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
        named::<EventActor>(),
        named::<Event>(),
        named::<Signal>(),
        named::<Skip>(),
        named::<ShopChange>(),
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
    let times = ObjectBuilder::new().description(Some(
        "For each status that the order has had, when it last got there, in the order in which it got there.",
    ));
    names(Status::ALL, Status::name).fold(times, |times, status| {
        times.property(status, reference::<Time>())
    })
}

pub fn described<T: ToSchema>(description: &str) -> RefOr<Schema> {
    let mut reference = Ref::from_schema_name(T::name());
    reference.description = description.to_owned();
    reference.into()
}

/// `null` stands beside another schema, never alone: generators have no type for that.
pub fn or_null(schema: impl Into<RefOr<Schema>>) -> OneOfBuilder {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    OneOfBuilder::new().item(schema).item(null)
}

pub fn names<T: Copy>(
    all: &[T],
    name: fn(T) -> &'static str,
) -> impl Iterator<Item = &'static str> {
    all.iter().copied().map(name)
}

/// A number with at most two decimals, which is said in words.
fn hundredths(what: &str, range: RangeInclusive<u32>) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .description(Some(format!(
            "{what} At most two decimals: more are refused, not rounded. Judged by value, so that `10`, `10.00` and `1e1` are the same."
        )))
        .minimum(Some(f64::from(*range.start()) / 100.0))
        .maximum(Some(f64::from(*range.end()) / 100.0))
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
    use crate::domain::{Field, FieldError};
    use jsonschema::Validator;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn validator(schema: impl Into<RefOr<Schema>>) -> Validator {
        let schema = serde_json::to_value(schema.into()).unwrap();
        jsonschema::validator_for(&schema).unwrap()
    }

    fn accepts<T: PartialSchema>(value: &Value) -> bool {
        validator(T::schema()).is_valid(value)
    }

    proptest! {
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
            "0", "0.01", "0.015", "9.5", "9.999", "10000", "10000.01", "-1", "1e1", "1000",
            "1000.01",
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            // How many decimals fit is said in words.
            let in_range =
                |error: Option<FieldError>| matches!(error, None | Some(FieldError::TooPrecise));
            let (price, markup) = (Price::parse(text).err(), Markup::parse(text).err());
            assert_eq!(accepts::<Price>(&value), in_range(price), "{text}");
            assert_eq!(accepts::<Markup>(&value), in_range(markup), "{text}");
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
