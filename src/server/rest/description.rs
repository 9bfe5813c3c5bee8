//! The API described: what calls take and answer, beyond what stands at their handlers. The examples are made by the
//! market's own rules, and the problems by what makes them, so that none of it can be wrong alone.

use super::problem::Problem;
use crate::domain::{
    Address, Command, Error, Event, EventType, Fields, Frame, Markup, Minutes, Name, Notes, Offer,
    Order, OrderId, Price, Refusal, Status, Time, Value as Given, Verb, What,
    schema::{self, reference},
};
use serde_json::{Value, json, value::to_raw_value};
use std::{borrow::Cow, collections::BTreeMap};
use utoipa::{
    IntoParams, IntoResponses, PartialSchema, ToSchema,
    openapi::{
        AllOfBuilder, ArrayBuilder, Content, ContentBuilder, Header, HeaderBuilder, InfoBuilder,
        LicenseBuilder, ObjectBuilder, OneOfBuilder, OpenApi, OpenApiBuilder, RefOr, Required,
        Response, ResponseBuilder, Schema, ServerBuilder, Type,
        example::ExampleBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        schema::{AdditionalProperties, SchemaFormat},
        tag::TagBuilder,
    },
};

type Answers = BTreeMap<String, RefOr<Response>>;
/// How a call reads its parameters.
type Read = fn(Fields) -> Result<Command, Error>;

/// What stands around the calls.
pub fn beginning() -> OpenApi {
    let license = LicenseBuilder::new().name("MIT").identifier(Some("MIT"));
    let info = InfoBuilder::new()
        .title("Pizza Market")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("api.md")))
        .license(Some(license.build()));
    let tags = [
        (
            "Orders",
            "Offer, accept, take, bake, bring: the calls of the contract.",
        ),
        ("Live", "Every change, as it happens."),
        ("Operation", "For those who run the market."),
    ];
    let tags =
        tags.map(|(name, says)| TagBuilder::new().name(name).description(Some(says)).build());
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .tags(Some(tags))
        .build()
}

/// Adds what every answer has.
pub fn finish(mut api: OpenApi) -> OpenApi {
    let components = api.components.get_or_insert_default();
    let mut schemas = vec![named::<Problem>(), named::<Order>(), named::<Frame>()];
    Problem::schemas(&mut schemas);
    Frame::schemas(&mut schemas);
    components.schemas.extend(schemas);
    let items = api.paths.paths.values_mut();
    let calls = items.flat_map(|item| [&mut item.get, &mut item.post]);
    for call in calls.flatten() {
        with_request_id(call);
    }
    api
}

fn with_request_id(call: &mut Operation) {
    for answer in call.responses.responses.values_mut() {
        if let RefOr::T(answer) = answer {
            let id = header("The request's name in the logs: the client's own, if it sent one.");
            answer.headers.insert("x-request-id".into(), id.into());
        }
    }
}

// What is answered.

