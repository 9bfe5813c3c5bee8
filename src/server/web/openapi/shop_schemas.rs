//! What a pizzeria is, as JSON Schema: its profile, its counter, and what holds there now.

use super::{
    basket_schemas::{amount, flag, list, number, text},
    schemas::{Required, described, has_schema, named, or_null, reference},
    text_schemas::{TextSchema, string},
};
use crate::domain::{
    AccountId, Cents, Cursor, Markup, Name, Notes, ShopKind, Text, Time,
    shop::{
        Exception, Hours, OrderRules, Weekday,
        area::Area,
        basket::{Point, TaxMode, TaxRate},
        card::Card,
        code::Code,
        counter::{Busy, Counter, Pause, SoldOut},
        now::{AreaNow, Now, Soonest},
        profile::{Profile, StreetAddress, TaxRates, TaxSettings},
        slug::Slug,
    },
};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, schema::SchemaFormat},
};

/// An entry of the history of a pizzeria.
pub enum RestaurantEvent {}

has_schema! {
    Slug, "Slug": string("The part of an address that names a pizzeria. It is one pizzeria's permanently.")
        .pattern(Some("^[a-z0-9-]{2,60}$"));
    StreetAddress, "StreetAddress": ObjectBuilder::new()
        .description(Some("Where a pizzeria is."))
        .field("street", reference::<Name>())
        .field("postcode", text::<12>("The postcode"))
        .field("town", text::<60>("The town"));
    Hours, "OpeningHours": week();
    Exception, "HoursException": ObjectBuilder::new()
        .description(Some("What begins on one local date, in place of the hours of the week."))
        .field("date", date())
        .field("hours", spans())
        .field("note", or_null(reference::<Name>()));
    OrderRules, "OrderRules": rules();
    Area, "DeliveryArea": ObjectBuilder::new()
        .description(Some("Where a pizzeria delivers to. It has postcodes or a distance; the first area that has an address counts."))
        .field("name", text::<60>("Its name"))
        .field("postcodes", or_null(ArrayBuilder::new().items(string("One postcode, or all that begin alike: `10115`, `101*`."))))
        .field("within", or_null(number("Metres from the pizzeria's point.", 100)))
        .field("fee", amount("What a delivery costs."))
        .field("minimum", amount("What the goods have to come to."))
        .field("free_from", or_null(amount("From these goods on there is no fee.")))
        .field("minutes", minutes());
    TaxRates, "TaxRates": ObjectBuilder::new()
        .description(Some("The rate of each class."))
        .field("food", reference::<TaxRate>())
        .field("drink", reference::<TaxRate>())
        .field("delivery", reference::<TaxRate>());
    TaxSettings, "TaxSettings": ObjectBuilder::new()
        .description(Some("How a pizzeria is taxed."))
        .field("mode", reference::<TaxMode>())
        .field("rates", reference::<TaxRates>());
    Profile, "Restaurant": has_profile(true)
        .description(Some("What a pizzeria says of itself, and where `now` is, what holds there at this moment."))
        .property("now", reference::<Now>());
    Card, "RestaurantCard": has_profile(false)
        .description(Some("A pizzeria in a list: without its hours and areas."))
        .field("now", reference::<Now>());
    Pause, "Pause": ObjectBuilder::new()
        .description(Some("No orders are taken."))
        .field("until", or_null(described::<Time>("`null` until they are taken again.")))
        .field("reason", or_null(text::<140>("Why")));
    Busy, "BusyState": ObjectBuilder::new()
        .description(Some("The kitchen needs more minutes for each order."))
        .field("extra_minutes", number("How many more.", 5))
        .field("until", reference::<Time>());
    SoldOut, "SoldOut": ObjectBuilder::new()
        .description(Some("An item, or an option of a group, that cannot be ordered."))
        .property("item", reference::<Code>())
        .property("group", reference::<Code>())
        .property("option", reference::<Code>())
        .field("until", or_null(described::<Time>("`null` until it is put back.")));
    Counter, "Counter": ObjectBuilder::new()
        .description(Some("What holds at a pizzeria. What is over by the clock counts as gone."))
        .field("id", uuid("The pizzeria's."))
        .field("menu_revision", number("One more with each edit of the menu.", 1))
        .field("profile_version", number("The version of the profile.", 1))
        .field("paused", or_null(reference::<Pause>()))
        .field("busy", or_null(reference::<Busy>()))
        .field("sold_out", list::<SoldOut>())
        .field("missed", number("How many orders in a row were left unanswered.", 0))
        .field("version", version());
    Soonest, "SoonestDelivery": ObjectBuilder::new()
        .description(Some("What an order of one piece would be promised."))
        .field("slot", reference::<Time>())
        .field("from", reference::<Time>())
        .field("to", reference::<Time>());
    AreaNow, "AreaNow": ObjectBuilder::new()
        .description(Some("The area of the place that was asked for."))
        .field("name", text::<60>("Its name"))
        .field("fee", reference::<Cents>())
        .field("minimum", reference::<Cents>())
        .field("free_from", or_null(reference::<Cents>()))
        .field("minutes", minutes());
    Now, "RestaurantNow": ObjectBuilder::new()
        .description(Some("What holds at a pizzeria at this moment."))
        .field("open", flag("By its hours."))
        .field("opens_at", or_null(described::<Time>("Where it is closed and opens again.")))
        .field("closes_at", or_null(described::<Time>("Where it is open and closes.")))
        .field("paused", or_null(reference::<Pause>()))
        .field("busy", or_null(reference::<Busy>()))
        .field("sold_out", list::<SoldOut>())
        .field("asap", or_null(described::<Soonest>("`null` where it takes no order for as soon as possible.")))
        .field("area", or_null(described::<AreaNow>("`null` where no place was asked for, or it does not deliver there.")));
    RestaurantEvent, "RestaurantEvent": ObjectBuilder::new()
        .description(Some("What has happened to a pizzeria, with the whole document as it was then: that which its kind names."))
        .field("event_type", string("What has changed.")
            .enum_values(Some([ShopKind::Restaurant, ShopKind::Counter].map(ShopKind::event_type))))
        .property("restaurant", reference::<Profile>())
        .property("counter", reference::<Counter>())
        .field("by", or_null(described::<AccountId>("The account that has made the change. `null` in the open mode, where the \
            market has made it, and for who does not work there.")))
        .field("timestamp", reference::<Time>())
        .field("id", reference::<Cursor>());
}

