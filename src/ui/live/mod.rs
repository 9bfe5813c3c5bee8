//! The live view in the browser: the store that panels read, and the connection that feeds it.

mod clock;
pub mod connection;
pub mod connection_state;
mod kitchen_shop;
pub mod page_board;
pub mod page_data;
pub mod page_queries;
pub mod past_orders;
pub mod reactive;
mod row_triggers;
pub mod store;
