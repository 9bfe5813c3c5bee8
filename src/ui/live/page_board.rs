//! What the board of a page holds: it follows from its route.

use crate::{
    domain::{BoardQuery, Name, OrderFilter, OrderId, Scope, Sequence, Status, Topic},
    ui::route::Route,
};

/// Tickets in each column of the kitchen: of one kitchen, and of all.
const TICKETS: usize = 30;
const TICKETS_OF_ALL: usize = 12;
/// Orders of each status on the dispatch panel.
const DELIVERIES: usize = 40;
const OFFERS: usize = 48;
const ROWS: usize = 100;

/// The orders that the page of a route begins with. `own` are those that were taken on this device.
pub fn board_query(route: &Route, own: &[OrderId]) -> BoardQuery {
    use Status::{Dispatched, InTransit, Ready, SupplierAccepted};
    let (oldest, newest) = (Sequence::Oldest, Sequence::Newest);
    let query = |scope, statuses: &[Status], sequence, first| BoardQuery {
        scope,
        statuses: statuses.to_vec(),
        sequence,
        first,
    };
    match route {
        Route::Home | Route::Nowhere => BoardQuery::nothing(),
        Route::Supplier { kitchen } => {
            let first = kitchen.name().map_or(TICKETS_OF_ALL, |_| TICKETS);
            query(of_kitchen(kitchen.name()), &OPEN, oldest, first)
        }
        Route::Customer { taking, .. } => {
            let named = taking.iter().chain(own).map(|id| Topic::Order(*id));
            let scope = Scope::of(std::iter::once(Topic::Offers).chain(named));
            query(scope, &[SupplierAccepted], newest, OFFERS)
        }
        Route::Track(id) => query(Scope::of([Topic::Order(*id)]), &[], oldest, 0),
        Route::Dispatch => {
            let scope = Scope::of([Topic::Dispatch]);
            query(scope, &[Ready, Dispatched, InTransit], oldest, DELIVERIES)
        }
        Route::Orders { query: list, .. } => {
            let filter = OrderFilter {
                supplier: None,
                ..list.filter(None)
            };
            // Filters that the board does not know apply to the orders of every status.
            let status = list.status.filter(|_| !filter.is_narrow());
            let statuses = status.map_or(Status::ALL.to_vec(), |status| vec![status]);
            let scope = of_kitchen(list.supplier.as_deref());
            query(scope, &statuses, newest, ROWS)
        }
    }
}

/// The statuses of an open order.
const OPEN: [Status; 7] = [
    Status::PendingSupplier,
    Status::SupplierAccepted,
    Status::CustomerAccepted,
    Status::Preparing,
    Status::Ready,
    Status::Dispatched,
    Status::InTransit,
];

/// What a kitchen, or all of them, has. No order has a name that cannot be one.
fn of_kitchen(name: Option<&str>) -> Scope {
    let topic = |name: &str| Some(Topic::Supplier(Name::try_from(name.to_owned()).ok()?));
    name.map_or_else(Scope::everything, |name| Scope::of(topic(name)))
}
