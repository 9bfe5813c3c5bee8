//! The offers that the page shows: those that match the search of its address, sorted.

use crate::{
    domain::{Board, Order, OrderId, Status},
    ui::{
        browser::text::fold,
        components::{basics::text, more::total},
        live::{page_queries::PageQueries, reactive::memo, store::LiveStore},
        navigation::Navigator,
        route::{OffersQuery, OffersSort, OrdersQuery, Route},
    },
};
use leptos::prelude::*;
use std::cmp::Reverse;

/// The offer whose order form is open.
pub type Taking = Memo<Option<OrderId>>;

/// Search and sort, as the address has them.
pub fn query(route: &Route) -> OffersQuery {
    match route {
        Route::Customer { query, .. } => query.clone(),
        _ => OffersQuery::default(),
    }
}

/// The address of this page with the order form of another offer, or none.
pub fn address(taking: Option<OrderId>) -> Signal<String> {
    let navigator = Navigator::from_context();
    text(move || {
        let query = query(&navigator.get());
        Route::Customer { taking, query }.address()
    })
}

pub fn is_on_offer(status: Status) -> bool {
    status == Status::SupplierAccepted
}

/// The offers on the board.
pub fn on_offer(board: &Board) -> impl DoubleEndedIterator<Item = &Order> {
    board.listed().filter(|order| is_on_offer(order.status))
}

/// The search for the offers beyond the board.
pub fn beyond() -> Memo<Option<OrdersQuery>> {
    let navigator = Navigator::from_context();
    let end = LiveStore::from_context().view(Board::end);
    memo(move |_| navigator.get().beyond(end.get()))
}

/// The offers that match the search, sorted: those on the board, and those that were found beyond it. The one that is
/// being taken stands before them.
pub fn matching(taking: Taking) -> Memo<Vec<OrderId>> {
    let (query, queries) = (
        Navigator::from_context().memo(query),
        PageQueries::from_context(),
    );
    let beyond = beyond();
    LiveStore::from_context().view(move |board| {
        let (taking, query) = (taking.get(), query.get());
        let listed = |order: &&Order| {
            let is_listed = is_on_offer(order.status) && Some(order.id) != taking;
            is_listed && order.mentions(&query.text, fold)
        };
        let key = |order: &Order| match query.sort {
            None => 0,
            Some(OffersSort::Price) => order.total().get(),
            Some(OffersSort::Time) => minutes(order),
        };
        // The newest first, where the key is the same.
        let row = |order: &Order| (key(order), Reverse(order.id));
        let past = beyond.get().and_then(|beyond| {
            let found = |orders: &[Order], _| orders.iter().filter(listed).map(row).collect();
            queries.past.get(&beyond, found)?.ok()
        });
        let mut rows: Vec<_> = past.unwrap_or_default();
        rows.extend(board.listed().filter(listed).map(row));
        rows.sort_unstable();
        rows.into_iter().map(|(_, Reverse(id))| id).collect()
    })
}

/// An offer without a time sorts last.
fn minutes(order: &Order) -> u32 {
    let minutes = order.estimated_delivery_time;
    minutes.map_or(u32::MAX, |minutes| minutes.get().into())
}

pub fn offer_count() -> Memo<usize> {
    let here = LiveStore::from_context().view(|board| on_offer(board).count());
    total(&[Status::SupplierAccepted], move || here.get())
}

pub fn any_offer() -> Memo<bool> {
    let count = offer_count();
    memo(move |_| count.get() > 0)
}
