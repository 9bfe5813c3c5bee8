//! An order from a menu: one commit, which expects the counter as it was priced by and room in the kitchen.

use super::{ShopService, quote::QuoteRequest, refusal::ShopRefusal};
use crate::{
    domain::{
        Cents, Error, Fields, Name, Notes, Order, Time,
        shop::{basket::RestaurantId, profile::Phone},
    },
    server::services::{accounts::Authority, idempotency::IdempotentRequest},
};

/// What a customer orders, and has agreed to.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderRequest {
    pub quote: QuoteRequest,
    pub customer_name: Name,
    pub phone: Phone,
    pub notes: Option<Notes>,
    /// What the customer pays at most.
    pub agreed_total: Cents,
    /// When it is at the door at the latest.
    pub agreed_until: Time,
}

impl ShopService {
    /// Places an order. With it comes whether it is the stored answer to an earlier sending.
    pub async fn order(
        &self,
        _id: RestaurantId,
        _request: OrderRequest,
        _by: &Authority,
        _once: Option<&IdempotentRequest>,
    ) -> Result<(Order, bool), ShopRefusal> {
        Err(Error::Internal.into())
    }
}
