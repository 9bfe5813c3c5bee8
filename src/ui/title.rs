//! The title of a page, which counts the orders that wait there.

use super::{
    i18n::{domain_texts, locale::t},
    route::Route,
};
use crate::domain::{Board, Status};

pub fn title(route: &Route, board: Option<&Board>) -> String {
    let words = match route {
        Route::Home => return "Pizza Market".to_owned(),
        Route::Nowhere => t(["Nothing here", "Hier ist nichts"]).to_owned(),
        Route::Supplier { kitchen } => {
            let heading = kitchen.name().unwrap_or(t(["Supplier", "Küche"]));
            format!("{}{heading}", waiting(board, Status::PendingSupplier))
        }
        Route::Customer { .. } => t(["Hot right now", "Jetzt frisch"]).to_owned(),
        Route::Track(id) => match board.and_then(|board| board.get(*id)) {
            Some(order) => {
                let status = domain_texts::customer_status(order.status);
                format!("{status} · {}", order.pizza_name)
            }
            None => t(["One order", "Eine Bestellung"]).to_owned(),
        },
        Route::Dispatch => {
            let heading = t(["Dispatch", "Auslieferung"]);
            format!("{}{heading}", waiting(board, Status::Ready))
        }
        Route::Orders { open, .. } => {
            let heading = t(["Orders", "Bestellungen"]);
            match open.and_then(|id| board?.get(id)) {
                Some(order) => {
                    let status = domain_texts::status(order.status);
                    format!("{} · {status} · {heading}", order.pizza_name)
                }
                None => heading.to_owned(),
            }
        }
    };
    format!("{words} · Pizza Market")
}

/// `(3) `: how many orders of the page have a status, unless none has.
fn waiting(board: Option<&Board>, status: Status) -> String {
    match board.map_or(0, |board| board.counts().of(status)) {
        0 => String::new(),
        n => format!("({n}) "),
    }
}
