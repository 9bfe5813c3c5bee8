//! The server program: everything that only it does.

pub mod ledger;
