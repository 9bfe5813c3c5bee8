//! What a menu is, as JSON Schema.

use super::{
    basket_schemas::{amount, flag, list, number, text},
    schemas::{Required, described, has_schema, named, names, or_null, reference},
    text_schemas::{TextSchema, string},
};
use crate::{
    domain::shop::{
        Hours,
        basket::{Allergen, Diet, ShopName, TaxClass},
        code::Code,
        menu::{
            About, Amount, Category, Group, Halves, HalvesRule, Item, ItemPrice, MenuOption,
            OptionPrice, Outline, Size,
            difference::{MenuEntry, MenuKind},
            file::{FORMAT, MenuFile},
        },
    },
    server::{
        services::shops::menus::Undo,
        web::rest::restaurants::menu_answers::{MenuChanged, SavedItem, SavedOutline},
    },
};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ObjectBuilder, RefOr, Schema,
        schema::{AdditionalProperties, SchemaType, Type},
    },
};

has_schema! {
    Diet, "Diet": string("A restricted diet, as schema.org names it.")
        .enum_values(Some(names(Diet::ALL, Diet::name)));
    Size, "MenuSize": ObjectBuilder::new()
        .description(Some("A size that items come in."))
        .field("id", reference::<Code>())
        .field("name", text::<60>("Its name"));
    Category, "MenuCategory": ObjectBuilder::new()
        .description(Some("A part of the menu. An item in no category is not shown."))
        .field("id", reference::<Code>())
        .field("name", text::<60>("Its name"))
        .field("about", or_null(Schema::from(About::answered("What is told of it"))))
        .field("hours", or_null(described::<Hours>("When its items can be had; `null` for always.")))
        .field("items", list::<Code>());
    OptionPrice, "OptionPrice": option_price();
    MenuOption, "MenuOption": ObjectBuilder::new()
        .description(Some("What can be chosen in a group."))
        .field("id", reference::<Code>())
        .field("name", text::<60>("Its name"))
        .field("price", reference::<OptionPrice>())
        .field("allergens", list::<Allergen>())
        .field("diets", list::<Diet>())
        .field("default", flag("Whether it is chosen beforehand on the page. A request names what it wants."));
    Group, "OptionGroup": ObjectBuilder::new()
        .description(Some("Options of which some can, or must, be chosen."))
        .field("id", reference::<Code>())
        .field("name", text::<60>("Its name"))
        .field("min", number("So many must be chosen.", 0))
        .field("max", number("So many can be chosen.", 1))
        .field("free", number("So many of the choices cost nothing, the dearest first.", 0))
        .field("each", number("How often one option can be chosen.", 1))
        .field("halves", flag("Whether an option can be for one half only."))
        .field("options", list::<MenuOption>());
    HalvesRule, "HalvesRule": string("What two halves cost: their average, the dearer one, or a percentage of each.")
        .enum_values(Some(names(HalvesRule::ALL, HalvesRule::name)));
    Halves, "HalvesPrice": ObjectBuilder::new()
        .description(Some("What a pizza of two halves costs."))
        .field("rule", reference::<HalvesRule>())
        .field("half_percent", number("What a half costs of its whole, for `sum_of_halves`.", 50))
        .field("topping_percent", number("What a topping on one half costs of the whole one.", 50))
        .field("fee", amount("Added to each such pizza."));
    Amount, "ItemAmount": ObjectBuilder::new()
        .description(Some("What is in one: millilitres, or grams."))
        .property("ml", number("Millilitres.", 1))
        .property("g", number("Grams.", 1));
    ItemPrice, "ItemPrice": ObjectBuilder::new()
        .description(Some("What an item costs."))
        .field("size", or_null(described::<Code>("`null` for an item that comes in one size alone.")))
        .field("price", amount("Of one piece."))
        .field("deposit", amount("On one piece, beside its price."))
        .field("amount", or_null(reference::<Amount>()));
    Item, "MenuItem": ObjectBuilder::new()
        .description(Some("What can be ordered."))
        .field("id", reference::<Code>())
        .field("name", text::<60>("Its name"))
        .field("about", or_null(Schema::from(About::answered("What is told of it"))))
        .field("prices", list::<ItemPrice>())
        .field("groups", list::<Code>())
        .field("without", names_of("What can be left out."))
        .field("halves", list::<Code>())
        .field("pieces", number("What one takes of the kitchen's room.", 0))
        .field("tax", reference::<TaxClass>())
        .field("allergens", list::<Allergen>())
        .field("diets", list::<Diet>())
        .field("additives", names_of("What has to be told beside the allergens."))
        .field("gone", flag("Whether it was taken off."))
        .field("version", version());
    Outline, "MenuOutline": outline();
    MenuFile<'_>, "Menu": ObjectBuilder::new()
        .description(Some("A whole menu. What is exported can be imported."))
        .field("format", string("Always this.").enum_values(Some([FORMAT])))
        .field("revision", revision())
        .field("sizes", list::<Size>())
        .field("categories", list::<Category>())
        .field("groups", list::<Group>())
        .field("halves", reference::<Halves>())
        .field("items", list::<Item>());
    MenuEntry, "MenuPart": ObjectBuilder::new()
        .description(Some("A part of a menu."))
        .field("kind", string("What it is.").enum_values(Some(names(MenuKind::ALL, MenuKind::name))))
        .field("id", string("Its code; of an option after that of its group: `group.option`."))
        .field("name", string("Its name."));
    Undo, "MenuUndo": ObjectBuilder::new()
        .description(Some("What undoes the change of one document, by `POST …/menu/restore`."))
        .field("key", string("The document."))
        .field("from", number("The version that it has got.", 1))
        .field("to", number("The version that it had, 0 for none.", 0));
    MenuChanged, "MenuChanged": ObjectBuilder::new()
        .description(Some("What an edit has changed, or a dry run would change."))
        .field("revision", revision())
        .field("added", list::<MenuEntry>())
        .field("changed", list::<MenuEntry>())
        .field("removed", list::<MenuEntry>())
        .field("undo", list::<Undo>());
    SavedOutline, "SavedOutline": outline()
        .field("revision", revision())
        .field("undo", list::<Undo>());
    SavedItem, "SavedItem": ObjectBuilder::new()
        .description(Some("An item as an edit has left it."))
        .field("item", reference::<Item>())
        .field("revision", revision())
        .field("undo", list::<Undo>());
}

