//! What an order from a menu has, as JSON Schema, and how an order ends.

use super::{
    schemas::{Required, described, has_schema, named, names, or_null, reference},
    text_schemas::{TextSchema, string},
};
use crate::domain::{
    Cancellation, CancellationCode, Cents, Currency, Name, Notes, Role, Status, Text, Time,
    shop::{
        basket::{
            Allergen, Basket, Bill, ChosenOption, Half, LeftOut, Line, Part, Place, Point, Promise,
            TaxClass, TaxMode, TaxRate, TaxRow,
        },
        code::Code,
    },
};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ObjectBuilder, RefOr, Schema,
        schema::{KnownFormat, SchemaFormat, Type},
    },
};

has_schema! {
    CancellationCode, "CancellationCode": string("Why an order ended. `no_answer` is the market's alone.")
        .enum_values(Some(names(CancellationCode::ALL, CancellationCode::name)));
    Cancellation, "Cancellation": ObjectBuilder::new()
        .description(Some("How an order ended before it was delivered."))
        .field("code", reference::<CancellationCode>())
        .field("by", or_null(Schema::from(string("In which role. `null` for who acts in any.")
            .enum_values(Some(names(Role::ALL, Role::name))))))
        .field("from", described::<Status>("The status that it left."));
    Code, "Code": string("The short name of a part of a menu, given once.").pattern(Some("^[a-z0-9]{1,8}$"));
    Part, "Part": string("Which part of a pizza it is for. Left is the item itself, right is its other half.")
        .enum_values(Some(names(Part::ALL, Part::name)));
    Allergen, "Allergen": string("An allergen of Regulation (EU) 1169/2011.")
        .enum_values(Some(names(Allergen::ALL, Allergen::name)));
    TaxClass, "TaxClass": string("What is taxed.").enum_values(Some(names(TaxClass::ALL, TaxClass::name)));
    TaxMode, "TaxMode": string("Whether prices hold their tax, or it comes on top.")
        .enum_values(Some(names(TaxMode::ALL, TaxMode::name)));
    TaxRate, "TaxRate": ObjectBuilder::new()
        .schema_type(Type::Number)
        .description(Some("Percent, with at most three decimals."))
        .minimum(Some(0))
        .maximum(Some(100));
    Currency, "Currency": string("By ISO 4217.").enum_values(Some(names(Currency::ALL, Currency::name)));
    Half, "OtherHalf": ObjectBuilder::new()
        .description(Some("The right half of a pizza of two."))
        .field("item", reference::<Code>())
        .field("name", text::<60>("Its name"));
    ChosenOption, "ChosenOption": ObjectBuilder::new()
        .description(Some("A choice of a line."))
        .field("group", reference::<Code>())
        .field("option", reference::<Code>())
        .field("name", text::<60>("Its name"))
        .field("part", reference::<Part>())
        .field("count", number("How often.", 1))
        .field("price", amount("What it adds to one piece: 0.00 where it is free."));
    LeftOut, "LeftOut": ObjectBuilder::new()
        .description(Some("What is left out."))
        .field("name", text::<60>("Its name"))
        .field("part", reference::<Part>());
    Line, "BasketLine": ObjectBuilder::new()
        .description(Some("So many pieces of one item."))
        .field("item", reference::<Code>())
        .field("name", text::<60>("Its name"))
        .field("size", or_null(text::<60>("The size's name")))
        .field("quantity", number("How many pieces.", 1))
        .field("half", or_null(reference::<Half>()))
        .field("options", list::<ChosenOption>())
        .field("without", list::<LeftOut>())
        .field("note", or_null(text::<140>("What the customer has written. `null` for who may not know")))
        .field("base", amount("Of one piece, without options."))
        .field("unit", amount("Of one piece."))
        .field("total", amount("Of all pieces."))
        .field("deposit", amount("Of all pieces."))
        .field("pieces", number("What one piece takes of the kitchen's room.", 0))
        .field("allergens", list::<Allergen>())
        .field("done", number("How many of the pieces the kitchen has ticked.", 0));
    TaxRow, "TaxRow": ObjectBuilder::new()
        .description(Some("The tax of one class."))
        .field("class", reference::<TaxClass>())
        .field("rate", reference::<TaxRate>())
        .field("of", amount("What the tax is on."))
        .field("amount", amount("The tax."));
    Bill, "Bill": ObjectBuilder::new()
        .description(Some("What everything costs."))
        .field("goods", amount("The lines."))
        .field("deposit", amount("Deposits."))
        .field("delivery", amount("The fee of the delivery area."))
        .field("discount", amount("What is taken off."))
        .field("tax_added", amount("Tax that comes on top."))
        .field("service", amount("The market's part."))
        .field("total", amount("The `customer_price`."))
        .field("tip", amount("What the customer adds."))
        .field("to_pay", amount("What is paid."))
        .field("taxes", list::<TaxRow>())
        .field("mode", reference::<TaxMode>())
        .field("currency", reference::<Currency>());
    Point, "Coordinates": ObjectBuilder::new()
        .description(Some("Degrees, with at most five decimals."))
        .field("lat", degrees(90))
        .field("lon", degrees(180));
    Place, "DeliveryPlace": ObjectBuilder::new()
        .description(Some("Where it goes."))
        .field("street", reference::<Name>())
        .field("postcode", text::<12>("The postcode"))
        .field("town", text::<60>("The town"))
        .field("area", text::<60>("The name of the delivery area"))
        .field("point", or_null(reference::<Point>()));
    Promise, "PromisedTime": ObjectBuilder::new()
        .description(Some("Between which moments it is at the door."))
        .field("from", reference::<Time>())
        .field("to", reference::<Time>())
        .field("asap", flag("As soon as possible; else for a time that the customer chose."));
    Basket, "Basket": ObjectBuilder::new()
        .description(Some("What a customer has ordered from a menu."))
        .field("lines", list::<Line>())
        .field("bill", reference::<Bill>())
        .field("notes", or_null(Schema::from(Notes::answered("What the customer has written. `null` for who may not know"))))
        .field("phone", or_null(text::<20>("Where the customer is reached. `null` for who may not know")))
        .field("place", or_null(reference::<Place>()))
        .field("promise", reference::<Promise>())
        .field("kitchen_slots", list::<Time>())
        .field("answer_by", or_null(described::<Time>("Until when the kitchen has to answer. `null` where it answers by itself.")))
        .field("answered_at", or_null(described::<Time>("When it has answered.")))
        .field("menu_revision", number("The revision of the menu that it was ordered from.", 0));
}

