//! How many tickets want somebody now, on the panels that a page does not show.

use super::board::Counts;
use crate::domain::{OrderId, Status};
use serde::{Deserialize, Serialize};

/// What the [`Counts`] of the market do not say of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wanting {
    /// How many orders the kitchen has to answer, where this is about one kitchen.
    pub to_answer: Option<u64>,
    /// How many of its tickets are late, up to [`Wanting::LATE`].
    pub late_tickets: u64,
    /// The changes of those that are not, at which its bell rings until it has heard of them: the newest ones, up to
    /// [`Wanting::RINGING`], since they go with every page.
    pub ringing: Vec<(OrderId, u32)>,
    /// How many orders are late that a driver has, up to [`Wanting::LATE`].
    pub late_deliveries: u64,
}

impl Wanting {
    pub const RINGING: usize = 100;
    /// Nobody counts further, and a market that was left alone over night costs no more than a busy one.
    pub const LATE: usize = 1_000;

    /// In the kitchen, or in all of them.
    pub fn in_kitchen(&self, market: Counts, rings: impl Fn(OrderId, u32) -> bool) -> u64 {
        let to_answer = self.to_answer.unwrap_or(market.of(Status::PendingSupplier));
        let ringing = self
            .ringing
            .iter()
            .filter(|(id, version)| rings(*id, *version));
        to_answer + self.late_tickets + ringing.count() as u64
    }

    /// In dispatch.
    pub fn in_dispatch(&self, market: Counts) -> u64 {
        market.of(Status::Ready) + self.late_deliveries
    }
}
