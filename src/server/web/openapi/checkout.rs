//! The calls of ordering from a menu, for the description: their parameters, bodies, answers and problems.

use super::{
    basket_schemas::{list, number},
    components::{bodies, object, parameter, parameters, within},
    examples::{
        below_minimum, not_delivered_there, not_open, paused, quote_changed, slot_full, sold_out,
        unknown_restaurant,
    },
    responses::{Responses, header, json_of, of_command, of_query, responses, several},
    schemas::{Required, described, has_schema, named, or_null, reference},
    shop_schemas::requested,
    text_schemas::{TextSchema, string},
};
use crate::{
    domain::{
        Cents, Name, Notes, Order, Time,
        shop::{
            basket::{Bill, Line, Part, Point, Promise},
            code::Code,
            request::{MAX_LINES, MAX_QUANTITY},
        },
    },
    server::{
        services::shops::refusal::{OfferedSlot, Quote},
        web::rest::params::SlotPieces,
    },
};
use serde_json::{Value, json};
use std::borrow::Cow;
use utoipa::{
    IntoParams, IntoResponses, PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ObjectBuilder, RefOr, Schema,
        path::{Parameter, ParameterIn},
        schema::{SchemaFormat, Type},
    },
};

has_schema! {
    Quote, "Quote": ObjectBuilder::new()
        .description(Some("What an order costs, and when it is at the door. It is stored nowhere."))
        .field("lines", list::<Line>())
        .field("bill", reference::<Bill>())
        .field("promise", or_null(reference::<Promise>()))
        .field("slot", or_null(described::<Time>("The beginning of the slot that it is for. `null` where no time is asked for.")))
        .field("good_until", or_null(described::<Time>("The last moment at which this slot is possible if nothing else changes.")))
        .field("menu_revision", number("The revision of the menu that it was made from.", 1));
    OfferedSlot, "Slot": ObjectBuilder::new()
        .description(Some("A slot that can be ordered for."))
        .field("slot", described::<Time>("When it begins: `when` of an order."))
        .field("from", described::<Time>("At your door: no sooner."))
        .field("to", described::<Time>("At your door: no later."))
        .field("label", string("The same in the time of the pizzeria, like `19:35-19:55`."))
        .field("left", number("For how many orders it has room.", 0));
}

/// The name and the schema of each type.
pub fn all() -> Vec<(String, RefOr<Schema>)> {
    vec![named::<Quote>(), named::<OfferedSlot>()]
}

/// What the problems of these calls have beside what each has.
pub fn problem_members() -> Vec<(String, RefOr<Schema>)> {
    let until = "Until when no orders are taken, with `paused`: `null` until they are again.";
    let opens = "When it opens, with `not-open` and `slot-full`: `null` where it is open.";
    let lines = ArrayBuilder::new()
        .items(number("A line, counted from 0.", 0))
        .description(Some("What cannot be had, with `sold-out`."));
    let missing = "What is missing to the minimum, with `below-minimum`.";
    let members: [(&str, RefOr<Schema>); 6] = [
        ("until", or_null(described::<Time>(until)).into()),
        ("opens_at", or_null(described::<Time>(opens)).into()),
        ("slots", Schema::from(list::<OfferedSlot>()).into()),
        ("lines", Schema::from(lines).into()),
        ("quote", reference::<Quote>()),
        ("missing", described::<Cents>(missing)),
    ];
    let named = members.into_iter();
    named.map(|(name, of)| (name.to_owned(), of)).collect()
}

parameters! {
    /// Which slots are asked for.
    SlotsQuery = [
        parameter(ParameterIn::Query, "date", "The date at the pizzeria on which they begin: today unless given.",
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom("date".into())))),
        parameter(ParameterIn::Query, "pieces", "How much room the order takes: the pieces of its lines, 1 unless given.",
            within(SlotPieces::LIMITS)),
    ];
}

