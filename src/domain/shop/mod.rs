//! The shop: what a pizzeria sells, when and where to, and what it costs. Pure; both programs use it.

pub mod area;
pub mod basket;
pub mod bill;
#[cfg(test)]
mod bill_tests;
pub mod card;
pub mod cart;
#[cfg(test)]
mod cart_tests;
pub mod choices;
pub mod code;
pub mod counter;
pub mod counter_button;
#[cfg(feature = "ssr")]
pub mod counter_input;
#[cfg(test)]
mod counter_tests;
mod fields;
pub mod gazetteer;
mod hours;
pub mod kitchen_shop;
pub mod menu;
pub mod now;
mod parts;
pub mod price;
#[cfg(test)]
mod price_property_tests;
#[cfg(test)]
mod price_tests;
pub mod profile;
#[cfg(feature = "ssr")]
pub mod profile_input;
#[cfg(test)]
mod profile_input_tests;
pub mod request;
#[cfg(test)]
pub(crate) mod sample_zone;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(feature = "ssr")]
pub mod shelf;
#[cfg(feature = "ssr")]
pub mod shelf_search;
#[cfg(test)]
mod shelf_tests;
mod slots;
pub mod slug;
pub mod title;

pub use hours::{
    DaySpan, Exception, ExceptionInput, Exceptions, Hours, HoursInput, HoursRefusal, Local,
    LocalDate, OpenSpan, OpeningHours, STRETCH, ShopZone, TimeZone, Weekday, range_label,
    time_label,
};
#[cfg(test)]
pub use slots::SlotMinutes;
pub use slots::{KitchenState, OrderRules, SlotRefusal, Slots, Until};
