//! What operators and their programs ask: whether the server is well, and what it measures.

pub mod health;
pub mod metrics;
