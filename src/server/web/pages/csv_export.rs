//! The order book as a file for spreadsheets: every order that the page's filters ask for, live and past, newest
//! first. It is sent as it is read, so that a large one needs no more memory than a small one.

use crate::server::{
    clock::now,
    services::orders::OrderService,
    web::{headers, pages::cookies, problem::Problem, state::AppState},
};
use crate::{
    domain::{Error, Order, OrderFilter, OrderId, OrdersPage, Status},
    ui::Route,
};
use axum::{
    body::Body,
    extract::State,
    http::{
        HeaderMap, Uri,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use futures::stream;
use std::sync::Arc;

/// The columns for people. The mark before them tells spreadsheets that the text is UTF-8.
const HEAD: &str = "\u{feff}id,number,made,changed,status,pizza,supplier,supplier_price,markup_percentage,\
                    customer_price,customer,address,driver,minutes,notes";

/// The file, with the same query as the page.
pub async fn orders(
    State(app): State<AppState>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let Route::Orders { query, .. } = Route::read("/orders", uri.query().unwrap_or_default())
    else {
        return Err(Problem::UnknownPath);
    };
    let filter = query.filter(cookies::zone(&headers));
    // A store that cannot be read is an error, not an empty file.
    let first = app.orders.search(&filter, None).await?;
    let now = now().to_string();
    let day = now.split('T').next().unwrap_or_default();
    let head = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"orders-{day}.csv\""),
        ),
        // Names and addresses do not stay on a device that others use.
        (CACHE_CONTROL, format!("{}, no-store", headers::PRIVATE)),
    ];
    let rest = Rest {
        orders: app.orders,
        filter,
        next: first.next,
    };
    Ok((head, Body::from_stream(lines(first, rest))).into_response())
}

/// The pages that have not been read yet.
struct Rest {
    orders: Arc<OrderService>,
    filter: OrderFilter,
    next: Option<OrderId>,
}

/// An error breaks the answer off, so that a client does not take half of the file for all of it.
fn lines(first: OrdersPage, rest: Rest) -> impl stream::Stream<Item = Result<String, Error>> {
    let first = format!("{}{}", head(), written(&first));
    stream::try_unfold((Some(first), rest), |(first, mut rest)| async move {
        if let Some(first) = first {
            return Ok(Some((first, (None, rest))));
        }
        let Some(before) = rest.next else {
            return Ok(None);
        };
        let page = rest.orders.search(&rest.filter, Some(before)).await?;
        rest.next = page.next;
        Ok(Some((written(&page), (None, rest))))
    })
}

/// The columns, and one for each status: when the order last got there.
fn head() -> String {
    let moments = Status::ALL.iter().map(|status| format!(",{status}_at"));
    format!("{HEAD}{}\r\n", moments.collect::<String>())
}

fn written(page: &OrdersPage) -> String {
    page.orders.iter().map(line).collect()
}

fn line(order: &Order) -> String {
    let text = |text: Option<&str>| text.map(cell).unwrap_or_default();
    let cells = [
        order.id.to_string(),
        cell(&order.id.number()),
        order.created_at.to_string(),
        order.updated_at.to_string(),
        order.status.to_string(),
        cell(&order.pizza_name),
        cell(&order.supplier_name),
        order.supplier_price.cents().to_string(),
        order.markup_percentage.to_string(),
        order.total().to_string(),
        text(order.customer_name.as_deref()),
        text(order.delivery_address.as_deref()),
        text(order.driver_name.as_deref()),
        order
            .estimated_delivery_time
            .map(|minutes| minutes.get().to_string())
            .unwrap_or_default(),
        text(order.supplier_notes.as_deref()),
    ];
    let moment = |status: &Status| order.times.at(*status);
    let moments = Status::ALL.iter().map(moment);
    let moments = moments.map(|at| at.map_or_else(String::new, |at| at.to_string()));
    let cells: Vec<_> = cells.into_iter().chain(moments).collect();
    format!("{}\r\n", cells.join(","))
}

/// Text as RFC 4180 quotes it. What a spreadsheet would take for a formula begins with an apostrophe.
fn cell(text: &str) -> String {
    const BEGINS_FORMULA: [char; 11] =
        ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let guard = if text.trim_start_matches(' ').starts_with(BEGINS_FORMULA) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_text_and_nothing_else() {
        for (text, written) in [
            ("Diavola", "\"Diavola\""),
            ("A \"hot\" one, really", "\"A \"\"hot\"\" one, really\""),
            ("Hof II\n4th floor", "\"Hof II\n4th floor\""),
            ("=1+1", "\"'=1+1\""),
            ("+49 30", "\"'+49 30\""),
            ("-5", "\"'-5\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            (" =1", "\"' =1\""),
            ("\t=1", "\"'\t=1\""),
            ("＝1", "\"'＝1\""),
            ("a=1", "\"a=1\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }
}
