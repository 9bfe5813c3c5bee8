//! Pizzerias: what they say of themselves, what holds at their counters, their menus, and orders from them.

mod catalogue;
mod counter;
mod editor;
mod expiry;
mod killed;
mod kitchens;
mod lists;
mod live;
mod menu_faults;
mod menu_items;
mod menu_tables;
mod menu_undo;
mod menus;
pub mod ordering;
mod orders;
mod pages;
mod position;
mod quotes;
mod repeats;
mod restaurants;
mod rights;
mod seed;
mod sold_out;
mod together;
