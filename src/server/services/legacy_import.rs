//! The orders of the Python backend: the same key and the contract's first fourteen fields, but no version, no place
//! in an index and no events. So no list has them until they are adopted.

use super::order_documents;
use crate::domain::{Field, Order, Status, Time, Times, customer_price, is_blank, verify_event};
use crate::server::store::{Batch, JsonText, Key, Result, keys::Keys};
use redis::{Client, aio::MultiplexedConnection, cmd, pipe};
use serde::{
    Deserialize,
    de::{IntoDeserializer, value},
};
use serde_json::value::RawValue;

/// As its JSON is. A field that is not known here would be lost: then it is not one of theirs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LegacyOrder {
    id: String,
    supplier_name: String,
    pizza_name: String,
    supplier_price: Box<RawValue>,
    customer_price: Option<f64>,
    markup_percentage: Option<Box<RawValue>>,
    status: Status,
    customer_name: Option<String>,
    delivery_address: Option<String>,
    driver_name: Option<String>,
    estimated_delivery_time: Option<Box<RawValue>>,
    supplier_notes: Option<String>,
    created_at: String,
    updated_at: String,
}

/// The order that a text of the Python backend stands for; or why it cannot be one.
pub fn read(key: &Key, text: &str) -> std::result::Result<Order, String> {
    let found: LegacyOrder = serde_json::from_str(text).map_err(|error| unfit(&error))?;
    let id = order_documents::id(key).filter(|id| order_documents::key(*id) == *key);
    let id = id.ok_or("its key is not `order:` and a UUID")?;
    if found.id.parse() != Ok(id) {
        return Err(format!("id: it says that it is {}", found.id));
    }
    let supplier_price = parsed("supplier_price", found.supplier_price.get())?;
    let markup_percentage = found.markup_percentage.as_deref().map(RawValue::get);
    let markup_percentage = written("markup_percentage", markup_percentage)?.unwrap_or_default();
    let customer_name = written("customer_name", found.customer_name.as_deref())?;
    // Computed in binary floating point, and kept before anybody was to pay it.
    let price = customer_price(supplier_price, markup_percentage);
    let kept = found.customer_price.filter(|_| customer_name.is_some());
    if kept.is_some_and(|kept| (kept * 100.0 - f64::from(price.get())).abs() > 1.0) {
        return Err(format!(
            "customer_price: it is {}, and the supplier's price with the markup is {price}",
            kept.unwrap_or_default()
        ));
    }
    let minutes = found.estimated_delivery_time.as_deref().map(RawValue::get);
    let created_at = time("created_at", &found.created_at)?;
    let updated_at = time("updated_at", &found.updated_at)?;
    let order = Order {
        id,
        supplier_name: parsed("supplier_name", &found.supplier_name)?,
        pizza_name: parsed("pizza_name", &found.pizza_name)?,
        supplier_price,
        customer_price: customer_name.is_some().then_some(price),
        markup_percentage,
        status: found.status,
        customer_name,
        delivery_address: written("delivery_address", found.delivery_address.as_deref())?,
        driver_name: written("driver_name", found.driver_name.as_deref())?,
        estimated_delivery_time: written("estimated_delivery_time", minutes)?,
        supplier_notes: written("supplier_notes", found.supplier_notes.as_deref())?,
        created_at,
        updated_at,
        version: 1,
        times: Times::known(created_at, found.status, updated_at),
        customer_id: None,
        driver_id: None,
        restaurant_id: None,
        cancellation: None,
        basket: None,
    };
    check(&order)?;
    Ok(order)
}

/// Whether it has what an order in its state has.
fn check(order: &Order) -> std::result::Result<(), String> {
    use Status::*;
    let taken = [
        CustomerAccepted,
        Preparing,
        Ready,
        Dispatched,
        InTransit,
        Delivered,
    ];
    let driven = [Dispatched, InTransit, Delivered];
    let customer = order.customer_name.is_some() && order.delivery_address.is_some();
    if taken.contains(&order.status) && !customer {
        return Err(format!(
            "it is {}, and has no customer or no address",
            order.status
        ));
    }
    if driven.contains(&order.status) && order.driver_name.is_none() {
        return Err(format!("it is {}, and has no driver", order.status));
    }
    verify_event(None, order.status.event(), order).map_err(|_| {
        format!(
            "it is {}, and has something that an order has only later, or lacks something",
            order.status
        )
    })
}

/// What keeps a text from being one of theirs.
fn unfit(error: &serde_json::Error) -> String {
    match error.is_data() {
        true => format!("it is no order of the Python backend: {error}"),
        false => {
            let (line, column) = (error.line(), error.column());
            format!("it is no JSON from line {line}, column {column} on")
        }
    }
}

fn parsed<T: Field>(field: &str, text: &str) -> std::result::Result<T, String> {
    T::parse(text).map_err(|what| format!("{field}: {what}"))
}

