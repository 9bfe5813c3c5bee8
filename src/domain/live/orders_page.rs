//! A page of the orders that are over.

use crate::domain::{Order, OrderId};
use serde::{Deserialize, Serialize};

/// Orders of the past, newest first, and the one below which to look on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrdersPage {
    pub orders: Vec<Order>,
    pub next: Option<OrderId>,
}

impl OrdersPage {
    /// The first orders of it. The others follow on the next page.
    pub fn first(mut self, most: usize) -> OrdersPage {
        if let Some(last) = self
            .orders
            .get(most.saturating_sub(1))
            .map(|order| order.id)
            && self.orders.len() > most
        {
            self.orders.truncate(most);
            self.next = Some(last);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{at, id, offer};

    #[test]
    fn a_page_of_the_past_is_cut_where_the_next_one_begins() {
        let order = |n: u128| Order::new(id(n), offer(), at(0)).0;
        let page = |most: usize, next: Option<u128>| {
            let page = OrdersPage {
                orders: [5, 4, 3].map(order).into(),
                next: next.map(id),
            };
            let page = page.first(most);
            (page.orders.len(), page.next)
        };
        assert_eq!(page(2, None), (2, Some(id(4))));
        assert_eq!(page(2, Some(1)), (2, Some(id(4))));
        assert_eq!(page(3, None), (3, None));
        assert_eq!(page(9, Some(1)), (3, Some(id(1))));
    }
}
