//! The boards that an index makes: what a page shows, of what its viewer sees.

use super::order_index::{OrderIndex, Places};
use crate::domain::{
    AccountRole, Board, BoardQuery, Counts, Order, OrderId, RECENT, Scope, Sequence, SortKey,
    Status, Topic, Viewer, Window, Windows,
};
use std::collections::BTreeSet;

/// Of the orders that are over, a board has at most this many for each open one of a column that it begins with.
const RECENT_FOR_EACH: usize = 3;

/// Whose board is made, and of what.
struct BoardRequest<'a> {
    index: &'a OrderIndex,
    query: &'a BoardQuery,
    viewer: &'a Viewer,
    /// Everything that the viewer sees at all.
    reach: Scope,
    /// Whether each topic of the page is the viewer's own, so that it sees all of it.
    is_own: bool,
}

/// Where the orders of a scope are that have a status.
struct Sources<'a> {
    places: Vec<&'a BTreeSet<SortKey>>,
    /// What decides of each order, where not all that is here is in the scope and seen.
    filter: Option<&'a BoardRequest<'a>>,
    /// An order may be in two of them.
    overlap: bool,
}

impl OrderIndex {
    /// What a page shows a viewer.
    pub fn board(&self, query: &BoardQuery, viewer: &Viewer) -> Board {
        let request = BoardRequest::new(self, query, viewer);
        let (windows, mut ids) = match query.sequence {
            Sequence::Due => request.due(),
            Sequence::Newest => request.newest_of(),
        };
        ids.extend(request.recent(&windows));
        ids.extend(query.named());
        let orders = ids.iter().filter_map(|id| self.orders.get(id));
        let orders = orders.filter_map(|order| viewer.shown(Order::clone(order)));
        let orders = orders.collect();
        let mut counts = Counts::default();
        for &status in Status::ALL {
            counts.set(status, request.sources(status).count());
        }
        let counts = [self.counts_for(viewer), counts];
        Board::new(self.cursor.clone(), query.clone(), counts, windows, orders)
    }

    /// How many orders that a viewer sees have each status. Those that are over count as far as they are held, where
    /// it does not see all of them.
    pub fn counts_for(&self, viewer: &Viewer) -> Counts {
        if viewer.sees_everything() {
            return self.counts;
        }
        let everything = BoardQuery {
            scope: Scope::everything(),
            ..BoardQuery::nothing()
        };
        let request = BoardRequest::new(self, &everything, viewer);
        let mut counts = Counts::default();
        for &status in Status::ALL {
            let sources = request.sources(status);
            let is_whole = sources.filter.is_none() && request.reach.topics().is_none();
            counts.set(
                status,
                match is_whole && !sources.places.is_empty() {
                    true => self.counts.of(status),
                    false => sources.count(),
                },
            );
        }
        counts
    }
}

impl<'a> Sources<'a> {
    fn none() -> Sources<'a> {
        Sources {
            places: Vec::new(),
            filter: None,
            overlap: false,
        }
    }

    fn is_whole(&self, all: &BTreeSet<SortKey>) -> bool {
        self.filter.is_none() && matches!(&*self.places, [places] if std::ptr::eq(*places, all))
    }

    fn holds(&self, place: &SortKey) -> bool {
        self.filter.is_none_or(|request| request.holds(place.1))
    }

    fn count(&self) -> u64 {
        let held = |places: &&BTreeSet<SortKey>| match self.filter {
            None => places.len(),
            Some(_) => places.iter().filter(|place| self.holds(place)).count(),
        };
        if !self.overlap {
            return self.places.iter().map(|places| held(places) as u64).sum();
        }
        let all = self.places.iter().copied().flatten();
        let all: BTreeSet<_> = all.filter(|place| self.holds(place)).collect();
        all.len() as u64
    }
}

