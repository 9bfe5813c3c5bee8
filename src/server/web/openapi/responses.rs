//! The responses of each kind of call, for the description: that of success, and each problem that it can meet.

use super::{
    examples::{
        self, code_needed, internal, invalid, not_allowed, not_signed_in, not_yours, outdated,
        refused, too_late, too_many, unavailable, unknown_order, weak_tag, wrong_credentials,
    },
    schemas::reference,
};
use crate::{
    domain::{Event, Order},
    server::web::{
        problem::{Problem, ProblemDetails},
        rest::answers::{Me, TokenAnswer},
    },
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        ArrayBuilder, Content, ContentBuilder, Header, HeaderBuilder, ObjectBuilder, RefOr,
        Response, ResponseBuilder, Type, example::ExampleBuilder,
    },
};

pub(super) type Responses = BTreeMap<String, RefOr<Response>>;

/// The responses of one kind of call.
macro_rules! responses {
    ($($(#[$doc:meta])* $kind:ident = $responses:expr;)*) => { $(
        $(#[$doc])*
        pub enum $kind {}

        impl IntoResponses for $kind {
            fn responses() -> Responses {
                $responses
            }
        }
    )* };
}

pub(super) use responses;

responses! {
    /// Of a call that creates an order.
    Offered = of_command(
        201,
        order("The new order.").header("Location", header("Where the order is.")),
        &[not_yours()],
    );
    /// Of a call that changes an order.
    Changed = of_command(200, order("The order as it is now."), &[
        unknown_order(), not_yours(), outdated(), weak_tag(), refused(), too_late(),
    ]);
    /// Of a call that reads one order.
    OrdersPage = {
        let known = ResponseBuilder::new().description("It is still as `If-None-Match` says.").header("ETag", etag());
        let mut responses = of_query(order("The order."), &[unknown_order(), outdated(), weak_tag()]);
        responses.insert("304".into(), known.build().into());
        responses
    };
    /// Of a call that reads the events of one order.
    History = of_query(
        several::<Event>("Its events, oldest first: all of them, for as long as the order is kept.", examples::events()),
        &[unknown_order(), outdated(), weak_tag()],
    );
    /// Of a call that reads a list of orders.
    Listed = of_query(
        several::<Order>("The orders, newest first.", examples::orders())
            .header("Last-Event-Id", header("A cursor for `/ws?since=`, from which no change to this list can be missed."))
            .header("Link", header("`<…>; rel=\"next\"` where more follow: the address of the next page.")),
        &[],
    );
    /// The problems of a call that depends on nothing.
    Limited = problems(&[Problem::WrongHost, too_many(), Problem::TooLarge, internal()]);
    /// The problems of the metrics.
    MetricsLimited = problems(&[too_many()]);
    /// Of a call that asks for a token.
    TokenGiven = of_account(200, json_of::<TokenAnswer>("The tokens."), &[
        Problem::NotJson, invalid(), not_signed_in(), wrong_credentials(), code_needed(), not_allowed(), unavailable(),
    ]);
    /// Of a call that ends a session.
    SignedOut = of_account(204, ResponseBuilder::new().description("The session has ended."), &[
        Problem::NotJson, invalid(), not_signed_in(), unavailable(),
    ]);
    /// Of a call that asks who one is.
    Known = of_account(200, json_of::<Me>("Who one is."), &[not_signed_in(), unavailable()]);
    /// Of the WebSocket's address.
    Upgraded = {
        let upgraded = ResponseBuilder::new().description("From here on it is a WebSocket: see `Frame`.");
        with_problems(101, upgraded, &[
            Problem::WrongHost, too_many(), not_signed_in(), Problem::ForeignOrigin, not_allowed(), invalid(), Problem::NotAWebSocket, internal(),
            Problem::ConnectionLimitReached,
        ])
    };
}

pub(super) fn of_command(status: u16, success: ResponseBuilder, own: &[Problem]) -> Responses {
    let any = [
        Problem::WrongHost,
        too_many(),
        not_signed_in(),
        Problem::ForeignOrigin,
        not_allowed(),
        Problem::TooLarge,
        Problem::NotJson,
        invalid(),
        internal(),
        unavailable(),
    ];
    let mut responses = with_problems(status, success, &[&any, own].concat());
    // These, and no others, are stored under an `Idempotency-Key`.
    for status in ["200", "201", "409", "412"] {
        if let Some(RefOr::T(response)) = responses.get_mut(status) {
            let replayed = header(
                "`true`, if an earlier request with this `Idempotency-Key` was answered so.",
            );
            response
                .headers
                .insert("Idempotent-Replayed".into(), replayed.into());
        }
    }
    responses
}

fn of_account(status: u16, success: ResponseBuilder, own: &[Problem]) -> Responses {
    let any = [
        Problem::WrongHost,
        too_many(),
        Problem::ForeignOrigin,
        Problem::TooLarge,
        internal(),
    ];
    with_problems(status, success, &[&any, own].concat())
}

pub(super) fn json_of<T: ToSchema>(description: &str) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(reference::<T>()));
    ResponseBuilder::new()
        .description(description)
        .content("application/json", content.build())
}

