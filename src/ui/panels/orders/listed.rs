//! Which orders the list shows: from the board, or from a page of past orders.

use super::query::query;
use crate::{
    domain::{Board, Counts, Order, OrderFilter, OrderId},
    ui::{
        browser::text::lower,
        live::{page_queries::PageQueries, store::LiveStore},
        navigation::Navigator,
        route::{OrdersQuery, Sort},
    },
};
use leptos::prelude::*;
use uuid::Uuid;

/// The rows of a page that is not hydrated. Where there are more, a hydrated page shows those near the view.
pub const SHOWN: usize = 200;

/// The content of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    pub ids: Vec<OrderId>,
    /// The next page, where older orders follow.
    pub more: Option<OrderId>,
    /// The orders that match all filters but the status, by status.
    pub counts: Counts,
    /// Whether `counts` includes past orders.
    pub complete: bool,
    /// The number of orders that match all filters, if it is known.
    pub matching: Option<usize>,
}

pub fn listed() -> Memo<Listed> {
    let (navigator, store, queries) = (
        Navigator::from_context(),
        LiveStore::from_context(),
        PageQueries::from_context(),
    );
    let known = StoredValue::new(MatchCache::default());
    store.view(move |board| {
        let query = query(&navigator.get());
        let filter = query.filter(store.zone());
        let not_hydrated = !store.is_hydrated();
        let mut listed = Listed::default();
        known.update_value(|known| {
            known.update(board, &filter);
            listed = known.listed(board, &query, &filter, not_hydrated);
        });
        if query.below.is_some() {
            let past = queries.past(&query, |found| {
                let rows = found.orders.iter().map(|order| row(order, query.sort));
                (sorted(rows.collect()), found.next)
            });
            (listed.ids, listed.more) = past.and_then(Result::ok).unwrap_or_default();
        }
        listed
    })
}

/// The sort key of a row, and the complement of its order's id, so that the newest comes first.
type SortRow = (i64, u128);

fn row(order: &Order, sort: Option<Sort>) -> SortRow {
    let id = order.id.0.as_u128();
    match sort {
        None => (0, !id),
        Some(Sort::Oldest) => (order.created_at.millis(), !id),
        Some(Sort::Price) => (-i64::from(order.total().get()), !id),
        Some(Sort::Status) => (order.status as i64, !id),
    }
}

fn sorted(mut rows: Vec<SortRow>) -> Vec<OrderId> {
    rows.sort_unstable();
    rows.into_iter()
        .map(|(_, complement)| OrderId(Uuid::from_u128(!complement)))
        .collect()
}

/// Which orders of the board match all filters but the status. With each event, one order is matched again, not ten
/// thousand.
#[derive(Default)]
struct MatchCache {
    filter: OrderFilter,
    /// Each order, the version that was matched, and whether it matches; sorted by id, as the board is.
    orders: Vec<(OrderId, u32, bool)>,
}

impl MatchCache {
    fn update(&mut self, board: &Board, filter: &OrderFilter) {
        let filter = OrderFilter {
            status: None,
            ..filter.clone()
        };
        if self.filter != filter {
            self.filter = filter;
            self.orders.clear();
        }
        let mut before = std::mem::take(&mut self.orders).into_iter().peekable();
        for order in board.orders() {
            while before.next_if(|(id, ..)| *id < order.id).is_some() {}
            let same = |(id, version, _): &(OrderId, u32, bool)| {
                *id == order.id && *version == order.version
            };
            let matches = || self.filter.matches_any_status(order, lower);
            let fits = before.next_if(same).map_or_else(matches, |(.., fits)| fits);
            self.orders.push((order.id, order.version, fits));
        }
    }

