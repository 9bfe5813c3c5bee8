//! The live view in the browser: the store that panels read, and the connection that feeds it.

pub mod connection;
pub mod page_queries;
pub mod reactive;
pub mod store;
