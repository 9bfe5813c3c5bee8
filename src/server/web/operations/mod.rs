//! What operators and their programs ask: whether the server is well, and what it measures.

pub mod health;
pub mod metrics;

/// The paths of this room.
pub const PATHS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
