//! Pizzerias: what they say of themselves, what holds at their counters, their menus, and orders from them.

mod catalogue;
mod counter;
mod lists;
mod live;
mod repeats;
mod restaurants;
mod rights;
