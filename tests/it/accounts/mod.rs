//! Who may see and do what, from outside.

mod devices;
mod endings;
mod follow;
mod forms;
mod frames;
mod limits;
mod matrix;
mod pages;
mod secrets;
mod sessions;
mod sign_in;
mod tokens;
mod two_instances;
