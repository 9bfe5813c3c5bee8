//! Pizzerias: what they say of themselves, what holds at their counters, their menus, and orders from them.

mod catalogue;
mod counter;
mod lists;
mod live;
mod menu_tables;
mod menu_undo;
mod menus;
mod pages;
mod repeats;
mod restaurants;
mod rights;
mod seed;
