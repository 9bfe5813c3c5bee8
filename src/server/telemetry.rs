//! What the server says while it runs.

use super::config::{ConfigError, log_filter};
use std::io::{IsTerminal, stderr};
use tracing_subscriber::fmt;

pub fn begin() -> Result<(), ConfigError> {
    fmt()
        .with_env_filter(log_filter()?)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .with_target(false)
        .init();
    Ok(())
}

/// Why the server could not start, for whoever started it.
pub fn last_word(why: &str) {
    use std::io::Write;
    // Nobody is left to tell if this fails.
    let _ = writeln!(stderr(), "pizza-market cannot start. {why}");
}
