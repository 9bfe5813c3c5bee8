//! Who may see and do what, from outside.

mod attacks;
mod cost;
mod devices;
mod endings;
mod exports;
mod follow;
mod foreign_pages;
mod forms;
mod frames;
mod guessing;
mod limits;
mod matrix;
mod pages;
mod secrets;
mod sessions;
mod sign_in;
mod texts;
mod tokens;
mod two_instances;