/// The name and the schema of each type.
pub fn all() -> Vec<(String, RefOr<Schema>)> {
    vec![
        named::<Slug>(),
        named::<StreetAddress>(),
        named::<Hours>(),
        named::<Exception>(),
        named::<OrderRules>(),
        named::<Area>(),
        named::<TaxRates>(),
        named::<TaxSettings>(),
        named::<Profile>(),
        named::<Card>(),
        named::<Pause>(),
        named::<Busy>(),
        named::<SoldOut>(),
        named::<Counter>(),
        named::<Soonest>(),
        named::<AreaNow>(),
        named::<Now>(),
        named::<RestaurantEvent>(),
    ]
}

/// What problems of pizzerias have beside what each problem has.
pub fn problem_members() -> Vec<(String, RefOr<Schema>)> {
    let member = |name: &str, schema: Schema| (name.to_owned(), schema.into());
    let field = string("What another pizzeria has, with `name-taken`: `name` or `slug`.");
    let version = number(
        "The version now, with `outdated` of what a pizzeria has.",
        1,
    );
    vec![
        member("field", field.into()),
        member("version", version.into()),
    ]
}

fn has_profile(is_whole: bool) -> ObjectBuilder {
    let former = "What it was called before: these slugs lead to it, too.";
    let mut profile = ObjectBuilder::new()
        .field("id", uuid("A version 7 UUID."))
        .field("slug", reference::<Slug>())
        .field("former_slugs", list::<Slug>().description(Some(former)))
        .field("name", described::<Name>("No other pizzeria has it."))
        .field(
            "about",
            or_null(Schema::from(Notes::answered("What it is like"))),
        )
        .field(
            "tags",
            ArrayBuilder::new().items(RefOr::T(text::<30>("A word that it is found by"))),
        )
        .field("phone", or_null(text::<20>("Where it is reached")))
        .field("address", reference::<StreetAddress>())
        .field("point", or_null(reference::<Point>()))
        .field("time_zone", text::<64>("Its time zone, by IANA"))
        .field("listed", flag("Whether it is in lists, and takes orders."));
    if is_whole {
        profile = profile.field("hours", reference::<Hours>());
    }
    profile = profile
        .field("exceptions", list::<Exception>())
        .field("orders", reference::<OrderRules>());
    if is_whole {
        profile = profile.field("areas", list::<Area>());
    }
    profile
        .field("tax", reference::<TaxSettings>())
        .field("markup_percentage", reference::<Markup>())
        .field("created_at", reference::<Time>())
        .field("updated_at", reference::<Time>())
        .field("version", version())
}

fn version() -> ObjectBuilder {
    number("1 at first, one more with each change.", 1)
}

fn uuid(what: &str) -> ObjectBuilder {
    string(what).format(Some(SchemaFormat::Custom("uuid".into())))
}

fn week() -> ObjectBuilder {
    let week = ObjectBuilder::new().description(Some(
        "The spans of local time that begin on each day, at most four. An end that is not after its start is on the next day; \
        `24:00` may end, and all day is `00:00` to `24:00`.",
    ));
    Weekday::ALL
        .iter()
        .fold(week, |week, day| week.field(day.name(), spans()))
}

