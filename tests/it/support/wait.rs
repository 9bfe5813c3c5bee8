//! Waiting for a condition, with one deadline for all tests.

use std::time::{Duration, Instant};

/// How long anything may take that should come at once: a limit for what hangs, which a busy machine keeps.
pub const SOON: Duration = Duration::from_secs(60);

/// Tries again until it is so.
pub async fn until(mut so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !so().await {
        assert!(Instant::now() < deadline, "it does not come true");
        tokio::task::yield_now().await;
    }
}