/// Blank counts as nothing.
fn written<T: Field>(field: &str, text: Option<&str>) -> std::result::Result<Option<T>, String> {
    let text = text.filter(|text| !is_blank(text));
    text.map(|text| parsed(field, text)).transpose()
}

/// Python's `isoformat()`: often without an offset, and then in UTC.
fn time(field: &str, text: &str) -> std::result::Result<Time, String> {
    let read = |text: &str| {
        let text: value::StrDeserializer<'_, value::Error> = text.into_deserializer();
        Time::deserialize(text).ok()
    };
    let time = read(text).or_else(|| read(&format!("{text}Z")));
    time.ok_or_else(|| format!("{field}: “{text}” is no time"))
}

/// The change that adopts an order, as long as its text is still this one: the first version, with the event of the
/// state that it was found in.
pub fn import(text: JsonText, order: &Order) -> Result<Batch> {
    let mut change = order_documents::change(None, &[(order.clone(), order.status.event())], None)?;
    change.expect = vec![(order_documents::key(order.id), Some(text))];
    Ok(change)
}

/// Looks at some keys of a Redis, and logs a warning if there are orders to adopt.
pub async fn warn(client: Client) {
    let Ok(connection) = client.get_multiplexed_async_connection().await else {
        return;
    };
    if let Ok(found @ 1..) = not_imported(connection).await {
        tracing::warn!(
            found,
            "there are orders that this program did not make, and that no screen shows: `pizza-market migrate` adopts them"
        );
    }
}

/// How many of the first keys are orders without a history. It takes a moment, however large the store is.
pub async fn not_imported(mut connection: MultiplexedConnection) -> redis::RedisResult<usize> {
    const LOOKED_AT: usize = 1_000;
    let keys = Keys::new("");
    let (_, names): (u64, Vec<String>) = cmd("SCAN")
        .arg(0)
        .arg("MATCH")
        .arg("order:*")
        .arg("COUNT")
        .arg(LOOKED_AT)
        .arg("TYPE")
        .arg("string")
        .query_async(&mut connection)
        .await?;
    let mut ask = pipe();
    for name in names {
        ask.cmd("EXISTS").arg(keys.history(&Key(name)));
    }
    if ask.is_empty() {
        return Ok(0);
    }
    let there: Vec<bool> = ask.query_async(&mut connection).await?;
    Ok(there.into_iter().filter(|there| !there).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn found() -> Value {
        json!({
            "id": "7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f11", "supplier_name": "Bella Napoli", "pizza_name": "Diavola",
            "supplier_price": 9.9, "customer_price": 11.384999999999998, "markup_percentage": 15.0,
            "status": "preparing", "customer_name": "Ana", "delivery_address": "Kurze Gasse 1", "driver_name": null,
            "estimated_delivery_time": 25, "supplier_notes": "", "created_at": "2026-02-17T10:30:00.123456",
            "updated_at": "2026-02-17T11:30:00+01:00",
        })
    }

    fn read_value(value: &Value) -> std::result::Result<Order, String> {
        let key = Key("order:7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f11".to_owned());
        read(&key, &value.to_string())
    }

    #[test]
    fn an_order_of_the_python_backend_is_read() {
        let mut value = found();
        value["updated_at"] = json!("2026-02-17T10:31:00");
        let order = read_value(&value).unwrap();
        assert_eq!(
            serde_json::to_value(&order).unwrap(),
            json!({
                "id": "7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f11", "supplier_name": "Bella Napoli",
                "pizza_name": "Diavola", "supplier_price": 9.9, "customer_price": 11.39, "markup_percentage": 15.0,
                "status": "preparing", "customer_name": "Ana", "delivery_address": "Kurze Gasse 1",
                "driver_name": null, "estimated_delivery_time": 25, "supplier_notes": null,
                "created_at": "2026-02-17T10:30:00.123Z", "updated_at": "2026-02-17T10:31:00.000Z", "version": 1,
                "times": {
                    "pending_supplier": "2026-02-17T10:30:00.123Z", "preparing": "2026-02-17T10:31:00.000Z",
                },
                "customer_id": null, "driver_id": null, "restaurant_id": null, "cancellation": null, "basket": null,
            })
        );
    }

    #[test]
    fn what_is_none_is_named() {
        for (field, value, named) in [
            ("supplier_price", json!(9.999), "supplier_price"),
            ("customer_price", json!(99.0), "customer_price"),
            ("supplier_name", json!("x".repeat(101)), "supplier_name"),
            ("status", json!("eaten"), "eaten"),
            ("customer_name", json!(null), "customer"),
            ("status", json!("in_transit"), "driver"),
            ("created_at", json!("yesterday"), "created_at"),
            ("colour", json!("red"), "colour"),
            ("id", json!("7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f12"), "id"),
        ] {
            let mut order = found();
            order[field] = value;
            let why = read_value(&order).unwrap_err();
            assert!(why.contains(named), "{field}: {why}");
        }
        assert!(read(&Key("order:x".to_owned()), &found().to_string()).is_err());
        assert!(read(&Key("order:x".to_owned()), "no JSON").is_err());
    }
}
