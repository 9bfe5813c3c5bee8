//! From the oven to the door: who drives, when a pizza arrives, and how long that usually takes.

pub mod drivers;
pub mod eta;
pub mod usual;
