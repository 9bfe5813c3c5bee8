//! What the server says while it runs.

use std::io::{IsTerminal, stderr};
use tracing_subscriber::{EnvFilter, fmt};

pub fn begin() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .with_target(false)
        .init();
}

/// Why the server could not start, for whoever started it.
pub fn last_word(why: &str) {
    use std::io::Write;
    // Nobody is left to tell if this fails.
    let _ = writeln!(stderr(), "pizza-market cannot start. {why}");
}
