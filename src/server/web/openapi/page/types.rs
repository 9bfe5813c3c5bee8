//! What a reader sees of a schema: its name, what it means, and its fields.

use super::markdown::markdown;
use leptos::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::{
    Object, OpenApi, RefOr, Schema,
    schema::{ArrayItems, Ref},
};

/// Every type that has a name.
pub fn types(api: &OpenApi) -> Vec<AnyView> {
    let schemas = api.components.iter().flat_map(|all| &all.schemas);
    schemas
        .map(|(name, schema)| {
            let fields = object(api, schema).map(|object| fields(object, "Fields"));
            view! {
                <section class="stack" aria-labelledby=name.clone()>
                    <h3 id=name.clone()>{name.clone()} " " <small>{kind(schema)}</small></h3>
                    {markdown(&meaning(schema))}
                    {fields}
                </section>
            }
            .into_any()
        })
        .collect()
}

/// The fields of an object; nothing where it has none.
pub fn fields(object: &Object, caption: &'static str) -> AnyView {
    let rows: Vec<_> = object
        .properties
        .iter()
        .map(|(name, schema)| {
            let notes = match object.required.contains(name) {
                true => "required",
                false => "optional",
            };
            row(name, notes, Some(schema), &meaning(schema))
        })
        .collect();
    table(caption, rows)
}

/// Nothing where there are no rows.
pub fn table(caption: &'static str, rows: Vec<AnyView>) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    view! { <table><caption>{caption}</caption> <tbody>{rows}</tbody></table> }.into_any()
}

/// A name, what there is to note of it, its type, and what it means, in Markdown.
pub fn row(name: &str, notes: &str, schema: Option<&RefOr<Schema>>, meaning: &str) -> AnyView {
    let kind = schema.map(|schema| view! { ", " {kind(schema)} }.into_any());
    view! {
        <tr>
            <th scope="row"><code>{name.to_owned()}</code> <small>{notes.to_owned()} {kind}</small></th>
            <td>{markdown(meaning)}</td>
        </tr>
    }
    .into_any()
}

/// The object that a schema is, or names.
pub fn object<'a>(api: &'a OpenApi, schema: &'a RefOr<Schema>) -> Option<&'a Object> {
    let schema = match schema {
        RefOr::Ref(reference) => api.components.as_ref()?.schemas.get(name(reference))?,
        schema => schema,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => Some(object),
        _ => None,
    }
}

/// The type that a schema names, or what it is in JSON.
fn kind(schema: &RefOr<Schema>) -> AnyView {
    match schema {
        RefOr::Ref(reference) => {
            let name = name(reference);
            view! { <a href=format!("#{name}")>{name.to_owned()}</a> }.into_any()
        }
        RefOr::T(Schema::OneOf(one)) => {
            let kinds = one.items.iter().enumerate().map(|(n, item)| {
                let or = if n > 0 { " or " } else { "" };
                view! { {or} {kind(item)} }.into_any()
            });
            kinds.collect::<Vec<_>>().into_any()
        }
        RefOr::T(Schema::Array(array)) => match &array.items {
            ArrayItems::RefOrSchema(items) => view! { "list of " {kind(items)} }.into_any(),
            _ => "list".into_any(),
        },
        RefOr::T(Schema::Object(object)) => word(&object.schema_type).into_any(),
        RefOr::T(_) => "any".into_any(),
    }
}

fn name(reference: &Ref) -> &str {
    let location = &reference.ref_location;
    location.rsplit_once('/').map_or(location, |(_, name)| name)
}

/// As a name stands in the description.
pub fn word(name: &impl Serialize) -> String {
    json!(name).as_str().unwrap_or_default().to_owned()
}

/// What a schema says of its values, in Markdown.
pub fn meaning(schema: &RefOr<Schema>) -> String {
    match schema {
        RefOr::Ref(reference) => reference.description.clone(),
        RefOr::T(Schema::OneOf(one)) => {
            let items = one.items.iter().map(meaning);
            sentences(one.description.clone().into_iter().chain(items))
        }
        RefOr::T(Schema::Array(array)) => array.description.clone().unwrap_or_default(),
        RefOr::T(Schema::Object(object)) => {
            let said = object.description.clone();
            sentences(said.into_iter().chain(values(object)).chain(range(object)))
        }
        RefOr::T(_) => String::new(),
    }
}

fn sentences(sentences: impl Iterator<Item = String>) -> String {
    let said: Vec<_> = sentences.filter(|sentence| !sentence.is_empty()).collect();
    said.join(" ")
}

/// ``One of `a`, `b`.``
fn values(object: &Object) -> Option<String> {
    let values = object.enum_values.as_ref()?.iter();
    let values: Vec<_> = values
        .filter_map(Value::as_str)
        .map(|value| format!("`{value}`"))
        .collect();
    Some(format!("One of {}.", values.join(", ")))
}

/// `From 1 to 1440.`
fn range(object: &Object) -> Option<String> {
    let number = |number| {
        let number = json!(number).to_string();
        number.trim_end_matches(".0").to_owned()
    };
    let least = number(object.minimum.as_ref()?);
    Some(match &object.maximum {
        Some(most) => format!("From {least} to {}.", number(most)),
        None => format!("At least {least}."),
    })
}
