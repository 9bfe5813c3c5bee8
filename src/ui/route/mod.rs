//! The routes: one table of path patterns, from which parsing, addresses, the parts of the program and the labels in
//! the server's log derive. A page is determined by its address alone, so that it can be linked and rendered on the
//! server. (A router crate would be a third of the size that the browser's program may have.)

pub mod paths;
pub mod percent;
pub mod query;
#[cfg(test)]
mod route_tests;

use crate::domain::{Order, OrderId, Scope, Status, is_blank};
use percent::{Parameters, with_query};
use query::name;
pub use query::{Kitchen, OffersQuery, OffersSort, OrdersQuery, Sort, is_of};

/// One kind of page.
pub struct RouteRow {
    /// The path, with [`ID`] where the id of an order stands. It is also the label in logs and metrics.
    pub pattern: &'static str,
    pub panel: Panel,
}

/// The last segment of a pattern that names one order.
const ID: &str = "{id}";

pub const ROUTES: [RouteRow; 7] = [
    row("/", Panel::Home),
    row("/supplier", Panel::Supplier),
    row("/customer", Panel::Customer),
    row("/customer/{id}", Panel::Track),
    row("/dispatch", Panel::Dispatch),
    row("/orders", Panel::Orders),
    row("/orders/{id}", Panel::Orders),
];

const fn row(pattern: &'static str, panel: Panel) -> RouteRow {
    RouteRow { pattern, panel }
}

impl RouteRow {
    /// Whether a path is of this pattern, and the id in it.
    fn matches(&self, path: &str) -> Option<Option<OrderId>> {
        let mut id = None;
        let (mut pattern, mut path) = (segments(self.pattern), segments(path));
        loop {
            match (pattern.next(), path.next()) {
                (None, None) => return Some(id),
                (Some(ID), Some(segment)) => id = Some(segment.parse().ok()?),
                (Some(expected), Some(segment)) if expected == segment => {}
                _ => return None,
            }
        }
    }

    /// The pattern up to the id, where it has one.
    fn before_id(&self) -> Option<&'static str> {
        self.pattern.strip_suffix(ID)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// What a page shows; it does not change while the reader stays on that page. Each but `Home` and `Nowhere` has a
/// part of the program of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Panel {
    Home,
    Supplier,
    Customer,
    Track,
    Dispatch,
    Orders,
    Nowhere,
}

impl Panel {
    /// The name of its part of the program, and of its style.
    pub fn name(self) -> &'static str {
        match self {
            Panel::Home => "home",
            Panel::Supplier => "supplier",
            Panel::Customer => "customer",
            Panel::Track => "track",
            Panel::Dispatch => "dispatch",
            Panel::Orders => "orders",
            Panel::Nowhere => "nowhere",
        }
    }
}

/// An address of this site, parsed.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    Home,
    Supplier {
        kitchen: Kitchen,
        /// The order whose ticket is unfolded as the server renders the page.
        more: Option<OrderId>,
    },
    Customer {
        /// The offer whose checkout form is open.
        taking: Option<OrderId>,
        query: OffersQuery,
    },
    Track(OrderId),
    Dispatch {
        /// The order whose ticket is unfolded as the server renders the page.
        more: Option<OrderId>,
    },
    Orders {
        query: OrdersQuery,
        /// The order that is open beside the list.
        open: Option<OrderId>,
        /// The number of the event after which the open order is shown, counted from 1; else it is shown as it is now.
        at: Option<usize>,
    },
    Nowhere,
}

impl Route {
    pub fn read(path: &str, query: &str) -> Route {
        let found = ROUTES
            .iter()
            .find_map(|row| Some((row.panel, row.matches(path)?)));
        let parameter = |name: &str| percent::parameter(query, name);
        let value = |name: &str| parameter(name).filter(|value| !value.is_empty());
        let more = || value(name::MORE).and_then(|id| id.parse().ok());
        match found {
            Some((Panel::Home, _)) => Route::Home,
            Some((Panel::Supplier, _)) => Route::Supplier {
                kitchen: Kitchen::from_value(parameter(name::KITCHEN)),
                more: more(),
            },
            Some((Panel::Customer, _)) => Route::Customer {
                taking: value(name::TAKE).and_then(|id| id.parse().ok()),
                query: OffersQuery::read(&value),
            },
            Some((Panel::Track, Some(id))) => Route::Track(id),
            Some((Panel::Dispatch, _)) => Route::Dispatch { more: more() },
            Some((Panel::Orders, open)) => Route::Orders {
                query: OrdersQuery::read(&value),
                open,
                at: open.and(value(name::AT)).and_then(|at| at.parse().ok()),
            },
            Some((Panel::Track | Panel::Nowhere, _)) | None => Route::Nowhere,
        }
    }

    /// `/` where there is no such page.
    pub fn address(&self) -> String {
        let Some(row) = self.row() else {
            return "/".to_owned();
        };
        let path = match (row.before_id(), self.order_id()) {
            (Some(start), Some(id)) => format!("{start}{id}"),
            _ => row.pattern.to_owned(),
        };
        with_query(path, self.parameters())
    }

