//! What a compiler does not check: the shape of the house, and what documents promise.

mod architecture;
mod docs;
mod layers;
mod links;
mod mutants;
mod size;
pub mod source;
mod tidy;
mod words;
