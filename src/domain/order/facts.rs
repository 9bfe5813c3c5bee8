//! What of an order decides who sees it, and which screens it concerns.

use crate::domain::{AccountId, Name, Order, OrderId, Status, shop::basket::RestaurantId};

/// What of an order decides who sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderFacts {
    pub id: OrderId,
    pub supplier_name: Name,
    pub customer_id: Option<AccountId>,
    pub driver_id: Option<AccountId>,
    /// The pizzeria from whose menu it was ordered.
    pub restaurant_id: Option<RestaurantId>,
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
            restaurant_id: order.restaurant_id,
            status: order.status,
            is_taken: order.customer_price.is_some(),
        }
    }
}
