//! Pizzerias: what they say of themselves, what holds at their counters, their menus, and orders from them.

mod counter;
mod lists;
mod menu_faults;
mod menu_items;
mod menu_tables;
mod menu_undo;
mod menus;
mod repeats;
mod restaurants;
mod rights;
