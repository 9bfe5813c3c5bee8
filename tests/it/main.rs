//! The program from outside: over HTTP, WebSocket and Redis, on both engines. The folders mirror the rooms.
// A failed step ends its test.
// The measurements of the long tests are printed.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

mod accounts;
mod api;
mod cli;
mod live;
mod operations;
mod repository;
mod shops;
mod store;
mod support;