/// The name and the schema of each type.
pub fn all() -> Vec<(String, RefOr<Schema>)> {
    vec![
        named::<Diet>(),
        named::<Size>(),
        named::<Category>(),
        named::<OptionPrice>(),
        named::<MenuOption>(),
        named::<Group>(),
        named::<HalvesRule>(),
        named::<Halves>(),
        named::<Amount>(),
        named::<ItemPrice>(),
        named::<Item>(),
        named::<Outline>(),
        named::<MenuFile<'_>>(),
        named::<MenuEntry>(),
        named::<Undo>(),
        named::<MenuChanged>(),
        named::<SavedOutline>(),
        named::<SavedItem>(),
    ]
}

/// One number, or an object with a number for each size. A union would need a name that tells which one it is.
fn option_price() -> ObjectBuilder {
    let price = amount("For one size.");
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Number, Type::Object]))
        .description(Some(
            "One amount for all sizes, or an object with one for the code of each size.",
        ))
        .minimum(Some(0))
        .maximum(Some(1_000))
        .additional_properties(Some(AdditionalProperties::RefOr(price)))
}

fn outline() -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some("A menu without its items."))
        .field("sizes", list::<Size>())
        .field("categories", list::<Category>())
        .field("groups", list::<Group>())
        .field("halves", reference::<Halves>())
        .field(
            "next",
            number("The number of the next code that the server gives.", 1),
        )
        .field("version", version())
}

fn names_of(what: &str) -> ArrayBuilder {
    let name = ShopName::answered("Its name");
    ArrayBuilder::new().items(name).description(Some(what))
}

fn version() -> ObjectBuilder {
    number("1 at first, one more with each change.", 1)
}

fn revision() -> ObjectBuilder {
    number("Of the whole menu: one more with each edit.", 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::menu::samples::menu;
    use serde_json::{Value, json};

    #[test]
    fn the_schemas_accept_what_is_answered() {
        use super::super::{basket_schemas, schemas, shop_schemas};
        let all = [
            schemas::all(),
            basket_schemas::all(),
            shop_schemas::all(),
            all(),
        ];
        let schemas: serde_json::Map<String, Value> = all
            .into_iter()
            .flatten()
            .map(|(name, schema)| {
                let mut schema = serde_json::to_value(schema).unwrap();
                if schema.get("properties").is_some() {
                    schema["additionalProperties"] = json!(false);
                }
                (name, schema)
            })
            .collect();
        let check = |name: &str, value: Value| {
            let whole = json!({
                "$ref": format!("#/components/schemas/{name}"),
                "components": { "schemas": schemas },
            });
            let validator = jsonschema::validator_for(&whole).unwrap();
            let errors: Vec<_> = validator
                .iter_errors(&value)
                .map(|e| e.to_string())
                .collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        };
        let menu = menu();
        check("Menu", json!(MenuFile::new(&menu, 3)));
        check("MenuOutline", json!(menu.outline));
        check("MenuItem", json!(menu.items[0]));
    }
}
