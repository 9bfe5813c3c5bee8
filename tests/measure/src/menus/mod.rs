//! Menus, and ordering from them: each figure as a row of a table, with what it is compared with and what it should be.

mod ordering;
mod reading;
mod size;
mod slot;
mod sold_out;

use crate::{Release, http::Client, process::Server};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Items of the menu that is measured.
const ITEMS: usize = 200;

pub async fn measure(release: &Release) -> Result<()> {
    println!("| what | this server | beside it | ratio | goal |");
    println!("| --- | --- | --- | --- | --- |");
    reading::measure(release).await?;
    ordering::measure(release).await?;
    slot::measure(release).await?;
    sold_out::measure(release).await?;
    size::measure(release).await
}

/// A number from the environment: a try on a smaller scale.
fn scale(name: &str, default: usize) -> Result<usize> {
    match std::env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name}={text}")),
        Err(_) => Ok(default),
    }
}

/// A pizzeria that is open round the clock and takes every order by itself.
struct Shop {
    id: String,
    path: String,
}

impl Shop {
    /// The first of a market of one, with these rules for its slots.
    async fn open(release: &Release, server: &Server, rules: Value) -> Result<Shop> {
        server.seed(release, 1, ITEMS)?;
        let path = "/api/restaurants/seed-1-0";
        let mut client = Client::connect(server.address).await?;
        let mut profile = client.read(path).await?;
        let orders = profile["orders"].as_object_mut().context("orders")?;
        orders.extend(rules.as_object().context("rules")?.clone());
        client.put(path, profile.to_string()).await?;
        Ok(Shop {
            id: profile["id"].as_str().context("id")?.to_owned(),
            path: path.to_owned(),
        })
    }

    /// The slots that can be had from tomorrow on, for as many days.
    async fn slots(&self, client: &mut Client, days: u64) -> Result<Vec<Value>> {
        let mut slots = Vec::new();
        for day in 1..=days {
            let path = format!("{}/slots?postcode=FN1&date={}", self.path, date(day)?);
            let read = client.read(&path).await?;
            slots.extend(read.as_array().context("slots")?.iter().cloned());
        }
        ensure!(!slots.is_empty(), "no slots");
        Ok(slots)
    }
}

/// Four lines: halves with a topping on one of them, two other pizzas, and a drink.
fn wanted(slot: &Value) -> Value {
    let olives = json!([{"group": "top", "option": "o7", "part": "left"}]);
    json!({
        "lines": [
            {"item": "i0", "size": "l", "quantity": 1, "half": "i1", "options": olives},
            {"item": "i1", "size": "m", "quantity": 1},
            {"item": "i2", "size": "l", "quantity": 1},
            {"item": "i5", "quantity": 1},
        ],
        "place": {"street": "Via Roma 1", "postcode": "FN1", "town": "Fornello"},
        "when": slot["slot"],
    })
}

/// The same as an order of somebody who agrees to a total, for the slot as it was offered.
fn order(slot: &Value, total: &Value) -> Value {
    let mut order = wanted(slot);
    order["customer_name"] = json!("Ana");
    order["phone"] = json!("030 1234567");
    order["agreed_total"] = total.clone();
    order["agreed_until"] = slot["to"].clone();
    order
}

/// What it costs.
async fn total(client: &mut Client, shop: &Shop, slot: &Value) -> Result<Value> {
    let path = format!("{}/quote", shop.path);
    let answer = client.post(&path, wanted(slot).to_string()).await?;
    let quote: Value = serde_json::from_slice(&answer.body)?;
    Ok(quote["bill"]["to_pay"].clone())
}

/// The date after so many days, in UTC.
fn date(days_ahead: u64) -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let mut left = now.as_secs() / 86_400 + days_ahead;
    let mut year = 1970;
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while left >= 365 + u64::from(is_leap(year)) {
        left -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < days {
            break;
        }
        left -= days;
        month += 1;
    }
    Ok(format!("{year:04}-{month:02}-{:02}", left + 1))
}