    /// The list from the board: the open orders, and the finished ones as far back as the board is complete. On a page that
    /// is not hydrated, at most [`SHOWN`].
    fn listed(
        &self,
        board: &Board,
        query: &OrdersQuery,
        filter: &OrderFilter,
        not_hydrated: bool,
    ) -> Listed {
        let past = board
            .newest_dropped()
            .filter(|id| filter.may_match_older(*id));
        let end = past.filter(|_| filter.includes_final());
        // The next page includes the order that the board dropped last.
        let mut more = end.map(OrderId::after);
        let (mut rows, mut last, mut counts) = (Vec::new(), None, Counts::default());
        for ((.., fits), order) in self.orders.iter().rev().zip(board.orders().rev()) {
            if !fits {
                continue;
            }
            counts.add(order.status);
            // The board has every open order, however old.
            let is_here = Some(order.id) > end || !order.status.is_final();
            let is_listed = is_here && filter.status.is_none_or(|s| s == order.status);
            if !is_listed {
                continue;
            }
            if not_hydrated && rows.len() == SHOWN {
                more = last;
                continue;
            }
            rows.push(row(order, query.sort));
            last = Some(order.id);
        }
        let narrow = filter.is_narrow();
        if !narrow {
            counts = board.counts();
        }
        let of = |status| counts.of(status);
        let matching = filter.status.map_or_else(|| counts.all(), of) as usize;
        Listed {
            ids: sorted(rows),
            more,
            counts,
            matching: (!narrow || end.is_none()).then_some(matching),
            complete: !narrow || past.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, FoldResult,
        samples::{at, commands, id, offer},
    };

    fn board(orders: u128) -> Board {
        let mut board = Board::new("e-0".parse().unwrap(), Counts::default(), vec![], None);
        for n in 1..=orders {
            let (order, _) = Order::new(id(n), offer(), at(n as i64));
            assert!(matches!(board.put(&order), FoldResult::Applied { .. }));
        }
        board
    }

    fn listed(
        known: &mut MatchCache,
        board: &Board,
        query: &OrdersQuery,
        not_hydrated: bool,
    ) -> Listed {
        let filter = query.filter(None);
        known.update(board, &filter);
        known.listed(board, query, &filter, not_hydrated)
    }

    #[test]
    fn a_changed_order_is_matched_again() {
        let mut board = board(3);
        let mut known = MatchCache::default();
        let jonas = OrdersQuery {
            text: "jonas".to_owned(),
            ..OrdersQuery::default()
        };
        assert_eq!(listed(&mut known, &board, &jonas, false).ids, []);
        for command in [0, 2, 3, 4, 5] {
            let order = board.get(id(2)).unwrap().clone();
            let command = commands()[command].clone();
            board.put(&order.apply(command, Actor::AnyRole, at(9)).unwrap().0);
        }
        board.put(&Order::new(id(4), offer(), at(4)).0);
        let found = listed(&mut known, &board, &jonas, false);
        assert_eq!(found.ids, [id(2)]);
        assert_eq!(
            (found.counts.all(), found.matching, found.complete),
            (1, Some(1), true)
        );
        let all = listed(&mut known, &board, &OrdersQuery::default(), false);
        assert_eq!(all.ids, [4, 3, 2, 1].map(id));
        assert_eq!(all.matching, Some(4));
    }

    #[test]
    fn an_open_order_is_listed_however_old_it_is() {
        let open = Order::new(id(1), offer(), at(1)).0;
        let board = Board::new(
            "e-0".parse().unwrap(),
            Counts::default(),
            vec![open],
            Some(id(7)),
        );
        let found = listed(
            &mut MatchCache::default(),
            &board,
            &OrdersQuery::default(),
            false,
        );
        assert_eq!((found.ids, found.more), (vec![id(1)], Some(id(8))));
    }

    #[test]
    fn a_page_that_is_not_hydrated_shows_a_limited_list_and_the_next_page() {
        let board = board(SHOWN as u128 + 50);
        let mut known = MatchCache::default();
        let oldest = OrdersQuery {
            sort: Some(Sort::Oldest),
            ..OrdersQuery::default()
        };
        let page = listed(&mut known, &board, &oldest, true);
        // The newest orders are sorted, so that a page of the others can follow.
        assert_eq!(page.ids.len(), SHOWN);
        assert_eq!(page.ids.first(), Some(&id(51)));
        assert_eq!(page.more, Some(id(51)));
        assert_eq!(page.matching, Some(SHOWN + 50));
        let live = listed(&mut known, &board, &oldest, false);
        assert_eq!((live.ids.len(), live.more), (SHOWN + 50, None));
    }
}