bodies! {
    /// What is asked the price of.
    QuoteBody = wanted().examples([quote_example()]);
    /// What is ordered.
    DirectOrderBody = wanted()
        .required("when")
        .property("customer_name", Name::requested()).required("customer_name")
        .property("phone", string("5 to 20 digits, blanks and `+-()/`.").pattern(Some("^[-0-9 +()/]{5,20}$"))).required("phone")
        .property("notes", or_null(Notes::requested_or_blank()))
        .property("agreed_total", described::<Cents>("What you pay at most: `to_pay` of the quote.")).required("agreed_total")
        .property("agreed_until", described::<Time>("When it is there at the latest: the end of the quote's promise."))
        .required("agreed_until")
        .examples([order_example()]);
}

fn wanted() -> ObjectBuilder {
    let when = string("`asap`, or when a slot begins; without it there is no promise.");
    object()
        .property(
            "lines",
            ArrayBuilder::new()
                .items(line())
                .min_items(Some(1))
                .max_items(Some(MAX_LINES)),
        )
        .required("lines")
        .property("place", place())
        .required("place")
        .property("when", or_null(Schema::from(when)))
}

fn line() -> ObjectBuilder {
    let choice = object()
        .property("group", reference::<Code>())
        .required("group")
        .property("option", reference::<Code>())
        .required("option")
        .property("part", or_null(reference::<Part>()))
        .property("count", or_null(within((1, MAX_QUANTITY as u16))));
    let left_out = object()
        .property("name", requested::<60>())
        .required("name")
        .property("part", or_null(reference::<Part>()));
    object()
        .property("item", reference::<Code>())
        .required("item")
        .property("size", or_null(reference::<Code>()))
        .property("quantity", or_null(within((1, MAX_QUANTITY as u16))))
        .property("half", or_null(reference::<Code>()))
        .property("options", or_null(ArrayBuilder::new().items(choice)))
        .property("without", or_null(ArrayBuilder::new().items(left_out)))
        .property("note", or_null(requested::<140>()))
}

/// A quote needs a postcode or a point, an order the address.
fn place() -> ObjectBuilder {
    object()
        .property("street", or_null(requested::<100>()))
        .property("postcode", or_null(requested::<12>()))
        .property("town", or_null(requested::<60>()))
        .property("point", or_null(reference::<Point>()))
}

fn quote_example() -> Value {
    json!({
        "lines": [{
            "item": "diavola", "size": "l", "half": "funghi",
            "options": [{"group": "top", "option": "olives", "part": "left"}]
        }],
        "place": {"postcode": "10115"},
        "when": "asap"
    })
}

fn order_example() -> Value {
    let mut order = quote_example();
    order["place"] = json!({"street": "Kurze Gasse 1", "postcode": "10115", "town": "Berlin"});
    let more = json!({
        "customer_name": "Ana", "phone": "030 1234567", "agreed_total": 15.5,
        "agreed_until": "2026-11-30T19:55:00.000Z"
    });
    if let (Some(order), Some(more)) = (order.as_object_mut(), more.as_object()) {
        order.extend(more.clone());
    }
    order
}

responses! {
    /// Of a call that asks for a price.
    Quoted = of_command(200, json_of::<Quote>("What it would cost."), &[
        unknown_restaurant(), paused(), not_open(), sold_out(), slot_full(), below_minimum(), not_delivered_there(),
    ]);
    /// Of a call that asks for slots.
    Slots = of_query(several::<OfferedSlot>("The slots, in the order of time.", Vec::new()), &[
        unknown_restaurant(), not_delivered_there(),
    ]);
    /// Of a call that orders.
    Ordered = of_command(
        201,
        json_of::<Order>("The new order.")
            .header("ETag", super::responses::etag())
            .header("Location", header("Where the order is.")),
        &[
            unknown_restaurant(), paused(), not_open(), sold_out(), slot_full(), quote_changed(), below_minimum(),
            not_delivered_there(),
        ],
    );
}
