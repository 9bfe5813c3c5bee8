//! The list of orders as a file for spreadsheets: every order that the page's filters ask for, live and past, newest
//! first. It is sent as it is read, so that a large one needs no more memory than a small one.

use super::{cookies, preferences, redirect};
use crate::server::{
    clock::now,
    services::{formulas::guarded, orders::OrderService},
    web::{
        auth::Door,
        headers::{self, wants_page},
        problem::Problem,
        state::AppState,
    },
};
use crate::{
    domain::{Error, Order, OrderFilter, OrderId, OrdersPage, Status, Viewer},
    ui::{Language, Route},
};
use axum::{
    body::Body,
    extract::State,
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use futures::stream;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many files may be on their way at once: each reads the whole store, as slowly as its reader takes it.
static EXPORTS: Semaphore = Semaphore::const_new(8);

/// Tells spreadsheets that the text is UTF-8.
const MARK: &str = "\u{feff}";
const COLUMNS: [&str; 15] = [
    "id",
    "number",
    "made",
    "changed",
    "status",
    "pizza",
    "supplier",
    "supplier_price",
    "markup_percentage",
    "customer_price",
    "customer",
    "address",
    "driver",
    "minutes",
    "notes",
];

/// How a spreadsheet reads a file where the page's language is spoken.
#[derive(Clone, Copy)]
struct Format {
    separator: &'static str,
    decimal_point: &'static str,
}

impl Format {
    fn of(language: Language) -> Format {
        match language {
            Language::English => Format {
                separator: ",",
                decimal_point: ".",
            },
            Language::German => Format {
                separator: ";",
                decimal_point: ",",
            },
        }
    }
}

/// The file, with the same query as the page and in its language.
pub async fn orders(
    State(app): State<AppState>,
    door: Door,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let language = preferences::of(&headers, &app).locale.language;
    if let Err(error) = door.check_orders_panel() {
        return match error {
            Error::NotSignedIn if wants_page(&headers) => redirect::to_sign_in(&uri),
            error => error.into_response(),
        };
    }
    let Ok(permit) = EXPORTS.try_acquire() else {
        return too_many(&headers, language);
    };
    let Route::Orders { query, .. } = Route::read("/orders", uri.query().unwrap_or_default())
    else {
        return Problem::UnknownPath.into_response();
    };
    let filter = query.filter(cookies::zone(&app.config, &headers).as_ref());
    // A store that cannot be read is an error, not an empty file.
    let first = match app.orders.search(&filter, None, &door.viewer).await {
        Ok(first) => first,
        Err(error) => return error.into_response(),
    };
    let rest = Rest {
        orders: app.orders.clone(),
        viewer: door.viewer,
        filter,
        format: Format::of(language),
        next: first.next,
        _permit: permit,
    };
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
    (head, Body::from_stream(lines(first, rest))).into_response()
}

/// A person reads a sentence, a program the problem.
fn too_many(headers: &HeaderMap, language: Language) -> Response {
    let mut response = Problem::ExportLimitReached.into_response();
    if wants_page(headers) {
        let sentence = match language {
            Language::English => {
                "Several others are downloading orders right now. Try again in a few seconds."
            }
            Language::German => {
                "Gerade laden mehrere andere Bestellungen herunter. Versuchen Sie es in ein paar Sekunden noch einmal."
            }
        };
        let kind = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        *response.body_mut() = Body::from(sentence);
    }
    response
}

/// The pages that have not been read yet.
struct Rest {
    orders: Arc<OrderService>,
    viewer: Viewer,
    filter: OrderFilter,
    format: Format,
    next: Option<OrderId>,
    /// It is given back when the last line is sent, or the reader is gone.
    _permit: SemaphorePermit<'static>,
}

/// An error breaks the answer off, so that a client does not take half of the file for all of it.
fn lines(first: OrdersPage, rest: Rest) -> impl stream::Stream<Item = Result<String, Error>> {
    let first = format!("{}{}", head(rest.format), written(&first, rest.format));
    stream::try_unfold((Some(first), rest), |(first, mut rest)| async move {
        if let Some(first) = first {
            return Ok(Some((first, (None, rest))));
        }
        let Some(before) = rest.next else {
            return Ok(None);
        };
        let page = rest.orders.search(&rest.filter, Some(before), &rest.viewer);
        let page = page.await?;
        rest.next = page.next;
        Ok(Some((written(&page, rest.format), (None, rest))))
    })
}

/// The columns, and one for each status: when the order last got there.
fn head(format: Format) -> String {
    let moments = Status::ALL.iter().map(|status| format!("{status}_at"));
    let columns = COLUMNS.map(str::to_owned).into_iter().chain(moments);
    format!("{MARK}{}", line(columns, format))
}

fn written(page: &OrdersPage, format: Format) -> String {
    let lines = page.orders.iter();
    lines
        .map(|order| line(cells(order, format), format))
        .collect()
}

fn cells(order: &Order, format: Format) -> impl Iterator<Item = String> {
    let number = |number: String| number.replace('.', format.decimal_point);
    let text = |text: Option<&str>| text.map(guarded).unwrap_or_default();
    let minutes = order.estimated_delivery_time;
    let cells: [_; COLUMNS.len()] = [
        order.id.to_string(),
        order.id.number(),
        order.created_at.to_string(),
        order.updated_at.to_string(),
        order.status.to_string(),
        guarded(&order.pizza_name),
        guarded(&order.supplier_name),
        number(order.supplier_price.cents().to_string()),
        number(order.markup_percentage.to_string()),
        number(order.total().to_string()),
        text(order.customer_name.as_deref()),
        text(order.delivery_address.as_deref()),
        text(order.driver_name.as_deref()),
        minutes.map_or_else(String::new, |minutes| minutes.get().to_string()),
        text(order.supplier_notes.as_deref()),
    ];
    let moment = |status: &Status| order.times.at(*status);
    let moments = Status::ALL.iter().map(moment);
    let moments = moments.map(|at| at.map_or_else(String::new, |at| at.to_string()));
    cells.into_iter().chain(moments.collect::<Vec<_>>())
}

/// Cells as RFC 4180 quotes them: all, so that no separator within one begins another.
fn line(cells: impl Iterator<Item = String>, format: Format) -> String {
    let quoted = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
    let cells: Vec<_> = quoted.collect();
    format!("{}\r\n", cells.join(format.separator))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_as_its_language_separates_it() {
        let cells = || ["12.30", "a \"b\"", ""].map(str::to_owned).into_iter();
        let line = |language| line(cells(), Format::of(language));
        assert_eq!(
            line(Language::English),
            "\"12.30\",\"a \"\"b\"\"\",\"\"\r\n"
        );
        assert_eq!(line(Language::German), "\"12.30\";\"a \"\"b\"\"\";\"\"\r\n");
    }

    proptest! {
        /// Whichever separators a spreadsheet splits at, and whether it knows quotes or not.
        #[test]
        fn no_cell_begins_a_formula(text in "[=+@\\-,; \"a1\t\n]{0,12}", german: bool) {
            let language = if german { Language::German } else { Language::English };
            let line = line([guarded(&text)].into_iter(), Format::of(language));
            for separators in [&[','][..], &[';'], &[',', ';', '\t']] {
                for cell in line.split(|c| separators.contains(&c) || "\r\n".contains(c)) {
                    let cell = cell.trim_start_matches([' ', '"']);
                    prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{line:?}: {cell:?}");
                }
            }
        }
    }
}
