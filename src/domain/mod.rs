//! The vocabulary of the market and all of its rules, pure: no I/O, no clock, no randomness.
//!
//! The same code runs in the server and in the browser. It knows no framework, no transport and no store, and takes
//! time, ids and text as arguments.

mod delivery;
mod error;
mod input;
mod kitchen_alert;
mod live;
mod money;
mod order;
mod stage_times;
mod text;
mod time;

pub use delivery::{
    drivers::{DispatchSeveral, Driver, OUT, drivers, known_name},
    eta::{Arrival, Punctuality, SOON, ahead, arrival, priority},
};
pub use error::{Error, FieldError, InvalidField, Refusal};
pub use input::{Field, Fields, Value, ValueKind};
pub use kitchen_alert::{Chime, Heard, hangs, rings, stroke};
pub use live::{
    board::{Board, Counts, Folded, OrdersPage, Snapshot},
    event::{Cursor, Epoch, Event, Frame, Signal},
    ring::{Ring, RingRead},
};
pub use money::{Cents, Currency, Markup, Price, customer_price, with_point};
pub(crate) use order::lifecycle::named;
#[cfg(test)]
pub(crate) use order::tests as samples;
pub use order::{
    Command, Offer, Order, OrderId, Precondition, WantedStatus,
    lifecycle::{Actor, CommandKind, EventType, Role, Status},
    replay::follows,
    search::OrderFilter,
    times::Times,
};
pub use stage_times::{Lasted, STAGES, StageTimer, StageTimes};
pub use text::{Address, Minutes, Name, Notes, Text, Whole};
pub use time::{Minute, Time};
