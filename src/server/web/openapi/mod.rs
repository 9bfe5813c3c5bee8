//! The description of the API (OpenAPI 3.1), made from the program's own routes and types: what stands around the calls.
//!
//! The examples are made by the market's own rules, and the problems by what answers them, so that none of it can be
//! wrong alone.

mod accounts;
mod basket_schemas;
mod calls;
pub mod checkout;
pub mod components;
pub mod docs;
mod examples;
mod menu_schemas;
pub mod menus;
pub mod page;
pub mod responses;
pub mod restaurants;
pub mod schemas;
mod shop_schemas;
mod text_schemas;

use super::problem::ProblemDetails;
use crate::server::config::Config;
use utoipa::{
    ToSchema,
    openapi::{
        InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, RefOr, Schema, ServerBuilder,
        path::Operation, tag::TagBuilder,
    },
};

/// Everything but the calls.
pub fn beginning(config: &Config) -> OpenApi {
    let license = LicenseBuilder::new().name("MIT").identifier(Some("MIT"));
    let info = InfoBuilder::new()
        .title("Pizza Market")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("api.md")))
        .license(Some(license.build()));
    let accounts = config.auth.is_required().then_some((
        "Accounts",
        "Signing in, for programs: a token, or an API key, goes into `Authorization: Bearer`.",
    ));
    let tags = [
        (
            "Orders",
            "Offer, accept, take, bake, bring: the calls of the contract.",
        ),
        (
            "Pizzerias",
            "Who sells from a menu: what they say of themselves, and what holds there now.",
        ),
        (
            "Menus",
            "What a pizzeria sells: each edit is live at once, and answers what undoes it.",
        ),
        ("Live", "Every change, as it happens."),
        ("Operation", "For those who run the market."),
    ];
    let tags = accounts.into_iter().chain(tags);
    let tags =
        tags.map(|(name, says)| TagBuilder::new().name(name).description(Some(says)).build());
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .tags(Some(tags.collect::<Vec<_>>()))
        .build()
}

/// Adds the schemas, and what every answer has.
pub fn finish(mut api: OpenApi, config: &Config) -> OpenApi {
    let components = api.components.get_or_insert_default();
    components.schemas.extend(schemas::all());
    components.schemas.extend(basket_schemas::all());
    components.schemas.extend(shop_schemas::all());
    components.schemas.extend(menu_schemas::all());
    components.schemas.extend(checkout::all());
    let mut problem = vec![schemas::named::<ProblemDetails>()];
    ProblemDetails::schemas(&mut problem);
    components.schemas.extend(problem);
    let described = ProblemDetails::name();
    if let Some(RefOr::T(Schema::Object(problem))) = components.schemas.get_mut(&*described) {
        problem.properties.extend(shop_schemas::problem_members());
        problem.properties.extend(checkout::problem_members());
    }
    let items = api.paths.paths.values_mut();
    for call in items.flat_map(calls::of) {
        with_request_id(call);
        calls::need_no_more(call);
    }
    match config.auth.is_required() {
        true => accounts::add(&mut api),
        false => accounts::leave_out(&mut api),
    }
    api
}

fn with_request_id(call: &mut Operation) {
    for answer in call.responses.responses.values_mut() {
        if let RefOr::T(answer) = answer {
            let id = responses::header(
                "The request's name in the logs: the client's own, if it sent one.",
            );
            answer.headers.insert("x-request-id".into(), id.into());
        }
    }
}
