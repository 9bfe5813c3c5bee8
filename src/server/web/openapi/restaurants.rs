//! The calls of pizzerias, for the description: their parameters, bodies and responses.

use super::{
    basket_schemas::{amount, degrees, flag, list, number},
    components::{bodies, object, parameter, parameters, text, versions, within},
    examples::{
        self, name_taken, not_yours, precondition_required, shop_outdated, unknown_restaurant,
    },
    responses::{Responses, etag, header, json_of, of_command, of_query, responses, several},
    schemas::{described, or_null, reference},
    shop_schemas::{RestaurantEvent, requested},
    text_schemas::{TextSchema, string},
};
use crate::{
    domain::{
        Markup, Name, Notes,
        shop::{
            Exception, Hours, OrderRules,
            basket::Point,
            card::Card,
            code::Code,
            counter::Counter,
            counter_input::{BusyMinutes, ExtraMinutes, Lasts, PauseMinutes},
            profile::{Profile, TaxSettings},
            slug::Slug,
        },
    },
    server::web::rest::params::ShopLimit,
};
use serde_json::json;
use std::borrow::Cow;
use utoipa::{
    IntoParams, IntoResponses, PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ObjectBuilder, RefOr, Required, Schema, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

parameters! {
    /// The pizzeria that a call is about.
    RestaurantInPath = [
        ParameterBuilder::new()
            .name("r")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("The pizzeria's id, its slug, or one that it had."))
            .schema(Some(text("^(?:[a-z0-9-]{2,60}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$")
                .examples(["bella-napoli"])))
            .build(),
    ];
    /// The version that a document must still have.
    Version = [
        parameter(ParameterIn::Header, "If-Match", "The versions that it may be at, as its `ETag` gave them; `*` always \
            holds. Without it, nothing is saved, and the answer is 428; at any other it is 412.", versions()),
    ];
    /// Where somebody asks from.
    Places = [
        postcode(),
        parameter(ParameterIn::Query, "lat", "For this place, with `lon`: degrees, with at most five decimals.", degrees(90)),
        parameter(ParameterIn::Query, "lon", "For this place, with `lat`.", degrees(180)),
    ];
    /// Which pizzerias a list holds.
    RestaurantsQuery = [
        parameter(ParameterIn::Query, "q", "Only those with this in their name, a tag or a dish.", requested::<100>()),
        parameter(ParameterIn::Query, "open", "Only those that are open now, or are not.", ObjectBuilder::new().schema_type(Type::Boolean)),
        postcode(),
        parameter(ParameterIn::Query, "tag", "Only those with this tag.", requested::<30>()),
    ];
    /// A page of a list.
    Page = [
        parameter(ParameterIn::Query, "limit", "How many at most; 50 without it.", within(ShopLimit::LIMITS)),
        parameter(ParameterIn::Query, "cursor", "Where the page begins: take it from `Link`.",
            ObjectBuilder::new().schema_type(Type::String)),
    ];
}

fn postcode() -> Parameter {
    let what = "For this postcode: whether it delivers there, and for how much.";
    parameter(ParameterIn::Query, "postcode", what, requested::<12>())
}

bodies! {
    /// What a pizzeria says of itself.
    RestaurantBody = object()
        .property("name", described::<Name>("No other pizzeria has it, in capitals or not.")).required("name")
        .property("address", address()).required("address")
        .property("time_zone", string("The name of a time zone, by IANA.").examples(["Europe/Berlin"])).required("time_zone")
        .property("slug", or_null(described::<Slug>("Made from the name unless given.")))
        .property("about", or_null(Notes::requested_or_blank()))
        .property("tags", or_null(ArrayBuilder::new().items(requested::<30>()).max_items(Some(8))))
        .property("phone", or_null(phone()))
        .property("point", or_null(reference::<Point>()))
        .property("listed", or_null(flag("Whether it is in lists, and takes orders: true unless given.")))
        .property("hours", or_null(described::<Hours>("Closed unless given.")))
        .property("exceptions", or_null(list::<Exception>().max_items(Some(60))))
        .property("orders", or_null(described_rules()))
        .property("areas", or_null(ArrayBuilder::new().items(area()).max_items(Some(40))))
        .property("tax", or_null(described::<TaxSettings>("Included at 0 % unless given.")))
        .property("markup_percentage", or_null(described::<Markup>("Up to 100; 0 unless given.")))
        // What GET answers beside it is read over by PUT.
        .property("id", ignored(Type::String))
        .property("former_slugs", list::<Slug>())
        .property("created_at", ignored(Type::String))
        .property("updated_at", ignored(Type::String))
        .property("version", ignored(Type::Integer))
        .property("now", ignored(Type::Object))
        .examples([examples::restaurant_body()]);
    /// How long a pizzeria takes no orders.
    PauseBody = object()
        .property("minutes", or_null(within(PauseMinutes::LIMITS).description(Some("For so long; without it until it is resumed."))))
        .property("reason", or_null(requested::<140>()))
        .examples([json!({"minutes": 30, "reason": "Oven broken"})]);
    /// How busy a kitchen is.
    BusyBody = object()
        .property("extra_minutes", within((0, ExtraMinutes::MAX)).description(Some("5 to 120 more minutes for each order; 0 ends it.")))
        .required("extra_minutes")
        .property("for_minutes", or_null(within(BusyMinutes::LIMITS).description(Some("For how long: 60 unless given."))))
        .examples([json!({"extra_minutes": 15, "for_minutes": 60})]);
    /// What is sold out, or is not any more: an item, or an option of a group.
    SoldOutBody = object()
        .property("item", or_null(reference::<Code>()))
        .property("group", or_null(reference::<Code>()))
        .property("option", or_null(reference::<Code>()))
        .property("sold_out", flag("Whether it is.")).required("sold_out")
        .property("until", or_null(Schema::from(string("When it is back: `closing` unless given, which is the end of the open \
            hours, else of the next ones; where it never closes, the next 04:00.")
            .enum_values(Some(Lasts::ALL.iter().map(|lasts| lasts.name()))))))
        .examples([json!({"item": "diavola", "sold_out": true, "until": "closing"})]);
}

