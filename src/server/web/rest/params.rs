//! The parameters of a list of orders.

use crate::{
    domain::{Error, Field, FieldError, Fields, OrderId, ValueKind, Whole},
    server::services::orders::ListFilter,
};

/// The number of orders on a page.
pub type Limit = Whole<1, 500>;

/// The number of pizzerias, or of entries about one, on a page.
pub type ShopLimit = Whole<1, 200>;

/// The room that an order takes: all that it may hold, each with as much as an item may take.
pub type SlotPieces = Whole<0, 800>;

/// Which orders a list holds.
pub struct OrdersQuery {
    pub filter: ListFilter,
    /// The last order of the page before.
    pub before: Option<OrderId>,
    pub limit: usize,
}

impl OrdersQuery {
    pub fn read(mut fields: Fields) -> Result<OrdersQuery, Error> {
        let filter = ListFilter {
            status: fields.optional("status"),
            supplier: fields.optional("supplier_name"),
        };
        let limit = fields.optional::<Limit>("limit");
        let before = fields.optional::<PageCursor>("cursor");
        fields.finish(|| {
            Some(OrdersQuery {
                filter,
                before: before.map(|cursor| cursor.0),
                limit: limit.map_or(500, Whole::get).into(),
            })
        })
    }
}

/// Where a page begins: after this order.
struct PageCursor(OrderId);

impl Field for PageCursor {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse()
            .map(PageCursor)
            .map_err(|_| FieldError::NotACursor)
    }
}
