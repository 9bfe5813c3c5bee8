//! The commands, as a shell runs them.

mod doctor;
mod inspect;
mod simulate;
