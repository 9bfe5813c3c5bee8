//! One file for each panel: what it shows of the market, and what it lets one do.

mod customer;
mod dispatch;
mod home;
mod orders;
mod supplier;
mod track;

pub use customer::Customer;
pub use dispatch::Dispatch;
pub use home::{Home, NotFound};
pub use orders::{OneOrder, Orders};
pub use supplier::Supplier;
pub use track::Track;
