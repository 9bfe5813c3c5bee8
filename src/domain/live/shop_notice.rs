//! What a screen is told of a change of a shop document: which one, and its version. It reads the document again where it
//! shows it. Of a counter it is told the whole, so that a thousand screens need no request for it.

use crate::domain::{
    named_enum::named_enum,
    shop::{basket::RestaurantId, code::Code, counter::Counter},
};

named_enum! {
    /// The kinds of documents of a pizzeria.
    ShopKind {
        /// Its profile.
        Restaurant = "restaurant",
        Counter = "counter",
        /// The outline of its menu.
        Menu = "menu",
        Item = "item",
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ShopNotice {
    pub restaurant: RestaurantId,
    pub kind: ShopKind,
    /// Of an item.
    pub code: Option<Code>,
    pub version: u32,
    /// Of that kind only.
    pub counter: Option<Counter>,
}
