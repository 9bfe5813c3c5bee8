//! The program from outside: over HTTP, WebSocket and Redis, on both engines. The modules follow the contract.
// A test that cannot go on shall stop.
// What the long tests have measured is printed.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

mod alerts;
mod behind;
mod config;
mod described;
mod docs;
mod doctor;
mod export;
mod faults;
mod health;
// Shared with `simulate`, which uses more of it.
#[allow(dead_code, unused_imports)]
#[path = "../../src/server/cli/simulate/checker/mod.rs"]
mod checker;
mod inspect;
mod lists;
mod migration;
mod observe;
mod once;
mod openapi;
mod ops;
mod orders;
mod outages;
mod pages;
mod prometheus;
mod proxy;
mod redis_server;
mod refusals;
mod restarts;
mod simulate;
mod sockets;
mod store_tools;
mod tidy;
mod torture;
mod two_instances;
mod world;
