//! The program from outside: over HTTP, WebSocket and Redis, on both engines. The modules follow the contract.

mod config;
mod lists;
mod orders;
mod outages;
mod pages;
mod redis_server;
mod refusals;
mod restarts;
mod sockets;
mod tidy;
mod two_instances;
mod world;
