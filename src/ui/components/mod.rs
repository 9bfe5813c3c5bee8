//! What panels are made of. A part shows what it is given.

pub mod basics;
pub mod before_hydration;
pub mod bill;
pub mod form;
pub mod header;
pub mod lines;
pub mod list;
#[cfg(feature = "split")]
mod main_bundle;
pub mod more;
pub mod printing;
pub mod stable_list;
pub mod ticket;
pub mod toast;
pub mod undo;

#[cfg(feature = "split")]
pub use main_bundle::main_bundle;
