//! `inspect order ID`: everything about one order, and its history.

use super::{
    Failure, Result,
    document::{Members, shown},
    events::short,
    output::{self, Format, plain},
    source::Source,
    table::{self, Fit, Table},
    time_format::{age, second, span},
};
use crate::{
    domain::{Event, OrderId, Role, Time},
    server::{cli::output::count, clock::now, store::JsonText},
};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

/// Show one order with its timeline: each event, when, by whom, and what it changed.
///
/// With --json it is one object: `order` and `events`, as `GET /api/orders/{id}` and `GET /api/orders/{id}/events`
/// answer them. The name and the address of the customer are shown.
#[derive(Args)]
pub struct OneOrder {
    /// The order's id, as in the list, the API and Redis.
    #[arg(value_parser = id)]
    id: OrderId,
}

fn id(text: &str) -> std::result::Result<OrderId, String> {
    text.parse()
        .map_err(|_| "an id is a UUID, like 0198c0de-7d3a-7c4e-9b1a-5f2e8d3c1a7f".to_owned())
}

pub async fn show(source: Source, OneOrder { id }: OneOrder, format: Format) -> Result<()> {
    let order = source.order(id).await?;
    let events = source.history(id).await?;
    drop(source);
    let Some(order) = order else {
        let left = match events.len() {
            0 => String::new(),
            many => format!(
                " But the log has {} about it: see pizza-market verify.",
                count(many as u64, "event")
            ),
        };
        return Err(Failure::NotFound(format!("There is no order {id}.{left}")));
    };
    if format == Format::Json {
        return print_json(&order, &events);
    }
    print(id, &order);
    output::line("");
    print_events(&events);
    Ok(())
}

fn print_json(order: &str, events: &[JsonText]) -> Result<()> {
    #[derive(Serialize)]
    struct Whole<'a> {
        order: &'a RawValue,
        events: Vec<&'a RawValue>,
    }
    let broken = |error: serde_json::Error| {
        Failure::Unreadable(format!("The stored order is not JSON ({error})"))
    };
    let events = events.iter().map(|event| serde_json::from_str(event));
    let whole = Whole {
        order: serde_json::from_str(order).map_err(broken)?,
        events: events
            .collect::<std::result::Result<_, _>>()
            .map_err(broken)?,
    };
    let text = serde_json::to_string(&whole).map_err(broken)?;
    output::line(output::plain_json(&text));
    Ok(())
}

/// Each member on a line of its own, also where the document is not an order.
fn print(id: OrderId, order: &str) {
    let Some(members) = Members::read(order) else {
        output::line(format!("{id} is not a JSON object: {}", plain(order)));
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
        output::line(format!("{:<longest$}  {text}{more}", plain(name)));
    }
}

fn print_events(events: &[JsonText]) {
    let mut table = Table::new(&[
        ("TIME", Fit::Whole),
        ("AFTER", Fit::Number),
        ("EVENT", Fit::Whole),
        ("BY", Fit::Cut),
        ("CHANGED", Fit::Cut),
    ]);
    let (mut before, mut previous) = (None::<Event>, Members::default());
    for text in events {
        let Ok(event) = serde_json::from_str::<Event>(text) else {
            let cells = ["?", "", "cannot be read", "", text].map(str::to_owned);
            table.row(cells);
            continue;
        };
        let order = order_in(text);
        let mut changes = changes(&previous, &order).into_iter();
        let after = before
            .as_ref()
            .map(|before| span(event.timestamp - before.timestamp));
        table.row([
            second(event.timestamp),
            after.unwrap_or_default(),
            short(event.event_type.name()).to_owned(),
            by(&event),
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
        (before, previous) = (Some(event), order);
    }
    table.print(table::width());
}

/// The order in an event, as it is stored.
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

/// What an event has changed, but for the members that every event changes.
pub fn changes(before: &Members, after: &Members) -> Vec<String> {
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

/// Who has done it: the role and, of an admin, why. Where nobody signs in, the roles that may have done it.
fn by(event: &Event) -> String {
    if let Some(actor) = &event.actor {
        let role = actor.role.name();
        return match &actor.reason {
            Some(reason) => format!("{role}: {}", &**reason),
            None => role.to_owned(),
        };
    }
    let roles = event.last_move().map_or(&[][..], |step| step.by);
    // Drivers act by accounts alone.
    let roles = roles.iter().filter(|role| **role != Role::Driver);
    let names: Vec<_> = roles.map(|role| role.name()).collect();
    names.join(" or ")
}
