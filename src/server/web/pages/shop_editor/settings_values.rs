//! A profile as its form has it.

use super::{
    areas::{self, areas_json},
    hours_text::{day_json, exceptions_json},
    values::{fields_of, json_of, number, parts, text},
};
use crate::{
    domain::{
        Fields,
        shop::{Weekday, profile::Profile},
    },
    server::{services::shops::refusal::ShopRefusal, web::pages::account::Sent},
};
use serde_json::{Value, json};

/// The name of the field for the hours of a day.
pub fn day_field(day: Weekday) -> String {
    format!("hours-{}", day.name())
}

/// What a form of settings makes of a profile, as the API takes it.
pub fn fields_in(sent: &Sent, before: &Profile) -> Result<Fields, ShopRefusal> {
    let mut json = json_of(before)?;
    for name in ["name", "slug", "about", "phone", "time_zone"] {
        json[name] = text(sent.get(name));
    }
    json["tags"] = parts(sent.get("tags"), &[',', ';', '\n']).into();
    json["address"] = address(sent);
    json["point"] = point(sent);
    json["listed"] = sent.has("listed").into();
    let days = Weekday::ALL.iter();
    let days = days.map(|day| (day.name().to_owned(), day_json(sent.get(&day_field(*day)))));
    json["hours"] = Value::Object(days.collect());
    json["exceptions"] = exceptions_json(sent.get("exceptions"));
    json["orders"] = orders(sent);
    json["areas"] = areas_json(sent);
    json["tax"] = json!({
        "mode": text(sent.get("tax_mode")),
        "rates": {
            "food": number(sent.get("tax_food")),
            "drink": number(sent.get("tax_drink")),
            "delivery": number(sent.get("tax_delivery")),
        },
    });
    json["markup_percentage"] = number(sent.get("markup_percentage"));
    fields_of(&json)
}

/// The field that a path of a profile is about: `hours.fri[1]`, `tax.rates.food`, `areas[2].fee`.
pub fn place(sent: &Sent, path: &str) -> String {
    let parts: Vec<_> = path
        .split(['.', '[', ']'])
        .filter(|part| !part.is_empty())
        .collect();
    match parts.as_slice() {
        ["hours", day, ..] => format!("hours-{day}"),
        ["tax", "mode"] => "tax_mode".to_owned(),
        ["tax", "rates", class] => format!("tax_{class}"),
        ["areas", at, rest @ ..] => {
            let at = at.parse().unwrap_or_default();
            areas::place(sent, at, rest.first().copied().unwrap_or_default())
        }
        ["orders" | "address" | "point", name, ..] => (*name).to_owned(),
        [name, ..] => (*name).to_owned(),
        [] => String::new(),
    }
}

pub fn address(sent: &Sent) -> Value {
    json!({
        "street": text(sent.get("street")),
        "postcode": text(sent.get("postcode")),
        "town": text(sent.get("town")),
    })
}

/// A point has both numbers, or there is none.
fn point(sent: &Sent) -> Value {
    let (lat, lon) = (sent.get("lat"), sent.get("lon"));
    match lat.trim().is_empty() && lon.trim().is_empty() {
        true => Value::Null,
        false => json!({"lat": degrees(lat), "lon": degrees(lon)}),
    }
}

/// As a number, though with more decimals than a price.
fn degrees(typed: &str) -> Value {
    let typed = typed.trim().replacen(',', ".", 1);
    let number = serde_json::from_str::<Value>(&typed).ok();
    number
        .filter(Value::is_number)
        .unwrap_or_else(|| text(&typed))
}

fn orders(sent: &Sent) -> Value {
    let whole = |name: &str| number(sent.get(name));
    json!({
        "asap": sent.has("asap"),
        "days_ahead": whole("days_ahead"),
        "answer_minutes": whole("answer_minutes"),
        "auto_accept": sent.has("auto_accept"),
        "prepare_minutes": whole("prepare_minutes"),
        "slot_minutes": whole("slot_minutes"),
        "slot_orders": whole("slot_orders"),
        "order_pieces": whole("order_pieces"),
    })
}
