//! `inspect orders`: a list, newest first.

use super::{
    FilterArgs, Result,
    output::{self, Format},
    source::Source,
    table::{self, Fit, Table},
    time_format::{age, moment},
};
use crate::{
    domain::{Order, OrderFilter, Time},
    server::{
        clock::now,
        services::{order_documents, orders::ListFilter},
        store::JsonText,
    },
};
use clap::Args;

/// How many orders are read at once.
const CHUNK: usize = 500;

/// List orders, newest first.
///
/// Filters narrow the list together; they are those of the Orders panel. With --json each line is an order as
/// `GET /api/orders/{id}` answers it. Names and addresses of customers are shown.
#[derive(Args)]
pub struct Orders {
    #[command(flatten)]
    filter: FilterArgs,
    /// Only orders created then or later: 2026-11-22T17:30:00Z, 2026-11-22 (in UTC), or an age like 30m, 2h, 3d.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Time>,
    /// Only orders created before then.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Time>,
    /// Show at most this many; 0 shows all.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,
}

#[derive(Default)]
struct FoundOrders {
    orders: Vec<(JsonText, Order)>,
    /// Whether there are more than the limit.
    more: bool,
    /// Documents that are not orders.
    unreadable: Vec<JsonText>,
}

pub async fn show(source: Source, args: Orders, format: Format) -> Result<()> {
    let found = find(&source, &args).await?;
    // A slow reader of the output must not keep the file locked.
    drop(source);
    match format {
        Format::Json => found
            .orders
            .iter()
            .for_each(|(text, _)| output::line(output::plain_json(text))),
        Format::Text => print(&found.orders),
    }
    if found.orders.is_empty() {
        output::note("No such orders.");
    }
    if found.more {
        output::note(format!(
            "There are more: --limit shows more than {}.",
            args.limit
        ));
    }
    if let Some(first) = found.unreadable.first() {
        let count = found.unreadable.len();
        let first: String = table::cut(&output::plain(first), 80);
        output::note(format!(
            "{count} stored documents cannot be read as orders: {first}"
        ));
    }
    Ok(())
}

async fn find(source: &Source, args: &Orders) -> Result<FoundOrders> {
    let search = OrderFilter {
        from: args.since,
        before: args.until,
        ..args.filter.search()
    };
    let index = args.filter.index();
    let limit = if args.limit == 0 {
        usize::MAX
    } else {
        args.limit
    };
    let chunk = if search.is_narrow() {
        CHUNK
    } else {
        CHUNK.min(limit.saturating_add(1))
    };
    let newest = match search.before {
        Some(_) => source.page(&ListFilter::default(), None, 1).await?.0.pop(),
        None => None,
    };
    let newest = newest.and_then(|text| order_documents::read(&text).ok());
    let (mut found, mut before) = (FoundOrders::default(), search.upper_bound(newest.as_ref()));
    loop {
        let (texts, next) = source.page(&index, before, chunk).await?;
        for text in texts {
            let Ok(order) = order_documents::read(&text) else {
                found.unreadable.push(text);
                continue;
            };
            if !search.may_match_older(order.id) {
                return Ok(found);
            }
            if search.matches(&order, crate::domain::fold_text) {
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
        before = next;
    }
}

fn print(orders: &[(JsonText, Order)]) {
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
