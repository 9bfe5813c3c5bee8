//! The requests of each kind of call, for the description: parameters and JSON bodies.

use super::{
    examples,
    schemas::{described, or_null, reference},
    text_schemas::{TextSchema, string, topic_pattern},
};
use crate::{
    domain::{
        Address, CancellationCode, DelayMinutes, Field, LineNumber, MAX_TOPICS, Markup, Minutes,
        Name, Notes, OrderId, Pieces, Price, Status, WantedStatus,
    },
    server::web::rest::params::Limit,
};
use serde_json::json;
use std::borrow::Cow;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ObjectBuilder, RefOr, Required, Schema, Type,
        path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle},
        schema::{AdditionalProperties, SchemaFormat},
    },
};

/// The parameters of one kind of call that are not in its body.
macro_rules! parameters {
    ($($(#[$doc:meta])* $kind:ident = [$($parameter:expr),* $(,)?];)*) => { $(
        $(#[$doc])*
        pub enum $kind {}

        impl IntoParams for $kind {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![$($parameter),*]
            }
        }
    )* };
}

pub(super) use parameters;

parameters! {
    /// The order that a call is about.
    InPath = [
        ParameterBuilder::new()
            .name("id")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("The order's id."))
            .schema(Some(OrderId::schema()))
            .build(),
    ];
    /// The version that the order must still have.
    IfMatch = [
        parameter(ParameterIn::Header, "If-Match", "The versions that the order may be at, as its `ETag` gave them; \
            `*` always holds. At any other it is answered with 412, and nothing is changed.",
            versions()),
    ];
    /// The version that the client has.
    KnownVersion = [
        parameter(ParameterIn::Header, "If-None-Match", "The version that you have, as its `ETag` gave it: if it is \
            still this one, the answer is 304.", ObjectBuilder::new().schema_type(Type::String).examples(["\"3\""])),
    ];
    /// The key that makes it safe to send a request again.
    IdempotencyKey = [
        parameter(ParameterIn::Header, "Idempotency-Key", "Sent again within 24 hours, the same request gets the first \
            answer (200, 201, 409 or 412) again, and acts once. The same key with another request is a 422.",
            text("^[!-~]{1,255}$")),
    ];
    /// Which orders a list holds.
    OrdersQuery = [
        parameter(ParameterIn::Query, "status", "Only orders in this state.", reference::<Status>()),
        parameter(ParameterIn::Query, "supplier_name", "Only orders of exactly this supplier.", Name::requested()),
        parameter(ParameterIn::Query, "limit", "How many at most; 500 without it.", limit()),
        parameter(ParameterIn::Query, "cursor", "Where the page begins: take it from `Link`.",
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom("uuid".into())))),
    ];
    /// What a WebSocket sends.
    Live = [
        parameter(ParameterIn::Query, "since", "Where to begin. Without it: from now on, without signals.", since()),
        about(),
    ];
}

pub(super) fn parameter(
    place: ParameterIn,
    name: &str,
    description: &str,
    schema: impl Into<RefOr<Schema>>,
) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// Why an admin acts.
pub fn admin_reason() -> Parameter {
    let reason = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(500));
    parameter(
        ParameterIn::Query,
        "admin_reason",
        "Why, required from admins and unknown to others. It stands in the history of the order.",
        reason,
    )
}

/// Any version, or one of a list.
pub(super) fn versions() -> ObjectBuilder {
    text(r#"^(?:\*|"[1-9][0-9]{0,8}"(?:, ?"[1-9][0-9]{0,8}")*)$"#).examples(["\"3\""])
}

/// The statuses that can be set directly.
fn settable() -> ObjectBuilder {
    let direct = Status::ALL
        .iter()
        .map(|status| status.name())
        .filter(|name| WantedStatus::parse(name).is_ok());
    string("The state to bring the order to.").enum_values(Some(direct))
}

/// `about`: topics, each percent-encoded, with commas between them.
fn about() -> Parameter {
    let topic = string("One supplier, one order, one customer, one driver, what can be taken, or what is on its way.")
        .pattern(Some(topic_pattern()))
        .examples(["supplier:Bella Napoli", "offers"]);
    let topics = ArrayBuilder::new()
        .items(topic)
        .min_items(Some(1))
        .max_items(Some(MAX_TOPICS));
    ParameterBuilder::new()
        .name("about")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "Only events of orders that are in one of these topics, or just were. Without it: all.",
        ))
        .schema(Some(topics))
        .style(Some(ParameterStyle::Form))
        .explode(Some(false))
        .build()
}

