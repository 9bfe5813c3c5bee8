//! One file for each panel: what it shows of the market, and what it lets one do.

mod customer;
mod dispatch;
mod home;
mod orders;
mod supplier;
mod track;

pub use customer::customer;
pub use dispatch::dispatch;
pub use home::{home, nowhere};
pub use orders::orders;
pub use supplier::supplier;
pub use track::track;
