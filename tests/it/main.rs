//! The program from outside: over HTTP, WebSocket and Redis, on both engines. The modules follow the contract.
// A test that cannot go on shall stop.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod config;
mod faults;
mod lists;
mod once;
mod orders;
mod outages;
mod pages;
mod proxy;
mod readme;
mod redis_server;
mod refusals;
mod restarts;
mod sockets;
mod tidy;
mod two_instances;
mod world;
