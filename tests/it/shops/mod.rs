//! Pizzerias: what they say of themselves, what holds at their counters, their menus, and orders from them.

mod expiry;
mod live;
pub mod ordering;
mod orders;
mod pages;
mod quotes;
