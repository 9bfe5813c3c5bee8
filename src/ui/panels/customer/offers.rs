//! The offers that the page shows: those that match the search of its address, sorted.

use crate::{
    domain::{Board, Order, OrderId, Status},
    ui::{
        browser::text::lower,
        components::{basics::text, list},
        live::{reactive::memo, store::LiveStore},
        navigation::Navigator,
        route::{OffersQuery, OffersSort, Route},
    },
};
use leptos::prelude::*;

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

pub fn on_offer(board: &Board) -> impl DoubleEndedIterator<Item = &Order> {
    board.orders().filter(|order| is_on_offer(order.status))
}

/// The offers that match the search, sorted. The one that is being taken stands before them.
pub fn matching(taking: Taking) -> Memo<Vec<OrderId>> {
    let query = Navigator::from_context().memo(query);
    LiveStore::from_context().view(move |board| {
        let (taking, query) = (taking.get(), query.get());
        let offers = on_offer(board)
            .filter(|order| Some(order.id) != taking && order.mentions(&query.text, lower));
        let by = |key: fn(&Order) -> u32, offers: &mut dyn Iterator<Item = &Order>| {
            let sorted = list::sorted(offers.map(|order| (key(order), order.id)));
            sorted.into_iter().map(|(_, id)| id).collect()
        };
        let mut offers = offers.rev();
        match query.sort {
            None => offers.map(|order| order.id).collect(),
            Some(OffersSort::Price) => by(|order| order.total().get(), &mut offers),
            Some(OffersSort::Time) => by(minutes, &mut offers),
        }
    })
}

/// An offer without a time sorts last.
fn minutes(order: &Order) -> u32 {
    let minutes = order.estimated_delivery_time;
    minutes.map_or(u32::MAX, |minutes| minutes.get().into())
}

pub fn offer_count() -> Memo<usize> {
    LiveStore::from_context().view(|board| on_offer(board).count())
}

pub fn any_offer() -> Memo<bool> {
    let count = offer_count();
    memo(move |_| count.get() > 0)
}
