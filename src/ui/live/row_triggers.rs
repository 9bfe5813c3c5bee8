//! One trigger for each order that is shown and on the board: it notifies only the views of that order.

use crate::domain::{Board, OrderId};
use leptos::prelude::{ArcTrigger, Notify as _};

/// Sorted by id.
#[derive(Default)]
pub(super) struct RowTriggers(Vec<(OrderId, ArcTrigger)>);

impl RowTriggers {
    fn find(&self, id: OrderId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |(id, _)| *id)
    }

    pub(super) fn get(&self, id: OrderId) -> Option<ArcTrigger> {
        self.find(id).ok().map(|at| self.0[at].1.clone())
    }

    /// Makes the trigger if there is none.
    pub(super) fn get_or_insert(&mut self, id: OrderId) -> ArcTrigger {
        let at = self.find(id).unwrap_or_else(|at| {
            self.0.insert(at, (id, ArcTrigger::new()));
            at
        });
        self.0[at].1.clone()
    }

    /// Removes the triggers of the orders that have left the board, and returns them.
    pub(super) fn take_left(&mut self, board: &Board) -> RowTriggers {
        let is_on_board = |id| board.get(id).is_some();
        RowTriggers(self.0.extract_if(.., |(id, _)| !is_on_board(*id)).collect())
    }

    pub(super) fn notify(self) {
        self.0.iter().for_each(|(_, row)| row.notify());
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
