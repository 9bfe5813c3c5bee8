//! The title of a page, which counts the orders that wait there.

use super::{
    i18n::{domain_texts, locale::t},
    route::{Route, is_of},
};
use crate::domain::{Board, Order, Status};

pub fn title(route: &Route, board: Option<&Board>) -> String {
    let words = match route {
        Route::Home => return "Pizza Market".to_owned(),
        Route::Nowhere => t(["Nothing here", "Hier ist nichts"]).to_owned(),
        Route::Supplier { kitchen } => {
            let kitchen = kitchen.name();
            let to_answer =
                |order: &Order| order.status == Status::PendingSupplier && is_of(order, kitchen);
            let heading = kitchen.unwrap_or(t(["Supplier", "Küche"]));
            format!("{}{heading}", waiting(board, &to_answer))
        }
        Route::Customer { .. } => t(["Hot right now", "Jetzt zu haben"]).to_owned(),
        Route::Track(id) => match board.and_then(|board| board.get(*id)) {
            Some(order) => {
                let status = domain_texts::customer_status(order.status);
                format!("{status} · {}", order.pizza_name)
            }
            None => t(["One order", "Eine Bestellung"]).to_owned(),
        },
        Route::Dispatch => {
            let is_ready = |order: &Order| order.status == Status::Ready;
            let heading = t(["Dispatch", "Auslieferung"]);
            format!("{}{heading}", waiting(board, &is_ready))
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

/// `(3) `: the number of these orders, unless there are none.
fn waiting(board: Option<&Board>, is_waiting: &dyn Fn(&Order) -> bool) -> String {
    let waiting = board.map_or(0, |board| board.orders().filter(|o| is_waiting(o)).count());
    match waiting {
        0 => String::new(),
        n => format!("({n}) "),
    }
}