impl<'a> BoardRequest<'a> {
    fn new(index: &'a OrderIndex, query: &'a BoardQuery, viewer: &'a Viewer) -> BoardRequest<'a> {
        let reach = viewer.narrowed(Scope::everything());
        let own = reach.topics();
        let is_own = match (own, query.scope.topics()) {
            (None, _) | (_, None) => true,
            // What a page names, and what holds no order, is asked of nobody's own.
            (Some(own), Some(asked)) => asked.iter().all(|topic| match topic {
                Topic::Order(_) | Topic::Restaurant(_) | Topic::Shops => true,
                topic => own.contains(topic),
            }),
        };
        BoardRequest {
            index,
            query,
            viewer,
            reach,
            is_own,
        }
    }

    /// Whether an order is in the scope of the page and seen.
    fn holds(&self, id: OrderId) -> bool {
        let order = self.index.get(id);
        // Of what it sees: whose an order is that is shown from outside, the scope does not tell either.
        let shown = order.and_then(|order| self.viewer.shown(Order::clone(order)));
        shown.is_some_and(|order| self.query.scope.holds(&order))
    }

    /// Where the orders of the scope are that have a status and are seen; those that the page names are not among them.
    fn sources(&'a self, status: Status) -> Sources<'a> {
        let identity = self.viewer.identity();
        let role = identity.map(|identity| identity.role);
        let (scope, filter) = match (role, self.query.scope.topics()) {
            (Some(AccountRole::Dispatch), _) => match status {
                Status::PendingSupplier | Status::SupplierAccepted | Status::SupplierRejected => {
                    return Sources::none();
                }
                // It may have been cancelled before a customer took it.
                Status::Cancelled => (&self.query.scope, true),
                _ => (&self.query.scope, false),
            },
            (_, Some(_)) if self.is_own => (&self.query.scope, false),
            // Nobody is made to look through the market for what is another's.
            (_, Some(_)) => (&self.reach, true),
            (_, None) => (&self.reach, false),
        };
        let (places, overlap) = self.index.places_of(scope, status);
        Sources {
            places,
            overlap,
            filter: filter.then_some(self),
        }
    }

    /// Of each status the orders that are due first.
    fn due(&self) -> (Windows, Vec<OrderId>) {
        let query = self.query;
        let (mut windows, mut ids) = (CLOSED, Vec::new());
        for &status in &query.statuses {
            let sources = self.sources(status);
            let first = sources.places.iter().flat_map(|places| {
                let seen = places.iter().filter(|place| sources.holds(place));
                seen.take(query.first + 1)
            });
            let mut first: Vec<SortKey> = first.copied().collect();
            first.sort_unstable();
            first.dedup();
            windows[status as usize] = match first.get(query.first) {
                None => Window::All,
                Some(_) => {
                    first.truncate(query.first);
                    first
                        .last()
                        .map_or(Window::Closed, |last| Window::UpTo(*last))
                }
            };
            ids.extend(first.into_iter().map(|(_, id)| id));
        }
        (windows, ids)
    }

    /// The newest orders that have one of the statuses.
    fn newest_of(&self) -> (Windows, Vec<OrderId>) {
        let (index, query) = (self.index, self.query);
        let mut ids: Vec<OrderId> = Vec::new();
        for &status in &query.statuses {
            let sources = self.sources(status);
            if sources.is_whole(&index.places[status as usize]) {
                let newest = index.ids[status as usize].iter().rev();
                ids.extend(newest.take(query.first + 1));
            } else {
                let all = sources.places.iter().copied().flatten();
                let seen = all.filter(|place| sources.holds(place));
                ids.extend(seen.map(|(_, id)| *id));
            }
        }
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.dedup();
        let past = query.statuses.iter().any(|status| status.is_final());
        let dropped = index.newest_dropped.filter(|_| past);
        let after = ids.get(query.first).copied().max(dropped);
        ids.truncate(query.first);
        let window = after.map_or(Window::All, Window::After);
        let mut windows = CLOSED;
        for &status in &query.statuses {
            windows[status as usize] = window;
        }
        ids.retain(|id| Some(*id) > after);
        (windows, ids)
    }

    /// The newest of those that are over, as far as the page does not list them: it knows their names and prices. A page
    /// that does not hold what is open needs few of them: it is read again when it is live.
    fn recent(&self, windows: &Windows) -> Vec<OrderId> {
        let query = self.query;
        let is_whole = query
            .statuses
            .iter()
            .all(|s| windows[*s as usize].is_whole());
        let most = match is_whole {
            true => RECENT,
            false => RECENT.min(RECENT_FOR_EACH * query.first),
        };
        let mut places: Vec<SortKey> = Vec::new();
        for &status in Status::ALL.iter().filter(|status| status.is_final()) {
            if query.sequence == Sequence::Newest {
                continue;
            }
            let sources = match query.scope.topics() {
                // Its drivers are free now.
                Some(topics)
                    if status == Status::Delivered
                        && topics.contains(&Topic::Dispatch)
                        && self.reach.topics().is_none() =>
                {
                    Sources {
                        places: vec![&self.index.places[status as usize]],
                        filter: None,
                        overlap: false,
                    }
                }
                _ => self.sources(status),
            };
            let newest = sources.places.iter().flat_map(|all| {
                let seen = all.iter().rev().filter(|place| sources.holds(place));
                seen.take(most)
            });
            places.extend(newest);
        }
        places.sort_unstable_by(|a, b| b.cmp(a));
        places.dedup();
        places.truncate(most);
        places.into_iter().map(|(_, id)| id).collect()
    }
}

impl OrderIndex {
    /// Where the orders of a scope are that have a status, and whether one may be there twice. Those that the scope names
    /// are not among them.
    fn places_of(&self, scope: &Scope, status: Status) -> (Vec<&BTreeSet<SortKey>>, bool) {
        let all = &self.places[status as usize];
        let Some(topics) = scope.topics() else {
            return (vec![all], false);
        };
        if topics
            .iter()
            .any(|topic| topic.statuses().contains(&status))
        {
            return (vec![all], false);
        }
        let mut parts: Vec<(&Topic, &Places)> = Vec::new();
        for topic in topics {
            if !parts.iter().any(|(other, _)| *other == topic)
                && let Some(places) = self.parts.get(topic)
            {
                parts.push((topic, places));
            }
        }
        // An order has one supplier, one customer and one driver.
        let kind = |topic: &Topic| std::mem::discriminant(topic);
        let overlap = parts.windows(2).any(|two| kind(two[0].0) != kind(two[1].0));
        let places = parts
            .into_iter()
            .map(|(_, places)| &places[status as usize]);
        (places.collect(), overlap)
    }
}

const CLOSED: Windows = [Window::Closed; Status::ALL.len()];
