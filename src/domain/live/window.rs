//! Which orders a board holds of those that its scope is about: a page costs what it shows, however large the market.

use crate::domain::{Order, OrderId, Scope, Status, Time, Topic};
use serde::{Deserialize, Serialize};

/// What the orders of a status are sorted by: when one is due, and its id.
pub type SortKey = (Time, OrderId);

/// In which sequence a page shows orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sequence {
    /// For each status, what is due first. (A page that was opened before an upgrade still calls it so.)
    #[serde(alias = "Oldest")]
    Due,
    /// The newest first, whatever their status.
    Newest,
}

/// What a page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoardQuery {
    /// What it is about.
    pub scope: Scope,
    /// The statuses that it lists.
    pub statuses: Vec<Status>,
    pub sequence: Sequence,
    /// How many orders it begins with: of each status, or of all with [`Sequence::Newest`].
    pub first: usize,
}

impl BoardQuery {
    /// A board begins with at most this many orders of each status, or of all.
    pub const LARGEST: usize = 3_200;

    /// A page that lists no order.
    pub fn nothing() -> BoardQuery {
        BoardQuery {
            scope: Scope::of([]),
            statuses: Vec::new(),
            sequence: Sequence::Due,
            first: 0,
        }
    }

    /// The orders that the page is about, whatever their status.
    pub fn named(&self) -> impl Iterator<Item = OrderId> {
        let topics = self.scope.topics().unwrap_or_default().iter();
        topics.filter_map(|topic| match topic {
            Topic::Order(id) => Some(*id),
            _ => None,
        })
    }

    pub fn names(&self, id: OrderId) -> bool {
        self.named().any(|named| named == id)
    }

    /// Whether its board has what another page shows, if maybe fewer of them.
    pub fn covers(&self, other: &BoardQuery) -> bool {
        let is_same = self.statuses == other.statuses && self.sequence == other.sequence;
        is_same
            && match (self.scope.topics(), other.scope.topics()) {
                (Some(own), Some(others)) => others.iter().all(|topic| own.contains(topic)),
                (own, others) => own.is_none() && others.is_none(),
            }
    }
}

/// The orders of one status that a board holds, of those in its scope.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Window {
    /// None: the page does not list them.
    Closed,
    /// All.
    All,
    /// Those that are due first, up to and including this one.
    UpTo(SortKey),
    /// Those whose id is greater.
    After(OrderId),
}

/// One window for each status.
pub type Windows = [Window; Status::ALL.len()];

impl Window {
    pub fn covers(self, order: &Order) -> bool {
        match self {
            Window::Closed => false,
            Window::All => true,
            Window::UpTo(last) => sort_key(order) <= last,
            Window::After(id) => order.id > id,
        }
    }

    /// Whether every order of the status is covered.
    pub fn is_whole(self) -> bool {
        self == Window::All
    }
}

pub fn sort_key(order: &Order) -> SortKey {
    (order.due(), order.id)
}
