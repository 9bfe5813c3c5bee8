//! The vocabulary of the market and all of its rules, pure: no I/O, no clock, no randomness.
//!
//! The same code runs in the server and in the browser. It knows no framework, no transport and no store, and takes
//! time, ids and text as arguments.

mod arrival;
mod bell;
mod board;
mod drivers;
mod error;
mod event;
mod fields;
mod lifecycle;
mod money;
mod order;
mod pace;
mod replay;
mod ring;
#[cfg(test)]
mod schedules;
mod sought;
mod text;
mod time;
mod times;

pub use arrival::{Arrival, Course, SOON, ahead, arrival, turn};
pub use bell::{Chime, Heard, hangs, rings, stroke};
pub use board::{Board, Counts, Folded, Found, Snapshot};
pub use drivers::{DispatchSeveral, Driver, OUT, drivers, known_name};
pub use error::{Error, Fault, Refusal, What};
pub use event::{Cursor, Epoch, Event, Frame, Signal};
pub use fields::{Field, Fields, Kind, Value};
pub(crate) use lifecycle::named;
pub use lifecycle::{Actor, EventType, Role, Status, Verb};
pub use money::{Cents, Markup, Price, customer_price, with_point};
#[cfg(test)]
pub(crate) use order::tests as samples;
pub use order::{Command, Expected, Offer, Order, OrderId, WantedStatus};
pub use pace::{Lasted, STAGES, StageTimer, StageTimes};
pub use replay::follows;
pub use ring::{Reach, Ring};
pub use sought::Sought;
pub use text::{Address, Minutes, Name, Notes, Text, Whole};
pub use time::{Minute, Time};
pub use times::Times;
