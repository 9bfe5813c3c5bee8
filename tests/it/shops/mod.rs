//! Pizzerias: what they say of themselves, what holds at their counters, their menus, and orders from them.

mod counter;
mod editor;
mod restaurants;
mod rights;