    fn parameters(&self) -> Parameters {
        match self {
            Route::Supplier { kitchen, more } => vec![
                (name::KITCHEN, kitchen.value()),
                (name::MORE, more.map(|id| id.to_string())),
            ],
            Route::Customer { taking, query } => {
                let mut parameters = vec![(name::TAKE, taking.map(|id| id.to_string()))];
                parameters.extend(query.parameters());
                parameters
            }
            Route::Orders { query, at, .. } => {
                let mut parameters = query.parameters();
                parameters.push((name::AT, at.map(|at| at.to_string())));
                parameters
            }
            Route::Dispatch { more } => vec![(name::MORE, more.map(|id| id.to_string()))],
            Route::Home | Route::Track(_) | Route::Nowhere => Vec::new(),
        }
    }

    fn row(&self) -> Option<&'static RouteRow> {
        let (panel, has_id) = (self.panel(), self.order_id().is_some());
        ROUTES
            .iter()
            .find(|row| row.panel == panel && row.before_id().is_some() == has_id)
    }

    /// The pattern of its path, which holds no text of the client. `None` where there is no such page.
    pub fn pattern(&self) -> Option<&'static str> {
        self.row().map(|row| row.pattern)
    }

    pub fn panel(&self) -> Panel {
        match self {
            Route::Home => Panel::Home,
            Route::Supplier { .. } => Panel::Supplier,
            Route::Customer { .. } => Panel::Customer,
            Route::Track(_) => Panel::Track,
            Route::Dispatch { .. } => Panel::Dispatch,
            Route::Orders { .. } => Panel::Orders,
            Route::Nowhere => Panel::Nowhere,
        }
    }

    /// Whether only the server can render it: it shows nothing live.
    pub fn is_static(&self) -> bool {
        matches!(self, Route::Home | Route::Nowhere)
    }

    /// Whether it has tickets, with forms that change orders.
    pub fn has_tickets(&self) -> bool {
        matches!(
            self.panel(),
            Panel::Supplier | Panel::Customer | Panel::Dispatch
        )
    }

    /// Whether an order has a ticket here, or is the one that this page is about, whose board is of this scope.
    pub fn shows(&self, order: &Order, scope: &Scope) -> bool {
        use Status::{Dispatched, InTransit, Ready, SupplierAccepted};
        match self {
            Route::Supplier { kitchen, .. } => {
                !order.status.is_final() && scope.is_of_kitchen(order, kitchen.name())
            }
            Route::Customer { taking, .. } => {
                *taking == Some(order.id) || order.status == SupplierAccepted
            }
            Route::Dispatch { .. } => matches!(order.status, Ready | Dispatched | InTransit),
            Route::Track(id) => *id == order.id,
            Route::Home | Route::Orders { .. } | Route::Nowhere => false,
        }
    }

    /// The tickets of a kitchen, or of all.
    pub fn supplier(kitchen: Kitchen) -> Route {
        let more = None;
        Route::Supplier { kitchen, more }
    }

    /// What waits for a driver, and who is out.
    pub fn dispatch() -> Route {
        Route::Dispatch { more: None }
    }

    /// Its page with the ticket of an order unfolded, where it has such a page.
    pub fn unfolding(self, order: OrderId) -> Option<Route> {
        let more = Some(order);
        match self {
            Route::Supplier { kitchen, .. } => Some(Route::Supplier { kitchen, more }),
            Route::Dispatch { .. } => Some(Route::Dispatch { more }),
            _ => None,
        }
    }

    /// Whether the ticket of an order is unfolded as the server renders the page.
    pub fn unfolds(&self, order: OrderId) -> bool {
        matches!(self, Route::Supplier { more, .. } | Route::Dispatch { more } if *more == Some(order))
    }

    /// All offers.
    pub fn offers() -> Route {
        Route::Customer {
            taking: None,
            query: OffersQuery::default(),
        }
    }

    /// The list of all orders, with one of them open or none.
    pub fn orders(open: Option<OrderId>) -> Route {
        Route::Orders {
            query: OrdersQuery::default(),
            open,
            at: None,
        }
    }

    /// The order in its path, whose events this page shows.
    pub fn order_id(&self) -> Option<OrderId> {
        match self {
            Route::Track(id) | Route::Orders { open: Some(id), .. } => Some(*id),
            _ => None,
        }
    }

    /// The order that is selected from a list.
    pub fn selected(&self) -> Option<OrderId> {
        match self {
            Route::Customer { taking, .. } => *taking,
            Route::Orders { open, .. } => *open,
            _ => None,
        }
    }

    /// The number of the event after which the open order is shown.
    pub fn at(&self) -> Option<usize> {
        match self {
            Route::Orders { at, .. } => *at,
            _ => None,
        }
    }

    /// The search for what it lists beyond its board, which ends after an order, or before the order of its address.
    pub fn beyond(&self, end: Option<OrderId>) -> Option<OrdersQuery> {
        let below = || Some(end?.after());
        match self {
            Route::Orders { query, .. } => Some(OrdersQuery {
                below: Some(query.below.or_else(below)?),
                ..query.clone()
            }),
            Route::Customer { query, .. } => Some(OrdersQuery {
                status: Some(Status::SupplierAccepted),
                text: query.text.clone(),
                below: Some(below()?),
                ..OrdersQuery::default()
            }),
            _ => None,
        }
    }

    /// Whether its page begins with what that search finds, and does not wait for the reader to get there.
    pub fn begins_beyond(&self) -> bool {
        match self {
            Route::Orders { query, .. } => query.below.is_some() || query.filter(None).is_narrow(),
            Route::Customer { query, .. } => !is_blank(&query.text),
            _ => false,
        }
    }
}