/// Spans of local time.
fn spans() -> ArrayBuilder {
    let time = string("A local time.").pattern(Some("^(?:[01][0-9]|2[0-4]):[0-5][0-9]$"));
    let span = ArrayBuilder::new()
        .items(time)
        .min_items(Some(2))
        .max_items(Some(2));
    ArrayBuilder::new().items(span).max_items(Some(4))
}

fn date() -> ObjectBuilder {
    string("A local date.").format(Some(SchemaFormat::Custom("date".into())))
}

/// The shortest and the longest.
fn minutes() -> ArrayBuilder {
    ArrayBuilder::new()
        .description(Some(
            "From the end of the kitchen's work to the door: the shortest and the longest.",
        ))
        .items(number("Minutes.", 1).maximum(Some(180)))
        .min_items(Some(2))
        .max_items(Some(2))
}

fn rules() -> ObjectBuilder {
    let in_range = |what, least, most| number(what, least).maximum(Some(most));
    ObjectBuilder::new()
        .description(Some("How a pizzeria takes orders."))
        .field(
            "asap",
            flag("For as soon as possible, too: true unless given."),
        )
        .field(
            "days_ahead",
            in_range("For how many days after today: 2 unless given.", 0, 14),
        )
        .field(
            "answer_minutes",
            in_range("In how many minutes it answers: 5 unless given.", 1, 60),
        )
        .field(
            "auto_accept",
            flag("Whether an order counts as answered at once: false unless given."),
        )
        .field(
            "prepare_minutes",
            in_range("How long an order takes: 20 unless given.", 5, 120),
        )
        .field(
            "slot_minutes",
            in_range("How long a slot is, 5 or 15: 15 unless given.", 5, 15),
        )
        .field(
            "slot_orders",
            in_range("How many orders fit into a slot: 8 unless given.", 1, 100),
        )
        .field(
            "order_pieces",
            in_range(
                "How many pieces of an order fit into a slot: 6 unless given.",
                1,
                50,
            ),
        )
}

/// A text of this kind, in requests.
pub fn requested<const MAX: usize>() -> ObjectBuilder {
    Text::<MAX, false>::requested()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::{card::ProfileNow, samples::profile};
    use serde::Serialize;
    use serde_json::{Map, Value, json};

    /// With all that it refers to, and nothing beside what it describes.
    fn faults<T: ToSchema>(answered: &impl Serialize) -> Vec<String> {
        let all = super::super::schemas::all().into_iter();
        let all = all.chain(super::super::basket_schemas::all());
        let all = all.chain(super::all());
        let mut schemas: Map<String, Value> = all
            .map(|(name, schema)| (name, serde_json::to_value(schema).unwrap()))
            .collect();
        for schema in schemas.values_mut() {
            if schema["type"] == "object" {
                schema["additionalProperties"] = json!(false);
            }
        }
        let place = format!("#/components/schemas/{}", T::name());
        let whole = json!({"$ref": place, "components": {"schemas": schemas}});
        let validator = jsonschema::validator_for(&whole).unwrap();
        let answered = serde_json::to_value(answered).unwrap();
        let faults = validator.iter_errors(&answered);
        faults.map(|fault| fault.to_string()).collect()
    }

    #[test]
    fn the_schemas_accept_what_is_answered() {
        let profile = profile(7, "Bella Napoli");
        let counter: Counter = serde_json::from_value(json!({
            "id": profile.id, "menu_revision": 3, "profile_version": 2,
            "paused": {"until": null, "reason": "unanswered"},
            "busy": {"extra_minutes": 15, "until": "2026-05-28T20:26:40.000Z"},
            "sold_out": [
                {"item": "diavola", "until": null},
                {"group": "top", "option": "olives", "until": "2026-05-28T20:26:40.000Z"}
            ],
            "missed": 3, "version": 9
        }))
        .unwrap();
        let now: Now = serde_json::from_str(
            r#"{"open":true,"opens_at":null,"closes_at":"2026-05-28T20:26:40.000Z","paused":null,"busy":null,"sold_out":[],
            "asap":{"slot":"2026-05-28T20:15:00.000Z","from":"2026-05-28T20:25:00.000Z","to":"2026-05-28T20:55:00.000Z"},
            "area":{"name":"Mitte","fee":2.5,"minimum":12,"free_from":null,"minutes":[10,25]}}"#,
        )
        .unwrap();
        let whole = ProfileNow {
            profile: &profile,
            now: &now,
        };
        let none = Vec::<String>::new();
        assert_eq!(faults::<Profile>(&profile), none);
        assert_eq!(faults::<Profile>(&whole), none);
        assert_eq!(faults::<Counter>(&counter), none);
        assert_eq!(faults::<Card>(&Card::of(&profile, now)), none);
        let event = json!({
            "event_type": "counter.changed", "counter": counter, "by": null, "timestamp": profile.created_at, "id": "a-1"
        });
        assert_eq!(faults::<RestaurantEvent>(&event), none);
        assert_ne!(faults::<Counter>(&profile), none);
    }
}
