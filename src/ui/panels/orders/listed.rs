//! Which orders the list shows: from the board, and what a search found beyond it.

use super::query::query;
use crate::{
    domain::{Board, Counts, Order, OrderFilter, OrderId, Status},
    ui::{
        browser::text::fold,
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

impl Listed {
    /// Counts what was found beyond the board; `all` is the number of rows, if those are all.
    fn include(&mut self, found: Counts, all: Option<usize>, filter: &OrderFilter) {
        for &status in Status::ALL {
            let here = self.counts.of(status);
            self.counts.set(status, here + found.of(status));
        }
        self.matching = all;
        // The search has left out the other statuses.
        self.complete = all.is_some() && filter.status.is_none();
    }
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
        let filter = query.filter(store.zone().as_ref());
        let not_hydrated = !store.is_hydrated();
        let (mut listed, mut rows) = Default::default();
        known.update_value(|known| {
            known.update(board, &filter);
            (listed, rows) = known.listed(board, &query, &filter, not_hydrated);
        });
        let beyond = navigator.get().beyond(board.end());
        let past = beyond.and_then(|beyond| {
            let found = |orders: &[Order], next| {
                let (mut rows, mut counts) = (Vec::new(), Counts::default());
                for order in orders.iter().filter(|o| filter.matches(o, fold)) {
                    rows.push(row(order, query.sort));
                    counts.add(order.status);
                }
                (rows, counts, next)
            };
            queries.past.get(&beyond, found)?.ok()
        });
        if query.below.is_some() {
            (rows, _, listed.more) = past.unwrap_or_default();
        } else if let Some((past, counts, next)) = past
            && !(not_hydrated && rows.len() >= SHOWN)
        {
            rows.extend::<Vec<SortRow>>(past);
            listed.more = next;
            if filter.is_narrow() {
                listed.include(counts, next.is_none().then_some(rows.len()), &filter);
            }
        }
        listed.ids = sorted(rows);
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
        for order in board.listed() {
            while before.next_if(|(id, ..)| *id < order.id).is_some() {}
            let same = |(id, version, _): &(OrderId, u32, bool)| {
                *id == order.id && *version == order.version
            };
            let matches = || self.filter.matches_any_status(order, fold);
            let fits = before.next_if(same).map_or_else(matches, |(.., fits)| fits);
            self.orders.push((order.id, order.version, fits));
        }
    }

    /// The list from the board, as far back as its window reaches. On a page that is not hydrated, at most [`SHOWN`].
    fn listed(
        &self,
        board: &Board,
        query: &OrdersQuery,
        filter: &OrderFilter,
        not_hydrated: bool,
    ) -> (Listed, Vec<SortRow>) {
        let end = board.end().filter(|id| filter.may_match_older(*id));
        // The next page includes the order at which the window ends.
        let mut more = end.map(OrderId::after);
        let (mut rows, mut last, mut counts) = (Vec::new(), None, Counts::default());
        for ((.., fits), order) in self.orders.iter().rev().zip(board.listed().rev()) {
            if !fits {
                continue;
            }
            counts.add(order.status);
            if filter.status.is_some_and(|s| s != order.status) {
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
            counts = board.market();
        }
        let of = |status| counts.of(status);
        let matching = filter.status.map_or_else(|| counts.all(), of) as usize;
        let listed = Listed {
            ids: Vec::new(),
            more,
            counts,
            matching: (!narrow || end.is_none()).then_some(matching),
            complete: !narrow || end.is_none(),
        };
        (listed, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Actor, Event, FoldResult, Sequence,
        samples::{at, commands, id, offer},
    };

    fn board(orders: u128) -> Board {
        let made = |n: u128| Order::new(id(n), offer(), at(n as i64)).0;
        Board::whole("e-0", Sequence::Newest, (1..=orders).map(made).collect())
    }

    fn listed(
        known: &mut MatchCache,
        board: &Board,
        query: &OrdersQuery,
        not_hydrated: bool,
    ) -> Listed {
        let filter = query.filter(None);
        known.update(board, &filter);
        let (mut listed, rows) = known.listed(board, query, &filter, not_hydrated);
        listed.ids = sorted(rows);
        listed
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
        let (order, event_type) = Order::new(id(4), offer(), at(4));
        let folded = board.fold(&Event {
            event_type,
            order,
            timestamp: at(4),
            actor: None,
            id: "e-1".parse().unwrap(),
        });
        assert!(matches!(folded, FoldResult::Applied { .. }));
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
