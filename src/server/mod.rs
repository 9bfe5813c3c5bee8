//! The server program: everything that only it does. `cli` is its entrance, `serve` starts and stops the server.

mod cli;
mod clock;
mod config;
mod serve;
mod services;
mod store;
mod telemetry;
pub mod web;

pub use cli::main;
