//! Lists of orders: pages of the store's indexes, and searches in them.

use super::{Failure, ListFilter, OrderService, OrderTexts, in_time, may_list};
use crate::{
    domain::{
        AccountRole, Cursor, Error, Field, Identity, Name, Order, OrderFacts, OrderFilter, OrderId,
        OrdersPage, Sight, Status, Viewer,
    },
    server::{
        services::order_documents,
        store::{Index, JsonText, Page, Query},
    },
};
use std::cmp::Reverse;

/// How many orders a search returns at once, at most; and how many it examines for them.
const SHOWN: usize = 200;
const EXAMINED: usize = 2_000;

/// The orders of a page, each with its text, and the last one that was examined, where more follow.
type Listed = (Vec<(Order, JsonText)>, Option<OrderId>, Cursor);

impl OrderService {
    /// At most `limit` orders that a viewer sees, older than `before`. A page may be short, and more follow all the same.
    pub async fn orders(
        &self,
        filter: &ListFilter,
        before: Option<OrderId>,
        limit: usize,
        viewer: &Viewer,
    ) -> Result<OrderTexts, Error> {
        let (found, next, cursor) = self.listed(filter, before, limit, viewer).await?;
        Ok(OrderTexts {
            orders: found.into_iter().map(|(_, text)| text).collect(),
            next,
            cursor,
        })
    }

    /// The same, each with its text.
    async fn listed(
        &self,
        filter: &ListFilter,
        before: Option<OrderId>,
        limit: usize,
        viewer: &Viewer,
    ) -> Result<Listed, Error> {
        let indexes = match viewer.identity() {
            None => vec![order_documents::index(
                filter.status,
                filter.supplier.as_ref(),
            )],
            Some(identity) => indexes(identity, filter),
        };
        let queries = indexes.into_iter().map(|index| Query {
            index,
            before: before.map(order_documents::key),
            limit,
        });
        let queries: Vec<_> = queries.collect();
        in_time(async {
            let listing = self.store.list(&queries).await?;
            let (found, next) = merged(listing.pages, limit);
            let found = match viewer {
                Viewer::Open => found,
                Viewer::Known(_) => shown(found, filter, viewer)?,
            };
            Ok((found, next, listing.cursor))
        })
        .await
    }

    /// The orders that `search` describes and a viewer sees, newest first, older than `before`; and where the search goes
    /// on. One call examines a limited number of orders, however few of them match.
    pub async fn search(
        &self,
        search: &OrderFilter,
        before: Option<OrderId>,
        viewer: &Viewer,
    ) -> Result<OrdersPage, Error> {
        may_search(search, viewer)?;
        let supplier = match search.supplier.as_deref().map(Name::parse) {
            // No order has such a supplier.
            Some(Err(_)) => return Ok(matching(Vec::new(), search, None)),
            supplier => supplier.and_then(Result::ok),
        };
        let filter = ListFilter {
            status: search.status,
            supplier,
        };
        let newest = match search.before {
            Some(_) => self.newest().await?,
            None => None,
        };
        let bound = search.upper_bound(newest.as_ref());
        let before = bound.into_iter().chain(before).min();
        let limit = if search.is_narrow() { EXAMINED } else { SHOWN };
        let (listed, next, _) = self.listed(&filter, before, limit, viewer).await?;
        Ok(matching(listed, search, next))
    }

    /// Of the whole market: it tells how ids are made, and is shown to nobody.
    async fn newest(&self) -> Result<Option<Order>, Error> {
        let (listed, ..) = self
            .listed(&ListFilter::default(), None, 1, &Viewer::Open)
            .await?;
        Ok(listed.into_iter().next().map(|(order, _)| order))
    }
}

/// Refuses a viewer that has no list of orders. Who sees offers searches in these.
fn may_search(search: &OrderFilter, viewer: &Viewer) -> Result<(), Error> {
    let identity = viewer.identity();
    let has_offers = identity.is_some_and(|identity| identity.role == AccountRole::Customer);
    match has_offers && search.status == Some(Status::SupplierAccepted) {
        true => Ok(()),
        false => may_list(viewer),
    }
}

/// The indexes that together hold every order which somebody sees and a filter wants, and few others.
fn indexes(identity: &Identity, filter: &ListFilter) -> Vec<Index> {
    use Status::*;
    let supplier = filter.supplier.as_ref();
    let of_status = |status| {
        let is_wanted = filter.status.is_none_or(|wanted| wanted == status);
        is_wanted.then(|| order_documents::index(Some(status), supplier))
    };
    match identity.role {
        AccountRole::Admin | AccountRole::Integrator => {
            vec![order_documents::index(filter.status, supplier)]
        }
        AccountRole::Supplier => {
            let own = identity.supplier_name.as_ref();
            let own = own.filter(|own| supplier.is_none_or(|wanted| wanted == *own));
            let index = own.map(|own| order_documents::index(filter.status, Some(own)));
            index.into_iter().collect()
        }
        AccountRole::Dispatch => {
            // Rejected are offers that nobody has taken, and what was ordered from a menu.
            let taken = [
                SupplierRejected,
                CustomerAccepted,
                Preparing,
                Ready,
                Dispatched,
                InTransit,
                Delivered,
                Cancelled,
            ];
            taken.into_iter().filter_map(of_status).collect()
        }
        AccountRole::Driver => {
            let driver = identity.driver_id.map(order_documents::driver_index);
            driver.into_iter().collect()
        }
        AccountRole::Customer => {
            let offers = identity.sees_offers.then_some(SupplierAccepted);
            let offers = offers.and_then(of_status);
            let own = identity.own.iter().copied();
            let own = own.map(order_documents::customer_index);
            offers.into_iter().chain(own).collect()
        }
    }
}

