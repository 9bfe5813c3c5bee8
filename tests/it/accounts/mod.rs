//! Who may see and do what, from outside.

mod attacks;
mod endings;
mod foreign_pages;
mod frames;
mod matrix;