/// The name and the schema of each type.
pub fn all() -> Vec<(String, RefOr<Schema>)> {
    vec![
        named::<CancellationCode>(),
        named::<Cancellation>(),
        named::<Code>(),
        named::<Part>(),
        named::<Allergen>(),
        named::<TaxClass>(),
        named::<TaxMode>(),
        named::<TaxRate>(),
        named::<Currency>(),
        named::<Half>(),
        named::<ChosenOption>(),
        named::<LeftOut>(),
        named::<Line>(),
        named::<TaxRow>(),
        named::<Bill>(),
        named::<Point>(),
        named::<Place>(),
        named::<Promise>(),
        named::<Basket>(),
    ]
}

pub(super) fn text<const MAX: usize>(what: &str) -> Schema {
    Schema::from(Text::<MAX, false>::answered(what))
}

pub(super) fn amount(what: &str) -> RefOr<Schema> {
    described::<Cents>(what)
}

pub(super) fn list<T: ToSchema>() -> ArrayBuilder {
    ArrayBuilder::new().items(reference::<T>())
}

pub(super) fn number(what: &str, least: u32) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .description(Some(what))
        .minimum(Some(least))
}

pub(super) fn degrees(most: i32) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .minimum(Some(-most))
        .maximum(Some(most))
}

pub(super) fn flag(what: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Boolean)
        .description(Some(what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Order, samples};
    use serde_json::{Value, json};

    /// With all that they refer to, and nothing beside what they describe.
    #[test]
    fn the_schemas_accept_what_is_answered() {
        let mut schemas: serde_json::Map<String, Value> = super::super::schemas::all()
            .into_iter()
            .chain(all())
            .map(|(name, schema)| (name, serde_json::to_value(schema).unwrap()))
            .collect();
        for schema in schemas.values_mut() {
            if schema["type"] == "object" {
                schema["additionalProperties"] = json!(false);
            }
        }
        let whole = json!({
            "$ref": format!("#/components/schemas/{}", Order::name()),
            "components": { "schemas": schemas },
        });
        let validator = jsonschema::validator_for(&whole).unwrap();
        let order = samples::direct(1);
        for order in [order.clone(), order.outside()] {
            let answered = serde_json::to_value(&order).unwrap();
            let errors: Vec<_> = validator
                .iter_errors(&answered)
                .map(|e| e.to_string())
                .collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }
}