/// `since`: the position to begin at; empty for events from now on.
pub fn since() -> ObjectBuilder {
    string("The `id` of the last frame that was seen; empty for from now on, with signals.")
        .pattern(Some("^(?:[0-9a-z]{1,32}-(?:0|[1-9][0-9]{0,18}))?$"))
}

pub(super) fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern))
}

fn limit() -> ObjectBuilder {
    within(Limit::LIMITS)
}

pub(super) fn within((least, most): (u16, u16)) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(u32::from(least)))
        .maximum(Some(u32::from(most)))
}

/// Why an order ends, as a request says it.
fn reason() -> ObjectBuilder {
    let given = CancellationCode::given().map(CancellationCode::name);
    string("Why: `other` unless given.").enum_values(Some(given))
}

/// The JSON body of one kind of call.
macro_rules! bodies {
    ($($(#[$doc:meta])* $kind:ident = $schema:expr;)*) => { $(
        $(#[$doc])*
        pub enum $kind {}

        impl PartialSchema for $kind {
            fn schema() -> RefOr<Schema> {
                Schema::from($schema).into()
            }
        }

        impl ToSchema for $kind {
            fn name() -> Cow<'static, str> {
                stringify!($kind).into()
            }
        }
    )* };
}

pub(super) use bodies;

bodies! {
    /// A supplier's offer.
    OfferBody = object()
        .property("supplier_name", Name::requested()).required("supplier_name")
        .property("pizza_name", Name::requested()).required("pizza_name")
        .property("supplier_price", reference::<Price>()).required("supplier_price")
        // Without `default`: where there is one, some generators make the field required.
        .property("markup_percentage", or_null(described::<Markup>(&format!("{} unless given.", Markup::default()))))
        .examples([examples::offer()]);
    /// A supplier's answer.
    AnswerBody = object()
        .property("accept", ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .description(Some("Whether the supplier accepts the order. An `estimated_time` goes with `true` only, a `reason` with `false`.")))
        .required("accept")
        .property("notes", or_null(Notes::requested_or_blank()))
        .property("estimated_time", or_null(reference::<Minutes>()))
        .property("reason", or_null(Schema::from(reason())))
        .examples([examples::acceptance(), json!({"accept": false, "notes": "Sold out", "reason": "sold_out"})]);
    /// Why an order is cancelled.
    CancelBody = object()
        .property("reason", or_null(Schema::from(reason())))
        .property("notes", or_null(Notes::requested_or_blank()))
        .examples([json!({"reason": "too_busy", "notes": "Oven broken"})]);
    /// By how much a kitchen is late.
    DelayBody = object()
        .property("minutes", within(DelayMinutes::LIMITS).description(Some("By how many minutes the promise moves."))).required("minutes")
        .property("notes", or_null(Notes::requested_or_blank()))
        .examples([json!({"minutes": 10, "notes": "Oven full"})]);
    /// How many pieces are done.
    CheckBody = object()
        .property("line", within(LineNumber::LIMITS).description(Some("The line, counted from 0."))).required("line")
        .property("done", within(Pieces::LIMITS).description(Some("How many of its pieces are ticked then: up to its quantity."))).required("done")
        .examples([json!({"line": 0, "done": 1})]);
    /// A customer's acceptance.
    TakeBody = object()
        .property("customer_name", Name::requested()).required("customer_name")
        .property("delivery_address", Address::requested()).required("delivery_address")
        .examples([examples::take()]);
    /// The assignment of a driver.
    DispatchBody = object()
        .property("driver_name", Name::requested()).required("driver_name")
        .examples([json!({"driver_name": "Jonas"})]);
    /// What a token is asked for with.
    TokenBody = object()
        .property("grant", string("What else is given.").enum_values(Some(["password", "refresh", "guest"])))
        .required("grant")
        .property("email", string("With `password`: an e-mail address."))
        .property("password", string("With `password`."))
        .property("code", or_null(Schema::from(string("With `password`: a code of an authenticator, or a recovery code."))))
        .property("refresh_token", string("With `refresh`: the newest one."))
        .examples([json!({"grant": "guest"})]);
    /// A step that needs nothing but the status that it leads to.
    StatusBody = object()
        .property("status", settable()).required("status")
        .examples([json!({"status": Status::Preparing})]);
}

pub(super) fn object() -> ObjectBuilder {
    ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)))
}
