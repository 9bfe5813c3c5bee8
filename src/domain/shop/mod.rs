//! A pizzeria that can be ordered from, pure: it takes time, time zones and what is taken as arguments.

mod hours;
#[cfg(test)]
pub(crate) mod sample_zone;
mod slots;

pub use hours::{
    DaySpan, Exception, ExceptionInput, Exceptions, Hours, HoursInput, HoursRefusal, Local,
    LocalDate, OpenSpan, OpeningHours, STRETCH, ShopZone, SpanInput, TimeZone, Weekday,
    range_label, time_label,
};
pub use slots::{KitchenState, OrderRules, SlotMinutes, SlotRefusal, Slots, Until};
