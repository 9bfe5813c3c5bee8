//! The title of a page, which counts the tickets that want somebody now.

use super::{
    i18n::{domain_texts, locale::t},
    route::Route,
};
use crate::domain::Board;

/// `wanting`: how many tickets of the page want somebody now.
pub fn title(route: &Route, board: Option<&Board>, wanting: usize) -> String {
    let words = match route {
        Route::Home => return "Pizza Market".to_owned(),
        Route::Nowhere => t(["Nothing here", "Hier ist nichts"]).to_owned(),
        Route::Supplier { kitchen, .. } => {
            let heading = kitchen.name().unwrap_or(t(["Supplier", "Küche"]));
            format!("{}{heading}", counted(wanting))
        }
        Route::Customer { .. } => t(["Hot right now", "Jetzt frisch"]).to_owned(),
        Route::Track(id) => match board.and_then(|board| board.get(*id)) {
            Some(order) => {
                let status = domain_texts::customer_status(order.status);
                format!("{status} · {}", order.pizza_name)
            }
            None => t(["One order", "Eine Bestellung"]).to_owned(),
        },
        Route::Dispatch { .. } => {
            let heading = t(["Dispatch", "Auslieferung"]);
            format!("{}{heading}", counted(wanting))
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

/// `(3) `, unless there is none.
fn counted(wanting: usize) -> String {
    match wanting {
        0 => String::new(),
        n => format!("({n}) "),
    }
}
