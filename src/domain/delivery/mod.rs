//! From the oven to the door: who drives and is on duty, when a pizza arrives, and how long that usually takes.

pub mod drivers;
pub mod duty;
pub mod eta;
pub mod usual;
