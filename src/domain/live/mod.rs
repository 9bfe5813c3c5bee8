//! The live view: events, the fold of them that every screen shows, what a screen is about, and
//! the ring that clients resume from.

pub mod board;
pub mod event;
pub mod ring;
pub mod scope;

#[cfg(test)]
mod protocol_tests;
