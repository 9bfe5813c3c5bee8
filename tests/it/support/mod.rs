//! What tests are made of: servers, stores, clients, broken networks, and the checker of histories.

// Shared with `simulate`, which uses more of it.
#[allow(dead_code, unused_imports)]
#[path = "../../../src/server/cli/simulate/checker/mod.rs"]
pub mod checker;
pub mod description;
pub mod proxy;
pub mod redis_server;
pub mod world;