/// The answers of one kind of call.
macro_rules! answers {
    ($($(#[$doc:meta])* $kind:ident = $answers:expr;)*) => { $(
        $(#[$doc])*
        pub enum $kind {}

        impl IntoResponses for $kind {
            fn responses() -> Answers {
                $answers
            }
        }
    )* };
}

answers! {
    /// Of a call that makes an order.
    Offered = told(
        201,
        order("The new order.").header("Location", header("Where the order is.")),
        &[too_many(), Error::ForeignOrigin, Error::TooLarge, Error::NotJson, invalid(), Error::Internal, Error::Away],
    );
    /// Of a call that changes an order.
    Changed = told(200, order("The order as it is now."), &[
        too_many(), Error::ForeignOrigin, Error::TooLarge, Error::NotJson, invalid(), unknown_order(), outdated(),
        refused(), Error::Internal, Error::Away,
    ]);
    /// Of a look at one order.
    One = {
        let known = ResponseBuilder::new().description("It is still as `If-None-Match` says.").header("ETag", etag());
        let mut answers = looked(order("The order."), &[unknown_order(), outdated()]);
        answers.insert("304".into(), known.build().into());
        answers
    };
    /// Of a look at what happened to one order.
    History = looked(
        several::<Event>("Its events, oldest first: all of them, for as long as the order is kept.", events()),
        &[unknown_order(), outdated()],
    );
    /// Of a look at many orders.
    Listed = looked(
        several::<Order>("The orders, newest first.", orders())
            .header("Last-Event-Id", header("A cursor for `/ws?since=`, from which no change to this list can be missed."))
            .header("Link", header("`<…>; rel=\"next\"` where more follow: the address of the next page.")),
        &[],
    );
    /// Beside what a call that cannot fail answers.
    Limited = refusals(&[too_many(), Error::TooLarge, Error::Internal]);
    /// Of the WebSocket's address.
    Upgraded = {
        let upgraded = ResponseBuilder::new().description("From here on it is a WebSocket: see `Frame`.");
        answers(101, upgraded, &[too_many(), Error::ForeignOrigin, invalid(), Error::NotAWebSocket, Error::Internal, Error::Full])
    };
}

fn told(status: u16, done: ResponseBuilder, refusals: &[Error]) -> Answers {
    let mut answers = answers(status, done, refusals);
    // These, and no others, are remembered under an `Idempotency-Key`.
    for status in ["200", "201", "409", "412"] {
        if let Some(RefOr::T(answer)) = answers.get_mut(status) {
            let replayed = header(
                "`true`, if an earlier request with this `Idempotency-Key` was answered so.",
            );
            answer
                .headers
                .insert("Idempotent-Replayed".into(), replayed.into());
        }
    }
    answers
}

fn looked(found: ResponseBuilder, refusals: &[Error]) -> Answers {
    let any = [
        too_many(),
        Error::TooLarge,
        invalid(),
        Error::Internal,
        Error::Away,
    ];
    answers(200, found, &[&any, refusals].concat())
}

fn answers(status: u16, done: ResponseBuilder, kinds: &[Error]) -> Answers {
    let mut answers = refusals(kinds);
    answers.insert(status.to_string(), done.build().into());
    answers
}

fn refusals(refusals: &[Error]) -> Answers {
    let mut kinds: BTreeMap<u16, Vec<&Error>> = BTreeMap::new();
    for refusal in refusals {
        kinds
            .entry(refusal.face().status)
            .or_default()
            .push(refusal);
    }
    kinds
        .into_iter()
        .map(|(status, kinds)| (status.to_string(), problems(status, &kinds).into()))
        .collect()
}

fn order(description: &str) -> ResponseBuilder {
    let content = ContentBuilder::new()
        .schema(Some(reference::<Order>()))
        .example(orders().into_iter().next());
    ResponseBuilder::new()
        .description(description)
        .header("ETag", etag())
        .content("application/json", content.build())
}

fn several<T: ToSchema>(description: &str, examples: Vec<Value>) -> ResponseBuilder {
    let content = ContentBuilder::new()
        .schema(Some(ArrayBuilder::new().items(reference::<T>())))
        .example(Some(examples.into()));
    ResponseBuilder::new()
        .description(description)
        .content("application/json", content.build())
}

/// All problems of one status.
fn problems(status: u16, kinds: &[&Error]) -> Response {
    let titles: Vec<_> = kinds.iter().map(|kind| kind.face().title).collect();
    let retry = kinds.iter().any(|kind| kind.retry_after().is_some());
    let answer = ResponseBuilder::new()
        .description(format!("{}.", titles.join("; ")))
        .content("application/problem+json", problem_content(status, kinds));
    let answer = match retry {
        true => answer.header(
            "Retry-After",
            described(
                ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .minimum(Some(1)),
                "Seconds until trying again makes sense.",
            ),
        ),
        false => answer,
    };
    match kinds.contains(&&Error::NotAWebSocket) {
        true => answer.header("Upgrade", header("`websocket`")).build(),
        false => answer.build(),
    }
}

fn problem_content(status: u16, kinds: &[&Error]) -> Content {
    let exact = ObjectBuilder::new()
        .property(
            "type",
            ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some(kinds.iter().map(|kind| Problem::address(kind)))),
        )
        .property(
            "status",
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .enum_values(Some([status])),
        );
    let exact = match status {
        422 => exact.required("errors"),
        _ => exact,
    };
    let schema = AllOfBuilder::new().item(reference::<Problem>()).item(exact);
    let examples = kinds.iter().map(|kind| {
        let example = ExampleBuilder::new()
            .summary(kind.face().title)
            .value(Some(json!(Problem::of(kind))));
        (kind.name(), example.build())
    });
    ContentBuilder::new()
        .schema(Some(Schema::from(schema)))
        .examples_from_iter(examples)
        .build()
}

fn header(description: &str) -> Header {
    described(ObjectBuilder::new().schema_type(Type::String), description)
}

fn described(schema: ObjectBuilder, description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(description))
        .build()
}

