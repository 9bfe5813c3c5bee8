//! The shop: what a pizzeria sells, when and where to, and what it costs. Pure; both programs use it.

pub mod basket;
pub mod bill;
#[cfg(test)]
mod bill_tests;
pub mod cart;
#[cfg(test)]
mod cart_tests;
pub mod choices;
pub mod code;
mod hours;
pub mod menu;
pub mod price;
#[cfg(test)]
mod price_property_tests;
#[cfg(test)]
mod price_tests;
pub mod request;
#[cfg(test)]
pub(crate) mod sample_zone;
mod slots;
pub mod title;

pub use hours::{
    DaySpan, Exception, ExceptionInput, Exceptions, Hours, HoursInput, HoursRefusal, Local,
    LocalDate, OpenSpan, OpeningHours, STRETCH, ShopZone, SpanInput, TimeZone, Weekday,
    range_label, time_label,
};
pub use slots::{KitchenState, OrderRules, SlotMinutes, SlotRefusal, Slots, Until};
