//! What of an order decides who sees it, and which screens it concerns.

use crate::domain::{AccountId, Name, Order, OrderId, Status};

/// What of an order decides who sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderFacts {
    pub id: OrderId,
    pub supplier_name: Name,
    pub customer_id: Option<AccountId>,
    pub driver_id: Option<AccountId>,
    pub status: Status,
    /// A customer has taken it once.
    pub is_taken: bool,
}

impl From<&Order> for OrderFacts {
    fn from(order: &Order) -> OrderFacts {
        OrderFacts {
            id: order.id,
            supplier_name: order.supplier_name.clone(),
            customer_id: order.customer_id,
            driver_id: order.driver_id,
            status: order.status,
            is_taken: order.customer_price.is_some(),
        }
    }
}
