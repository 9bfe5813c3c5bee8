//! The shop: what a pizzeria sells, when and where to, and what it costs. Pure; both programs use it.

pub mod area;
pub mod basket;
pub mod code;
pub mod counter;
pub mod gazetteer;
mod members;
