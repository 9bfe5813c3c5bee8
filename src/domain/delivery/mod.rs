//! From the oven to the door: who drives, and when a pizza arrives.

pub mod drivers;
pub mod eta;