fn etag() -> Header {
    let version = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^\"[1-9][0-9]*\"$"));
    described(
        version,
        "The order's version, for `If-Match` and `If-None-Match`.",
    )
}

fn too_many() -> Error {
    Error::TooMany(1)
}

fn invalid() -> Error {
    Error::invalid("supplier_price", What::out_of_range("0.01", "10000.00"))
}

fn unknown_order() -> Error {
    Error::UnknownOrder(sample_id())
}

fn outdated() -> Error {
    Error::Outdated {
        version: 4,
        status: Status::Preparing,
    }
}

fn refused() -> Error {
    Refusal {
        status: Status::Preparing,
        asked: Verb::Dispatch,
        by: None,
    }
    .into()
}

/// One of each kind of problem that a client can meet.
pub fn all_problems() -> Vec<Error> {
    vec![
        invalid(),
        unknown_order(),
        Error::UnknownPath,
        Error::WrongMethod,
        refused(),
        outdated(),
        Error::ForeignOrigin,
        Error::TooLarge,
        Error::NotJson,
        Error::NotAWebSocket,
        too_many(),
        Error::Away,
        Error::Full,
        Error::Internal,
    ]
}

// What is given.

/// The parameters of one kind of call that do not come in its body.
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
    /// The version that it must still have.
    Precondition = [
        parameter(ParameterIn::Header, "If-Match", "The versions that the order may be at, as its `ETag` gave them; \
            `*` always holds. At any other it is answered with 412, and nothing is changed.",
            versions()),
    ];
    /// The version that the client has.
    Known = [
        parameter(ParameterIn::Header, "If-None-Match", "The version that you have, as its `ETag` gave it: if it is \
            still this one, the answer is 304.", ObjectBuilder::new().schema_type(Type::String).examples(["\"3\""])),
    ];
    /// What makes it safe to send a call again.
    Once = [
        parameter(ParameterIn::Header, "Idempotency-Key", "Sent again within 24 hours, the same request gets the first \
            answer (200, 201, 409 or 412) again, and acts once. The same key with another request is a 422.",
            text("^[!-~]{1,255}$")),
    ];
    /// Which orders a list shows.
    Wanted = [
        parameter(ParameterIn::Query, "status", "Only orders in this state.", reference::<Status>()),
        parameter(ParameterIn::Query, "supplier_name", "Only orders of exactly this supplier.", Name::given()),
        parameter(ParameterIn::Query, "limit", "How many at most; 500 without it.", limit()),
        parameter(ParameterIn::Query, "cursor", "Where the page begins: take it from `Link`.",
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom("uuid".into())))),
    ];
    /// Where a WebSocket begins.
    Since = [parameter(ParameterIn::Query, "since", "Where to begin. Without it: from now on, without signals.", schema::since())];
}

fn parameter(
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

/// Any version, or one of some.
fn versions() -> OneOfBuilder {
    OneOfBuilder::new()
        .item(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some(["*"])),
        )
        .item(text(r#"^"[1-9][0-9]{0,8}"(?:, ?"[1-9][0-9]{0,8}")*$"#).examples(["\"3\""]))
}

fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern))
}

fn limit() -> ObjectBuilder {
    let (least, most) = super::orders::Limit::LIMITS;
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(u32::from(least)))
        .maximum(Some(u32::from(most)))
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

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                for part in [named::<Price>(), named::<Markup>(), named::<Minutes>()] {
                    schemas.push(part);
                }
            }
        }
    )* };
}

