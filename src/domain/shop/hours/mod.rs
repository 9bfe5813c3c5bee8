//! When a pizzeria is open: local times as it states them, and the instants that follow in its time zone.

mod exceptions;
mod label;
mod local;
mod opening;
#[cfg(test)]
mod opening_tests;
mod refusal;
mod span;
mod week;

pub use exceptions::{Exception, ExceptionInput, Exceptions};
pub use label::{range_label, time_label};
pub use local::{Local, LocalDate, ShopZone, TimeZone, Weekday};
pub use opening::{OpenSpan, OpeningHours, STRETCH};
pub use refusal::HoursRefusal;
pub use span::{DaySpan, SpanInput};
pub use week::{Hours, HoursInput};
