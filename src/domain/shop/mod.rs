//! The shop: what a pizzeria sells, when and where to, and what it costs. Pure; both programs use it.

pub mod basket;
pub mod bill;
#[cfg(test)]
mod bill_tests;
pub mod cart;
#[cfg(test)]
mod cart_tests;
pub mod choices;
pub mod code;
pub mod menu;
pub mod price;
#[cfg(test)]
mod price_property_tests;
#[cfg(test)]
mod price_tests;
pub mod request;
pub mod title;
