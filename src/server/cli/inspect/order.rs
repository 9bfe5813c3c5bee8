//! `inspect order ID`: everything about one order, and how it came to be so.

use super::{
    super::store::count,
    Failure, Result,
    document::{Members, shown},
    events::short,
    out::{self, plain},
    source::Source,
    table::{self, Fit, Table},
    when::{age, second, span},
};
use crate::{
    domain::{Actor, Event, OrderId, Role, Status, Time},
    server::{ledger::Text, now},
};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

/// Show one order with its timeline: each event, when, by whom, and what it changed.
///
/// With --json it is one object: `order` and `events`, as `GET /api/orders/{id}` and `GET /api/orders/{id}/events`
/// answer them. The name and the address of the customer are shown.
#[derive(Args)]
pub struct One {
    /// The order's id, as the list, the API and Redis have it.
    #[arg(value_parser = id)]
    id: OrderId,
}

fn id(text: &str) -> std::result::Result<OrderId, String> {
    text.parse()
        .map_err(|_| "an id is a UUID, like 0198c0de-7d3a-7c4e-9b1a-5f2e8d3c1a7f".to_owned())
}

pub async fn show(source: Source, One { id }: One, json: bool) -> Result<()> {
    let order = source.order(id).await?;
    let events = source.history(id).await?;
    drop(source);
    let Some(order) = order else {
        let left = match events.len() {
            0 => String::new(),
            many => format!(
                " The log has {} about it, though: pizza-market verify says more.",
                count(many as u64, "event")
            ),
        };
        return Err(Failure::NotFound(format!("There is no order {id}.{left}")));
    };
    if json {
        return print_json(&order, &events);
    }
    print(id, &order);
    out::line("");
    print_events(&events);
    Ok(())
}

fn print_json(order: &str, events: &[Text]) -> Result<()> {
    #[derive(Serialize)]
    struct Whole<'a> {
        order: &'a RawValue,
        events: Vec<&'a RawValue>,
    }
    let broken = |error: serde_json::Error| {
        Failure::CannotLook(format!("What is stored of this order is no JSON ({error})"))
    };
    let events = events.iter().map(|event| serde_json::from_str(event));
    let whole = Whole {
        order: serde_json::from_str(order).map_err(broken)?,
        events: events
            .collect::<std::result::Result<_, _>>()
            .map_err(broken)?,
    };
    let text = serde_json::to_string(&whole).map_err(broken)?;
    out::line(out::plain_json(&text));
    Ok(())
}

/// Each member on a line of its own, also of what is no order.
fn print(id: OrderId, order: &str) {
    let Some(members) = Members::read(order) else {
        out::line(format!("{id} is no JSON object: {}", plain(order)));
        return;
    };
    let now = now();
    let longest = members
        .0
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or(0);
    // The events below have the moments of the statuses.
    for (name, value) in members.0.iter().filter(|(name, _)| name != "times") {
        let text = plain(&shown(value));
        let more = match name.as_str() {
            "id" => format!("  (number {})", id.number()),
            "created_at" | "updated_at" => serde_json::from_value::<Time>(value.clone())
                .map(|time| format!("  ({} ago)", age(time, now)))
                .unwrap_or_default(),
            _ => String::new(),
        };
        out::line(format!("{:<longest$}  {text}{more}", plain(name)));
    }
}

fn print_events(events: &[Text]) {
    let mut table = Table::new(&[
        ("TIME", Fit::Whole),
        ("AFTER", Fit::Number),
        ("EVENT", Fit::Whole),
        ("BY", Fit::Cut),
        ("CHANGED", Fit::Cut),
    ]);
    let (mut before, mut stood) = (None::<Event>, Members::default());
    for text in events {
        let Ok(event) = serde_json::from_str::<Event>(text) else {
            let cells = ["?", "", "cannot be read", "", text].map(str::to_owned);
            table.row(cells);
            continue;
        };
        let order = order_in(text);
        let mut changes = changes(&stood, &order).into_iter();
        let after = before
            .as_ref()
            .map(|before| span(event.timestamp - before.timestamp));
        table.row([
            second(event.timestamp),
            after.unwrap_or_default(),
            short(event.event_type.name()).to_owned(),
            by(before.as_ref().map(|before| before.order.status), &event),
            changes.next().unwrap_or_default(),
        ]);
        for change in changes {
            table.row([
                String::new(),
                String::new(),
                String::new(),
                String::new(),
                change,
            ]);
        }
        (before, stood) = (Some(event), order);
    }
    table.print(table::width());
}

/// The order in an event, as it stands there.
fn order_in(event: &str) -> Members {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        order: &'a RawValue,
    }
    let body: Option<Body> = serde_json::from_str(event).ok();
    body.and_then(|body| Members::read(body.order.get()))
        .unwrap_or_default()
}

/// What an event has changed, but for what every event does.
fn changes(before: &Members, after: &Members) -> Vec<String> {
    const ALWAYS: [&str; 6] = [
        "id",
        "status",
        "created_at",
        "updated_at",
        "version",
        "times",
    ];
    let changed = after.0.iter().filter(|(name, value)| {
        !ALWAYS.contains(&name.as_str()) && before.get(name).unwrap_or(&Value::Null) != value
    });
    changed
        .map(|(name, value)| match before.get(name) {
            None | Some(Value::Null) => format!("{name}: {}", shown(value)),
            Some(old) => format!("{name}: {} → {}", shown(old), shown(value)),
        })
        .collect()
}

/// Who may have done it: the log does not say which person it was.
fn by(before: Option<Status>, event: &Event) -> String {
    let mut moves = before
        .into_iter()
        .flat_map(|status| status.moves(Actor::AnyRole));
    let roles = match moves.find(|one| one.to == event.order.status) {
        Some(one) => one.by.to_vec(),
        None => event.event_type.by().into_iter().collect(),
    };
    let names: Vec<_> = roles.into_iter().map(Role::name).collect();
    names.join(" or ")
}
