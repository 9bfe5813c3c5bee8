//! The calls of menus, for the description: their parameters, bodies and responses.

use super::{
    basket_schemas::{amount, flag, list, number},
    components::{bodies, object, parameter, parameters},
    examples::{not_yours, precondition_required, shop_outdated, unknown_item, unknown_restaurant},
    responses::{Responses, etag, header, json_of, of_command, of_query, responses},
    schemas::{described, names, or_null, reference},
    shop_schemas::requested,
    text_schemas::{TextSchema, string},
};
use crate::{
    domain::shop::{
        Hours,
        basket::{Allergen, Diet, TaxClass},
        code::Code,
        menu::{
            About, Amount, Halves, Item, Menu, OptionPrice, Outline,
            file::{FORMAT, MenuFile},
        },
    },
    server::{
        services::shops::menus::Undo,
        web::{
            problem::Problem,
            rest::restaurants::menu_answers::{MenuChanged, SavedItem, SavedOutline},
        },
    },
};
use serde_json::{Value, json};
use std::borrow::Cow;
use utoipa::{
    IntoParams, IntoResponses, PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, ContentBuilder, ObjectBuilder, RefOr, Required, ResponseBuilder, Schema,
        Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::SchemaType,
    },
};

parameters! {
    /// The item that a call is about.
    ItemInPath = [
        ParameterBuilder::new()
            .name("code")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some("The item's code."))
            .schema(Some(Code::schema()))
            .build(),
    ];
    /// Whether an import is only tried.
    DryRun = [
        parameter(ParameterIn::Query, "dry_run", "Whether it is only answered what would change.",
            ObjectBuilder::new().schema_type(Type::Boolean)),
    ];
}

bodies! {
    /// A whole menu.
    MenuFileBody = outline(object())
        .property("format", string("Always this.").enum_values(Some([FORMAT]))).required("format")
        .property("revision", ignored())
        .property("items", ArrayBuilder::new().items(item(object())).max_items(Some(Menu::MAX_ITEMS)))
        .examples([menu_example()]);
    /// The outline of a menu.
    OutlineBody = outline(object())
        .property("next", ignored())
        .property("version", ignored())
        .examples([json!({
            "sizes": [{"id": "m", "name": "Medium"}], "categories": [{"id": "pizza", "name": "Pizza", "items": []}]
        })]);
    /// An item.
    ItemBody = item(object()).examples([item_example()]);
    /// A new item, and where it is shown.
    NewItemBody = item(object())
        .property("category", or_null(described::<Code>("The category that shows it.")))
        .property("place", or_null(number("Its place there, counted from 0: the last one unless given.", 0).maximum(Some(499))))
        .examples([item_example()]);
    /// What is undone.
    RestoreBody = object()
        .property("undo", list::<Undo>().min_items(Some(1)).max_items(Some(Menu::MAX_CHANGED))).required("undo")
        .examples([json!({"undo": [{"key": "menu:019c6b2f-7a40-7c3e-9d49-ffaa7fd6a7aa", "from": 4, "to": 3}]})]);
}

/// A menu that can be imported.
fn menu_example() -> Value {
    json!({
        "format": FORMAT,
        "sizes": [{"id": "m", "name": "Medium"}, {"id": "l", "name": "Large"}],
        "categories": [{"id": "pizza", "name": "Pizza", "items": ["diavola"]}],
        "groups": [{
            "id": "top", "name": "Toppings", "max": 3, "halves": true,
            "options": [{"id": "olives", "name": "Olives", "price": {"m": 1, "l": 1.5}}]
        }],
        "items": [{
            "id": "diavola", "name": "Diavola", "prices": [{"size": "m", "price": 9.5}, {"size": "l", "price": 12}],
            "groups": ["top"], "halves": ["l"], "allergens": ["gluten", "milk"]
        }]
    })
}

fn item_example() -> Value {
    json!({
        "name": "Cola", "prices": [{"price": 2.5, "deposit": 0.25, "amount": {"ml": 330}}], "pieces": 0, "tax": "drink"
    })
}

/// The parts of an outline that come in.
fn outline(object: ObjectBuilder) -> ObjectBuilder {
    let several = |part: ObjectBuilder, most| ArrayBuilder::new().items(part).max_items(Some(most));
    object
        .property("sizes", or_null(several(size(), Outline::MAX_SIZES)))
        .property(
            "categories",
            or_null(several(category(), Outline::MAX_CATEGORIES)),
        )
        .property("groups", or_null(several(group(), Outline::MAX_GROUPS)))
        .property(
            "halves",
            or_null(described::<Halves>(
                "The average, and half of a topping, unless given.",
            )),
        )
}

/// A part with a code, which gets one unless it has one, and a name.
fn part(object: ObjectBuilder) -> ObjectBuilder {
    object
        .property(
            "id",
            or_null(described::<Code>("It gets one unless it is given.")),
        )
        .property("name", requested::<60>())
        .required("name")
}

fn size() -> ObjectBuilder {
    part(object())
}

