//! The live view: events, the fold of them that every screen shows, what a screen is about, and
//! the ring that clients resume from.

pub mod about;
pub mod board;
pub mod event;
pub mod frame;
mod kitchen_scope;
#[cfg(feature = "ssr")]
pub mod log_event;
pub mod orders_page;
pub mod ring;
pub mod scope;
pub mod shop_notice;
pub mod wanting;
pub mod window;

#[cfg(test)]
mod board_tests;
#[cfg(test)]
mod protocol_tests;
