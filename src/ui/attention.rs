//! How many tickets of a panel want somebody now: those that are late, that ring, or that wait for an answer. Each
//! counts once. The title and the navigation show it.

use super::{
    live::{reactive::memo, store::LiveStore},
    navigation::Navigator,
    panels::Bell,
    route::{Route, is_of},
};
use crate::domain::{Board, Order, Status, Time};
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
        Route::Supplier { kitchen } => {
            let kitchen = kitchen.name();
            let wants = |order: &Order| {
                let late = order.status <= Status::Ready && order.is_late(now);
                is_of(order, kitchen) && (late || rings(order))
            };
            Some(waiting(Status::PendingSupplier) + wanted(&wants))
        }
        Route::Dispatch => {
            let wants = |order: &Order| order.status > Status::Ready && order.is_late(now);
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