fn category() -> ObjectBuilder {
    part(object())
        .property("about", or_null(About::requested_or_blank()))
        .property(
            "hours",
            or_null(described::<Hours>("When its items can be had.")),
        )
        .property("items", or_null(codes(Menu::MAX_ITEMS)))
}

fn group() -> ObjectBuilder {
    let options = ArrayBuilder::new()
        .items(option())
        .max_items(Some(Outline::MAX_OPTIONS));
    part(object())
        .property("min", or_null(number("0 unless given.", 0)))
        .property("max", number("So many can be chosen.", 1))
        .required("max")
        .property("free", or_null(number("0 unless given.", 0)))
        .property(
            "each",
            or_null(number("1 unless given.", 1).maximum(Some(3))),
        )
        .property("halves", or_null(flag("False unless given.")))
        .property("options", or_null(options))
}

fn option() -> ObjectBuilder {
    part(object())
        .property("price", reference::<OptionPrice>())
        .required("price")
        .property("allergens", or_null(list::<Allergen>()))
        .property("diets", or_null(list::<Diet>()))
        .property("default", or_null(flag("False unless given.")))
}

fn item(object: ObjectBuilder) -> ObjectBuilder {
    let classes = names(TaxClass::ALL, TaxClass::name);
    let classes = classes.filter(|name| *name != TaxClass::Delivery.name());
    let prices = ArrayBuilder::new()
        .items(item_price())
        .min_items(Some(1))
        .max_items(Some(Outline::MAX_SIZES));
    let text = |most| {
        ArrayBuilder::new()
            .items(requested::<60>())
            .max_items(Some(most))
    };
    part(object)
        .property("about", or_null(About::requested_or_blank()))
        .property("prices", prices)
        .required("prices")
        .property("groups", or_null(codes(Item::MAX_GROUPS)))
        .property("without", or_null(text(Item::MAX_WITHOUT)))
        .property("halves", or_null(codes(Outline::MAX_SIZES)))
        .property(
            "pieces",
            or_null(number("1 unless given.", 0).maximum(Some(4))),
        )
        .property(
            "tax",
            or_null(Schema::from(
                string("`food` unless given.").enum_values(Some(classes)),
            )),
        )
        .property("allergens", or_null(list::<Allergen>()))
        .property("diets", or_null(list::<Diet>()))
        .property("additives", or_null(text(Item::MAX_ADDITIVES)))
        .property("gone", ignored())
        .property("version", ignored())
}

fn item_price() -> ObjectBuilder {
    object()
        .property("size", or_null(reference::<Code>()))
        .property("price", amount("0 to 1,000."))
        .required("price")
        .property("deposit", or_null(amount("0 unless given.")))
        .property("amount", or_null(reference::<Amount>()))
}

fn codes(most: usize) -> ArrayBuilder {
    list::<Code>().max_items(Some(most))
}

/// What is read over, whatever it is.
fn ignored() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::AnyValue)
        .description(Some("As it is answered; it is read over."))
}

responses! {
    /// Of a call that reads a whole menu.
    MenuAnswer = {
        let table = ContentBuilder::new().schema(Some(string("A table, one row for each part.")));
        let menu = json_of::<MenuFile<'_>>("The menu.").content("text/csv", table.build()).header("ETag", etag());
        let known = ResponseBuilder::new().description("It is still as `If-None-Match` says.").header("ETag", etag());
        let mut responses = of_query(menu, &[unknown_restaurant()]);
        responses.insert("304".into(), known.build().into());
        responses
    };
    /// Of a call that imports a menu.
    MenuSaved = saved(json_of::<MenuChanged>("What has changed."), &[]);
    /// Of a call that reads an outline.
    OutlineAnswer = of_query(json_of::<Outline>("The outline.").header("ETag", etag()), &[unknown_restaurant()]);
    /// Of a call that saves an outline.
    OutlineSaved = saved(json_of::<SavedOutline>("The outline as it is now."), &[]);
    /// Of a call that undoes edits.
    Restored = of_command(200, json_of::<MenuChanged>("What has changed.").header("ETag", etag()), &[
        unknown_restaurant(), not_yours(), shop_outdated(),
    ]);
    /// Of a call that reads an item.
    ItemAnswer = of_query(json_of::<Item>("The item.").header("ETag", etag()), &[unknown_restaurant(), unknown_item()]);
    /// Of a call that adds an item.
    AddedItem = of_command(
        201,
        json_of::<SavedItem>("The new item.").header("ETag", etag()).header("Location", header("Where the item is.")),
        &[unknown_restaurant(), not_yours()],
    );
    /// Of a call that changes an item.
    ChangedItem = saved(json_of::<SavedItem>("The item as it is now."), &[unknown_item()]);
}

/// The responses of a call that replaces something.
fn saved(success: ResponseBuilder, own: &[Problem]) -> Responses {
    let any = [
        unknown_restaurant(),
        not_yours(),
        precondition_required(),
        shop_outdated(),
    ];
    of_command(200, success.header("ETag", etag()), &[&any, own].concat())
}
