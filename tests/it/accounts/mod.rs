//! Who may see and do what, from outside.

mod endings;
mod frames;
mod matrix;
