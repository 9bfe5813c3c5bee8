//! The live view: events, the fold of them that every screen shows, and the ring that clients resume from.

pub mod board;
pub mod event;
pub mod ring;

#[cfg(test)]
mod protocol_tests;
