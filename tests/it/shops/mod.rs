//! Pizzerias: what they say of themselves, what holds at their counters, their menus, and orders from them.

mod counter;
mod live;
mod menu_tables;
mod menu_undo;
mod menus;
mod restaurants;
mod rights;
mod seed;
