//! The server program. It declares the same modules as the browser's `lib.rs`, whose library is a cdylib only.
#![recursion_limit = "256"]
// A test may panic.
#![cfg_attr(test, allow(clippy::expect_used, clippy::panic, clippy::unwrap_used))]

mod api;
mod domain;
mod server;
mod ui;

/// Every request allocates, on the thread that takes it: with the system's allocator the threads wait for each other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    server::main()
}