bodies! {
    /// What a supplier offers.
    OfferBody = object()
        .property("supplier_name", Name::given()).required("supplier_name")
        .property("pizza_name", Name::given()).required("pizza_name")
        .property("supplier_price", reference::<Price>()).required("supplier_price")
        .property("markup_percentage", optional(reference::<Markup>()).default(Some(json!(Markup::default()))))
        .examples([offer_example()]);
    /// A supplier's answer.
    AnswerBody = OneOfBuilder::new()
        .item(object()
            .title(Some("Accept"))
            .property("accept", exactly(true)).required("accept")
            .property("notes", optional(Notes::given_or_blank()))
            .property("estimated_time", optional(reference::<Minutes>())))
        .item(object()
            .title(Some("Reject"))
            .property("accept", exactly(false)).required("accept")
            .property("notes", optional(Notes::given_or_blank()))
            .property("estimated_time", ObjectBuilder::new().schema_type(Type::Null)))
        .examples([answer_example(), json!({"accept": false, "notes": "Sold out"})]);
    /// A customer's acceptance.
    TakeBody = object()
        .property("customer_name", Name::given()).required("customer_name")
        .property("delivery_address", Address::given()).required("delivery_address")
        .examples([take_example()]);
    /// The assignment of a driver.
    DispatchBody = object()
        .property("driver_name", Name::given()).required("driver_name")
        .examples([json!({"driver_name": "Jonas"})]);
    /// A step that needs nothing but the state that it leads to.
    StatusBody = object()
        .property("status", schema::settable()).required("status")
        .examples([json!({"status": Status::Preparing})]);
}

fn object() -> ObjectBuilder {
    ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

fn exactly(value: bool) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Boolean)
        .enum_values(Some([value]))
}

/// `null` is absent.
fn optional(schema: impl Into<RefOr<Schema>>) -> OneOfBuilder {
    OneOfBuilder::new()
        .item(schema)
        .item(ObjectBuilder::new().schema_type(Type::Null))
}

fn named<T: ToSchema>() -> (String, RefOr<Schema>) {
    (T::name().into(), T::schema())
}

// The examples: the first moves of an order's day.

fn offer_example() -> Value {
    json!({"supplier_name": "Bella Napoli", "pizza_name": "Diavola", "supplier_price": 9.5, "markup_percentage": 30})
}

fn answer_example() -> Value {
    json!({"accept": true, "notes": "Really hot", "estimated_time": 25})
}

fn take_example() -> Value {
    json!({"customer_name": "Nguyễn Thị Minh Khai", "delivery_address": "Kurze Gasse 1"})
}

fn sample_id() -> OrderId {
    OrderId(uuid::Uuid::from_u128(
        0x019c_6b2f_7a40_7c3e_9d49_ffaa_7fd6_a7aa,
    ))
}

fn second(n: i64) -> Time {
    Time::from_millis(1_771_324_200_000 + n * 1_000)
}

/// The order after each of the moves, oldest first, and what that is called.
fn day() -> Vec<(Order, EventType)> {
    let Ok(offer) = Offer::read(fields(offer_example())) else {
        return Vec::new();
    };
    let mut day = vec![Order::new(sample_id(), offer, second(0))];
    let moves: [(Read, Value); 2] = [
        (Command::read_answer, answer_example()),
        (Command::read_take, take_example()),
    ];
    for ((read, body), n) in moves.into_iter().zip(1..) {
        let before = day.last().map(|(order, _)| order.clone());
        let command = read(fields(body)).ok();
        let after = before
            .zip(command)
            .and_then(|(order, command)| order.apply(command, None, second(40 * n)).ok());
        day.extend(after);
    }
    day
}

fn orders() -> Vec<Value> {
    let newest = day().pop();
    newest.into_iter().map(|(order, _)| json!(order)).collect()
}

fn events() -> Vec<Value> {
    let numbered = day().into_iter().zip(1..);
    numbered
        .map(|((order, event_type), n)| {
            let timestamp = order.updated_at;
            json!({"event_type": event_type, "order": order, "timestamp": timestamp, "id": format!("9d49ffaa7fd6a7aa-{n}")})
        })
        .collect()
}

fn fields(body: Value) -> Fields {
    let mut fields = Fields::default();
    let members = body.as_object().into_iter().flatten();
    for (name, value) in members {
        if let Ok(raw) = to_raw_value(value) {
            fields.add(name, Given::Json(raw));
        }
    }
    fields
}
