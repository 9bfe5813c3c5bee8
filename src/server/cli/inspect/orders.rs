//! `inspect orders`: a list, newest first.

use super::{
    Result, Wanted, out,
    source::Source,
    table::{self, Fit, Table},
    when::{age, moment},
};
use crate::{
    domain::{Order, Sought, Time},
    server::{ledger::Text, now, orders},
};
use clap::Args;

/// Orders looked at at once.
const CHUNK: usize = 500;
/// List orders, newest first.
///
/// Filters narrow the list together; they are those of the Orders panel. With --json each line is an order as
/// `GET /api/orders/{id}` answers it. Names and addresses of customers are shown.
#[derive(Args)]
pub struct Orders {
    #[command(flatten)]
    wanted: Wanted,
    /// Only orders made then or later: 2026-11-22T17:30:00Z, 2026-11-22 (in UTC), or an age like 30m, 2h, 3d.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Time>,
    /// Only orders made before then.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Time>,
    /// Show so many at most; 0 shows all.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,
}

/// What was found, and what could not be looked at.
#[derive(Default)]
struct Found {
    orders: Vec<(Text, Order)>,
    /// Whether there are more than were asked for.
    more: bool,
    unreadable: Vec<Text>,
}

pub async fn show(source: Source, asked: Orders, json: bool) -> Result<()> {
    let found = find(&source, &asked).await?;
    // Whoever reads what is printed may take long: a file is not held for them.
    drop(source);
    match json {
        true => found
            .orders
            .iter()
            .for_each(|(text, _)| out::line(out::plain_json(text))),
        false => print(&found.orders),
    }
    if found.orders.is_empty() {
        out::note("No such orders.");
    }
    if found.more {
        out::note(format!(
            "There are more: --limit shows more than {}.",
            asked.limit
        ));
    }
    if let Some(first) = found.unreadable.first() {
        let count = found.unreadable.len();
        let first: String = table::cut(&out::plain(first), 80);
        out::note(format!(
            "{count} of what is stored cannot be read as an order: {first}"
        ));
    }
    Ok(())
}

async fn find(source: &Source, asked: &Orders) -> Result<Found> {
    let sought = Sought {
        from: asked.since,
        before: asked.until,
        ..asked.wanted.sought()
    };
    let filter = asked.wanted.filter();
    let limit = if asked.limit == 0 {
        usize::MAX
    } else {
        asked.limit
    };
    let chunk = if sought.is_narrow() {
        CHUNK
    } else {
        CHUNK.min(limit.saturating_add(1))
    };
    let (mut found, mut below) = (Found::default(), sought.begins_below());
    loop {
        let (texts, next) = source.page(&filter, below, chunk).await?;
        for text in texts {
            let Ok(order) = orders::read(&text) else {
                found.unreadable.push(text);
                continue;
            };
            if !sought.reaches(order.id) {
                return Ok(found);
            }
            if sought.takes(&order, str::to_lowercase) {
                found.more = found.orders.len() == limit;
                if found.more {
                    return Ok(found);
                }
                found.orders.push((text, order));
            }
        }
        if next.is_none() {
            return Ok(found);
        }
        below = next;
    }
}

fn print(orders: &[(Text, Order)]) {
    if orders.is_empty() {
        return;
    }
    let now = now();
    let mut table = Table::new(&[
        ("ID", Fit::Whole),
        ("STATUS", Fit::Whole),
        ("AGE", Fit::Number),
        ("PIZZA", Fit::Cut),
        ("SUPPLIER", Fit::Cut),
        ("TOTAL", Fit::Number),
        ("CUSTOMER", Fit::Cut),
        ("DRIVER", Fit::Cut),
    ]);
    for (_, order) in orders {
        let or_none = |name: &Option<_>| name.as_ref().map_or("–".to_owned(), ToString::to_string);
        table.row([
            order.id.to_string(),
            order.status.to_string(),
            age(order.created_at, now),
            order.pizza_name.to_string(),
            order.supplier_name.to_string(),
            order.total().to_string(),
            or_none(&order.customer_name),
            or_none(&order.driver_name),
        ]);
    }
    table.print(table::width());
}
