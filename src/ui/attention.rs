//! How many tickets of a panel want somebody now: those that are late, that ring, or that wait for an answer or a
//! driver. Each counts once. The title and the navigation show it.

use super::{
    live::{page_queries::PageQueries, reactive::memo, store::LiveStore},
    navigation::Navigator,
    panels::Bell,
    route::{Panel, Route},
};
use crate::domain::{Board, IN_KITCHEN, Order, Status, Time, WITH_DRIVER};
use leptos::prelude::*;

/// Of the panel that the page shows; nothing where it has no such tickets.
pub fn wanting(
    route: &Route,
    board: &Board,
    now: Time,
    rings: impl Fn(&Order) -> bool,
) -> Option<usize> {
    let waiting = |status| board.counts().of(status) as usize;
    let wanted =
        |wants: &dyn Fn(&Order) -> bool| board.orders().filter(|order| wants(order)).count();
    match route {
        Route::Supplier { kitchen, .. } => {
            let (kitchen, scope) = (kitchen.name(), &board.query().scope);
            let wants = |order: &Order| {
                let late = IN_KITCHEN.contains(&order.status) && order.is_late(now);
                scope.is_of_kitchen(order, kitchen)
                    && (late || rings(order) || order.is_unanswered())
            };
            Some(waiting(Status::PendingSupplier) + wanted(&wants))
        }
        Route::Dispatch { .. } => {
            let wants = |order: &Order| WITH_DRIVER.contains(&order.status) && order.is_late(now);
            Some(waiting(Status::Ready) + wanted(&wants))
        }
        _ => None,
    }
}

/// As [`wanting`], of this page as it changes.
pub fn wanting_here() -> Memo<Option<usize>> {
    let (store, navigator) = (LiveStore::from_context(), Navigator::from_context());
    let bell = Bell::from_context();
    memo(move |_| {
        let now = store.about_now(Time::default());
        let count =
            |board: &Board| wanting(&navigator.get(), board, now, |order| bell.calls_for(order));
        store.with(|board| board.and_then(count))
    })
}

/// Of the supplier panel or of dispatch: where the page shows another panel, as the server counts it, for the kitchen
/// that the device belongs to.
pub fn wanting_on(panel: Panel, here: Memo<Option<usize>>) -> Memo<usize> {
    let (store, queries) = (LiveStore::from_context(), PageQueries::from_context());
    let bell = Bell::from_context();
    let shown = Navigator::from_context().memo(|route| route.panel());
    memo(move |_| {
        let here = here.get().filter(|_| shown.get() == panel);
        here.unwrap_or_else(|| {
            let market = store.with(|board| board.map(Board::market).unwrap_or_default());
            let wanting = queries.wanting(|wanting| match panel {
                Panel::Supplier => {
                    wanting.in_kitchen(market, |id, version| bell.is_news(id, version))
                }
                _ => wanting.in_dispatch(market),
            });
            wanting as usize
        })
    })
}