/// An address that comes in.
fn address() -> ObjectBuilder {
    object()
        .property("street", Name::requested())
        .required("street")
        .property("postcode", requested::<12>())
        .required("postcode")
        .property("town", requested::<60>())
        .required("town")
}

fn phone() -> Schema {
    let phone = string("5 to 20 digits, blanks and `+-()/`.").pattern(Some("^[-0-9 +()/]{5,20}$"));
    phone.into()
}

/// The rules for orders: each has its own value where it is not given.
fn described_rules() -> RefOr<Schema> {
    match OrderRules::schema() {
        RefOr::T(Schema::Object(mut rules)) => {
            rules.required.clear();
            Schema::Object(rules).into()
        }
        other => other,
    }
}

/// A delivery area that comes in.
fn area() -> ObjectBuilder {
    let postcodes = ArrayBuilder::new()
        .items(requested::<12>())
        .max_items(Some(200));
    let within = number("Metres from the pizzeria's point.", 100).maximum(Some(50_000));
    let minutes = ArrayBuilder::new()
        .items(number("Minutes.", 1).maximum(Some(180)))
        .min_items(Some(2))
        .max_items(Some(2));
    object()
        .property("name", requested::<60>())
        .required("name")
        .property("postcodes", or_null(postcodes))
        .property("within", or_null(within))
        .property("fee", or_null(amount("0 unless given.")))
        .property("minimum", or_null(amount("0 unless given.")))
        .property(
            "free_from",
            or_null(amount("From these goods on there is no fee.")),
        )
        .property("minutes", minutes)
        .required("minutes")
}

/// What is read over.
fn ignored(kind: Type) -> ObjectBuilder {
    let ignored = "As `GET` answers it; it is read over by `PUT`, and unknown to `POST`.";
    ObjectBuilder::new()
        .schema_type(kind)
        .description(Some(ignored))
}

responses! {
    /// Of a call that opens a pizzeria.
    Created = of_command(
        201,
        json_of::<Profile>("The new pizzeria.")
            .header("ETag", etag())
            .header("Location", header("Where the pizzeria is.")),
        &[not_yours(), name_taken()],
    );
    /// Of a call that saves a profile.
    SavedProfile = of_command(200, json_of::<Profile>("The pizzeria as it is now.").header("ETag", etag()), &[
        unknown_restaurant(), not_yours(), precondition_required(), shop_outdated(), name_taken(),
    ]);
    /// Of a call that reads one pizzeria.
    ProfileAnswer = of_query(json_of::<Profile>("The pizzeria.").header("ETag", etag()), &[unknown_restaurant()]);
    /// Of a call that reads a list of pizzerias.
    Listed = of_query(
        several::<Card>("The pizzerias, by name.", Vec::new())
            .header("Last-Event-Id", header("A cursor for `/ws?since=`, from which no change to this list can be missed."))
            .header("Link", header("`<…>; rel=\"next\"` where more follow: the address of the next page.")),
        &[],
    );
    /// Of a call that reads what has happened to a pizzeria.
    RestaurantHistory = of_query(
        several::<RestaurantEvent>("What has happened, newest first.", Vec::new())
            .header("Link", header("`<…>; rel=\"next\"` where more follow: the address of the next page.")),
        &[unknown_restaurant()],
    );
    /// Of a call at the counter.
    CounterAnswer = of_command(200, json_of::<Counter>("The counter as it is now."), &[unknown_restaurant(), not_yours()]);
}
