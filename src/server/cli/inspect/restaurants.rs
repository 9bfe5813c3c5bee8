//! `inspect restaurants` and `inspect restaurant R`: pizzerias, and what happened to one.

use super::{
    Result,
    document::{Members, shown},
    order::changes,
    output::{self, Format, plain},
    shop_source::SeenShop,
    source::Source,
    table::{self, Fit, Table},
    time_format::second,
};
use crate::{
    domain::{Field, ShopKind, Time},
    server::{services::shops::catalog::ShopRef, store::JsonText},
};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// List the pizzerias: what they are called, where they are, whether they take orders.
///
/// With --json each line is a profile as it is stored; with --url it is a card as `GET /api/restaurants` answers it, and
/// those that are not listed are left out.
#[derive(Args)]
pub struct Restaurants {}

/// Show one pizzeria: its profile, what holds now, and its history.
///
/// With --json it is one object: `restaurant`, `counter` (null with --url, where the profile has `now`), and `events`,
/// oldest first.
#[derive(Args)]
pub struct OneRestaurant {
    /// Its id, or its slug as in addresses.
    #[arg(value_name = "RESTAURANT", value_parser = named)]
    restaurant: ShopRef,
}

/// A pizzeria on the command line.
pub fn named(text: &str) -> std::result::Result<ShopRef, String> {
    ShopRef::parse(text).map_err(|_| "a pizzeria is named by its UUID, or by its slug".to_owned())
}

pub async fn list(source: Source, Restaurants {}: Restaurants, format: Format) -> Result<()> {
    let all = source.restaurants().await?;
    drop(source);
    match format {
        Format::Json => {
            let profiles = all.iter().map(|shop| &shop.profile);
            profiles.for_each(|text| output::line(output::plain_json(text)));
        }
        Format::Text => print_all(&all),
    }
    if all.is_empty() {
        output::note("No pizzerias. `pizza-market seed` puts an example market there.");
    }
    Ok(())
}

fn print_all(all: &[SeenShop]) {
    let mut table = Table::new(&[
        ("SLUG", Fit::Whole),
        ("NAME", Fit::Cut),
        ("ORDERS", Fit::Whole),
        ("TOWN", Fit::Cut),
        ("TIME ZONE", Fit::Cut),
        ("VERSION", Fit::Number),
        ("ID", Fit::Whole),
    ]);
    for shop in all {
        let Some(profile) = Members::read(&shop.profile) else {
            table.row(["?".to_owned(), shop.profile.to_string()]);
            continue;
        };
        let text = |name: &str| profile.get(name).map(shown).unwrap_or_default();
        let town = profile
            .get("address")
            .map(|address| shown(&address["town"]));
        table.row([
            text("slug"),
            text("name"),
            state(&profile, shop.counter.as_deref()).to_owned(),
            town.unwrap_or_default(),
            text("time_zone"),
            text("version"),
            text("id"),
        ]);
    }
    table.print(table::width());
}

/// Whether it takes orders at all: what hours say is the part of the server.
fn state(profile: &Members, counter: Option<&str>) -> &'static str {
    let now = match counter {
        Some(text) => serde_json::from_str(text).unwrap_or_default(),
        None => profile.get("now").cloned().unwrap_or_default(),
    };
    let until = now["paused"]["until"].clone();
    let until: Option<Time> = serde_json::from_value(until).unwrap_or_default();
    let is_over = until.is_some_and(|until| until <= crate::server::clock::now());
    match profile.get("listed") {
        Some(Value::Bool(false)) => "not listed",
        _ if !now["paused"].is_null() && !is_over => "paused",
        _ => "takes orders",
    }
}

pub async fn show(source: Source, args: OneRestaurant, format: Format) -> Result<()> {
    let shop = source.restaurant(&args.restaurant).await?;
    let events = source.restaurant_events(&args.restaurant).await?;
    drop(source);
    if format == Format::Json {
        print_json(&shop, &events);
        return Ok(());
    }
    print_members(&shop.profile);
    if let Some(counter) = &shop.counter {
        output::line("");
        print_members(counter);
    }
    output::line("");
    print_events(&events);
    Ok(())
}