pub(super) fn of_query(success: ResponseBuilder, own: &[Problem]) -> Responses {
    let any = [
        Problem::WrongHost,
        too_many(),
        not_signed_in(),
        Problem::TooLarge,
        invalid(),
        internal(),
        unavailable(),
    ];
    with_problems(200, success, &[&any, own].concat())
}

fn with_problems(status: u16, success: ResponseBuilder, kinds: &[Problem]) -> Responses {
    let mut responses = problems(kinds);
    responses.insert(status.to_string(), success.build().into());
    responses
}

/// One response for each status of these problems.
fn problems(kinds: &[Problem]) -> Responses {
    let mut by_status: BTreeMap<u16, Vec<&Problem>> = BTreeMap::new();
    for kind in kinds {
        let status = kind.status().as_u16();
        by_status.entry(status).or_default().push(kind);
    }
    by_status
        .into_iter()
        .map(|(status, kinds)| (status.to_string(), problem(&kinds).into()))
        .collect()
}

fn order(description: &str) -> ResponseBuilder {
    let content = ContentBuilder::new()
        .schema(Some(reference::<Order>()))
        .example(examples::orders().into_iter().next());
    ResponseBuilder::new()
        .description(description)
        .header("ETag", etag())
        .content("application/json", content.build())
}

pub(super) fn several<T: ToSchema>(description: &str, examples: Vec<Value>) -> ResponseBuilder {
    let content = ContentBuilder::new()
        .schema(Some(ArrayBuilder::new().items(reference::<T>())))
        .example(Some(examples.into()));
    ResponseBuilder::new()
        .description(description)
        .content("application/json", content.build())
}

/// All problems of one status.
fn problem(kinds: &[&Problem]) -> Response {
    let named = |kind: &&Problem| format!("{} (`{}`)", kind.title(), kind.address());
    let names: Vec<_> = kinds.iter().map(named).collect();
    let mut response = ResponseBuilder::new()
        .description(format!("{}.", names.join("; ")))
        .content("application/problem+json", problem_content(kinds));
    if kinds.iter().any(|kind| kind.retry_after().is_some()) {
        let seconds = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1));
        let retry = described(seconds, "Seconds until trying again makes sense.");
        response = response.header("Retry-After", retry);
    }
    if kinds.iter().any(|kind| kind.status() == 401) {
        let scheme = header("`Bearer realm=\"pizza-market\"`");
        response = response.header("WWW-Authenticate", scheme);
    }
    if kinds.contains(&&Problem::NotAWebSocket) {
        response = response
            .header("Connection", header("`upgrade`"))
            .header("Upgrade", header("`websocket`"))
            .header("Sec-WebSocket-Version", header("`13`"));
    }
    response.build()
}

/// One schema for all: a generator makes a type of each other one. Which problems come with this status, the examples say.
fn problem_content(kinds: &[&Problem]) -> Content {
    let examples = kinds.iter().map(|kind| {
        let example = ExampleBuilder::new()
            .summary(kind.title())
            .value(Some(json!(ProblemDetails::from(*kind))));
        (kind.name(), example.build())
    });
    ContentBuilder::new()
        .schema(Some(reference::<ProblemDetails>()))
        .examples_from_iter(examples)
        .build()
}

pub fn header(description: &str) -> Header {
    described(ObjectBuilder::new().schema_type(Type::String), description)
}

fn described(schema: ObjectBuilder, description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(description))
        .build()
}

pub(super) fn etag() -> Header {
    let version = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^\"[1-9][0-9]*\"$"));
    described(version, "Its version, for `If-Match` and `If-None-Match`.")
}
