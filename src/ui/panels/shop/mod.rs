//! An item of a menu as it is put together, with its price: on the server, which renders its form, and in the browser,
//! where the price follows each choice. Its page is a still one, whose script calls [`price`].

mod data;
mod draft;
#[cfg(test)]
mod draft_tests;
#[cfg(any(feature = "hydrate", test))]
mod price;

pub use data::ItemData;
pub use draft::{Draft, Fault, Style};
#[cfg(feature = "hydrate")]
pub use price::price;