/// The newest orders of several pages of one moment, at most `limit`, and the last one that was read, where more follow.
fn merged(mut pages: Vec<Page>, limit: usize) -> (Vec<(Order, JsonText)>, Option<OrderId>) {
    let next = |page: &Page| page.next.as_ref().and_then(order_documents::id);
    if pages.len() == 1 {
        let page = pages.pop().unwrap_or_default();
        let next = next(&page);
        return (order_documents::readable(page.documents), next);
    }
    // Down to here each of them is complete.
    let complete = pages.iter().filter_map(next).max();
    let texts = pages.into_iter().flat_map(|page| page.documents);
    let mut found = order_documents::readable(texts);
    found.retain(|(order, _)| Some(order.id) >= complete);
    found.sort_unstable_by_key(|(order, _)| Reverse(order.id));
    found.dedup_by_key(|(order, _)| order.id);
    if found.len() <= limit {
        return (found, complete);
    }
    found.truncate(limit);
    let last = found.last().map(|(order, _)| order.id);
    (found, last)
}

/// What a viewer sees of orders that a filter wants.
fn shown(
    found: Vec<(Order, JsonText)>,
    filter: &ListFilter,
    viewer: &Viewer,
) -> Result<Vec<(Order, JsonText)>, Failure> {
    let mut shown = Vec::with_capacity(found.len());
    for (order, text) in found {
        let is_wanted = filter.status.is_none_or(|status| status == order.status)
            && filter
                .supplier
                .as_ref()
                .is_none_or(|name| *name == order.supplier_name);
        if !is_wanted {
            continue;
        }
        match viewer.view(&OrderFacts::from(&order)) {
            Sight::None => {}
            Sight::Whole => shown.push((order, text)),
            Sight::Outside => {
                let order = viewer.outside(order);
                let text = order_documents::write(&order)?;
                shown.push((order, text));
            }
        }
    }
    Ok(shown)
}

/// The first orders of a list that match, and where the search goes on; `next` is where the list itself does.
fn matching(
    listed: Vec<(Order, JsonText)>,
    search: &OrderFilter,
    mut next: Option<OrderId>,
) -> OrdersPage {
    let mut orders: Vec<Order> = Vec::new();
    for (order, _) in listed {
        if !search.may_match_older(order.id) {
            next = None;
            break;
        }
        if orders.len() == SHOWN {
            next = orders.last().map(|order| order.id);
            break;
        }
        if search.matches(&order, crate::domain::fold_text) {
            orders.push(order);
        }
    }
    OrdersPage { orders, next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{at, id, offer};

    fn page(ids: &[u128], has_more: bool) -> Page {
        let order = |n: &u128| Order::new(id(*n), offer(), at(0)).0;
        let text = |n: &u128| order_documents::write(&order(n)).unwrap();
        let last = ids.last().filter(|_| has_more);
        Page {
            documents: ids.iter().map(text).collect(),
            next: last.map(|n| order_documents::key(id(*n))),
            total: 99,
        }
    }

    fn merge(pages: Vec<Page>, limit: usize) -> (Vec<OrderId>, Option<OrderId>) {
        let (found, next) = merged(pages, limit);
        (found.into_iter().map(|(order, _)| order.id).collect(), next)
    }

    #[test]
    fn a_guest_searches_in_offers_alone() {
        let of_status = |status| OrderFilter {
            status,
            ..OrderFilter::default()
        };
        let guest = Viewer::nobody();
        let offers = of_status(Some(Status::SupplierAccepted));
        assert_eq!(may_search(&offers, &guest), Ok(()));
        for other in [None, Some(Status::Preparing)] {
            let refused = may_search(&of_status(other), &guest);
            assert_eq!(refused, Err(Error::NotAllowed), "{other:?}");
            assert_eq!(may_search(&of_status(other), &Viewer::Open), Ok(()));
        }
    }

    #[test]
    fn pages_of_several_indexes_make_one_without_a_hole() {
        let ids = |all: &[u128]| all.iter().map(|n| id(*n)).collect::<Vec<_>>();
        // An order may be in two of them.
        let pages = vec![page(&[9, 7, 5], true), page(&[8, 7, 1], false)];
        assert_eq!(merge(pages, 3), (ids(&[9, 8, 7]), Some(id(7))));
        let pages = vec![page(&[9, 8, 7], true), page(&[6], false)];
        assert_eq!(merge(pages, 3), (ids(&[9, 8, 7]), Some(id(7))));
        let pages = vec![page(&[3, 2], false), page(&[4], false)];
        assert_eq!(merge(pages, 3), (ids(&[4, 3, 2]), None));
        assert_eq!(
            merge(vec![page(&[3, 2], true)], 2),
            (ids(&[3, 2]), Some(id(2)))
        );
        assert_eq!(merge(vec![], 2), (vec![], None));
    }
}