fn print_json(shop: &SeenShop, events: &[JsonText]) {
    let events: Vec<_> = events.iter().map(|event| &**event).collect();
    let counter = shop.counter.as_deref().unwrap_or("null");
    let (profile, events) = (&shop.profile, events.join(","));
    let text = format!(r#"{{"restaurant":{profile},"counter":{counter},"events":[{events}]}}"#);
    output::line(output::plain_json(&text));
}

/// Each member on a line of its own.
fn print_members(text: &str) {
    let Some(members) = Members::read(text) else {
        return output::line(format!("This is not a JSON object: {}", plain(text)));
    };
    let names = members.0.iter().map(|(name, _)| name.len());
    let longest = names.max().unwrap_or(0);
    for (name, value) in &members.0 {
        let (name, value) = (plain(name), plain(&shown(value)));
        output::line(format!("{name:<longest$}  {value}"));
    }
}

fn print_events(events: &[JsonText]) {
    let mut table = Table::new(&[
        ("TIME", Fit::Whole),
        ("WHAT", Fit::Whole),
        ("VERSION", Fit::Number),
        ("CHANGED", Fit::Cut),
    ]);
    let mut before = [Members::default(), Members::default()];
    for text in events {
        let Some((kind, time, document)) = event(text) else {
            table.row(["?", "", "", text].map(str::to_owned));
            continue;
        };
        let previous = &mut before[usize::from(kind == ShopKind::Counter)];
        let mut changes = changes(previous, &document).into_iter();
        let version = document.get("version").map(shown).unwrap_or_default();
        let first = changes.next().unwrap_or_default();
        table.row([second(time), kind.to_string(), version, first]);
        for change in changes {
            table.row([String::new(), String::new(), String::new(), change]);
        }
        *previous = document;
    }
    table.print(table::width());
}

/// What an entry of the log is about, when it was written, and the document in it.
fn event(text: &str) -> Option<(ShopKind, Time, Members)> {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        restaurant: Option<&'a RawValue>,
        #[serde(borrow)]
        counter: Option<&'a RawValue>,
        timestamp: Time,
    }
    let body: Body = serde_json::from_str(text).ok()?;
    let (kind, document) = match (body.restaurant, body.counter) {
        (Some(profile), None) => (ShopKind::Restaurant, profile),
        (None, Some(counter)) => (ShopKind::Counter, counter),
        _ => return None,
    };
    Some((kind, body.timestamp, Members::read(document.get())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pizzeria_takes_orders_unless_it_is_hidden_or_paused() {
        let of =
            |profile: &str, counter: Option<&str>| state(&Members::read(profile).unwrap(), counter);
        let paused = r#"{"paused":{"until":null,"reason":"x"}}"#;
        let over = r#"{"paused":{"until":"2020-01-01T00:00:00Z","reason":null}}"#;
        assert_eq!(
            of(r#"{"listed":true}"#, Some(r#"{"paused":null}"#)),
            "takes orders"
        );
        assert_eq!(of(r#"{"listed":true}"#, Some(paused)), "paused");
        assert_eq!(of(r#"{"listed":true}"#, Some(over)), "takes orders");
        assert_eq!(of(r#"{"listed":false}"#, Some(paused)), "not listed");
        let card = format!(r#"{{"listed":true,"now":{paused}}}"#);
        assert_eq!(of(&card, None), "paused");
    }

    #[test]
    fn an_event_has_its_document() {
        let text = r#"{"event_type":"counter.changed","counter":{"version":3},"by":null,"timestamp":"2026-11-30T18:00:00Z","id":"a.7"}"#;
        let (kind, _, document) = event(text).unwrap();
        assert_eq!(kind, ShopKind::Counter);
        assert_eq!(document.get("version").map(shown).as_deref(), Some("3"));
        assert!(event("{}").is_none());
    }
}
